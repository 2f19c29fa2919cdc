"""`tf.contrib.slim.learning`: the training loop of TF-Slim, around a Supervisor.

    train_op = slim.learning.create_train_op(loss, tf.train.AdamOptimizer(0.01))
    slim.learning.train(train_op, "logs", number_of_steps=1000)

On a cluster every worker calls `train` with `master=server.target` and `is_chief=task_index == 0`.

With a `sync_optimizer` TF's `train` ends after two minutes with a RuntimeError, as a thread of the
chief waits for gradients that nobody will send; here it ends at once and without.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from tftutor import errors
from tftutor.client.timeline import Timeline
from tftutor.compat.aliases import tf
from tftutor.compat.contrib import train_ops
from tftutor.compat.contrib.gradient_transforms import clip_gradient_norms, multiply_gradients
from tftutor.framework.api import tf_export
from tftutor.framework.default_graph import get_default_graph, graph_as_default
from tftutor.platform import file_io, tf_logging
from tftutor.train.global_step_variable import global_step as read_global_step
from tftutor.train.optimizer import Optimizer
from tftutor.train.supervisor import Supervisor
from tftutor.train.sync_replicas import GRACE_SECS, SyncReplicasOptimizer

_USE_DEFAULT = 0
_USE_GLOBAL_STEP = 0
_BETWEEN_LOOKS = 0.2  # seconds, while a worker waits for the step at which it begins


@tf_export("contrib.slim.learning.create_train_op")
def create_train_op(total_loss: Any, optimizer: Any, global_step: Any = _USE_GLOBAL_STEP,
                    update_ops: Any = None, variables_to_train: Any = None,
                    clip_gradient_norm: float = 0, summarize_gradients: bool = False,
                    gate_gradients: int = Optimizer.GATE_OP, aggregation_method: Any = None,
                    colocate_gradients_with_ops: bool = False, gradient_multipliers: Any = None,
                    check_numerics: bool = True) -> Any:
    """As `tf.contrib.training.create_train_op`, with two common changes of the gradients.

    Args:
      clip_gradient_norm: the largest norm of a gradient; 0 for any.
      gradient_multipliers: factors for the gradients of some variables (or names of them).

    Source: TF 1.15 docs, tf.contrib.slim.learning.create_train_op.
    """
    def transform(grads: Any) -> Any:
        if gradient_multipliers:
            with tf.name_scope("multiply_grads"):
                grads = multiply_gradients(grads, gradient_multipliers)
        if clip_gradient_norm > 0:
            with tf.name_scope("clip_grads"):
                grads = clip_gradient_norms(grads, clip_gradient_norm)
        return grads

    return train_ops.create_train_op(
        total_loss, optimizer, global_step=global_step, update_ops=update_ops,
        variables_to_train=variables_to_train, transform_grads_fn=transform,
        summarize_gradients=summarize_gradients, gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops, check_numerics=check_numerics)


@tf_export("contrib.slim.learning.train_step")
def train_step(sess: Any, train_op: Any, global_step: Any, train_step_kwargs: dict[str, Any]
               ) -> tuple[Any, Any]:
    """One step: run `train_op`, log, trace, and look whether to stop.

    `train_step_kwargs` may hold the tensors should_stop, should_log and should_trace, a `logdir`
    and a `summary_writer`.

    Returns: the loss, and whether to stop.
    Raises: ValueError for should_trace without a logdir.
    Source: TF 1.15 docs, tf.contrib.slim.learning.train_step.
    """
    start = time.time()
    options = metadata = None
    if "should_trace" in train_step_kwargs:
        if "logdir" not in train_step_kwargs:
            raise ValueError("logdir must be present in train_step_kwargs when should_trace is "
                             "present")
        if sess.run(train_step_kwargs["should_trace"]):
            options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
            metadata = tf.RunMetadata()
    total_loss, step = sess.run([train_op, global_step], options=options, run_metadata=metadata)
    seconds = time.time() - start
    if metadata is not None:
        _write_trace(metadata, step, train_step_kwargs)
    if "should_log" in train_step_kwargs and sess.run(train_step_kwargs["should_log"]):
        tf_logging.info("global step %d: loss = %.4f (%.3f sec/step)", step, total_loss, seconds)
    should_stop = False
    if "should_stop" in train_step_kwargs:
        should_stop = sess.run(train_step_kwargs["should_stop"])
    return total_loss, should_stop


def _write_trace(metadata: Any, step: Any, kwargs: dict[str, Any]) -> None:
    path = os.path.join(kwargs["logdir"], f"tf_trace-{step}.json")
    tf_logging.info("Writing trace to %s", path)
    trace = Timeline(metadata.step_stats).generate_chrome_trace_format()
    file_io.write_string_to_file(path, trace)
    if "summary_writer" in kwargs:
        kwargs["summary_writer"].add_run_metadata(metadata, f"run_metadata-{step}")


@tf_export("contrib.slim.learning.train")
def train(train_op: Any, logdir: str | None, train_step_fn: Callable[..., Any] = train_step,
          train_step_kwargs: Any = _USE_DEFAULT, log_every_n_steps: int = 1, graph: Any = None,
          master: str = "", is_chief: bool = True, global_step: Any = None,
          number_of_steps: int | None = None, init_op: Any = _USE_DEFAULT,
          init_feed_dict: Any = None, local_init_op: Any = _USE_DEFAULT, init_fn: Any = None,
          ready_op: Any = _USE_DEFAULT, summary_op: Any = _USE_DEFAULT,
          save_summaries_secs: float = 600, summary_writer: Any = _USE_DEFAULT,
          startup_delay_steps: int = 0, saver: Any = None, save_interval_secs: float = 600,
          sync_optimizer: Any = None, session_config: Any = None,
          session_wrapper: Callable[[Any], Any] | None = None,
          trace_every_n_steps: int | None = None, ignore_live_threads: bool = False) -> Any:
    """Train until `number_of_steps` or the end of the data; return the last loss.

    Args:
      train_op: gives the loss and trains, as `create_train_op` makes it.
      logdir: for checkpoints and summaries; None for neither.
      train_step_fn: called with session, train_op, global step and `train_step_kwargs`; returns
        the loss and whether to stop.
      init_op, local_init_op, ready_op, init_feed_dict, init_fn: see tf.train.Supervisor.
      startup_delay_steps: workers other than the chief wait for this global step.
      sync_optimizer: a SyncReplicasOptimizer, or several.
      session_wrapper: called with the session; what it returns is used instead.
      trace_every_n_steps: write a Chrome trace to `logdir` so often.

    Raises: ValueError for arguments that contradict each other.
    Source: TF 1.15 docs, tf.contrib.slim.learning.train.
    """
    _check(train_op, logdir, summary_op, saver, trace_every_n_steps)
    if isinstance(sync_optimizer, SyncReplicasOptimizer):
        sync_optimizer = [sync_optimizer]
    _check_steps(sync_optimizer, startup_delay_steps, number_of_steps)
    graph = graph or get_default_graph()
    with graph_as_default(graph):
        if global_step is None:
            global_step = tf.train.get_or_create_global_step()
        saver = saver or tf.train.Saver()
        inits = _init_ops(init_op, ready_op, local_init_op, sync_optimizer, is_chief)
        if summary_op == _USE_DEFAULT:
            summary_op = tf.summary.merge_all()
        if summary_writer == _USE_DEFAULT:
            summary_writer = Supervisor.USE_DEFAULT
        chief = _Chief(sync_optimizer if is_chief else None)
        if train_step_kwargs == _USE_DEFAULT:
            train_step_kwargs = _step_kwargs(global_step, number_of_steps, log_every_n_steps,
                                             trace_every_n_steps if is_chief else None, logdir)
    sv = Supervisor(graph=graph, is_chief=is_chief, logdir=logdir, init_feed_dict=init_feed_dict,
                    summary_op=summary_op, summary_writer=summary_writer, global_step=global_step,
                    saver=saver, save_summaries_secs=save_summaries_secs,
                    save_model_secs=save_interval_secs, init_fn=init_fn, **inits)
    if summary_writer is not None:
        train_step_kwargs["summary_writer"] = sv.summary_writer
    wait_for = 0 if is_chief else min(startup_delay_steps, number_of_steps or sys.maxsize)
    loop = _Loop(sv, chief, bool(logdir), wait_for, session_wrapper, ignore_live_threads)
    return loop.run(lambda: sv.managed_session(master, start_standard_services=False,
                                               config=session_config),
                    lambda sess: train_step_fn(sess, train_op, global_step, train_step_kwargs))


class _Loop:
    """Trains in one session after the other until one comes to the end."""

    def __init__(self, sv: Any, chief: _Chief, has_logdir: bool, wait_for: int,
                 session_wrapper: Callable[[Any], Any] | None, ignore_live_threads: bool) -> None:
        self.sv = sv
        self.chief = chief
        self.has_logdir = has_logdir
        self.wait_for = wait_for
        self.session_wrapper = session_wrapper
        self.ignore_live_threads = ignore_live_threads
        self.total_loss: Any = None

    def run(self, new_session: Callable[[], Any], step: Callable[[Any], tuple[Any, Any]]) -> Any:
        """Train; a session whose server was restarted is followed by a new one."""
        while True:
            try:
                with new_session() as sess:
                    sess, threads = self._begin(sess)
                    self._steps(sess, step)
                    self._finish(sess, threads)
                return self.total_loss
            except errors.AbortedError:
                tf_logging.info("Retrying training!")

    def _begin(self, sess: Any) -> tuple[Any, Any]:
        tf_logging.info("Starting Session.")
        if self.session_wrapper is not None:
            tf_logging.info("Wrapping session with wrapper function: %s", self.session_wrapper)
            sess = self.session_wrapper(sess)
        if self.sv.is_chief and self.has_logdir:
            self.sv.start_standard_services(sess)
        elif self.wait_for > 0:
            _wait_for_step(sess, self.sv.global_step, self.wait_for)
        threads = self.sv.start_queue_runners(sess)
        tf_logging.info("Starting Queues.")
        self.chief.start(self.sv, sess)
        return sess, threads

    def _steps(self, sess: Any, step: Callable[[Any], tuple[Any, Any]]) -> None:
        try:
            while not self.sv.should_stop():
                self.total_loss, should_stop = step(sess)
                if should_stop:
                    tf_logging.info("Stopping Training.")
                    self.sv.request_stop()
                    break
        except errors.OutOfRangeError as error:  # the end of the data
            tf_logging.info("Caught OutOfRangeError. Stopping Training. %s", error)

    def _finish(self, sess: Any, threads: Any) -> None:
        saves = self.has_logdir and self.sv.is_chief
        if saves:
            tf_logging.info("Finished training! Saving model to disk.")
            self.sv.saver.save(sess, self.sv.save_path, global_step=self.sv.global_step)
        if saves or self.chief.leaves_threads:
            self.sv.stop(threads, close_summary_writer=True,
                         ignore_live_threads=self.ignore_live_threads
                         or self.chief.leaves_threads)


def _check(train_op: Any, logdir: Any, summary_op: Any, saver: Any, trace_steps: Any) -> None:
    if train_op is None:
        raise ValueError("train_op cannot be None.")
    if logdir is None:
        if summary_op != _USE_DEFAULT:
            raise ValueError("Cannot provide summary_op because logdir=None")
        if saver is not None:
            raise ValueError("Cannot provide saver because logdir=None")
        if trace_steps is not None:
            raise ValueError("Cannot provide trace_every_n_steps because logdir=None")


def _check_steps(sync_optimizer: Any, startup_delay_steps: int, number_of_steps: Any) -> None:
    if sync_optimizer is not None and startup_delay_steps > 0:
        raise ValueError("startup_delay_steps must be zero when sync_optimizer is supplied.")
    if number_of_steps is not None and number_of_steps <= 0:
        raise ValueError("`number_of_steps` must be either None or a positive number.")
    for optimizer in sync_optimizer or ():
        if not isinstance(optimizer, SyncReplicasOptimizer):
            raise ValueError("`sync_optimizer` must be a tf.train.SyncReplicasOptimizer.")


def _init_ops(init_op: Any, ready_op: Any, local_init_op: Any, sync_optimizers: Any,
              is_chief: bool) -> dict[str, Any]:
    """The operations that make a session ready, by the Supervisor's names for them."""
    ready_for_local = None
    with tf.name_scope("init_ops"):
        if init_op == _USE_DEFAULT:
            init_op = tf.global_variables_initializer()
        if ready_op == _USE_DEFAULT:
            ready_op = tf.report_uninitialized_variables()
        if local_init_op == _USE_DEFAULT:
            local_init_op = tf.group(tf.local_variables_initializer(), tf.tables_initializer())
        if sync_optimizers is not None:
            with tf.control_dependencies([] if local_init_op is None else [local_init_op]):
                local_init_op = tf.group(*[
                    each.chief_init_op if is_chief else each.local_step_init_op
                    for each in sync_optimizers])
            tf.group(*[each.ready_for_local_init_op for each in sync_optimizers])
            # TF waits for the group, which has no value and so counts as ready at once: a worker
            # that is there before the chief then fails.
            ready_for_local = sync_optimizers[-1].ready_for_local_init_op
    return {"init_op": init_op, "ready_op": ready_op, "local_init_op": local_init_op,
            "ready_for_local_init_op": ready_for_local}


class _Chief:
    """What the chief does for synchronous training; without optimizers, nothing."""

    def __init__(self, optimizers: Any) -> None:
        self._tokens = [each.get_init_tokens_op() for each in optimizers or ()]
        self._runners = [each.get_chief_queue_runner() for each in optimizers or ()]

    @property
    def leaves_threads(self) -> bool:
        """Whether threads wait for gradients still when the training has ended."""
        return bool(self._runners)

    def start(self, sv: Any, sess: Any) -> None:
        """Let workers begin."""
        if self._tokens:
            for thread in sv.start_queue_runners(sess, self._runners):
                thread.grace_secs = GRACE_SECS
            sess.run(self._tokens)


def _step_kwargs(global_step: Any, number_of_steps: Any, log_steps: int, trace_steps: Any,
                 logdir: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with tf.name_scope("train_step"):
        if number_of_steps:
            found["should_stop"] = tf.greater_equal(global_step, number_of_steps)
        else:
            found["should_stop"] = tf.constant(False)
        if log_steps > 0:
            found["should_log"] = tf.equal(tf.mod(global_step, log_steps), 0)
        if trace_steps is not None:
            found["should_trace"] = tf.equal(tf.mod(global_step, trace_steps), 0)
            found["logdir"] = logdir
    return found


def _wait_for_step(sess: Any, global_step: Any, step: int) -> None:
    while read_global_step(sess, global_step) < step:
        time.sleep(_BETWEEN_LOOKS)
