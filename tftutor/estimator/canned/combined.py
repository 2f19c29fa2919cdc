"""DNNLinearCombinedClassifier and DNNLinearCombinedRegressor: wide and deep, trained together."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tftutor.composite.losses_reduction import Reduction
from tftutor.estimator.canned.dnn import Network, summarize
from tftutor.estimator.canned.heads import Head
from tftutor.estimator.canned.linear import check_features, linear_logits
from tftutor.estimator.canned.model_heads import RegressionHead, classifier_head
from tftutor.estimator.canned.optimizers import optimizer_of
from tftutor.estimator.custom import Estimator
from tftutor.estimator.estimator_spec import EstimatorSpec
from tftutor.framework.api import exported
from tftutor.framework.collections import GraphKeys
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.graph_functions import control_dependencies
from tftutor.ops.nn_activation import relu
from tftutor.ops.partitioners import min_max_variable_partitioner
from tftutor.ops.state import assign_add
from tftutor.ops.variable_scope import variable_scope
from tftutor.train.global_step_variable import get_global_step
from tftutor.train.sync_replicas import SyncReplicasOptimizer

_DEEP_RATE = 0.001
_WIDE_RATE = 0.005
_SMALLEST_PART = 64 << 20  # bytes


class DNNLinearCombinedClassifier(Estimator):
    """A classifier by the sum of a linear model and of dense layers.

    Args:
      model_dir, config, warm_start_from: as for tf.estimator.Estimator.
      linear_feature_columns, linear_optimizer, linear_sparse_combiner: as for
        tf.estimator.LinearClassifier.
      dnn_feature_columns, dnn_optimizer, dnn_hidden_units, dnn_activation_fn, dnn_dropout,
      input_layer_partitioner, batch_norm: as for tf.estimator.DNNClassifier.
      n_classes, weight_column, label_vocabulary, loss_reduction: as for both.

    Raises: ValueError without columns.
    Source: TF 1.15 docs, tf.estimator.DNNLinearCombinedClassifier.
    """

    def __init__(self, model_dir: Any = None, linear_feature_columns: Any = None,
                 linear_optimizer: Any = "Ftrl", dnn_feature_columns: Any = None,
                 dnn_optimizer: Any = "Adagrad", dnn_hidden_units: Any = None,
                 dnn_activation_fn: Callable[..., Any] = relu, dnn_dropout: float | None = None,
                 n_classes: int = 2, weight_column: Any = None, label_vocabulary: Any = None,
                 input_layer_partitioner: Any = None, config: Any = None,
                 warm_start_from: Any = None, loss_reduction: str = Reduction.SUM,
                 batch_norm: bool = False, linear_sparse_combiner: str = "sum") -> None:
        _check_columns(linear_feature_columns, dnn_feature_columns)
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        network = Network(head, dnn_hidden_units, dnn_feature_columns, dnn_optimizer,
                          dnn_activation_fn, dnn_dropout, input_layer_partitioner, batch_norm)
        super().__init__(
            model_fn=_model_function(head, linear_feature_columns, linear_optimizer,
                                     linear_sparse_combiner, network),
            model_dir=model_dir, config=config, warm_start_from=warm_start_from)


class DNNLinearCombinedRegressor(Estimator):
    """Numbers by the sum of a linear model and of dense layers.

    Args:
      label_dimension: numbers for each example.
      The others: as for tf.estimator.DNNLinearCombinedClassifier.

    Raises: ValueError without columns.
    Source: TF 1.15 docs, tf.estimator.DNNLinearCombinedRegressor.
    """

    def __init__(self, model_dir: Any = None, linear_feature_columns: Any = None,
                 linear_optimizer: Any = "Ftrl", dnn_feature_columns: Any = None,
                 dnn_optimizer: Any = "Adagrad", dnn_hidden_units: Any = None,
                 dnn_activation_fn: Callable[..., Any] = relu, dnn_dropout: float | None = None,
                 label_dimension: int = 1, weight_column: Any = None,
                 input_layer_partitioner: Any = None, config: Any = None,
                 warm_start_from: Any = None, loss_reduction: str = Reduction.SUM,
                 batch_norm: bool = False, linear_sparse_combiner: str = "sum") -> None:
        _check_columns(linear_feature_columns, dnn_feature_columns)
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        network = Network(head, dnn_hidden_units, dnn_feature_columns, dnn_optimizer,
                          dnn_activation_fn, dnn_dropout, input_layer_partitioner, batch_norm)
        super().__init__(
            model_fn=_model_function(head, linear_feature_columns, linear_optimizer,
                                     linear_sparse_combiner, network),
            model_dir=model_dir, config=config, warm_start_from=warm_start_from)


def _check_columns(linear_columns: Any, dnn_columns: Any) -> None:
    if not linear_columns and not dnn_columns:
        raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")


def _optimizer(given: Any, learning_rate: float) -> Any:
    optimizer = optimizer_of(given, learning_rate)
    if isinstance(optimizer, SyncReplicasOptimizer):
        raise ValueError("SyncReplicasOptimizer does not support multi optimizers case. Therefore, "
                         "it is not supported in DNNLinearCombined model. If you want to use this "
                         "optimizer, please use either DNN or Linear model.")
    return optimizer


def _model_function(head: Head, linear_columns: Any, linear_optimizer: Any, sparse_combiner: str,
                    network: Network) -> Callable[..., EstimatorSpec]:
    """The model function of both parts; each has an optimizer of its own."""

    def _model_fn(features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
        check_features(features)
        of_inputs = network.input_layer_partitioner or min_max_variable_partitioner(
            max_partitions=config.num_ps_replicas, min_slice_size=_SMALLEST_PART)
        parts = []
        if network.columns:
            parts.append(_deep(network, features, mode, config, of_inputs))
        if linear_columns:
            rate = min(_WIDE_RATE, 1.0 / math.sqrt(len(linear_columns)))
            optimizer = _optimizer(linear_optimizer, rate)
            with variable_scope("linear", values=tuple(features.values()),
                                partitioner=of_inputs) as scope:
                wide = linear_logits(head.logits_dimension, linear_columns, sparse_combiner,
                                     features)
                summarize(wide, scope.name)
                parts.append((wide, optimizer, scope.name))
        logits = parts[0][0] + parts[1][0] if len(parts) == 2 else parts[0][0]
        return head.create_estimator_spec(features, mode, logits, labels,
                                          lambda loss: _train(loss, parts))

    return _model_fn


def _deep(network: Network, features: Any, mode: str, config: Any, of_inputs: Any
          ) -> tuple[Any, Any, str]:
    """(logits, optimizer, scope) of the dense layers."""
    optimizer = _optimizer(network.optimizer, _DEEP_RATE)
    if not network.hidden_units:
        raise ValueError("dnn_hidden_units must be defined when dnn_feature_columns is specified.")
    partitioner = min_max_variable_partitioner(max_partitions=config.num_ps_replicas)
    with variable_scope("dnn", values=tuple(features.values()), partitioner=partitioner) as scope:
        return network.logits(features, mode, of_inputs), optimizer, scope.name


def _train(loss: Any, parts: list[tuple[Any, Any, str]]) -> Any:
    """One step of all parts, which counts as one."""
    step, graph = get_global_step(), get_default_graph()
    together = exported("group")(*[
        optimizer.minimize(loss, var_list=graph.get_collection(GraphKeys.TRAINABLE_VARIABLES,
                                                               scope=scope))
        for _, optimizer, scope in parts])
    with control_dependencies([together]):
        return assign_add(step, 1).op
