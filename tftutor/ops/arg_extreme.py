"""argmax and argmin: where the largest and smallest items are."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.array_library import library_dtype
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.platform.renamed_arguments import renamed_argument
from tftutor.platform.tf_logging import warn_deprecated_once

_ATTRS = ("T: numbertype", "Tidx: {int32, int64} = DT_INT32",
          "output_type: {int32, int64} = DT_INT64")
ArgMax = OpDef("ArgMax", inputs=("input: T", "dimension: Tidx"), outputs=("output: output_type",),
               attrs=_ATTRS)
ArgMin = OpDef("ArgMin", inputs=("input: T", "dimension: Tidx"), outputs=("output: output_type",),
               attrs=_ATTRS)


@tf_export("argmax", "math.argmax")
def argmax(input: Any, axis: Any = None, name: str | None = None, dimension: Any = None,
           output_type: Any = dtypes.int64) -> Tensor:
    """Index of the largest item along `axis` (0 by default); the first one of equals.

    Raises: ValueError when the axis is out of range. Source: TF 1.15 docs, tf.math.argmax.
    """
    axis = renamed_argument("tf.argmax", "axis", axis, "dimension", dimension)
    return ArgMax(input, 0 if axis is None else axis, output_type=output_type, name=name)


@tf_export("argmin", "math.argmin")
def argmin(input: Any, axis: Any = None, name: str | None = None, dimension: Any = None,
           output_type: Any = dtypes.int64) -> Tensor:
    """Index of the smallest item along `axis` (0 by default); the first one of equals.

    Raises: ValueError when the axis is out of range. Source: TF 1.15 docs, tf.math.argmin.
    """
    axis = renamed_argument("tf.argmin", "axis", axis, "dimension", dimension)
    return ArgMin(input, 0 if axis is None else axis, output_type=output_type, name=name)


@tf_export("arg_max")
def arg_max(input: Any, dimension: Any, output_type: Any = dtypes.int64, name: str | None = None
            ) -> Tensor:
    """Old name of tf.argmax. Source: TF 1.15 docs, tf.arg_max."""
    warn_deprecated_once("tf.arg_max", "use tf.argmax")
    return ArgMax(input, dimension, output_type=output_type, name=name)


@tf_export("arg_min")
def arg_min(input: Any, dimension: Any, output_type: Any = dtypes.int64, name: str | None = None
            ) -> Tensor:
    """Old name of tf.argmin. Source: TF 1.15 docs, tf.arg_min."""
    warn_deprecated_once("tf.arg_min", "use tf.argmin")
    return ArgMin(input, dimension, output_type=output_type, name=name)


@ArgMax.shape
@ArgMin.shape
def arg_shape(c: Any) -> None:
    c.with_rank_at_most(c.input(1), 1)
    shape = c.input(0)
    if shape is None:
        return
    rank = len(shape)
    if rank <= 1:
        c.set_output(0, ())
        return
    axis = c.scalar(1)
    if axis is None:
        c.set_output(0, (None,) * (rank - 1))
        return
    if not -rank <= axis < rank:
        c.fail(f"Dimension ({axis}) must be in the range [{-rank}, {rank}), where {rank} is the "
               "number of dimensions in the input.")
    axis %= rank
    c.set_output(0, shape[:axis] + shape[axis + 1:])


ArgMax.not_differentiable("an index has no slope")
ArgMin.not_differentiable("an index has no slope")


def _checked_axis(input: Any, dimension: Any) -> int:
    axis = int(dimension)
    if not -input.ndim <= axis < input.ndim:
        raise errors.InvalidArgumentError(
            None, None, f"Expected dimension in the range [{-input.ndim}, {input.ndim}), but got "
                        f"{axis}")
    if input.shape[axis] == 0:
        sizes = ",".join(map(str, input.shape))
        raise errors.InvalidArgumentError(
            None, None, f"Reduction axis {axis} is empty in shape [{sizes}]")
    return axis


def _register_kernels(op_def: OpDef, name: str) -> None:
    function = getattr(np, name)

    @op_def.kernel("numpy")
    def numpy_kernel(input, dimension, *, output_type):
        found = function(input, axis=_checked_axis(input, dimension))
        return found.astype(output_type.as_numpy_dtype)

    @op_def.kernel()
    def kernel(input, dimension, *, xp, output_type):
        found = getattr(xp, name)(input, axis=_checked_axis(input, dimension))
        return xp.astype(found, library_dtype(xp, output_type))


_register_kernels(ArgMax, "argmax")
_register_kernels(ArgMin, "argmin")
