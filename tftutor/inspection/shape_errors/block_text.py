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
from tftutor.inspection.shape_errors.explanation import Operand
from tftutor.inspection.shape_errors.source_lines import shape_text

_UNKNOWN_STEPS = 2
_MOST_STEPS = 6
_GAP = 6


def size_text(size: int | None) -> str:
    """`?` for a size that isn't known."""
    return "?" if size is None else str(size)


def steps(size: int | None) -> int:
    """How long an axis is drawn, in steps of about a factor of four: 1 for 1, at most 6."""
    if size is None:
        return _UNKNOWN_STEPS
    return min(1 + math.ceil(math.log2(max(size, 1)) / 2), _MOST_STEPS)


def draw_block(shape: Shape) -> list[str]:
    """A block with the size of each of its last three axes written beside it."""
    if shape is None:
        return ["( rank unknown )"]
    outer, inner = shape[:-3], shape[-3:]
    rows = _box(inner)
    if outer:
        count = " x ".join(size_text(size) for size in outer)
        rows = [f"{count} times this:", *rows]
    return rows


def _box(sizes: Sequence[int | None]) -> list[str]:
    if not sizes:
        return ["• a single number"]
    down = sizes[0] if len(sizes) > 1 else None
    right = sizes[0] if len(sizes) == 1 else sizes[1]
    height = steps(down) if len(sizes) > 1 else 1
    width = 3 * steps(right)
    rows = _faces(width, height, steps(sizes[2]) if len(sizes) == 3 else 0)
    depth = len(rows) - height - 2
    left = size_text(down) if len(sizes) > 1 else ""
    pad = " " * (len(left) + 1)
    middle = depth + (height + 1) // 2
    rows = [(f"{left} " if number == middle and left else pad) + row
            for number, row in enumerate(rows)]
    if depth:
        rows[depth // 2 + 1] += f" {size_text(sizes[2])}"
    label = size_text(right)
    rows.append(pad + label.center(width + 2).rstrip())
    return rows


def _faces(width: int, height: int, depth: int) -> list[str]:
    """A box of `height` rows; behind it as many more as the third axis is long."""
    depth = min(depth, 3)
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
    rows = []
    for axis, size in enumerate(operand.shape or ()):
        letter = operand.axes[axis] if axis < len(operand.axes) else ""
        mark = operand.marks.get(axis, "kept")
        name = f"axis {axis}" + (f" ({letter})" if letter else "")
        rows.append(f"{name}: {size_text(size)}" + (f"  <- {mark}" if mark != "kept" else ""))
    return rows


def draw_operands(operands: Sequence[Operand], width: int = 96) -> list[str]:
    """All operands side by side, as many as `width` characters hold, the others below."""
    columns = [_column(operand) for operand in operands]
    rows: list[str] = []
    line: list[list[str]] = []
    for column in columns:
        if line and sum(_width(c) + _GAP for c in (*line, column)) - _GAP > width:
            rows += [*_beside(line), ""]
            line = []
        line.append(column)
    return rows + _beside(line) if line else rows


def _column(operand: Operand) -> list[str]:
    head = f"{operand.name} {shape_text(operand.shape)}"
    return [head, *draw_block(operand.shape), *axis_rows(operand)]


def _width(column: Sequence[str]) -> int:
    return max(map(len, column))


def _beside(columns: Sequence[list[str]]) -> list[str]:
    """Columns beside each other; blocks stand on one ground, heads are in one row."""
    tallest = max(map(_block_height, columns))
    filled = [[c[0], *[""] * (tallest - _block_height(c)), *c[1:]] for c in columns]
    height = max(map(len, filled))
    rows = []
    for number in range(height):
        cells = [(c[number] if number < len(c) else "").ljust(_width(c)) for c in filled]
        rows.append((" " * _GAP).join(cells).rstrip())
    return rows


def _block_height(column: Sequence[str]) -> int:
    return len(column) - 1 - sum(row.startswith("axis ") for row in column[1:])
