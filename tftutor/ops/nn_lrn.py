"""Local response normalisation (AlexNet), and the half squared sum L2Loss."""

from __future__ import annotations

from typing import Any

from tftutor import errors
from tftutor.framework.api import tf_export
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import scalar_shape

_ATTRS = ("depth_radius: int = 5", "bias: float = 1.0", "alpha: float = 1.0", "beta: float = 0.5",
          "T: {half, bfloat16, float} = DT_FLOAT")

LRN = OpDef("LRN", inputs=("input: T",), outputs=("output: T",), attrs=_ATTRS)
LRNGrad = OpDef("LRNGrad", inputs=("input_grads: T", "input_image: T", "output_image: T"),
                outputs=("output: T",), attrs=_ATTRS,
                doc="The gradient of LRN.")
L2Loss = OpDef("L2Loss", inputs=("t: T",), outputs=("output: T",),
               attrs=("T: {half, bfloat16, float, double}",))


@tf_export("nn.lrn", "nn.local_response_normalization")
def local_response_normalization(input: Any, depth_radius: int = 5, bias: float = 1,
                                 alpha: float = 1, beta: float = 0.5, name: str | None = None
                                 ) -> Tensor:
    """input / (bias + alpha * sum of squares over near channels) ** beta.

    Shapes: [batch, height, width, channels] -> the same; "near" is within `depth_radius`.
    Raises: ValueError when the rank isn't 4.
    Source: TF 1.15 docs, tf.nn.local_response_normalization.
    """
    return LRN(input, depth_radius=depth_radius, bias=bias, alpha=alpha, beta=beta, name=name)


@LRN.shape
def lrn_shape(c: Any) -> None:
    c.set_output(0, c.with_rank(c.input(0), 4))


@LRN.gradient
def lrn_gradient(op: Any, grad: Tensor) -> Tensor:
    attrs = {name: op._attrs[name] for name in ("depth_radius", "bias", "alpha", "beta")}
    return LRNGrad(grad, op.inputs[0], op.outputs[0], **attrs)


@LRNGrad.shape
def lrn_grad_shape(c: Any) -> None:
    shape = c.merge_shapes(c.with_rank(c.input(0), 4), c.with_rank(c.input(1), 4))
    c.set_output(0, c.merge_shapes(shape, c.with_rank(c.input(2), 4)))


LRNGrad.not_differentiable("TF 1.15 has no second derivative for LRN")


def _band(depth: int, radius: int, dtype: Any, xp: Any) -> Any:
    """A matrix with ones near the diagonal: squares @ band sums over near channels."""
    place = xp.arange(depth)
    near = xp.abs(xp.expand_dims(place, axis=0) - xp.expand_dims(place, axis=1)) <= radius
    return xp.astype(near, dtype)


@LRN.kernel()
def lrn_kernel(input, *, xp, depth_radius, bias, alpha, beta):
    if input.ndim != 4:
        raise errors.InvalidArgumentError(None, None, "in must be 4-dimensional")
    band = _band(input.shape[-1], depth_radius, input.dtype, xp)
    norm = bias + alpha * xp.matmul(input * input, band)
    return input * norm ** -beta


@LRNGrad.kernel()
def lrn_grad_kernel(input_grads, input_image, output_image, *, xp, depth_radius, bias, alpha,
                    beta):
    band = _band(input_image.shape[-1], depth_radius, input_image.dtype, xp)
    norm = bias + alpha * xp.matmul(input_image * input_image, band)
    through_norm = xp.matmul(input_grads * output_image / norm, band)
    return input_grads * norm ** -beta - 2 * alpha * beta * input_image * through_norm


@tf_export("nn.l2_loss")
def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """sum(t ** 2) / 2: a scalar. Source: TF 1.15 docs, tf.nn.l2_loss."""
    return L2Loss(t, name=name)


L2Loss.shape(scalar_shape)


@L2Loss.gradient
def l2_loss_gradient(op: Any, grad: Tensor) -> Tensor:
    return op.inputs[0] * grad


@L2Loss.kernel()
def l2_loss_kernel(t, *, xp):
    flat = xp.reshape(t, (-1,))
    return xp.vecdot(flat, flat) / 2
