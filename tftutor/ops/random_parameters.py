"""Random tensors whose parameters are tensors: gamma and Poisson numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends import philox_distributions
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.seed import get_seed
from tftutor.framework.shape_merge import brackets_text
from tftutor.ops.random import checked_sizes, generator

_SEEDS = ("seed: int = 0", "seed2: int = 0")
_REALS = "{half, float, double, int32, int64}"

RandomGamma = OpDef("RandomGamma", inputs=("shape: S", "alpha: T"), outputs=("output: T",),
                    attrs=(*_SEEDS, "S: {int32, int64}", "T: {half, float, double}"),
                    stateful=True, doc="Gamma numbers of scale 1, `shape` of them for each alpha.")
RandomPoissonV2 = OpDef(
    "RandomPoissonV2", inputs=("shape: S", "rate: R"), outputs=("output: dtype",),
    attrs=(*_SEEDS, "S: {int32, int64}", f"R: {_REALS} = DT_DOUBLE",
           f"dtype: {_REALS} = DT_INT64"),
    stateful=True, doc="Poisson numbers, `shape` of them for each rate.")


@tf_export("random_gamma", "random.gamma")
def random_gamma(shape: Any, alpha: Any, beta: Any = None, dtype: Any = dtypes.float32,
                 seed: int | None = None, name: str | None = None) -> Tensor:
    """Gamma numbers with shape parameter `alpha` and inverse scale `beta`.

    Shapes: alpha and beta broadcast to [...] -> shape + [...].
    Source: TF 1.15 docs, tf.random.gamma.
    """
    with name_scope(name, "random_gamma", [shape, alpha, beta]):
        size = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        concentration = convert_to_tensor(alpha, name="alpha", dtype=dtype)
        rate = convert_to_tensor(beta if beta is not None else 1, name="beta", dtype=dtype)
        broadcast = concentration + exported("zeros_like")(rate)
        seed1, seed2 = get_seed(seed)
        tiny = np.finfo(concentration.dtype.as_numpy_dtype).tiny
        drawn = RandomGamma(size, broadcast, seed=seed1, seed2=seed2)
        return exported("maximum")(tiny, drawn / rate)


def _appended_shape(c: Any) -> None:
    shape, parameters = c.value_as_shape(0), c.input(1)
    c.set_output(0, None if shape is None or parameters is None else shape + parameters)


RandomGamma.shape(_appended_shape)


@RandomGamma.gradient
def random_gamma_gradient(op: Any, grad: Any) -> Any:
    raise errors.UnsupportedError("The gradient of tf.random_gamma by alpha",
                                  "wrap the sample in tf.stop_gradient")


def _asked_shape(shape: Any) -> tuple[int, ...]:
    """The sizes before those of the parameters: a vector, or one number as TF allows here."""
    if np.ndim(shape) == 0:
        return (int(shape),)
    if np.ndim(shape) != 1:
        raise errors.InvalidArgumentError(
            None, None, "shape must be a vector of {int32,int64}, got shape: "
            f"{brackets_text(np.shape(shape))}")
    return checked_sizes(shape)


@RandomGamma.kernel("numpy")
def random_gamma_kernel(shape, alpha, *, ctx, T):
    return philox_distributions.random_gamma(generator(ctx), _asked_shape(shape), alpha,
                                             T.as_numpy_dtype)[()]


@tf_export("random_poisson", "random.poisson")
def random_poisson(lam: Any, shape: Any, dtype: Any = dtypes.float32, seed: int | None = None,
                   name: str | None = None) -> Tensor:
    """Poisson numbers of the rates `lam`.

    Shapes: lam [...] -> shape + [...]. Source: TF 1.15 docs, tf.random.poisson.
    """
    with name_scope(name, "random_poisson", [lam, shape]):
        size = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        seed1, seed2 = get_seed(seed)
        return RandomPoissonV2(size, lam, dtype=dtype, seed=seed1, seed2=seed2)


RandomPoissonV2.shape(_appended_shape)
RandomPoissonV2.not_differentiable("counts do not change smoothly with the rate")


@RandomPoissonV2.kernel("numpy")
def random_poisson_kernel(shape, rate, *, ctx, dtype):
    return philox_distributions.random_poisson(generator(ctx), _asked_shape(shape), rate,
                                               dtype.as_numpy_dtype)[()]
