"""EstimatorSpec: what a model function returns, checked."""

from __future__ import annotations

from typing import Any, NamedTuple

from tftutor.estimator.export_outputs import checked_export_outputs
from tftutor.estimator.mode_keys import ModeKeys
from tftutor.framework import nest
from tftutor.framework.api import tf_export
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.array_reshape import reshape
from tftutor.ops.variables import Variable
from tftutor.train.scaffold import Scaffold
from tftutor.train.session_run_hook import SessionRunHook


class _EstimatorSpec(NamedTuple):
    """Its fields."""

    mode: Any
    predictions: Any
    loss: Any
    train_op: Any
    eval_metric_ops: Any
    export_outputs: Any
    training_chief_hooks: Any
    training_hooks: Any
    scaffold: Any
    evaluation_hooks: Any
    prediction_hooks: Any


@tf_export("estimator.EstimatorSpec")
class EstimatorSpec(_EstimatorSpec):
    """The operations and tensors of a model for one mode.

    Args:
      mode: a tf.estimator.ModeKeys.
      predictions: a tensor or a dict of them; needed to predict.
      loss: a scalar; needed to train and to evaluate.
      train_op: one step of training; needed to train.
      eval_metric_ops: {name: (value, update op)}, as functions of tf.metrics return them.
      export_outputs: {name: ExportOutput}, for predictions that are served.
      training_chief_hooks: SessionRunHooks for the chief only.
      training_hooks, evaluation_hooks, prediction_hooks: SessionRunHooks.
      scaffold: a tf.train.Scaffold.

    Raises: ValueError when the mode needs something that is missing, or something belongs to
    another graph; TypeError for values of other types.
    Source: TF 1.15 docs, tf.estimator.EstimatorSpec.
    """

    __slots__ = ()

    def __new__(cls, mode: str, predictions: Any = None, loss: Any = None, train_op: Any = None,
                eval_metric_ops: Any = None, export_outputs: Any = None,
                training_chief_hooks: Any = None, training_hooks: Any = None,
                scaffold: Any = None, evaluation_hooks: Any = None,
                prediction_hooks: Any = None) -> EstimatorSpec:
        train_op = _checked_train_op(train_op, mode)
        loss = _checked_loss(loss, mode)
        predictions = _checked_predictions(predictions, mode)
        if mode == ModeKeys.PREDICT:
            export_outputs = checked_export_outputs(export_outputs, predictions)
        training_hooks, evaluation_hooks, prediction_hooks, training_chief_hooks = map(
            _checked_hooks,
            (training_hooks, evaluation_hooks, prediction_hooks, training_chief_hooks))
        return super().__new__(
            cls, mode=mode, predictions=predictions, loss=loss, train_op=train_op,
            eval_metric_ops=_checked_metrics(eval_metric_ops), export_outputs=export_outputs,
            training_chief_hooks=training_chief_hooks, training_hooks=training_hooks,
            scaffold=_checked_scaffold(scaffold), evaluation_hooks=evaluation_hooks,
            prediction_hooks=prediction_hooks)

    def _replace(self, **kwds: Any) -> EstimatorSpec:
        """A spec with other fields. Raises: ValueError for another mode."""
        if kwds.get("mode", self.mode) != self.mode:
            raise ValueError("mode of EstimatorSpec cannot be changed.")
        return EstimatorSpec(*[kwds.pop(field, getattr(self, field)) for field in self._fields])


def _check_graph(what: str, name: str, graph: Any) -> None:
    if graph is not get_default_graph():
        raise ValueError(
            f'{what} with "{name}" must be from the default graph. Possible causes of this error '
            f"include: \n\n1) {what} was created outside the context of the default graph.\n\n2) "
            "The object passed through to EstimatorSpec was not created in the most recent call to "
            '"model_fn".')


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor | Variable)


def _checked_tensor(value: Any, what: str) -> Any:
    if not _is_tensor(value):
        raise TypeError(f"{what} must be Tensor, given: {value}")
    return value


def _checked_train_op(train_op: Any, mode: str) -> Any:
    if train_op is None:
        if mode == ModeKeys.TRAIN:
            raise ValueError("Missing train_op.")
        return None
    if not (isinstance(train_op, Operation) or _is_tensor(train_op)):
        raise TypeError(f"train_op must be Operation or Tensor, given: {train_op}")
    if isinstance(train_op, Variable):
        train_op = train_op.op
    _check_graph("train_op", train_op.name, train_op.graph)
    return train_op


def _checked_loss(loss: Any, mode: str) -> Any:
    if loss is None:
        if mode in (ModeKeys.TRAIN, ModeKeys.EVAL):
            raise ValueError("Missing loss.")
        return None
    shape = _checked_tensor(loss, "loss").get_shape()
    if shape.num_elements() not in (None, 1):
        raise ValueError(f"Loss must be scalar, given: {loss}")
    if not shape.is_compatible_with(TensorShape([])):
        loss = reshape(loss, [])
    _check_graph("loss", loss.name, loss.graph)
    return loss


def _checked_predictions(predictions: Any, mode: str) -> Any:
    if predictions is None:
        if mode == ModeKeys.PREDICT:
            raise ValueError("Missing predictions.")
        return {}
    if not isinstance(predictions, dict):
        _checked_tensor(predictions, "predictions")
        _check_graph("prediction values", predictions.name, predictions.graph)
        return predictions
    found = {key: _checked_tensor(value, f"predictions[{key}]")
             for key, value in predictions.items()}
    for key, value in found.items():
        _check_graph("prediction values", f"{key}: {value.name}", value.graph)
    return found


def _checked_hooks(hooks: Any) -> tuple[SessionRunHook, ...]:
    found = tuple(hooks or ())
    for hook in found:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"All hooks must be SessionRunHook instances, given: {hook}")
    return found


def _checked_metrics(metrics: Any) -> dict[str, Any]:
    if metrics is None:
        return {}
    if not isinstance(metrics, dict):
        raise TypeError(f"eval_metric_ops must be a dict, given: {metrics}")
    for key, value in metrics.items():
        if not isinstance(value, tuple) or len(value) != 2:
            raise TypeError("Values of eval_metric_ops must be (metric_value, update_op) tuples, "
                            f"given: {value} for key: {key}")
    for key, value in metrics.items():
        for item in nest.flatten(value):
            _check_graph("eval_metric_ops", f"{key}: {item.name}", item.graph)
    return metrics


def _checked_scaffold(scaffold: Any) -> Scaffold:
    scaffold = scaffold or Scaffold()
    if not isinstance(scaffold, Scaffold):
        raise TypeError(f"scaffold must be tf.train.Scaffold. Given: {scaffold}")
    return scaffold
