"""A slice as text and as a picture: the tensor with the taken part in it, and the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tftutor.inspection.ranks.blocks import Block, Scale, block, fitting
from tftutor.inspection.ranks.drawing import WIDTH, cell_text, headline, subject_canvas, value_scale
from tftutor.inspection.ranks.picture import Label, draw_block, plain_labels
from tftutor.inspection.ranks.slicing import Slicing
from tftutor.inspection.ranks.subject import Subject
from tftutor.inspection.ranks.svg import Canvas
from tftutor.inspection.ranks.text_blocks import text_block

_ROOM = 6
_SIDE_BY_SIDE = 820.0


@dataclass(frozen=True)
class SliceDrawing:
    """A slice, drawn: `to_dict()`, `text()` and `svg()`."""

    slicing: Slicing

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return self.slicing.to_dict()

    def text(self) -> str:
        """What is taken, axis by axis, and both blocks in characters."""
        chosen = self.slicing
        if chosen.result is None:
            return "\n".join(_refusal(chosen))
        lines = [summary(chosen), *("  " + pick.words for pick in chosen.picks)]
        if chosen.source.rank in (1, 2, 3) and None not in (chosen.source.shape or ()):
            lines += ["", *_marked_block(chosen)]
        lines += ["", "The result: " + headline(chosen.result)]
        if chosen.result.shape is not None:
            lines += ["  " + line for line in text_block(
                chosen.result.shape, chosen.result.axes, cell_text(chosen.result))]
        return "\n".join(lines)

    def svg(self, titled: bool = True) -> str:
        """The picture; `titled=False` for where its words stand beside it."""
        chosen = self.slicing
        if chosen.result is None:
            canvas = subject_canvas(chosen.source)
            for line in _refusal(chosen) if titled else []:
                canvas.paragraph(canvas.left, canvas.bottom + 20, line, class_="rk-error")
        else:
            canvas = _taken_canvas(chosen)
            follow(canvas, subject_canvas(chosen.result, _short_title(chosen.result)))
            if titled:
                canvas.text(canvas.left, canvas.top - 16, summary(chosen), class_="rk-headline",
                            font_weight="bold")
        return canvas.svg(chosen.expression, " ".join(pick.words + "." for pick in chosen.picks))

    def __str__(self) -> str:
        return self.text()


def summary(chosen: Slicing) -> str:
    """`x[0, 1:] takes 2 of 6 elements: shape [2, 3] becomes [2]`, for a slice that works."""
    assert chosen.result is not None
    counts = [chosen.result.elements, chosen.source.elements]
    part = f" takes {counts[0]:,} of {counts[1]:,} elements" if None not in counts else ""
    return f"{chosen.expression}{part}: shape {chosen.source.shape_text} becomes " \
           f"{chosen.result.shape_text}"


def _short_title(result: Subject) -> str:
    return result.entity + ("" if result.shape is None else f", shape {result.shape_text}")


def _refusal(chosen: Slicing) -> list[str]:
    return [f"{chosen.expression} doesn't work for the shape {chosen.source.shape_text}.",
            *([chosen.reason] if chosen.reason else []), f"TensorFlow says: {chosen.error}"]


def _marked_block(chosen: Slicing) -> list[str]:
    """The source in characters, with the taken cells marked; of a cube, a sheet that is taken."""
    source, taken = chosen.source, chosen.taken
    assert source.shape is not None
    values = cell_text(source)
    sheet = (taken[2] or (0,))[0] if source.rank == 3 and source.shape[2] else None

    def cell(index: tuple[int, ...]) -> str:
        if sheet is not None:
            index = (*index[:2], sheet)
        inside = all(range_ is None or i in range_
                     for i, range_ in zip(index, taken, strict=True))
        inner = values(index) if values is not None else ""
        return f"[{inner or '■'}]" if inside else inner or "·"

    shown = "" if sheet is None else f" (the sheet in front is {chosen.name}[:, :, {sheet}])"
    return [f"Taken elements are marked{shown}:",
            *("  " + line for line in text_block(source.shape, source.axes, cell,
                                                       keep=_ends(taken)))]


def _ends(taken: list[range | None]) -> list[tuple[int, ...]]:
    """For each axis the first and the last index that is taken."""
    return [(indices[0], indices[-1]) if indices else () for indices in taken]


def source_block(chosen: Slicing) -> Block:
    """The tensor's geometry; the ends of what is taken have cells, however long the axis is."""
    source = chosen.source
    assert source.shape is not None
    keep = _ends(chosen.taken)
    if cell_text(source) is not None:
        return block(source.shape, value_scale(source.values), keep)
    return fitting(source.shape, WIDTH * 0.7, Scale(room=_ROOM), keep)


def _taken_canvas(chosen: Slicing) -> Canvas:
    if chosen.source.shape is None:
        return subject_canvas(chosen.source)
    canvas, drawn = Canvas(), source_block(chosen)
    labels = plain_labels(drawn, chosen.source.axes)
    notes = {pick.axis: pick.short for pick in chosen.picks if pick.axis is not None}
    marked = {axis: Label(label.text, label.size, f"· {notes[axis]}")
              for axis, label in labels.items()}
    flat = len(drawn.leaf.spans) < 3  # numbers on a cube's front would cover what is taken behind
    draw_block(canvas, drawn, labels=marked, taken=chosen.taken,
               value=cell_text(chosen.source) if flat else None)
    return canvas


def follow(canvas: Canvas, result: Canvas) -> None:
    """Put a result after what it is made of: on the right, or below if there is no room there."""
    if canvas.width + result.width <= _SIDE_BY_SIDE:
        middle = (canvas.top + canvas.bottom) / 2
        left = canvas.right + 14
        canvas.text(left + 12, middle + 8, "→", size=22, anchor="middle")
        canvas.place(result, left + 40, middle - result.height / 2)
        return
    left, top = canvas.left, canvas.bottom
    canvas.text(left + 20, top + 34, "↓", size=15)
    canvas.place(result, left, top + 54)
