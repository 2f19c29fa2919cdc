"""One training: the hooks and the saver that belong to it, and its loop."""

from __future__ import annotations

from typing import Any

from tftutor.estimator.cluster_settings import TaskType
from tftutor.estimator.estimator_spec import EstimatorSpec
from tftutor.estimator.run_config import RunConfig
from tftutor.framework.collections import GraphKeys
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.graph import Graph
from tftutor.platform import tf_logging
from tftutor.summary.api import scalar
from tftutor.train.checkpoint_hooks import CheckpointSaverHook
from tftutor.train.global_step_read import global_step_read
from tftutor.train.global_step_variable import get_global_step
from tftutor.train.logging_tensor_hook import LoggingTensorHook
from tftutor.train.monitored_training_session import MonitoredTrainingSession
from tftutor.train.saver import Saver
from tftutor.train.step_hooks import StepCounterHook
from tftutor.train.summary_hooks import SummarySaverHook
from tftutor.train.value_hooks import NanTensorHook


def record_global_step_read(graph: Graph) -> None:
    """Make the node from which hooks read the step before the model makes its nodes."""
    global_step_read(graph)


def run(spec: EstimatorSpec, config: RunConfig, session_config: Any, input_hooks: list[Any],
        hooks: list[Any], listeners: list[Any]) -> Any:
    """Train the model in the default graph until a hook or the data end it.

    Returns: the loss of the last step, None when there was none.
    Raises: ValueError for listeners without a CheckpointSaverHook.
    """
    graph = get_default_graph()
    _record_loss(graph, spec)
    worker_hooks = [*input_hooks, *hooks, NanTensorHook(spec.loss)]
    if config.log_step_count_steps is not None:
        worker_hooks.append(LoggingTensorHook({"loss": spec.loss, "step": get_global_step(graph)},
                                              every_n_iter=config.log_step_count_steps))
    worker_hooks.extend(spec.training_hooks)
    _make_saver(graph, spec, config)
    chief_hooks = _saving_hooks(spec, config, worker_hooks, listeners)
    summary_steps, count_steps = config.save_summary_steps, config.log_step_count_steps
    if _leaves_summaries_to_worker(config):
        worker_hooks += _first_worker_hooks(spec, config)
        summary_steps, count_steps = 0, None
    with MonitoredTrainingSession(
            master=config.master, is_chief=config.is_chief, checkpoint_dir=config.model_dir,
            scaffold=spec.scaffold, hooks=worker_hooks,
            chief_only_hooks=(*chief_hooks, *spec.training_chief_hooks), save_checkpoint_secs=0,
            save_summaries_steps=summary_steps, config=session_config,
            max_wait_secs=config.session_creation_timeout_secs,
            log_step_count_steps=count_steps) as session:
        loss, is_done = None, False
        while not session.should_stop():
            _, loss = session.run([spec.train_op, spec.loss])
            is_done = True
    if not is_done:
        tf_logging.warning("Training with estimator made no steps. Perhaps input is empty or "
                           "misspecified.")
    return loss


def _record_loss(graph: Graph, spec: EstimatorSpec) -> None:
    if not any(each.op.name == "loss" for each in graph.get_collection(GraphKeys.SUMMARIES)):
        scalar("loss", spec.loss)
    graph.add_to_collection(GraphKeys.LOSSES, spec.loss)


def _make_saver(graph: Graph, spec: EstimatorSpec, config: RunConfig) -> None:
    if spec.scaffold.saver or graph.get_collection(GraphKeys.SAVERS):
        return
    graph.add_to_collection(GraphKeys.SAVERS, Saver(
        sharded=True, max_to_keep=config.keep_checkpoint_max,
        keep_checkpoint_every_n_hours=config.keep_checkpoint_every_n_hours, defer_build=True,
        save_relative_paths=True))


def _saving_hooks(spec: EstimatorSpec, config: RunConfig, worker_hooks: list[Any],
                  listeners: list[Any]) -> list[CheckpointSaverHook]:
    """The hook that saves, unless there is one already; the listeners get to whichever saves."""
    made: list[CheckpointSaverHook] = []
    found = [hook for hook in [*worker_hooks, *spec.training_chief_hooks]
             if isinstance(hook, CheckpointSaverHook)]
    if not found and (config.save_checkpoints_secs or config.save_checkpoints_steps):
        found = made = [CheckpointSaverHook(
            config.model_dir, save_secs=config.save_checkpoints_secs,
            save_steps=config.save_checkpoints_steps, scaffold=spec.scaffold)]
    if listeners and not found:
        raise ValueError("There should be a CheckpointSaverHook to use saving_listeners. Please set"
                         " one of the RunConfig.save_checkpoints_steps or "
                         "RunConfig.save_checkpoints_secs.")
    for listener in listeners:
        if listener not in found[0]._listeners:
            found[0]._listeners.append(listener)
    return made


def _leaves_summaries_to_worker(config: RunConfig) -> bool:
    """A master evaluates between its steps, so that worker 0 writes summaries and counts steps."""
    jobs = config.cluster_spec.jobs if config.cluster_spec else ()
    return TaskType.WORKER in jobs and TaskType.MASTER in jobs


def _first_worker_hooks(spec: EstimatorSpec, config: RunConfig) -> list[Any]:
    hooks: list[Any] = []
    if config.task_type != TaskType.WORKER or config.task_id != 0:
        return hooks
    if (config.save_summary_steps or 0) > 0:
        hooks.append(SummarySaverHook(save_steps=config.save_summary_steps,
                                      output_dir=config.model_dir, scaffold=spec.scaffold))
    if (config.log_step_count_steps or 0) > 0:
        hooks.append(StepCounterHook(every_n_steps=config.log_step_count_steps,
                                     output_dir=config.model_dir))
    return hooks
