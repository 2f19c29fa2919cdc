"""Softmax cross entropy: the loss of classifiers, fused with softmax so that nothing overflows.

Both ops compute the loss and, on the way, its gradient for the logits (`backprop`), which the
gradient functions use.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import are_compatible, broadcast, merge_shapes
from tftutor.ops.nn_softmax import SHORT
from tftutor.ops.prevent_gradient import PreventGradient
from tftutor.platform.renamed_arguments import renamed_argument
from tftutor.platform.tf_logging import warn_deprecated_once

_FLOATS = "T: {half, bfloat16, float, double}"

SoftmaxCrossEntropyWithLogits = OpDef(
    "SoftmaxCrossEntropyWithLogits", inputs=("features: T", "labels: T"),
    outputs=("loss: T", "backprop: T"), attrs=(_FLOATS,))
SparseSoftmaxCrossEntropyWithLogits = OpDef(
    "SparseSoftmaxCrossEntropyWithLogits", inputs=("features: T", "labels: Tlabels"),
    outputs=("loss: T", "backprop: T"),
    attrs=(_FLOATS, "Tlabels: {int32, int64} = DT_INT64"))


def ensure_named(function: str, sentinel: Any, labels: Any, logits: Any) -> None:
    """Refuse positional labels and logits: they are too easily swapped."""
    if sentinel is not None:
        raise explained(ValueError(f"Only call `{function}` with named arguments (labels=..., "
                                   "logits=..., ...)"))
    if labels is None or logits is None:
        raise ValueError("Both labels and logits must be provided.")


# -- dense labels ---------------------------------------------------------------------------------

@tf_export("nn.softmax_cross_entropy_with_logits_v2")
def softmax_cross_entropy_with_logits_v2(labels: Any, logits: Any, axis: int | None = None,
                                         name: str | None = None, dim: int | None = None
                                         ) -> Tensor:
    """-sum(labels * log(softmax(logits))) along `axis`; gradients flow into labels, too.

    Shapes: labels and logits alike (or broadcastable), e.g. [batch, classes] -> [batch].
    Raises: ValueError when the shapes don't fit.
    Source: TF 1.15 docs, tf.nn.softmax_cross_entropy_with_logits_v2.
    """
    axis = renamed_argument("tf.nn.softmax_cross_entropy_with_logits_v2", "axis", axis, "dim", dim)
    axis = -1 if axis is None else axis
    cast, reshape = exported("cast"), exported("reshape")
    with name_scope(name, "softmax_cross_entropy_with_logits", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        is_half = logits.dtype in (dtypes.float16, dtypes.bfloat16)
        precise = cast(logits, dtypes.float32) if is_half else logits
        labels = cast(labels, precise.dtype)
        input_rank = exported("rank")(precise)
        shape = logits.get_shape()
        if axis != -1:
            precise = _move_to_end(precise, axis, input_rank)
            labels = _move_to_end(labels, axis, input_rank)
        input_shape = exported("shape")(precise)
        precise = _flatten_outer(precise)
        labels = _flatten_outer(labels)
        cost, _ = SoftmaxCrossEntropyWithLogits(precise, labels, name=scope)
        output_shape = exported("slice")(input_shape, [0], [exported("subtract")(input_rank, 1)])
        cost = reshape(cost, output_shape)
        if shape.ndims is not None:
            dims = shape.as_list()
            del dims[axis]
            cost.set_shape(dims)
        return cast(cost, logits.dtype) if is_half else cost


def _move_to_end(tensor: Tensor, axis: int, rank: Tensor) -> Tensor:
    between = exported("range")
    order = exported("concat")([between(axis), between(axis + 1, rank), [axis]], 0)
    return exported("transpose")(tensor, order)


def _flatten_outer(logits: Tensor) -> Tensor:
    """`logits` as a matrix: all axes but the last become one."""
    rank = exported("rank")(logits)
    last = exported("slice")(exported("shape")(logits), [exported("subtract")(rank, 1)], [1])
    output = exported("reshape")(logits, exported("concat")([[-1], last], 0))
    dims: Any = logits.get_shape().as_list() if logits.get_shape().ndims is not None else None
    if dims is not None and None not in dims[:-1]:
        output.set_shape([int(np.prod(dims[:-1], dtype=np.int64)), dims[-1]])
    return output


@tf_export("nn.softmax_cross_entropy_with_logits")
def softmax_cross_entropy_with_logits(_sentinel: Any = None, labels: Any = None,
                                      logits: Any = None, dim: int | None = -1,
                                      name: str | None = None, axis: int | None = None) -> Tensor:
    """The older softmax cross entropy: no gradient flows into `labels`.

    Raises: ValueError when labels and logits aren't given by name or don't fit.
    Source: TF 1.15 docs, tf.nn.softmax_cross_entropy_with_logits.
    """
    warn_deprecated_once("tf.nn.softmax_cross_entropy_with_logits",
                         "use tf.nn.softmax_cross_entropy_with_logits_v2, which passes gradients "
                         "to labels, too (tf.stop_gradient(labels) keeps them out)")
    # As in TF: `dim` is given even when its default is, so `axis` asks for dim=None.
    if axis is not None:
        if dim is not None:
            raise ValueError("Cannot specify both 'dim' and 'axis'")
        dim = axis
    ensure_named("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "softmax_cross_entropy_with_logits_sg", [logits, labels]) as scope:
        labels = exported("stop_gradient")(labels, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, axis=dim, name=scope)


@SoftmaxCrossEntropyWithLogits.shape
def softmax_cross_entropy_shape(c: Any) -> None:
    features, labels = c.input(0), c.input(1)
    try:
        fits = are_compatible(features, labels)  # as TF does: broadcast only what can't be merged
        shape = c.with_rank((merge_shapes if fits else broadcast)(features, labels), 2)
    except ValueError as error:
        c.fail(str(error))
    c.set_outputs(shape[:1], shape)


def _times_rows(vector: Tensor, matrix: Tensor) -> Tensor:
    """Each row of the matrix times its item of the vector."""
    return exported("expand_dims")(vector, -1) * matrix


def _is_zero(grad: Tensor) -> bool:
    if grad.op.type in ("ZerosLike", "Zeros"):
        return True
    value = constant_value(grad)
    return value is not None and not np.any(value)


@SoftmaxCrossEntropyWithLogits.gradient
def softmax_cross_entropy_gradient(op: Any, grad_loss: Tensor, grad_grad: Tensor) -> Any:
    grad = _times_rows(grad_loss, op.outputs[1])
    logits = op.inputs[0]
    if grad_grad is not None and not _is_zero(grad_grad):
        expand = exported("expand_dims")
        softmax = exported("nn.softmax")(logits)
        product = exported("matmul")(expand(grad_grad, 1), expand(softmax, 2))
        grad += (grad_grad - exported("squeeze")(product, axis=1)) * softmax
    return grad, _times_rows(grad_loss, -exported("nn.log_softmax")(logits))


def _dims(array: Any) -> str:
    return "[" + ",".join(map(str, array.shape)) + "]"


def _of_one_shape(features: Any, labels: Any, xp: Any) -> tuple[Any, Any]:
    if features.shape != labels.shape:
        try:
            features, labels = xp.broadcast_arrays(features, labels)
        except ValueError:
            raise errors.InvalidArgumentError(
                None, None, f"logits and labels must be broadcastable: logits_size="
                f"{_dims(features)} labels_size={_dims(labels)}") from None
    if features.ndim != 2:
        raise errors.InvalidArgumentError(
            None, None, "logits and labels must be either 2-dimensional, or broadcasted to be "
            "2-dimensional")
    return features, labels


@SoftmaxCrossEntropyWithLogits.kernel("numpy")
def softmax_cross_entropy_numpy_kernel(features, labels):
    """With few classes in columns, as `numpy_softmax_kernel`."""
    features, labels = _of_one_shape(features, labels, np)
    if not 0 < features.shape[1] <= SHORT or features.dtype.kind != "f":
        return softmax_cross_entropy_kernel(features, labels, xp=np)
    shifted, labels = features.T.copy(), labels.T.copy()
    shifted -= np.maximum.reduce(shifted, 0)
    powers = np.exp(shifted)
    totals = np.add.reduce(powers, 0)
    loss = np.add.reduce(labels * (np.log(totals) - shifted), 0)
    powers /= totals
    powers -= labels
    return loss, np.ascontiguousarray(powers.T)


@SoftmaxCrossEntropyWithLogits.kernel()
def softmax_cross_entropy_kernel(features, labels, *, xp):
    features, labels = _of_one_shape(features, labels, xp)
    shifted = features - xp.max(features, axis=1, keepdims=True)
    powers = xp.exp(shifted)
    totals = xp.sum(powers, axis=1, keepdims=True)
    loss = xp.sum(labels * (xp.log(totals) - shifted), axis=1)
    return loss, powers / totals - labels


# -- labels as class numbers ----------------------------------------------------------------------

@tf_export("nn.sparse_softmax_cross_entropy_with_logits")
def sparse_softmax_cross_entropy_with_logits(_sentinel: Any = None, labels: Any = None,
                                             logits: Any = None, name: str | None = None
                                             ) -> Tensor:
    """-log(softmax(logits)[label]): the cross entropy for labels given as class numbers.

    Shapes: labels [...] int32 or int64, logits [..., classes] -> [...].
    Raises: ValueError when the arguments aren't named or ranks and shapes don't fit;
    tf.errors.InvalidArgumentError at run time for a label outside [0, classes).
    Source: TF 1.15 docs, tf.nn.sparse_softmax_cross_entropy_with_logits.
    """
    ensure_named("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    cast = exported("cast")
    with name_scope(name, "SparseSoftmaxCrossEntropyWithLogits", [labels, logits]):
        labels = convert_to_tensor(labels)
        logits = convert_to_tensor(logits)
        is_half = logits.dtype == dtypes.float16
        precise = cast(logits, dtypes.float32) if is_half else logits
        labels_shape = exported("shape")(labels)
        checked = _check_sparse_shapes(labels.get_shape(), logits.get_shape())
        if logits.get_shape().ndims == 2:
            cost, _ = SparseSoftmaxCrossEntropyWithLogits(precise, labels, name=name)
        else:
            cost = _sparse_of_any_rank(labels, logits, precise, labels_shape, checked, name)
        return cast(cost, dtypes.float16) if is_half else cost


def _check_sparse_shapes(labels: Any, logits: Any) -> bool:
    """True when the static shapes are known and fit. Raises: ValueError when they can't."""
    known = labels.is_fully_defined() and logits[:-1].is_fully_defined()
    if logits.ndims == 0:
        raise explained(ValueError(f"Logits cannot be scalars - received shape {logits}."))
    if logits.ndims is not None and labels.ndims not in (None, logits.ndims - 1):
        raise explained(ValueError(
            f"Rank mismatch: Rank of labels (received {labels.ndims}) should equal rank of logits "
            f"minus 1 (received {logits.ndims})."))
    if known and labels != logits[:-1]:
        raise explained(ValueError(
            f"Shape mismatch: The shape of labels (received {labels}) should equal the shape of "
            f"logits except for the last dimension (received {logits})."))
    return known


def _sparse_of_any_rank(labels: Tensor, logits: Tensor, precise: Tensor, labels_shape: Tensor,
                        checked: bool, name: str | None) -> Tensor:
    shape, reshape = exported("shape"), exported("reshape")
    static = labels.get_shape()
    checks = []
    if not checked:
        checks.append(exported("assert_equal")(shape(labels), shape(logits)[:-1]))
    with exported("control_dependencies")(checks):
        classes = shape(logits)[exported("rank")(logits) - 1]
        precise = reshape(precise, [-1, classes])
        labels = reshape(labels, [-1])
        cost, _ = SparseSoftmaxCrossEntropyWithLogits(precise, labels, name=name)
        cost = reshape(cost, labels_shape)
        cost.set_shape(static)
        return cost


@SparseSoftmaxCrossEntropyWithLogits.shape
def sparse_softmax_cross_entropy_shape(c: Any) -> None:
    logits, labels = c.with_rank(c.input(0), 2), c.with_rank(c.input(1), 1)
    batch = c.merge(logits[0], labels[0])
    c.set_outputs((batch,), (batch, logits[1]))


@SparseSoftmaxCrossEntropyWithLogits.gradient
def sparse_softmax_cross_entropy_gradient(op: Any, grad_loss: Tensor, _: Any) -> Any:
    backprop = PreventGradient(
        op.outputs[1], message="Currently there is no way to take the second derivative of "
        "sparse_softmax_cross_entropy_with_logits due to the fused implementation's interaction "
        "with tf.gradients()")
    return _times_rows(grad_loss, backprop), None


def _check_labels(labels: Any, classes: int) -> None:
    lowest, highest = int(labels.min()), int(labels.max())
    if lowest < 0 or highest >= classes:
        values = " ".join(str(label) for label in labels.tolist())
        raise errors.InvalidArgumentError(
            None, None, f"Received a label value of {lowest if lowest < 0 else highest} which is "
            f"outside the valid range of [0, {classes}).  Label values: {values}")


def _check_sparse(features: Any, labels: Any) -> None:
    if features.ndim != 2:
        raise errors.InvalidArgumentError(
            None, None, f"logits must be 2-D, but got shape {_dims(features)}")
    if labels.ndim != 1:
        raise errors.InvalidArgumentError(
            None, None, f"labels must be 1-D, but got shape {_dims(labels)}")
    if labels.shape[0] != features.shape[0]:
        raise errors.InvalidArgumentError(
            None, None, "logits and labels must have the same first dimension, got logits shape "
            f"{_dims(features)} and labels shape {_dims(labels)}")


@SparseSoftmaxCrossEntropyWithLogits.kernel("numpy")
def sparse_softmax_cross_entropy_numpy_kernel(features, labels):
    _check_sparse(features, labels)
    if labels.shape[0] == 0:
        return np.zeros((0,), features.dtype), np.zeros_like(features)
    _check_labels(labels, features.shape[1])
    shifted = features - np.max(features, axis=1, keepdims=True)
    powers = np.exp(shifted)
    totals = np.sum(powers, axis=1, keepdims=True)
    rows = np.arange(labels.shape[0])
    backprop = powers / totals
    backprop[rows, labels] -= 1
    return np.log(totals[:, 0]) - shifted[rows, labels], backprop


@SparseSoftmaxCrossEntropyWithLogits.kernel()
def sparse_softmax_cross_entropy_kernel(features, labels, *, xp):
    """A label out of range gives a row of NaN, as on TensorFlow's GPUs: nobody waits for labels."""
    _check_sparse(features, labels)
    if labels.shape[0] == 0:
        return xp.zeros((0,), dtype=features.dtype), xp.zeros_like(features)
    labels = xp.expand_dims(xp.astype(labels, xp.int64), axis=1)
    is_label = labels == xp.expand_dims(xp.arange(features.shape[1], dtype=xp.int64), axis=0)
    exists = xp.any(is_label, axis=1, keepdims=True)
    shifted = features - xp.max(features, axis=1, keepdims=True)
    powers = xp.exp(shifted)
    totals = xp.sum(powers, axis=1, keepdims=True)
    backprop = powers / totals - xp.astype(is_label, features.dtype)
    of_label = xp.take_along_axis(shifted, xp.where(exists, labels, xp.zeros_like(labels)), axis=1)
    nothing = xp.full((), math.nan, dtype=features.dtype)
    loss = xp.where(exists, xp.log(totals) - of_label, nothing)
    return loss[:, 0], xp.where(exists, backprop, nothing)
