"""The drawing of one tensor: its facts in words, its block in characters and as SVG."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tftutor.inspection.quantities import bytes_text
from tftutor.inspection.ranks.blocks import Block, Scale, block, fitting
from tftutor.inspection.ranks.picture import draw_block, plain_labels
from tftutor.inspection.ranks.subject import Subject
from tftutor.inspection.ranks.svg import Canvas, text_width
from tftutor.inspection.ranks.text_blocks import text_block
from tftutor.inspection.ranks.values import brackets, few, value_text

WIDTH = 640.0   # pixels, without the labels on the left
_INDEX_LETTERS = "ijklmnpq"


@dataclass(frozen=True)
class TensorDrawing:
    """One tensor, drawn.

    `to_dict()` is plain data, `text()` says and draws all of it in characters, `svg()` is the
    picture.
    """

    subject: Subject

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the facts, and how each axis is drawn."""
        facts = self.subject.to_dict()
        if self.subject.shape is not None:
            facts["spans"] = [one.to_dict() for one in self.block().spans]
        return facts

    def block(self) -> Block:
        """The geometry. Raises: ValueError when the rank is unknown."""
        if self.subject.shape is None:
            raise ValueError("A tensor of unknown rank has no block.")
        return tensor_block(self.subject)

    def text(self) -> str:
        """Facts, block and values as text."""
        lines = [headline(self.subject), *self._block_lines(), *sentences(self.subject)]
        values = self.subject.values
        if self.subject.rank is not None and self.subject.rank > 2 and few(values):
            assert values is not None
            lines += ["Its values, in as many brackets as the rank:",
                      *("  " + line for line in brackets(values))]
        return "\n".join(lines)

    def _block_lines(self) -> list[str]:
        if self.subject.shape is None:
            lines = ["┌╌╌╌╌╌╌╌┐", "╎   ?   ╎", "└╌╌╌╌╌╌╌┘"]
        else:
            lines = text_block(self.subject.shape, self.subject.axes, cell_text(self.subject))
        return ["", *("  " + line for line in lines), ""]

    def svg(self, titled: bool = True) -> str:
        """The picture; `titled=False` for where its words stand beside it."""
        canvas = subject_canvas(self.subject, None if titled else "")
        return canvas.svg(headline(self.subject), " ".join(sentences(self.subject)))

    def __str__(self) -> str:
        return self.text()


def headline(subject: Subject) -> str:
    """`a: matrix, shape [3, 4], rank 2, int32, 12 elements, 48 bytes`."""
    parts = [subject.entity]
    if subject.rank is not None:
        parts += [f"shape {subject.shape_text}", f"rank {subject.rank}"]
    if subject.dtype:
        parts.append(subject.dtype)
    parts += [part for part in (elements_text(subject), _memory(subject)) if part]
    return (f"{subject.name}: " if subject.name else "") + ", ".join(parts)


def elements_text(subject: Subject) -> str:
    """`12 elements`; `784 elements for each ?`, where a size is unknown."""
    if subject.elements is not None:
        return f"{subject.elements:,} element{'' if subject.elements == 1 else 's'}"
    if subject.shape is None:
        return ""
    unknown = sum(size is None for size in subject.shape)
    if unknown == len(subject.shape):
        return "any number of elements"
    return f"{' × '.join(['?'] * unknown)} × {subject.known_elements:,} elements"


def _memory(subject: Subject) -> str:
    """`48 bytes`, `5.93 MiB`; empty where it can't be told."""
    count = subject.bytes
    if count is None:
        return ""
    return bytes_text(count) if count >= 1024 else f"{count} byte{'' if count == 1 else 's'}"


def sentences(subject: Subject) -> list[str]:
    """What there is to say about the shape, in sentences."""
    if subject.shape is None:
        return ["Nothing is known about its shape before the graph runs."]
    name = subject.variable
    if subject.rank == 0:
        lines = ["One number. There is no axis, so no index is needed."]
    elif 0 in subject.shape:
        lines = [f"{_sizes(subject)}. An axis of size 0 makes it empty: it has no element."]
    else:
        letters = [f"{_INDEX_LETTERS[axis]}" if axis < len(_INDEX_LETTERS) else f"i{axis}"
                   for axis in range(len(subject.shape))]
        ranges = ", ".join(_range_text(letter, size)
                           for letter, size in zip(letters, subject.shape, strict=True))
        indices = "index" if len(letters) == 1 else "indices"
        lines = [f"{_sizes(subject)}.",
                 f"One element needs {len(letters)} {indices}: {name}[{', '.join(letters)}] with "
                 f"{ranges}."]
    unknown = [subject.axis_name(axis) for axis, size in enumerate(subject.shape) if size is None]
    if unknown:
        verb = "has" if len(unknown) == 1 else "have"
        lines.append(f"? is a size that is known only when the graph runs: {' and '.join(unknown)} "
                     f"{verb} any size.")
    return lines


def _range_text(letter: str, size: int | None) -> str:
    if size is None:
        return f"{letter} = 0 and up"
    return f"{letter} = 0" + (f" to {size - 1}" if size > 1 else "")


def _sizes(subject: Subject) -> str:
    """`3 rows of 4 numbers`, or the axes one by one."""
    assert subject.shape is not None
    sizes = ["?" if size is None else str(size) for size in subject.shape]
    if subject.axes:
        return " × ".join(f"{name} {size}" if name else size for size, name in
                          zip(sizes, [*subject.axes, *[""] * len(sizes)], strict=False))
    match sizes:
        case [count]:
            return f"A row of {_count(count, 'element')}"
        case [rows, columns]:
            return f"{_count(rows, 'row')} of {_count(columns, 'element')}"
        case [rows, columns, depth]:
            return f"{_count(rows, 'row')} and {_count(columns, 'column')}, {depth} deep"
        case [count, *inner]:
            shape = f"[{', '.join(inner)}]"
            if len(inner) == 3:
                return f"{_count(count, 'cube')} of shape {shape}"
            return f"{_count(count, 'tensor')} of rank {len(inner)} and shape {shape}"
    return ""


def _count(size: str, noun: str) -> str:
    """`3 rows`, `1 row`."""
    return f"{size} {noun}" + ("" if size == "1" else "s")


def cell_text(subject: Subject) -> Callable[[tuple[int, ...]], str] | None:
    """What stands in the cell of an element, or None when there are too many values."""
    values = subject.values
    return _reader(values) if values is not None and (few(values) or values.ndim <= 1) else None


def _reader(values: np.ndarray) -> Callable[[tuple[int, ...]], str]:
    return lambda index: value_text(values[index])


def tensor_block(subject: Subject) -> Block:
    """A block whose cells are wide enough for the values, where they are written."""
    assert subject.shape is not None
    if cell_text(subject) is None:
        room = 8 if len(subject.shape) < 3 else 6
        return fitting(subject.shape, WIDTH, Scale(room=room))
    return block(subject.shape, value_scale(subject.values))


def value_scale(values: np.ndarray | None, leaf_rank: int = 3) -> Scale:
    """Cells for values: wide enough for the widest that may be written."""
    shown: Any = [] if values is None else values.reshape(-1)[:256]
    widest = max((text_width(value_text(value)) for value in shown), default=0.0)
    return Scale(max(widest + 10, 28.0), 26.0, 12.0, leaf_rank=leaf_rank)


def subject_canvas(subject: Subject, title: str | None = None) -> Canvas:
    """A title ("" for none), the block and, of a small cube, its sheets with all values."""
    canvas = Canvas()
    if subject.shape is None:
        canvas.rectangle(0, 0, 90, 60, class_="rk-leaf", fill="none", stroke="#1e3a8a",
                         stroke_dasharray="5 4", rx=4)
        canvas.text(45, 37, "?", size=20, anchor="middle")
    else:
        drawn = tensor_block(subject)
        draw_block(canvas, drawn, labels=plain_labels(drawn, subject.axes),
                   value=cell_text(subject))
        if subject.rank == 3 and cell_text(subject) is not None:
            _draw_sheets(canvas, subject, canvas.right + 34)
    words = headline(subject) if title is None else title
    if words:
        canvas.text(canvas.left, canvas.top - 12, words, class_="rk-headline", font_weight="bold")
    return canvas


def _draw_sheets(canvas: Canvas, subject: Subject, x: float) -> None:
    """The sheets of a cube from front to back, with their values."""
    values = subject.values
    assert values is not None and subject.shape is not None
    name = subject.variable
    scale = value_scale(values)
    for depth in range(min(values.shape[2], 4)):
        sheet = block(values.shape[:2], scale)
        canvas.text(x, 10, f"{name}[:, :, {depth}]", class_="rk-sheet")
        draw_block(canvas, sheet, x, 18, labels={}, value=_reader(values[:, :, depth]))
        x += max(sheet.width, text_width(f"{name}[:, :, 0]")) + 20
    if values.shape[2] > 4:
        canvas.text(x, 30, f"… {values.shape[2] - 4} more")
