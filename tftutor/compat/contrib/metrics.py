"""`tf.contrib.metrics`, also as `slim.metrics`: `tf.metrics` with the predictions first.

    values, updates = slim.metrics.aggregate_metric_map({
        "accuracy": slim.metrics.streaming_accuracy(predictions, labels)})
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tftutor.compat.aliases import tf
from tftutor.framework.api import export_value, tf_export
from tftutor.framework.dtypes import bool as tf_bool
from tftutor.framework.dtypes import float32, string

# Those of tf.metrics that compare predictions with labels and have no further arguments.
_COMPARING = ("accuracy", "false_negatives", "false_positives", "mean_absolute_error",
              "mean_squared_error", "precision", "recall", "root_mean_squared_error",
              "true_negatives", "true_positives")


def _streaming(name: str) -> Any:
    def streaming(predictions: Any, labels: Any, weights: Any = None,
                  metrics_collections: Any = None, updates_collections: Any = None,
                  name: str | None = None) -> Any:
        return metric(labels=labels, predictions=predictions, weights=weights,
                      metrics_collections=metrics_collections,
                      updates_collections=updates_collections, name=name)

    metric = getattr(tf.metrics, name)
    streaming.__name__ = streaming.__qualname__ = f"streaming_{name}"
    streaming.__doc__ = (f"`tf.metrics.{name}` with the predictions first.\n\n"
                         f"    Source: TF 1.15 docs, tf.contrib.metrics.streaming_{name}.\n    ")
    return streaming


for _name in _COMPARING:
    export_value(f"contrib.metrics.streaming_{_name}", _streaming(_name))


@tf_export("contrib.metrics.streaming_mean")
def streaming_mean(values: Any, weights: Any = None, metrics_collections: Any = None,
                   updates_collections: Any = None, name: str | None = None) -> Any:
    """`tf.metrics.mean`. Source: TF 1.15 docs, tf.contrib.metrics.streaming_mean."""
    return tf.metrics.mean(values, weights, metrics_collections, updates_collections, name)


@tf_export("contrib.metrics.streaming_mean_tensor")
def streaming_mean_tensor(values: Any, weights: Any = None, metrics_collections: Any = None,
                          updates_collections: Any = None, name: str | None = None) -> Any:
    """`tf.metrics.mean_tensor`. Source: TF 1.15 docs, tf.contrib.metrics.streaming_mean_tensor."""
    return tf.metrics.mean_tensor(values, weights, metrics_collections, updates_collections, name)


@tf_export("contrib.metrics.streaming_auc")
def streaming_auc(predictions: Any, labels: Any, weights: Any = None, num_thresholds: int = 200,
                  metrics_collections: Any = None, updates_collections: Any = None,
                  curve: str = "ROC", name: str | None = None) -> Any:
    """`tf.metrics.auc` with the predictions first.

    Source: TF 1.15 docs, tf.contrib.metrics.streaming_auc.
    """
    return tf.metrics.auc(labels=labels, predictions=predictions, weights=weights,
                          num_thresholds=num_thresholds, curve=curve, name=name,
                          metrics_collections=metrics_collections,
                          updates_collections=updates_collections)


@tf_export("contrib.metrics.streaming_mean_iou")
def streaming_mean_iou(predictions: Any, labels: Any, num_classes: int, weights: Any = None,
                       metrics_collections: Any = None, updates_collections: Any = None,
                       name: str | None = None) -> Any:
    """`tf.metrics.mean_iou` with the predictions first.

    Source: TF 1.15 docs, tf.contrib.metrics.streaming_mean_iou.
    """
    return tf.metrics.mean_iou(labels=labels, predictions=predictions, num_classes=num_classes,
                               weights=weights, metrics_collections=metrics_collections,
                               updates_collections=updates_collections, name=name)


@tf_export("contrib.metrics.streaming_mean_relative_error")
def streaming_mean_relative_error(predictions: Any, labels: Any, normalizer: Any,
                                  weights: Any = None, metrics_collections: Any = None,
                                  updates_collections: Any = None, name: str | None = None) -> Any:
    """`tf.metrics.mean_relative_error` with the predictions first.

    Source: TF 1.15 docs, tf.contrib.metrics.streaming_mean_relative_error.
    """
    return tf.metrics.mean_relative_error(
        labels=labels, predictions=predictions, normalizer=normalizer, weights=weights,
        metrics_collections=metrics_collections, updates_collections=updates_collections,
        name=name)


@tf_export("contrib.metrics.streaming_percentage_less")
def streaming_percentage_less(values: Any, threshold: Any, weights: Any = None,
                              metrics_collections: Any = None, updates_collections: Any = None,
                              name: str | None = None) -> Any:
    """`tf.metrics.percentage_below`.

    Source: TF 1.15 docs, tf.contrib.metrics.streaming_percentage_less.
    """
    return tf.metrics.percentage_below(values, threshold, weights, metrics_collections,
                                       updates_collections, name)


@tf_export("contrib.metrics.aggregate_metrics")
def aggregate_metrics(*value_update_tuples: Any) -> tuple[list[Any], list[Any]]:
    """The values and the updates of several metrics. Raises: ValueError for none.

    Source: TF 1.15 docs, tf.contrib.metrics.aggregate_metrics.
    """
    if not value_update_tuples:
        raise ValueError("Expected at least one value_tensor/update_op pair")
    values, updates = zip(*value_update_tuples, strict=True)
    return list(values), list(updates)


@tf_export("contrib.metrics.aggregate_metric_map")
def aggregate_metric_map(names_to_tuples: Mapping[str, Any]) -> tuple[dict[str, Any],
                                                                      dict[str, Any]]:
    """The values and the updates of several metrics, by their names.

    Source: TF 1.15 docs, tf.contrib.metrics.aggregate_metric_map.
    """
    return ({name: value for name, (value, _) in names_to_tuples.items()},
            {name: update for name, (_, update) in names_to_tuples.items()})


@tf_export("contrib.metrics.accuracy")
def accuracy(predictions: Any, labels: Any, weights: Any = None, name: str | None = None) -> Any:
    """How many of the predictions are right, of one batch.

    Raises: ValueError for labels of a floating-point type or another type than the predictions'.
    Source: TF 1.15 docs, tf.contrib.metrics.accuracy.
    """
    if not (labels.dtype.is_integer or labels.dtype in (tf_bool, string)):
        raise ValueError("Labels should have bool, integer, or string dtype, not "
                         f"{labels.dtype!r}")
    if not labels.dtype.is_compatible_with(predictions.dtype):
        raise ValueError("Dtypes of predictions and labels should match. Given: predictions "
                         f"({predictions.dtype!r}) and labels ({labels.dtype!r})")
    with tf.name_scope(name, "accuracy", values=[predictions, labels]):
        is_correct = tf.cast(tf.equal(predictions, labels), float32)
        if weights is None:
            return tf.reduce_mean(is_correct)
        is_correct = tf.multiply(is_correct, weights)
        count = tf.multiply(weights, tf.ones_like(is_correct))
        return tf.div(tf.reduce_sum(is_correct), tf.reduce_sum(count))
