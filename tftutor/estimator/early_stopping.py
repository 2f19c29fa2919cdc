"""`tf.estimator.experimental`: hooks that end a training when its evaluations say so."""

from __future__ import annotations

import operator
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from tftutor.estimator.custom import Estimator, saved_global_step
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.ops.state import assign
from tftutor.ops.variable_scope import AUTO_REUSE, get_variable, variable_scope
from tftutor.platform import tf_logging
from tftutor.platform.file_io import file_exists, get_matching_files
from tftutor.train.event_reader import summary_iterator
from tftutor.train.global_step_read import required_global_step_read
from tftutor.train.global_step_variable import get_global_step
from tftutor.train.hook_timers import SecondOrStepTimer
from tftutor.train.session_run_hook import SessionRunArgs, SessionRunHook
from tftutor.train.step_hooks import StopAtStepHook


@tf_export("estimator.experimental.make_early_stopping_hook")
def make_early_stopping_hook(estimator: Any, should_stop_fn: Callable[[], bool],
                             run_every_secs: float | None = 60,
                             run_every_steps: int | None = None) -> SessionRunHook:
    """A hook that asks `should_stop_fn()` from time to time, and ends the training when it says so.

    On a cluster the chief asks, and the workers end when it does.
    Raises: TypeError for no Estimator; ValueError for both intervals.
    Source: TF 1.15 docs, tf.estimator.experimental.make_early_stopping_hook.
    """
    if not isinstance(estimator, Estimator):
        raise TypeError("`estimator` must have type `tf.estimator.Estimator`. Got: "
                        f"{type(estimator)}")
    if run_every_secs is not None and run_every_steps is not None:
        raise ValueError("Only one of `run_every_secs` and `run_every_steps` must be set.")
    if estimator.config.is_chief:
        return _StopOnPredicateHook(should_stop_fn, run_every_secs, run_every_steps)
    return _CheckForStoppingHook()


@tf_export("estimator.experimental.stop_if_higher_hook")
def stop_if_higher_hook(estimator: Any, metric_name: str, threshold: float,
                        eval_dir: str | None = None, min_steps: int = 0,
                        run_every_secs: float | None = 60, run_every_steps: int | None = None
                        ) -> SessionRunHook:
    """Ends the training when a metric is above a threshold.

    Source: TF 1.15 docs, tf.estimator.experimental.stop_if_higher_hook.
    """
    return _threshold_hook(estimator, metric_name, threshold, True, eval_dir, min_steps,
                           run_every_secs, run_every_steps)


@tf_export("estimator.experimental.stop_if_lower_hook")
def stop_if_lower_hook(estimator: Any, metric_name: str, threshold: float,
                       eval_dir: str | None = None, min_steps: int = 0,
                       run_every_secs: float | None = 60, run_every_steps: int | None = None
                       ) -> SessionRunHook:
    """Ends the training when a metric is below a threshold.

    Source: TF 1.15 docs, tf.estimator.experimental.stop_if_lower_hook.
    """
    return _threshold_hook(estimator, metric_name, threshold, False, eval_dir, min_steps,
                           run_every_secs, run_every_steps)


@tf_export("estimator.experimental.stop_if_no_increase_hook")
def stop_if_no_increase_hook(estimator: Any, metric_name: str, max_steps_without_increase: int,
                             eval_dir: str | None = None, min_steps: int = 0,
                             run_every_secs: float | None = 60,
                             run_every_steps: int | None = None) -> SessionRunHook:
    """Ends the training when a metric hasn't grown for so many steps.

    Source: TF 1.15 docs, tf.estimator.experimental.stop_if_no_increase_hook.
    """
    return _improvement_hook(estimator, metric_name, max_steps_without_increase, True, eval_dir,
                             min_steps, run_every_secs, run_every_steps)


@tf_export("estimator.experimental.stop_if_no_decrease_hook")
def stop_if_no_decrease_hook(estimator: Any, metric_name: str, max_steps_without_decrease: int,
                             eval_dir: str | None = None, min_steps: int = 0,
                             run_every_secs: float | None = 60,
                             run_every_steps: int | None = None) -> SessionRunHook:
    """Ends the training when a metric hasn't fallen for so many steps.

    Source: TF 1.15 docs, tf.estimator.experimental.stop_if_no_decrease_hook.
    """
    return _improvement_hook(estimator, metric_name, max_steps_without_decrease, False, eval_dir,
                             min_steps, run_every_secs, run_every_steps)


def _threshold_hook(estimator: Any, metric_name: str, threshold: float, higher: bool,
                    eval_dir: str | None, min_steps: int, secs: Any, steps: Any
                    ) -> SessionRunHook:
    folder = estimator.eval_dir() if eval_dir is None else eval_dir
    is_better, text = ((operator.gt, "greater than") if higher else (operator.lt, "less than"))

    def should_stop() -> bool:
        for step, value in _values(folder, metric_name, min_steps):
            if is_better(value, threshold):
                tf_logging.info('At step %s, metric "%s" has value %s which is %s the configured '
                                "threshold (%s) for early stopping.", step, metric_name, value,
                                text, threshold)
                return True
        return False

    return make_early_stopping_hook(estimator, should_stop, secs, steps)


def _improvement_hook(estimator: Any, metric_name: str, max_steps: int, higher: bool,
                      eval_dir: str | None, min_steps: int, secs: Any, steps: Any
                      ) -> SessionRunHook:
    folder = estimator.eval_dir() if eval_dir is None else eval_dir
    is_better, text = (operator.gt, "increase") if higher else (operator.lt, "decrease")

    def should_stop() -> bool:
        best: Any = None
        best_step = 0
        for step, value in _values(folder, metric_name, min_steps):
            if best is None or is_better(value, best):
                best, best_step = value, step
            if step - best_step >= max_steps:
                tf_logging.info('No %s in metric "%s" for %s steps, which is greater than or equal '
                                "to max steps (%s) configured for early stopping.", text,
                                metric_name, step - best_step, max_steps)
                return True
        return False

    return make_early_stopping_hook(estimator, should_stop, secs, steps)


def _values(folder: str, metric_name: str, min_steps: int) -> Iterator[tuple[int, float]]:
    """(step, value) of a metric's evaluations, in order. Raises: KeyError without that metric."""
    found: dict[int, dict[str, float]] = {}
    paths = get_matching_files(os.path.join(folder, "*.tfevents.*")) if file_exists(folder) else ()
    for path in paths:
        for event in summary_iterator(path):
            values = {value.tag: value.simple_value for value in event.summary.value
                      if value.HasField("simple_value")}
            if values:
                found.setdefault(event.step, {}).update(values)
    for step in sorted(found):
        if step >= min_steps:
            yield step, found[step][metric_name]


def _stop_variable() -> Any:
    """The variable by which the chief tells the workers to end."""
    with variable_scope("signal_early_stopping", values=[], reuse=AUTO_REUSE):
        return get_variable("STOP", shape=[], dtype=dtypes.bool, trainable=False,
                            initializer=exported("constant_initializer")(False),
                            collections=[GraphKeys.GLOBAL_VARIABLES])


class _StopOnPredicateHook(SessionRunHook):
    """Asks a function, and tells the others what it says."""

    def __init__(self, should_stop_fn: Callable[[], bool], run_every_secs: float | None,
                 run_every_steps: int | None) -> None:
        if not callable(should_stop_fn):
            raise TypeError("`should_stop_fn` must be callable.")
        self._should_stop_fn = should_stop_fn
        self._timer = SecondOrStepTimer(every_secs=run_every_secs, every_steps=run_every_steps)

    def begin(self) -> None:
        self._global_step = get_global_step()
        self._stop_op = assign(_stop_variable(), True)

    def before_run(self, run_context: Any) -> SessionRunArgs:
        return SessionRunArgs(self._global_step)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        step = run_values.results
        if not self._timer.should_trigger_for_step(step):
            return
        self._timer.update_last_triggered_step(step)
        if self._should_stop_fn():
            tf_logging.info("Requesting early stopping at global step %d", step)
            run_context.session.run(self._stop_op)
            run_context.request_stop()


class _CheckForStoppingHook(SessionRunHook):
    """Ends the training of a worker when the chief says so."""

    def begin(self) -> None:
        self._stop = _stop_variable()

    def before_run(self, run_context: Any) -> SessionRunArgs:
        return SessionRunArgs(self._stop)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        if run_values.results:
            tf_logging.info("Early stopping requested, suspending run.")
            run_context.request_stop()


@tf_export("estimator.experimental.make_stop_at_checkpoint_step_hook")
def make_stop_at_checkpoint_step_hook(estimator: Any, last_step: int,
                                      wait_after_file_check_secs: float = 30) -> SessionRunHook:
    """A hook that ends at `last_step`; on a worker, not before the chief has saved that step.

    Source: TF 1.15 docs, tf.estimator.experimental.make_stop_at_checkpoint_step_hook.
    """
    if estimator.config.is_chief:
        return StopAtStepHook(last_step=last_step)
    return _StopAtCheckpointStepHook(estimator.model_dir, last_step, wait_after_file_check_secs)


class _StopAtCheckpointStepHook(SessionRunHook):
    """Ends the training when the step was reached and saved."""

    def __init__(self, model_dir: str, last_step: int, wait_secs: float) -> None:
        if last_step is None:
            raise ValueError("last_step must be specified.")
        self._model_dir = model_dir
        self._last_step = last_step
        self._wait_secs = wait_secs

    def begin(self) -> None:
        self._global_step = required_global_step_read("StopAtCheckpointStepHook")

    def before_run(self, run_context: Any) -> SessionRunArgs:
        return SessionRunArgs(self._global_step)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        if run_values.results + 1 < self._last_step:
            return
        if saved_global_step(self._model_dir) >= self._last_step:
            run_context.request_stop()
        else:
            time.sleep(self._wait_secs)
