"""Movement: how an op makes one shape from another, element by element.

The op itself is run on the elements' values, or on their numbers where no values are known; its own
shape function says which shape comes out, or why it refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tftutor.inspection.ranks import movement_reasons, movement_words
from tftutor.inspection.ranks.movement_ops import OPS, MovementOp, Sources, sources
from tftutor.inspection.ranks.scratch import attempt
from tftutor.inspection.ranks.subject import Subject, subject

MOST_ELEMENTS = 64    # of the result and of each operand, to follow them one by one


@dataclass(frozen=True)
class Movement:
    """What an op does to its operands.

    `sources` says for each element of the result what it is made of; it is None when there are too
    many elements, or sizes that aren't known. `result` is None when the op refuses its operands:
    then `error` is TensorFlow's text and `reason` says it in words. `values` are those of the
    operands and of the result, when `sources` is known.
    """

    op: MovementOp
    call: str
    operands: tuple[Subject, ...]
    result: Subject | None
    sentences: tuple[str, ...]
    sources: Sources | None = None
    values: tuple[np.ndarray, ...] = ()
    error: str = ""
    reason: tuple[str, ...] = ()
    argument: Any = None
    keepdims: bool = False

    @property
    def headline(self) -> str:
        """`tf.reshape(x, [3, 2]): [2, 3] becomes [3, 2]`."""
        before = " and ".join(one.shape_text for one in self.operands)
        several = len(self.operands) > 1
        if self.result is None:
            return f"{self.call}: {before} {'fail' if several else 'fails'}"
        return f"{self.call}: {before} {'become' if several else 'becomes'} " \
               f"{self.result.shape_text}"

    def index(self, operand: int | None, number: int) -> tuple[int, ...]:
        """The index of an element from its number in reading order; operand None: the result."""
        shape = self.values[-1 if operand is None else operand].shape
        return tuple(int(place) for place in np.unravel_index(number, shape)) if shape else ()

    def words_of(self, number: int) -> str:
        """`y[0, 1] = x[0, 1] = 1`: how one element of the result comes about."""
        assert self.sources is not None
        target = f"result{movement_words.index_text(self, None, number)}"
        return f"{target} = {movement_words.expression(self, number)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"op": self.op.name, "call": self.call,
                "operands": [one.to_dict() for one in self.operands],
                "result": None if self.result is None else self.result.to_dict(),
                "sentences": list(self.sentences), "error": self.error,
                "reason": list(self.reason),
                "sources": None if self.sources is None else
                [[list(one) for one in element] for element in self.sources]}


def movement(op: str, x: Any, argument: Any = None, other: Any = None, *,
             axes: Sequence[str] = (), keepdims: bool = False) -> Movement:
    """Work out what an op does.

    Args:
      op: its name, one of OPS.
      x: the operand, as `subject` takes it.
      argument: the new shape, the permutation, the axis or the multiples.
      other: the second operand of ops that take two.
      axes: names of x's axes.
      keepdims: for reductions.

    Raises: ValueError for an op that isn't known or an operand too many or too few. What TensorFlow
      refuses raises nothing: the result says so.
    """
    known = OPS.get(op)
    if known is None:
        raise ValueError(f"No movement is known for {op!r}; it is for: {', '.join(OPS)}.")
    if (other is not None) != (known.operands == 2):
        raise ValueError(f"tf.{op} takes {known.operands} tensor"
                         f"{'s' if known.operands > 1 else ''}.")
    operands = [_named(subject(x, axes), "x")]
    if other is not None:
        operands.append(_named(subject(other), "y"))
    return _worked_out(known, operands, argument, keepdims)


def _named(one: Subject, name: str) -> Subject:
    return one if one.name.isidentifier() else replace(one, name=name)


def _worked_out(op: MovementOp, operands: list[Subject], argument: Any, keepdims: bool) -> Movement:
    call = op.written([one.name for one in operands], argument, keepdims)
    typed = [_typed(one, operands) for one in operands]

    def built(*inputs: Any) -> Any:
        return op.call(*inputs, argument, keepdims)

    outcome = attempt(built, typed)
    values: list[np.ndarray] = []
    if not outcome.error and all(_can_be_followed(one.shape) for one in operands):
        values = [_values(one, number, op) for number, one in enumerate(typed)]
        outcome = attempt(built, typed, values)  # some shapes are refused only when the graph runs
    asked = Movement(op, call, tuple(operands), None, (), argument=argument, keepdims=keepdims)
    if outcome.error:
        reason = movement_reasons.reason(op, operands, argument)
        return replace(asked, error=outcome.error, reason=tuple(reason))
    shape = outcome.shape if outcome.value is None else outcome.value.shape
    result = Subject(shape, outcome.dtype if any(one.dtype for one in operands) else "", "")
    words = movement_words.sentences(op, operands, result, argument, keepdims)
    done = replace(asked, result=result, sentences=tuple(words))
    if outcome.value is None or not _can_be_followed(shape):
        return done
    where = sources(op, operands, outcome.value.shape, argument)
    return replace(done, sources=where, values=(*values, outcome.value))


def _typed(one: Subject, operands: list[Subject]) -> Subject:
    """With a dtype: that of the other operand where this one has none, since both must agree."""
    dtype = one.dtype or next((other.dtype for other in operands if other.dtype), "float32")
    return replace(one, dtype=dtype)


def _can_be_followed(shape: tuple[int | None, ...] | None) -> bool:
    if shape is None or None in shape:
        return False
    return 0 < int(np.prod([size for size in shape if size is not None])) <= MOST_ELEMENTS


def _values(one: Subject, operand: int, op: MovementOp) -> np.ndarray:
    """The values, or the elements' numbers; those of a second operand to be added are tens."""
    if one.values is not None:
        return one.values
    assert one.shape is not None
    shape = tuple(int(size or 0) for size in one.shape)
    numbers = np.arange(int(np.prod(shape, dtype=np.int64))).reshape(shape)
    if operand and op.kind != "moves":
        numbers = (numbers + 1) * 10 if op.kind == "pairs" else numbers + 100 * (op.kind == "joins")
    return numbers.astype(str if one.dtype == "string" else _numpy_dtype(one.dtype))


def _numpy_dtype(dtype: str) -> Any:
    return np.dtype(dtype) if dtype != "bfloat16" else np.dtype("float32")
