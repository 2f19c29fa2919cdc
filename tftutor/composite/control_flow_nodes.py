"""Functions that add single control-flow nodes, for plain tensors, variables and IndexedSlices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tftutor.framework import nest
from tftutor.framework.conversion import convert
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.ops import control_flow_ops as nodes
from tftutor.ops.array_shape import shape_internal
from tftutor.ops.cast import cast
from tftutor.ops.identity import identity
from tftutor.ops.ref_identity import RefIdentity
from tftutor.ops.sequence import range as tf_range

_as_value = convert_to_tensor_or_indexed_slices


def _is_ref(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype._is_ref_dtype


def identity_of(data: Any, name: str | None = None) -> Any:
    """Identity, or RefIdentity for a variable itself."""
    data = _as_value(data, as_ref=True)
    if isinstance(data, IndexedSlices):
        return nest.map_structure(identity_of, data, expand_composites=True)
    return RefIdentity(data, name=name) if _is_ref(data) else identity(data, name=name)


def next_iteration(data: Any, name: str | None = None) -> Any:
    """Hand `data` to the next iteration of the loop around."""
    data = _as_value(data, as_ref=True)
    if isinstance(data, IndexedSlices):
        return nest.map_structure(next_iteration, data, expand_composites=True)
    op_def = nodes.RefNextIteration if _is_ref(data) else nodes.NextIteration
    return op_def(data, name=name)


def enter(data: Any, frame_name: str, is_constant: bool = False, parallel_iterations: int = 10,
          use_input_shape: bool = True, name: str | None = None) -> Any:
    """Make `data` known in the frame `frame_name`; its static shape is kept on demand."""
    data = _as_value(data, as_ref=True)
    if isinstance(data, IndexedSlices):
        return nest.map_structure(
            lambda part: enter(part, frame_name, is_constant, parallel_iterations,
                               use_input_shape), data, expand_composites=True)
    op_def = nodes.RefEnter if _is_ref(data) else nodes.Enter
    result = op_def(data, frame_name=frame_name, is_constant=is_constant,
                    parallel_iterations=parallel_iterations, name=name)
    if use_input_shape:
        result.set_shape(data.shape)
    return result


def exit_loop(data: Any, name: str | None = None) -> Any:
    """Make `data` known outside the loop around."""
    data = _as_value(data, as_ref=True)
    if isinstance(data, IndexedSlices):
        return nest.map_structure(exit_loop, data, expand_composites=True)
    return (nodes.RefExit if _is_ref(data) else nodes.Exit)(data, name=name)


def switch(data: Any, pred: Any, name: str | None = None) -> Any:
    """Return (output_false, output_true): `data` flows along the one that `pred` chooses."""
    with name_scope(name, "Switch", [data, pred]) as scope:
        data = _as_value(data, name="data", as_ref=True)
        pred = convert(pred, name="pred")
        if isinstance(data, Tensor):
            return nodes.Switch(data, pred, name=scope)
        pairs = [nodes.Switch(part, pred) for part in nest.flatten(data, expand_composites=True)]
        return tuple(nest.pack_sequence_as(data, [pair[side] for pair in pairs],
                                           expand_composites=True) for side in (0, 1))


def switch_ref_or_tensor(data: Any, pred: Any, name: str = "Switch") -> Any:
    """`switch` that sends a variable itself along, placed where `data` is."""
    data = _as_value(data, name="data", as_ref=True)
    with get_default_graph().colocate_with(data.op, ignore_existing=True):
        if _is_ref(data):
            return nodes.RefSwitch(data, pred, name=name)
        return switch(data, pred, name=name)


def merge(inputs: Sequence[Any], name: str | None = None) -> Any:
    """Return (the input that has a value, its index).

    When one of `inputs` is an IndexedSlices, all are merged as IndexedSlices.
    Raises: ValueError when an input is None.
    """
    if any(value is None for value in inputs):
        raise ValueError(f"At least one of the merge inputs is None: {inputs}")
    with name_scope(name, "Merge", list(inputs)) as scope:
        values = [_as_value(value, as_ref=True) for value in inputs]
        if all(isinstance(value, Tensor) for value in values):
            op_def = nodes.RefMerge if all(_is_ref(v) for v in values) else nodes.Merge
            return op_def(values, name=scope)
        slices = as_indexed_slices_list(values)
        parts = [nest.flatten(value, expand_composites=True) for value in slices]
        merged = [nodes.Merge(list(column)) for column in zip(*parts, strict=True)]
        packed = nest.pack_sequence_as(slices[0], [pair[0] for pair in merged],
                                       expand_composites=True)
        return packed, merged[0][1]


def as_indexed_slices(value: Any) -> IndexedSlices:
    """`value` as IndexedSlices: a dense tensor is the slices of all its rows.

    The indices hang on the tensor even if its shape is known: on a branch that isn't taken they
    have no value either.
    """
    if isinstance(value, IndexedSlices):
        return value
    shape = shape_internal(value, optimize=False)
    indices = tf_range(0, shape[0])
    return IndexedSlices(value, indices, shape)


def as_indexed_slices_list(values: Sequence[Any]) -> list[IndexedSlices]:
    """All of `values` as IndexedSlices with indices of one dtype."""
    slices = [as_indexed_slices(value) for value in values]
    if len({s.indices.dtype for s in slices}) > 1:
        slices = [IndexedSlices(s.values, cast(s.indices, "int64"), s.dense_shape)
                  for s in slices]
    if len({s.dense_shape is None for s in slices}) > 1:
        raise ValueError("Some but not all IndexedSlices have a dense_shape")
    return slices
