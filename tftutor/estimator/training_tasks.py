"""`train_and_evaluate`: in one process, or what the task named by TF_CONFIG has to do."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from tftutor.estimator.cluster_settings import TaskType
from tftutor.estimator.custom import Estimator
from tftutor.estimator.evaluator import (
    EVALUATED,
    MISSING_CHECKPOINT,
    EvalResult,
    EvaluateNewCheckpoints,
    Evaluator,
)
from tftutor.estimator.run_config import RunConfig
from tftutor.estimator.specs import EvalSpec, TrainSpec
from tftutor.framework.api import tf_export
from tftutor.framework.protos import proto_module
from tftutor.platform import tf_logging

_LONGEST_DELAY = 60
_DELAY_OF_EACH_WORKER = 5


@tf_export("estimator.train_and_evaluate")
def train_and_evaluate(estimator: Any, train_spec: Any, eval_spec: Any) -> Any:
    """Train and evaluate: alternately in one process, or as a task of a cluster.

    Without TF_CONFIG, each new checkpoint is evaluated, at most once in `throttle_secs`. With it,
    a "ps" serves for ever, "chief" and "worker" train, "evaluator" evaluates until `max_steps`, and
    "master" trains and evaluates. The same program runs in every process.

    Args:
      estimator: a tf.estimator.Estimator.
      train_spec: a tf.estimator.TrainSpec. eval_spec: a tf.estimator.EvalSpec.

    Returns: (metrics of the last evaluation, results of exporters) in one process, else None.
    Raises: TypeError for other arguments; ValueError for a task that there can't be.
    Source: TF 1.15 docs, tf.estimator.train_and_evaluate.
    """
    for name, value, kind in (("eval_spec", eval_spec, EvalSpec),
                              ("estimator", estimator, Estimator),
                              ("train_spec", train_spec, TrainSpec)):
        if not isinstance(value, kind):
            raise TypeError(f"`{name}` must have type `tf.estimator.{kind.__name__}`. Got: "
                            f"{type(value)}")
    config = estimator.config
    tf_logging.info("Not using Distribute Coordinator.")
    if config.task_type == TaskType.EVALUATOR and config.task_id > 0:
        raise ValueError("For distributed training, there can only be one `evaluator` task (with "
                         f"task id 0).  Given task id {config.task_id}")
    return _Part(estimator, train_spec, eval_spec, config).run()


class _Part:
    """The part of this process in the training."""

    def __init__(self, estimator: Estimator, train_spec: TrainSpec, eval_spec: EvalSpec,
                 config: RunConfig) -> None:
        self._estimator = estimator
        self._train_spec = train_spec
        self._eval_spec = eval_spec
        self._config = config

    def run(self) -> Any:
        """Do it. Raises: ValueError for a job that has no part."""
        config = self._config
        if not config.cluster_spec and config.task_type != TaskType.EVALUATOR:
            tf_logging.info("Running training and evaluation locally (non-distributed).")
            return self._alternate()
        if not config.task_type:
            raise ValueError("`estimator.config` must have task_type set. This usually means "
                             "TF_CONFIG environment is not set correctly.")
        if config.task_type == "local":
            raise ValueError("`task.type` in TF_CONFIG cannot be `local`. Leaving `cluster` and "
                             "`task` properties in TF_CONFIG absent triggers train and evaluate "
                             "`Estimator` locally (non-distributed).")
        parts = {TaskType.CHIEF: self._train, TaskType.EVALUATOR: self._evaluate,
                 TaskType.MASTER: self._train_as_master, TaskType.PS: self._serve,
                 TaskType.WORKER: self._train}
        if config.task_type not in parts:
            raise ValueError(f"Task type {config.task_type} is not supported. Supported task types "
                             f"are {list(parts)}")
        parts[config.task_type]()
        return None

    # -- one process ------------------------------------------------------------------------

    def _alternate(self) -> tuple[Any, Any]:
        config, spec = self._config, self._train_spec
        tf_logging.info(
            "Start train and evaluate loop. The evaluate will happen after every checkpoint. "
            "Checkpoint frequency is determined based on RunConfig arguments: "
            f"save_checkpoints_steps {config.save_checkpoints_steps} or save_checkpoints_secs "
            f"{config.save_checkpoints_secs}.")
        listener = self._evaluating_listener()
        self._estimator.train(input_fn=spec.input_fn, max_steps=spec.max_steps,
                              hooks=list(spec.hooks), saving_listeners=[listener])
        result = listener.eval_result or EvalResult(MISSING_CHECKPOINT)
        return result.metrics, listener.export_results

    def _evaluating_listener(self) -> EvaluateNewCheckpoints:
        return EvaluateNewCheckpoints(self._evaluator(), self._eval_spec.throttle_secs)

    def _evaluator(self) -> Evaluator:
        return Evaluator(self._estimator, self._eval_spec, self._train_spec.max_steps)

    # -- tasks of a cluster -----------------------------------------------------------------

    def _serve(self) -> None:
        server = self._start_server()
        server.join()

    def _train_as_master(self) -> None:
        self._train([self._evaluating_listener()])

    def _train(self, listeners: list[Any] | None = None) -> None:
        config, spec = self._config, self._train_spec
        if not _servers_run_already():
            self._start_server()  # it serves as long as the process lives
        delay = _start_delay(config)
        if delay > 0:
            tf_logging.info("Waiting %d secs before starting training.", delay)
            time.sleep(delay)
        self._estimator.train(input_fn=spec.input_fn, max_steps=spec.max_steps,
                              hooks=list(spec.hooks), saving_listeners=listeners)

    def _start_server(self) -> Any:
        """The server of this task; None for the only task of a cluster, which needs none.

        Raises: RuntimeError when nothing says where it serves.
        """
        from tftutor.distributed.server import Server

        config = self._config
        if not config.cluster_spec or not config.task_type or config.task_id is None:
            raise RuntimeError("Could not start server; be sure to specify cluster_spec, task_type,"
                               " and task in RunConfig or set the TF_CONFIG environment variable.")
        if not config.master:
            if self._is_only_task() and config.task_type in (TaskType.CHIEF, TaskType.MASTER,
                                                             TaskType.WORKER):
                tf_logging.info("Skip starting Tensorflow server as there is only one node in the "
                                "cluster.")
                return None
            raise RuntimeError("Could not start server; be sure to specify master in RunConfig or "
                               "set the TF_CONFIG environment variable.")
        tf_logging.info("Start Tensorflow server.")
        options = proto_module("config_pb2").ConfigProto(log_device_placement=False)
        if config.session_config is not None:
            options.gpu_options.CopyFrom(config.session_config.gpu_options)
        server = Server(config.cluster_spec, job_name=config.task_type, task_index=config.task_id,
                        config=options, start=False, protocol=config.protocol)
        server.start()
        return server

    def _is_only_task(self) -> bool:
        cluster = self._config.cluster_spec
        return sum(len(cluster.job_tasks(job)) for job in cluster.jobs) == 1

    def _evaluate(self) -> None:
        """Evaluate new checkpoints until one is of the last step."""
        delay, max_steps = self._eval_spec.start_delay_secs, self._train_spec.max_steps
        if delay:
            tf_logging.info("Waiting %f secs before starting eval.", delay)
            time.sleep(delay)
        evaluator = self._evaluator()
        while True:
            result = self._evaluate_once(evaluator)
            step = result.metrics["global_step"] if result.metrics else None
            if step and max_steps and step >= max_steps:
                tf_logging.info("Exiting evaluation, global_step=%s >= train max_steps=%s", step,
                                max_steps)
                return

    def _evaluate_once(self, evaluator: Evaluator) -> EvalResult:
        throttle_secs = self._eval_spec.throttle_secs
        start = time.time()
        result, _ = evaluator.evaluate_and_export()
        left = throttle_secs - (time.time() - start)
        if left > 0:
            tf_logging.info("Waiting %f secs before starting next eval run.", left)
            time.sleep(left)
        elif throttle_secs == 0 and result.status != EVALUATED:
            tf_logging.warning("EvalSpec.throttle_secs is set as 0. This might overload the job "
                               "before finding (next) new checkpoint. Please consider to increase "
                               "it.")
        return result


def _servers_run_already() -> bool:
    """Google's own machines start them."""
    tf_config = json.loads(os.environ.get("TF_CONFIG") or "{}")
    if not tf_config:
        tf_logging.warn("TF_CONFIG should not be empty in distributed environment.")
    return tf_config.get("environment") == "google"


def _start_delay(config: RunConfig) -> int:
    """Seconds that a worker waits, so that not all meet their first variables at once."""
    if config.task_type != TaskType.WORKER:
        return 0
    longest = config.experimental_max_worker_delay_secs
    return min(_LONGEST_DELAY if longest is None else int(longest),
               (config.task_id + 1) * _DELAY_OF_EACH_WORKER)
