"""Building the nodes of a forward loop: Enter, Merge, condition, Switch, body, NextIteration, Exit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tftutor import errors
from tftutor.composite.control_flow_nodes import (
    as_indexed_slices,
    enter,
    exit_loop,
    identity_of,
    merge,
    next_iteration,
    switch_ref_or_tensor,
)
from tftutor.composite.control_flow_queries import is_constant_enter
from tftutor.composite.tensor_array_flow import (
    flows_to_tensor_arrays,
    is_tensor_array,
    tensor_array_to_flow,
)
from tftutor.composite.while_context import WhileContext
from tftutor.framework import nest
from tftutor.framework.conversion import convert
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from tftutor.framework.late_notes import explained
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import TensorShape, shape_tuple
from tftutor.ops.control_flow_ops import LoopCond
from tftutor.ops.identity import identity

_SUMMARIES = "summaries"


def shape_fits(shape: Any, bound: Any) -> bool:
    """True when every tensor of static shape `shape` has the static shape `bound`."""
    shape, bound = shape_tuple(shape), shape_tuple(bound)
    if bound is None:
        return True
    if shape is None or len(shape) != len(bound):
        return False
    return all(b is None or a == b for a, b in zip(shape, bound, strict=True))


def shape_invariant_of(value: Any, shape: Any = None) -> Any:
    """The static shape(s) that a loop variable keeps: as given, or its own."""
    if isinstance(value, IndexedSlices):
        if shape is None:
            return [part.shape for part in nest.flatten(value, expand_composites=True)]
        rest = TensorShape(shape).as_list()[1:]
        return [TensorShape([None, *rest]), TensorShape([None]), TensorShape([len(rest) + 1])][
            :len(nest.flatten(value, expand_composites=True))]
    return value.shape if shape is None else shape


def build_loop(context: WhileContext, cond: Callable[..., Any], body: Callable[..., Any],
               loop_vars: Any, shape_invariants: Any, return_same_structure: bool) -> Any:
    """Add a whole loop and return its results in the structure that `body` returned."""
    flat = [convert_to_tensor_or_indexed_slices(tensor_array_to_flow(v))
            for v in nest.flatten(loop_vars)]
    if shape_invariants is None:
        shape_invariants = [shape_invariant_of(v) for v in flat]
    flat = nest.flatten(flat, expand_composites=True)
    context.Enter()
    try:
        result, exits = _Loop(context, loop_vars).build(cond, body, flat, shape_invariants)
    finally:
        context.Exit()
    exits_or_arrays = flows_to_tensor_arrays(nest.flatten(result, expand_composites=True), exits)
    packed = nest.pack_sequence_as(result, exits_or_arrays, expand_composites=True)
    if return_same_structure or len(exits) != 1:
        return packed
    return packed[0]


class _Loop:
    """The making of one loop."""

    def __init__(self, context: WhileContext, loop_vars: Any) -> None:
        self.context = context
        self.graph = get_default_graph()
        self.structure = loop_vars
        self.flat_vars = nest.flatten(loop_vars, expand_composites=True)

    def build(self, cond: Callable[..., Any], body: Callable[..., Any], loop_vars: list[Any],
              shape_invariants: Any) -> tuple[Any, list[Any]]:
        """Return (what `body` returned, the Exit tensors)."""
        context = self.context
        enters = self._enters(loop_vars, shape_invariants)
        merges = [merge([x, x])[0] for x in enters]
        context._pivot_for_pred = merges[0]
        pred = convert(cond(*self._packed(merges)))
        context._pivot = LoopCond(pred, name="LoopCond")
        switches = [switch_ref_or_tensor(x, context._pivot) for x in merges]
        body_vars = [identity_of(x[1]) for x in switches]
        context._pivot_for_body = body_vars[0]
        packed = self._packed(body_vars)
        result = self._call_body(body, packed)
        nest.assert_same_structure(list(packed), list(result), expand_composites=True)
        tensors = [convert_to_tensor_or_indexed_slices(tensor_array_to_flow(v))
                   for v in nest.flatten(result, expand_composites=True)]
        if len(merges) != len(tensors):
            raise ValueError("Number of inputs and outputs of body must match loop_vars: "
                             f"{len(merges)}, {len(tensors)}")
        for head, value in zip(merges, tensors, strict=True):
            add_back_edge(head, value)
        exits = [exit_loop(x[0]) for x in switches]
        context._loop_exits = exits
        context.ExitResult(exits)
        return result, exits

    def _enters(self, loop_vars: list[Any], shape_invariants: Any) -> list[Any]:
        context = self.context
        outer = context.outer_context
        context._values = {v.name for v in loop_vars}
        real = loop_vars if outer is None else [outer.AddValue(v) for v in loop_vars]
        with self.graph.control_dependencies(None):
            enters = [enter(v, context.name, parallel_iterations=context.parallel_iterations,
                            use_input_shape=shape_invariants is None) for v in real]
            for tensor in enters:
                self.graph.prevent_feeding(tensor)
                if outer is not None:
                    outer.AddInnerOp(tensor.op)
        pivot = None
        while outer is not None and pivot is None:
            pivot = outer.GetControlPivot()
            outer = outer.outer_context
        if pivot is not None:
            for tensor in enters:
                if is_constant_enter(tensor.op._inputs[0].op):
                    tensor.op._add_control_input(pivot.op)
        _set_shape_invariants(real, enters, shape_invariants)
        context.fix_enters(enters)
        context._values = {v.name for v in enters}
        context._loop_enters = enters
        return enters

    def _packed(self, tensors: list[Any]) -> Any:
        return nest.pack_sequence_as(self.structure,
                                     flows_to_tensor_arrays(self.flat_vars, tensors),
                                     expand_composites=True)

    def _call_body(self, body: Callable[..., Any], packed: Any) -> Any:
        """Call the body; summaries made there run with every iteration."""
        before = self.graph.get_collection(_SUMMARIES)
        result = body(*packed)
        after = self.graph.get_collection(_SUMMARIES)
        if not nest.is_sequence_or_composite(result):
            result = [result]
        if len(after) > len(before):
            self.graph.get_collection_ref(_SUMMARIES)[:] = before
            with self.graph.control_dependencies(after[len(before):]):
                result = nest.map_structure(
                    lambda x: x if is_tensor_array(x) else identity(x), result,
                    expand_composites=True)
        return result


def _set_shape_invariants(inputs: Sequence[Any], enters: Sequence[Any], shapes: Any) -> None:
    if shapes is None:
        return
    flat = nest.flatten(shapes)
    if not all(isinstance(s, TensorShape) for s in flat):
        raise ValueError("`shapes` must be a (possibly nested) list of shapes.")
    for source, tensor, shape in zip(inputs, enters, flat, strict=False):
        if not shape_fits(source.shape, shape):
            raise explained(ValueError(
                f"The shape invariant specified for {source.name} is not compatible with the "
                "initial shape of the loop variable. It enters the loop with shape "
                f"{source.shape}, but the specified shape invariant is {shape}."))
        tensor.set_shape(shape)


def add_back_edge(head: Any, value: Any, enforce_shape: bool = True) -> Any:
    """Send `value` through NextIteration to the Merge `head`.

    Raises: ValueError when its static shape is less specific than that of `head`;
    tf.errors.InvalidArgumentError when its dtype is another.
    """
    if isinstance(head, IndexedSlices):
        value = next_iteration(as_indexed_slices(value))
        for a, b in zip(nest.flatten(head, expand_composites=True),
                        nest.flatten(value, expand_composites=True), strict=True):
            a.op._update_input(1, b)
        return value
    if not isinstance(head, Tensor):
        raise TypeError(f"Type {type(head)} not supported")
    value = next_iteration(convert(value, as_ref=True))
    if enforce_shape and not shape_fits(value.shape, head.shape):
        source = head.op._inputs[0].op._inputs[0]
        raise explained(ValueError(
            f"Input tensor '{source.name}' enters the loop with shape {source.shape}, but has "
            f"shape {value.shape} after one iteration. To allow the shape to vary across "
            "iterations, use the `shape_invariants` argument of tf.while_loop to specify a "
            "less-specific shape."))
    if value.dtype.base_dtype != head.dtype.base_dtype:
        raise errors.InvalidArgumentError(
            None, None, f"Input 1 of node {head.op.name} was passed {_type_text(value)} from "
            f"{value.name} incompatible with expected {_type_text(head)}.")
    head.op._update_input(1, value)
    return value


def _type_text(tensor: Any) -> str:
    name = tensor.dtype.base_dtype.name
    return {"float32": "float", "float64": "double", "float16": "half"}.get(name, name) + (
        "_ref" if tensor.dtype._is_ref_dtype else "")
