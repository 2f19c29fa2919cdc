"""A movement as text, as a picture, and as the steps that the panel plays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tftutor.inspection.ranks.movement import Movement
from tftutor.inspection.ranks.movement_scene import Part, Scene, draw_part, scene, tints
from tftutor.inspection.ranks.subject import Subject
from tftutor.inspection.ranks.svg import Canvas
from tftutor.inspection.ranks.text_blocks import text_block
from tftutor.inspection.ranks.values import brackets, value_text

_LISTED = 12


@dataclass(frozen=True)
class MovementDrawing:
    """A movement, drawn: `to_dict()`, `text()`, `svg()`, and `stage()` for the panel."""

    movement: Movement

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return self.movement.to_dict()

    def text(self) -> str:
        """Before and after in characters, and how elements of the result come about."""
        move = self.movement
        lines = [move.headline]
        if move.result is None:
            return "\n".join([*lines, *("  " + line for line in move.reason),
                              f"TensorFlow says: {move.error}"])
        lines += ["  " + line for line in move.sentences]
        for number, one in enumerate([*move.operands, move.result]):
            name = "result" if number == len(move.operands) else one.name
            lines += ["", f"{name}, shape {one.shape_text}:", *_in_characters(move, number, one)]
        if move.sources is None:
            lines += ["", f"({_why_not_followed(move)})"]
        else:
            lines += ["", *_listed(move)]
        return "\n".join(lines)

    def svg(self) -> str:
        """The picture: cells keep their colours where they go."""
        return _drawn(self.movement, scene(self.movement), for_panel=False)

    def stage(self) -> dict[str, Any]:
        """What the panel plays.

        Returns: `svg`, the picture without a title and with an empty result; `cell`, the size of a
        cell; `steps`, for each element of the result where it stands, its text, colour ("" for
        none) and words, and where that of which it is made stands: {"to": [x, y], "text", "tint",
        "words", "from": [[x, y, text], ...]}. Without steps: `why`.
        """
        move = self.movement
        arranged = scene(move)
        if move.sources is None or arranged.result is None:
            return {"svg": _drawn(move, arranged, for_panel=True), "steps": [],
                    "why": _why_not_followed(move)}
        scale = arranged.result.block.leaf.scale
        colours = [] if move.op.kind == "product" else tints(move)[-1]
        steps = [_step(move, arranged, arranged.result, number)
                 | {"tint": colours[number] if colours else ""}
                 for number in range(len(move.sources))]
        return {"svg": _drawn(move, arranged, for_panel=True), "cell": [scale.width, scale.height],
                "steps": steps, "why": ""}

    def __str__(self) -> str:
        return self.text()


def _in_characters(move: Movement, number: int, one: Subject) -> list[str]:
    if one.shape is None:
        return ["  ?"]
    if move.sources is None:
        return ["  " + line for line in text_block(one.shape, one.axes)]
    values = move.values[number]
    if values.ndim > 2:
        return ["  " + line for line in brackets(values)]
    block = text_block(one.shape, one.axes, lambda index: value_text(values[index]), room=16)
    return ["  " + line for line in block]


def _listed(move: Movement) -> list[str]:
    """The first elements of the result, and the last one."""
    assert move.sources is not None
    count = len(move.sources)
    shown = list(range(count)) if count <= _LISTED else [*range(_LISTED - 2), count - 1]
    lines = [move.words_of(number) for number in shown]
    if len(shown) < count:
        lines.insert(-1, f"… {count - len(shown)} more")
    return lines


def _why_not_followed(move: Movement) -> str:
    if move.result is None:
        return move.error
    shapes = [one.shape for one in [*move.operands, move.result]]
    if any(shape is None or None in shape for shape in shapes):
        return "Some sizes are unknown before the graph runs, so elements can't be followed."
    return "Too many elements to follow them one by one: try smaller sizes."


def _drawn(move: Movement, arranged: Scene, for_panel: bool) -> str:
    """The picture. The panel has words of its own, puts the result's elements in itself, and marks
    the row and the column of a product as it goes."""
    canvas = Canvas()
    for number, part in enumerate(arranged.parts):
        is_result = number == len(arranged.operands)
        draw_part(canvas, part, move, number, values=not (for_panel and is_result),
                  tinted=not (for_panel and move.op.kind == "product"))
    for x, y, sign in arranged.signs:
        canvas.text(x, y, sign, anchor="middle", class_="rk-sign")
    words = move.sentences if move.result is not None else move.reason
    if not for_panel:
        canvas.text(canvas.left, canvas.top - 18, move.headline, class_="rk-headline",
                    font_weight="bold", size=13)
        if move.result is None:
            y = canvas.bottom + 24
            for line in [*move.reason, f"TensorFlow says: {move.error}"]:
                y = _put_line(canvas, y, line)
    return canvas.svg(move.headline, " ".join(words))


def _put_line(canvas: Canvas, y: float, line: str) -> float:
    """One line of a reason; one that is indented aligns with its neighbours. Returns the next y."""
    if line.startswith("  "):
        canvas.text(canvas.left, y, line, class_="rk-error", font_family="monospace",
                    style="white-space:pre")
    else:
        canvas.paragraph(canvas.left, y, line, class_="rk-error")
    return canvas.bottom + 18


def _step(move: Movement, arranged: Scene, result: Part, number: int) -> dict[str, Any]:
    assert move.sources is not None
    made_of = [[*_place(arranged.operands[operand], move.index(operand, element)),
                value_text(move.values[operand].reshape(-1)[element])]
               for operand, element in move.sources[number]]
    return {"to": _place(result, move.index(None, number)), "from": made_of,
            "text": value_text(move.values[-1].reshape(-1)[number]),
            "words": move.words_of(number)}


def _place(part: Part, index: tuple[int, ...]) -> list[float]:
    corner = part.block.cell(index)
    assert corner is not None  # every element of a movement that is followed has a cell
    return [round(part.x + corner[0], 1), round(part.y + corner[1], 1)]
