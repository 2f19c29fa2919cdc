"""Plan: a pruned graph bound to kernels and written as one Python function.

    fetches, feeds -> prune -> fold constants -> emit source -> compile

The function's source has one line a step (`v7 = k3(v5, v6)`), so a step costs little more than the
call of the array library, and the line on which an exception occurs tells which node failed.
Plans are cached by the session; `plan.source` shows what runs. A step on several devices is a plan
for each of them (`runtime/partitioned_plan.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.binding import NodeBinder
from tftutor.runtime.control_flow import StructuredEmitter
from tftutor.runtime.devices import HERE
from tftutor.runtime.emitter import Emitter
from tftutor.runtime.frames import CONTROL_FLOW_TYPES
from tftutor.runtime.late_reads import LateReads
from tftutor.runtime.pruning import reachable_ops, topological_order, without_unused_values
from tftutor.runtime.resources import ResourceManager
from tftutor.runtime.shape_regions import StraightEmitter
from tftutor.runtime.waiting import Waits, waits_through_others

_HOST_NAME = f"{HERE}/device:CPU:0"


class Step:
    """What a step has to run, before it is written.

    Attributes:
      fetches, targets, feeds: what was asked for.
      ops: the operations it needs, in one topological order.
      is_structured: true with branches or loops.
      waits: what operations wait for through others that aren't run.
    """

    __slots__ = ("fetches", "targets", "feeds", "ops", "is_structured", "waits")

    def __init__(self, fetches: Sequence[Tensor], targets: Sequence[Operation],
                 feeds: Sequence[Tensor], done: Collection[Operation] = ()) -> None:
        self.fetches = tuple(fetches)
        self.targets = tuple(targets)
        self.feeds = tuple(feeds)
        fed = dict.fromkeys(feeds)
        roots = [t.op for t in fetches if t not in fed]
        roots.extend(targets)
        self.ops = topological_order(reachable_ops(roots, fed, done), fed)
        self.is_structured = any(op.type in CONTROL_FLOW_TYPES for op in self.ops)
        self.waits: Waits = {}
        if not self.is_structured:
            needed, self.ops = self.ops, without_unused_values(self.ops, self.fetches, targets)
            self.waits = waits_through_others(needed, self.ops)


class Plan:
    """A compiled step, or the part of one that a device runs.

    Attributes:
      function: `function(feeds, step)` -> list of fetched values, in the order of `fetches`.
      source: the Python text of `function`.
      ops: the operations it runs or has folded, in order.
      line_ops: which operation each source line belongs to.
      device_name: where it runs.
      early: the variables that are fetched as they are before updates of the same step.
    """

    __slots__ = ("function", "source", "ops", "line_ops", "filename", "uses_step", "fetches",
                 "feeds", "mutations", "namespace", "names", "constants", "device_name", "early",
                 "__weakref__")

    parts: list[Any] | None = None  # of a PartitionedPlan; it may have none

    def __init__(self, fetches: Sequence[Tensor], targets: Sequence[Operation],
                 feeds: Sequence[Tensor], resources: ResourceManager,
                 done: Collection[Operation] = ()) -> None:
        step = Step(fetches, targets, feeds, done)
        self._write(step.ops, emitter_for(step, resources))

    @classmethod
    def of_emitter(cls, emitter: Emitter, device_name: str) -> Plan:
        """The plan that an emitter writes."""
        plan = cls.__new__(cls)
        plan._write(list(emitter.ops), emitter, device_name)
        return plan

    def _write(self, ops: list[Operation], emitter: Emitter, device_name: str = _HOST_NAME) -> None:
        self.ops = ops
        self.fetches, self.feeds = tuple(emitter.fetches), tuple(emitter.feeds)
        self.mutations = ops[0].graph._mutations if ops else 0
        self.device_name = device_name
        self.early = emitter.early
        emitter.emit()
        self.source = emitter.source()
        self.line_ops = emitter.line_ops
        self.namespace = emitter.namespace
        self.names = emitter.names
        self.constants = emitter.constants
        self.uses_step = emitter.uses_step
        self.filename = f"<tftutor plan {id(self):x}>"
        self.function = self._compile()

    def _compile(self) -> Callable[[Sequence[Any], Any], list[Any]]:
        exec(compile(self.source, self.filename, "exec"), self.namespace)  # noqa: S102
        return self.namespace["step_function"]

    def op_at(self, line: int) -> Operation | None:
        """The operation that a line of the source runs."""
        return self.line_ops.get(line)


def emitter_for(step: Step, resources: ResourceManager) -> Emitter:
    """The emitter of a step that the host runs alone."""
    emitter_type = StructuredEmitter if step.is_structured else StraightEmitter
    emitter = emitter_type(step.ops, step.fetches, step.feeds, NodeBinder(resources, step.feeds))
    emitter.late = LateReads(step.ops, step.feeds, step.waits)
    return emitter

