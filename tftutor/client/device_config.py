"""`tf.config`: devices, memory and threads of sessions that are made without a ConfigProto.

Simulated GPUs are listed when TFTUTOR_SIMULATED_GPUS asks for them. XLA devices don't exist here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tftutor.client.process_settings import (
    PhysicalDevice,
    VirtualDeviceConfiguration,
    physical_devices,
    process_settings,
)
from tftutor.framework.api import export_value, tf_export
from tftutor.runtime.device_set import session_devices

_EXPERIMENTAL = "config.experimental"
export_value(f"{_EXPERIMENTAL}.VirtualDeviceConfiguration", VirtualDeviceConfiguration)


class LogicalDevice(NamedTuple):
    """A device as graphs name it. Source: TF 1.15 docs, list_logical_devices."""

    name: str
    device_type: str


@tf_export(f"{_EXPERIMENTAL}.list_physical_devices")
def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The CPU and the visible GPUs of this machine, or those of one type.

    Raises: tf.errors.InvalidArgumentError when environment variables for GPUs make no sense.
    Source: TF 1.15 docs, tf.config.experimental.list_physical_devices.
    """
    return physical_devices(device_type)


@tf_export(f"{_EXPERIMENTAL}.list_logical_devices")
def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The devices of a session without a ConfigProto. From now on they can't be changed.

    Raises: tf.errors.NotFoundError when no CPU is visible; what a session would raise.
    Source: TF 1.15 docs, tf.config.experimental.list_logical_devices.
    """
    devices = session_devices(process_settings.session_config())
    process_settings.is_initialized = True
    return [LogicalDevice(device.name, device.device_type) for device in devices
            if device_type in (None, device.device_type)]


@tf_export("config.experimental_list_devices")
def experimental_list_devices() -> list[str]:
    """The names of the devices of a session without a ConfigProto.

    Raises: what `list_logical_devices` raises.
    Source: TF 1.15 docs, tf.config.experimental_list_devices.
    """
    return [device.name for device in list_logical_devices()]


@tf_export(f"{_EXPERIMENTAL}.get_visible_devices")
def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The physical devices that sessions may use.

    Source: TF 1.15 docs, tf.config.experimental.get_visible_devices.
    """
    return [device for device in process_settings.visible_devices()
            if device_type in (None, device.device_type)]


@tf_export(f"{_EXPERIMENTAL}.set_visible_devices")
def set_visible_devices(devices: PhysicalDevice | list[PhysicalDevice],
                        device_type: str | None = None) -> None:
    """Let sessions use these devices only; with `device_type`, other types stay as they are.

    Raises: ValueError for what is no physical device or of another type; RuntimeError when
      logical devices have been listed.
    Source: TF 1.15 docs, tf.config.experimental.set_visible_devices.
    """
    wanted = [*devices] if isinstance(devices, list) else [devices]
    for device in wanted:
        _check_known(device)
        if device_type is not None and device.device_type != device_type:
            raise ValueError(f"Unrecognized device: {device!r}")
    visible = process_settings.visible_devices()
    kept = [device for device in visible
            if device_type is not None and device.device_type != device_type]
    if kept + wanted != visible:
        _check_changeable("Visible devices")
        process_settings.visible = kept + wanted


@tf_export(f"{_EXPERIMENTAL}.get_memory_growth")
def get_memory_growth(device: PhysicalDevice) -> bool | None:
    """Whether a GPU's memory is taken when it is needed; None when nobody has said.

    Raises: ValueError for what is no physical device; KeyError for the CPU.
    Source: TF 1.15 docs, tf.config.experimental.get_memory_growth.
    """
    _check_known(device)
    if device.device_type != "GPU":
        raise KeyError(device)
    return process_settings.memory_growth.get(device)


@tf_export(f"{_EXPERIMENTAL}.set_memory_growth")
def set_memory_growth(device: PhysicalDevice, enable: bool) -> None:
    """Take a GPU's memory when it is needed, instead of all at once.

    Raises: ValueError for what is no physical GPU or split into virtual ones; RuntimeError when
      logical devices have been listed.
    Source: TF 1.15 docs, tf.config.experimental.set_memory_growth.
    """
    _check_known(device)
    if device in process_settings.virtual:
        raise ValueError("Cannot set memory growth on device when virtual devices configured")
    if device.device_type != "GPU":
        raise ValueError("Cannot set memory growth on non-GPU devices")
    if process_settings.memory_growth.get(device) != enable:
        _check_changeable("Physical devices")
        process_settings.memory_growth[device] = enable


@tf_export(f"{_EXPERIMENTAL}.get_virtual_device_configuration")
def get_virtual_device_configuration(device: PhysicalDevice
                                     ) -> list[VirtualDeviceConfiguration] | None:
    """What a device is split into, None when it is whole.

    Raises: ValueError for what is no physical device.
    Source: TF 1.15 docs, tf.config.experimental.get_virtual_device_configuration.
    """
    _check_known(device)
    return process_settings.virtual.get(device)


@tf_export(f"{_EXPERIMENTAL}.set_virtual_device_configuration")
def set_virtual_device_configuration(device: PhysicalDevice,
                                     virtual_devices: list[VirtualDeviceConfiguration]) -> None:
    """Split a device into several: CPUs without, GPUs with a limit of memory each.

    Raises: ValueError for what is no physical device, for a CPU's limit and for a GPU without;
      RuntimeError when logical devices have been listed.
    Source: TF 1.15 docs, tf.config.experimental.set_virtual_device_configuration.
    """
    _check_known(device)
    limits = [part.memory_limit for part in virtual_devices]
    if device.device_type == "CPU" and limits.count(None) < len(limits):
        raise ValueError("Setting memory limit on CPU virtual devices is currently not supported")
    if device.device_type == "GPU" and None in limits:
        raise ValueError("Setting memory limit is required for GPU virtual devices is")
    if process_settings.virtual.get(device) != virtual_devices:
        _check_changeable("Virtual devices")
        process_settings.virtual[device] = [*virtual_devices]


@tf_export("config.get_soft_device_placement")
def get_soft_device_placement() -> bool:
    """Whether operations may run elsewhere when their device can't run them.

    Source: TF 1.15 docs, tf.config.get_soft_device_placement.
    """
    return bool(process_settings.soft_placement)


@tf_export("config.set_soft_device_placement")
def set_soft_device_placement(enabled: bool) -> None:
    """Let operations run elsewhere when their device can't run them.

    Source: TF 1.15 docs, tf.config.set_soft_device_placement.
    """
    process_settings.soft_placement = enabled


@tf_export("config.threading.get_inter_op_parallelism_threads")
def get_inter_op_parallelism_threads() -> int:
    """How many devices compute at once; 0 for all.

    Source: TF 1.15 docs, tf.config.threading.get_inter_op_parallelism_threads.
    """
    return process_settings.inter_op_threads or 0


@tf_export("config.threading.set_inter_op_parallelism_threads")
def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """Set how many devices compute at once.

    Raises: TypeError for no int; RuntimeError when logical devices have been listed.
    Source: TF 1.15 docs, tf.config.threading.set_inter_op_parallelism_threads.
    """
    if process_settings.inter_op_threads != num_threads:
        _check_threads("Inter", num_threads)
        process_settings.inter_op_threads = num_threads


@tf_export("config.threading.get_intra_op_parallelism_threads")
def get_intra_op_parallelism_threads() -> int:
    """How many threads share the work of one operation; 0 for as many as there are processors.

    Source: TF 1.15 docs, tf.config.threading.get_intra_op_parallelism_threads.
    """
    return process_settings.intra_op_threads or 0


@tf_export("config.threading.set_intra_op_parallelism_threads")
def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Set how many threads share the work of one operation, from the next session on.

    Raises: TypeError for no int; RuntimeError when logical devices have been listed.
    Source: TF 1.15 docs, tf.config.threading.set_intra_op_parallelism_threads.
    """
    if process_settings.intra_op_threads != num_threads:
        _check_threads("Intra", num_threads)
        process_settings.intra_op_threads = num_threads


def _check_known(device: Any) -> None:
    if device not in physical_devices():
        raise ValueError(f"Unrecognized device: {device!r}")


def _check_changeable(what: str) -> None:
    if process_settings.is_initialized:
        raise RuntimeError(f"{what} cannot be modified after being initialized")


def _check_threads(kind: str, count: Any) -> None:
    if not isinstance(count, int):
        raise TypeError(f"{count!r} has type {type(count).__name__}, but expected one of: int")
    if process_settings.is_initialized:
        raise RuntimeError(f"{kind} op parallelism cannot be modified after initialization.")
