"""device_lib: the devices of this process, as `list_local_devices` shows them.

Source: TF 1.15, tensorflow/python/client/device_lib.py (`from tensorflow.python.client import
device_lib`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tftutor.client.config import SessionConfig, read_config
from tftutor.runtime.device_set import session_devices
from tftutor.runtime.devices import Device

_SAME_DEVICE_STRENGTH = 1000  # what TensorFlow writes for virtual GPUs on one GPU


def list_local_devices(session_config: Any = None) -> list[Any]:
    """One DeviceAttributes message for each device of this process.

    TensorFlow also lists an XLA_CPU device here; tftutor has no XLA, and so no such device. The
    `physical_device_desc` of a simulated GPU says that it is one.

    Args:
      session_config: a tf.ConfigProto; its `device_count` and `gpu_options` count.

    Raises: tf.errors.NotFoundError when `device_count` leaves no CPU;
      tf.errors.InvalidArgumentError for GPU options that don't fit the GPUs.
    """
    plain = session_config is None  # `tf.config` doesn't count here, as in TensorFlow
    devices = session_devices(SessionConfig({}) if plain else read_config(session_config))
    return [_message(device, devices) for device in devices]


def _message(device: Device, devices: Sequence[Device]) -> Any:
    from tftutor.formats.device_protos import device_attributes

    message = device_attributes()(
        name=device.short_name, device_type=device.device_type, memory_limit=device.memory_limit,
        incarnation=device.incarnation, physical_device_desc=device.description)
    message.locality.SetInParent()
    if device.device_type == "GPU":
        message.locality.bus_id = 1  # TensorFlow's answer where the NUMA node is unknown
        message.locality.links.SetInParent()
        for other in devices:
            if other is not device and other.description == device.description:
                message.locality.links.link.add(device_id=other.index, type="SAME_DEVICE",
                                                strength=_SAME_DEVICE_STRENGTH)
    return message
