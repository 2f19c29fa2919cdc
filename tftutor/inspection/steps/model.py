"""The record of a step: what ran, in which order, with which values.

Times are microseconds since the step began. Steps are numbered from 1, in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tftutor.inspection.steps.values import Value

# How a value came about.
FED = "fed"  # given in feed_dict
CONSTANT = "constant"  # known when the plan was made: a Const, or computed from Consts alone
VARIABLE = "variable"  # what a variable held when the step met it
LOOP_VARIABLE = "loop variable"  # what a variable of a while_loop held when an iteration began
PASSED_ON = "passed on"  # the value of another node under a new name; takes no time
COMPUTED = "computed"
ORDERING = "ordering"  # a NoOp: it stands for what had to run before it
FAILED = "failed"

_QUIET = frozenset({CONSTANT, PASSED_ON, VARIABLE})


class Input(NamedTuple):
    """What an operation got: a tensor, the number of the step that made it, and its value."""

    tensor: str
    step: int | None
    value: Value | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, without the value."""
        return {"tensor": self.tensor, "step": self.step}


@dataclass(frozen=True)
class Step:
    """One operation as it ran.

    Attributes:
      number: from 1.
      name, op_type: of the operation.
      kind: how its value came about, such as `computed` or `fed`.
      device: where, such as `/device:CPU:0`.
      start, duration: microseconds; 0 for what takes no time in a step.
      inputs, outputs: `outputs` are (tensor name, value).
      loops: (loop name, iteration from 1) for the loops around, the outermost first.
    """

    number: int
    name: str
    op_type: str
    kind: str
    device: str
    start: float
    duration: float
    inputs: tuple[Input, ...] = ()
    outputs: tuple[tuple[str, Value], ...] = ()
    loops: tuple[tuple[str, int], ...] = ()

    @property
    def values(self) -> dict[str, Value]:
        """Tensor name -> value."""
        return dict(self.outputs)

    @property
    def health(self) -> str:
        """`nan` or `inf` if an output has one, `ok`, or empty."""
        found = {value.health for _, value in self.outputs}
        return next((kind for kind in ("nan", "inf", "ok") if kind in found), "")

    @property
    def is_quiet(self) -> bool:
        """True for constants and the like, unless the trouble began with them."""
        return self.kind in _QUIET and (self.kind == PASSED_ON or self.health in ("ok", ""))

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; `outputs` with their values."""
        return {"number": self.number, "name": self.name, "type": self.op_type, "kind": self.kind,
                "device": self.device, "start": round(self.start, 3),
                "duration": round(self.duration, 3), "health": self.health,
                "quiet": self.is_quiet, "loops": [list(loop) for loop in self.loops],
                "inputs": [source.to_dict() for source in self.inputs],
                "outputs": [{"tensor": name, **value.to_dict()} for name, value in self.outputs]}


class VariableChange(NamedTuple):
    """A variable before and after the step; `after` and `before` may be Values without array."""

    name: str
    before: Value
    after: Value
    changed: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"name": self.name, "before": self.before.to_dict(), "after": self.after.to_dict(),
                "changed": self.changed}


class Skipped(NamedTuple):
    """An operation of the step that did not run, and why."""

    name: str
    op_type: str
    why: str


class Finding(NamedTuple):
    """Where the first NaN or infinity came from: a step, its output, and what made it."""

    step: Step
    tensor: str
    health: str
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"step": self.step.number, "tensor": self.tensor, "health": self.health,
                "sentence": self.sentence}


@dataclass
class RecordData:
    """One run of a session, operation by operation.

    Attributes:
      fetches, feeds: names of what was asked for and of what was given.
      steps: what ran; `record.step(n)` gives one by its number.
      results: what `sess.run` returned; None after an error.
      error: what `sess.run` would have raised, or None.
      variables: what the step found in each variable and left there.
      skipped: operations on branches that weren't taken, or after an error.
      loops: loop name -> iterations, of its last round where it ran more than once.
      duration: microseconds that all operations took together, without the recording itself.
      left_out: operations that ran after the record was full.
      is_memory_full: true when values had to be left out; their statistics are there.
      simulated: devices that are simulated.
      graph: the tf.Graph.
    """

    fetches: tuple[str, ...]
    feeds: tuple[str, ...]
    steps: tuple[Step, ...]
    results: Any = None
    error: Exception | None = None
    variables: tuple[VariableChange, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    loops: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    is_memory_full: bool = False
    simulated: tuple[str, ...] = ()
    graph: Any = None

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    @property
    def duration(self) -> float:
        """Microseconds that the operations took, together."""
        return sum(step.duration for step in self.steps)

    def step(self, which: int | str) -> Step:
        """The step with a number, or the last one of an operation or tensor with that name.

        Raises: IndexError for a number beyond the record, KeyError for a name not in it.
        """
        if isinstance(which, int):
            if not 1 <= which <= len(self.steps):
                raise IndexError(f"The record has the steps 1 to {len(self.steps)}, not {which}")
            return self.steps[which - 1]
        name = which.partition(":")[0]
        for step in reversed(self.steps):
            if step.name == name:
                return step
        raise KeyError(f"{which!r} didn't run in this step: record.skipped names the operations "
                       "on branches that weren't taken")


def error_text(error: Exception) -> str:
    """`InvalidArgumentError: ...`, the first line of its message."""
    message = getattr(error, "message", None) or str(error)
    return f"{type(error).__name__}: {message.splitlines()[0] if message else ''}"
