"""Pruning: which operations a step must run, in which order."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable

from tftutor.framework.operation import Operation, Tensor


def reachable_ops(targets: Iterable[Operation], fed: set[Tensor] | dict[Tensor, object],
                  done: Collection[Operation] = ()) -> set[Operation]:
    """The operations that `targets` need, when the tensors in `fed` are given from outside.

    Those in `done` have run before (in an earlier part of a partial run) and are left out.
    """
    needed: set[Operation] = set()
    stack = list(targets)
    while stack:
        op = stack.pop()
        if op in needed or op in done:
            continue
        needed.add(op)
        for tensor in op._inputs:
            if tensor not in fed and tensor.op not in needed:
                stack.append(tensor.op)
        for control in op._control_inputs:
            if control not in needed and not _is_fed_placeholder(control, fed):
                stack.append(control)
    return needed


def _is_fed_placeholder(op: Operation, fed: Collection[Tensor]) -> bool:
    """A placeholder that has its value: waiting for it means waiting for nothing."""
    return op.type in ("Placeholder", "PlaceholderV2") and op.outputs[0] in fed


def _is_in_id_order(ops: list[Operation], fed: object) -> bool:
    for op in ops:
        number = op._id
        for tensor in op._inputs:
            if tensor.op._id >= number:
                return False
        for control in op._control_inputs:
            if control._id >= number:
                return False
    return True


def _dequeues_and_enqueues(ops: list[Operation]) -> bool:
    kinds = {op.type for op in ops if op.type.startswith("Queue")}
    return (any(kind.startswith("QueueDequeue") for kind in kinds)
            and any(kind.startswith("QueueEnqueue") for kind in kinds))


def _rank(op: Operation, first: Collection[Operation]) -> tuple[bool, bool, int]:
    """Those in `first` first, then older operations, dequeues last."""
    return op.type.startswith("QueueDequeue"), op not in first, op._id


def _early(ordered: list[Operation], needed: set[Operation]) -> set[Operation]:
    """The operations that should run early, and what they depend on."""
    found: set[Operation] = set()
    waiting = [op for op in ordered if op._runs_early]
    while waiting:
        op = waiting.pop()
        if op in needed and op not in found:
            found.add(op)
            waiting.extend((*(t.op for t in op._inputs), *op._control_inputs))
    return found


def topological_order(needed: set[Operation], fed: set[Tensor] | dict[Tensor, object]
                      ) -> list[Operation]:
    """One order of `needed` in which every operation comes after what it depends on.

    Among operations that are ready, the older comes first, so the order is the same in every run
    and every partition; those that should run early come before. The back edges of loops
    (NextIteration to Merge) are left out. A dequeue waits until nothing else is ready: what it
    waits for may be enqueued by this very step.
    """
    ordered = sorted(needed, key=lambda op: op._id)
    first = _early(ordered, needed)
    if not first and not _dequeues_and_enqueues(ordered) and _is_in_id_order(ordered, fed):
        return ordered
    waiting: dict[Operation, int] = {}
    followers: dict[Operation, list[Operation]] = {}
    for op in ordered:
        sources = {t.op for t in op._inputs
                   if t not in fed and not (op.type in ("Merge", "RefMerge")
                                            and t.op.type in ("NextIteration",
                                                              "RefNextIteration"))}
        sources.update(op._control_inputs)
        sources &= needed
        waiting[op] = len(sources)
        for source in sources:
            followers.setdefault(source, []).append(op)
    ready = [(_rank(op, first), op) for op in ordered if waiting[op] == 0]
    heapq.heapify(ready)
    result: list[Operation] = []
    while ready:
        _, op = heapq.heappop(ready)
        result.append(op)
        for follower in followers.get(op, ()):
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready, (_rank(follower, first), follower))
    if len(result) != len(ordered):
        stuck = sorted(op.name for op in needed if op not in set(result))[:5]
        raise ValueError(f"The graph has a cycle through {', '.join(stuck)}")
    return result


# Pure ops that are run for the error they may raise, even when nobody takes their value.
_RAISES_ON_PURPOSE = {"CheckNumerics", "EnsureShape", "Placeholder", "PlaceholderV2"}


def has_effects(op: Operation) -> bool:
    """True when running `op` does more than compute its outputs."""
    definition = op._op_def
    return (definition.is_stateful or op.type in _RAISES_ON_PURPOSE or not op.outputs
            or any(arg.is_ref for arg in definition.spec.inputs))


def without_unused_values(ops: list[Operation], fetches: Iterable[Tensor],
                          targets: Iterable[Operation]) -> list[Operation]:
    """`ops` without those whose value nobody takes and that do nothing else.

    A control dependency on such an op only says "not before": `tf.train.Optimizer` gates gradients
    this way, and would compute the gradient of each placeholder for nothing. Straight-line plans
    only: in a branch or loop a control edge also decides whether an op runs at all.
    """
    wanted = set(targets)
    used = set(fetches)
    kept: list[Operation] = []
    for op in reversed(ops):
        if op in wanted or has_effects(op) or any(t in used for t in op.outputs):
            kept.append(op)
            used.update(op._inputs)
    kept.reverse()
    return kept
