"""DevicesModel: where operations run and why, and what a traced step did on each device.

Plain data without protos or graphs. Times are microseconds since the trace began, sizes bytes. The
model of a session alone has no lanes, that of a trace alone no rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, NamedTuple

from tftutor.client.step_readings import Transfer


def covered(stretches: Iterable[tuple[float, float]]) -> float:
    """The time in which at least one of the stretches (start, end) runs."""
    total, until = 0.0, float("-inf")
    for start, end in sorted(stretches):
        total += max(end - max(start, until), 0.0)
        until = max(until, end)
    return total


class Row(NamedTuple):
    """Where one operation runs. `is_moved`: soft placement chose another device than asked for."""

    op: str
    type: str
    requested: str
    actual: str
    reason: str
    is_moved: bool


class Crossing(NamedTuple):
    """A tensor that one device makes and another one uses; `nbytes` is None until it is known."""

    tensor: str
    source: str
    target: str
    shape: str
    nbytes: int | None
    user: str


class Stretch(NamedTuple):
    """`what` is "computes", "copies" or "waits"."""

    what: str
    start: float
    end: float


class Span(NamedTuple):
    """One operation as it ran. `made` says what: "[64, 64], 16.0 KiB"."""

    op: str
    type: str
    stretches: tuple[Stretch, ...]
    inputs: tuple[str, ...]
    made: str

    @property
    def start(self) -> float:
        """When it began, waiting included."""
        return self.stretches[0].start

    @property
    def end(self) -> float:
        """When it was done."""
        return self.stretches[-1].end


class Holder(NamedTuple):
    """Who held memory at a peak: an operation, or what it calls itself."""

    op: str
    nbytes: int


class Memory(NamedTuple):
    """The memory of a device over the step: (microseconds, bytes), the peak and who held it."""

    curve: tuple[tuple[float, int], ...]
    peak: int
    peak_time: float
    holders: tuple[Holder, ...]


@dataclasses.dataclass(frozen=True)
class Lane:
    """A device: its operations in the order of time, and how long it did what.

    `operations` counts what is placed here, `still` names what took no time in the step.
    """

    device: str
    title: str
    is_simulated: bool
    operations: int = 0
    spans: tuple[Span, ...] = ()
    still: tuple[str, ...] = ()
    memory: Memory | None = None

    def time(self, what: str) -> float:
        """Microseconds in which it computed, copied or waited, whatever ran beside it."""
        return covered((s.start, s.end) for span in self.spans for s in span.stretches
                       if s.what == what)


@dataclasses.dataclass(frozen=True)
class DevicesModel:
    """See the module. `length` is that of the step, 0 without a trace."""

    lanes: tuple[Lane, ...]
    length: float = 0.0
    transfers: tuple[Transfer, ...] = ()
    rows: tuple[Row, ...] = ()
    crossings: tuple[Crossing, ...] = ()

    @property
    def is_traced(self) -> bool:
        """True when there is a step to show."""
        return self.length > 0

    @property
    def moved(self) -> list[Row]:
        """The operations that soft placement moved."""
        return [row for row in self.rows if row.is_moved]

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-able data."""
        return {
            "length": self.length,
            "lanes": [_lane(lane) for lane in self.lanes],
            "transfers": [row._asdict() for row in self.transfers],
            "rows": [row._asdict() for row in self.rows],
            "crossings": [row._asdict() for row in self.crossings],
        }


def _lane(lane: Lane) -> dict[str, Any]:
    memory = lane.memory
    return {
        "device": lane.device, "title": lane.title, "simulated": lane.is_simulated,
        "operations": lane.operations,
        "spans": [{"op": span.op, "type": span.type, "made": span.made,
                   "inputs": list(span.inputs),
                   "stretches": [list(stretch) for stretch in span.stretches]}
                  for span in lane.spans],
        "still": list(lane.still),
        "memory": None if memory is None else {
            "curve": [list(point) for point in memory.curve], "peak": memory.peak,
            "peak_time": memory.peak_time, "holders": [list(each) for each in memory.holders]},
    }
