"""The rank explorer: the lecture's table of ranks, and for any tensor its shape, slices and moves.

The front end asks for each drawing and says of which tensor: one that the panel was made for, a row
of the table, or one that was typed. Python keeps no state between requests, so several views of one
panel don't disturb each other.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from tftutor.inspection.ranks import Drawing, drawing
from tftutor.inspection.ranks.drawing import TensorDrawing, headline, sentences
from tftutor.inspection.ranks.movement import movement
from tftutor.inspection.ranks.movement_ops import OPS, plain_text
from tftutor.inspection.ranks.movement_views import MovementDrawing
from tftutor.inspection.ranks.proposals import proposals, small_shape
from tftutor.inspection.ranks.slicing import slicing
from tftutor.inspection.ranks.slicing_views import SliceDrawing, summary
from tftutor.inspection.ranks.subject import Subject, subject
from tftutor.inspection.ranks.table import NOTE, TITLE, RankTable, Row
from tftutor.inspection.ranks.values import few
from tftutor.widgets.base import Panel, RequestError, answers

_LONGEST_TEXT = 4000
_REFUSED = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError)


class RankExplorer(Panel):
    """A panel on one tensor, or on the table of ranks."""

    script = "ranks"

    def load(self, subject: Any, **options: Any) -> Drawing:
        """Draw what `tf.show` would draw with these options, and open the panel at it.

        Raises: TypeError and ValueError as `tftutor.inspection.ranks.drawing`.
        """
        shown = drawing(subject, **options)
        self._rows: tuple[Row, ...] = shown.rows if isinstance(shown, RankTable) else ()
        self._own = _subject_of(shown)
        self.title = TITLE if self._rows else "Rank explorer"
        self.description = "Rank explorer: shape, slices and movements of a tensor"
        self.data = {
            "rows": [{"rank": row.rank, "entity": row.entity, "example": row.example,
                      "code": row.code, "why": row.why} for row in self._rows],
            "note": NOTE if self._rows else "", "ops": _ops(), "open": _opened_at(shown),
            "tensor": _tensor(self._own)}
        return shown

    @answers("tensor")
    def _answer_tensor(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The shape's own drawing, of a row or of a typed shape or value."""
        found = self._find(request)
        self.text_twin = TensorDrawing(found).text()
        return _tensor(found)

    @answers("slice")
    def _answer_slice(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A slice, from its text."""
        found = self._find(request)
        try:
            chosen = slicing(found, str(request.get("spec", ""))[:_LONGEST_TEXT])
        except ValueError as error:
            raise RequestError(str(error)) from None
        shown = SliceDrawing(chosen)
        self.text_twin = shown.text()
        return shown.to_dict() | {
            "svg": shown.svg(titled=False),
            "summary": chosen.expression if chosen.result is None else summary(chosen)}

    @answers("move")
    def _answer_move(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """What an op does: the stage and the steps."""
        op = OPS.get(str(request.get("op")))
        if op is None:
            raise RequestError("There is no such op here.")
        argument = _value(request.get("argument"), op.argument) if op.argument else None
        other = _value(request.get("other"), "second tensor") if op.operands == 2 else None
        try:
            moved = movement(op.name, self._find(request), argument, other,
                             keepdims=bool(request.get("keepdims")))
        except _REFUSED as error:
            raise RequestError(str(error)) from None
        shown = MovementDrawing(moved)
        self.text_twin = shown.text()
        sentences = moved.sentences if moved.result is not None else moved.reason
        return {"headline": moved.headline, "sentences": list(sentences), "error": moved.error,
                **shown.stage()}

    def _find(self, request: Mapping[str, Any]) -> Subject:
        """The tensor that a request is about."""
        text, row = request.get("text"), request.get("row")
        if text:
            return _typed(str(text))
        if isinstance(row, int) and 0 <= row < len(self._rows):
            return self._rows[row].subject
        return self._own


def widget(x: Any = "ranks", **options: Any) -> RankExplorer:
    """The running cell's rank explorer of `x`; the options are those of `tf.show` for shapes."""
    return RankExplorer.for_cell(x, **options)


def _subject_of(shown: Drawing) -> Subject:
    """The tensor that a drawing is about; of the table its first row's."""
    match shown:
        case RankTable():
            return shown.rows[0].subject
        case SliceDrawing():
            return shown.slicing.source
        case MovementDrawing():
            return shown.movement.operands[0]
    return shown.subject


def _opened_at(shown: Drawing) -> dict[str, Any]:
    """Which page the panel begins with, and what its fields hold."""
    match shown:
        case SliceDrawing():
            return {"page": "slice", "spec": shown.slicing.expression}
        case MovementDrawing():
            move = shown.movement
            argument = "" if move.argument is None else plain_text(move.argument)
            other = _operand_text(move.operands[1]) if len(move.operands) > 1 else ""
            return {"page": "move", "op": move.op.name, "argument": argument, "other": other,
                    "keepdims": move.keepdims}
    return {"page": "shape"}


def _operand_text(one: Subject) -> str:
    """A second operand as its field holds it: its values, or its shape."""
    if one.values is not None and few(one.values):
        return repr(one.values.tolist())
    return repr(one.shape)


def _ops() -> list[dict[str, Any]]:
    """The ops of the page "Move", and which fields each of them has."""
    return [{"name": op.name, "argument": op.argument, "two": op.operands == 2,
             "optional": op.optional, "keepdims": op.kind == "combines"} for op in OPS.values()]


def _tensor(one: Subject) -> dict[str, Any]:
    """All that the front end needs about a tensor."""
    small = None if one.shape is None else small_shape(one.shape)
    return {"headline": headline(one), "sentences": sentences(one),
            "svg": TensorDrawing(one).svg(titled=False), "shape": None if one.shape is None else
            list(one.shape), "axes": [one.axis_name(axis) for axis in range(one.rank or 0)],
            "proposals": {name: list(texts) for name, texts in proposals(one).items()},
            "small": "" if small is None else str(small)}


def _value(text: Any, what: str) -> Any:
    """A number, a list or a shape from a field; an empty field is None."""
    written = str(text or "").strip()
    if not written or written == "None":
        return None
    try:
        return ast.literal_eval(written[:_LONGEST_TEXT])
    except _REFUSED:
        raise RequestError(f"{what}: write a number or a list such as [2, 3], not {written!r}."
                           ) from None


def _typed(text: str) -> Subject:
    """A tensor from a shape, such as (2, 3), or from values, such as [[1, 2], [3, 4]]."""
    try:
        value = ast.literal_eval(text.strip()[:_LONGEST_TEXT])
    except _REFUSED:
        raise RequestError("Write a shape in round brackets, such as (10, 3) or (None, 784), or "
                           "values, such as [[1, 2], [3, 4]].") from None
    try:
        return subject(value)
    except (ValueError, TypeError) as error:
        raise RequestError(str(error)) from None
