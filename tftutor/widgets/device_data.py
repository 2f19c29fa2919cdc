"""What a devices panel sends to its front end: the model, kept small."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any

from tftutor.inspection.devices.model import DevicesModel, Lane, Span
from tftutor.inspection.devices.names import device_title, short_device

MOST_SPANS = 4000  # of a lane; of a step with loops only the longest ones are sent
_LETTERS = {"computes": "c", "copies": "o", "waits": "w"}
_RECEIVED = re.compile(r"/_\d+$")


def panel_data(model: DevicesModel) -> dict[str, Any]:
    """Lanes, transfers and rows; times are microseconds, lanes are named by their number."""
    numbers = {lane.device: index for index, lane in enumerate(model.lanes)}
    transfers = [{"tensor": row.name, "kind": row.kind, "bytes": row.nbytes, "start": row.start,
                  "end": row.start + row.duration, "from": numbers[row.source],
                  "to": numbers[row.target], "source": device_title(row.source),
                  "target": device_title(row.target)}
                 for row in model.transfers if row.source in numbers and row.target in numbers]
    rows = [[row.op, row.type, short_device(row.requested), short_device(row.actual), row.reason,
             row.is_moved] for row in model.rows]
    return {"length": model.length, "lanes": [_lane(lane) for lane in model.lanes],
            "transfers": transfers, "rows": rows}


def _lane(lane: Lane) -> dict[str, Any]:
    spans = _longest(lane.spans)
    memory = lane.memory
    return {
        "title": lane.title, "simulated": lane.is_simulated,
        "spans": [[span.op, span.type, span.made, list(span.inputs),
                   [[_LETTERS[s.what], s.start, s.end] for s in span.stretches]] for span in spans],
        "left": len(lane.spans) - len(spans), "still": list(lane.still),
        "times": {what: lane.time(what) for what in ("computes", "copies", "waits")},
        "memory": None if memory is None else {
            "curve": [list(point) for point in memory.curve], "peak": memory.peak,
            "time": memory.peak_time, "holders": [list(each) for each in memory.holders[:12]]}}


def _longest(spans: tuple[Span, ...]) -> list[Span]:
    """The longest ones, still in the order of time."""
    if len(spans) <= MOST_SPANS:
        return list(spans)
    order = sorted(range(len(spans)), key=lambda i: spans[i].start - spans[i].end)
    return [spans[i] for i in sorted(order[:MOST_SPANS])]


def graph_name(op: str, names: Container[str]) -> str | None:
    """What an operation of a step is in the graph: a received value is its maker's."""
    for name in (op, _RECEIVED.sub("", op), op.partition(":")[0]):
        if name in names:
            return name
    return None
