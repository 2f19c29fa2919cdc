"""Further metrics for an Estimator, and how to parse the Examples of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.composite.example_parsing import FixedLenFeature
from tftutor.estimator.arguments import argument_names, wanted
from tftutor.estimator.columns.models import make_parse_example_spec
from tftutor.estimator.columns.numeric import NumericColumn, numeric_column
from tftutor.estimator.custom import Estimator
from tftutor.estimator.estimator_spec import EstimatorSpec
from tftutor.estimator.mode_keys import ModeKeys
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export

_OF_METRIC_FN = frozenset({"features", "labels", "predictions", "config"})


@tf_export("estimator.add_metrics")
def add_metrics(estimator: Any, metric_fn: Callable[..., dict[str, Any]]) -> Estimator:
    """An Estimator that evaluates further metrics.

    Args:
      metric_fn: a function of any of `features`, `labels`, `predictions` and `config` that returns
        {name: (value, update op)}.

    Raises: ValueError for a function with other arguments.
    Source: TF 1.15 docs, tf.estimator.add_metrics.
    """
    unknown = list(set(argument_names(metric_fn)) - _OF_METRIC_FN)
    if unknown:
        raise ValueError(f"metric_fn ({metric_fn}) has following not expected args: {unknown}")

    def new_model_fn(features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
        spec = estimator.model_fn(features, labels, mode, config)
        if mode != ModeKeys.EVAL:
            return spec
        added = metric_fn(**wanted(metric_fn, features=features, labels=labels,
                                   predictions=spec.predictions, config=config))
        return spec._replace(eval_metric_ops={**(spec.eval_metric_ops or {}), **added})

    return Estimator(model_fn=new_model_fn, model_dir=estimator.model_dir, config=estimator.config,
                     warm_start_from=estimator._warm_start_settings)


@tf_export("estimator.classifier_parse_example_spec")
def classifier_parse_example_spec(feature_columns: Any, label_key: str,
                                  label_dtype: Any = dtypes.int64, label_default: Any = None,
                                  weight_column: Any = None) -> dict[str, Any]:
    """How to parse Examples with the columns' features and the label of a classifier.

    Raises: ValueError when label or weights are features, too.
    Source: TF 1.15 docs, tf.estimator.classifier_parse_example_spec.
    """
    label = FixedLenFeature((1,), label_dtype, label_default)
    return _with_label(make_parse_example_spec(feature_columns), label_key, label, weight_column)


@tf_export("estimator.regressor_parse_example_spec")
def regressor_parse_example_spec(feature_columns: Any, label_key: str,
                                 label_dtype: Any = dtypes.float32, label_default: Any = None,
                                 label_dimension: int = 1, weight_column: Any = None
                                 ) -> dict[str, Any]:
    """How to parse Examples with the columns' features and the label of a regressor.

    Raises: ValueError when label or weights are features, too.
    Source: TF 1.15 docs, tf.estimator.regressor_parse_example_spec.
    """
    label = FixedLenFeature((label_dimension,), label_dtype, label_default)
    return _with_label(make_parse_example_spec(feature_columns), label_key, label, weight_column)


def _with_label(spec: dict[str, Any], label_key: str, label: Any, weight_column: Any
                ) -> dict[str, Any]:
    if label_key in spec:
        raise ValueError("label should not be used as feature. label_key: "
                         f"{label_key}, features: {spec.keys()}")
    spec[label_key] = label
    if weight_column is None:
        return spec
    if isinstance(weight_column, str):
        weight_column = numeric_column(weight_column)
    if not isinstance(weight_column, NumericColumn):
        raise ValueError("weight_column should be an instance of tf.feature_column.numeric_column. "
                         f"Given type: {type(weight_column)} value: {weight_column}")
    if weight_column.key in spec:
        raise ValueError("weight_column should not be used as feature. weight_column: "
                         f"{weight_column.key}, features: {spec.keys()}")
    spec.update(weight_column.parse_example_spec)
    return spec
