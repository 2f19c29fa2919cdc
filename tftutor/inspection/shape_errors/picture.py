"""The picture of a shape error: the operands as blocks on one scale, axes that must match joined.

What an axis is to the rule is said in words beside it and only repeated by its colour. The blocks
and their places come from `tftutor.inspection.ranks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tftutor.inspection.quantities import size_text
from tftutor.inspection.ranks.blocks import Block, Scale, block
from tftutor.inspection.ranks.picture import Label, draw_block
from tftutor.inspection.ranks.svg import Canvas
from tftutor.inspection.shape_errors.block_text import pictured, telling_joins
from tftutor.inspection.shape_errors.explanation import Explanation, Join, Operand
from tftutor.inspection.shape_errors.source_lines import operand_label, shape_text

PLAIN, BAD, TIED, GOOD = "#4b5563", "#b42318", "#1d4ed8", "#047857"
_HATCHING = ('<defs><pattern id="tft-wrong" width="5" height="5" patternUnits="userSpaceOnUse" '
             f'patternTransform="rotate(45)"><rect width="5" height="5" fill="#fee4e2"/>'
             f'<path d="M0 0V5" stroke="{BAD}" stroke-width="2"/></pattern></defs>')
_WRONG = {"surplus", "wrong size"}
_TIED = {"must match", "matches"}
_SCALE = Scale(width=13.0, height=11.0, deep=6.0, room=4, outer_room=2)
_GAP, _LINE, _WIDEST = 90.0, 17.0, 900.0
_RULER_SPACE, _LABEL_HEIGHT = 9.0, 30.0   # between a block and its ruler; ruler and label below it
_VERDICTS = {True: ("=", "they match", GOOD), False: ("\u2260", "they must match", BAD),
             None: ("?", "known only when the graph runs", PLAIN)}


class _Drawn(NamedTuple):
    """An operand on the canvas: its block's corner, and the ground below its labels."""

    operand: Operand
    block: Block
    x: float
    y: float


def svg(explanation: Explanation) -> str:
    """The picture; "" where shapes aren't what is wrong."""
    shown = pictured(explanation)
    if not shown:
        return ""
    canvas = Canvas()
    canvas.raw(_HATCHING)
    drawn = _place(shown)
    for index, one in drawn.items():
        canvas.open(class_="rk-operand", data_operand=index)
        _draw_operand(canvas, one)
        canvas.close()
    _draw_joins(canvas, explanation, drawn)
    return canvas.svg(f"Shapes of {explanation.op_type or 'the call'}", description(explanation))


def description(explanation: Explanation) -> str:
    """What the picture shows, in one or two sentences."""
    shapes = ", ".join(f"{o.name} {shape_text(o.shape)}" for o in explanation.operands)
    return f"{explanation.sentence} Blocks: {shapes}."


def _place(operands: dict[int, Operand]) -> dict[int, _Drawn]:
    """Side by side on one ground, as far as the width holds; then in the next row."""
    drawn: dict[int, _Drawn] = {}
    row: list[tuple[int, Operand, Block]] = []
    x = y = 0.0
    for index, operand in operands.items():
        one = block(operand.shape or (), _SCALE)
        width = max(one.width, 60.0) + _GAP + _label_room(operand)
        if row and x + width > _WIDEST:
            y = _settle(row, y, drawn)
            row, x = [], 0.0
        row.append((index, operand, one))
        x += width
    _settle(row, y, drawn)
    return drawn


def _settle(row: Sequence[tuple[int, Operand, Block]], y: float, drawn: dict[int, _Drawn]) -> float:
    """Give a row its places; returns where the next row begins."""
    height = max((one.height for _, _, one in row), default=0.0)
    x = 0.0
    for index, operand, one in row:
        x += _label_room(operand)
        drawn[index] = _Drawn(operand, one, x, y + (height - one.height))
        x += max(one.width, 60.0) + _GAP
    return y + height + 7 * _LINE


def _label_room(operand: Operand) -> float:
    """Pixels for the labels on the left of a block."""
    return 110.0 if len(operand.shape or ()) > 1 else 20.0


def _draw_operand(canvas: Canvas, one: _Drawn) -> None:
    operand = one.operand
    labels = {axis: _axis_label(operand, axis) for axis in range(len(operand.shape or ()))}
    draw_block(canvas, one.block, one.x, one.y, labels=labels)
    _hatch_surplus(canvas, one)
    above = any(ruler.role == "columns" for ruler in one.block.rulers)
    top = one.y - (3.3 if above else 2.4) * _LINE
    canvas.text(one.x, top, operand.name, size=13, font_weight="bold")
    canvas.text(one.x, top + 0.95 * _LINE, operand_label(operand), fill=PLAIN)


def _hatch_surplus(canvas: Canvas, one: _Drawn) -> None:
    """Red hatching on the sides along which a surplus third axis runs into the depth."""
    deep = len(one.block.outer) + 2
    if one.operand.marks.get(deep, "") not in _WRONG:
        return
    for copy in one.block.copies:
        for side in one.block.leaf.sides:
            if side.role in ("top", "right"):
                corners = [(one.x + copy.x + x, one.y + copy.y + y) for x, y in side.corners]
                canvas.polygon(corners, fill="url(#tft-wrong)", stroke=BAD, stroke_width=1.5,
                               class_="rk-wrong")


def _axis_label(operand: Operand, axis: int) -> Label:
    mark: str = operand.marks.get(axis, "kept")
    letter = operand.axes[axis] if axis < len(operand.axes) else ""
    return Label(f"axis {axis}" + (f" {letter}" if letter else ""),
                 size_text(operand.size(axis)), "" if mark == "kept" else mark, mark_colour(mark))


def mark_kind(mark: str) -> str:
    """`wrong`, `tied` to another axis, or `plain`."""
    return "wrong" if mark in _WRONG else "tied" if mark in _TIED else "plain"


def mark_colour(mark: str) -> str:
    """Red for what is wrong, blue for what is tied to another axis, grey for the rest."""
    return {"wrong": BAD, "tied": TIED, "plain": PLAIN}[mark_kind(mark)]


def _draw_joins(canvas: Canvas, explanation: Explanation, drawn: dict[int, _Drawn]) -> None:
    """Below the blocks a line from axis to axis for each pair that is tied, and what is so."""
    y = canvas.bottom + 0.9 * _LINE
    for join in telling_joins(explanation):
        if join.first[0] in drawn and join.second[0] in drawn:
            y = _draw_join(canvas, join, explanation.operands, drawn, y)


def _draw_join(canvas: Canvas, join: Join, operands: Sequence[Operand], drawn: dict[int, _Drawn],
               y: float) -> float:
    """Draw one join; returns where the next may begin."""
    sign, words, colour = _VERDICTS[join.fits]
    texts, ends = [], []
    for index, axis in (join.first, join.second):
        operand = operands[index]
        texts.append(f"{operand.name} axis {axis}: {size_text(operand.size(axis))}")
        ends.append(_axis_end(drawn[index], axis))
    left = 0.0
    if None not in ends:
        (x1, y1), (x2, y2) = ends  # type: ignore[misc]
        left = min(x1, x2)
        dash = {} if join.fits else {"stroke_dasharray": "5 4"}
        canvas.lines([(x1, y1, x1, y), (x1, y, x2, y), (x2, y, x2, y2)], stroke=colour,
                     stroke_width=1.5, fill="none", class_="rk-join", **dash)
    canvas.text(left, y + 0.95 * _LINE, f"{texts[0]}  {sign}  {texts[1]}   ({words})",
                fill=colour, font_weight="bold" if join.fits is False else "normal")
    return y + 2.0 * _LINE


def _axis_end(one: _Drawn, axis: int) -> tuple[float, float] | None:
    """Where a line from below meets an axis; None for axes that are measured above the block."""
    for ruler in one.block.rulers:
        if ruler.axis == axis and ruler.role == "right":
            middle = (ruler.start[0] + ruler.end[0]) / 2
            return one.x + middle, one.y + ruler.end[1] + _LABEL_HEIGHT
        if ruler.axis == axis and ruler.role == "down":
            return one.x + ruler.end[0] - _RULER_SPACE, one.y + max(ruler.start[1], ruler.end[1])
    return None
