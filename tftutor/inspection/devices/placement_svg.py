"""A placement as a picture: a lane for each device, boxes for operations or scopes, arrows for
tensors that must be copied.

A box stands right of those that send it something. What soft placement moved has a dashed frame and
says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from tftutor.inspection.devices.boxes import Box, Link, boxes_and_links
from tftutor.inspection.devices.model import DevicesModel
from tftutor.inspection.devices.names import device_title, short_device
from tftutor.inspection.quantities import bytes_text
from tftutor.inspection.svg_parts import (
    FAINT,
    FILLS,
    INK,
    WARNING,
    cut,
    element,
    label,
    picture,
    tip,
)

_MARGIN, _TOP = 12.0, 30.0
_BOX_WIDTH, _BOX_HEIGHT, _SPACE = 116.0, 38.0, 12.0
_ARROW = 30.0  # room for an arrow between sender and receiver
_TITLE, _GAP = 20.0, 34.0
_LANE = _TITLE + _BOX_HEIGHT + 10
_LEAST_WIDTH = 720.0


def placement_svg(model: DevicesModel) -> str:
    """The picture. It is the same for the same model."""
    boxes, links = boxes_and_links(model)
    tops = {lane.device: _TOP + index * (_LANE + _GAP) for index, lane in enumerate(model.lanes)}
    places = _places(boxes, links, tops)
    width = max([x + _BOX_WIDTH for x, _ in places] + [_LEAST_WIDTH - 2 * _MARGIN]) + 2 * _MARGIN
    height = _TOP + len(model.lanes) * (_LANE + _GAP) + 4
    title = f"{len(model.rows)} operations on {len(model.lanes)} devices"
    parts = [label(_MARGIN, 16, f"{title}.{_moved(model)}", font_weight="bold")]
    for lane in model.lanes:
        y = tops[lane.device]
        parts.append(element("rect", x=_MARGIN, y=y, width=width - 2 * _MARGIN, height=_LANE, rx=3,
                             fill="url(#tut-simulated)" if lane.is_simulated else "none",
                             stroke=FAINT))
        parts.append(label(_MARGIN + 6, y + 14, f"{lane.title}   {_operations(lane.operations)}",
                           font_weight="bold"))
    parts += [_box(box, *place) for box, place in zip(boxes, places, strict=True)]
    parts += _arrows(links, places)
    parts += _legend(model, height - 8)
    return picture(width, height + 6, title, _description(model), parts)


def _moved(model: DevicesModel) -> str:
    return f" {len(model.moved)} moved by soft placement." if model.moved else ""


def _operations(count: int) -> str:
    return f"{count} operation" if count == 1 else f"{count} operations"


def _description(model: DevicesModel) -> str:
    lanes = "; ".join(f"{lane.title}: {_operations(lane.operations)}" for lane in model.lanes)
    copies = "; ".join(f"{row.tensor} from {device_title(row.source)} to "
                       f"{device_title(row.target)}" for row in model.crossings[:12])
    return f"{lanes}. Copied between devices: {copies or 'nothing'}."


def _places(boxes: list[Box], links: list[Link], tops: dict[str, float]
            ) -> list[tuple[float, float]]:
    """The upper left corner of each box: right of what came before it and of who sends to it."""
    places: list[tuple[float, float]] = []
    free = dict.fromkeys(tops, _MARGIN + 8)
    for number, box in enumerate(boxes):
        after = [places[link.source][0] + _BOX_WIDTH + _ARROW for link in links
                 if link.target == number and link.source < number]
        x = max([free[box.device], *after])
        free[box.device] = x + _BOX_WIDTH + _SPACE
        places.append((x, tops[box.device] + _TITLE))
    return places


def _box(box: Box, x: float, y: float) -> str:
    is_one = len(box.rows) == 1
    what = box.rows[0].type if is_one else _operations(len(box.rows))
    if box.moved:
        what = "moved here" if is_one else f"{box.moved} of {len(box.rows)} moved here"
    frame = element("rect", x=x, y=y, width=_BOX_WIDTH, height=_BOX_HEIGHT,
                    rx=4 if is_one else 10, fill=FILLS["computes"],
                    stroke=WARNING if box.moved else None, stroke_width=3 if box.moved else None,
                    stroke_dasharray="5 3" if box.moved else None)
    return element("g", tip(_told(box)) + frame
                   + label(x + 6, y + 15, cut(box.name, _BOX_WIDTH - 10), fill="#fff",
                           font_weight="bold")
                   + label(x + 6, y + 30, cut(what, _BOX_WIDTH - 10), fill="#fff"),
                   data_op=box.name)


def _told(box: Box) -> str:
    rows = [f"{row.op} ({row.type}): asked for {short_device(row.requested) or 'nothing'}, runs on "
            f"{short_device(row.actual)}; {row.reason}" for row in box.rows[:8]]
    return "\n".join([*rows, *([f"and {len(box.rows) - 8} more"] if len(box.rows) > 8 else [])])


def _arrows(links: list[Link], places: list[tuple[float, float]]) -> Iterator[str]:
    tags: list[tuple[float, float]] = []
    for link in links:
        (x1, y1), (x2, y2) = places[link.source], places[link.target]
        is_down, is_back = y2 > y1, x2 < x1 + _BOX_WIDTH
        start = (x1 + (_BOX_WIDTH if not is_back else _BOX_WIDTH / 2) - 6,
                 y1 + (_BOX_HEIGHT if is_down else 0))
        end = (x2 + (6 if not is_back else _BOX_WIDTH / 2), y2 + (0 if is_down else _BOX_HEIGHT))
        line = element("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1],
                       stroke=FILLS["copies"], stroke_width=1.5, marker_end="url(#tut-head)")
        yield element("g", tip(", ".join(link.tensors)) + line + _tag(link, start, end, tags))


def _tag(link: Link, start: tuple[float, float], end: tuple[float, float],
         tags: list[tuple[float, float]]) -> str:
    """Which tensor and how many bytes, on a sign between the lanes."""
    name = link.tensors[0] if len(link.tensors) == 1 else f"{len(link.tensors)} tensors"
    size = "? bytes" if link.nbytes is None else bytes_text(link.nbytes)
    text = f"{cut(name, 90)} {size}"
    width = 5.4 * len(text) + 6
    edge = start[1] + (1 if end[1] > start[1] else -1) * (10 + _GAP / 2)
    share = min(max((edge - start[1]) / ((end[1] - start[1]) or 1), 0.1), 0.9)
    x = max(start[0] + share * (end[0] - start[0]) - width / 2, _MARGIN)
    y = edge - 6
    for shift in (0, 13, -13, 26):
        if all(abs(x - other_x) > width or abs(y + shift - other_y) > 12
               for other_x, other_y in tags):
            y += shift
            break
    tags.append((x, y))
    return (element("rect", x=x, y=y, width=width, height=12, rx=3, fill=FILLS["copies"])
            + label(x + 3, y + 9, text, fill="#fff", font_size=9))


def _legend(model: DevicesModel, y: float) -> Iterator[str]:
    words = ["arrows: tensors that must be copied"]
    if model.moved:
        words.append("dashed frame: moved by soft placement")
    if any(lane.is_simulated for lane in model.lanes):
        words.append("hatched: a simulated GPU, no hardware stands behind it")
    yield label(_MARGIN, y, ".  ".join(words), fill=INK, font_size=10)
