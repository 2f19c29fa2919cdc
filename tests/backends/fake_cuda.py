"""cupy.cuda without a GPU: two devices, streams and events that write down what they are asked.

Work is done at once; the log tells on which stream it was put, behind which events.
"""

from __future__ import annotations

import threading
from typing import Any

DEVICES = 2
log: list[tuple[Any, ...]] = []
_current = threading.local()


def current_device() -> int:
    """The number of the thread's device."""
    stack = getattr(_current, "devices", None)
    return stack[-1] if stack else 0


def current_stream() -> str:
    """The name of the thread's stream on its device."""
    stack = getattr(_current, "streams", None)
    return stack[-1].label if stack else "default"


def note(what: str, *details: Any) -> None:
    """Write down work put on the current stream."""
    log.append((what, current_stream(), *details))


class Device:
    """A GPU by number; a context in which it is the thread's."""

    def __init__(self, device: int | None = None) -> None:
        self.id = current_device() if device is None else int(device)
        if not 0 <= self.id < DEVICES:
            raise RuntimeError("cudaErrorInvalidDevice: invalid device ordinal")

    @property
    def mem_info(self) -> tuple[int, int]:
        """(free, total) bytes."""
        return 3 << 30, 4 << 30

    def __enter__(self) -> Device:
        _current.devices = [*getattr(_current, "devices", []), self.id]
        return self

    def __exit__(self, *error: Any) -> None:
        _current.devices = _current.devices[:-1]


class Stream:
    """A queue of work of the device that is current when it is made: stream `a` of 0 is `0a`."""

    _made: dict[int, int] = {}

    def __init__(self, null: bool = False, non_blocking: bool = False, ptds: bool = False,
                 priority: int | None = None) -> None:
        self.device_id = current_device()
        self.number = Stream._made.get(self.device_id, 0)
        Stream._made[self.device_id] = self.number + 1
        self.label = f"{self.device_id}{'abcdefghijklmnopqrstuvwxyz'[self.number % 26]}"
        self.ptr = 1000 * (self.device_id + 1) + self.number

    def record(self, event: Event | None = None) -> Event:
        """Put an event on the stream."""
        event = event or Event()
        if event.device_id != self.device_id:
            raise RuntimeError("cudaErrorInvalidResourceHandle: the event is another device's")
        event.after = (self.label, len(log))
        return event

    def wait_event(self, event: Event) -> None:
        """What comes later on the stream waits for the event."""
        log.append(("wait", self.label, event.after[0]))

    def synchronize(self) -> None:
        """Wait for the stream."""
        log.append(("synchronize", self.label))

    def __enter__(self) -> Stream:
        if current_device() != self.device_id:
            raise RuntimeError("the stream is another device's")
        _current.streams = [*getattr(_current, "streams", []), self]
        return self

    def __exit__(self, *error: Any) -> None:
        _current.streams = _current.streams[:-1]


class Event:
    """A point of a stream."""

    def __init__(self, block: bool = False, disable_timing: bool = False,
                 interprocess: bool = False) -> None:
        self.device_id = current_device()
        self.after: tuple[str, int] = ("nothing", 0)


class MemoryPool:
    """The memory of every device; remembers the limits it is told."""

    def __init__(self) -> None:
        self.limits: dict[int, int] = {}

    def set_limit(self, size: int | None = None, fraction: float | None = None) -> None:
        """Set the current device's limit."""
        self.limits[current_device()] = int(size or 0)


def reset() -> None:
    """Forget the log and the names of streams."""
    log.clear()
    Stream._made.clear()
