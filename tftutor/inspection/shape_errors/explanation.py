"""What a shape or dtype error says, as plain data: the `Explanation` and its parts.

`explain(error)` fills it; the text page, the picture and the notebook's page draw it. Nothing here
holds a tensor, a graph or a frame, so an explanation may be kept, pickled or sent as JSON.

Shapes are `None` (rank unknown) or tuples of `int | None`, as everywhere in the framework. Axes are
counted from 0. Lines are counted from 1 and columns from 0, in characters.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal

from tftutor.framework.shape_merge import Shape

Kind = Literal[
    "rank", "inner dimension", "broadcast", "equal shapes", "concat", "stack", "conv channels",
    "conv filter", "pool window", "bias", "reshape", "transpose", "squeeze", "axis", "gather",
    "slice", "split", "feed", "feed dtype", "assign", "variable reuse", "rnn", "layer input",
    "loss", "labels", "cond", "while_loop", "dataset batch", "set_shape", "dtype", "conversion",
    "other"]

# What an axis of an operand is to the rule that was broken.
Mark = Literal["must match", "matches", "surplus", "wrong size", "unknown", "kept"]

SAME_DATA = "same data, relabelled"
CHANGES_MEANING = "changes meaning"


@dataclass(frozen=True)
class Span:
    """A piece of the student's source: from (line, column) up to (end_line, end_column)."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Operand:
    """One value that took part, in the student's words.

    Args: `name`, what to call it in a sentence (`x`, `the value fed for x`); `expression`, its
    source text in the failing call when that is known; `node`, the tensor's name in the graph;
    `value`, the short text of a Python value; `role`, what it is to the op ("left matrix",
    "labels", "filter"); `marks`, for some axes what the rule says about them; `axes`, the rule's
    letter of each axis ("m", "k"), empty where it has none; `span`, where `expression` stands.
    """

    name: str
    shape: Shape
    dtype: str
    role: str = ""
    expression: str | None = None
    node: str | None = None
    value: str | None = None
    marks: Mapping[int, Mark] = field(default_factory=dict)
    axes: tuple[str, ...] = ()
    span: Span | None = None

    def size(self, axis: int) -> int | None:
        """The size of an axis; None where it isn't known."""
        return self.shape[axis] if self.shape is not None and axis < len(self.shape) else None


@dataclass(frozen=True)
class Join:
    """Two axes that the rule ties together: (operand index, axis) each.

    `fits` is None when one of the two sizes can't be known before the graph runs.
    """

    first: tuple[int, int]
    second: tuple[int, int]
    fits: bool | None


@dataclass(frozen=True)
class Rule:
    """The op's rule over the case at hand: `[m, k] x [k, n] -> [m, n]`.

    `aligned()` gives both as two lines in which corresponding axes stand below each other.
    """

    pattern: str
    case: str
    words: str = ""

    def aligned(self) -> tuple[str, str]:
        """(pattern, case), padded so that the operands start in the same columns."""
        mark = next((m for m in (" x ", " = ", ", ") if m in self.pattern and m in self.case), "")
        pattern, _, result = self.pattern.partition(" -> ")
        if not mark:
            return self.pattern, self.case
        tops, bottoms = _operands(pattern, mark), _operands(self.case, mark)
        if len(tops) != len(bottoms):
            return self.pattern, self.case
        widths = [max(len(a), len(b)) for a, b in zip(tops, bottoms, strict=True)]
        top = mark.join(t.rjust(w) for t, w in zip(tops, widths, strict=True))
        bottom = mark.join(b.rjust(w) for b, w in zip(bottoms, widths, strict=True))
        return (f"{top} -> {result}" if result else top), bottom


def _operands(text: str, mark: str) -> list[str]:
    """The operands of a rule; a comma inside of brackets doesn't part them."""
    parts = [""]
    for piece in text.split(mark):
        opened = parts[-1].count("[") > parts[-1].count("]")
        parts = [*parts[:-1], parts[-1] + mark + piece] if opened else [*parts, piece]
    return parts[1:]


@dataclass(frozen=True)
class Step:
    """One step of the way back from an operand to where its bad axis came from.

    Args: `op_type`, `op_name`; `file`, `line` and `source` of the student's line that made it;
    `text`, what it did to the shape, as one short sentence; `shape`, its output's shape; `axis`,
    the axis in question in that shape; `operand`, the index of the operand the way starts at;
    `is_origin`, whether this is the step that brought the axis in.
    """

    op_type: str
    op_name: str
    file: str | None
    line: int | None
    source: str
    text: str
    shape: Shape
    axis: int | None = None
    operand: int = 0
    is_origin: bool = False


@dataclass(frozen=True)
class Fix:
    """One change under which the call type-checks, found by trying it on the real shape functions.

    Args: `code`, the new source text, in the student's names; `where`, the piece of source whose
    place it takes, None when that isn't known (then `code` is an example); `shape` and `dtype` of
    the call's result afterwards (None: the call gives no single tensor, or unknown rank); `effect`,
    SAME_DATA or CHANGES_MEANING; `why`, one short sentence; `rank`, 1 for the likeliest.
    """

    code: str
    shape: Shape
    effect: str
    why: str
    rank: int = 0
    dtype: str = ""
    where: Span | None = None

    def apply_to(self, source: str) -> str:
        """The program text with this fix in it. Raises: ValueError when its place isn't known."""
        if self.where is None:
            raise ValueError("The place of this fix in the source is not known.")
        lines = list(io.StringIO(source))  # Python's lines end at newlines only
        first, last = self.where.line - 1, self.where.end_line - 1
        before = lines[first][: self.where.column]
        after = lines[last][self.where.end_column :]
        return "".join([*lines[:first], before + self.code + after, *lines[last + 1 :]])


@dataclass(frozen=True)
class UserFrame:
    """The student's line that failed: file, line, function, and the call in it.

    `call` is the source text of the failing call and `span` its place; both are None when the
    source can't be read.
    """

    file: str
    line: int
    function: str
    source: str
    call: str | None = None
    span: Span | None = None


@dataclass(frozen=True)
class Explanation:
    """A shape or dtype error, explained.

    `message` is the error's own text, unchanged. `kind` is the family of the mistake, `sentence`
    says it in the student's names. `unknown` holds one sentence for each dimension that could not
    be checked until the graph runs. `at_run_time`: the shapes are those that the run had.
    """

    message: str
    error_type: str
    kind: Kind
    op_type: str
    op_name: str
    operands: tuple[Operand, ...]
    sentence: str
    rule: Rule | None = None
    joins: tuple[Join, ...] = ()
    origin: tuple[Step, ...] = ()
    fixes: tuple[Fix, ...] = ()
    frame: UserFrame | None = None
    unknown: tuple[str, ...] = ()
    at_run_time: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON-able data: tuples become lists, axes of marks become strings."""
        return _plain(self)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
