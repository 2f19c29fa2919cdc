"""The text twin of a model of devices: timeline, transfers, memory, and who runs where and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tftutor.inspection.devices.model import DevicesModel, Lane, Memory, Row
from tftutor.inspection.devices.names import device_title, short_device
from tftutor.inspection.devices.timeline_text import lanes_text
from tftutor.inspection.devices.trace import Stretch
from tftutor.inspection.quantities import bytes_text, duration_text

_MOST_ROWS = 40
_MOST_TRANSFERS = 20
_LEVELS = " ▁▂▃▄▅▆▇█"
_COLUMNS = 60


def devices_text(model: DevicesModel) -> str:
    """All that the pictures show, in words and columns."""
    parts = [_timeline(model), _transfers(model), _memory(model)] if model.is_traced else [
        _devices(model)]
    parts += [_crossings(model), _rows(model)]
    return "\n\n".join(part for part in parts if part)


def _devices(model: DevicesModel) -> str:
    """`CPU:0  12 operations`."""
    margin = max((len(lane.title) for lane in model.lanes), default=0)
    lines = [f"Placement of {len(model.rows)} operations on {len(model.lanes)} devices"]
    return "\n".join(lines + [f"{lane.title:<{margin}}  {_operations(lane.operations)}"
                              for lane in model.lanes])


def _operations(count: int) -> str:
    return f"{count} operation" if count == 1 else f"{count} operations"


def _timeline(model: DevicesModel) -> str:
    return lanes_text([_Drawn(lane) for lane in model.lanes], int(model.length * 1000), _COLUMNS)


class _Drawn:
    """A lane as `lanes_text` wants it: stretches in nanoseconds, with their operations."""

    def __init__(self, lane: Lane) -> None:
        self.title = lane.title
        self.stretches = [Stretch(s.what, round(s.start * 1000), round(s.end * 1000), span.op)
                          for span in lane.spans for s in span.stretches]


def _transfers(model: DevicesModel) -> str:
    if not model.transfers:
        return "Between devices: nothing was transferred."
    moved = [row for row in model.transfers if row.kind != "same memory"]
    rows = [("at", "took", "kind", "bytes", "from -> to", "tensor")]
    rows += [(duration_text(row.start * 1000), duration_text(row.duration * 1000), row.kind,
              bytes_text(row.nbytes), f"{_title(row.source, model)} -> {_title(row.target, model)}",
              row.name) for row in model.transfers[:_MOST_TRANSFERS]]
    more = len(model.transfers) - _MOST_TRANSFERS
    return "\n".join([
        f"Between devices: {_times(len(moved), 'copy', 'copies')} of "
        f"{bytes_text(sum(row.nbytes for row in moved))}",
        *_columns(rows, right=(0, 1, 3)), *([f"and {more} more"] if more > 0 else [])])


def _times(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _title(device: str, model: DevicesModel) -> str:
    """A lane's title without "(simulated)", which its own line says."""
    return device_title(device) if device else "?"


def _memory(model: DevicesModel) -> str:
    lanes = [(lane, lane.memory) for lane in model.lanes if lane.memory is not None]
    if not lanes:
        return ""
    margin = max(len(lane.title) for lane, _ in lanes)
    lines = ["Memory over the step, each device on its own scale"]
    for lane, memory in lanes:
        lines.append(f"{lane.title:<{margin}}  {_sparkline(memory, model.length)}  "
                     f"peak {bytes_text(memory.peak)} at {duration_text(memory.peak_time * 1000)}")
    for lane, memory in lanes:
        lines += [f"{lane.title:<{margin}}  {bytes_text(held.nbytes):>10}  {held.op}"
                  for held in memory.holders[:4]]
        more = memory.holders[4:]
        if more:
            rest = bytes_text(sum(each.nbytes for each in more))
            lines.append(f"{lane.title:<{margin}}  {rest:>10}  in {len(more)} more")
    return "\n".join(lines)


def _sparkline(memory: Memory, length: float) -> str:
    """The most that was held in each column, as blocks of nine heights."""
    heights = []
    points = list(memory.curve)
    for column in range(_COLUMNS):
        start, end = column * length / _COLUMNS, (column + 1) * length / _COLUMNS
        before = [nbytes for time, nbytes in points if time <= start]
        within = [nbytes for time, nbytes in points if start < time <= end]
        heights.append(max([*before[-1:], *within], default=0))
    return "".join(_LEVELS[-(-height * (len(_LEVELS) - 1) // memory.peak)] if memory.peak else " "
                   for height in heights)


def _crossings(model: DevicesModel) -> str:
    """What must be copied, where no trace says it."""
    if model.is_traced or not model.crossings:
        return ""
    rows = [("tensor", "shape", "bytes", "from -> to", "for")]
    rows += [(row.tensor, row.shape,
              "not known" if row.nbytes is None else bytes_text(row.nbytes),
              f"{_title(row.source, model)} -> {_title(row.target, model)}", row.user)
             for row in model.crossings[:_MOST_TRANSFERS]]
    more = len(model.crossings) - _MOST_TRANSFERS
    return "\n".join([
        f"Copied between devices: {_times(len(model.crossings), 'tensor', 'tensors')}",
        *_columns(rows, right=(2,)), *([f"and {more} more"] if more > 0 else [])])


def _rows(model: DevicesModel) -> str:
    if not model.rows:
        return ""
    moved = model.moved
    rest = [row for row in model.rows if not row.is_moved]
    shown: Sequence[Row] = [*moved, *rest][:_MOST_ROWS]
    cells = [("", "operation", "type", "asked for", "runs on", "why")]
    cells += [("*" if row.is_moved else "", row.op, row.type, short_device(row.requested) or "-",
               short_device(row.actual), row.reason) for row in shown]
    head = "Who runs where"
    if moved:
        head += f"; * {len(moved)} moved by soft placement"
    more = len(model.rows) - len(shown)
    return "\n".join([head, *_columns(cells), *([f"and {more} more"] if more else [])])


def _columns(rows: Sequence[tuple[str, ...]], right: Iterable[int] = ()) -> list[str]:
    """Rows with aligned columns; an empty first column takes no room."""
    aligned = set(right)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    keep = [i for i, width in enumerate(widths) if width]
    return ["  ".join(row[i].rjust(widths[i]) if i in aligned else row[i].ljust(widths[i])
                      for i in keep).rstrip() for row in rows]
