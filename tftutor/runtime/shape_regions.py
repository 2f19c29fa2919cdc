"""Shape regions: arithmetic on shapes is done once for each combination of shapes, not each step.

With a batch of unknown size a graph is full of nodes that only compute with shapes: `tf.gradients`
asks which dimensions a sum ran over, how often to tile, by what to divide a mean. Their values
follow from the shapes of a few tensors, and a training loop feeds the same shapes all the time:

    s = (v4.shape, f0.shape)
    v9, v12, = m3.get(s) or shapes_0(s)

The nodes themselves stand in a function of their own below the step, which runs when a
combination comes up for the first time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.emitter import ALIASES, NEVER_FOLDED, Emitter

_ASKS_FOR_SHAPE = {"Shape", "Size", "Rank"}
_MOST_COMBINATIONS = 64
_MOST_ELEMENTS = 4096


class ShapeMemo(dict[Any, Any]):
    """The results of a region by the shapes they follow from."""

    def keep(self, shapes: Any, results: tuple[Any, ...]) -> tuple[Any, ...]:
        """Remember `results` unless they are big, and return them."""
        if sum(np.size(value) for value in results) <= _MOST_ELEMENTS:
            if len(self) >= _MOST_COMBINATIONS:
                self.clear()
            self[shapes] = results
        return results


class ForgetfulMemo(ShapeMemo):
    """Remembers nothing, so that a trace shows every node."""

    def keep(self, shapes: Any, results: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return `results`."""
        return results


def stand_in(shape: tuple[int, ...]) -> np.ndarray:
    """An array of that shape that takes no memory, for kernels that look at the shape alone."""
    return np.broadcast_to(np.False_, shape)


class ShapeRegion:
    """Nodes that compute with shapes.

    Attributes:
      ops: the nodes in order, those that ask for shapes first of all.
      sources: the tensors whose shapes decide.
      results: the values that the rest of the step takes.
    """

    __slots__ = ("ops", "sources", "results")

    def __init__(self, ops: Sequence[Operation], sources: Sequence[Tensor],
                 results: Sequence[Tensor]) -> None:
        self.ops = ops
        self.sources = sources
        self.results = results


class _RegionFinder:
    """Sorts the operations of a step into regions and the rest."""

    def __init__(self, ops: Sequence[Operation], constants: dict[Tensor, Any],
                 fetches: Iterable[Tensor], fed: Iterable[Tensor]) -> None:
        self.ops = ops
        self.constants = constants
        self.fed = set(fed)
        self.derived: dict[Operation, int] = {}  # -> after which operation it can run
        self.askers: set[Operation] = set()  # those that ask a value of the step for its shape
        self._mark()
        self.taken = {t for op in ops if op not in self.derived for t in op._inputs}
        self.taken.update(fetches)

    def _mark(self) -> None:
        made: dict[Tensor, int] = {}  # by which position; a `_Recv` gives another node's tensor
        for index, op in enumerate(self.ops):
            made.update(dict.fromkeys(op.outputs, index))
            if (op.type in _ASKS_FOR_SHAPE and _has_array(op._inputs[0])
                    and op._inputs[0].op not in self.derived):
                source = op._inputs[0]
                self.askers.add(op)
                self.derived[op] = -1 if source in self.fed else made.get(source, -1)
            elif self._follows(op):
                self.derived[op] = max(self.derived[t.op] for t in op._inputs
                                       if t.op in self.derived)

    def _follows(self, op: Operation) -> bool:
        """True when all that `op` looks at follows from shapes, and its result is small."""
        if (op._op_def.is_stateful or op.type in NEVER_FOLDED or not op.outputs
                or not any(t.op in self.derived for t in op._inputs)):
            return False
        params = (*op._op_def.kernel_params,
                  *(p for _, names in op._op_def.library_kernels.values() for p in names))
        return ("step" not in params
                and all(t not in self.fed and (t.op in self.derived or t in self.constants)
                        and not t.dtype._is_ref_dtype for t in op._inputs)
                and all(t not in self.fed and _is_small(t) for t in op.outputs))

    def items(self) -> list[Operation | ShapeRegion]:
        """The step in order. Shapes are asked for early, so that few regions come about."""
        order = sorted(range(len(self.ops)),
                       key=lambda i: (self.derived[self.ops[i]], 1, i)
                       if self.ops[i] in self.derived else (i, 0, i))
        result: list[Operation | ShapeRegion] = []
        pending: list[Operation] = []
        for op in (self.ops[i] for i in order):
            if op in self.derived:
                pending.append(op)
                continue
            if any(t.op in pending for t in op._inputs if t.op in self.derived):
                result.extend(self._flush(pending))
                pending = []
            result.append(op)
        return [*result, *self._flush(pending)]

    def _flush(self, pending: list[Operation]) -> list[Operation | ShapeRegion]:
        results = [t for op in pending for t in op.outputs if t in self.taken]
        if not results:
            return list(pending)
        ops = self._closure(pending)
        if all(op in self.askers for op in ops):
            return list(pending)
        sources = dict.fromkeys(op._inputs[0] for op in ops if op in self.askers)
        return [ShapeRegion(ops, list(sources), results)]

    def _closure(self, pending: list[Operation]) -> list[Operation]:
        """`pending` and the nodes of earlier regions that they build on, in order."""
        found = set(pending)
        stack = list(pending)
        while stack:
            for tensor in stack.pop()._inputs:
                op = tensor.op
                if op in self.derived and op not in found and tensor not in self.constants:
                    found.add(op)
                    stack.append(op)
        return [op for op in self.ops if op in found]


def _has_array(tensor: Tensor) -> bool:
    """True when the value has a `shape` (a string scalar, a variable's cell, a handle has none)."""
    dtype = tensor.dtype
    return not dtype._is_ref_dtype and dtype.name not in ("string", "resource", "variant")


def _is_small(tensor: Tensor) -> bool:
    """True for numbers and for vectors of integers, which is what shapes are computed with."""
    shape, dtype = tensor._shape, tensor.dtype
    if shape is None or not _has_array(tensor):
        return False
    return not shape or (len(shape) == 1 and (dtype.is_integer or dtype.is_bool))


class StraightEmitter(Emitter):
    """Emitter for steps without branches and loops: folds first, then finds shape regions."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._functions: list[tuple[list[str], dict[int, Operation]]] = []
        self._remembered: set[Tensor] = set()

    def emit(self) -> None:
        """Write the step, and below it the functions of its regions."""
        super().emit()
        for lines, line_ops in self._functions:
            above = len(self.lines)
            self.lines.extend(lines)
            self.line_ops.update({above + number: op for number, op in line_ops.items()})

    def emit_ops(self, ops: Sequence[Operation]) -> None:
        """Write the steps of `ops`."""
        remaining = [op for op in ops if not self._settle(op)]
        items = _RegionFinder(remaining, self.constants, self.fetches, self.feeds).items()
        self._last_use.clear()
        for item in items:
            for tensor in item.sources if isinstance(item, ShapeRegion) else item._inputs:
                self._last_use[tensor] = item
        for tensor in self.fetches:
            self._last_use.pop(tensor, None)
        for item in items:
            if isinstance(item, ShapeRegion):
                self._emit_region(item)
            else:
                self.emit_op(item)

    def _settle(self, op: Operation) -> bool:
        """Deal with an operation whose value is known already."""
        if op._op_def.static_value_fn is not None or (
                op.type in ALIASES and op._inputs[0] in self.constants
                and not op._inputs[0].dtype._is_ref_dtype):
            self.emit_op(op)
            return True
        return op.type not in ALIASES and self._fold(op)

    def _emit_region(self, region: ShapeRegion) -> None:
        number = len(self._functions)
        sources = [self.read(t) for t in region.sources]
        memo = self.global_name("m", ShapeMemo())
        self._emit_function(region, f"shapes_{number}", sources, memo)
        self._remembered.update(region.results)
        results = [self.read(t) for t in region.results]
        self.write(f"s = ({', '.join(f'{name}.shape' for name in sources)},)")
        self.write(f"{', '.join(results)}, = {memo}.get(s) or shapes_{number}(s)"
                   + self._releases_of(region, region.sources))

    def _emit_function(self, region: ShapeRegion, name: str, sources: Sequence[str], memo: str
                       ) -> None:
        outer = self.lines, self.line_ops
        self.lines, self.line_ops = [], {}
        self.write(f"def {name}(shapes):", indent=0)
        stand_ins = self.global_name("k", stand_in)
        self.write(f"{', '.join(sources)}, = map({stand_ins}, shapes)")
        for op in region.ops:
            if op.type in ALIASES:
                self._alias(op)
            else:
                self._emit_step(op)
        results = ", ".join(self.read(t) for t in region.results)
        self.write(f"return {memo}.keep(shapes, ({results},))")
        self._functions.append((self.lines, self.line_ops))
        self.lines, self.line_ops = outer

    def _is_own_temporary(self, tensor: Tensor, op: Operation) -> bool:
        # The result of a region is looked up again in the next step: it mustn't change.
        return tensor not in self._remembered and super()._is_own_temporary(tensor, op)

    def _output_name(self, tensor: Tensor) -> str:
        # A node that two regions share has its name from the first.
        name = self.names.get(tensor)
        if name is None:
            return self.new_name(tensor)
        return "_" if tensor in self._fed() else name
