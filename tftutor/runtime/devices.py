"""Device: one processor with its memory, as the placer, the partitioner and the executor see it.

The host's processors are the CPU devices, all in one memory. A GPU device is real (CuPy, torch) or
simulated; both have a memory of their own that arrays enter and leave by copies only.
"""

from __future__ import annotations

import secrets

from tftutor.backends.array_library import ArrayLibrary, NumpyLibrary
from tftutor.framework.device import DeviceParts, parse_device

HERE = "/job:localhost/replica:0/task:0"


def task_of(device: str) -> str:
    """`/job:ps/replica:0/task:0` for the name of one of its devices."""
    return device.partition("/device:")[0]


class Device:
    """One device of a session.

    Attributes:
      name: the full name, `/job:localhost/replica:0/task:0/device:GPU:0`.
      device_type, index: "CPU" or "GPU", and its number.
      parts: the parsed name.
      library: the array library that computes here, in this device's memory.
      memory_limit: bytes it may use; 0 when nobody limits them.
      description: what is in the machine, as TensorFlow's `physical_device_desc`; empty for CPUs.
      is_simulated: true for a GPU that is only acted.
      incarnation: a random number that tells this device from one of an earlier session.
    """

    def __init__(self, device_type: str, index: int, library: ArrayLibrary | None = None, *,
                 memory_limit: int = 256 << 20, description: str = "",
                 is_simulated: bool = False, task: str = HERE) -> None:
        self.name = f"{task}/device:{device_type}:{index}"
        self.device_type = device_type
        self.index = index
        self.parts: DeviceParts = parse_device(self.name)
        self.library: ArrayLibrary = NumpyLibrary() if library is None else library
        self.memory_limit = memory_limit
        self.description = description
        self.is_simulated = is_simulated
        self.incarnation = secrets.randbits(63)

    @property
    def is_host(self) -> bool:
        """True when its memory is the host's."""
        return self.device_type == "CPU"

    @property
    def short_name(self) -> str:
        """`/device:GPU:0`."""
        return f"/device:{self.device_type}:{self.index}"

    @property
    def task(self) -> str:
        """`/job:ps/replica:0/task:0`."""
        return task_of(self.name)

    @property
    def shown_name(self) -> str:
        """`/device:GPU:0`, or `/job:ps/task:0/device:CPU:0` for a task of a cluster."""
        if self.name.startswith(f"{HERE}/"):
            return self.short_name
        return f"/job:{self.parts.job}/task:{self.parts.task}{self.short_name}"

    def __repr__(self) -> str:
        return f"<Device {self.name}{' (simulated)' if self.is_simulated else ''}>"
