"""Constants and placeholders: values known when the graph is built, and values fed when it runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.attr_values import ShapeValue
from tftutor.framework.constant_array import constant_array
from tftutor.framework.constant_value import constant_evaluator
from tftutor.framework.conversion import register_tensor_conversion_function
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.late_notes import explained
from tftutor.framework.node_builder import add_node
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import Dimension, TensorShape, shape_tuple

Const = OpDef("Const", outputs=("output: dtype",), attrs=("value: tensor", "dtype: type"))
Placeholder = OpDef("Placeholder", outputs=("output: dtype",),
                    attrs=("dtype: type", "shape: shape = unknown"))
PlaceholderWithDefault = OpDef("PlaceholderWithDefault", inputs=("input: dtype",),
                               outputs=("output: dtype",), attrs=("dtype: type", "shape: shape"))


@tf_export("constant")
def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const",
             verify_shape: bool = False) -> Tensor:
    """Create a constant tensor.

    Args:
      value: a number, string, nested list or NumPy array.
      dtype: dtype of the result; by default it follows the value (float32 for Python floats).
      shape: shape of the result; fewer values are padded with the last one.
      verify_shape: refuse values whose shape isn't `shape`.

    Raises: TypeError for values of the wrong kind, ValueError for None, ragged lists or too many
    values. Source: TF 1.15 docs, tf.constant.
    """
    dims = None
    if shape is not None:
        dims = shape_tuple(shape)
    try:
        array = constant_array(value, dtype, dims, verify_shape)
    except (TypeError, ValueError) as error:
        explained(error)
        raise
    kind = dtypes.as_dtype(dtype).base_dtype if dtype is not None else dtypes.as_dtype(array.dtype)
    graph = get_default_graph()
    op = add_node(graph, Const, name, [], [kind], {"value": array, "dtype": kind})
    return op.outputs[0]


@Const.shape
def const_shape(c: Any) -> None:
    c.set_output(0, c.op._attrs["value"].shape)


@Const.static_value
def const_value(ctx: Any) -> Any:
    return ctx.op._attrs["value"][()]


Const.not_differentiable("a constant depends on nothing")


@constant_evaluator("Const")
def evaluate_const(op: Any, partial: bool) -> np.ndarray:
    return op._attrs["value"]


@tf_export("placeholder")
def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """Insert a placeholder for a tensor that will always be fed.

    Args:
      dtype: dtype of the values to feed.
      shape: their static shape; None for any shape, None items for any dimension.

    Source: TF 1.15 docs, tf.placeholder.
    """
    if shape is not None:  # what is no shape is refused before the node takes a name
        try:
            shape = TensorShape(shape)
        except (TypeError, ValueError) as error:
            text = f"Error converting shape to a TensorShape: {error}."
            raise type(error)(text) from None
    return Placeholder(dtype=dtype, shape=shape, name=name)


@Placeholder.shape
def placeholder_shape(c: Any) -> None:
    c.set_output(0, c.op._attrs["shape"].shape)


@Placeholder.kernel()
def placeholder_kernel(*, ctx: Any) -> Any:
    dtype = ctx.op._attrs["dtype"]
    shape = ctx.op._attrs["shape"].shape
    text = (f"You must feed a value for placeholder tensor '{ctx.op.name}' with dtype "
            f"{dtype.name.replace('float32', 'float').replace('float64', 'double')}")
    if shape:
        text += " and shape [" + ",".join("?" if d is None else str(d) for d in shape) + "]"
    raise errors.InvalidArgumentError(None, None, text)


Placeholder.not_differentiable("a placeholder depends on nothing")


@tf_export("placeholder_with_default")
def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """A placeholder that passes `input` on when it isn't fed.

    Raises: ValueError when `shape` doesn't fit `input`.
    Source: TF 1.15 docs, tf.placeholder_with_default.
    """
    return PlaceholderWithDefault(input, shape=shape, name=name)


@PlaceholderWithDefault.shape
def placeholder_with_default_shape(c: Any) -> None:
    out = c.op._attrs["shape"].shape
    c.merge_shapes(c.input(0), out)
    c.set_output(0, out)


@PlaceholderWithDefault.gradient
def placeholder_with_default_gradient(op: Any, grad: Any) -> Any:
    return grad


@PlaceholderWithDefault.kernel()
def placeholder_with_default_kernel(input):
    return input


# -- conversion of Python values ------------------------------------------------------------------

def _convert_constant(value: Any, dtype: Any = None, name: str | None = None,
                      as_ref: bool = False) -> Tensor:
    return constant(value, dtype, name=name or "Const")


def _convert_shape(value: TensorShape, dtype: Any = None, name: str | None = None,
                   as_ref: bool = False) -> Tensor:
    if not value.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {value}")
    dims = [d for d in value.as_list() if d is not None]
    if dtype is not None and dtype not in (dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    wide = any(d >= 2**31 for d in dims)
    if wide and dtype == dtypes.int32:
        raise ValueError(f"Cannot convert a TensorShape to dtype int32; a dimension is too large "
                         f"({max(dims)})")
    kind = dtype or (dtypes.int64 if wide else dtypes.int32)
    return constant(dims, kind, name=name or "shape_as_tensor")


def _convert_dimension(value: Dimension, dtype: Any = None, name: str | None = None,
                       as_ref: bool = False) -> Tensor:
    if value.value is None:
        raise ValueError(f"Cannot convert unknown Dimension to a Tensor: {value}")
    if dtype is not None and dtype not in (dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    return constant(value.value, dtype or dtypes.int32, name=name or "shape_as_tensor")


register_tensor_conversion_function(TensorShape, _convert_shape, 90)
register_tensor_conversion_function(Dimension, _convert_dimension, 90)
register_tensor_conversion_function(object, _convert_constant, 200)

__all__ = ["ShapeValue", "constant", "placeholder", "placeholder_with_default"]
