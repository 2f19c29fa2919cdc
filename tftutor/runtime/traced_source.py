"""The source of a traced plan: the plain plan's, with a clock around the lines of each operation.

    _start = _clock()
    v7 = k3(v5, v6)
    _log((4, _start, _clock(), (_seen(v7),), None))
    v5 = None

Only what a value looks like is logged (`_seen`), never the value: holding it would lengthen its
life, and the memory in the trace would be the trace's own. `_log` is a list's `append`.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tftutor.framework.operation import Operation
from tftutor.runtime.plan import Plan
from tftutor.runtime.resources import VariableCell
from tftutor.runtime.transfers import TransferNode

_ASSIGNMENT = re.compile(r"\s*([\w, ]+?),? = ")
_RELEASES = re.compile(r"((?:; \w+(?: = \w+)* = None)+)$")
_REBINDING = re.compile(r"\s*(v\w+(?:, v\w+)*) = (\w+(?:, \w+)*)$")
_IN_PLACE = re.compile(r"\w+\(\w+, \w+, (\w+)\)$")

Seen = tuple[tuple[int, ...], int, int]  # shape, bytes, which buffer


def seen(value: Any, nbytes_of: Callable[[Any], int] | None = None) -> Seen | None:
    """(shape, bytes, a number for its buffer) of an array; 0 stands for no buffer of the step's.

    `nbytes_of` is asked about arrays that don't know their bytes. None for what is no array.
    """
    if type(value) is np.ndarray:
        base = value.base
        return value.shape, value.nbytes, id(value if base is None else base)
    if isinstance(value, np.generic):
        return (), value.nbytes, 0
    if isinstance(value, VariableCell):
        found = seen(value.value, nbytes_of) if value.is_initialized else None
        return None if found is None else (*found[:2], 0)
    nbytes = getattr(value, "nbytes", None)
    if nbytes is None:
        if nbytes_of is None or not hasattr(value, "shape"):
            return None
        nbytes = nbytes_of(value)
    base = getattr(value, "_base", None)  # torch's views have one
    return tuple(value.shape), int(nbytes), id(value if base is None else base)


class TracedLines(NamedTuple):
    """The lines of one operation that are timed together.

    Attributes:
      op: the operation; None where a loop only renames its variables.
      values: (name in the source, output slot) of what is seen; slot -1 is a copy of an input that
        lies in the device's memory, -2 one in the host's.
      released: the names that let go of their values afterwards.
      renamed: (new name, old name).
    """

    op: Operation | None
    values: list[tuple[str, int]]
    released: list[str]
    renamed: list[tuple[str, str]]


class TracedSource(NamedTuple):
    """Text and code of a traced plan, line -> operation, and what the numbers in its log mean."""

    text: str
    code: types.CodeType
    line_ops: dict[int, Operation]
    steps: list[TracedLines]


def traced_source(plan: Plan, synchronizes: bool, samples: bool) -> TracedSource:
    """Write clocks into a plan's source.

    Args:
      synchronizes: wait for the device after each operation.
      samples: log how many bytes of the device's memory are in use after each.
    """
    return TracedSourceWriter(plan, synchronizes, samples).traced_source()


class TracedSourceWriter:
    """Copies the lines of a plan, and writes the clocks between them."""

    def __init__(self, plan: Plan, synchronizes: bool, samples: bool) -> None:
        self.plan = plan
        self.lines: list[str] = []
        self.line_ops: dict[int, Operation] = {}
        self.steps: list[TracedLines] = []
        self._synchronizes = synchronizes
        self._in_use = "_in_use()" if samples else "None"

    def traced_source(self) -> TracedSource:
        """The whole source, compiled."""
        self.write_all()
        text = "\n".join(self.lines) + "\n"
        code = compile(text, f"<tftutor traced plan {id(self.plan):x}>", "exec")
        return TracedSource(text, code, self.line_ops, self.steps)

    def write_all(self) -> None:
        """Copy the source; lines that follow each other for one operation are one group."""
        group: list[str] = []
        owner: Operation | None = None
        for number, line in enumerate(self.plan.source.splitlines(), start=1):
            op = self.plan.op_at(number)
            if group and (op is not owner or _indent(line) != _indent(group[0])):
                self._write_group(owner, group)
                group = []
            if op is None or line.rstrip().endswith(":"):
                self._copy(line, op)
                self._note_renaming(line)
            else:
                owner = op
                group.append(line)
        if group:
            self._write_group(owner, group)

    def _copy(self, line: str, op: Operation | None) -> None:
        self.lines.append(line)
        if op is not None:
            self.line_ops[len(self.lines)] = op

    def _note_renaming(self, line: str) -> None:
        match = _REBINDING.match(line)
        if match is not None:
            pairs = list(zip(match[1].split(", "), match[2].split(", "), strict=True))
            self.lines.append(f"{_indent(line)}_log(({len(self.steps)}, 0, 0, (), None))")
            self.steps.append(TracedLines(None, [], [], pairs))

    def _write_group(self, op: Operation | None, group: Sequence[str]) -> None:
        indent = _indent(group[0])
        self.lines.append(f"{indent}_start = _clock()")
        for line in group[:-1]:
            self._copy(line, op)
        match = _RELEASES.search(group[-1])
        step, releases = ((group[-1][:match.start()], match[1]) if match else (group[-1], ""))
        leaves = step.endswith(": break")
        if not leaves:
            self._copy(step, op)
        self._write_log(indent, op, [*group[:-1], step])
        if leaves:  # a loop's last test is logged, too
            self._copy(step, op)
        if releases:
            self.lines.append(indent + releases.removeprefix("; "))
            self.steps[-1].released.extend(re.findall(r"(\w+) =", releases))

    def _write_log(self, indent: str, op: Operation | None, group: Sequence[str]) -> None:
        values = self._values(op, group)
        texts = "".join(f"_seen({name}), " for name, _ in values)
        if self._synchronizes and not isinstance(op, TransferNode):
            self._copy(f"{indent}_synchronize()", op)
        self.lines.append(f"{indent}_log(({len(self.steps)}, _start, _clock(), ({texts}), "
                          f"{self._in_use}))")
        self.steps.append(TracedLines(op, values, [], []))

    def _values(self, op: Operation | None, group: Sequence[str]) -> list[tuple[str, int]]:
        """What the lines assign: outputs of the operation, and copies made for it."""
        assigned: list[str] = []
        for line in group:
            match = _ASSIGNMENT.match(line) or _IN_PLACE.search(line)
            if match is not None:
                assigned += [name.strip() for name in match[1].split(",")]
        outputs = {self.plan.names.get(t): slot for slot, t in enumerate(op.outputs)} if op else {}
        found = [(name, slot) for name, slot in outputs.items() if name in assigned]
        found += [(name, -1 if name.endswith("_d") else -2) for name in assigned
                  if name.endswith(("_d", "_h")) and name not in outputs]
        return [(name, slot) for name, slot in found if name is not None]


def _indent(line: str) -> str:
    return line[:len(line) - len(line.lstrip())]
