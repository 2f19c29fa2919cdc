"""The stage of a movement: where the operands and the result stand, and each element in them.

Operands stand in a row with the result after them, or above it where there is no room. The operands
of a matrix product stand so that a row and a column meet in the element that they make.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tftutor.inspection.ranks.blocks import Block, Scale, block, fitting
from tftutor.inspection.ranks.drawing import value_scale
from tftutor.inspection.ranks.movement import Movement
from tftutor.inspection.ranks.picture import INDEX_LINE, draw_block, plain_labels
from tftutor.inspection.ranks.subject import Subject
from tftutor.inspection.ranks.svg import Canvas, text_width
from tftutor.inspection.ranks.values import value_text

_ROW_WIDTH = 800.0
_GAP = 26.0
# Pastel colours of rows; the number in a cell tells the same.
TINTS = ("#fde68a", "#bbf7d0", "#bfdbfe", "#fbcfe8", "#ddd6fe", "#fed7aa", "#d1d5db", "#99f6e4")
_GREY = 6


class Part(NamedTuple):
    """An operand or the result: its block and where that stands."""

    block: Block
    subject: Subject
    x: float
    y: float


class Scene(NamedTuple):
    """The operands, the result (None when the op refuses), and what is written between them as
    (x, y, text)."""

    operands: tuple[Part, ...]
    result: Part | None
    signs: tuple[tuple[float, float, str], ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The operands, then the result."""
        return self.operands + (() if self.result is None else (self.result,))


def scene(move: Movement) -> Scene:
    """Arrange the blocks of a movement."""
    subjects = [*move.operands, *([] if move.result is None else [move.result])]
    blocks = [_block(move, one) for one in subjects]
    if move.op.kind == "product" and move.result is not None and \
            all(len(one.shape) == 2 for one in blocks):
        return _corner(subjects, blocks)
    return _row(move, subjects, blocks)


def _block(move: Movement, one: Subject) -> Block:
    shape = one.shape if one.shape is not None else ()
    if move.sources is None:
        return fitting(shape, 300)
    widest = max((value_scale(values, 2) for values in move.values), key=lambda scale: scale.width)
    return block(shape, Scale(widest.width, widest.height, room=16, outer_room=16, leaf_rank=2))


def draw_part(canvas: Canvas, part: Part, move: Movement, number: int, values: bool = True,
              tinted: bool = True) -> None:
    """One block with its name, its labels and, if they are few, its values in coloured cells.

    `number` counts the operands; that of the result is their count.
    """
    labels = plain_labels(part.block, part.subject.axes)
    if move.sources is None:
        draw_block(canvas, part.block, part.x, part.y, labels=labels)
    else:
        shown = move.values[number]
        colours = tints(move)[number]
        texts = (lambda index: value_text(shown[index])) if values else None
        tint = (lambda index: colours[_number(index, shown.shape)]) if values and tinted else None
        draw_block(canvas, part.block, part.x, part.y, labels=labels, value=texts, tint=tint)
    canvas.text(part.x, part.y - _title_space(part.block), title(move, number),
                class_="rk-headline", font_weight="bold")


def title(move: Movement, number: int) -> str:
    """`x: [2, 3]`."""
    if number == len(move.operands):
        assert move.result is not None
        return f"result: {move.result.shape_text}"
    return f"{move.operands[number].name}: {move.operands[number].shape_text}"


def _title_space(drawn: Block) -> float:
    """How far above a block its name stands, over rulers and indices."""
    roles = [ruler.role for ruler in drawn.rulers]
    columns = roles.count("columns")
    return 10.0 + columns * 23.0 + (INDEX_LINE if columns else 0.0) + 8.0 * ("deep" in roles)


def _number(index: Sequence[int], shape: Sequence[int]) -> int:
    """The number of an element in reading order."""
    number = 0
    for place, size in zip(index, shape, strict=True):
        number = number * size + place
    return number


class _Extent(NamedTuple):
    """How far a part with its labels reaches from the corner of its block."""

    left: float
    top: float
    right: float
    bottom: float


def _extent(subject: Subject, drawn: Block, words: str) -> _Extent:
    trial = Canvas()
    draw_block(trial, drawn, labels=plain_labels(drawn, subject.axes))
    trial.text(0, -_title_space(drawn), words)
    return _Extent(trial.left, trial.top, trial.right, trial.bottom)


def _row(move: Movement, subjects: Sequence[Subject], blocks: Sequence[Block]) -> Scene:
    count = len(move.operands)
    extents = [_extent(one, drawn, title(move, number)) for number, (one, drawn) in
               enumerate(zip(subjects, blocks, strict=True))]
    arrow = f"tf.{move.op.name}"
    parts: list[Part] = []
    signs: list[tuple[float, float, str]] = []
    x = 0.0
    for number, (one, drawn, extent) in enumerate(zip(subjects, blocks, extents, strict=True)):
        y = -drawn.height / 2
        if number == count and x + _GAP + extent.right - extent.left > _ROW_WIDTH:
            low = max(part.y + reach.bottom for part, reach in zip(parts, extents, strict=False))
            signs.append((30.0, low + 28, f"↓ {arrow}"))
            parts.append(Part(drawn, one, -extent.left, low + 48 - extent.top))
            break
        if number:
            sign = arrow + " →" if number == count else move.op.sign or ","
            space = text_width(sign) + 12
            signs.append((x + space / 2, 4.0, sign))
            x += space + 10
        parts.append(Part(drawn, one, x - extent.left, y))
        x += extent.right - extent.left + 10
    return Scene(tuple(parts[:count]), parts[count] if len(parts) > count else None, tuple(signs))


def _corner(subjects: Sequence[Subject], blocks: Sequence[Block]) -> Scene:
    """A matrix product: the left matrix beside the result, the right one above it."""
    left, right, result = blocks
    below = _extent(subjects[1], right, "")
    beside = _extent(subjects[2], result, "")
    x = -beside.left + left.width + 26
    y = right.height + below.bottom - right.height + 34
    parts = [Part(left, subjects[0], 0.0, y), Part(right, subjects[1], x, 0.0),
             Part(result, subjects[2], x, y)]
    return Scene(tuple(parts[:2]), parts[2], ())


def tints(move: Movement) -> list[list[str]]:
    """The colours of all elements of the operands and of the result, in reading order.

    Elements of a row share a colour that they take along; those that are combined share theirs with
    what they make. A product has colours for the row and the column of one element only.
    """
    assert move.sources is not None
    colours = [[""] * values.size for values in move.values]
    if move.op.kind == "product":
        for operand, number in move.sources[0]:
            colours[operand][number] = TINTS[operand]
        colours[-1][0] = TINTS[3]
        return colours
    for target, made_of in enumerate(move.sources):
        for operand, number in made_of:
            group = target if move.op.kind == "combines" else _row_of(move, operand, number, target)
            colours[operand][number] = TINTS[group % len(TINTS)]
        colours[-1][target] = colours[made_of[0][0]][made_of[0][1]]
    return colours


def _row_of(move: Movement, operand: int, number: int, target: int) -> int:
    """The colour of an element by the row that it comes from.

    A vector has no rows: its elements are told by the rows they go to, or each by itself. Of two
    tensors that are paired, the second one is grey.
    """
    shape = move.values[operand].shape
    if move.op.kind == "pairs" and operand:
        return _GREY
    if move.op.kind == "joins":
        before = sum(_rows(values.shape) for values in move.values[:operand])
        return before + number // (shape[-1] if shape else 1)
    if len(shape) > 1:
        return number // shape[-1]
    result = move.values[-1].shape
    return target // result[-1] if move.op.kind == "moves" and result else number


def _rows(shape: Sequence[int]) -> int:
    return math.prod(shape[:-1])
