"""Pictures of blocks: faces, cells, values, rulers and their labels.

`draw_block` puts one block on a canvas and can be used for several on the same one, since equal
sizes are equally long in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from tftutor.inspection.quantities import size_text
from tftutor.inspection.ranks.blocks import Block, Copy, Ruler
from tftutor.inspection.ranks.leaf import ROLES, Break, Leaf, Side
from tftutor.inspection.ranks.picks import draw_picks
from tftutor.inspection.ranks.svg import Canvas, Point, axis_colour, text_width

_FILLS = {"front": "#dbeafe", "top": "#eff6ff", "right": "#bfdbfe"}
_EDGE = "#1e3a8a"
_STEPS = {"right": (5.5, 0.0), "columns": (5.5, 0.0), "down": (0.0, 5.5), "rows": (0.0, 5.5),
          "deep": (4.0, -4.0)}
# Which edges of a face run along which axis: (corner, corner, role of the axis).
_FACE_EDGES = {
    "front": ((0, 1, "right"), (1, 2, "down"), (2, 3, "right"), (3, 0, "down")),
    "top": ((0, 1, "deep"), (1, 2, "right"), (2, 3, "deep")),
    "right": ((1, 2, "down"), (2, 3, "deep")),
}
_LABEL_SPACE = 9.0
_LINE = 17.0
INDEX_LINE = 11.0   # what the indices of copies need above a block


class Label(NamedTuple):
    """What is written at an axis: its name, its size, and a note such as `must match`.

    `colour` is the axis's own by default; a note is written out, so the colour is never alone.
    """

    text: str
    size: str
    note: str = ""
    colour: str = ""

    @property
    def words(self) -> str:
        """All of it in one line."""
        return f"{self.text}: {self.size}" + (f"  {self.note}" if self.note else "")


def plain_labels(block: Block, names: Sequence[str] = ()) -> dict[int, Label]:
    """`axis 0 height: 1080` for each axis."""
    return {axis: Label(f"axis {axis}" + (f" {names[axis]}" if axis < len(names) and names[axis]
                                          else ""), size_text(size))
            for axis, size in enumerate(block.shape)}


def draw_block(canvas: Canvas, block: Block, x: float = 0.0, y: float = 0.0, *,
               labels: Mapping[int, Label] | None = None,
               value: Callable[[tuple[int, ...]], str] | None = None,
               taken: Sequence[range | None] | None = None,
               tint: Callable[[tuple[int, ...]], str] | None = None) -> None:
    """Draw a block with its top left corner at (x, y); labels stand outside of it.

    Args:
      canvas: what is drawn on.
      block: the geometry.
      x, y: the place.
      labels: for some axes what to write; all plain by default, none with {}.
      value: the text in the cell of an element.
      taken: for each axis the indices that stand out, None for all of it; the rest is pale.
      tint: the colour of an element's cell, "" for the usual one; of a cube, of its front.
    """
    faded = taken is not None
    for copy in block.copies:
        canvas.open(class_="rk-leaf" + (" rk-ghost" if copy.ghost else ""),
                    transform=f"translate({x + copy.x:.1f} {y + copy.y:.1f})")
        canvas.raw(_leaf_markup(block.leaf, copy, faded))
        canvas.close()
        canvas.cover((x + copy.x, y + copy.y),
                     (x + copy.x + block.leaf.width, y + copy.y + block.leaf.height))
    for mark in block.breaks:
        _draw_break(canvas, mark, x, y)
    if taken is not None:
        draw_picks(canvas, block, x, y, taken)
    if tint is not None:
        _draw_tints(canvas, block, x, y, tint)
    if value is not None:
        _draw_values(canvas, block, x, y, value, taken)
    _draw_indices(canvas, block, x, y)
    shown = plain_labels(block) if labels is None else labels
    _draw_rulers(canvas, block, x, y, shown)


def _leaf_markup(leaf: Leaf, copy: Copy, faded: bool) -> str:
    """One copy, at the origin of its group."""
    if copy.ghost:
        return _edges(leaf, True, True)
    cells = [line for side in leaf.sides for line in side.cells]
    grid = _path(cells, f'class="rk-grid" fill="none" stroke="{_EDGE}" '
                        f'stroke-opacity="{0.2 if faded else 0.4}"') if cells else ""
    dots = "".join(_dots(mark.at, _STEPS[mark.role]) for mark in leaf.breaks)
    return "".join(_face(side, faded) for side in leaf.sides) + grid + _edges(leaf, False, faded) \
        + dots


def _edges(leaf: Leaf, ghost: bool, faded: bool) -> str:
    """The edges; those of what isn't there, or has an unknown size, are dashed."""
    ghost = ghost or any(one.size == 0 for one in leaf.spans)
    unknown = {role for role, one in zip(ROLES[len(leaf.spans)], leaf.spans, strict=True)
               if one.size is None}
    solid: list[tuple[float, ...]] = []
    dashed: list[tuple[float, ...]] = []
    for side in leaf.sides:
        for start, end, role in _FACE_EDGES[side.role]:
            line = (*side.corners[start], *side.corners[end])
            (dashed if ghost or role in unknown else solid).append(line)
    style = f'class="rk-edge" fill="none" stroke="{_EDGE}"' \
        + (' stroke-opacity="0.55"' if faded else "")
    return (_path(solid, style) if solid else "") \
        + (_path(dashed, style + ' stroke-dasharray="5 4"') if dashed else "")


def _face(side: Side, faded: bool) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in side.corners)
    opacity = ' fill-opacity="0.45"' if faded else ""
    return (f'<polygon class="rk-{side.role}" points="{points}" fill="{_FILLS[side.role]}"'
            f"{opacity}/>")


def _path(lines: Sequence[tuple[float, ...]], style: str) -> str:
    path = "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for a, b, c, d in lines)
    return f'<path d="{path}" {style}/>'.replace(".0 ", " ").replace('.0"', '"').replace(".0L", "L")


def _dots(at: Point, step: Point) -> str:
    return "".join(f'<circle class="rk-dot" cx="{at[0] + n * step[0]:.1f}" '
                   f'cy="{at[1] + n * step[1]:.1f}" r="1.8" fill="{_EDGE}"/>' for n in (-1, 0, 1))


def _draw_break(canvas: Canvas, mark: Break, x: float, y: float) -> None:
    at = (x + mark.at[0], y + mark.at[1])
    canvas.cover(at)
    canvas.raw(_dots(at, _STEPS[mark.role]))


def _draw_values(canvas: Canvas, block: Block, x: float, y: float,
                 value: Callable[[tuple[int, ...]], str],
                 taken: Sequence[range | None] | None) -> None:
    """Texts in cells; of a cube those on its front. What stands in a taken cell has a class."""
    canvas.open(class_="rk-values", text_anchor="middle")
    scale = block.leaf.scale
    for index in front_cells(block):
        corner = block.cell(index)
        text = escape(value(index), quote=False)
        if corner is not None and text:
            class_ = ' class="rk-on"' if taken is not None and _is_in(index, taken) else ""
            canvas.raw(f'<text{class_} x="{x + corner[0] + scale.width / 2:.1f}" '
                       f'y="{y + corner[1] + scale.height / 2 + 4:.1f}">{text}</text>')
    canvas.close()


def _is_in(index: tuple[int, ...], taken: Sequence[range | None]) -> bool:
    return all(picked is None or place in picked
               for place, picked in zip(index, taken, strict=True))


def _draw_tints(canvas: Canvas, block: Block, x: float, y: float,
                tint: Callable[[tuple[int, ...]], str]) -> None:
    """Cells in colours of their own, with an edge that stays readable."""
    scale = block.leaf.scale
    canvas.open(class_="rk-tints", stroke=_EDGE, stroke_opacity=0.6)
    for index in front_cells(block):
        corner, colour = block.cell(index), tint(index)
        if corner is not None and colour:
            canvas.rectangle(x + corner[0], y + corner[1], scale.width, scale.height, fill=colour)
    canvas.close()


def front_cells(block: Block) -> list[tuple[int, ...]]:
    """The indices of all cells that are drawn and not behind others, in reading order."""
    fronts: list[tuple[int, ...]] = [()]
    for axis, one in enumerate(block.leaf.spans):
        visible = one.visible[:1] if axis == 2 else one.visible
        fronts = [(*before, index) for before in fronts for index in visible]
    prefixes = [tuple(i for i in copy.prefix if i is not None) for copy in block.copies
                if None not in copy.prefix]
    return [(*prefix, *front) for prefix in sorted(prefixes) for front in fronts]


def _draw_indices(canvas: Canvas, block: Block, x: float, y: float) -> None:
    """Above each copy in the first row its index on the axis that goes to the right."""
    for copy in block.copies:
        if copy.prefix and copy.y == 0 and (copy.prefix[-1] is not None or block.shape[
                len(block.outer) - 1] is None):
            index = copy.prefix[-1] if copy.prefix[-1] is not None else "?" if copy.ghost else 0
            canvas.text(x + copy.x + block.leaf.width / 2, y - 5, f"[{index}]", size=11,
                        anchor="middle", class_="rk-index")


def _draw_rulers(canvas: Canvas, block: Block, x: float, y: float,
                 labels: Mapping[int, Label]) -> None:
    left = max([text_width(labels[ruler.axis].words) for ruler in block.rulers
                if ruler.role in ("down", "deep") and ruler.axis in labels], default=0.0)
    for ruler in block.rulers:
        if ruler.axis in labels:
            _draw_ruler(canvas, ruler, x, y, labels[ruler.axis], left)


def _draw_ruler(canvas: Canvas, ruler: Ruler, x: float, y: float, label: Label,
                left: float) -> None:
    """A line beside the block along its axis, and the axis's label."""
    dx, dy = _ruler_offset(ruler, left)
    start = (x + ruler.start[0] + dx, y + ruler.start[1] + dy)
    end = (x + ruler.end[0] + dx, y + ruler.end[1] + dy)
    colour = label.colour or axis_colour(ruler.axis)
    canvas.open(class_=f"rk-axis rk-axis{ruler.axis % 6}", fill=colour, data_axis=ruler.axis)
    style: dict[str, object] = {"stroke": colour, "stroke_width": 2, "class_": "rk-ruler"}
    if ruler.size is None:
        style["stroke_dasharray"] = "4 3"
    canvas.lines([(*start, *end)], **style)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    if ruler.role in ("down", "rows", "deep"):
        canvas.text(middle[0] - 6, middle[1] + 4, label.words, anchor="end")
    elif ruler.role == "right":
        canvas.text(*_beside(start, middle, label.words, end, _LINE - 3), anchor="middle")
    else:
        canvas.text(*_beside(start, middle, label.words, end, -6), anchor="middle")
    canvas.close()


def _beside(start: Point, middle: Point, words: str, end: Point, dy: float,
            ) -> tuple[float, float, str]:
    """A label above or below a ruler; one longer than the ruler begins where the ruler begins."""
    width = text_width(words)
    x = middle[0] if width <= end[0] - start[0] else start[0] + width / 2
    return x, middle[1] + dy, words


def _ruler_offset(ruler: Ruler, left: float) -> Point:
    """How far a ruler stands from the edge that it measures."""
    match ruler.role:
        case "down":
            return -_LABEL_SPACE, 0.0
        case "right":
            return 0.0, _LABEL_SPACE
        case "deep":
            return -_LABEL_SPACE * 0.8, -_LABEL_SPACE * 0.8
        case "columns":
            return 0.0, -_LABEL_SPACE - INDEX_LINE - ruler.level * (_LINE + 6)
        case _:
            return -_LABEL_SPACE * 2 - left - ruler.level * 110 - (12 if left else 0), 0.0
