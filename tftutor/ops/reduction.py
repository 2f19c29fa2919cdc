"""Reductions: sum, mean, product, minimum, maximum, all, any along axes.

`axis=None` reduces everything; TF then puts the list of axes into the graph as a constant when the
rank is known (`Const`), and as a Range over the Rank otherwise.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.constant_value import evaluate_static
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.platform.renamed_arguments import given_once, renamed_argument

_IDX = "Tidx: {int32, int64} = DT_INT32"


def _number_reduction(name: str) -> OpDef:
    return OpDef(name, inputs=("input: T", "reduction_indices: Tidx"), outputs=("output: T",),
                 attrs=("keep_dims: bool = false", "T: numbertype", _IDX))


def _bool_reduction(name: str) -> OpDef:
    return OpDef(name, inputs=("input: bool", "reduction_indices: Tidx"),
                 outputs=("output: bool",), attrs=("keep_dims: bool = false", _IDX))


Sum, Mean, Prod = _number_reduction("Sum"), _number_reduction("Mean"), _number_reduction("Prod")
Max, Min = _number_reduction("Max"), _number_reduction("Min")
EuclideanNorm = _number_reduction("EuclideanNorm")
All, Any_ = _bool_reduction("All"), _bool_reduction("Any")
REDUCTIONS = (Sum, Mean, Prod, Max, Min, EuclideanNorm, All, Any_)


# -- public functions -----------------------------------------------------------------------------

def _axes(x: Any, axis: Any) -> Any:
    """What stands for `axis` in the graph."""
    if axis is not None:
        return axis
    rank = x._rank() if isinstance(x, Tensor) else None
    if rank is not None:
        return exported("constant")(np.arange(rank), dtype=dtypes.int32)
    return exported("range")(0, exported("rank")(x))


def _reduce(op_def: OpDef, x: Any, axis: Any, keepdims: Any, name: str | None) -> Tensor:
    keepdims = False if keepdims is None else bool(keepdims)
    output = op_def(x, _axes(x, axis), keep_dims=keepdims, name=name)
    if axis is None and not keepdims and (output._shape is None or None in output._shape):
        output.set_shape(())
    return output


def _public(op_def: OpDef, public: str, x: Any, axis: Any, keepdims: Any, name: str | None,
            reduction_indices: Any, keep_dims: Any) -> Tensor:
    symbol = f"tf.{public}"
    axis = renamed_argument(symbol, "axis", axis, "reduction_indices", reduction_indices)
    keepdims = renamed_argument(symbol, "keepdims", keepdims, "keep_dims", keep_dims)
    return _reduce(op_def, x, axis, keepdims, name)


@tf_export("reduce_sum", "math.reduce_sum")
def reduce_sum(input_tensor: Any, axis: Any = None, keepdims: Any = None, name: str | None = None,
               reduction_indices: Any = None, keep_dims: Any = None) -> Tensor:
    """Sum along `axis` (int, list, or None for all); the axes vanish unless `keepdims`.

    Raises: ValueError when an axis is out of range. Source: TF 1.15 docs, tf.math.reduce_sum.
    """
    return _public(Sum, "reduce_sum", input_tensor, axis, keepdims, name, reduction_indices,
                   keep_dims)


@tf_export("reduce_mean", "math.reduce_mean")
def reduce_mean(input_tensor: Any, axis: Any = None, keepdims: Any = None,
                name: str | None = None, reduction_indices: Any = None,
                keep_dims: Any = None) -> Tensor:
    """Mean along `axis`; the mean of integers is an integer, rounded towards zero.

    Raises: ValueError when an axis is out of range. Source: TF 1.15 docs, tf.math.reduce_mean.
    """
    return _public(Mean, "reduce_mean", input_tensor, axis, keepdims, name, reduction_indices,
                   keep_dims)


@tf_export("reduce_prod", "math.reduce_prod")
def reduce_prod(input_tensor: Any, axis: Any = None, keepdims: Any = None,
                name: str | None = None, reduction_indices: Any = None,
                keep_dims: Any = None) -> Tensor:
    """Product along `axis`. Source: TF 1.15 docs, tf.math.reduce_prod."""
    return _public(Prod, "reduce_prod", input_tensor, axis, keepdims, name, reduction_indices,
                   keep_dims)


@tf_export("reduce_min", "math.reduce_min")
def reduce_min(input_tensor: Any, axis: Any = None, keepdims: Any = None, name: str | None = None,
               reduction_indices: Any = None, keep_dims: Any = None) -> Tensor:
    """Minimum along `axis`; of nothing it is inf. Source: TF 1.15 docs, tf.math.reduce_min."""
    return _public(Min, "reduce_min", input_tensor, axis, keepdims, name, reduction_indices,
                   keep_dims)


@tf_export("reduce_max", "math.reduce_max")
def reduce_max(input_tensor: Any, axis: Any = None, keepdims: Any = None, name: str | None = None,
               reduction_indices: Any = None, keep_dims: Any = None) -> Tensor:
    """Maximum along `axis`; of nothing it is -inf. Source: TF 1.15 docs, tf.math.reduce_max."""
    return _public(Max, "reduce_max", input_tensor, axis, keepdims, name, reduction_indices,
                   keep_dims)


@tf_export("reduce_all", "math.reduce_all")
def reduce_all(input_tensor: Any, axis: Any = None, keepdims: Any = None, name: str | None = None,
               reduction_indices: Any = None, keep_dims: Any = None) -> Tensor:
    """Whether all bools along `axis` hold. Source: TF 1.15 docs, tf.math.reduce_all."""
    return _public(All, "reduce_all", input_tensor, axis, keepdims, name, reduction_indices,
                   keep_dims)


@tf_export("reduce_any", "math.reduce_any")
def reduce_any(input_tensor: Any, axis: Any = None, keepdims: Any = None, name: str | None = None,
               reduction_indices: Any = None, keep_dims: Any = None) -> Tensor:
    """Whether any bool along `axis` holds. Source: TF 1.15 docs, tf.math.reduce_any."""
    return _public(Any_, "reduce_any", input_tensor, axis, keepdims, name, reduction_indices,
                   keep_dims)


@tf_export("math.reduce_euclidean_norm")
def reduce_euclidean_norm(input_tensor: Any, axis: Any = None, keepdims: bool = False,
                          name: str | None = None) -> Tensor:
    """sqrt of the sum of squares along `axis`. Source: TF 1.15, tf.math.reduce_euclidean_norm."""
    return _reduce(EuclideanNorm, input_tensor, axis, keepdims, name)


@tf_export("math.reduce_variance")
def reduce_variance(input_tensor: Any, axis: Any = None, keepdims: bool = False,
                    name: str | None = None) -> Tensor:
    """Mean squared distance from the mean. Source: TF 1.15 docs, tf.math.reduce_variance."""
    with name_scope(name or "reduce_variance"):
        means = reduce_mean(input_tensor, axis=axis, keepdims=True)
        squared = exported("square")(input_tensor - means)
        return reduce_mean(squared, axis=axis, keepdims=keepdims)


@tf_export("math.reduce_std")
def reduce_std(input_tensor: Any, axis: Any = None, keepdims: bool = False,
               name: str | None = None) -> Tensor:
    """Square root of the variance along `axis`. Source: TF 1.15 docs, tf.math.reduce_std."""
    with name_scope(name or "reduce_std"):
        return exported("sqrt")(reduce_variance(input_tensor, axis=axis, keepdims=keepdims))


@tf_export("count_nonzero", "math.count_nonzero")
def count_nonzero(input_tensor: Any = None, axis: Any = None, keepdims: Any = None,
                  dtype: Any = dtypes.int64, name: str | None = None,
                  reduction_indices: Any = None, keep_dims: Any = None, input: Any = None
                  ) -> Tensor:
    """The number of items along `axis` that aren't 0. Source: TF 1.15, tf.math.count_nonzero."""
    symbol = "tf.count_nonzero"
    keepdims = renamed_argument(symbol, "keepdims", keepdims, "keep_dims", keep_dims)
    input_tensor = given_once("input", input, "input_tensor", input_tensor)
    axis = renamed_argument(symbol, "axis", axis, "reduction_indices", reduction_indices)
    cast = exported("cast")
    with name_scope(name, "count_nonzero", [input_tensor]):
        value = convert_to_tensor(input_tensor, name="input")
        zero = exported("zeros")([], dtype=value.dtype.base_dtype)
        flags = cast(exported("not_equal")(value, zero), dtypes.int64)
        return cast(_reduce(Sum, flags, axis, keepdims, None), dtype)


# -- shapes ---------------------------------------------------------------------------------------

def reduction_shape(c: Any) -> None:
    """The input's shape without the reduced axes, or with 1 in their places."""
    keep = c.attrs["keep_dims"]
    shape = c.input(0)
    if c.rank(1) is not None and c.rank(1) > 1:
        c.with_rank_at_most(c.input(1), 1)
    axes = c.value(1)
    if axes is None or shape is None:
        known = keep and shape is not None
        c.set_output(0, (None,) * len(shape) if known else None)
        return
    rank = len(shape)
    reduced = set()
    for axis in np.asarray(axes).reshape(-1).tolist():
        if not -rank <= axis < rank:
            c.fail(f"Invalid reduction dimension {axis} for input with {rank} dimensions.")
        reduced.add(axis % rank)
    if keep:
        c.set_output(0, tuple(1 if i in reduced else d for i, d in enumerate(shape)))
    else:
        c.set_output(0, tuple(d for i, d in enumerate(shape) if i not in reduced))


for _op_def in REDUCTIONS:
    _op_def.shape(reduction_shape)


# -- kernels --------------------------------------------------------------------------------------

def _checked_axes(axes: Any, rank: int) -> tuple[int, ...]:
    found: dict[int, None] = {}  # an axis named twice counts once
    for axis in np.asarray(axes).reshape(-1).tolist():
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                None, None,
                f"Invalid reduction dimension ({axis} for input with {rank} dimension(s)")
        found[axis % rank] = None
    return tuple(found)


def _sum(x: Any, axes: tuple[int, ...], keep: bool, xp: Any) -> Any:
    return xp.sum(x, axis=axes, keepdims=keep, dtype=x.dtype)


def _numpy_mean(x: Any, axes: tuple[int, ...], keep: bool, xp: Any) -> Any:
    total = _sum(x, axes, keep, xp)
    count = x.size // max(total.size, 1)
    if x.dtype.kind in "iu":  # C++ division: towards zero
        return xp.asarray(xp.trunc(total / count), dtype=x.dtype)[()] if count else total
    return total / x.dtype.type(count)


def _mean(x: Any, axes: tuple[int, ...], keep: bool, xp: Any) -> Any:
    total = _sum(x, axes, keep, xp)
    count = math.prod(x.shape[axis] for axis in axes)
    if not xp.isdtype(x.dtype, "integral"):
        return total / count
    return xp.astype(xp.trunc(xp.astype(total, xp.float64) / max(count, 1)), x.dtype)


def _prod(x: Any, axes: tuple[int, ...], keep: bool, xp: Any) -> Any:
    return xp.prod(x, axis=axes, keepdims=keep, dtype=x.dtype)


def _limits_of_nothing(x: Any, axes: tuple[int, ...], keep: bool, xp: Any, sign: int) -> Any:
    """Extremes along axes of an array without items: of nothing the minimum is infinite."""
    shape = [1 if axis in axes else size for axis, size in enumerate(x.shape)
             if keep or axis not in axes]
    limit: Any = sign * math.inf
    if not xp.isdtype(x.dtype, "real floating"):
        info = xp.iinfo(x.dtype)
        limit = int(info.max if sign > 0 else info.min)
    limits = xp.full(tuple(shape), limit, dtype=x.dtype)
    return limits[()] if xp is np else limits


def _max(x: Any, axes: tuple[int, ...], keep: bool, xp: Any) -> Any:
    if 0 in x.shape:
        return _limits_of_nothing(x, axes, keep, xp, -1)
    return xp.max(x, axis=axes, keepdims=keep)


def _min(x: Any, axes: tuple[int, ...], keep: bool, xp: Any) -> Any:
    if 0 in x.shape:
        return _limits_of_nothing(x, axes, keep, xp, 1)
    return xp.min(x, axis=axes, keepdims=keep)


def _numpy_norm(x: Any, axes: tuple[int, ...], keep: bool, xp: Any) -> Any:
    squared = xp.real(x * xp.conj(x)) if x.dtype.kind == "c" else x * x
    root = xp.sqrt(_sum(squared, axes, keep, xp))
    return root.astype(x.dtype)


def _norm(x: Any, axes: tuple[int, ...], keep: bool, xp: Any) -> Any:
    if xp.isdtype(x.dtype, "integral"):
        return xp.astype(_norm(xp.astype(x, xp.float64), axes, keep, xp), x.dtype)
    is_complex = xp.isdtype(x.dtype, "complex floating")
    squared = xp.real(x * xp.conj(x)) if is_complex else x * x
    root = xp.sqrt(_sum(squared, axes, keep, xp))
    return xp.astype(root, x.dtype) if is_complex else root


def _all(x: Any, axes: tuple[int, ...], keep: bool, xp: Any) -> Any:
    return xp.all(x, axis=axes, keepdims=keep)


def _any(x: Any, axes: tuple[int, ...], keep: bool, xp: Any) -> Any:
    return xp.any(x, axis=axes, keepdims=keep)


def _register_kernels(op_def: OpDef, function: Any, portable: Any) -> None:
    """Kernels of a reduction; when the axes are known at plan time they're prepared there.

    `function` is for NumPy, `portable` for other libraries, which get the axes in host memory.
    """

    def kernel_for(reduce: Any) -> Any:
        def kernel(x, axes, *, xp, keep_dims):
            if axes.size == 0 and op_def is not EuclideanNorm:
                return x
            return reduce(x, _checked_axes(axes, x.ndim), keep_dims, xp)

        return kernel

    op_def.kernel()(kernel_for(portable))
    if function is not portable:
        op_def.kernel("numpy")(kernel_for(function))

    @op_def.bind
    def bind(op: Any, xp: Any) -> Any:
        axes, shape = evaluate_static(op._inputs[1]), op._inputs[0]._shape
        if axes is None or shape is None or not np.size(axes):
            return None
        flat = tuple(a % len(shape) for a in np.asarray(axes).reshape(-1).tolist())
        if len(set(flat)) < len(flat):
            return None
        keep = op._attrs["keep_dims"]
        if xp is np and function is _sum:
            return _numpy_sum(flat, keep)
        return lambda x, _: function(x, flat, keep, xp)


def _numpy_sum(axes: tuple[int, ...], keep: bool) -> Any:
    """np.sum without what it does before the real work."""
    # Called by position, which is faster; the declared types know the keywords only.
    reduce: Any = np.add.reduce
    axis = axes[0] if len(axes) == 1 else axes
    return lambda x, _: reduce(x, axis, x.dtype, None, keep)


_KERNELS = {Sum: (_sum, _sum), Mean: (_numpy_mean, _mean), Prod: (_prod, _prod),
            Max: (_max, _max), Min: (_min, _min), EuclideanNorm: (_numpy_norm, _norm),
            All: (_all, _all), Any_: (_any, _any)}
for _op_def, _functions in _KERNELS.items():
    _register_kernels(_op_def, *_functions)

All.not_differentiable("bools have no slope")
Any_.not_differentiable("bools have no slope")
EuclideanNorm.not_differentiable("TF 1.15 defines no gradient for it")
