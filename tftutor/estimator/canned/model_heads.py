"""The heads of the ready-made models: many classes, two classes, numbers."""

from __future__ import annotations

from typing import Any

from tftutor.composite import metrics
from tftutor.composite.lookup_tables import index_table_from_tensor
from tftutor.estimator.canned.head_checks import (
    checked_labels,
    checked_logits,
    in_range,
    to_float,
)
from tftutor.estimator.canned.heads import (
    Head,
    Loss,
    all_class_ids,
    all_classes,
    classification_output,
    mean_of,
    named_classes,
)
from tftutor.estimator.export_outputs import ExportOutput, RegressionOutput
from tftutor.framework import dtypes
from tftutor.framework.api import exported
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.graph_functions import control_dependencies
from tftutor.framework.name_scope import name_scope
from tftutor.ops.arithmetic import maximum
from tftutor.ops.array_fill import zeros_like
from tftutor.ops.array_join import concat
from tftutor.ops.array_reshape import expand_dims
from tftutor.ops.identity import no_op


def classifier_head(n_classes: int, weight_column: Any, label_vocabulary: Any, loss_reduction: str
                    ) -> Head:
    """The head of a classifier. Raises: ValueError, TypeError for arguments that make no sense."""
    kind = BinaryHead if n_classes == 2 else MultiClassHead
    return kind(n_classes, weight_column, label_vocabulary, loss_reduction)


class _ClassifierHead(Head):
    """What both kinds of classifiers share."""

    def __init__(self, n_classes: int, weight_column: Any, label_vocabulary: Any,
                 loss_reduction: str) -> None:
        super().__init__(weight_column, loss_reduction)
        self._n_classes = n_classes
        self._label_vocabulary = label_vocabulary

    def _class_predictions(self, logits: Any, class_logits: Any, probabilities: Any
                           ) -> dict[str, Any]:
        ids = exported("argmax")(class_logits, axis=-1, name="class_ids")
        ids = expand_dims(ids, axis=-1)
        every_id = all_class_ids(logits, self._n_classes)
        every_class = all_classes(logits, self._n_classes, self._label_vocabulary)
        return {"probabilities": probabilities, "class_ids": ids,
                "classes": named_classes(ids, self._label_vocabulary),
                "all_class_ids": every_id, "all_classes": every_class}

    def _outputs(self, predictions: dict[str, Any]) -> dict[str, ExportOutput]:
        output = classification_output(predictions["probabilities"], self._n_classes,
                                       self._label_vocabulary)
        return {"serving_default": output, "classification": output}

    def _looked_up(self, labels: Any) -> Any:
        return index_table_from_tensor(tuple(self._label_vocabulary),
                                       name="class_id_lookup").lookup(labels)


class MultiClassHead(_ClassifierHead):
    """More than two classes: softmax and cross entropy."""

    def __init__(self, n_classes: int, weight_column: Any, label_vocabulary: Any,
                 loss_reduction: str) -> None:
        if label_vocabulary is not None and not isinstance(label_vocabulary, list | tuple):
            raise ValueError("label_vocabulary should be a list or a tuple. Given type: "
                             f"{type(label_vocabulary)}")
        super().__init__(n_classes, weight_column, label_vocabulary, loss_reduction)
        if n_classes is None:
            raise ValueError("n_classes cannot be None")
        if isinstance(n_classes, int) and n_classes <= 2:
            raise ValueError(f"n_classes must be > 2: {n_classes}.")
        check = exported("assert_greater")(convert_to_tensor(n_classes), 2,
                                           message="n_classes must be greater than 2")
        with control_dependencies([check]):
            no_op()
        self.logits_dimension = n_classes

    def _predictions(self, logits: Any) -> dict[str, Any]:
        logits = checked_logits(logits, self._n_classes)
        with name_scope(None, "predictions", (logits,)):
            batch = all_class_ids(logits, self._n_classes)
            every_class = all_classes(logits, self._n_classes, self._label_vocabulary)
            ids = exported("argmax")(logits, axis=-1, name="class_ids")
            ids = expand_dims(ids, axis=-1)
            classes = named_classes(ids, self._label_vocabulary)
            probabilities = exported("nn.softmax")(logits, name="probabilities")
        return {"logits": logits, "probabilities": probabilities, "class_ids": ids,
                "classes": classes, "all_class_ids": batch, "all_classes": every_class}

    def _labels_and_losses(self, logits: Any, labels: Any) -> tuple[Any, Any]:
        labels = checked_labels(labels, logits, 1)
        if self._label_vocabulary is None:
            if not labels.dtype.is_integer:
                raise ValueError("Labels dtype should be integer. Instead got "
                                 f"{labels.dtype}.")
        elif labels.dtype != dtypes.string:
            raise ValueError("Labels dtype should be string if there is a vocabulary. Instead got "
                             f"{labels.dtype}")
        else:
            labels = self._looked_up(labels)
        labels = in_range(labels, self._n_classes)
        losses = exported("losses.sparse_softmax_cross_entropy")(labels=labels, logits=logits,
                                                                 reduction="none")
        return labels, expand_dims(losses, axis=-1)

    def _metrics(self, predictions: dict[str, Any], given_labels: Any, loss: Loss
                 ) -> dict[str, Any]:
        ids = predictions["class_ids"]
        with name_scope(None, "metrics", (loss.labels, ids, loss.weights, loss.unreduced_loss)):
            return {
                "average_loss": metrics.mean(values=loss.unreduced_loss, weights=loss.weights,
                                             name="average_loss"),
                "accuracy": exported("metrics.accuracy")(
                    labels=loss.labels, predictions=ids, weights=loss.weights, name="accuracy")}


class BinaryHead(_ClassifierHead):
    """Two classes: one logit and its sigmoid."""

    logits_dimension = 1

    def __init__(self, n_classes: int, weight_column: Any, label_vocabulary: Any,
                 loss_reduction: str) -> None:
        if label_vocabulary is not None and not isinstance(label_vocabulary, list | tuple):
            raise TypeError("label_vocabulary should be a list or tuple. Given type: "
                            f"{type(label_vocabulary)}")
        super().__init__(n_classes, weight_column, label_vocabulary, loss_reduction)

    def _predictions(self, logits: Any) -> dict[str, Any]:
        with name_scope(None, "predictions", (logits,)):
            logits = checked_logits(logits, 1)
            logistic = exported("sigmoid")(logits, name="logistic")
            two_logits = concat((zeros_like(logits), logits), axis=-1, name="two_class_logits")
            probabilities = exported("nn.softmax")(two_logits, name="probabilities")
            return {"logits": logits, "logistic": logistic,
                    **self._class_predictions(logits, two_logits, probabilities)}

    def _outputs(self, predictions: dict[str, Any]) -> dict[str, ExportOutput]:
        return {**super()._outputs(predictions),
                "regression": RegressionOutput(value=predictions["logistic"])}

    def _labels_and_losses(self, logits: Any, labels: Any) -> tuple[Any, Any]:
        labels = checked_labels(labels, logits, 1)
        if self._label_vocabulary is not None:
            labels = self._looked_up(labels)
        labels = in_range(to_float(labels), 2)
        return labels, exported("nn.sigmoid_cross_entropy_with_logits")(labels=labels,
                                                                        logits=logits)

    def _metrics(self, predictions: dict[str, Any], given_labels: Any, loss: Loss
                 ) -> dict[str, Any]:
        labels, weights, logistic = loss.labels, loss.weights, predictions["logistic"]
        ids = predictions["class_ids"]
        with name_scope(None, "metrics", (labels, predictions["logits"], logistic, ids, weights,
                                          loss.unreduced_loss)):
            labels_mean = mean_of(labels, weights, "label/mean", "labels_mean", "labels")
            found = {"average_loss": metrics.mean(values=loss.unreduced_loss, weights=weights,
                                                  name="average_loss")}
            for name in ("accuracy", "precision", "recall"):
                found[name] = exported(f"metrics.{name}")(labels=labels, predictions=ids,
                                                          weights=weights, name=name)
            found["prediction/mean"] = mean_of(logistic, weights, "prediction/mean",
                                               "predictions_mean", "predictions")
            found["label/mean"] = labels_mean
            found["accuracy_baseline"] = _accuracy_baseline(labels_mean)
            found["auc"] = _auc(labels, logistic, weights, "ROC", "auc")
            found["auc_precision_recall"] = _auc(labels, logistic, weights, "PR",
                                                 "auc_precision_recall")
            return found


def _accuracy_baseline(labels_mean: tuple[Any, Any]) -> tuple[Any, Any]:
    """How often who always says the more frequent class is right."""
    with name_scope(None, "accuracy_baseline", labels_mean):
        value, update_op = labels_mean
        return (maximum(value, 1.0 - value, name="value"),
                maximum(update_op, 1 - update_op, name="update_op"))


def _auc(labels: Any, predictions: Any, weights: Any, curve: str, name: str) -> tuple[Any, Any]:
    from tftutor.composite.weights_broadcast import broadcast_weights

    with name_scope(name, "auc", (predictions, labels, weights)) as scope:
        predictions = to_float(predictions, name="predictions")
        return exported("metrics.auc")(
            labels=labels, predictions=predictions, curve=curve, name=scope,
            weights=broadcast_weights(weights, predictions))


class RegressionHead(Head):
    """Numbers: squared errors."""

    allow_weights_of_each_logit = True

    def __init__(self, label_dimension: int, weight_column: Any, loss_reduction: str) -> None:
        super().__init__(weight_column, loss_reduction)
        if label_dimension < 1:
            raise ValueError(f"Invalid label_dimension {label_dimension}.")
        self.logits_dimension = label_dimension

    def _predictions(self, logits: Any) -> dict[str, Any]:
        return {"predictions": checked_logits(logits, self.logits_dimension)}

    def _logits_of(self, predictions: dict[str, Any]) -> Any:
        return predictions["predictions"]

    def _outputs(self, predictions: dict[str, Any]) -> dict[str, ExportOutput]:
        output = RegressionOutput(value=predictions["predictions"])
        return {"serving_default": output, "regression": output}

    def _labels_and_losses(self, logits: Any, labels: Any) -> tuple[Any, Any]:
        labels = to_float(checked_labels(labels, logits, self.logits_dimension))
        return labels, exported("losses.mean_squared_error")(labels=labels, predictions=logits,
                                                             reduction="none")

    def _metrics(self, predictions: dict[str, Any], given_labels: Any, loss: Loss
                 ) -> dict[str, Any]:
        weights = loss.weights
        return {
            "average_loss": metrics.mean(values=loss.unreduced_loss, weights=weights),
            "prediction/mean": mean_of(predictions["predictions"], weights, "prediction/mean",
                                       "predictions_mean", "predictions"),
            "label/mean": metrics.mean(values=given_labels, weights=weights)}
