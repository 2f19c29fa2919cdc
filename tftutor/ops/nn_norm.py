"""Fused batch normalisation: three generations of one op, and their gradients.

While training, the batch's own mean and variance normalise it, and go out for the moving averages
(the variance with Bessel's correction). For inference the population's mean and variance come in.
Both data formats work; TF itself has NCHW on the GPU only.
"""

from __future__ import annotations

import math
from typing import Any

from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.ops.nn_window import channel_axis

_ATTRS = ("epsilon: float = 9.999999747378752e-05", "data_format: {'NHWC', 'NCHW'} = 'NHWC'",
          "is_training: bool = true")
_T1 = ("T: {float}",)
_T2 = ("T: {half, bfloat16, float}", "U: {float}")


def _forward(name: str, types: tuple[str, ...], small: str, reserves: int) -> OpDef:
    reserved = tuple(f"reserve_space_{i + 1}: {small}" for i in range(reserves))
    inputs = tuple(f"{arg}: {small}" for arg in ("scale", "offset", "mean", "variance"))
    return OpDef(name, inputs=("x: T", *inputs),
                 outputs=("y: T", f"batch_mean: {small}", f"batch_variance: {small}", *reserved),
                 attrs=(*types, *_ATTRS), doc="Batch normalisation; see tf.nn.fused_batch_norm.")


def _backward(name: str, types: tuple[str, ...], small: str, scale: str, reserves: int) -> OpDef:
    reserved = tuple(f"reserve_space_{i + 1}: {small}" for i in range(reserves))
    outs = tuple(f"{arg}: {small}" for arg in (
        "scale_backprop", "offset_backprop", f"reserve_space_{reserves + 1}",
        f"reserve_space_{reserves + 2}"))
    return OpDef(name, inputs=("y_backprop: T", "x: T", f"scale: {scale}", *reserved),
                 outputs=("x_backprop: T", *outs), attrs=(*types, *_ATTRS),
                 doc="The gradient of fused batch normalisation.")


FusedBatchNorm = _forward("FusedBatchNorm", _T1, "T", 2)
FusedBatchNormV2 = _forward("FusedBatchNormV2", _T2, "U", 2)
FusedBatchNormV3 = _forward("FusedBatchNormV3", _T2, "U", 3)
FusedBatchNormGrad = _backward("FusedBatchNormGrad", _T1, "T", "T", 2)
FusedBatchNormGradV2 = _backward("FusedBatchNormGradV2", _T2, "U", "float", 2)
FusedBatchNormGradV3 = _backward("FusedBatchNormGradV3", _T2, "U", "float", 3)

_LEAST_EPSILON = 1.001e-5  # what cuDNN accepts: TF raises smaller ones on every device


@tf_export("nn.fused_batch_norm")
def fused_batch_norm(x: Any, scale: Any, offset: Any, mean: Any = None, variance: Any = None,
                     epsilon: float = 0.001, data_format: str = "NHWC", is_training: bool = True,
                     name: str | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """(y, mean, variance): scale * (x - mean) / sqrt(variance + epsilon) + offset, per channel.

    Shapes: x [batch, height, width, channels] (or NCHW), the others [channels].
    Raises: ValueError when `is_training` and mean or variance are given.
    Source: TF 1.15 docs, tf.nn.fused_batch_norm.
    """
    x = convert_to_tensor(x, name="input")
    scale = convert_to_tensor(scale, name="scale")
    offset = convert_to_tensor(offset, name="offset")
    if is_training and (mean is not None or variance is not None):
        raise ValueError("Both 'mean' and 'variance' must be None if is_training is True.")
    constant = exported("constant")
    mean = constant([]) if mean is None else mean
    variance = constant([]) if variance is None else variance
    outputs = FusedBatchNormV3(x, scale, offset, mean, variance,
                               epsilon=max(epsilon, _LEAST_EPSILON), data_format=data_format,
                               is_training=is_training, name=name)
    return outputs[0], outputs[1], outputs[2]


def _with_channels(shape: Any, axis: int, channels: Any) -> Any:
    return None if shape is None else (*shape[:axis], channels, *shape[axis + 1:])


@FusedBatchNorm.shape
@FusedBatchNormV2.shape
@FusedBatchNormV3.shape
def fused_batch_norm_shape(c: Any) -> None:
    x = c.with_rank(c.input(0), 4)
    axis = channel_axis(c.attr("data_format"), 4)
    channels = x[axis]
    for index in range(1, 3 if c.attr("is_training") else 5):
        channels = c.merge(channels, c.with_rank(c.input(index), 1)[0])
    vector = (channels,)
    c.set_outputs(_with_channels(x, axis, channels), vector, vector, vector, vector)


@FusedBatchNormGrad.shape
@FusedBatchNormGradV2.shape
@FusedBatchNormGradV3.shape
def fused_batch_norm_grad_shape(c: Any) -> None:
    grad, x = c.with_rank(c.input(0), 4), c.with_rank(c.input(1), 4)
    axis = channel_axis(c.attr("data_format"), 4)
    channels = c.merge(grad[axis], x[axis])
    for index in range(2, 5):
        channels = c.merge(channels, c.with_rank(c.input(index), 1)[0])
    vector = (channels,)
    c.set_outputs(_with_channels(grad, axis, channels), vector, vector, (0,), (0,))


def _gradient(op: Any, grads: tuple[Any, ...], grad_op: OpDef) -> Any:
    """Training: from the batch's statistics. Inference: from the population's, always in NHWC."""
    is_training = op._attrs["is_training"]
    data_format = op._attrs["data_format"]
    x, scale, grad = op.inputs[0], op.inputs[1], grads[0]
    saved = list(op.outputs[3:5]) if is_training else list(op.inputs[3:5])
    if len(op.outputs) == 6:
        saved.append(op.outputs[5])
    turn = not is_training and data_format == "NCHW"
    transpose = exported("transpose")
    if turn:
        x, grad = transpose(x, [0, 2, 3, 1]), transpose(grad, [0, 2, 3, 1])
    results = grad_op(grad, x, scale, *saved, epsilon=op._attrs["epsilon"],
                      data_format=data_format if is_training else "NHWC",
                      is_training=is_training)
    if is_training:
        return results
    dx = transpose(results[0], [0, 3, 1, 2]) if turn else results[0]
    return dx, results[1], results[2], None, None


@FusedBatchNorm.gradient
def fused_batch_norm_gradient(op: Any, *grads: Any) -> Any:
    return _gradient(op, grads, FusedBatchNormGrad)


@FusedBatchNormV2.gradient
def fused_batch_norm_v2_gradient(op: Any, *grads: Any) -> Any:
    return _gradient(op, grads, FusedBatchNormGradV2)


@FusedBatchNormV3.gradient
def fused_batch_norm_v3_gradient(op: Any, *grads: Any) -> Any:
    return _gradient(op, grads, FusedBatchNormGradV3)


def _second_gradient(op: Any, *grads: Any) -> list[Any]:
    """Differentiate the gradient's formula, written in plain ops, once more."""
    from tftutor.ops.nn_batch_norm_grad import batch_norm_grad

    grad, x, scale, mean, variance = op.inputs[:5]
    formula = batch_norm_grad(grad, x, scale, mean, variance, op._attrs["epsilon"],
                              op._attrs["data_format"], op._attrs["is_training"])
    wanted = [grad, x, scale]
    pairs = [(y, g) for y, g in zip(formula, grads[:3], strict=True) if g is not None]
    found = exported("gradients")([y for y, _ in pairs], wanted, [g for _, g in pairs],
                                  stop_gradients=wanted)
    return [*found, *[None] * (len(op.inputs) - 3)]


for _op in (FusedBatchNormGrad, FusedBatchNormGradV2, FusedBatchNormGradV3):
    _op.gradient(_second_gradient)


# -- kernels --------------------------------------------------------------------------------------

def _per_channel(vector: Any, data_format: str, xp: Any) -> Any:
    return xp.reshape(vector, (1, -1, 1, 1)) if data_format == "NCHW" else vector


def _axes(data_format: str) -> tuple[int, ...]:
    return (0, 2, 3) if data_format == "NCHW" else (0, 1, 2)


def _normalize(x, scale, offset, mean, variance, epsilon, data_format, is_training, xp):
    """y, batch mean, batch variance, saved mean, saved variance."""
    wide = xp.astype(x, scale.dtype, copy=False)
    batch_variance = variance
    if is_training:
        axes = _axes(data_format)
        mean = xp.mean(wide, axis=axes)
        centred = wide - _per_channel(mean, data_format, xp)
        variance = xp.mean(centred * centred, axis=axes)
        count = math.prod(x.shape) // max(1, scale.shape[0])
        batch_variance = variance * (count / max(1, count - 1))
    else:
        centred = wide - _per_channel(mean, data_format, xp)
    factor = scale / xp.sqrt(variance + epsilon)
    y = centred * _per_channel(factor, data_format, xp) + _per_channel(offset, data_format, xp)
    return xp.astype(y, x.dtype, copy=False), mean, batch_variance, mean, variance


@FusedBatchNorm.kernel()
@FusedBatchNormV2.kernel()
def fused_batch_norm_kernel(x, scale, offset, mean, variance, *, xp, epsilon, data_format,
                            is_training):
    return _normalize(x, scale, offset, mean, variance, epsilon, data_format, is_training, xp)


@FusedBatchNormV3.kernel()
def fused_batch_norm_v3_kernel(x, scale, offset, mean, variance, *, xp, epsilon, data_format,
                               is_training):
    results = _normalize(x, scale, offset, mean, variance, epsilon, data_format, is_training, xp)
    return (*results, xp.zeros((), dtype=scale.dtype)[()])


def _denormalize(grad, x, scale, mean, variance, epsilon, data_format, is_training, xp):
    kind, axes = scale.dtype, _axes(data_format)
    wide = xp.astype(grad, kind, copy=False)
    inverse = 1 / xp.sqrt(variance + epsilon)
    normal = (xp.astype(x, kind, copy=False) - _per_channel(mean, data_format, xp)) \
        * _per_channel(inverse, data_format, xp)
    scale_grad = xp.sum(wide * normal, axis=axes)
    offset_grad = xp.sum(wide, axis=axes)
    if is_training:
        count = math.prod(x.shape) // max(1, scale.shape[0])
        wide = wide - _per_channel(offset_grad / count, data_format, xp) \
            - normal * _per_channel(scale_grad / count, data_format, xp)
    x_grad = wide * _per_channel(scale * inverse, data_format, xp)
    empty = xp.zeros((0,), dtype=kind)
    return xp.astype(x_grad, x.dtype, copy=False), scale_grad, offset_grad, empty, empty


@FusedBatchNormGrad.kernel()
@FusedBatchNormGradV2.kernel()
def fused_batch_norm_grad_kernel(y_backprop, x, scale, reserve_space_1, reserve_space_2, *, xp,
                                 epsilon, data_format, is_training):
    return _denormalize(y_backprop, x, scale, reserve_space_1, reserve_space_2, epsilon,
                        data_format, is_training, xp)


@FusedBatchNormGradV3.kernel()
def fused_batch_norm_grad_v3_kernel(y_backprop, x, scale, reserve_space_1, reserve_space_2,
                                    reserve_space_3, *, xp, epsilon, data_format, is_training):
    return _denormalize(y_backprop, x, scale, reserve_space_1, reserve_space_2, epsilon,
                        data_format, is_training, xp)


