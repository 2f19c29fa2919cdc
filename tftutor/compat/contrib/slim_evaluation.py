"""`tf.contrib.slim.evaluation`: `tf.contrib.training`'s evaluations, with summaries and counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.compat.aliases import tf
from tftutor.compat.contrib import training_evaluation as evaluation
from tftutor.framework.api import export_value, tf_export
from tftutor.train import new_checkpoints

_USE_DEFAULT = 0
export_value("contrib.slim.evaluation.wait_for_new_checkpoint",
             new_checkpoints.wait_for_new_checkpoint)
export_value("contrib.slim.evaluation.checkpoints_iterator", new_checkpoints.checkpoints_iterator)


def _hooks(num_evals: int | None, summary_op: Any, summary_op_feed_dict: Any, logdir: str,
           hooks: Any) -> list[Any]:
    if summary_op == _USE_DEFAULT:
        summary_op = tf.summary.merge_all()
    found: list[Any] = [evaluation.StopAfterNEvalsHook(num_evals)]
    if summary_op is not None:
        found.append(evaluation.SummaryAtEndHook(log_dir=logdir, summary_op=summary_op,
                                                 feed_dict=summary_op_feed_dict))
    return found + list(hooks or [])


def _saver(variables_to_restore: Any) -> Any:
    return None if variables_to_restore is None else tf.train.Saver(variables_to_restore)


@tf_export("contrib.slim.evaluation.evaluate_once")
def evaluate_once(master: str, checkpoint_path: str, logdir: str, num_evals: int | None = 1,
                  initial_op: Any = None, initial_op_feed_dict: Any = None, eval_op: Any = None,
                  eval_op_feed_dict: Any = None, final_op: Any = None,
                  final_op_feed_dict: Any = None, summary_op: Any = _USE_DEFAULT,
                  summary_op_feed_dict: Any = None, variables_to_restore: Any = None,
                  session_config: Any = None, hooks: Any = None) -> Any:
    """Evaluate a checkpoint: `eval_op` `num_evals` times, then summaries and `final_op`.

    Source: TF 1.15 docs, tf.contrib.slim.evaluation.evaluate_once.
    """
    all_hooks = _hooks(num_evals, summary_op, summary_op_feed_dict, logdir, hooks)
    scaffold = tf.train.Scaffold(init_op=initial_op, init_feed_dict=initial_op_feed_dict,
                                 saver=_saver(variables_to_restore))
    return evaluation.evaluate_once(
        checkpoint_path, master=master, scaffold=scaffold, eval_ops=eval_op,
        feed_dict=eval_op_feed_dict, final_ops=final_op, final_ops_feed_dict=final_op_feed_dict,
        hooks=all_hooks, config=session_config)


@tf_export("contrib.slim.evaluation.evaluation_loop")
def evaluation_loop(master: str, checkpoint_dir: str, logdir: str, num_evals: int | None = 1,
                    initial_op: Any = None, initial_op_feed_dict: Any = None, init_fn: Any = None,
                    eval_op: Any = None, eval_op_feed_dict: Any = None, final_op: Any = None,
                    final_op_feed_dict: Any = None, summary_op: Any = _USE_DEFAULT,
                    summary_op_feed_dict: Any = None, variables_to_restore: Any = None,
                    eval_interval_secs: float = 60, max_number_of_evaluations: int | None = None,
                    session_config: Any = None, timeout: float | None = None,
                    timeout_fn: Callable[[], bool] | None = None, hooks: Any = None) -> Any:
    """Evaluate each new checkpoint of a training as `evaluate_once` does.

    Source: TF 1.15 docs, tf.contrib.slim.evaluation.evaluation_loop.
    """
    all_hooks = _hooks(num_evals, summary_op, summary_op_feed_dict, logdir, hooks)
    scaffold = tf.train.Scaffold(init_op=initial_op, init_feed_dict=initial_op_feed_dict,
                                 init_fn=init_fn, saver=_saver(variables_to_restore))
    return evaluation.evaluate_repeatedly(
        checkpoint_dir, master=master, scaffold=scaffold, eval_ops=eval_op,
        feed_dict=eval_op_feed_dict, final_ops=final_op, final_ops_feed_dict=final_op_feed_dict,
        eval_interval_secs=eval_interval_secs, hooks=all_hooks, config=session_config,
        max_number_of_evaluations=max_number_of_evaluations, timeout=timeout,
        timeout_fn=timeout_fn)
