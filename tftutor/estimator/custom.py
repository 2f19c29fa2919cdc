"""Estimator: a model function with its checkpoints - trained, evaluated and asked."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from typing import Any

from tftutor.errors import UnsupportedError
from tftutor.estimator import training_run
from tftutor.estimator.arguments import check_model_fn, wanted
from tftutor.estimator.cluster_settings import TaskType
from tftutor.estimator.complete_config import complete_config, device_setter
from tftutor.estimator.estimator_spec import EstimatorSpec
from tftutor.estimator.evaluation_run import StopAfterNEvalsHook, evaluate_once, with_local_init
from tftutor.estimator.input_results import (
    checked_hooks,
    checked_listeners,
    features_and_labels,
    features_to_predict,
)
from tftutor.estimator.mode_keys import ModeKeys
from tftutor.estimator.predictions import chosen, single_examples
from tftutor.estimator.result_summaries import write_checkpoint_path, write_results
from tftutor.estimator.run_config import RunConfig
from tftutor.estimator.warm_start_settings import warm_start, warm_start_settings
from tftutor.framework.api import exported, tf_export
from tftutor.framework.default_graph import graph_as_default
from tftutor.framework.graph import Graph
from tftutor.framework.graph_functions import device, set_random_seed
from tftutor.platform import tf_logging
from tftutor.train.checkpoint_management import (
    latest_checkpoint,
    list_variables,
    load_variable,
    new_checkpoint_reader,
)
from tftutor.train.global_step_variable import create_global_step, get_global_step
from tftutor.train.monitored_session import MonitoredSession
from tftutor.train.session_creators import ChiefSessionCreator
from tftutor.train.step_hooks import StopAtStepHook

_NO_SAVED_MODEL = "tf.train.Saver keeps a model in checkpoints, and predict asks it"


@tf_export("estimator.Estimator")
class Estimator:
    """A model function with its checkpoints. Source: TF 1.15 docs, tf.estimator.Estimator.

    Each call makes a graph of its own: it calls the input function and the model function, restores
    the latest checkpoint of the model's folder, and runs.

    Example:
        def model_fn(features, labels, mode):
            logits = tf.layers.dense(features["x"], 10)
            predictions = {"class": tf.argmax(logits, axis=1)}
            if mode == tf.estimator.ModeKeys.PREDICT:
                return tf.estimator.EstimatorSpec(mode, predictions=predictions)
            loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
            train_op = tf.train.GradientDescentOptimizer(0.1).minimize(
                loss, global_step=tf.train.get_global_step())
            return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

        model = tf.estimator.Estimator(model_fn, model_dir="logs")
        model.train(input_fn, steps=100)

    Args:
      model_fn: a function of `features`, and of `labels`, `mode`, `params` and `config` where it
        has such arguments, that returns a tf.estimator.EstimatorSpec.
      model_dir: where checkpoints and events go; by default that of `config`, or a new folder.
      config: a tf.estimator.RunConfig.
      params: what the functions get as their argument `params`.
      warm_start_from: a checkpoint or a tf.estimator.WarmStartSettings.

    Raises: ValueError for functions with other arguments, for a model_dir that isn't the config's,
    and for a subclass that overrides methods.
    """

    def __init__(self, model_fn: Callable[..., Any], model_dir: Any = None, config: Any = None,
                 params: Any = None, warm_start_from: Any = None) -> None:
        _check_overrides(self)
        self._config = complete_config(config, model_dir)
        self._model_dir: str = self._config.model_dir
        self._session_config = self._config.session_config
        tf_logging.info("Using config: %s", str(vars(self._config)))
        self._device_fn = self._config.device_fn or device_setter(self._config)
        if model_fn is None:
            raise ValueError("model_fn must be provided to Estimator.")
        check_model_fn(model_fn, params)
        self._model_fn = model_fn
        self._params = copy.deepcopy(params or {})
        self._warm_start_settings = warm_start_settings(warm_start_from)

    @property
    def model_dir(self) -> str:
        """Where checkpoints and events go."""
        return self._model_dir

    @property
    def config(self) -> RunConfig:
        """A copy of the RunConfig."""
        return copy.deepcopy(self._config)

    @property
    def params(self) -> Any:
        """A copy of the parameters."""
        return copy.deepcopy(self._params)

    @property
    def model_fn(self) -> Callable[..., EstimatorSpec]:
        """The model function, of `features, labels, mode, config`."""

        def public_model_fn(features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
            return self._call_model_fn(features, labels, mode, config)

        return public_model_fn

    # -- checkpoints ------------------------------------------------------------------------

    def get_variable_value(self, name: str) -> Any:
        """The value of a variable in the latest checkpoint.

        Raises: ValueError when there is none. Source: TF 1.15 docs, tf.estimator.Estimator.
        """
        self._check_trained()
        return load_variable(self._model_dir, name)

    def get_variable_names(self) -> list[str]:
        """The names of all variables in the latest checkpoint. Raises: ValueError without one."""
        self._check_trained()
        return [name for name, _ in list_variables(self._model_dir)]

    def latest_checkpoint(self) -> str | None:
        """The path of the latest checkpoint, None when there is none yet."""
        return latest_checkpoint(self._model_dir)

    def _check_trained(self) -> None:
        if not self.latest_checkpoint():
            raise ValueError(f"Could not find trained model in model_dir: {self._model_dir}.")

    # -- training ---------------------------------------------------------------------------

    def train(self, input_fn: Callable[..., Any], hooks: Any = None, steps: int | None = None,
              max_steps: int | None = None, saving_listeners: Any = None) -> Estimator:
        """Train until the data end, or for `steps` more steps, or up to step `max_steps`.

        Args:
          input_fn: returns a tf.data.Dataset of (features, labels), or such a pair of tensors.
          hooks: SessionRunHooks.
          saving_listeners: CheckpointSaverListeners.

        Returns: the Estimator itself.
        Raises: ValueError for both or no positive numbers of steps; TypeError for other hooks.
        Source: TF 1.15 docs, tf.estimator.Estimator.train.
        """
        if self.config.task_type in (TaskType.EVALUATOR, TaskType.PS):
            raise ValueError(
                "Train has been called wrong configuration. Please use "
                "tf.estimator.train_and_evaluate which calls proper API according to given "
                f"configuration. Current configuration: {self.config}.")
        if steps is not None and max_steps is not None:
            raise ValueError("Can not provide both steps and max_steps.")
        for name, number in (("steps", steps), ("max_steps", max_steps)):
            if number is not None and number <= 0:
                raise ValueError(f"Must specify {name} > 0, given: {number}")
        if max_steps is not None and max_steps <= saved_global_step(self._model_dir):
            tf_logging.info("Skipping training since max_steps has already saved.")
            return self
        hooks = checked_hooks(hooks)
        if steps is not None or max_steps is not None:
            hooks.append(StopAtStepHook(steps, max_steps))
        loss = self._train_model(input_fn, hooks, checked_listeners(saving_listeners))
        tf_logging.info("Loss for final step: %s.", loss)
        return self

    def _train_model(self, input_fn: Callable[..., Any], hooks: list[Any], listeners: list[Any]
                     ) -> Any:
        graph = Graph()
        with graph_as_default(graph), graph.device(self._device_fn):
            set_random_seed(self._config.tf_random_seed)
            self._create_global_step(graph)
            training_run.record_global_step_read(graph)
            features, labels, input_hooks = features_and_labels(
                self._call_input_fn(input_fn, ModeKeys.TRAIN))
            spec = self._call_model_fn(features, labels, ModeKeys.TRAIN, self.config)
            if self._warm_start_settings:
                warm_start(self._warm_start_settings)
            return training_run.run(spec, self._config, self._session_config, input_hooks, hooks,
                                    listeners)

    # -- evaluation -------------------------------------------------------------------------

    def eval_dir(self, name: str | None = None) -> str:
        """The folder of the events of evaluations of that name."""
        return os.path.join(self._model_dir, f"eval_{name}" if name else "eval")

    def evaluate(self, input_fn: Callable[..., Any], steps: int | None = None, hooks: Any = None,
                 checkpoint_path: str | None = None, name: str | None = None) -> dict[str, Any]:
        """Compute the model's metrics on `steps` batches, or on all.

        Args:
          input_fn: as for `train`.
          hooks: SessionRunHooks.
          checkpoint_path: by default the latest; without one, the model is initialised.
          name: of the folder of the events.

        Returns: {metric: value}, with "loss" and "global_step".
        Raises: ValueError for metrics of those names, or a number of steps that isn't positive.
        Source: TF 1.15 docs, tf.estimator.Estimator.evaluate.
        """
        hooks = checked_hooks(hooks)
        if steps is not None:
            if steps <= 0:
                raise ValueError(f"Must specify steps > 0, given: {steps}")
            hooks.append(StopAfterNEvalsHook(num_evals=steps))
        checkpoint_path = self._checkpoint_or_latest(checkpoint_path, "evaluate")
        with graph_as_default(Graph()) as graph:
            scaffold, update_op, values, all_hooks = self._evaluation_graph(graph, input_fn, hooks,
                                                                            checkpoint_path)
            results = evaluate_once(checkpoint_path, self._config.evaluation_master, scaffold,
                                    update_op, values, all_hooks, self._session_config)
        step = results["global_step"]
        write_results(self.eval_dir(name), results, step)
        if checkpoint_path:
            write_checkpoint_path(self.eval_dir(name), checkpoint_path, step)
        return results

    def _evaluation_graph(
            self, graph: Graph, input_fn: Callable[..., Any], hooks: list[Any],
            checkpoint_path: str | None) -> tuple[Any, Any, dict[str, Any], list[Any]]:
        """(scaffold, operation that updates the metrics, their values, hooks)."""
        set_random_seed(self._config.tf_random_seed)
        self._create_global_step(graph)
        features, labels, input_hooks = features_and_labels(
            self._call_input_fn(input_fn, ModeKeys.EVAL))
        spec = self._call_model_fn(features, labels, ModeKeys.EVAL, self.config)
        metrics = _with_loss(spec.eval_metric_ops, spec.loss)
        updates = [metrics[key][1] for key in sorted(metrics)]
        update_op = exported("group")(*updates)
        values = {key: metrics[key][0] for key in sorted(metrics)}
        self._maybe_warm_start(checkpoint_path)
        if "global_step" in values:
            raise ValueError("Metric with name `global_step` is not allowed, because Estimator "
                             "already defines a default metric with the same name.")
        values["global_step"] = get_global_step(graph)
        all_hooks = [*input_hooks, *hooks, *spec.evaluation_hooks]
        return with_local_init(spec.scaffold), update_op, values, all_hooks

    # -- prediction -------------------------------------------------------------------------

    def predict(self, input_fn: Callable[..., Any], predict_keys: Any = None, hooks: Any = None,
                checkpoint_path: str | None = None, yield_single_examples: bool = True
                ) -> Iterator[Any]:
        """Yield the predictions for the input, one example after the other.

        Args:
          input_fn: returns features; labels are dropped.
          predict_keys: names of those predictions that are wanted.
          hooks: SessionRunHooks.
          checkpoint_path: by default the latest; without one, the model is initialised.
          yield_single_examples: False yields the values of whole batches.

        Raises: ValueError when the batches of predictions differ in length, or no key is there.
        Source: TF 1.15 docs, tf.estimator.Estimator.predict.
        """
        hooks = checked_hooks(hooks)
        checkpoint_path = self._checkpoint_or_latest(checkpoint_path, "predict")
        with graph_as_default(Graph()) as graph:
            set_random_seed(self._config.tf_random_seed)
            self._create_global_step(graph)
            features, input_hooks = features_to_predict(
                self._call_input_fn(input_fn, ModeKeys.PREDICT))
            spec = self._call_model_fn(features, None, ModeKeys.PREDICT, self.config)
            self._maybe_warm_start(checkpoint_path)
            predictions = chosen(spec.predictions, predict_keys)
            creator = ChiefSessionCreator(
                checkpoint_filename_with_path=checkpoint_path, master=self._config.master,
                scaffold=spec.scaffold, config=self._session_config)
            with MonitoredSession(session_creator=creator,
                                  hooks=[*input_hooks, *hooks, *spec.prediction_hooks]) as session:
                while not session.should_stop():
                    values = session.run(predictions)
                    if yield_single_examples:
                        yield from single_examples(values)
                    else:
                        yield values

    # -- what they share --------------------------------------------------------------------

    def _checkpoint_or_latest(self, checkpoint_path: str | None, what: str) -> str | None:
        path = checkpoint_path or self.latest_checkpoint()
        if not path:
            tf_logging.info(f"Could not find trained model in model_dir: {self._model_dir}, "
                            f"running initialization to {what}.")
        return path

    def _create_global_step(self, graph: Graph) -> Any:
        return create_global_step(graph)

    def _call_input_fn(self, input_fn: Callable[..., Any], mode: str) -> Any:
        arguments = wanted(input_fn, mode=mode, params=self.params, config=self.config)
        with device("/cpu:0"):
            return input_fn(**arguments)

    def _call_model_fn(self, features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
        arguments = wanted(self._model_fn, labels=labels, mode=mode, params=self.params,
                           config=config)
        if labels is not None and "labels" not in arguments:
            raise ValueError("model_fn does not take labels, but input_fn returns labels.")
        tf_logging.info("Calling model_fn.")
        spec = self._model_fn(features=features, **arguments)
        tf_logging.info("Done calling model_fn.")
        if not isinstance(spec, EstimatorSpec):
            raise ValueError("model_fn should return an EstimatorSpec.")
        return spec

    def _maybe_warm_start(self, checkpoint_path: str | None) -> None:
        if not checkpoint_path and self._warm_start_settings:
            warm_start(self._warm_start_settings)

    # -- SavedModel -------------------------------------------------------------------------

    def export_saved_model(self, export_dir_base: Any, serving_input_receiver_fn: Any,
                           assets_extra: Any = None, as_text: bool = False,
                           checkpoint_path: Any = None,
                           experimental_mode: str = ModeKeys.PREDICT) -> Any:
        """Raises: tf.errors.UnsupportedError: there is no tf.saved_model."""
        raise UnsupportedError("tf.estimator.Estimator.export_saved_model", _NO_SAVED_MODEL)

    def experimental_export_all_saved_models(self, export_dir_base: Any, input_receiver_fn_map: Any,
                                             assets_extra: Any = None, as_text: bool = False,
                                             checkpoint_path: Any = None) -> Any:
        """Raises: tf.errors.UnsupportedError: there is no tf.saved_model."""
        raise UnsupportedError("tf.estimator.Estimator.experimental_export_all_saved_models",
                               _NO_SAVED_MODEL)

    def export_savedmodel(self, export_dir_base: Any, serving_input_receiver_fn: Any,
                          assets_extra: Any = None, as_text: bool = False,
                          checkpoint_path: Any = None, strip_default_attrs: bool = False) -> Any:
        """Raises: tf.errors.UnsupportedError: there is no tf.saved_model."""
        raise UnsupportedError("tf.estimator.Estimator.export_savedmodel", _NO_SAVED_MODEL)


_OVERRIDABLE = frozenset({"model_fn", "_create_and_assert_global_step",
                          "_export_all_saved_models"})


def _check_overrides(estimator: Estimator) -> None:
    """Raises: ValueError when a subclass has a method of its own under a name of Estimator's."""
    kind = type(estimator)
    own = {name for name in dir(Estimator) if not name.startswith("__")}
    found = [name for name in (own & kind.__dict__.keys()) - _OVERRIDABLE
             if getattr(Estimator, name) != getattr(kind, name)]
    if found:
        raise ValueError("Subclasses of Estimator cannot override members of Estimator. "
                         f"{kind} does override {found}")


def _with_loss(metrics: dict[str, Any], loss: Any) -> dict[str, Any]:
    """The metrics and the mean of the loss."""
    if "loss" in metrics:
        raise ValueError('Metric with name "loss" is not allowed, because Estimator already defines'
                         " a default metric with the same name.")
    metrics["loss"] = exported("metrics.mean")(loss)
    return metrics


def saved_global_step(model_dir: str) -> int:
    """The step of the latest checkpoint, 0 when there is none or it has none."""
    path = latest_checkpoint(model_dir)
    if path is None:
        return 0
    reader = new_checkpoint_reader(path)
    return int(reader.get_tensor("global_step")) if reader.has_tensor("global_step") else 0
