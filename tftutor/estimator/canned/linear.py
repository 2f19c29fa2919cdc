"""LinearClassifier and LinearRegressor: weighted sums of columns."""

from __future__ import annotations

import math
from typing import Any

from tftutor.composite.losses_reduction import Reduction
from tftutor.estimator.canned.column_layers import linear_sum
from tftutor.estimator.canned.heads import Head
from tftutor.estimator.canned.model_heads import RegressionHead, classifier_head
from tftutor.estimator.canned.optimizers import optimizer_of, training_with
from tftutor.estimator.custom import Estimator
from tftutor.estimator.estimator_spec import EstimatorSpec
from tftutor.framework import dtypes
from tftutor.framework.api import exported
from tftutor.framework.name_scope import name_scope
from tftutor.ops.array_shape import size
from tftutor.ops.cast import cast
from tftutor.ops.constant import constant
from tftutor.ops.identity import identity
from tftutor.ops.partitioners import min_max_variable_partitioner
from tftutor.ops.variable_scope import variable_scope
from tftutor.summary.api import histogram, scalar

_LEARNING_RATE = 0.2
_SMALLEST_PART = 64 << 20  # bytes


class LinearClassifier(Estimator):
    """A classifier by weighted sums. Source: TF 1.15 docs, tf.estimator.LinearClassifier.

    Args:
      feature_columns: tf.feature_columns.
      model_dir, config, warm_start_from: as for tf.estimator.Estimator.
      n_classes: the number of classes.
      weight_column: the name of the feature (or numeric column) with the examples' weights.
      label_vocabulary: words that the labels are; by default they are numbers of classes.
      optimizer: "Ftrl", "Adagrad", "Adam", "RMSProp", "SGD", an optimizer, or a function that
        makes one.
      partitioner: splits variables; by default big ones, over the parameter servers.
      loss_reduction: a tf.losses.Reduction.
      sparse_combiner: of several categories of one example: "mean", "sqrtn" or "sum".
    """

    def __init__(self, feature_columns: Any, model_dir: Any = None, n_classes: int = 2,
                 weight_column: Any = None, label_vocabulary: Any = None, optimizer: Any = "Ftrl",
                 config: Any = None, partitioner: Any = None, warm_start_from: Any = None,
                 loss_reduction: str = Reduction.SUM, sparse_combiner: str = "sum") -> None:
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        columns = tuple(feature_columns or ())

        def _model_fn(features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
            return linear_model_fn(features, labels, mode, head, columns, optimizer, partitioner,
                                   config, sparse_combiner)

        super().__init__(model_fn=_model_fn, model_dir=model_dir, config=config,
                         warm_start_from=warm_start_from)


class LinearRegressor(Estimator):
    """Numbers by weighted sums. Source: TF 1.15 docs, tf.estimator.LinearRegressor.

    Args:
      label_dimension: numbers for each example.
      The others: as for tf.estimator.LinearClassifier.
    """

    def __init__(self, feature_columns: Any, model_dir: Any = None, label_dimension: int = 1,
                 weight_column: Any = None, optimizer: Any = "Ftrl", config: Any = None,
                 partitioner: Any = None, warm_start_from: Any = None,
                 loss_reduction: str = Reduction.SUM, sparse_combiner: str = "sum") -> None:
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        columns = tuple(feature_columns or ())

        def _model_fn(features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
            return linear_model_fn(features, labels, mode, head, columns, optimizer, partitioner,
                                   config, sparse_combiner)

        super().__init__(model_fn=_model_fn, model_dir=model_dir, config=config,
                         warm_start_from=warm_start_from)


def check_features(features: Any) -> None:
    """Raises: ValueError for features without names."""
    if not isinstance(features, dict):
        raise ValueError("features should be a dictionary of `Tensor`s. Given type: "
                         f"{type(features)}")


def linear_model_fn(features: Any, labels: Any, mode: str, head: Head, columns: Any,
                    optimizer: Any, partitioner: Any, config: Any, sparse_combiner: str
                    ) -> EstimatorSpec:
    """The model function of linear estimators."""
    check_features(features)
    partitioner = partitioner or min_max_variable_partitioner(
        max_partitions=config.num_ps_replicas, min_slice_size=_SMALLEST_PART)
    with variable_scope("linear", values=tuple(features.values()), partitioner=partitioner):
        logits = linear_logits(head.logits_dimension, columns, sparse_combiner, features)
        rate = min(_LEARNING_RATE, 1.0 / math.sqrt(len(columns)))
        made = optimizer_of(optimizer or (lambda: optimizer_of("Ftrl", rate)), _LEARNING_RATE)
        return head.create_estimator_spec(features, mode, logits, labels, training_with(made))


def linear_logits(units: int, columns: Any, sparse_combiner: str, features: Any) -> Any:
    """The weighted sums, with summaries of the bias and of how many weights are zero."""
    logits, bias, variables = linear_sum(features, columns, units, sparse_combiner, "linear_model")
    parts = _parts([bias])
    if units > 1:
        histogram("bias", parts)
    else:
        scalar("bias", parts[0][0])
    scalar("fraction_of_zero_weights", _fraction_of_zero(_parts(variables)))
    return logits


def _parts(variables: list[Any]) -> list[Any]:
    found: list[Any] = []
    for variable in variables:
        found += variable if type(variable).__name__ == "PartitionedVariable" else [variable]
    return found


def _fraction_of_zero(variables: list[Any]) -> Any:
    with name_scope("zero_fraction"):
        with name_scope("total_size"):
            sizes = [size(variable, out_type=dtypes.int64) for variable in variables]
            total = exported("add_n")(sizes)
        with name_scope("total_zero"):
            zeros = exported("add_n")([_zeros_of(variable, count) for variable, count
                                       in zip(variables, sizes, strict=True)])
        with name_scope("compute"):
            fraction = zeros / cast(total, dtype=dtypes.float32, name="float32_size")
        return identity(fraction, name="zero_fraction_or_nan")


def _zeros_of(variable: Any, count: Any) -> Any:
    """How many of the items are zero."""
    is_empty = exported("equal")(count, constant(0, dtype=dtypes.int64))
    return exported("cond")(
        is_empty, true_fn=lambda: constant(0, dtype=dtypes.float32),
        false_fn=lambda: (exported("nn.zero_fraction")(variable)
                          * cast(count, dtypes.float32, name="ToFloat")), name="zero_count")
