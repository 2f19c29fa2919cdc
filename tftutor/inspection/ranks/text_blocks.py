"""Blocks in characters: cells, sheets behind each other, cubes in a row; every index is told.

                 0   1   2   axis 1: 3 ->
               +---+---+---+
             0 | 5 | 3 | 1 |
               +---+---+---+
    axis 0: 2  1 | 4 | 0 | 2 | ...

(with box-drawing characters). Long axes are broken as in the picture, by `…`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from tftutor.inspection.quantities import shape_text
from tftutor.inspection.ranks.leaf import ShapeTuple
from tftutor.inspection.ranks.spans import Span, span

ValueText = Callable[[tuple[int, ...]], str]
_SHEET_DX, _SHEET_DY = 2, 1
# Up to how many cells an axis is written whole: without values, in one of several copies, and of
# the copies themselves; and how many sheets of a cube are drawn.
_BLANK_ROOM, _COPY_ROOM, _OUTER_ROOM = 5, 3, 3
_SHEETS = 4


def text_block(shape: Sequence[int | None], names: Sequence[str] = (),
               value: ValueText | None = None, room: int = 8,
               keep: Sequence[Iterable[int]] = ()) -> list[str]:
    """Draw a shape in characters.

    Args:
      shape: the sizes, None where unknown.
      names: names of the axes, the first ones if there are fewer.
      value: what stands in the cell of an element; of a cube its front sheet is seen.
      room: up to how many cells an axis is written whole, where values stand in them.
      keep: of an axis that stands in a leaf, the indices that are written however long it is.
    """
    sizes = tuple(shape)
    labels = [_label(axis, size, names) for axis, size in enumerate(sizes)]
    if len(sizes) <= 3:
        spans = [span(size, room if value is not None else _BLANK_ROOM, kept) for size, kept in
                 zip(sizes, [*keep, *[()] * len(sizes)], strict=False)]
        return _leaf(sizes, spans, labels, value)
    return _nested(sizes, labels)


def _label(axis: int, size: int | None, names: Sequence[str]) -> str:
    name = f" {names[axis]}" if axis < len(names) and names[axis] else ""
    return f"axis {axis}{name}: {'?' if size is None else size}"


class _Lane(NamedTuple):
    """One drawn row or column: its index, or None for a stretch that is left out or unknown."""

    at: int | None
    heading: str


def _lanes(one: Span) -> list[_Lane]:
    if one.size is None:
        return [_Lane(None, "0"), _Lane(None, "…"), _Lane(None, "?")]
    if one.size == 0:
        return [_Lane(None, "none")]
    hidden = {gap.first for gap in one.gaps}
    lanes = []
    for index in one.visible:
        lanes.append(_Lane(index, str(index)))
        if index + 1 in hidden:
            lanes.append(_Lane(None, "…"))
    return lanes


def _leaf(sizes: ShapeTuple, spans: Sequence[Span], labels: Sequence[str],
          value: ValueText | None) -> list[str]:
    """A box, a row, a grid or a cube with its indices and labels."""
    if not sizes:
        return _grid([_Lane(0, "")], [_Lane(0, "")], lambda _row, _column: _text(value, ()))
    if len(sizes) == 1:
        columns = _lanes(spans[0])
        grid = _grid([_Lane(0, "")], columns, lambda _row, j: _text(value, (j,)))
        return _with_headings(grid, [], columns, labels[0])
    rows, columns = _lanes(spans[0]), _lanes(spans[1])
    depth = sizes[2] if len(sizes) == 3 else 1
    tail = (0,) if len(sizes) == 3 else ()
    shown = value if depth != 0 else None
    grid = _grid(rows, columns, lambda i, j: _text(shown, (i, j, *tail)))
    if len(sizes) == 2:
        return _labelled_rows(_with_headings(grid, rows, columns, labels[1]), rows, labels[0], 1)
    return _cube(grid, rows, columns, labels, depth)


def _text(value: ValueText | None, index: tuple[int | None, ...]) -> str:
    known = tuple(i for i in index if i is not None)
    return value(known) if value is not None and len(known) == len(index) else ""


def _grid(rows: Sequence[_Lane], columns: Sequence[_Lane],
          cell: Callable[[int | None, int | None], str]) -> list[str]:
    """The bare grid of cells, as wide as their texts and their columns' headings need."""
    texts = [[_cell_text(row, column, cell) for column in columns] for row in rows]
    widths = [max(len(columns[n].heading), 1, *(len(line[n]) for line in texts)) + 2
              for n in range(len(columns))]
    rules = ["".join(left + middle.join("─" * width for width in widths) + right)
             for left, middle, right in ("┌┬┐", "├┼┤", "└┴┘")]
    lines = [rules[0]]
    for number, line in enumerate(texts):
        if number:
            lines.append(rules[1])
        lines.append("│" + "│".join(f"{text:^{width}}" for text, width in
                                    zip(line, widths, strict=True)) + "│")
    return [*lines, rules[2]]


def _cell_text(row: _Lane, column: _Lane, cell: Callable[[int | None, int | None], str]) -> str:
    if row.heading == "…" or column.heading == "…":
        return "…"
    return cell(row.at, column.at)


def _with_headings(grid: list[str], rows: Sequence[_Lane], columns: Sequence[_Lane],
                   label: str) -> list[str]:
    """Column indices and the axis above a grid, row indices on its left."""
    margin = max((len(row.heading) for row in rows), default=0)
    lines = []
    for number, line in enumerate(grid):
        left = rows[number // 2].heading if number % 2 and rows else ""
        lines.append(f"{left:>{margin}} {line}" if rows else line)
    space = " " * (margin + 1) if rows else ""
    return [f"{space}{_headings(grid, columns)}   {label} →", *lines]


def _headings(grid: list[str], columns: Sequence[_Lane]) -> str:
    """Column indices, each over or under the middle of its cells."""
    cells = [len(part) for part in grid[0][1:-1].split("┬")]
    return " " + " ".join(f"{lane.heading:^{width}}" for lane, width in
                          zip(columns, cells, strict=True)).rstrip()


def _labelled_rows(lines: list[str], rows: Sequence[_Lane], label: str, above: int) -> list[str]:
    """The label of the axis that goes down, left of the middle of the rows, and its arrow."""
    middle = above + max(len(rows) - 1, 0)
    if len(rows) % 2 == 0:
        middle += 1
    margin = len(label)
    done = []
    for number, line in enumerate(lines):
        left = label if number == middle else "↓".rjust(margin) if number == middle + 1 else ""
        done.append(f"{left:<{margin}} {line}".rstrip())
    return done


def _cube(grid: list[str], rows: Sequence[_Lane], columns: Sequence[_Lane], labels: Sequence[str],
          depth: int | None) -> list[str]:
    """Sheets behind each other, the first one in front with its cells, and all labels."""
    behind = _sheets_behind(depth)
    lines = _cube_picture(grid, rows, behind)
    arrow = f"{labels[2]} ↗"
    if depth is None:
        arrow += " (any number of sheets)"
    elif depth > behind + 1:
        arrow += f" ({behind + 1} of {depth} sheets drawn)"
    lines[0] += f"   {arrow}"
    margin = max(len(row.heading) for row in rows)
    lines.append(f"{' ' * (margin + 1)}{_headings(grid, columns)}   {labels[1]} →")
    return _labelled_rows(lines, rows, labels[0], behind * _SHEET_DY + 1)


def _sheets_behind(depth: int | None) -> int:
    return min(_SHEETS, 3 if depth is None else max(depth, 1)) - 1


def _cube_picture(grid: list[str], rows: Sequence[_Lane], behind: int) -> list[str]:
    """The sheets and the indices of the rows."""
    margin = max(len(row.heading) for row in rows)
    lines = []
    for number, line in enumerate(_stacked(grid, behind)):
        inside = number - behind * _SHEET_DY
        left = rows[inside // 2].heading if 0 < inside < len(grid) and inside % 2 else ""
        lines.append(f"{left:>{margin}} {line}")
    return lines


def _stacked(grid: list[str], behind: int) -> list[str]:
    """The grid with `behind` empty sheets after it, each one more to the right and up."""
    height, width = len(grid), len(grid[0])
    page = [[" "] * (width + behind * _SHEET_DX) for _ in range(height + behind * _SHEET_DY)]
    blank = ["┌" + "─" * (width - 2) + "┐", *["│" + " " * (width - 2) + "│"] * (height - 2),
             "└" + "─" * (width - 2) + "┘"]
    for step in reversed(range(behind + 1)):
        top, left = (behind - step) * _SHEET_DY, step * _SHEET_DX
        for number, line in enumerate(blank if step else grid):
            page[top + number][left:left + width] = line
    return ["".join(line).rstrip() for line in page]


def _nested(sizes: ShapeTuple, labels: Sequence[str]) -> list[str]:
    """Cubes beside each other; what lies outside of that is told in words."""
    far, near = sizes[:-4], sizes[-4:]
    lines = ["  " * level + f"{labels[level]}, each of them {shape_text(sizes[level + 1:])}:"
             for level in range(len(far))]
    row = _copies(near[0], labels[-4], _unlabelled_cube(near[1:]))
    inner = "each cube:  " + "   ".join(f"{label} {arrow}" for label, arrow in
                                        zip(labels[-3:], "↓→↗", strict=True))
    return [*lines, *("  " * len(far) + line for line in [*row, inner])]


def _unlabelled_cube(sizes: ShapeTuple) -> list[str]:
    rows, columns = (_lanes(span(size, _COPY_ROOM)) for size in sizes[:2])
    grid = _grid(rows, columns, lambda _i, _j: "")
    lines = _cube_picture(grid, rows, _sheets_behind(sizes[2]))
    margin = max(len(row.heading) for row in rows)
    return [*lines, " " * (margin + 1) + _headings(grid, columns)]


def _copies(size: int | None, label: str, cube: list[str]) -> list[str]:
    """Cubes in a row, each under its index."""
    blocks, headings = [], []
    for number, lane in enumerate(_lanes(span(size, _OUTER_ROOM))):
        drawn = lane.at is not None or (size is None and number == 0)
        blocks.append(cube if drawn else [*[""] * (len(cube) // 2), lane.heading])
        headings.append(f"[{lane.heading}]" if drawn else "")
    return [f"{label} →", *_beside(blocks, headings)]


def _beside(blocks: list[list[str]], headings: list[str]) -> list[str]:
    """Texts beside each other, each under its heading."""
    widths = [max(len(heading), *map(len, block)) for block, heading in
              zip(blocks, headings, strict=True)]
    height = max(map(len, blocks))
    rows = [headings, *([block[n] if n < len(block) else "" for block in blocks]
                        for n in range(height))]
    return ["   ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
            for row in rows]
