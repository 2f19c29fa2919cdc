"""`tf.contrib.training.create_train_op` and `train`: one tensor that trains, and the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.compat.aliases import tf
from tftutor.compat.contrib.gradient_transforms import add_gradients_summaries
from tftutor.composite.group import with_dependencies
from tftutor.framework.api import tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.platform import tf_logging
from tftutor.train.optimizer import Optimizer

_USE_GLOBAL_STEP = 0


@tf_export("contrib.training.create_train_op")
def create_train_op(total_loss: Any, optimizer: Any, global_step: Any = _USE_GLOBAL_STEP,
                    update_ops: Any = None, variables_to_train: Any = None,
                    transform_grads_fn: Callable[[Any], Any] | None = None,
                    summarize_gradients: bool = False,
                    gate_gradients: int = Optimizer.GATE_OP, aggregation_method: Any = None,
                    colocate_gradients_with_ops: bool = False, check_numerics: bool = True) -> Any:
    """The loss as a tensor that, when it is fetched, also applies the gradients.

    Args:
      global_step: counts the steps; by default the graph's, None for none.
      update_ops: run before the loss is computed, by default those in UPDATE_OPS.
      variables_to_train: by default all trainable ones.
      transform_grads_fn: changes the list of (gradient, variable).
      check_numerics: fail when the loss is no number.

    Raises: AssertionError for variables that aren't trainable, and for none at all.
    Source: TF 1.15 docs, tf.contrib.training.create_train_op.
    """
    if global_step is _USE_GLOBAL_STEP:
        global_step = tf.train.get_or_create_global_step()
    total_loss = _after_updates(total_loss, update_ops)
    variables = _to_train(variables_to_train)
    grads = optimizer.compute_gradients(
        total_loss, variables, gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops)
    if transform_grads_fn:
        grads = transform_grads_fn(grads)
    if summarize_gradients:
        with tf.name_scope("summarize_grads"):
            add_gradients_summaries(grads)
    updates = optimizer.apply_gradients(grads, global_step=global_step)
    with tf.name_scope("train_op"):
        if check_numerics:
            total_loss = tf.check_numerics(total_loss, "LossTensor is inf or nan")
        train_op = with_dependencies([updates], total_loss)
    train_ops = tf.get_collection_ref(GraphKeys.TRAIN_OP)
    if all(train_op is not other for other in train_ops):
        train_ops.append(train_op)
    return train_op


def _after_updates(total_loss: Any, update_ops: Any) -> Any:
    known = dict.fromkeys(tf.get_collection(GraphKeys.UPDATE_OPS))
    wanted = known if update_ops is None else dict.fromkeys(update_ops)
    if not known.keys() <= wanted.keys():
        tf_logging.warning("update_ops in create_train_op does not contain all the update_ops in "
                           "GraphKeys.UPDATE_OPS")
    if not wanted:
        return total_loss
    with tf.control_dependencies(list(wanted)):
        barrier = tf.no_op(name="update_barrier")
    return with_dependencies([barrier], total_loss)


def _to_train(variables: Any) -> Any:
    trainable = tf.trainable_variables()
    if variables is None:
        variables = trainable
    for variable in variables:
        if not (variable.trainable or any(variable is other for other in trainable)):
            raise AssertionError(f"{variable.name} is not trainable")
    if not variables:
        raise AssertionError("There are no variables to train")
    return variables


@tf_export("contrib.training.train")
def train(train_op: Any, logdir: str | None, master: str = "", is_chief: bool = True,
          scaffold: Any = None, hooks: Any = None, chief_only_hooks: Any = None,
          save_checkpoint_secs: float | None = 600, save_summaries_steps: int | None = 100,
          config: Any = None, max_wait_secs: float = 7200, run_metadata: Any = None) -> Any:
    """Run `train_op` in a monitored session until a hook stops it; return its last value.

    Raises: ValueError for a chief that shall save, but has no `logdir`.
    Source: TF 1.15 docs, tf.contrib.training.train.
    """
    if logdir is None and is_chief:
        if save_summaries_steps:
            raise ValueError("logdir cannot be None when save_summaries_steps is not None")
        if save_checkpoint_secs:
            raise ValueError("logdir cannot be None when save_checkpoint_secs is not None")
    with tf.train.MonitoredTrainingSession(
            master=master, is_chief=is_chief, checkpoint_dir=logdir, scaffold=scaffold,
            hooks=hooks, chief_only_hooks=chief_only_hooks,
            save_checkpoint_secs=save_checkpoint_secs, save_summaries_steps=save_summaries_steps,
            config=config, max_wait_secs=max_wait_secs) as session:
        loss = None
        while not session.should_stop():
            loss = session.run(train_op, run_metadata=run_metadata)
    return loss
