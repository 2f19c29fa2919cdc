"""The devices of a session, as `Session.list_devices` shows them."""

from __future__ import annotations

from typing import Any

from tftutor.runtime.devices import HERE, Device

_MEMORY_LIMIT = 256 << 20  # what TF's CPU device reports; nothing is limited


class DeviceAttributes:
    """Name, type and memory of one device. Source: TF 1.15, tf.Session.list_devices."""

    def __init__(self, name: str, device_type: str, memory_limit_bytes: int, incarnation: int
                 ) -> None:
        self.name = name
        self.device_type = device_type
        self.memory_limit_bytes = memory_limit_bytes
        self.incarnation = incarnation

    def __repr__(self) -> str:
        return (f"_DeviceAttributes({self.name}, {self.device_type}, {self.memory_limit_bytes}, "
                f"{self.incarnation})")


class SimulatedDeviceAttributes(DeviceAttributes):
    """A GPU that is only acted, which its text says."""

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, simulated)"


def attributes_of(device: Device) -> DeviceAttributes:
    """What `Session.list_devices` shows of a device."""
    kind = SimulatedDeviceAttributes if device.is_simulated else DeviceAttributes
    return kind(device.name, device.device_type, device.memory_limit, device.incarnation)


def session_devices(session: Any, cpus: int) -> list[DeviceAttributes]:
    """The devices of this process."""
    return [DeviceAttributes(f"{HERE}/device:CPU:{index}", "CPU", _MEMORY_LIMIT,
                             (id(session) + index) & (2**63 - 1)) for index in range(cpus)]
