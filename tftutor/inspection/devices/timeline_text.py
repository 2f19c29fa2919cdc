"""A timeline as text: one line a device, time from left to right.

    Step of 1.20 ms, 60 columns of 20.0 us.   # computes   - copies   ~ waits
    CPU:0              ~~~~~~~~~~~~~~~~~~~~~~~~~~~~-#               busy   3 %
    GPU:0 (simulated)  -##########################~                 busy  52 %

What a column shows is what took most of its time. Below stand each device's longest operations.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from tftutor.inspection.devices.model import covered
from tftutor.inspection.devices.trace import COMPUTES, COPIES, WAITS, Stretch, read_trace
from tftutor.inspection.quantities import duration_text

MARKS = {COMPUTES: "#", COPIES: "-", WAITS: "~"}
_LONGEST = 3


class Drawable(Protocol):
    """A lane: a title, and stretches of time in nanoseconds."""

    @property
    def title(self) -> str: ...

    @property
    def stretches(self) -> Iterable[Stretch]: ...


def timeline_text(step_stats: Any, width: int = 60) -> str:
    """Draw a trace.

    Args:
      step_stats: a StepStats proto, of one device or of several.
      width: how many columns the step takes.

    Returns: lines of text; the same for the same statistics.
    Raises: ValueError when there is nothing in the trace.
    """
    trace = read_trace(step_stats)
    return lanes_text(trace.lanes, trace.length, width)


def lanes_text(lanes: Iterable[Drawable], length: int, width: int) -> str:
    """Draw lanes that take `length` nanoseconds."""
    lanes = list(lanes)
    margin = max(len(lane.title) for lane in lanes)
    lines = [f"Step of {duration_text(length)}, {width} columns of {duration_text(length / width)}."
             "   " + "   ".join(f"{mark} {what}" for what, mark in MARKS.items())]
    for lane in lanes:
        stretches = list(lane.stretches)
        busy = covered((s.start, s.end) for s in stretches if s.what == COMPUTES)
        lines.append(f"{lane.title:<{margin}}  {_bar(stretches, length, width)}  "
                     f"busy {100 * busy / length:3.0f} %")
    for lane in lanes:
        lines += [f"{lane.title:<{margin}}  {line}" for line in _longest(lane.stretches)]
    return "\n".join(lines)


def _bar(stretches: list[Stretch], length: int, width: int) -> str:
    shares: list[dict[str, float]] = [{} for _ in range(width)]
    for stretch in stretches:
        first, last = stretch.start * width / length, stretch.end * width / length
        for column in range(int(first), min(int(last) + 1, width)):
            share = min(last, column + 1) - max(first, column)
            if share > 0:
                shares[column][stretch.what] = shares[column].get(stretch.what, 0.0) + share
    return "".join(_character(share) for share in shares)


def _character(share: dict[str, float]) -> str:
    """What took most of a column; blank when nothing took a tenth of it."""
    what = max(MARKS, key=lambda kind: share.get(kind, 0.0))
    return MARKS[what] if share.get(what, 0.0) >= 0.1 else " "


def _longest(stretches: Iterable[Stretch]) -> list[str]:
    times: dict[str, int] = {}
    for stretch in stretches:
        if stretch.what == COMPUTES:
            times[stretch.op] = times.get(stretch.op, 0) + stretch.end - stretch.start
    ordered = sorted(times.items(), key=lambda item: (-item[1], item[0]))
    return [f"{duration_text(time):>9}  {name}" for name, time in ordered[:_LONGEST]]
