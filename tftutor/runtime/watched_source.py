"""The source of a watched plan: a traced plan's, in which loops also say when they turn.

    _log((7, 0, 0, (), None))              # the loop is reached
    while True:
        _log((8, 0, 0, (_seen(v3),), None))  # an iteration begins with these loop variables
        ...

With these marks the log tells in which iteration of which loop an operation ran.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.frames import MERGES
from tftutor.runtime.traced_source import TracedLines, TracedSource, TracedSourceWriter

_ONE_VARIABLE = re.compile(r"\s*(v\w+) = ")
_FUNCTION = re.compile(r"\s*def ")


@dataclass(eq=False)
class WatchedLoop:
    """One `while` of the source.

    Attributes:
      indent: how far its line is indented.
      variables: the loop variables (outputs of Merge nodes), in the order of the log.
      condition: the LoopCond node.
    """

    indent: int
    variables: list[Tensor] = field(default_factory=list)
    condition: Operation | None = None

    @property
    def name(self) -> str:
        """The loop's scope: `while` for `while/LoopCond`."""
        return self.condition.name.rpartition("/")[0] if self.condition is not None else ""


class LoopMark(NamedTuple):
    """What an entry of the log says of a loop: it is reached, or an iteration begins."""

    loop: WatchedLoop
    is_iteration: bool


class WatchedSource(NamedTuple):
    """A traced source, and for the numbers in its log: the loops around, and the marks."""

    traced: TracedSource
    loops_around: dict[int, tuple[WatchedLoop, ...]]
    marks: dict[int, LoopMark]


class WatchedSourceWriter(TracedSourceWriter):
    """Writes a traced source with marks in its loops."""

    def watched_source(self) -> WatchedSource:
        """The whole source, compiled."""
        self._stack: list[WatchedLoop] = []
        self.loops_around: dict[int, tuple[WatchedLoop, ...]] = {}
        self.marks: dict[int, LoopMark] = {}
        traced = self.traced_source()
        return WatchedSource(traced, self.loops_around, self.marks)

    def _copy(self, line: str, op: Operation | None) -> None:
        indent = len(line) - len(line.lstrip())
        while self._stack and indent <= self._stack[-1].indent:
            self._stack.pop()
        if line.strip() != "while True:":
            super()._copy(line, op)
            return
        loop = WatchedLoop(indent)
        loop.variables = self._loop_variables(indent)
        self._mark(LoopMark(loop, False), indent)
        super()._copy(line, op)
        self._stack.append(loop)
        self._mark(LoopMark(loop, True), indent + 4)

    def _mark(self, mark: LoopMark, indent: int) -> None:
        number = len(self.steps)
        self.marks[number] = mark
        self.loops_around[number] = tuple(self._stack)
        tensors = mark.loop.variables if mark.is_iteration else ()
        looks = "".join(f"_seen({self.plan.names[t]}), " for t in tensors)
        self.lines.append(f"{' ' * indent}_log(({number}, 0, 0, ({looks}), None))")
        self.steps.append(TracedLines(None, [], [], []))

    def _loop_variables(self, indent: int) -> list[Tensor]:
        """The Merge outputs that the lines just above the `while` give their first values."""
        names: dict[str, None] = {}
        for line in reversed(self.lines):
            if _FUNCTION.match(line) or len(line) - len(line.lstrip()) != indent:
                break
            match = _ONE_VARIABLE.match(line)
            if match is not None:
                names[match[1]] = None
            elif "_log((" not in line:
                break
        return [tensor for tensor, name in self.plan.names.items()
                if name in names and tensor.op.type in MERGES and tensor.value_index == 0]

    def _write_log(self, indent: str, op: Operation | None, group: Sequence[str]) -> None:
        depth = len(indent)
        while self._stack and depth <= self._stack[-1].indent:
            self._stack.pop()
        self.loops_around[len(self.steps)] = tuple(self._stack)
        if op is not None and op.type == "LoopCond" and self._stack:
            self._stack[-1].condition = op
        super()._write_log(indent, op, group)
