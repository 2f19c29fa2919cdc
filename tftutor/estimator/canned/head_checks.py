"""What heads check of labels, weights and logits, in the graph and before."""

from __future__ import annotations

from typing import Any

from tftutor.composite.check_ops import (
    assert_equal,
    assert_less_equal,
    assert_non_negative,
)
from tftutor.composite.check_rank import assert_rank_at_least
from tftutor.composite.sparse_tensor import SparseTensor
from tftutor.estimator.columns.base import FeatureCache, as_tensor_or_sparse
from tftutor.estimator.columns.numeric import NumericColumn, numeric_column
from tftutor.framework import dtypes
from tftutor.framework.api import exported
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.graph_functions import control_dependencies
from tftutor.framework.name_scope import name_scope
from tftutor.ops.array_join import concat
from tftutor.ops.array_reshape import expand_dims
from tftutor.ops.array_shape import shape
from tftutor.ops.cast import cast
from tftutor.ops.identity import identity

_NO_LABELS = ("You must provide a labels Tensor. Given: None. Suggested troubleshooting steps: "
              "Check that your data contain your label feature. Check that your input_fn properly "
              "parses and returns labels.")


def to_float(value: Any, name: str = "ToFloat") -> Any:
    """The value as float32."""
    return cast(value, dtypes.float32, name=name)


def checked_labels(labels: Any, logits: Any, width: int) -> Any:
    """The labels [batch, width], with a check of that in the graph.

    Raises: ValueError without labels, for sparse ones, or for another width.
    """
    if labels is None:
        raise ValueError(_NO_LABELS)
    with name_scope(None, "labels", (labels, logits)) as scope:
        labels = as_tensor_or_sparse(labels)
        if isinstance(labels, SparseTensor):
            raise ValueError(
                "SparseTensor labels are not supported. labels must be a Tensor of shape [D0, D1, "
                f"..., DN, {width}], e.g. [batch_size, {width}]. Suggested Fix (1): Check the "
                f"label feature in your data. Each example must contain {width} value(s). If not, "
                "your choice of label was probably incorrect. Suggested Fix (2): In your input_fn, "
                "use tf.sparse_tensor_to_dense() to turn labels into a Tensor.")
        if _lacks_last_dimension(labels, logits):
            labels = expand_dims(labels, -1)
        labels_shape, logits_shape = shape(labels), shape(logits)
        text = (f"labels shape must be [D0, D1, ... DN, {width}]. Suggested Fix: check your "
                "n_classes argument to the estimator and/or the shape of your label.")
        with control_dependencies([assert_rank_at_least(labels, 2, message=text)]):
            _check_width(labels, width)
            expected = concat([logits_shape[:-1], [width]], axis=0)
            check = assert_equal(expected, labels_shape, message=text, data=[
                "expected_labels_shape: ", expected, "labels_shape: ", labels_shape])
            with control_dependencies([check]):
                return identity(labels, name=scope)


def _lacks_last_dimension(value: Any, logits: Any) -> bool:
    own, ndims = value.shape.ndims, logits.shape.ndims
    return own is not None and ndims is not None and own == ndims - 1


def _check_width(labels: Any, width: int) -> None:
    static = labels.shape
    if static.ndims is not None and static[-1].value is not None and static[-1].value != width:
        raise ValueError(
            f"Mismatched label shape. Expected labels dimension={width}.  Received {static[-1]}. "
            "Suggested Fix:If your classifier expects one-hot encoding label,check your n_classes "
            "argument to the estimator and/or the shape of your label. Otherwise, check the shape "
            "of your label.")


def checked_weights(features: dict[str, Any], weight_column: Any, logits: Any,
                    allow_each_logit: bool = False) -> Any:
    """The examples' weights [batch, 1]: 1.0 without a weight column.

    Raises: TypeError for something else than a name or a numeric column.
    """
    text = ("weights shape must be [D0, D1, ... DN], [D0, D1, ... DN, 1] or [D0, D1, ... DN, "
            "logits_dimension]" if allow_each_logit else
            "weights shape must be [D0, D1, ... DN] or [D0, D1, ... DN, 1]")
    with name_scope(None, "weights", (*features.values(), logits)) as scope:
        if weight_column is None:
            return 1.0
        if isinstance(weight_column, str):
            weight_column = numeric_column(key=weight_column, shape=(1,))
        if not isinstance(weight_column, NumericColumn):
            raise TypeError("Weight column must be either a string or _NumericColumn. Given type: "
                            f"{type(weight_column)}.")
        weights = to_float(FeatureCache(features).get(weight_column), name="weights")
        weights_shape = shape(weights, name="weights_shape")
        logits_shape = shape(logits, name="logits_shape")
        data = ["logits_shape: ", logits_shape, "weights_shape: ", weights_shape]
        if _lacks_last_dimension(weights, logits):
            check = assert_equal(logits_shape[:-1], weights_shape, message=text, data=data)
            with control_dependencies([check]):
                return expand_dims(weights, -1, name=scope)
        wanted = concat([logits_shape[:-1], [1]], axis=0)
        if allow_each_logit:
            every, equal = exported("reduce_all"), exported("equal")
            is_good = exported("reduce_any")([every(equal(logits_shape, weights_shape)),
                                              every(equal(wanted, weights_shape))])
            check = exported("Assert")(condition=is_good, data=[text, *data])
        else:
            check = assert_equal(wanted, weights_shape, message=text, data=data)
        with control_dependencies([check]):
            return identity(weights, name=scope)


def checked_logits(logits: Any, width: int) -> Any:
    """The logits [batch, width] as floats. Raises: ValueError for another width."""
    text = "logits shape must be [D0, D1, ... DN, logits_dimension]"
    with name_scope(None, "logits", (logits,)) as scope:
        logits = to_float(logits)
        logits_shape = shape(logits)
        check = assert_rank_at_least(logits, 2, data=[logits_shape], message=text)
        with control_dependencies([check]):
            static = logits.shape
            if static.ndims is not None and static[-1].value is not None:
                if static[-1].value != width:
                    raise ValueError(f"{text}, got {static}.")
                return logits
            check = assert_equal(width, logits_shape[-1], data=[logits_shape], message=text)
            with control_dependencies([check]):
                return identity(logits, name=scope)


def in_range(labels: Any, n_classes: int) -> Any:
    """The labels, with a check in the graph that they are numbers of classes."""
    with name_scope(None, "assert_range", (labels,)):
        highest = convert_to_tensor(n_classes - 1, dtype=labels.dtype)
        checks = (assert_less_equal(labels, highest, message="Labels must <= n_classes - 1"),
                  assert_non_negative(labels, message="Labels must >= 0"))
        with control_dependencies(checks):
            return identity(labels)
