"""Plan: a pruned graph bound to kernels and written as one Python function.

    fetches, feeds -> prune -> fold constants -> emit source -> compile

The function's source has one line a step (`v7 = k3(v5, v6)`), so a step costs little more than the
call of the array library, and the line on which an exception occurs tells which node failed.
Plans are cached by the session; `plan.source` shows what runs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.binding import NodeBinder
from tftutor.runtime.control_flow import StructuredEmitter
from tftutor.runtime.emitter import Emitter
from tftutor.runtime.frames import CONTROL_FLOW_TYPES
from tftutor.runtime.pruning import reachable_ops, topological_order, without_unused_values
from tftutor.runtime.resources import ResourceManager
from tftutor.runtime.shape_regions import StraightEmitter


class Plan:
    """A compiled step for one set of fetches and feeds.

    Attributes:
      function: `function(feeds, step)` -> list of fetched values, in the order of `fetches`.
      source: the Python text of `function`.
      ops: the operations it runs or has folded, in order.
      line_ops: which operation each source line belongs to.
    """

    __slots__ = ("function", "source", "ops", "line_ops", "filename", "uses_step", "fetches",
                 "feeds", "mutations", "namespace", "names", "constants", "__weakref__")

    def __init__(self, fetches: Sequence[Tensor], targets: Sequence[Operation],
                 feeds: Sequence[Tensor], resources: ResourceManager,
                 done: Collection[Operation] = ()) -> None:
        self.fetches = tuple(fetches)
        self.feeds = tuple(feeds)
        fed = dict.fromkeys(feeds)
        roots = [t.op for t in fetches if t not in fed]
        roots.extend(targets)
        needed = reachable_ops(roots, fed, done)
        self.ops = topological_order(needed, fed)
        self.mutations = self.ops[0].graph._mutations if self.ops else 0
        binder = NodeBinder(resources, self.feeds)
        structured = any(op.type in CONTROL_FLOW_TYPES for op in self.ops)
        if not structured:
            self.ops = without_unused_values(self.ops, self.fetches, targets)
        emitter_type = StructuredEmitter if structured else StraightEmitter
        emitter: Emitter = emitter_type(self.ops, self.fetches, self.feeds, binder)
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
