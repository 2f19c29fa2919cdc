"""Asking tensors for their shapes: Shape, ShapeN, Size, Rank, and what broadcasting makes of them.

Where the static shape says it all, the public functions give a constant instead of a node.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tftutor.backends.host_arrays import shape_of
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_evaluator, shape_reader
from tftutor.framework.conversion import convert
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import scalar_shape
from tftutor.framework.shape_merge import broadcast, is_fully_defined, num_elements
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.constant import constant

_OUT_TYPE = "out_type: {int32, int64} = DT_INT32"

Shape = OpDef("Shape", inputs=("input: T",), outputs=("output: out_type",),
              attrs=("T: type", _OUT_TYPE))
ShapeN = OpDef("ShapeN", inputs=("input: N * T",), outputs=("output: N * out_type",),
               attrs=("N: int >= 1", "T: type", _OUT_TYPE))
Size = OpDef("Size", inputs=("input: T",), outputs=("output: out_type",),
             attrs=("T: type", _OUT_TYPE))
Rank = OpDef("Rank", inputs=("input: T",), outputs=("output: int32",), attrs=("T: type",))


def _dense_shape(input: Any) -> Any:
    """The dense_shape of a SparseTensor (or its value), None for anything else."""
    return getattr(input, "dense_shape", None) if hasattr(input, "indices") else None


@tf_export("shape")
def shape(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:
    """Return the shape of `input` as an integer vector [rank].

    A fully known static shape gives a constant. Source: TF 1.15 docs, tf.shape.
    """
    return shape_internal(input, name, True, out_type)


def shape_internal(input: Any, name: str | None = None, optimize: bool = True,
                   out_type: Any = dtypes.int32) -> Tensor:
    """`tf.shape`; with `optimize` False a node is made in any case."""
    with name_scope(name, "Shape", [input]) as scope:
        dense_shape = _dense_shape(input)
        if dense_shape is not None:
            return get_op_def("Cast")(dense_shape, DstT=out_type)
        tensor = convert(input)  # a list is converted once more by the node, as in TF
        static = tensor._shape
        if optimize and static is not None and None not in static:
            return constant(list(static), out_type, name=scope)
        return Shape(input, out_type=out_type, name=scope)


@Shape.shape
def shape_shape(c: Any) -> None:
    c.set_output(0, (c.rank(0),))


Shape.not_differentiable("a shape doesn't vary with the values")


@Shape.kernel()
def shape_kernel(input, *, out_type):
    return np.array(shape_of(input), out_type.as_numpy_dtype)


@Shape.bind
def shape_binder(op: Any, xp: Any) -> Any:
    if op._inputs[0].dtype == dtypes.string:
        return None
    dtype = np.dtype(op._attrs["out_type"].as_numpy_dtype)
    array = np.array
    return lambda value: array(value.shape, dtype)


@constant_evaluator("Shape", "ShapeN")
def evaluate_shape(op: Any, partial: bool) -> np.ndarray | None:
    known = op._inputs[op.output.value_index]._shape
    if not is_fully_defined(known):
        return None
    return np.array(known, op._attrs["out_type"].as_numpy_dtype)


@shape_reader("Shape")
def read_shape(op: Any) -> Any:
    return op._inputs[0]._shape


@shape_reader("ShapeN")
def read_shape_n(op: Any) -> Any:
    output = op.output if hasattr(op, "output") else op.outputs[0]
    return op._inputs[output.value_index]._shape


@tf_export("shape_n")
def shape_n(input: Any, out_type: Any = dtypes.int32, name: str | None = None) -> list[Tensor]:
    """The shapes of several tensors of one dtype. Source: TF 1.15 docs, tf.shape_n."""
    return ShapeN(input, out_type=out_type, name=name)


@ShapeN.shape
def shape_n_shape(c: Any) -> None:
    for index in range(c.num_inputs):
        c.set_output(index, (c.rank(index),))


ShapeN.not_differentiable("a shape doesn't vary with the values")


@ShapeN.kernel()
def shape_n_kernel(input, *, out_type):
    return [np.array(shape_of(value), out_type.as_numpy_dtype) for value in input]


@tf_export("size")
def size(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:
    """Return the number of elements of `input` as a scalar. Source: TF 1.15 docs, tf.size."""
    return size_internal(input, name, True, out_type)


def size_internal(input: Any, name: str | None = None, optimize: bool = True,
                  out_type: Any = dtypes.int32) -> Tensor:
    """`tf.size`; with `optimize` False a node is made in any case."""
    with name_scope(name, "Size", [input]) as scope:
        dense_shape = _dense_shape(input)
        if dense_shape is not None:
            return get_op_def("Prod")(get_op_def("Cast")(dense_shape, DstT=out_type), 0, name=scope)
        tensor = convert(input)
        known = tensor._shape
        if optimize and known is not None:
            if None not in known:
                return constant(num_elements(known), out_type, name=scope)
            if 0 in known:
                return constant(0, out_type, name=scope)
        return Size(input, out_type=out_type, name=scope)


Size.shape(scalar_shape)
Size.not_differentiable("a size doesn't vary with the values")


@Size.kernel()
def size_kernel(input, *, out_type):
    return out_type.as_numpy_dtype(math.prod(shape_of(input)))


@constant_evaluator("Size")
def evaluate_size(op: Any, partial: bool) -> np.ndarray | None:
    total = num_elements(op._inputs[0]._shape)
    return None if total is None else np.array(total, op._attrs["out_type"].as_numpy_dtype)


@tf_export("rank")
def rank(input: Any, name: str | None = None) -> Tensor:
    """Return the number of dimensions of `input` as a scalar. Source: TF 1.15 docs, tf.rank."""
    return rank_internal(input, name, True)


def rank_internal(input: Any, name: str | None = None, optimize: bool = True) -> Tensor:
    """`tf.rank`; with `optimize` False a node is made in any case."""
    with name_scope(name, "Rank", [input]) as scope:
        dense_shape = _dense_shape(input)
        if dense_shape is not None:
            return Size(dense_shape, name=scope)
        tensor = convert(input)
        if optimize and tensor._shape is not None:
            return constant(len(tensor._shape), dtypes.int32, name=scope)
        return Rank(input, name=scope)


Rank.shape(scalar_shape)
Rank.not_differentiable("a rank doesn't vary with the values")


@Rank.kernel()
def rank_kernel(input):
    return np.int32(len(shape_of(input)))


@constant_evaluator("Rank")
def evaluate_rank(op: Any, partial: bool) -> np.ndarray | None:
    known = op._inputs[0]._shape
    return None if known is None else np.array(len(known), np.int32)


# -- shapes of broadcasts -------------------------------------------------------------------------

@tf_export("broadcast_dynamic_shape")
def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The shape (integer vector) that tensors of two shapes broadcast to.

    Source: TF 1.15 docs, tf.broadcast_dynamic_shape.
    """
    return get_op_def("BroadcastArgs")(shape_x, shape_y)


@tf_export("broadcast_static_shape")
def broadcast_static_shape(shape_x: TensorShape, shape_y: TensorShape) -> TensorShape:
    """The TensorShape that two static shapes broadcast to.

    Raises: ValueError when they don't broadcast.
    Source: TF 1.15 docs, tf.broadcast_static_shape.
    """
    try:
        return TensorShape.from_tuple(broadcast(shape_x.as_tuple(), shape_y.as_tuple()))
    except ValueError:
        raise explained(ValueError(
            f"Incompatible shapes for broadcasting: {shape_x} and {shape_y}")) from None
