"""Merging what several operations ask for into one device, with TensorFlow's words for conflicts.

Operations that must share a device may each name a part of it: `/job:ps` and `/device:GPU:0` are
together `/job:ps/device:GPU:0`, while `/cpu:0` and `/gpu:0` contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable

from tftutor.framework.device import DeviceParts
from tftutor.runtime.devices import Device

NOTHING = DeviceParts()
TYPE_ORDER = {"GPU": 210, "CPU": 70}  # TensorFlow's preference; what is not named comes last
_PLURALS = {"job": "jobs", "replica": "replicas", "task": "tasks", "device_type": "types",
            "device_index": "ids"}


class DeviceConflict(ValueError):
    """Two device names that no device fits; the text is TensorFlow's."""


def merge_names(target: DeviceParts, other: DeviceParts, soft: bool = False) -> DeviceParts:
    """Both names as one. With `soft`, a conflict of types or numbers leaves these open.

    Raises: DeviceConflict.
    """
    for field in DeviceParts._fields:
        mine, theirs = getattr(target, field), getattr(other, field)
        if theirs is None or mine == theirs:
            continue
        if mine is None:
            target = target._replace(**{field: theirs})
        elif soft and field == "device_type":
            return target._replace(device_type=None, device_index=None)
        elif soft and field == "device_index":
            return target._replace(device_index=None)
        else:
            raise DeviceConflict(f"Cannot merge devices with incompatible {_PLURALS[field]}: "
                                 f"'{target.text()}' and '{other.text()}'")
    return target


def are_compatible(one: DeviceParts, other: DeviceParts) -> bool:
    """True when one name says all that the other says, which is what edges ask for.

    `/job:ps` and `/cpu:0` are not compatible in this sense, though a device may have both names.
    """
    return _says(one, other) or _says(other, one)


def _says(more: DeviceParts, less: DeviceParts) -> bool:
    return all(want is None or want == got for want, got in zip(less, more, strict=True))


def fits(device: Device, name: DeviceParts) -> bool:
    """True when a device has a partial name."""
    return _says(device.parts, name)


def specified_by(name: DeviceParts, less: DeviceParts) -> DeviceParts:
    """`name` with every part that `less` has taken from it."""
    return less.merged_over(name)


def matching(devices: Iterable[Device], name: DeviceParts) -> list[Device]:
    """The devices that a partial name fits."""
    return [device for device in devices if _says(device.parts, name)]


def type_order(device_type: str) -> int:
    """How much a type of device is preferred."""
    return TYPE_ORDER.get(device_type, 0)
