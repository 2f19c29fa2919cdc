"""Sums of many tensors of one shape: add_n, accumulate_n."""

from __future__ import annotations

from typing import Any

from tftutor import errors
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert
from tftutor.framework.indexed_slices import IndexedSlices
from tftutor.framework.late_notes import explained
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import TensorShape

AddN = OpDef("AddN", inputs=("inputs: N * T",), outputs=("sum: T",), attrs=(
    "N: int >= 1",
    "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
    "bfloat16, uint16, complex128, half, uint32, uint64, variant}"))
AccumulateNV2 = OpDef("AccumulateNV2", inputs=("inputs: N * T",), outputs=("sum: T",),
                      attrs=("N: int >= 1", "T: numbertype", "shape: shape"))


@tf_export("add_n", "math.add_n")
def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """Sum a list of tensors of one shape and dtype. One tensor alone is returned as it is.

    Raises: ValueError when the list is empty or the shapes differ.
    Source: TF 1.15 docs, tf.math.add_n.
    """
    message = ("inputs must be a list of at least one Tensor/IndexedSlices with the same dtype "
               "and shape")
    if isinstance(inputs, Tensor):
        iter(inputs)  # raises: a tensor isn't a list
    if not inputs or not isinstance(inputs, list | tuple):
        raise ValueError(message)
    values = [value if isinstance(value, IndexedSlices) else convert(value) for value in inputs]
    if len(values) == 1:
        only = convert(values[0])
        return exported("identity")(only, name=name) if name else only
    return AddN(values, name=name)


@tf_export("accumulate_n", "math.accumulate_n")
def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None
                 ) -> Tensor:
    """Sum a list of tensors of one shape and dtype, one after the other.

    Raises: ValueError when the list is empty or the dtypes or shapes differ; TypeError when
    `tensor_dtype` isn't theirs. Source: TF 1.15 docs, tf.math.accumulate_n.
    """
    message = "inputs must be a list of at least one Tensor with the same dtype and shape"
    if not inputs or not isinstance(inputs, list | tuple):
        raise ValueError(message)
    values = [convert(value) for value in inputs]
    if not all(value.dtype == values[0].dtype for value in values):
        raise ValueError(message)
    merged = TensorShape(None if shape is None else shape)
    for value in values:
        merged = merged.merge_with(value.shape)
    if tensor_dtype is not None and tensor_dtype != values[0].dtype:
        raise explained(TypeError(
            f"tensor_dtype is {tensor_dtype}, but input is of type {values[0].dtype}"))
    if len(values) == 1:
        return values[0] if name is None else exported("identity")(values[0], name=name)
    return AccumulateNV2(values, shape=merged, name=name)


@AddN.shape
def add_n_shape(c: Any) -> None:
    shape = c.input(c.num_inputs - 1)
    for index in range(c.num_inputs - 2, -1, -1):
        try:
            shape = c.merge_shapes(c.input(index), shape)
        except ValueError as error:
            c.fail(f"{error}\n\tFrom merging shape {index} with other shapes.")
    c.set_output(0, shape)


@AccumulateNV2.shape
def accumulate_n_shape(c: Any) -> None:
    shape = c.attr("shape")
    for index in range(c.num_inputs):
        shape = c.merge_shapes(shape, c.input(index))
    c.set_output(0, shape)


@AddN.bind
def bind_add_n(op: Any, xp: Any) -> Any:
    shapes = {t._shape for t in op._inputs}
    if len(shapes) > 1 or None in shapes or None in next(iter(shapes)):
        return None
    if len(op._inputs) == 2:  # two gradients meet: the usual case
        return lambda values: values[0] + values[1]
    return _sum_of


def _sum_of(values: Any) -> Any:
    total = values[0] + values[1] if len(values) > 1 else values[0]
    for value in values[2:]:
        if total.ndim:
            total += value  # ours since the first sum
        else:
            total = total + value
    return total


@AccumulateNV2.kernel()
def accumulate_n_kernel(inputs):
    if any(value.shape != inputs[0].shape for value in inputs):
        raise errors.InvalidArgumentError(
            None, None, "Parameters and update must be the same size")
    return _sum_of(inputs)


@AddN.kernel()
def add_n_kernel(inputs, *, ctx):
    for index, value in enumerate(inputs):
        if value.shape != inputs[0].shape:
            raise errors.InvalidArgumentError(
                None, None, f"Inputs to operation {ctx.op.name} of type {ctx.op.type} must have "
                            f"the same size and shape.  Input 0: {_dims(inputs[0])} != input "
                            f"{index}: {_dims(value)}")
    return _sum_of(inputs)


def _dims(value: Any) -> str:
    return "[" + ",".join(map(str, value.shape)) + "]"


@AddN.gradient
@AccumulateNV2.gradient
def add_n_gradient(op: Any, grad: Any) -> Any:
    return [grad] * len(op.inputs)
