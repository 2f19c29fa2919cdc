"""The devices of a session, as `Session.list_devices` shows them."""

from __future__ import annotations

from tftutor.runtime.devices import Device


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
