"""BiasAdd: a bias for each channel, added along the channel axis of either data format."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.blas import column_sums
from tftutor.backends.threads import SHARED_SIZE, run_parts
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor

_NUMBERS = ("T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
            "qint32, bfloat16, uint16, complex128, half, uint32, uint64}")
_FORMAT = "data_format: {'NHWC', 'NCHW'} = 'NHWC'"

BiasAdd = OpDef("BiasAdd", inputs=("value: T", "bias: T"), outputs=("output: T",),
                attrs=(_NUMBERS, _FORMAT))
BiasAddGrad = OpDef("BiasAddGrad", inputs=("out_backprop: T",), outputs=("output: T",),
                    attrs=(_NUMBERS, _FORMAT),
                    doc="The gradient of BiasAdd for the bias: a sum over all but the channels.")
BiasAddV1 = OpDef("BiasAddV1", inputs=("value: T", "bias: T"), outputs=("output: T",),
                  attrs=(_NUMBERS,), doc="BiasAdd as it was before data formats.")


@tf_export("nn.bias_add")
def bias_add(value: Any, bias: Any, data_format: str | None = None,
             name: str | None = None) -> Tensor:
    """Add `bias` [channels] to each position of `value` [..., channels].

    With data_format "NC..." the channels are axis 1 of `value`.
    Raises: ValueError for another data format or channel counts that differ.
    Source: TF 1.15 docs, tf.nn.bias_add.
    """
    with name_scope(name, "BiasAdd", [value, bias]) as scope:
        if data_format is not None:
            if data_format.startswith("NC"):
                data_format = "NCHW"
            elif data_format.startswith("N") and data_format.endswith("C"):
                data_format = "NHWC"
            else:
                raise ValueError("data_format must be of the form `N...C` or `NC...`")
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype.base_dtype, name="bias")
        return BiasAdd(value, bias, data_format=data_format, name=scope)


@BiasAdd.shape
def bias_add_shape(c: Any) -> None:
    channels_first = c.attr("data_format") == "NCHW"
    value = c.with_rank_at_least(c.input(0), 3 if channels_first else 2)
    bias = c.with_rank(c.input(1), 1)
    if value is None:
        return
    axis = 1 if channels_first else len(value) - 1
    channels = c.merge(value[axis], bias[0])
    c.set_output(0, value[:axis] + (channels,) + value[axis + 1:])


@BiasAdd.gradient
def bias_add_gradient(op: Any, grad: Tensor) -> Any:
    return grad, BiasAddGrad(grad, data_format=op.get_attr("data_format"))


def check_bias(value: Any, bias: Any, axis: int, least: int) -> None:
    """Refuse what can't be added along `axis`, with TensorFlow's texts."""
    if value.ndim < least:
        raise errors.InvalidArgumentError(
            None, None, f"Input tensor must be at least 2D: {_dims(value)}")
    if bias.ndim != 1:
        raise errors.InvalidArgumentError(None, None, f"Biases must be 1D: {_dims(bias)}")
    if bias.shape[0] != value.shape[axis]:
        raise errors.InvalidArgumentError(
            None, None, "Must provide as many biases as the last dimension of the input tensor: "
            f"{_dims(bias)} vs. {_dims(value)}")


def _dims(array: Any) -> str:
    return "[" + ",".join(map(str, array.shape)) + "]"


@BiasAdd.kernel("numpy")
def bias_add_numpy_kernel(value, bias, *, data_format):
    if data_format == "NHWC" and value.size >= SHARED_SIZE and value.flags.c_contiguous:
        check_bias(value, bias, -1, 2)
        return _add_to_rows(value, bias)
    return bias_add_kernel(value, bias, xp=np, data_format=data_format)


@BiasAdd.kernel()
def bias_add_kernel(value, bias, *, xp, data_format):
    if data_format == "NHWC":
        check_bias(value, bias, -1, 2)
        return value + bias
    check_bias(value, bias, 1, 2)
    return value + xp.reshape(bias, (-1,) + (1,) * (value.ndim - 2))


def _add_to_rows(value: np.ndarray, bias: np.ndarray) -> np.ndarray:
    result = np.empty_like(value)
    rows, out = value.reshape(-1, bias.size), result.reshape(-1, bias.size)
    run_parts(lambda part: np.add(rows[part], bias, out=out[part]), len(rows),
              max(1, SHARED_SIZE // 4 // bias.size), parallel=True)
    return result


@BiasAddGrad.shape
def bias_add_grad_shape(c: Any) -> None:
    channels_first = c.attr("data_format") == "NCHW"
    value = c.with_rank_at_least(c.input(0), 3 if channels_first else 2)
    c.set_output(0, (None,) if value is None else (value[1 if channels_first else -1],))


@BiasAddGrad.gradient
def bias_add_grad_gradient(op: Any, grad: Tensor) -> Tensor:
    shape, concat = exported("shape"), exported("concat")
    ones_like = exported("ones_like")
    value_shape, bias_shape = shape(op.inputs[0]), shape(grad)
    if op.get_attr("data_format") in ("NCHW", b"NCHW"):
        expanded = concat([ones_like(value_shape[:1]), bias_shape, ones_like(value_shape[2:])], 0)
        multiples = concat([value_shape[:1], [1], value_shape[2:]], 0)
    else:
        expanded = concat([ones_like(value_shape[:-1]), bias_shape], 0)
        multiples = concat([value_shape[:-1], [1]], 0)
    return exported("tile")(exported("reshape")(grad, expanded), multiples)


@BiasAddGrad.kernel("numpy")
def bias_add_grad_numpy_kernel(out_backprop, *, data_format):
    if data_format == "NHWC" and out_backprop.dtype.kind == "f":
        return column_sums(out_backprop.reshape(-1, out_backprop.shape[-1]))
    return bias_add_grad_kernel(out_backprop, xp=np, data_format=data_format)


@BiasAddGrad.kernel()
def bias_add_grad_kernel(out_backprop, *, xp, data_format):
    axis = 1 if data_format == "NCHW" else out_backprop.ndim - 1
    axes = tuple(i for i in range(out_backprop.ndim) if i != axis)
    return xp.sum(out_backprop, axis=axes, dtype=out_backprop.dtype)


@BiasAddV1.shape
def bias_add_v1_shape(c: Any) -> None:
    value = c.with_rank_at_least(c.input(0), 2)
    bias = c.with_rank(c.input(1), 1)
    if value is not None:
        c.set_output(0, (*value[:-1], c.merge(value[-1], bias[0])))


@BiasAddV1.gradient
def bias_add_v1_gradient(op: Any, grad: Tensor) -> Any:
    axes = exported("range")(exported("rank")(grad) - 1)
    return grad, exported("reduce_sum")(grad, axes)


@BiasAddV1.kernel()
def bias_add_v1_kernel(value, bias):
    check_bias(value, bias, -1, 2)
    return value + bias
