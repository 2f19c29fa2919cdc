"""StructuredEmitter: writes plans with `if` and `while` for graphs with conditionals and loops.

    v7 = v3 < v5                      while True:
    if v7:                                v9 = v8 < c4
        v9 = v3 * c2                      if not v9: break
    else:                                 v10 = v8 + c5
        v11 = k4(v3)                      v8 = v10
    v12 = v9 if v7 else v11

Switch, Enter, Exit and NextIteration cost nothing: they are other names for their inputs. A block
is opened only when a line is written inside it, so a branch of constants needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework.operation import Operation, Tensor
from tftutor.ops.control_flow_ops import DEAD
from tftutor.runtime.emitter import Emitter
from tftutor.runtime.frames import (
    ENTERS,
    EXITS,
    MERGES,
    NEXT_ITERATIONS,
    SWITCHES,
    Arm,
    FlowAnalysis,
    Frame,
    Guard,
    Literal,
    Unit,
    are_complementary,
)

_MAX_BLOCKS = 60  # nested `if`s; Python allows 100 levels of indentation
_MAX_LOOPS = 15  # nested `while`s a function; Python allows 20
_PASS_ON = ENTERS | EXITS | NEXT_ITERATIONS | {"LoopCond"}

Block = tuple[Literal, ...]


def no_value(index: int) -> Any:
    """Raise TF's error for a fetched tensor on a branch that wasn't taken."""
    raise errors.InvalidArgumentError(None, None, f"Retval[{index}] does not have value")


class StructuredEmitter(Emitter):
    """An Emitter for plans with control flow."""

    flow: FlowAnalysis = None  # type: ignore[assignment]  # made in `emit`, unless given
    checks_for_abort = False  # in each iteration: set for a part of a step
    may_write_in_place = False  # an operator in a loop sees the same left value again and again

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: list[Block] = []
        self._wanted: list[Block] = []
        self._elses: set[Block] = set()  # open blocks that an `else` has begun
        self._base = 1
        self._loop_depth = 0

    # -- the whole --------------------------------------------------------------------------

    def _find_last_uses(self) -> None:
        if self.flow is None:
            self.flow = FlowAnalysis(self.ops, self.feeds)
        self.ops = list(_in_order(self.flow.root))
        super()._find_last_uses()

    def emit_ops(self, ops: Sequence[Operation]) -> None:
        """Write the steps of the whole plan (`ops` stand in the order of the analysis)."""
        for phase in self.flow.root.phases:
            self._emit_units(phase, ())
        self._wanted = []

    def fetch_text(self, tensor: Tensor) -> str:
        """Source text for a value to return; on a branch not taken it is TF's error."""
        if tensor in self._fed():
            return self.returned(tensor)
        frame = self.flow.frame_of[tensor.op]
        if tensor.op.type in EXITS:
            frame = frame.parent or frame
        if frame.parent is not None:
            raise errors.InvalidArgumentError(
                None, None, f"Tensor {tensor.name} is inside the loop {frame.name}: only what "
                "leaves a loop through an Exit can be fetched")
        guard = self.flow.tensor_guard.get(tensor, ())
        if not guard:
            return super().fetch_text(tensor)
        missing = f"{self.global_name('k', no_value)}({self.fetch_positions[tensor]})"
        if tensor not in self.names and tensor not in self.constants:
            return missing
        return f"{self.returned(tensor)} if {self._test(guard)} else {missing}"

    # -- blocks -----------------------------------------------------------------------------

    def write(self, text: str, op: Operation | None = None, indent: int | None = None) -> None:
        """Append a line inside the blocks that its guard asks for."""
        if indent is None:
            self._open_blocks()
            indent = self._base + len(self._open)
        super().write(text, op, indent)

    def _open_blocks(self) -> None:
        """Close the blocks that don't belong to the wanted guard, and open those that do."""
        common = 0
        for a, b in zip(self._open, self._wanted, strict=False):
            if a != b:
                break
            common += 1
        closed = self._open[common:]
        may_be_else = bool(closed) and closed[0] not in self._elses
        del self._open[common:]
        self._elses.difference_update(closed)
        for block in self._wanted[common:]:
            text = f"if {self._test(block)}:"
            if may_be_else and len(block) == 1 and closed[0] == (block[0].negated(),):
                text = "else:"
                self._elses.add(block)
            may_be_else = False
            super().write(text, None, self._base + len(self._open))
            self._open.append(block)
        self.indent = self._base + len(self._open)

    def _test(self, literals: Sequence[Literal]) -> str:
        """Source text that is true when all `literals` hold."""
        parts = []
        for literal in literals:
            text = self.read(literal.tensor)
            if literal.tests_life:
                text = f"{text} is not {self.global_name('c', DEAD)}"
            parts.append(text if literal.branch else f"not {text}")
        return " and ".join(parts)

    def _want(self, guard: Guard) -> None:
        self._wanted = [(literal,) for literal in guard[:_MAX_BLOCKS]]
        if len(guard) > _MAX_BLOCKS:
            self._wanted.append(guard[_MAX_BLOCKS:])
        common = [a for a, b in zip(self._open, self._wanted, strict=False) if a == b]
        whole = self._open == self._wanted and len(common) == len(self._wanted)
        # `indent` tells the base class whether a line will stand at the top level.
        self.indent = self._base + (len(self._open) if whole else len(self._wanted))

    # -- units ------------------------------------------------------------------------------

    def _emit_units(self, units: Sequence[tuple[Unit, Guard]], outer: Guard) -> None:
        for unit, guard in units:
            self._want((*outer, *guard))
            if isinstance(unit, Frame):
                self._emit_loop(unit, (*outer, *guard))
            else:
                self.emit_op(unit)

    def emit_one(self, op: Operation) -> None:
        """Write one operation; most control-flow nodes are only names."""
        kind = op.type
        if kind in _PASS_ON:
            self.pass_on(op._inputs[0], op.outputs[0])
        elif kind in SWITCHES:
            for tensor in op.outputs:
                self.pass_on(op._inputs[0], tensor)
        elif kind in MERGES:
            if not self.flow.is_loop_merge(op):
                self._emit_merge(op)
        elif kind != "ControlTrigger":
            super().emit_one(op)

    def _is_used(self, tensor: Tensor) -> bool:
        return tensor in self._last_use or tensor in self.fetches

    def _emit_merge(self, op: Operation) -> None:
        """Write a Merge as a conditional expression of its inputs."""
        arms = self.flow.arms[op]
        value, index = op.outputs
        if not arms:
            return
        certain = next((arm for arm in arms if not arm.rest), None)
        if certain is not None or len(arms) == 1:
            arm = certain or arms[0]
            self.pass_on(arm.tensor, value)
            self._set_constants_if_free(index, np.int32(arm.position))
            return
        if self._is_used(value) or not are_complementary(arms):
            self._write_choice(value, [(arm, self.arm_text(op, arm.tensor)) for arm in arms])
        if self._is_used(index):
            self._write_choice(index, [
                (arm, self.global_name("c", self._index_constant(arm.position))) for arm in arms])

    def arm_text(self, merge: Operation, tensor: Tensor) -> str:
        """Source text for what comes into a Merge by one of its arms.

        `Merge` takes the value of a variable, as in `tf.cond(p, lambda: 2 * v, lambda:
        v.assign_add(1))`; `RefMerge` passes the variable on.
        """
        return self.raw(tensor) if merge.outputs[0].dtype._is_ref_dtype else self.read(tensor)

    def pass_on(self, source: Tensor, target: Tensor) -> None:
        """Let `target` name what `source` is; where that is a variable, its value if need be."""
        if not source.dtype._is_ref_dtype or target.dtype._is_ref_dtype:
            super().pass_on(source, target)
        elif target not in self.names:
            text = self.read(source)
            self.write(f"{self.new_name(target)} = {text}", target.op)

    def _set_constants_if_free(self, tensor: Tensor, value: Any) -> None:
        if tensor not in self.names:
            self.constants[tensor] = value

    @staticmethod
    def _index_constant(index: int) -> Any:
        return np.int32(index)

    def _write_choice(self, target: Tensor, choices: Sequence[tuple[Arm, str]]) -> None:
        arms = [arm for arm, _ in choices]
        if are_complementary(arms):
            (first, a), (_, b) = choices
            test: Guard = first.rest
            if not test[0].branch:
                a, b, test = b, a, (test[0].negated(),)
            text = f"{a} if {self._test(test)} else {b}"
        else:
            parts = [f"{text} if {self._test(arm.rest)} else " for arm, text in choices]
            text = "".join(parts) + self.global_name("c", DEAD)
        name = "_" if target in self.names else self.new_name(target)
        self.write(f"{name} = {text}", target.op)

    # -- loops ------------------------------------------------------------------------------

    def _emit_loop(self, frame: Frame, guard: Guard) -> None:
        """Write a loop at the current place, then what follows its last iteration."""
        if frame.loop_cond is None:  # an Enter and an Exit, and no way round
            for phase in frame.phases:
                self._emit_units(phase, guard)
            return
        for source in frame.ops:
            if source.type in ENTERS:
                self.emit_op(source)
        function = self._begin_function(frame)
        starts = []
        for merge in frame.loop_merges:
            enter = next(t for t in merge._inputs if t.op.type not in NEXT_ITERATIONS)
            start = self.arm_text(merge, enter)
            starts.append((self.new_name(merge.outputs[0]), start))
            if self._is_used(merge.outputs[1]):
                name = self.new_name(merge.outputs[1])
                starts.append((name, self.global_name("c", np.int32(merge._inputs.index(enter)))))
        for name, start in starts:
            self.write(f"{name} = {start}")
        self.write("while True:")
        saved = self._enter_scope()
        if self.checks_for_abort:
            self.uses_step = True
            self.write("step.rendezvous.check()")
        self._emit_units(frame.phases[0], ())
        self._want(())
        self.write(f"if not {self.read(frame.loop_cond._inputs[0])}: break", frame.loop_cond)
        self._emit_units(frame.phases[1], ())
        self._want(())
        self._write_back_edges(frame)
        self._leave_scope(saved)
        if function is not None:
            self._end_function(frame, function)
        self._emit_units(frame.phases[2], guard)

    def _write_back_edges(self, frame: Frame) -> None:
        """Rebind the loop variables, all at once."""
        targets, values = [], []
        for merge in frame.loop_merges:
            edge = next(t for t in merge._inputs if t.op.type in NEXT_ITERATIONS)
            pairs = [(self.names[merge.outputs[0]], self.arm_text(merge, edge))]
            if merge.outputs[1] in self.names:
                index = np.int32(merge._inputs.index(edge))
                pairs.append((self.names[merge.outputs[1]], self.global_name("c", index)))
            for name, value in pairs:
                if name != value:
                    targets.append(name)
                    values.append(value)
        if targets:
            self.write(f"{', '.join(targets)} = {', '.join(values)}")
        else:
            self.write("pass")

    def _enter_scope(self) -> tuple[int, list[Block], list[Block]]:
        saved = (self._base, self._open, self._wanted)
        self._base += len(self._open) + 1
        self._open, self._wanted = [], []
        self._loop_depth += 1
        return saved

    def _leave_scope(self, saved: tuple[int, list[Block], list[Block]]) -> None:
        self._base, self._open, self._wanted = saved
        self._loop_depth -= 1

    # -- loops nested deeper than a Python function allows ------------------------------------

    def _begin_function(self, frame: Frame) -> tuple[str, Any] | None:
        """Start an inner function when Python couldn't nest one more loop."""
        if self._loop_depth == 0 or self._loop_depth % _MAX_LOOPS:
            return None
        name = f"loop{len(self.lines)}"
        self.write(f"def {name}():")
        return name, self._enter_scope()

    def _end_function(self, frame: Frame, function: tuple[str, Any]) -> None:
        """End the inner function; it returns the loop variables' last values."""
        name, saved = function
        results = [self.names[t] for merge in frame.loop_merges for t in merge.outputs
                   if t in self.names]
        for unit, _ in frame.phases[2]:
            if isinstance(unit, Operation):
                results.extend(self.names[t] for t in unit._inputs
                               if t in self.names and self.flow.frame_of[t.op] is frame)
        results = list(dict.fromkeys(results))
        self.write(f"return {', '.join(results)},")
        self._leave_scope(saved)
        self.write(f"{', '.join(results)}, = {name}()")


def _in_order(frame: Frame) -> list[Operation]:
    """The nodes in the order in which they are written."""
    ordered: list[Operation] = []
    for phase in frame.phases:
        for unit, _ in phase:
            ordered.extend(_in_order(unit) if isinstance(unit, Frame) else (unit,))
    return ordered
