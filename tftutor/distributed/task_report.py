"""What a task says about itself: its variables, and what it has sent and received.

It goes into the `details` of the answer to `status`, once a second to whoever watches a cluster, so
it stays small: the biggest variables by name, the others as a number.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any

from tftutor.runtime.devices import Device
from tftutor.runtime.resources import ResourceManager, VariableCell

MOST_VARIABLES = 100


class Traffic:
    """Bytes of tensors and messages that carried them.

    `sent` maps a task, as "worker:1", to [bytes, messages]; programs are those that ask this task
    for steps: what they feed it and what they get back.
    """

    def __init__(self) -> None:
        self.sent: dict[str, list[int]] = {}
        self.from_programs = [0, 0]
        self.to_programs = [0, 0]
        self._lock = threading.Lock()

    def send(self, task: str, tensors: Iterable[Any]) -> None:
        """Count a message to another task."""
        with self._lock:
            self._add(self.sent.setdefault(task, [0, 0]), nbytes_of(tensors))

    def serve(self, fed: Iterable[Any], fetched: Iterable[Any]) -> None:
        """Count a step for a program elsewhere."""
        with self._lock:
            self._add(self.from_programs, nbytes_of(fed))
            self._add(self.to_programs, nbytes_of(fetched))

    @staticmethod
    def _add(counts: list[int], nbytes: int) -> None:
        counts[0] += nbytes
        counts[1] += 1

    def as_data(self) -> dict[str, Any]:
        """The fields `sent`, `from_programs` and `to_programs` of a task's details."""
        with self._lock:
            return {"sent": {task: list(counts) for task, counts in self.sent.items()},
                    "from_programs": list(self.from_programs),
                    "to_programs": list(self.to_programs)}


def nbytes_of(tensors: Iterable[Any]) -> int:
    """The bytes of the elements of tensors."""
    total = 0
    for tensor in tensors:
        total += getattr(tensor, "nbytes", 0)
    return total


def variables_as_data(resources: ResourceManager, devices: Sequence[Device]) -> dict[str, Any]:
    """The fields `variables`, `variable_count` and `variable_bytes` of a task's details.

    Each variable is {"name", "dtype", "shape", "bytes", "device"}; one without a value has the
    shape None.
    """
    found = [_variable(cell, devices) for cell in resources.variables()]
    found.sort(key=lambda each: (-each["bytes"], each["name"]))
    return {"variables": found[:MOST_VARIABLES], "variable_count": len(found),
            "variable_bytes": sum(each["bytes"] for each in found)}


def _variable(cell: VariableCell, devices: Sequence[Device]) -> dict[str, Any]:
    value = getattr(cell, "value", None)  # it may be unset at any time
    if value is None:
        return {"name": cell.name, "dtype": _name(cell.dtype), "shape": None, "bytes": 0,
                "device": ""}
    device = _device_of(value, devices)
    return {"name": cell.name, "dtype": _name(getattr(value, "dtype", cell.dtype)),
            "shape": [int(size) for size in getattr(value, "shape", ())],
            "bytes": int(device.library.nbytes(value)), "device": device.short_name}


def _device_of(value: Any, devices: Sequence[Device]) -> Device:
    """The device in whose memory a value lies; GPUs are asked before the host."""
    return next((device for device in devices
                 if not device.is_host and device.library.owns(value)), devices[0])


def _name(dtype: Any) -> str:
    """`float32`, whatever library calls it; what NumPy calls object are strings."""
    if dtype is None:
        return ""
    name = getattr(dtype, "name", None) or str(dtype).rpartition(".")[2]
    return "string" if name == "object" else name.removesuffix("_ref")
