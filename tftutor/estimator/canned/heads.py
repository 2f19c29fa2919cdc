"""What a head makes of logits: predictions, the loss, metrics and the step of training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tftutor.composite import metrics
from tftutor.composite.lookup_tables import index_to_string_table_from_tensor
from tftutor.composite.weights_broadcast import broadcast_weights
from tftutor.estimator.canned.head_checks import checked_weights, to_float
from tftutor.estimator.estimator_spec import EstimatorSpec
from tftutor.estimator.export_outputs import ClassificationOutput, ExportOutput, PredictOutput
from tftutor.estimator.mode_keys import ModeKeys
from tftutor.framework.api import exported
from tftutor.framework.collections import GraphKeys
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.name_scope import name_scope
from tftutor.ops.array_fill import ones_like
from tftutor.ops.array_join import tile
from tftutor.ops.array_reshape import expand_dims
from tftutor.ops.array_shape import shape
from tftutor.ops.reduction import reduce_sum
from tftutor.ops.sequence import range as tf_range
from tftutor.summary.api import scalar


class Loss(NamedTuple):
    """The loss that is minimised, that of each example, the examples' weights, and the labels."""

    training_loss: Any
    unreduced_loss: Any
    weights: Any
    labels: Any


class Head:
    """Base class of the heads.

    A subclass says what its predictions, outputs, losses and metrics are; see `model_heads.py`.
    """

    logits_dimension: int
    allow_weights_of_each_logit = False

    def __init__(self, weight_column: Any, loss_reduction: str) -> None:
        reduction = exported("losses.Reduction")
        if loss_reduction not in reduction.all() or loss_reduction == reduction.NONE:
            raise ValueError(f"Invalid loss_reduction: {loss_reduction}")
        self._weight_column = weight_column
        self._loss_reduction = loss_reduction
        self._is_sum = loss_reduction == reduction.SUM

    # -- what a subclass has -----------------------------------------------------------------

    def _predictions(self, logits: Any) -> dict[str, Any]:
        """{name: tensor}, the checked logits among them."""
        raise NotImplementedError

    def _outputs(self, predictions: dict[str, Any]) -> dict[str, ExportOutput]:
        """What a served model would give out."""
        raise NotImplementedError

    def _labels_and_losses(self, logits: Any, labels: Any) -> tuple[Any, Any]:
        """(checked labels, the loss of each example)."""
        raise NotImplementedError

    def _metrics(self, predictions: dict[str, Any], given_labels: Any, loss: Loss
                 ) -> dict[str, Any]:
        """{name: (value, update op)}."""
        raise NotImplementedError

    # -- the model --------------------------------------------------------------------------

    def create_estimator_spec(self, features: dict[str, Any], mode: str, logits: Any, labels: Any,
                              train: Callable[[Any], Any]) -> EstimatorSpec:
        """The EstimatorSpec of a model with these logits; `train(loss)` makes a step of training.
        """
        with name_scope(None, "head"):
            predictions = self._predictions(logits)
            if mode == ModeKeys.PREDICT:
                outputs = {**self._outputs(predictions), "predict": PredictOutput(predictions)}
                return EstimatorSpec(mode, predictions=predictions, export_outputs=outputs)
            loss = self._loss(features, predictions, labels)
            if mode == ModeKeys.TRAIN:
                train_op, mean_loss = self._training(loss, train)
        if mode == ModeKeys.EVAL:
            return EstimatorSpec(mode, predictions=predictions, loss=loss.training_loss,
                                 eval_metric_ops=self._metrics(predictions, labels, loss))
        with name_scope(""):
            scalar("loss", loss.training_loss)
            if mean_loss is not None:
                scalar("average_loss", mean_loss)
        return EstimatorSpec(mode, predictions=predictions, loss=loss.training_loss,
                             train_op=train_op)

    def _training(self, loss: Loss, train: Callable[[Any], Any]) -> tuple[Any, Any]:
        """(the step of training, the mean loss where the loss is a sum)."""
        train_op = _with_updates(train(loss.training_loss))
        if not self._is_sum:
            return train_op, None
        total = reduce_sum(loss.weights * ones_like(loss.unreduced_loss))
        return train_op, loss.training_loss / total

    def _loss(self, features: dict[str, Any], predictions: dict[str, Any], labels: Any) -> Loss:
        logits = self._logits_of(predictions)
        labels, unreduced = self._labels_and_losses(logits, labels)
        weights = checked_weights(features, self._weight_column, logits,
                                  self.allow_weights_of_each_logit)
        training_loss = exported("losses.compute_weighted_loss")(
            unreduced, weights=weights, reduction=self._loss_reduction)
        return Loss(training_loss, unreduced, weights, labels)

    def _logits_of(self, predictions: dict[str, Any]) -> Any:
        return predictions["logits"]


def _with_updates(train_op: Any) -> Any:
    """Together with the updates that layers need, such as those of batch normalisation."""
    updates = get_default_graph().get_collection(GraphKeys.UPDATE_OPS)
    return exported("group")(train_op, *updates) if updates else train_op


def all_class_ids(logits: Any, n_classes: int) -> Any:
    """[batch, classes]: 0, 1, 2 ... for each example."""
    batch_size = shape(logits)[0]
    ids = tf_range(n_classes)
    return tile(input=expand_dims(input=ids, axis=0), multiples=[batch_size, 1])


def all_classes(logits: Any, n_classes: int, label_vocabulary: Any) -> Any:
    """[batch, classes]: the names of all classes for each example."""
    batch_size = shape(logits)[0]
    names = label_vocabulary or exported("as_string")(tf_range(n_classes))
    return tile(input=expand_dims(input=names, axis=0), multiples=[batch_size, 1])


def classification_output(scores: Any, n_classes: int, label_vocabulary: Any
                          ) -> ClassificationOutput:
    """The scores and the names of all classes."""
    return ClassificationOutput(scores=scores,
                                classes=all_classes(scores, n_classes, label_vocabulary))


def named_classes(class_ids: Any, label_vocabulary: Any) -> Any:
    """The names of classes: words of the vocabulary, or their numbers as text."""
    if not label_vocabulary:
        return exported("as_string")(class_ids, name="str_classes")
    table = index_to_string_table_from_tensor(label_vocabulary, name="class_string_lookup")
    return table.lookup(class_ids)


def mean_of(values: Any, weights: Any, name: str, default_name: str, cast_name: str) -> Any:
    """The weighted mean over all examples, as a metric."""
    with name_scope(name, default_name, (values, weights)) as scope:
        values = to_float(values, name=cast_name)
        return metrics.mean(values, weights=broadcast_weights(weights, values), name=scope)
