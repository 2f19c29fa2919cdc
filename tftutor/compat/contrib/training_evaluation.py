"""`tf.contrib.training`: evaluating one checkpoint, or each new one of a training."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tftutor.compat.aliases import tf
from tftutor.estimator.evaluation_run import StopAfterNEvalsHook, get_or_create_eval_step
from tftutor.framework.api import export_value, tf_export
from tftutor.ops.state import assign_add
from tftutor.platform import tf_logging
from tftutor.summary.writer import FileWriterCache
from tftutor.train.global_step_variable import global_step as read_global_step
from tftutor.train.new_checkpoints import checkpoints_iterator
from tftutor.train.session_run_hook import SessionRunHook

export_value("contrib.training.StopAfterNEvalsHook", StopAfterNEvalsHook)
export_value("contrib.training.get_or_create_eval_step", get_or_create_eval_step)


@tf_export("contrib.training.SummaryAtEndHook")
class SummaryAtEndHook(SessionRunHook):
    """Writes a summary when an evaluation has ended.

    Args:
      log_dir: where to write; or `summary_writer`, which writes.
      summary_op: by default all summaries of the graph.
      feed_dict: feeds for it.

    Raises: ValueError without `log_dir` and `summary_writer`.
    Source: TF 1.15 docs, tf.contrib.training.SummaryAtEndHook.
    """

    def __init__(self, log_dir: str | None = None, summary_writer: Any = None,
                 summary_op: Any = None, feed_dict: Any = None) -> None:
        if log_dir is None and summary_writer is None:
            raise ValueError("One of log_dir or summary_writer should be used.")
        self._log_dir, self._summary_writer = log_dir, summary_writer
        self._summary_op, self._feed_dict = summary_op, feed_dict
        self._takes_all = summary_op is None

    def begin(self) -> None:
        """Find the summaries and the global step."""
        if self._takes_all:
            self._summary_op = tf.summary.merge_all()
        self._global_step = tf.train.get_or_create_global_step()

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Open the event file."""
        if self._summary_writer is None and self._log_dir:
            self._summary_writer = FileWriterCache.get(self._log_dir)

    def end(self, session: Any) -> None:
        """Write."""
        if self._summary_op is not None:
            step = read_global_step(session, self._global_step)
            summary = session.run(self._summary_op, self._feed_dict)
            if self._summary_writer:
                self._summary_writer.add_summary(summary, step)
        if self._summary_writer:
            self._summary_writer.flush()


def _with_count(eval_ops: Any, count: Any) -> Any:
    """The operations of an evaluation and the one that counts; a dictionary is added to."""
    if isinstance(eval_ops, dict):
        eval_ops["update_eval_step"] = count
        return eval_ops
    return [*(eval_ops if isinstance(eval_ops, list | tuple) else [eval_ops]), count]


def _tell(hooks: list[Any], count: Any) -> None:
    for hook in hooks:
        if isinstance(hook, StopAfterNEvalsHook):
            hook.set_evals_completed(count)


@tf_export("contrib.training.evaluate_once")
def evaluate_once(checkpoint_path: str | None, master: str = "", scaffold: Any = None,
                  eval_ops: Any = None, feed_dict: Any = None, final_ops: Any = None,
                  final_ops_feed_dict: Any = None, hooks: Any = None, config: Any = None) -> Any:
    """Restore a checkpoint, run `eval_ops` until a hook or the data end it; return `final_ops`.

    Source: TF 1.15 docs, tf.contrib.training.evaluate_once.
    """
    eval_step = get_or_create_eval_step()
    hooks = list(hooks or [])
    if eval_ops is not None:
        eval_ops = _with_count(eval_ops, assign_add(eval_step, 1, use_locking=True))
        waited = list(eval_ops.values()) if isinstance(eval_ops, dict) else eval_ops
        with tf.control_dependencies(waited):
            _tell(hooks, tf.identity(eval_step.read_value()))
    tf_logging.info("Starting evaluation at "
                    + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.localtime()))
    creator = tf.train.ChiefSessionCreator(
        scaffold=scaffold, checkpoint_filename_with_path=checkpoint_path, master=master,
        config=config)
    final = tf.train.FinalOpsHook(final_ops, final_ops_feed_dict)
    with tf.train.MonitoredSession(session_creator=creator, hooks=[*hooks, final]) as session:
        if eval_ops is not None:
            while not session.should_stop():
                session.run(eval_ops, feed_dict)
    tf_logging.info("Finished evaluation at "
                    + time.strftime("%Y-%m-%d-%H:%M:%S", time.localtime()))
    return final.final_ops_values


@tf_export("contrib.training.evaluate_repeatedly")
def evaluate_repeatedly(checkpoint_dir: str, master: str = "", scaffold: Any = None,
                        eval_ops: Any = None, feed_dict: Any = None, final_ops: Any = None,
                        final_ops_feed_dict: Any = None, eval_interval_secs: float = 60,
                        hooks: Any = None, config: Any = None,
                        max_number_of_evaluations: int | None = None,
                        timeout: float | None = None,
                        timeout_fn: Callable[[], bool] | None = None) -> Any:
    """Evaluate each new checkpoint of a directory; return the last values of `final_ops`.

    Args:
      eval_interval_secs: seconds from one evaluation to the next, at least.
      max_number_of_evaluations: after so many it ends.
      timeout, timeout_fn: see tf.train.checkpoints_iterator.

    Source: TF 1.15 docs, tf.contrib.training.evaluate_repeatedly.
    """
    eval_step = get_or_create_eval_step()
    hooks = hooks or []
    if eval_ops is not None:
        count = assign_add(eval_step, 1)
        _tell(hooks, count)
        eval_ops = _with_count(eval_ops, count)
    final = tf.train.FinalOpsHook(final_ops, final_ops_feed_dict)
    hooks = [*hooks, final]
    done = 0
    for path in checkpoints_iterator(checkpoint_dir, min_interval_secs=eval_interval_secs,
                                     timeout=timeout, timeout_fn=timeout_fn):
        creator = tf.train.ChiefSessionCreator(
            scaffold=scaffold, checkpoint_filename_with_path=path, master=master, config=config)
        with tf.train.MonitoredSession(session_creator=creator, hooks=hooks) as session:
            tf_logging.info("Starting evaluation at " + _now())
            if eval_ops is not None:
                while not session.should_stop():
                    session.run(eval_ops, feed_dict)
            tf_logging.info("Finished evaluation at " + _now())
        done += 1
        if max_number_of_evaluations is not None and done >= max_number_of_evaluations:
            break
    return final.final_ops_values


def _now() -> str:
    return time.strftime("%Y-%m-%d-%H:%M:%S", time.gmtime())
