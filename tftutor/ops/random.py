"""Random tensors with the numbers of TensorFlow 1.15: uniform, normal, gamma, Poisson, shuffles.

Each random node keeps a Philox generator for each session, so that a program with seeds draws the
same numbers in every run of the program, and new ones in every `sess.run`. The host draws them for
every device, so a program's numbers don't depend on where it runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends import philox_distributions
from tftutor.backends.host_copies import in_library, on_host
from tftutor.backends.philox import PhiloxState
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.seed import get_seed
from tftutor.framework.shape_inference import unchanged_shape
from tftutor.framework.shape_merge import brackets_text
from tftutor.framework.tensor_shape import Dimension
from tftutor.platform.tf_logging import warn_deprecated_once

_SEEDS = ("seed: int = 0", "seed2: int = 0")
_FLOATS = "dtype: {half, bfloat16, float, double}"
_SHAPE_TYPE = "T: {int32, int64}"

RandomUniform = OpDef("RandomUniform", inputs=("shape: T",), outputs=("output: dtype",),
                      attrs=(*_SEEDS, _FLOATS, _SHAPE_TYPE), stateful=True)
RandomUniformInt = OpDef(
    "RandomUniformInt", inputs=("shape: T", "minval: Tout", "maxval: Tout"),
    outputs=("output: Tout",), attrs=(*_SEEDS, "Tout: {int32, int64}", _SHAPE_TYPE), stateful=True)
RandomStandardNormal = OpDef("RandomStandardNormal", inputs=("shape: T",),
                             outputs=("output: dtype",), attrs=(*_SEEDS, _FLOATS, _SHAPE_TYPE),
                             stateful=True)
TruncatedNormal = OpDef("TruncatedNormal", inputs=("shape: T",), outputs=("output: dtype",),
                        attrs=(*_SEEDS, _FLOATS, _SHAPE_TYPE), stateful=True)
RandomShuffle = OpDef("RandomShuffle", inputs=("value: T",), outputs=("output: T",),
                      attrs=(*_SEEDS, "T: type"), stateful=True)
Multinomial = OpDef(
    "Multinomial", inputs=("logits: T", "num_samples: int32"), outputs=("output: output_dtype",),
    attrs=(*_SEEDS, "T: realnumbertype", "output_dtype: {int32, int64} = DT_INT64"),
    stateful=True)


def shape_tensor(shape: Any) -> Tensor:
    """A shape given as list, TensorShape or tensor, as an int vector called `shape`."""
    dtype = None
    if isinstance(shape, list | tuple):
        if not shape:
            dtype = dtypes.int32
        else:
            shape = tuple(d.value if isinstance(d, Dimension) else d for d in shape)
    return convert_to_tensor(shape, dtype=dtype, name="shape")


def generator(ctx: Any) -> PhiloxState:
    """The random generator of a node in a session."""
    state = ctx.state
    found = state.get("philox")
    if found is None:
        attrs = ctx.op._attrs
        found = state.setdefault("philox", PhiloxState(attrs["seed"], attrs["seed2"]))
    return found


def asked_shape(shape: Any) -> tuple[int, ...]:
    """A kernel's shape input as a tuple. Raises: InvalidArgumentError for anything else."""
    if np.ndim(shape) != 1:
        raise errors.InvalidArgumentError(
            None, None, "shape must be a vector of {int32,int64}, got shape "
            f"{brackets_text(np.shape(shape))}")
    return checked_sizes(shape)


def checked_sizes(shape: Any) -> tuple[int, ...]:
    """A vector of sizes as a tuple. Raises: InvalidArgumentError for a negative one."""
    dims = tuple(shape.tolist())
    for dim in dims:
        if dim < 0:
            raise errors.InvalidArgumentError(None, None, f"Dimension {dim} must be >= 0")
    return dims


def random_shape(c: Any) -> None:
    """The output's shape is the value of the first input."""
    c.set_output(0, c.value_as_shape(0))


# -- uniform ----------------------------------------------------------------------------------

@tf_export("random_uniform", "random.uniform")
def random_uniform(shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = dtypes.float32,
                   seed: int | None = None, name: str | None = None) -> Tensor:
    """Uniform numbers in [minval, maxval), integers too.

    Args:
      shape: shape of the result.
      maxval: 1 for floats when it isn't given; integers need it.

    Raises: ValueError for another dtype, or for integers without `maxval`.
    Source: TF 1.15 docs, tf.random.uniform.
    """
    dtype = dtypes.as_dtype(dtype)
    if dtype not in (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64, dtypes.int32,
                     dtypes.int64):
        raise ValueError(f"Invalid dtype {dtype!r}")
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    with name_scope(name, "random_uniform", [shape, minval, maxval]) as scope:
        size = shape_tensor(shape)
        low: Any = convert_to_tensor(minval, dtype=dtype, name="min")
        high: Any = convert_to_tensor(maxval, dtype=dtype, name="max")
        seed1, seed2 = get_seed(seed)
        if dtype.is_integer:
            return RandomUniformInt(size, low, high, seed=seed1, seed2=seed2, name=scope)
        drawn = RandomUniform(size, dtype=dtype, seed=seed1, seed2=seed2)
        return exported("add")(drawn * (high - low), low, name=scope)


RandomUniform.shape(random_shape)
RandomUniform.not_differentiable("random numbers depend on no input's value")
RandomUniform.doc = "Uniform floats in [0, 1)."


@RandomUniform.kernel("numpy")
def random_uniform_kernel(shape, *, ctx, dtype):
    return philox_distributions.random_uniform(
        generator(ctx), asked_shape(shape), dtype.as_numpy_dtype)[()]


@RandomUniform.kernel()
def random_uniform_of_library_kernel(shape, *, ctx, dtype, xp):
    return in_library(random_uniform_kernel(shape, ctx=ctx, dtype=dtype), xp)


@RandomUniformInt.shape
def random_uniform_int_shape(c: Any) -> None:
    c.with_rank(c.input(1), 0)
    c.with_rank(c.input(2), 0)
    c.set_output(0, c.value_as_shape(0))


RandomUniformInt.not_differentiable("random numbers depend on no input's value")
RandomUniformInt.doc = "Uniform integers in [minval, maxval)."


@RandomUniformInt.kernel("numpy")
def random_uniform_int_kernel(shape, minval, maxval, *, ctx, Tout):
    for name, limit in (("minval", minval), ("maxval", maxval)):
        if np.ndim(limit):
            raise errors.InvalidArgumentError(
                None, None, f"{name} must be 0-D, got shape {brackets_text(np.shape(limit))}")
    dims = asked_shape(shape)
    if 0 not in dims and minval >= maxval:
        raise errors.InvalidArgumentError(
            None, None, f"Need minval < maxval, got {minval} >= {maxval}")
    return philox_distributions.random_uniform_int(
        generator(ctx), dims, int(minval), int(maxval), Tout.as_numpy_dtype)[()]


@RandomUniformInt.kernel()
def random_uniform_int_of_library_kernel(shape, minval, maxval, *, ctx, Tout, xp):
    return in_library(random_uniform_int_kernel(shape, minval, maxval, ctx=ctx, Tout=Tout), xp)


# -- normal -----------------------------------------------------------------------------------

def _scaled(op: OpDef, default_name: str, shape: Any, mean: Any, stddev: Any, dtype: Any,
            seed: int | None, name: str | None) -> Tensor:
    with name_scope(name, default_name, [shape, mean, stddev]) as scope:
        size = shape_tensor(shape)
        center = convert_to_tensor(mean, dtype=dtype, name="mean")
        spread = convert_to_tensor(stddev, dtype=dtype, name="stddev")
        seed1, seed2 = get_seed(seed)
        drawn = op(size, dtype=dtype, seed=seed1, seed2=seed2)
        return exported("add")(drawn * spread, center, name=scope)


@tf_export("random_normal", "random.normal")
def random_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = dtypes.float32,
                  seed: int | None = None, name: str | None = None) -> Tensor:
    """Normal numbers of the given mean and standard deviation.

    Raises: TypeError when `dtype` is no float.
    Source: TF 1.15 docs, tf.random.normal.
    """
    return _scaled(RandomStandardNormal, "random_normal", shape, mean, stddev, dtype, seed, name)


RandomStandardNormal.shape(random_shape)
RandomStandardNormal.not_differentiable("random numbers depend on no input's value")
RandomStandardNormal.doc = "Normal floats of mean 0 and standard deviation 1."


@RandomStandardNormal.kernel("numpy")
def random_standard_normal_kernel(shape, *, ctx, dtype):
    return philox_distributions.random_standard_normal(
        generator(ctx), asked_shape(shape), dtype.as_numpy_dtype)[()]


@RandomStandardNormal.kernel()
def random_standard_normal_of_library_kernel(shape, *, ctx, dtype, xp):
    return in_library(random_standard_normal_kernel(shape, ctx=ctx, dtype=dtype), xp)


@tf_export("truncated_normal", "random.truncated_normal")
def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = dtypes.float32,
                     seed: int | None = None, name: str | None = None) -> Tensor:
    """Normal numbers; those more than two standard deviations from the mean are drawn again.

    Raises: TypeError when `dtype` is no float.
    Source: TF 1.15 docs, tf.random.truncated_normal.
    """
    return _scaled(TruncatedNormal, "truncated_normal", shape, mean, stddev, dtype, seed, name)


TruncatedNormal.shape(random_shape)
TruncatedNormal.not_differentiable("random numbers depend on no input's value")
TruncatedNormal.doc = "Normal floats between -2 and 2."


@TruncatedNormal.kernel("numpy")
def truncated_normal_kernel(shape, *, ctx, dtype):
    return philox_distributions.truncated_normal(
        generator(ctx), asked_shape(shape), dtype.as_numpy_dtype)[()]


@TruncatedNormal.kernel()
def truncated_normal_of_library_kernel(shape, *, ctx, dtype, xp):
    return in_library(truncated_normal_kernel(shape, ctx=ctx, dtype=dtype), xp)


# -- choices ----------------------------------------------------------------------------------

@tf_export("random_shuffle", "random.shuffle")
def random_shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """`value` with its rows (first dimension) in random order.

    Source: TF 1.15 docs, tf.random.shuffle.
    """
    seed1, seed2 = get_seed(seed)
    return RandomShuffle(value, seed=seed1, seed2=seed2, name=name)


RandomShuffle.shape(unchanged_shape)
RandomShuffle.not_differentiable("TF has no gradient for it: gather with shuffled indices")


@RandomShuffle.kernel("numpy")
def random_shuffle_kernel(value, *, ctx):
    if np.ndim(value) == 0:
        return value
    return philox_distributions.random_shuffle(generator(ctx), value)


@tf_export("multinomial", "random.multinomial")
def multinomial(logits: Any, num_samples: Any, seed: int | None = None, name: str | None = None,
                output_dtype: Any = None) -> Tensor:
    """Old spelling of `tf.random.categorical`. Source: TF 1.15 docs, tf.random.multinomial."""
    warn_deprecated_once("tf.multinomial", "use tf.random.categorical")
    with name_scope(name, "multinomial", [logits]):
        return _categorical(logits, num_samples, output_dtype, seed)


@tf_export("random.categorical")
def categorical(logits: Any, num_samples: Any, dtype: Any = None, seed: int | None = None,
                name: str | None = None) -> Tensor:
    """Class numbers drawn with probabilities softmax(logits), row by row.

    Shapes: logits [batch, classes] -> [batch, num_samples], int64 unless `dtype` says otherwise.
    Raises: ValueError when logits is no matrix.
    Source: TF 1.15 docs, tf.random.categorical.
    """
    with name_scope(name, "categorical", [logits]):
        return _categorical(logits, num_samples, dtype, seed)


def _categorical(logits: Any, num_samples: Any, dtype: Any, seed: int | None) -> Tensor:
    values = convert_to_tensor(logits, name="logits")
    seed1, seed2 = get_seed(seed)
    return Multinomial(values, num_samples, seed=seed1, seed2=seed2, output_dtype=dtype)


@Multinomial.shape
def multinomial_shape(c: Any) -> None:
    logits = c.with_rank(c.input(0), 2)
    c.with_rank(c.input(1), 0)
    samples = c.scalar(1)
    if samples is not None and samples < 0:
        c.fail(f"Dimension size, given by scalar input 1, must be non-negative but is {samples}")
    c.set_output(0, (logits[0], samples))


Multinomial.not_differentiable("class numbers are integers")
Multinomial.doc = "Class numbers drawn with probabilities softmax(logits)."


@Multinomial.kernel("numpy")
def multinomial_kernel(logits, num_samples, *, ctx, output_dtype):
    if np.ndim(logits) != 2:
        raise errors.InvalidArgumentError(
            None, None, f"logits should be a matrix, got shape {brackets_text(np.shape(logits))}")
    if num_samples < 0:
        raise errors.InvalidArgumentError(
            None, None, f"num_samples should be nonnegative, got {num_samples}")
    if num_samples and logits.shape[1] < 1:
        raise errors.InvalidArgumentError(
            None, None, f"num_classes should be positive, got {logits.shape[1]}")
    return philox_distributions.multinomial(generator(ctx), logits, int(num_samples),
                                            output_dtype.as_numpy_dtype)


@Multinomial.kernel()
def multinomial_of_library_kernel(logits, num_samples, *, ctx, output_dtype, xp):
    return in_library(multinomial_kernel(on_host(logits), num_samples, ctx=ctx,
                                         output_dtype=output_dtype), xp)
