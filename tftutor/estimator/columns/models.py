"""`input_layer` and `linear_model`: columns side by side, or weighted and summed."""

from __future__ import annotations

from typing import Any

from tftutor.composite.safe_embedding import safe_embedding_lookup_sparse
from tftutor.composite.sparse_shapes import sparse_reshape
from tftutor.estimator.columns.base import (
    CategoricalColumn,
    DenseColumn,
    FeatureCache,
    FeatureColumn,
    Variables,
    check_batch_sizes,
    dense_columns,
    normalized,
)
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.name_scope import name_scope
from tftutor.ops.array_join import concat
from tftutor.ops.array_reshape import reshape
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.init_ops import Zeros
from tftutor.ops.matmul import matmul
from tftutor.ops.nn_bias import bias_add
from tftutor.ops.variable_scope import get_variable, get_variable_scope, variable_scope


@tf_export("feature_column.input_layer")
def input_layer(features: Any, feature_columns: Any, weight_collections: Any = None,
                trainable: bool = True, cols_to_vars: Any = None,
                cols_to_output_tensors: Any = None) -> Any:
    """The numbers of dense columns side by side, in the order of the columns' names.

    Args:
      features: {name: tensor}.
      weight_collections: further collections for variables.
      cols_to_vars, cols_to_output_tensors: dicts to be filled.

    Shapes: -> float [batch, all numbers].
    Raises: ValueError for columns that aren't dense, or features that are missing.
    Source: TF 1.15 docs, tf.feature_column.input_layer.
    """
    columns = dense_columns(normalized(feature_columns, "_FeatureColumn"), "_DenseColumn")
    variables = _in_collections(_with_defaults(weight_collections), trainable)
    with variable_scope(None, default_name="input_layer", values=features.values()):
        cache, outputs = FeatureCache(features), []
        for column in columns:
            with variable_scope(None, default_name=column.name):
                output = flat(column, column.dense_tensor(cache, variables))
                outputs.append(output)
                if cols_to_vars is not None:
                    cols_to_vars[column] = _variables_of(get_variable_scope().name)
                if cols_to_output_tensors is not None:
                    cols_to_output_tensors[column] = output
        check_batch_sizes(outputs, columns)
        return concat(outputs, 1)


def _with_defaults(collections: Any) -> list[str]:
    found = list(collections or ())
    return found + [key for key in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES)
                    if key not in found]


def _in_collections(collections: list[str], trainable: bool, use_resource: bool | None = None
                    ) -> Variables:
    """Makes variables in the scope of their column."""

    def variables(column: FeatureColumn, name: str, shape: Any, initializer: Any,
                  is_trainable: bool) -> Any:
        return get_variable(name=name, shape=shape, dtype=dtypes.float32, initializer=initializer,
                            trainable=trainable and is_trainable, collections=collections,
                            use_resource=use_resource)

    return variables


def _variables_of(scope: str) -> list[Any]:
    return get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES, scope=scope)


def flat(column: Any, tensor: Any) -> Any:
    """[batch, all numbers of the column]."""
    count = column.variable_shape.num_elements()
    return reshape(tensor, shape=(tf_shape(tensor)[0], count))


def number_of_weights(column: Any) -> int:
    """How many weights a linear model has for each unit of a column."""
    if isinstance(column, CategoricalColumn):
        return column.num_buckets
    return column.variable_shape.num_elements()


def weighted_sum(column: Any, cache: FeatureCache, variables: Variables, combiner: str,
                 weights: Any) -> Any:
    """[batch, units]: the column times its weights [number of weights, units]."""
    if not isinstance(column, CategoricalColumn):
        tensor = flat(column, column.dense_tensor(cache, variables))
        return matmul(tensor, weights, name="weighted_sum")
    ids, id_weights = column.sparse_tensors(cache)
    ids = sparse_reshape(ids, [tf_shape(ids)[0], -1])
    if id_weights is not None:
        id_weights = sparse_reshape(id_weights, [tf_shape(id_weights)[0], -1])
    return safe_embedding_lookup_sparse(weights, ids, sparse_weights=id_weights, combiner=combiner,
                                        name="weighted_sum")


@tf_export("feature_column.linear_model")
def linear_model(features: Any, feature_columns: Any, units: int = 1, sparse_combiner: str = "sum",
                 weight_collections: Any = None, trainable: bool = True, cols_to_vars: Any = None
                 ) -> Any:
    """The weighted sum of all columns, and a bias.

    Args:
      features: {name: tensor}.
      units: how many sums.
      sparse_combiner: of several categories of one example: "mean", "sqrtn" or "sum".
      weight_collections: further collections for variables.
      cols_to_vars: a dict to be filled; "bias" is a key, too.

    Shapes: -> float [batch, units].
    Raises: ValueError for something else than columns, or features that are missing.
    Source: TF 1.15 docs, tf.feature_column.linear_model.
    """
    with variable_scope(None, "linear_model") as scope:
        model_name = scope.name.rpartition("/")[2]
    columns = normalized(feature_columns, "_FeatureColumn")
    collections = _with_defaults(weight_collections)
    by_name: dict[str, Any] = {}
    for column in columns:  # the scopes are opened for the sake of names that nobody has yet
        with variable_scope(None, default_name=column.name) as scope:
            by_name[scope.name.rpartition("/")[2]] = column
    for column in columns:
        if not isinstance(column, DenseColumn | CategoricalColumn):
            raise ValueError("Items of feature_columns must be either a _DenseColumn or "
                             f"_CategoricalColumn. Given: {column}")
    found: dict[Any, Any] = {}
    variables = _in_collections(collections, trainable)
    weight_variables = _in_collections(collections, trainable, use_resource=True)
    with name_scope(model_name), variable_scope(model_name):
        cache, sums, ordered = FeatureCache(features), [], []
        for name in sorted(by_name):
            column = by_name[name]
            ordered.append(column)
            with variable_scope(name) as scope:
                weights = weight_variables(
                    column, "weights", (number_of_weights(column), units), Zeros(), True)
                sums.append(weighted_sum(column, cache, variables, sparse_combiner, weights))
                found[column] = _variables_of(scope.name)
        check_batch_sizes(sums, ordered)
        total = exported("add_n")(sums, name="weighted_sum_no_bias")
        bias = weight_variables(None, "bias_weights", [units], Zeros(), True)
        found["bias"] = list(bias) if type(bias).__name__ == "PartitionedVariable" else [bias]
        result = bias_add(total, bias, name="weighted_sum")
    if cols_to_vars is not None:
        cols_to_vars.update(found)
    return result


@tf_export("feature_column.make_parse_example_spec")
def make_parse_example_spec(feature_columns: Any) -> dict[str, Any]:
    """How to parse Examples with the features of these columns, for `tf.parse_example`.

    Raises: ValueError for something else than columns, or two that differ about a feature.
    Source: TF 1.15 docs, tf.feature_column.make_parse_example_spec.
    """
    result: dict[str, Any] = {}
    for column in feature_columns:
        if not isinstance(column, FeatureColumn):
            raise ValueError("All feature_columns must be _FeatureColumn instances. Given: "
                             f"{column}")
        for key, value in column.parse_example_spec.items():
            if key in result and value != result[key]:
                raise ValueError("feature_columns contain different parse_spec for key "
                                 f"{key}. Given {value} and {result[key]}")
            result[key] = value
    return result
