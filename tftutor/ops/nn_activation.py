"""Activation functions: what a layer's sum goes through, each with the op of its derivative.

The gradient ops (ReluGrad, EluGrad ...) are ops of their own, as in TF: they read the activation's
output where that is enough, so that the input need not be kept.

Kernels named `..._numpy_kernel` turn what NumPy's `where` gives for scalars, arrays of rank 0, into
scalars, or multiply by truth values, which the array API can't.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.backends.threads import SHARED_SIZE, in_blocks
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.gradient_registry import RegisterGradient
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import merged_inputs_shape, unchanged_shape

_REAL = ("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, "
         "uint64}")
_RELU = _REAL.replace("uint64}", "uint64, qint8}")
_FLOATS = "T: {half, bfloat16, float, double}"
_ALPHA = ("alpha: float = 0.20000000298023224", "T: {half, bfloat16, float, double} = DT_FLOAT")

SELU_SCALE = 1.0507009873554804934193349852946
SELU_SCALE_ALPHA = 1.7580993408473768599402175208123


def _activation(name: str, attrs: tuple[str, ...]) -> OpDef:
    return OpDef(name, inputs=("features: T",), outputs=("activations: T",), attrs=attrs)


def _activation_grad(name: str, attrs: tuple[str, ...], reads: str = "features") -> OpDef:
    return OpDef(name, inputs=("gradients: T", f"{reads}: T"), outputs=("backprops: T",),
                 attrs=attrs, doc=f"The gradient of {name.removesuffix('Grad')}.")


Relu = _activation("Relu", (_RELU,))
ReluGrad = _activation_grad("ReluGrad", (_REAL,))
Relu6 = _activation("Relu6", (_REAL,))
Relu6Grad = _activation_grad("Relu6Grad", (_REAL,))
LeakyRelu = _activation("LeakyRelu", _ALPHA)
LeakyReluGrad = _activation_grad("LeakyReluGrad", _ALPHA)
Elu = _activation("Elu", (_FLOATS,))
EluGrad = _activation_grad("EluGrad", (_FLOATS,), "outputs")
Selu = _activation("Selu", (_FLOATS,))
SeluGrad = _activation_grad("SeluGrad", (_FLOATS,), "outputs")
Softplus = _activation("Softplus", (_FLOATS,))
SoftplusGrad = _activation_grad("SoftplusGrad", (_FLOATS,))
Softsign = _activation("Softsign", (_FLOATS,))
SoftsignGrad = _activation_grad("SoftsignGrad", (_FLOATS,))

for _op in (Relu, Relu6, LeakyRelu, Elu, Selu, Softplus, Softsign):
    _op.shape(unchanged_shape)
for _op in (ReluGrad, Relu6Grad, LeakyReluGrad, EluGrad, SeluGrad, SoftplusGrad, SoftsignGrad):
    _op.shape(merged_inputs_shape)


def _zeros_like_input(x: Tensor) -> Tensor:
    """Zeros for an input whose gradient vanishes almost everywhere."""
    return exported("zeros")(shape=exported("shape")(x), dtype=x.dtype)


# -- relu -----------------------------------------------------------------------------------------

@tf_export("nn.relu")
def relu(features: Any, name: str | None = None) -> Tensor:
    """max(features, 0), elementwise. Source: TF 1.15 docs, tf.nn.relu."""
    return Relu(features, name=name)


@Relu.gradient
def relu_gradient(op: Any, grad: Tensor) -> Tensor:
    return ReluGrad(grad, op.outputs[0])


@ReluGrad.gradient
def relu_grad_gradient(op: Any, grad: Tensor) -> Any:
    x = op.inputs[1]
    return ReluGrad(grad, x), _zeros_like_input(x)


@Relu.bind
def bind_relu(op: Any, xp: Any) -> Any:
    """Big arrays in threads."""
    if xp is not np:
        return None
    maximum = np.maximum

    def relu_in_blocks(features: Any) -> Any:
        if features.size < SHARED_SIZE:
            return maximum(features, 0)
        return in_blocks(lambda x, out: maximum(x, 0, out=out), features)

    return relu_in_blocks


@Relu.kernel()
def relu_kernel(features, *, xp):
    return xp.maximum(features, 0)


@ReluGrad.bind
def bind_relu_grad(op: Any, xp: Any) -> Any:
    """Big arrays in threads."""
    if xp is not np:
        return None

    def relu_grad_in_blocks(gradients: Any, features: Any) -> Any:
        if features.size < SHARED_SIZE or gradients.shape != features.shape:
            return gradients * (features > 0)
        return in_blocks(lambda g, x, out: np.multiply(g, x > 0, out=out), gradients, features)

    return relu_grad_in_blocks


@ReluGrad.kernel("numpy")
def relu_grad_numpy_kernel(gradients, features):
    return gradients * (features > 0)


@ReluGrad.kernel()
def relu_grad_kernel(gradients, features, *, xp):
    return xp.where(features > 0, gradients, xp.zeros_like(gradients))


# -- relu6 ----------------------------------------------------------------------------------------

@tf_export("nn.relu6")
def relu6(features: Any, name: str | None = None) -> Tensor:
    """min(max(features, 0), 6), elementwise. Source: TF 1.15 docs, tf.nn.relu6."""
    with name_scope(name, "Relu6", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        return Relu6(features, name=scope)


@Relu6.gradient
def relu6_gradient(op: Any, grad: Tensor) -> Tensor:
    return Relu6Grad(grad, op.outputs[0])


@Relu6Grad.gradient
def relu6_grad_gradient(op: Any, grad: Tensor) -> Any:
    x = op.inputs[1]
    return Relu6Grad(grad, x), _zeros_like_input(x)


@Relu6.kernel()
def relu6_kernel(features, *, xp):
    return xp.minimum(xp.maximum(features, 0), 6)


@Relu6Grad.kernel("numpy")
def relu6_grad_numpy_kernel(gradients, features):
    return gradients * ((features > 0) & (features < 6))


@Relu6Grad.kernel()
def relu6_grad_kernel(gradients, features, *, xp):
    return xp.where((features > 0) & (features < 6), gradients, xp.zeros_like(gradients))


# -- leaky relu -----------------------------------------------------------------------------------

@tf_export("nn.leaky_relu")
def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> Tensor:
    """features where they are positive, alpha * features elsewhere.

    Integer features become float32. Source: TF 1.15 docs, tf.nn.leaky_relu.
    """
    with name_scope(name, "LeakyRelu", [features, alpha]) as scope:
        features = convert_to_tensor(features, name="features")
        if features.dtype.is_integer:
            features = exported("cast")(features, dtypes.float32)
        if isinstance(alpha, np.ndarray):
            alpha = alpha.item()
        return LeakyRelu(features, alpha=alpha, name=scope)


@LeakyRelu.gradient
def leaky_relu_gradient(op: Any, grad: Tensor) -> Tensor:
    return LeakyReluGrad(grad, op.inputs[0], alpha=op.get_attr("alpha"))


@LeakyReluGrad.gradient
def leaky_relu_grad_gradient(op: Any, grad: Tensor) -> Any:
    x = op.inputs[1]
    return LeakyReluGrad(grad, x, alpha=op.get_attr("alpha")), _zeros_like_input(x)


@LeakyRelu.kernel("numpy")
def leaky_relu_numpy_kernel(features, *, alpha):
    return leaky_relu_kernel(features, xp=np, alpha=alpha)[()]


@LeakyRelu.kernel()
def leaky_relu_kernel(features, *, xp, alpha):
    if alpha <= 1:
        return xp.maximum(features, features * alpha)
    return xp.where(features > 0, features, features * alpha)


@LeakyReluGrad.kernel("numpy")
def leaky_relu_grad_numpy_kernel(gradients, features, *, alpha):
    return leaky_relu_grad_kernel(gradients, features, xp=np, alpha=alpha)[()]


@LeakyReluGrad.kernel()
def leaky_relu_grad_kernel(gradients, features, *, xp, alpha):
    return xp.where(features > 0, gradients, gradients * alpha)


# -- elu and selu ---------------------------------------------------------------------------------

@tf_export("nn.elu")
def elu(features: Any, name: str | None = None) -> Tensor:
    """features where they are positive, exp(features) - 1 elsewhere.

    Source: TF 1.15 docs, tf.nn.elu.
    """
    return Elu(features, name=name)


@Elu.gradient
def elu_gradient(op: Any, grad: Tensor) -> Tensor:
    return EluGrad(grad, op.outputs[0])


@EluGrad.gradient
def elu_grad_gradient(op: Any, grad: Tensor) -> Any:
    out = op.inputs[1]
    return (EluGrad(grad, out),
            exported("where")(out < 0, grad * op.inputs[0], exported("zeros_like")(out)))


@Elu.kernel("numpy")
def elu_numpy_kernel(features):
    return elu_kernel(features, xp=np)[()]


@Elu.kernel()
def elu_kernel(features, *, xp):
    return xp.where(features < 0, xp.expm1(xp.minimum(features, 0)), features)


@EluGrad.kernel("numpy")
def elu_grad_numpy_kernel(gradients, outputs):
    return elu_grad_kernel(gradients, outputs, xp=np)[()]


@EluGrad.kernel()
def elu_grad_kernel(gradients, outputs, *, xp):
    return xp.where(outputs < 0, (outputs + 1) * gradients, gradients)


@tf_export("nn.selu")
def selu(features: Any, name: str | None = None) -> Tensor:
    """scale * features where positive, scale * alpha * (exp(features) - 1) elsewhere.

    With these two constants activations keep mean 0 and variance 1 through many layers.
    Source: TF 1.15 docs, tf.nn.selu.
    """
    return Selu(features, name=name)


@Selu.gradient
def selu_gradient(op: Any, grad: Tensor) -> Tensor:
    return SeluGrad(grad, op.outputs[0])


@SeluGrad.gradient
def selu_grad_gradient(op: Any, grad: Tensor) -> Any:
    out = op.inputs[1]
    return (SeluGrad(grad, out),
            exported("where")(out < 0.0, grad * op.inputs[0], exported("zeros_like")(out)))


@Selu.kernel("numpy")
def selu_numpy_kernel(features):
    return selu_kernel(features, xp=np)[()]


@Selu.kernel()
def selu_kernel(features, *, xp):
    return xp.where(features < 0, xp.expm1(xp.minimum(features, 0)) * SELU_SCALE_ALPHA,
                    features * SELU_SCALE)


@SeluGrad.kernel("numpy")
def selu_grad_numpy_kernel(gradients, outputs):
    return selu_grad_kernel(gradients, outputs, xp=np)[()]


@SeluGrad.kernel()
def selu_grad_kernel(gradients, outputs, *, xp):
    return xp.where(outputs < 0, gradients * (outputs + SELU_SCALE_ALPHA),
                    gradients * SELU_SCALE)


# -- softplus and softsign ------------------------------------------------------------------------

@tf_export("nn.softplus", "math.softplus")
def softplus(features: Any, name: str | None = None) -> Tensor:
    """log(exp(features) + 1), elementwise. Source: TF 1.15 docs, tf.math.softplus."""
    return Softplus(features, name=name)


@Softplus.gradient
def softplus_gradient(op: Any, grad: Tensor) -> Tensor:
    return grad * exported("sigmoid")(op.inputs[0])


@SoftplusGrad.gradient
def softplus_grad_gradient(op: Any, grad: Tensor) -> Any:
    dy, x = op.inputs
    exp = exported("exp")
    with exported("control_dependencies")([grad]):
        ddy = SoftplusGrad(grad, x)
        d2x = grad * dy / (exp(-x) + 2.0 + exp(x))
    return ddy, d2x


@Softplus.kernel()
def softplus_kernel(features, *, xp):
    # log1p(exp(-|x|)) + max(x, 0): exact for large |x|, where exp(x) would overflow or vanish.
    return xp.log1p(xp.exp(-xp.abs(features))) + xp.maximum(features, 0)


@SoftplusGrad.kernel()
def softplus_grad_kernel(gradients, features, *, xp):
    return gradients / (xp.exp(-features) + 1)


@tf_export("nn.softsign", "math.softsign")
def softsign(features: Any, name: str | None = None) -> Tensor:
    """features / (|features| + 1), elementwise. Source: TF 1.15 docs, tf.math.softsign."""
    return Softsign(features, name=name)


@Softsign.gradient
def softsign_gradient(op: Any, grad: Tensor) -> Tensor:
    return SoftsignGrad(grad, op.inputs[0])


SoftsignGrad.not_differentiable("TF 1.15 has no second derivative for Softsign")


@Softsign.kernel()
def softsign_kernel(features, *, xp):
    return features / (xp.abs(features) + 1)


@SoftsignGrad.kernel()
def softsign_grad_kernel(gradients, features, *, xp):
    return gradients / xp.square(xp.abs(features) + 1)


# -- swish ----------------------------------------------------------------------------------------

_SWISH = "CustomGradient-swish"


@tf_export("nn.swish")
def swish(features: Any) -> Tensor:
    """features * sigmoid(features), elementwise.

    The gradient computes the sigmoid anew rather than keep it: it costs less than the memory.
    Source: TF 1.15 docs, tf.nn.swish.
    """
    features = convert_to_tensor(features, name="features")
    result = exported("identity")(features * exported("sigmoid")(features))
    with features.graph.gradient_override_map({"IdentityN": _SWISH}):
        return get_op_def("IdentityN")([result.op.inputs[0], features])[0]


@RegisterGradient(_SWISH)
def swish_gradient(op: Any, grad: Tensor, _: Any) -> Any:
    features = op.inputs[1]
    with exported("control_dependencies")([grad]):
        sigmoid = exported("sigmoid")(features)
    return None, grad * (sigmoid * (1.0 + features * (1.0 - sigmoid)))
