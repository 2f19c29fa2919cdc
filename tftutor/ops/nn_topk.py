"""The largest values: TopKV2, NthElement, and InTopK, which looks for a class in them."""

from __future__ import annotations

from typing import Any

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor

_REAL = ("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, "
         "uint64}")
_INDEX = "T: {int32, int64} = DT_INT32"

TopK = OpDef("TopK", inputs=("input: T",), outputs=("values: T", "indices: int32"),
             attrs=("k: int >= 0", "sorted: bool = true", _REAL),
             doc="TopKV2 with k as an attribute, as older graphs have it.")
TopKV2 = OpDef("TopKV2", inputs=("input: T", "k: int32"), outputs=("values: T", "indices: int32"),
               attrs=("sorted: bool = true", _REAL))
NthElement = OpDef("NthElement", inputs=("input: T", "n: int32"), outputs=("values: T",),
                   attrs=("reverse: bool = false", _REAL))
InTopK = OpDef("InTopK", inputs=("predictions: float", "targets: T"), outputs=("precision: bool",),
               attrs=("k: int", _INDEX), doc="InTopKV2 with k as an attribute.")
InTopKV2 = OpDef("InTopKV2", inputs=("predictions: float", "targets: T", "k: T"),
                 outputs=("precision: bool",), attrs=(_INDEX,))


# -- top_k ----------------------------------------------------------------------------------------

@tf_export("nn.top_k", "math.top_k")
def top_k(input: Any, k: Any = 1, sorted: bool = True, name: str | None = None) -> Any:
    """(values, indices) of the `k` largest items along the last axis, largest first.

    Of equal items the one with the lower index comes first.
    Shapes: input [..., n] -> [..., k] twice. Raises: ValueError when n < k.
    Source: TF 1.15 docs, tf.math.top_k.
    """
    return TopKV2(input, k=k, sorted=sorted, name=name)


def _count(c: Any) -> int | None:
    """k or n: a scalar input, as far as it is known."""
    if c.rank(1) not in (None, 0):
        value = c.value(1)
        if value is not None:
            c.fail(f"Input must be scalar but has rank {c.rank(1)}")
    count = c.scalar(1)
    if count is not None and count < 0:
        c.fail(f"Dimension size, given by scalar input 1, must be non-negative but is {count}")
    return count


def _set_top_k(c: Any, k: int | None) -> None:
    shape = c.with_rank_at_least(c.input(0), 1)
    if shape is None:
        return
    if k is not None and shape[-1] is not None and shape[-1] < k:
        c.fail(f"input must have last dimension >= k = {k} but is {shape[-1]}")
    result = (*shape[:-1], k)
    c.set_outputs(result, result)


@TopKV2.shape
def top_k_v2_shape(c: Any) -> None:
    c.with_rank_at_least(c.input(0), 1)
    _set_top_k(c, _count(c))


@TopK.shape
def top_k_shape(c: Any) -> None:
    _set_top_k(c, c.attr("k"))


@TopK.gradient
@TopKV2.gradient
def top_k_gradient(op: Any, grad: Tensor, _: Any) -> Any:
    """Scatter the gradient to the flat positions that the values came from."""
    shape, cast, gather = exported("shape"), exported("cast"), exported("gather")
    size, reshape, expand = exported("size"), exported("reshape"), exported("expand_dims")
    in_shape, ind_shape = shape(op.inputs[0]), shape(op.outputs[1])
    ind_lastdim = gather(cast(ind_shape, dtypes.int64), size(ind_shape) - 1)
    ind_2d = reshape(op.outputs[1], exported("stack")([-1, ind_lastdim]))
    in_lastdim = gather(cast(in_shape, dtypes.int64), size(in_shape) - 1)
    outerdim = shape(ind_2d)[0]
    starts = exported("range")(0, cast(outerdim, dtypes.int64) * in_lastdim, in_lastdim)
    flat = reshape(ind_2d + cast(expand(starts, -1), dtypes.int32), [-1])
    scattered = exported("scatter_nd")(expand(flat, -1), reshape(grad, [-1]),
                                       [exported("reduce_prod")(in_shape)])
    result = reshape(scattered, in_shape)
    if len(op.inputs) == 1:
        return result
    return result, exported("zeros")([], dtype=dtypes.int32)


def _largest(input: Any, k: int, xp: Any) -> tuple[Any, Any]:
    if k < 0:
        raise errors.InvalidArgumentError(None, None, f"Need k >= 0, got {k}")
    if input.ndim < 1:
        raise errors.InvalidArgumentError(None, None, "input must be >= 1-D, got shape []")
    width = input.shape[-1]
    if width < k:
        raise errors.InvalidArgumentError(
            None, None, f"input must have at least k columns. Had {width}, needed {k}")
    if k == 1:
        order = xp.expand_dims(xp.argmax(input, axis=-1), axis=-1)
    else:
        # Sorting the mirrored rows, and mirroring the result, keeps equal items in order.
        mirrored = xp.argsort(xp.flip(input, axis=-1), axis=-1, stable=True)
        order = (width - 1) - xp.flip(mirrored, axis=-1)[..., :k]
    return xp.take_along_axis(input, order, axis=-1), xp.astype(order, xp.int32)


@TopKV2.kernel()
def top_k_v2_kernel(input, k, *, xp):
    return _largest(input, int(k), xp)


@TopK.kernel()
def top_k_kernel(input, *, xp, k):
    return _largest(input, k, xp)


# -- nth_element ----------------------------------------------------------------------------------

@tf_export("contrib.nn.nth_element")
def nth_element(input: Any, n: Any, reverse: bool = False, name: str | None = None) -> Tensor:
    """The n-th smallest (or, with `reverse`, largest) item along the last axis.

    Shapes: input [..., m], 0 <= n < m -> [...]. Source: TF 1.15 docs, tf.contrib.nn.nth_element.
    """
    return NthElement(input, n, reverse=reverse, name=name)


@NthElement.shape
def nth_element_shape(c: Any) -> None:
    shape = c.with_rank_at_least(c.input(0), 1)
    n = _count(c)
    if shape is None:
        return
    if n is not None and shape[-1] is not None and shape[-1] <= n:
        c.fail(f"Input must have last dimension > n = {n} but is {shape[-1]}")
    c.set_output(0, shape[:-1])


@NthElement.gradient
def nth_element_gradient(op: Any, grad: Tensor) -> Any:
    expand = exported("expand_dims")
    chosen = exported("equal")(expand(op.outputs[0], -1), op.inputs[0])
    indicators = exported("cast")(chosen, grad.dtype)
    grad = expand(grad, -1)
    count = expand(exported("reduce_sum")(indicators, -1), -1)
    return exported("div")(indicators, count) * grad, None


@NthElement.kernel()
def nth_element_kernel(input, n, *, xp, reverse):
    place, width = int(n), input.shape[-1]
    if place < 0 or place >= width:
        raise errors.InvalidArgumentError(
            None, None, "Input must have at least n+1 columns" if place >= width
            else f"Need n >= 0, got {place}")
    ordered = xp.sort(input, axis=-1)
    return ordered[..., width - 1 - place if reverse else place]


# -- in_top_k -------------------------------------------------------------------------------------

@tf_export("nn.in_top_k", "math.in_top_k")
def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Tensor:
    """True where a row's target class is among its `k` largest predictions.

    Classes with equal predictions count as one place. A row whose target prediction or any larger
    one isn't finite, or whose target is out of range, gives False.
    Shapes: predictions [batch, classes] float32, targets [batch] -> [batch] bool.
    Source: TF 1.15 docs, tf.math.in_top_k.
    """
    with name_scope(name, "in_top_k"):
        return InTopKV2(predictions, targets, k, name=name)


@InTopK.shape
@InTopKV2.shape
def in_top_k_shape(c: Any) -> None:
    predictions, targets = c.with_rank(c.input(0), 2), c.with_rank(c.input(1), 1)
    c.set_output(0, (c.merge(predictions[0], targets[0]),))


InTopK.not_differentiable("its output is true or false")
InTopKV2.not_differentiable("its output is true or false")


def _in_top(predictions: Any, targets: Any, k: int, xp: Any) -> Any:
    if predictions.ndim != 2 or targets.ndim != 1:
        raise errors.InvalidArgumentError(None, None, "predictions must be 2-dimensional"
                                          if predictions.ndim != 2
                                          else "targets must be 1-dimensional")
    if predictions.shape[0] != targets.shape[0]:
        raise errors.InvalidArgumentError(
            None, None, f"First dimension of predictions {predictions.shape[0]} must match length "
            f"of targets {targets.shape[0]}")
    classes = predictions.shape[1]
    in_range = (targets >= 0) & (targets < classes)
    place = xp.astype(xp.where(in_range, targets, xp.zeros_like(targets)), xp.int64)
    wanted = xp.take_along_axis(predictions, xp.expand_dims(place, axis=1), axis=1)
    larger = xp.count_nonzero(predictions > wanted, axis=1)
    # TF gives up on a row with a value that isn't finite, since no order is safe then.
    finite = xp.all(xp.isfinite(predictions), axis=1)
    return in_range & finite & (larger < k)


@InTopKV2.kernel()
def in_top_k_v2_kernel(predictions, targets, k, *, xp):
    return _in_top(predictions, targets, int(k), xp)


@InTopK.kernel()
def in_top_k_kernel(predictions, targets, *, xp, k):
    return _in_top(predictions, targets, k, xp)
