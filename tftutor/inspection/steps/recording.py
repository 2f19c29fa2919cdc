"""Recording a step: run the fetches once, for real, and keep what each operation computed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from tftutor.client.base_session import BaseSession
from tftutor.client.fetches import FetchMapper
from tftutor.client.watched_run import WatchedRun, watched_run
from tftutor.framework.operation import Operation
from tftutor.inspection.steps.assembly import Assembler
from tftutor.inspection.steps.model import FAILED, Skipped, VariableChange
from tftutor.inspection.steps.record import StepRecord
from tftutor.inspection.steps.values import Value, Watcher
from tftutor.runtime.watching import WatchedPart

MEMORY = 64 << 20  # bytes for the values of one record

Found = dict[str, tuple[Value, int]]  # variable -> what it holds, and a checksum of it


def record_step(session: Any, fetches: Any, feed_dict: Any = None, memory: int = MEMORY
                ) -> StepRecord:
    """Run `fetches` once, as `sess.run` does, and record every operation that runs.

    It is a real step: variables are updated, random numbers drawn, queues emptied, once. An
    operation that fails ends the record with `record.error`; nothing is raised for it.

    Args:
      session: a tf.Session without a target.
      fetches, feed_dict: as for `sess.run`.
      memory: how many bytes of values to keep. A value of up to 16 KB is kept whole, of a bigger
        one its statistics and a corner; when the memory is used up, statistics alone.

    Raises: TypeError for what is no session; what `sess.run` raises before a step begins;
    tf.errors.UnimplementedError for a session with a target.
    """
    if not isinstance(session, BaseSession):
        raise TypeError(f"record_step takes a tf.Session first, not {type(session).__name__}")
    watcher = Watcher(memory)
    before: Found = {}

    def note_variables(step: Any) -> None:
        before.update(_variables(step.parts, watcher))

    run = watched_run(session, fetches, feed_dict, watcher.look, note_variables)
    parts: Any = run.step.parts
    after = _variables(parts, watcher)
    mapper = FetchMapper(session.graph, fetches)
    assembler = Assembler(run, {name: look for name, (look, _) in before.items()}, watcher,
                          mapper.targets)
    steps = assembler.assemble()
    names = [t.name for t in mapper.tensors] + [op.name for op in mapper.targets]
    return StepRecord(
        tuple(names), tuple(t.name for t in run.plan.feeds), tuple(steps), run.results, run.error,
        _changes(before, after), tuple(_skipped(run, assembler)), dict(assembler.loops),
        assembler.left_out, watcher.is_full,
        tuple(part.device.short_name for part in parts
              if part.device is not None and part.device.is_simulated), session.graph)


def _variables(parts: Iterable[WatchedPart], watcher: Watcher) -> Found:
    """What the variables of a step hold now."""
    found: Found = {}
    for part in parts:
        for name, cell in part.cells().items():
            value = part.host_value(cell)
            found[name] = (watcher.look(value), _checksum(value))
    return found


def _checksum(value: Any) -> int:
    if value is None:
        return -1
    array = np.ascontiguousarray(value).reshape(-1)
    if array.dtype.hasobject:
        return hash(tuple(array.tolist()))
    return zlib.crc32(array.view(np.uint8).data)


def _changes(before: Found, after: Found) -> tuple[VariableChange, ...]:
    return tuple(VariableChange(name, old, after[name][0], checksum != after[name][1])
                 for name, (old, checksum) in sorted(before.items()))


def _skipped(run: WatchedRun, assembler: Assembler) -> Iterable[Skipped]:
    """The operations with a line in the source that no log names; unknown of a full log."""
    if assembler.left_out:
        return
    failed = {step.name for step in assembler.steps if step.kind == FAILED}
    for op in dict.fromkeys(op for part in run.step.parts
                            for op in part.original.line_ops.values()):
        if op not in assembler.ran and op.type != "LoopCond" and op.name not in failed:
            yield Skipped(op.name, op.type, _why(op, run))


def _why(op: Operation, run: WatchedRun) -> str:
    """Why an operation didn't run."""
    if run.error is not None:
        return "the step ended before it"
    context = op._control_flow_context
    if context is None:
        return "the step didn't come to it"
    if context.IsCondContext():
        taken = "False" if context.branch else "True"
        return f"{context.pred.name} was {taken}: the other branch was taken"
    return f"the loop {context.name} made no iteration"
