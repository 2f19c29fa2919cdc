"""A step as a picture: a swim-lane for each device, arrows for transfers, memory below each lane.

Blue boxes compute, orange ones with stripes copy, dotted ones wait. A simulated GPU's lane is
hatched and says so. What is too short to be seen is drawn together with its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tftutor.client.step_readings import Transfer
from tftutor.inspection.devices.model import DevicesModel, Lane, Memory, Span
from tftutor.inspection.devices.names import device_title
from tftutor.inspection.quantities import bytes_text, duration_text
from tftutor.inspection.svg_parts import (
    FAINT,
    FILLS,
    INK,
    MEMORY,
    SECOND,
    cut,
    element,
    label,
    number,
    picture,
    tip,
)

_WIDTH, _MARGIN = 900.0, 12.0
_TOP = 40.0
_TITLE, _BAR, _MEMORY, _GAP = 17.0, 24.0, 34.0, 24.0
_THINNEST = 0.8  # pixels: shorter ones are drawn together
_MOST_ARROWS = 24
_MOST_TAGS = 8
_MOST_BARS = 4


class _Place(NamedTuple):
    """Where a lane is: its top, that of its bars and of its memory, and its bottom."""

    top: float
    bars: float
    memory: float
    bottom: float
    rows: list[list[Span]]


def timeline_svg(model: DevicesModel) -> str:
    """The picture. It is the same for the same model."""
    places: dict[str, _Place] = {}
    y = _TOP
    for lane in model.lanes:
        rows = _rows(lane.spans)
        bars = y + _TITLE
        memory = bars + _BAR * len(rows)
        bottom = memory + (_MEMORY if lane.memory is not None else 0.0)
        places[lane.device] = _Place(y, bars, memory, bottom, rows)
        y = bottom + _GAP
    parts = [*_axis(model, y)]
    for lane in model.lanes:
        parts += _lane(lane, places[lane.device], model)
    parts += _arrows(model, places)
    parts += _legend(model, y + 14)
    return picture(_WIDTH, y + 26, _heading(model), _description(model), parts)


def _x(time: float, model: DevicesModel) -> float:
    return _MARGIN + (_WIDTH - 2 * _MARGIN) * time / model.length


def _heading(model: DevicesModel) -> str:
    devices = "1 device" if len(model.lanes) == 1 else f"{len(model.lanes)} devices"
    return f"A step of {duration_text(model.length * 1000)} on {devices}"


def _description(model: DevicesModel) -> str:
    busy = "; ".join(f"{lane.title} computes {100 * lane.time('computes') / model.length:.0f} % "
                     "of the time" for lane in model.lanes)
    return f"{busy}. {_copies(model)}"


def _copies(model: DevicesModel) -> str:
    moved = [row for row in model.transfers if row.kind != "same memory"]
    if not moved:
        return "Nothing is copied between devices."
    return f"{len(moved)} copies of {bytes_text(sum(row.nbytes for row in moved))} between devices."


def _axis(model: DevicesModel, bottom: float) -> Iterator[str]:
    """The heading, and lines at round times."""
    yield label(_MARGIN, 14, f"{_heading(model)}. {_copies(model)}", font_weight="bold")
    for time in round_times(model.length):
        x = _x(time, model)
        yield element("line", x1=x, y1=_TOP - 10, x2=x, y2=bottom - _GAP, stroke=FAINT)
        is_last = x > _WIDTH - 60
        yield label(x - 2 if is_last else x + 2, _TOP - 4, duration_text(time * 1000), font_size=9,
                    text_anchor="end" if is_last else None)


def round_times(length: float) -> list[float]:
    """Between four and ten round times from 0 up to `length`."""
    step = 10.0 ** -6
    for factor in (2.0, 2.5, 2.0) * 40:
        if length / step <= 8:
            break
        step *= factor
    return [step * index for index in range(int(length / step) + 1)]


def _rows(spans: Sequence[Span]) -> list[list[Span]]:
    """Operations in rows, so that none overlap; what doesn't fit goes into the last row."""
    rows: list[list[Span]] = [[]]
    for span in spans:
        free = next((row for row in rows if not row or row[-1].end <= span.start + 1e-9), None)
        if free is None and len(rows) < _MOST_BARS:
            rows.append(free := [])
        (free if free is not None else rows[-1]).append(span)
    return rows


def _lane(lane: Lane, place: _Place, model: DevicesModel) -> Iterator[str]:
    width = _WIDTH - 2 * _MARGIN
    height = place.bottom - place.top
    yield element("rect", x=_MARGIN, y=place.top, width=width, height=height, rx=3, stroke=FAINT,
                  fill="url(#tut-simulated)" if lane.is_simulated else "none")
    computes = lane.time("computes")
    words = [f"computes {100 * computes / model.length:.0f} %"]
    words += [f"{what} {100 * lane.time(what) / model.length:.0f} %"
              for what in ("copies", "waits") if lane.time(what)]
    yield label(_MARGIN + 5, place.top + 12, lane.title, font_weight="bold")
    yield label(_MARGIN + 5 + 6.6 * len(lane.title) + 12, place.top + 12, "   ".join(words))
    for row, spans in enumerate(place.rows):
        yield from _bars(spans, place.bars + row * _BAR, model)
    if lane.memory is not None:
        yield from _memory(lane.memory, place, model)


def _bars(spans: Sequence[Span], y: float, model: DevicesModel) -> Iterator[str]:
    thin: list[Span] = []
    count = 0
    for span in spans:
        width = _x(span.end, model) - _x(span.start, model)
        if width < _THINNEST:
            if thin and _x(span.end, model) - _x(thin[0].start, model) > 3:
                yield _together(thin, y, model)
                thin = []
            thin.append(span)
            continue
        if thin:
            yield _together(thin, y, model)
            thin = []
        count += 1
        yield _span(span, y, model, count % 2 == 0)
    if thin:
        yield _together(thin, y, model)


def _together(spans: Sequence[Span], y: float, model: DevicesModel) -> str:
    """Operations too short to be seen one by one."""
    x = _x(spans[0].start, model)
    width = max(_x(spans[-1].end, model) - x, _THINNEST)
    what = {stretch.what for span in spans for stretch in span.stretches}
    fill = FILLS["computes"] if "computes" in what else FILLS["copies"]
    text = (f"{len(spans)} short operations, {spans[0].op} to {spans[-1].op}" if len(spans) > 1
            else _told(spans[0]))
    return element("g", tip(text) + element("rect", x=x, y=y + 2, width=width, height=_BAR - 6,
                                            fill=fill))


def _told(span: Span) -> str:
    times = ", ".join(f"{s.what} {duration_text((s.end - s.start) * 1000)}" for s in span.stretches)
    return f"{span.op} ({span.type}): {times}{'; makes ' + span.made if span.made else ''}"


def _span(span: Span, y: float, model: DevicesModel, is_second: bool) -> str:
    parts = [tip(_told(span))]
    for stretch in span.stretches:
        x, end = _x(stretch.start, model), _x(stretch.end, model)
        width = max(end - x - 0.4, 0.4)
        box: dict[str, Any] = {"x": x, "y": y + 2, "width": width, "height": _BAR - 6}
        if stretch.what == "waits":
            parts.append(element("rect", **box, fill="none", stroke=INK, stroke_dasharray="2 3",
                                 stroke_width=0.8))
            continue
        fill = SECOND if is_second and stretch.what == "computes" else FILLS[stretch.what]
        parts.append(element("rect", **box, fill=fill))
        if stretch.what == "copies":
            parts.append(element("rect", **box, fill="url(#tut-copies)"))
    widest = max(span.stretches, key=lambda s: s.end - s.start)
    x, end = _x(widest.start, model), _x(widest.end, model)
    name = f"waits for {(span.inputs or (span.op,))[0]}" if widest.what == "waits" else span.op
    text = cut(name, end - x - 6)
    if text:
        ink = INK if widest.what == "waits" else "#fff"
        parts.append(label(x + 3, y + _BAR - 9, text, fill=ink))
    return element("g", "".join(parts), data_op=span.op)


def _memory(memory: Memory, place: _Place, model: DevicesModel) -> Iterator[str]:
    """A curve in steps, its peak marked with who held it."""
    height, base = _MEMORY - 8, place.bottom - 2
    most = max(memory.peak, 1)
    x = _x(0, model)
    path = [f"M{number(x)} {number(base)}"]
    level = base
    for time, nbytes in memory.curve:
        here = _x(min(time, model.length), model)
        path.append(f"L{number(here)} {number(level)}")
        level = base - height * nbytes / most
        path.append(f"L{number(here)} {number(level)}")
    path += [f"L{number(_x(model.length, model))} {number(level)}",
             f"L{number(_x(model.length, model))} {number(base)}Z"]
    yield element("path", d="".join(path), fill=MEMORY, fill_opacity=0.25, stroke=MEMORY)
    held = ", ".join(f"{cut(h.op, 150)} {bytes_text(h.nbytes)}" for h in memory.holders[:2])
    peak_x = _x(min(memory.peak_time, model.length), model)
    text = f"▾ peak {bytes_text(memory.peak)}: {held}"
    width = 6.0 * len(text)
    text_x = min(max(peak_x - 4, _MARGIN + 4), max(_WIDTH - _MARGIN - width, _MARGIN + 4))
    yield element("circle", cx=peak_x, cy=base - height, r=2.5, fill=MEMORY)
    yield label(text_x, place.memory + 18, cut(text, _WIDTH - 2 * _MARGIN), font_size=10)


def _arrows(model: DevicesModel, places: dict[str, _Place]) -> Iterator[str]:
    """The biggest transfers; those that copy nothing are left to the text."""
    moved = [row for row in model.transfers
             if row.kind != "same memory" and row.source in places and row.target in places]
    shown = sorted(moved, key=lambda row: -row.nbytes)[:_MOST_ARROWS]
    tags: list[tuple[float, float]] = []
    tagged = set(shown[:_MOST_TAGS])
    for row in sorted(shown, key=lambda row: row.start):
        yield _arrow(row, places, model, tags if row in tagged else None)


def _arrow(row: Transfer, places: dict[str, _Place], model: DevicesModel,
           tags: list[tuple[float, float]] | None) -> str:
    source, target = places[row.source], places[row.target]
    is_down = target.top > source.top
    x1, x2 = _x(row.start, model), _x(row.start + row.duration, model)
    y1 = source.bars + 2 + (_BAR * len(source.rows) - 6 if is_down else 0)
    y2 = target.bars if is_down else target.bars + _BAR * len(target.rows) - 4
    dash = {"network": "6 3", "PtoP": "2 2"}.get(row.kind)
    text = f"{row.kind} {bytes_text(row.nbytes)}"
    told = (f"{row.name}: {text}, {device_title(row.source)} to {device_title(row.target)}, "
            f"{duration_text(row.duration * 1000)}")
    line = element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=FILLS["copies"], stroke_width=1.3,
                   stroke_dasharray=dash, marker_end="url(#tut-head)")
    sign = _tag(text, (x1, y1), (x2, y2), tags) if tags is not None else ""
    return element("g", tip(told) + line + sign, data_op=row.name)


def _tag(text: str, start: tuple[float, float], end: tuple[float, float],
         tags: list[tuple[float, float]]) -> str:
    """A little sign on an arrow, where there is no other sign; "" where all of it is taken."""
    width = 5.4 * len(text) + 6
    for share in (0.5, 0.65, 0.35, 0.8, 0.2):
        x = min(max(start[0] + share * (end[0] - start[0]) - width / 2, _MARGIN),
                _WIDTH - _MARGIN - width)
        y = start[1] + share * (end[1] - start[1]) - 6
        if all(abs(x - other_x) > width or abs(y - other_y) > 13 for other_x, other_y in tags):
            tags.append((x, y))
            box = element("rect", x=x, y=y, width=width, height=12, rx=3, fill=FILLS["copies"])
            return box + label(x + 3, y + 9, text, fill="#fff", font_size=9)
    return ""


def _legend(model: DevicesModel, y: float) -> Iterator[str]:
    """What the looks mean, as far as they occur."""
    x = _MARGIN
    seen = {stretch.what for lane in model.lanes for span in lane.spans
            for stretch in span.stretches}
    for what in ("computes", "copies", "waits"):
        if what not in seen:
            continue
        box: dict[str, Any] = {"x": x, "y": y - 9, "width": 16, "height": 10}
        if what == "waits":
            yield element("rect", **box, fill="none", stroke=INK, stroke_dasharray="2 3")
        else:
            yield element("rect", **box, fill=FILLS[what])
        if what == "copies":
            yield element("rect", **box, fill="url(#tut-copies)")
        yield label(x + 21, y, what)
        x += 90
    if any(lane.memory is not None for lane in model.lanes):
        yield element("rect", x=x, y=y - 9, width=16, height=10, fill=MEMORY, fill_opacity=0.4)
        yield label(x + 21, y, "memory, each device on its own scale")
        x += 240
    if any(lane.is_simulated for lane in model.lanes):
        yield element("rect", x=x, y=y - 9, width=16, height=10, fill="url(#tut-simulated)",
                      stroke=FAINT)
        yield label(x + 21, y, "a simulated GPU: no hardware stands behind it")
