"""Operands as blocks in plain text: equal sizes are equally long, every axis has its number.

          ┌────────────┐
         ┌┴───────────┐│ 1
      10 │            ││
         │            ├┘
         └────────────┘
              512

The first axis goes down, the second to the right, the third into the depth; axes before the last
three are counted in words above the block.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tftutor.framework.shape_merge import Shape
from tftutor.inspection.quantities import size_text
from tftutor.inspection.shape_errors.explanation import Explanation, Join, Operand
from tftutor.inspection.shape_errors.source_lines import shape_text

_ABOUT_TYPES = {"dtype", "feed dtype", "conversion"}
_UNKNOWN = 4  # an axis of unknown size is drawn as long as one of this size
_WIDEST, _HIGHEST, _DEEPEST = 24, 6, 3
_GAP = 6


def pictured(explanation: Explanation) -> dict[int, Operand]:
    """The operands that are drawn, by their index: none where shapes aren't what is wrong."""
    if explanation.kind in _ABOUT_TYPES:
        return {}
    known = {n: operand for n, operand in enumerate(explanation.operands)
             if operand.shape is not None}
    return known if any(operand.shape for operand in known.values()) else {}


def telling_joins(explanation: Explanation) -> list[Join]:
    """The joins to speak of: those that don't fit, or all of them where none is known to be bad."""
    wrong = [join for join in explanation.joins if join.fits is False]
    return wrong or list(explanation.joins)


def columns(size: int | None) -> int:
    """How many characters wide an axis is drawn: 3 for 1, and 2 more for each doubling."""
    return min(3 + round(2 * _doublings(size)), _WIDEST)


def rows(size: int | None) -> int:
    """How many lines high an axis is drawn: 1 for 1, and one more for each factor of four."""
    return min(1 + math.ceil(_doublings(size) / 2), _HIGHEST)


def _doublings(size: int | None) -> float:
    return math.log2(max(_UNKNOWN if size is None else size, 1))


def draw_block(shape: Shape) -> list[str]:
    """A block with the size of each of its last three axes written beside it."""
    if shape is None:
        return ["( rank unknown )"]
    outer, inner = shape[:-3], shape[-3:]
    box = _box(inner)
    if not outer:
        return box
    count = " x ".join(size_text(size) for size in outer)
    return [f"{count} of these:", *box]


def _box(sizes: Sequence[int | None]) -> list[str]:
    if not sizes:
        return ["• a single number"]
    down = sizes[0] if len(sizes) > 1 else None
    right = sizes[0] if len(sizes) == 1 else sizes[1]
    height = rows(down) if len(sizes) > 1 else 1
    depth = min(rows(sizes[2]), _DEEPEST) if len(sizes) == 3 else 0
    lines = _faces(columns(right), height, depth)
    left = size_text(down) if len(sizes) > 1 else ""
    pad = " " * (len(left) + 1)
    middle = depth + (height + 1) // 2
    lines = [(f"{left} " if number == middle and left else pad) + line
             for number, line in enumerate(lines)]
    if depth:
        lines[depth // 2 + 1] += f" {size_text(sizes[2])}"
    return [*lines, pad + size_text(right).center(columns(right) + 2).rstrip()]


def _faces(width: int, height: int, depth: int) -> list[str]:
    """A box of `height` rows; behind it as many more as the third axis is long."""
    total = height + 2 + depth
    canvas = [[" "] * (width + 2 + depth) for _ in range(total)]
    for level in range(depth, -1, -1):  # the farthest first
        top, left = depth - level, level
        bottom, right = top + height + 1, left + width + 1
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                canvas[row][column] = " "
            canvas[row][left] = canvas[row][right] = "│"
        for row, ends in ((top, "┌┐"), (bottom, "└┘")):
            canvas[row][left:right + 1] = list(ends[0] + "─" * width + ends[1])
        if level < depth:  # edges that run into this face's own
            canvas[top][left + 1] = "┴"
            canvas[bottom - 1][right] = "├"
    return ["".join(row).rstrip() for row in canvas]


def axis_rows(operand: Operand) -> list[str]:
    """`axis 2: 1  <- surplus`, a row for each axis; the rule's letter where it has one."""
    lines = []
    for axis, size in enumerate(operand.shape or ()):
        letter = operand.axes[axis] if axis < len(operand.axes) else ""
        mark = operand.marks.get(axis, "kept")
        name = f"axis {axis}" + (f" ({letter})" if letter else "")
        lines.append(f"{name}: {size_text(size)}" + (f"  <- {mark}" if mark != "kept" else ""))
    return lines


def draw_operands(operands: Sequence[Operand], width: int = 96) -> list[str]:
    """All operands side by side, as many as `width` characters hold, the others below."""
    lines: list[str] = []
    row: list[list[str]] = []
    for column in map(_column, operands):
        if row and sum(_width(c) + _GAP for c in (*row, column)) - _GAP > width:
            lines += [*_beside(row), ""]
            row = []
        row.append(column)
    return lines + _beside(row) if row else lines


def _column(operand: Operand) -> list[str]:
    head = f"{operand.name} {shape_text(operand.shape)}"
    return [head, *draw_block(operand.shape), *axis_rows(operand)]


def _width(column: Sequence[str]) -> int:
    return max(map(len, column))


def _beside(drawn: Sequence[list[str]]) -> list[str]:
    """Columns beside each other; blocks stand on one ground, heads are in one line."""
    tallest = max(map(_block_height, drawn))
    filled = [[c[0], *[""] * (tallest - _block_height(c)), *c[1:]] for c in drawn]
    lines = []
    for number in range(max(map(len, filled))):
        cells = [(c[number] if number < len(c) else "").ljust(_width(c)) for c in filled]
        lines.append((" " * _GAP).join(cells).rstrip())
    return lines


def _block_height(column: Sequence[str]) -> int:
    return len(column) - 1 - sum(line.startswith("axis ") for line in column[1:])
