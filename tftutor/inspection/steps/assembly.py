"""From the logs of a watched run to the steps of a record.

The log has what took a line of the plan's source. What took none is put in where it is first
needed: what was fed, constants (and what was computed from them when the plan was made), variables,
and nodes such as Identity, Switch or Exit, which give another node's value a new name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tftutor.client.watched_run import WatchedRun
from tftutor.framework.operation import Operation, Tensor
from tftutor.inspection.steps import model
from tftutor.inspection.steps.model import Input, Step
from tftutor.inspection.steps.values import Value, Watcher
from tftutor.runtime.emitter import ALIASES
from tftutor.runtime.frames import ENTERS, EXITS, MERGES, NEXT_ITERATIONS, SWITCHES
from tftutor.runtime.late_reads import LateReads, place_of
from tftutor.runtime.resources import VariableCell
from tftutor.runtime.transfers import TransferNode
from tftutor.runtime.watched_source import LoopMark, WatchedLoop
from tftutor.runtime.watching import WatchedPart

_PASSES_ON = ALIASES | SWITCHES | ENTERS | EXITS | NEXT_ITERATIONS | {"LoopCond"}


class _Event(NamedTuple):
    """An entry of a log with what its number stands for."""

    part: WatchedPart
    op: Operation | None
    mark: LoopMark | None
    start: int
    end: int
    outputs: list[tuple[int, Any]]  # slot, what was seen
    loops: tuple[WatchedLoop, ...]


class Assembler:
    """Puts the steps of a record in order.

    Args:
      run: the watched run.
      before: variable name -> what it held before.
      watcher: looks at what the log has no look of.
      targets: the operations that were asked for.
    """

    def __init__(self, run: WatchedRun, before: dict[str, Value], watcher: Watcher,
                 targets: Sequence[Operation] = ()) -> None:
        self.run = run
        self._targets = targets
        self.steps: list[Step] = []
        self.ran: set[Operation] = set()
        self.loops: dict[str, int] = {}
        self._before = before
        self._watcher = watcher
        self._parts: list[Any] = run.step.parts
        self._begin = min((part.start for part in self._parts if part.start), default=0)
        self._given: dict[Tensor, Any] = {}
        self._constants: dict[Tensor, Any] = {}
        for part in self._parts:
            self._given.update(zip(part.original.feeds, part.given, strict=False))
            self._constants.update(part.original.constants)
        self._late = LateReads(run.plan.ops, run.plan.feeds)
        self._latest: dict[Tensor, tuple[int, Value]] = {}
        self._renewed: dict[Tensor, int] = {}  # a passed-on tensor -> the step it has its value of
        self._turns: dict[WatchedLoop, int] = {}
        self._around: tuple[WatchedLoop, ...] = ()  # the loops around what runs now

    @property
    def left_out(self) -> int:
        """How many entries the logs had no room for."""
        return sum(part.log.left_out for part in self._parts)

    def assemble(self) -> list[Step]:
        """All steps, in the order of time: first what was fed."""
        for tensor in self._given:
            self._introduce(tensor)
        for event in sorted(self._events(), key=lambda each: each.start):
            if event.mark is not None:
                self._turn(event, event.mark)
            elif event.op is not None:
                self._around = event.loops
                self._add_event(event, event.op)
        self._around = ()
        self._add_failure()
        if self.run.error is None and not self.left_out:  # else the last values aren't known
            for tensor in self.run.plan.fetches:
                self._current(tensor)
            for op in self._targets:
                if op.type == "NoOp":
                    self._add(op, model.ORDERING, None, [])
        return self.steps

    # -- the log ------------------------------------------------------------------------------

    def _events(self) -> Iterator[_Event]:
        """What all parts logged. A mark has no time of its own: it gets that of its place."""
        for part in self._parts:
            time = part.start
            for number, start, end, looks, _ in part.log:
                lines = part.steps[number]
                time = max(time, start)
                if lines.op is None and number not in part.source.marks:
                    continue
                slots = (range(len(looks)) if lines.op is None
                         else [slot for _, slot in lines.values])
                outputs = [(slot, look) for slot, look in zip(slots, looks, strict=True)
                           if slot >= 0]
                yield _Event(part, lines.op, part.source.marks.get(number), time,
                             end or time, outputs, part.source.loops_around.get(number, ()))

    def _turn(self, event: _Event, mark: LoopMark) -> None:
        """A loop is reached, or turns: its variables have new values."""
        if not mark.is_iteration:
            self._turns[mark.loop] = 0
            self.loops[mark.loop.name] = 0
            return
        self._turns[mark.loop] += 1
        for tensor, (_, look) in zip(mark.loop.variables, event.outputs, strict=True):
            source = tensor.op._inputs[0 if self._turns[mark.loop] == 1 else 1]
            number, value = self._current(source)
            self._add(tensor.op, model.LOOP_VARIABLE, event.part, [(tensor, look)], event,
                      (Input(source.name, number or None, value if number else None),))

    def _add_event(self, event: _Event, op: Operation) -> None:
        if op.type == "LoopCond":
            number, value = self._current(op._inputs[0])
            self._add(op, model.PASSED_ON, event.part, [(op.outputs[0], value)], event,
                      (Input(op._inputs[0].name, number, value),))
            if value.array is not None and bool(value.array) and event.loops:
                self.loops[event.loops[-1].name] += 1
            return
        self.ran.add(op)
        inputs = self._inputs_of(op)
        outputs = [(self._tensor(op, slot), look) for slot, look in event.outputs]
        number = self._add(op, model.COMPUTED, event.part, outputs, event, inputs)
        for tensor in op._inputs:
            if tensor.dtype._is_ref_dtype and outputs and outputs[0][0].dtype._is_ref_dtype:
                self._latest[place_of(tensor).outputs[0]] = (number, outputs[0][1])

    @staticmethod
    def _tensor(op: Operation, slot: int) -> Tensor:
        if isinstance(op, TransferNode) and op.channel.tensor is not None:
            return op.channel.tensor
        return op.outputs[slot]

    def _add_failure(self) -> None:
        """The operation that raised, with what it got."""
        op = getattr(self.run.error, "op", None)
        if op is None:
            return
        part = next((p for p in self._parts if op in p.original.ops), self._parts[0])
        self._add(op, model.FAILED, part, [], None, self._inputs_of(op))

    # -- steps --------------------------------------------------------------------------------

    def _add(self, op: Operation, kind: str, part: WatchedPart | None,
             outputs: Sequence[tuple[Tensor, Value]], event: _Event | None = None,
             inputs: tuple[Input, ...] = ()) -> int:
        number = len(self.steps) + 1
        around = self._around if event is None else event.loops
        if event is None and not (kind == model.PASSED_ON and _stands_in_loop(op)):
            around = ()
        self.steps.append(Step(
            number, op.name, op.type, kind, self._device(part),
            0.0 if event is None else (event.start - self._begin) / 1000,
            0.0 if event is None else (event.end - event.start) / 1000, inputs,
            tuple((tensor.name, _typed(look, tensor)) for tensor, look in outputs),
            tuple((loop.name, max(self._turns.get(loop, 1), 1)) for loop in around)))
        for tensor, look in outputs:
            self._latest[tensor] = (number, _typed(look, tensor))
        return number

    def _device(self, part: WatchedPart | None) -> str:
        name = (part or self._parts[0]).original.device_name
        return name[name.index("/device:"):] if "/device:" in name else name

    def _inputs_of(self, op: Operation) -> tuple[Input, ...]:
        late = self._late.of.get(op, ())
        found = []
        for tensor in op._inputs:
            source = self._late.updated[tensor] if tensor in late else tensor
            number, value = self._current(source)
            found.append(Input(tensor.name, number or None, value if number else None))
        return tuple(found)

    # -- what the log doesn't name --------------------------------------------------------------

    def _current(self, tensor: Tensor) -> tuple[int, Value]:
        """(step, value) of a tensor now; (0, an empty value) when nobody has looked at it."""
        chain: list[Tensor] = []
        while self._is_passed_on(tensor):
            chain.append(tensor)
            tensor = self._source(tensor)
        found = self._latest.get(tensor)
        if found is None:
            found = self._introduce(tensor)
        for name in reversed(chain):
            number, value = found
            if number and self._renewed.get(name) != number:
                self._renewed[name] = number
                source = Input(self._source(name).name, number, value)
                self._add(name.op, model.PASSED_ON, None, [(name, value)], None, (source,))
            found = self._latest.get(name, found)
        return found

    def _is_passed_on(self, tensor: Tensor) -> bool:
        if tensor in self._given or tensor in self._constants or tensor.op in self.ran:
            return False
        if tensor.op.type in MERGES:
            return tensor not in self._latest and self._source(tensor) is not tensor
        return tensor.op.type in _PASSES_ON and bool(tensor.op._inputs)

    def _source(self, tensor: Tensor) -> Tensor:
        """The tensor whose value a node passes on."""
        op = tensor.op
        if op.type not in MERGES:
            return op._inputs[0]
        if tensor.value_index:
            return tensor
        for part in self._parts:
            names = part.original.names
            for source in op._inputs:
                if tensor in names and names.get(source) == names[tensor]:
                    return source
        return tensor

    def _introduce(self, tensor: Tensor) -> tuple[int, Value]:
        """Add what was there before the first operation ran."""
        if tensor in self._given:
            self._add(tensor.op, model.FED, None, [(tensor, self._given[tensor])])
        elif tensor in self._constants:
            self._introduce_constant(tensor)
        return self._latest.get(tensor, (0, Value("", None)))

    def _introduce_constant(self, tensor: Tensor) -> None:
        """Add a constant, and first the constants it was computed from."""
        waiting = [tensor]
        while waiting:
            top = waiting[-1]
            missing = [t for t in top.op._inputs
                       if t in self._constants and t not in self._latest and t not in waiting]
            if missing:
                waiting.append(missing[0])
                continue
            waiting.pop()
            if top in self._latest:
                continue
            cell = self._constants[top]
            inputs = tuple(Input(t.name, *self._latest[t]) for t in top.op._inputs
                           if t in self._latest)
            if isinstance(cell, VariableCell):
                look = self._before.get(top.op.name) or self._watcher.look(None)
                self._add(top.op, model.VARIABLE, None, [(top, look)])
            else:
                self._add(top.op, model.CONSTANT, None, [(top, self._watcher.look(cell))], None,
                          inputs)


def _stands_in_loop(op: Operation) -> bool:
    context = op._control_flow_context
    return context is not None and context.GetWhileContext() is not None


def _typed(look: Any, tensor: Tensor) -> Value:
    """A look with TensorFlow's name of the type."""
    value = look if isinstance(look, Value) else Value("", None)
    dtype = tensor.dtype.base_dtype.name
    return value if value.dtype == dtype else dataclasses.replace(value, dtype=dtype)
