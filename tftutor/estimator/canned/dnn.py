"""DNNClassifier and DNNRegressor: dense layers on columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.composite.losses_reduction import Reduction
from tftutor.estimator.canned.column_layers import dense_features
from tftutor.estimator.canned.heads import Head
from tftutor.estimator.canned.linear import check_features
from tftutor.estimator.canned.model_heads import RegressionHead, classifier_head
from tftutor.estimator.canned.optimizers import optimizer_of, training_with
from tftutor.estimator.custom import Estimator
from tftutor.estimator.estimator_spec import EstimatorSpec
from tftutor.estimator.mode_keys import ModeKeys
from tftutor.framework.api import exported
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.name_scope import name_scope
from tftutor.layers.core import Dense, Dropout
from tftutor.layers.normalization import BatchNormalization
from tftutor.ops.init_ops import GlorotUniform
from tftutor.ops.nn_activation import relu
from tftutor.ops.partitioners import min_max_variable_partitioner
from tftutor.ops.variable_scope import variable_scope
from tftutor.summary.api import histogram, scalar

_LEARNING_RATE = 0.05
_SMALLEST_PART = 64 << 20  # bytes


class DNNClassifier(Estimator):
    """A classifier of dense layers. Source: TF 1.15 docs, tf.estimator.DNNClassifier.

    Args:
      hidden_units: the numbers of units of the hidden layers.
      feature_columns: dense tf.feature_columns.
      model_dir, config, warm_start_from: as for tf.estimator.Estimator.
      n_classes, weight_column, label_vocabulary, loss_reduction: as for
        tf.estimator.LinearClassifier.
      optimizer: "Adagrad", "Adam", "Ftrl", "RMSProp", "SGD", an optimizer, or a function that
        makes one.
      activation_fn: of the hidden layers.
      dropout: the part of a hidden layer's outputs that is dropped, or None.
      input_layer_partitioner: splits embeddings; by default big ones, over the parameter servers.
      batch_norm: normalise the outputs of hidden layers.
    """

    def __init__(self, hidden_units: Any, feature_columns: Any, model_dir: Any = None,
                 n_classes: int = 2, weight_column: Any = None, label_vocabulary: Any = None,
                 optimizer: Any = "Adagrad", activation_fn: Callable[..., Any] = relu,
                 dropout: float | None = None, input_layer_partitioner: Any = None,
                 config: Any = None, warm_start_from: Any = None,
                 loss_reduction: str = Reduction.SUM, batch_norm: bool = False) -> None:
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        network = Network(head, hidden_units, feature_columns, optimizer, activation_fn, dropout,
                           input_layer_partitioner, batch_norm)
        super().__init__(model_fn=network.model_fn(), model_dir=model_dir, config=config,
                         warm_start_from=warm_start_from)


class DNNRegressor(Estimator):
    """Numbers from dense layers. Source: TF 1.15 docs, tf.estimator.DNNRegressor.

    Args:
      label_dimension: numbers for each example.
      The others: as for tf.estimator.DNNClassifier.
    """

    def __init__(self, hidden_units: Any, feature_columns: Any, model_dir: Any = None,
                 label_dimension: int = 1, weight_column: Any = None, optimizer: Any = "Adagrad",
                 activation_fn: Callable[..., Any] = relu, dropout: float | None = None,
                 input_layer_partitioner: Any = None, config: Any = None,
                 warm_start_from: Any = None, loss_reduction: str = Reduction.SUM,
                 batch_norm: bool = False) -> None:
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        network = Network(head, hidden_units, feature_columns, optimizer, activation_fn, dropout,
                           input_layer_partitioner, batch_norm)
        super().__init__(model_fn=network.model_fn(), model_dir=model_dir, config=config,
                         warm_start_from=warm_start_from)


class Network:
    """What the estimators of dense layers are told about their model."""

    def __init__(self, head: Head, hidden_units: Any, feature_columns: Any, optimizer: Any,
                 activation_fn: Callable[..., Any], dropout: float | None,
                 input_layer_partitioner: Any, batch_norm: bool) -> None:
        self._head = head
        self.hidden_units = hidden_units
        self.columns = tuple(feature_columns or ())
        self.optimizer = optimizer
        self._activation_fn = activation_fn
        self._dropout = dropout
        self.input_layer_partitioner = input_layer_partitioner
        self._batch_norm = batch_norm

    def model_fn(self) -> Callable[..., EstimatorSpec]:
        """The model function."""

        def _model_fn(features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
            optimizer = optimizer_of(self.optimizer, _LEARNING_RATE)
            check_features(features)
            count = config.num_ps_replicas
            partitioner = min_max_variable_partitioner(max_partitions=count)
            with variable_scope("dnn", values=tuple(features.values()), partitioner=partitioner):
                of_inputs = self.input_layer_partitioner or min_max_variable_partitioner(
                    max_partitions=count, min_slice_size=_SMALLEST_PART)
                logits = self.logits(features, mode, of_inputs)
                return self._head.create_estimator_spec(features, mode, logits, labels,
                                                        training_with(optimizer))

        return _model_fn

    def logits(self, features: Any, mode: str, input_partitioner: Any) -> Any:
        """The output of the last layer, in a variable scope that the caller has opened."""
        is_training = mode == ModeKeys.TRAIN
        layers = [self._hidden_layer(i, units) for i, units in enumerate(self.hidden_units)]
        with variable_scope("logits", use_resource=True) as scope:
            last = Dense(units=self._head.logits_dimension, activation=None,
                         kernel_initializer=GlorotUniform(), name=scope, _scope=scope)
            last_name = scope.name
        outer = get_default_graph().get_name_scope()
        with name_scope("dnn"):
            pass  # nobody else shall have the name of the model's call
        with name_scope(f"{outer}/"):
            with variable_scope("input_from_feature_columns", partitioner=input_partitioner):
                net = dense_features(features, self.columns, "input_layer")
            for dense, dropout, batch_norm, name in layers:
                net = dense(net)
                if dropout is not None and is_training:
                    net = dropout(net, training=True)
                if batch_norm is not None:
                    net = batch_norm(net, training=is_training)
                summarize(net, name)
            logits = last(net)
            summarize(logits, last_name)
        return logits

    def _hidden_layer(self, number: int, units: int) -> tuple[Any, Any, Any, str]:
        """(dense layer, dropout or None, normalisation or None, name)."""
        dropout = batch_norm = None
        with variable_scope(f"hiddenlayer_{number}", use_resource=True) as scope:
            dense = Dense(units=units, activation=self._activation_fn,
                          kernel_initializer=GlorotUniform(), name=scope, _scope=scope)
            if self._dropout is not None:
                dropout = Dropout(rate=self._dropout)
            if self._batch_norm:
                batch_norm = BatchNormalization(
                    momentum=0.999, trainable=True, name=f"batchnorm_{number}",
                    _scope=f"batchnorm_{number}")
        return dense, dropout, batch_norm, scope.name


def summarize(value: Any, tag: str) -> None:
    """Record how many outputs of a layer are zero, and which there are."""
    scalar(f"{tag}/fraction_of_zero_values", exported("nn.zero_fraction")(value))
    histogram(f"{tag}/activation", value)
