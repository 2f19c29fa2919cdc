"""Columns in a ready-made model: side by side, or weighted and summed.

As `tf.feature_column.input_layer` and `linear_model`, but all variables are made first, and all are
resources.
"""

from __future__ import annotations

from typing import Any

from tftutor.estimator.columns.base import (
    CategoricalColumn,
    DenseColumn,
    FeatureCache,
    Variables,
    check_batch_sizes,
    dense_columns,
    normalized,
)
from tftutor.estimator.columns.models import flat, number_of_weights, weighted_sum
from tftutor.framework import dtypes
from tftutor.framework.api import exported
from tftutor.framework.name_scope import name_scope
from tftutor.ops.array_join import concat
from tftutor.ops.init_ops import Zeros
from tftutor.ops.nn_bias import bias_add
from tftutor.ops.variable_scope import get_variable


def _variables(layer: str, made: dict[Any, Any]) -> Variables:
    """Makes each variable once, under the names of the layer and the column."""

    def variables(column: Any, name: str, shape: Any, initializer: Any, trainable: bool) -> Any:
        key = (column, name)
        if key not in made:
            path = f"{layer}/{name}" if column is None else f"{layer}/{column.name}/{name}"
            made[key] = get_variable(path, shape=shape, dtype=dtypes.float32,
                                     initializer=initializer, trainable=trainable,
                                     use_resource=True)
        return made[key]

    return variables


def dense_features(features: Any, feature_columns: Any, name: str) -> Any:
    """The numbers of dense columns side by side.

    Raises: ValueError for other columns, or features that are no dict.
    """
    columns = dense_columns(normalized(feature_columns), DenseColumn)
    variables = _variables(name, {})
    with name_scope(name):
        for column in columns:
            column.create_state(variables)
        cache, outputs = FeatureCache(features), []
        for column in columns:
            with name_scope(column.name):
                outputs.append(flat(column, column.dense_tensor(cache, variables)))
        check_batch_sizes(outputs, columns)
        return concat(outputs, -1)


def linear_sum(features: Any, feature_columns: Any, units: int, sparse_combiner: str, name: str
               ) -> tuple[Any, Any, list[Any]]:
    """(logits, bias, the other variables) of the weighted sum of all columns.

    Raises: ValueError for something else than columns.
    """
    columns = normalized(feature_columns)
    for column in columns:
        if not isinstance(column, DenseColumn | CategoricalColumn):
            raise ValueError("Items of feature_columns must be either a DenseColumn or "
                             f"CategoricalColumn. Given: {column}")
    made: dict[Any, Any] = {}
    variables = _variables(name, made)
    with name_scope(name), name_scope(name):
        for column in columns:
            column.create_state(variables)
            variables(column, "weights", (number_of_weights(column), units), Zeros(), True)
        others = list(made.values())
        bias = variables(None, "bias_weights", [units], Zeros(), True)
        with name_scope(name):
            cache, sums = FeatureCache(features), []
            for column in columns:
                with name_scope(column.name):
                    weights = made[column, "weights"]
                    sums.append(weighted_sum(column, cache, variables, sparse_combiner, weights))
            check_batch_sizes(sums, columns)
            total = exported("add_n")(sums, name="weighted_sum_no_bias")
            return bias_add(total, bias, name="weighted_sum"), bias, others
