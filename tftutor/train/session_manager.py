"""SessionManager: a session whose variables are restored, initialised or waited for."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.client.session import Session
from tftutor.framework.api import tf_export
from tftutor.framework.default_graph import get_default_graph
from tftutor.platform import tf_logging
from tftutor.train import checkpoint_management

_LONGEST_PAUSE = 0.5  # seconds between two looks at a model that another process makes ready


@tf_export("train.SessionManager")
class SessionManager:
    """Creates sessions that are ready to train, from a checkpoint where there is one.

    Args:
      local_init_op: run in every new session, once `ready_for_local_init_op` agrees.
      ready_op, ready_for_local_init_op: string vectors that name what isn't initialised yet; empty
        ones mean ready.
      graph: by default the default graph.
      recovery_wait_secs: pause between looks for a checkpoint, and between lines in the log while
        another process makes the model ready (looked at twice a second).
      local_init_run_options: RunOptions for `local_init_op`.

    Raises: ValueError for a `ready_for_local_init_op` without a `local_init_op`.
    Source: TF 1.15 docs, tf.train.SessionManager.
    """

    def __init__(self, local_init_op: Any = None, ready_op: Any = None,
                 ready_for_local_init_op: Any = None, graph: Any = None,
                 recovery_wait_secs: float = 30, local_init_run_options: Any = None) -> None:
        self._local_init_op = local_init_op
        self._ready_op = ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._graph = get_default_graph() if graph is None else graph
        self._recovery_wait_secs = recovery_wait_secs
        self._local_init_run_options = local_init_run_options
        if ready_for_local_init_op is not None and local_init_op is None:
            raise ValueError("If you pass a ready_for_local_init_op you must also pass a "
                             "local_init_op , ready_for_local_init_op "
                             f"[{ready_for_local_init_op}]")

    def prepare_session(self, master: str, init_op: Any = None, saver: Any = None,
                        checkpoint_dir: str | None = None,
                        checkpoint_filename_with_path: str | None = None,
                        wait_for_checkpoint: bool = False, max_wait_secs: float = 7200,
                        config: Any = None, init_feed_dict: Any = None, init_fn: Any = None) -> Any:
        """A session restored from the latest checkpoint, or else initialised.

        Args:
          master: "" for this process.
          init_op, init_feed_dict, init_fn: run `init_op`, then `init_fn(session)`, when there is
            no checkpoint.
          saver: restores from the latest checkpoint of `checkpoint_dir`, or from
            `checkpoint_filename_with_path`.
          wait_for_checkpoint, max_wait_secs: wait for a checkpoint, at most so long.

        Raises: RuntimeError when the model is not ready after all; ValueError for both places of
        checkpoints.
        Source: TF 1.15 docs, tf.train.SessionManager.prepare_session.
        """
        sess, is_restored = self._restore_checkpoint(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint,
            max_wait_secs, config)
        if not is_restored:
            if init_op is None and not init_fn and self._local_init_op is None:
                raise RuntimeError("Model is not initialized and no init_op or init_fn or "
                                   "local_init_op was given")
            if init_op is not None:
                sess.run(init_op, feed_dict=init_feed_dict)
            if init_fn:
                init_fn(sess)
        done, reason = self._try_run_local_init_op(sess)
        if not done:
            raise RuntimeError("Init operations did not make model ready for local_init.  Init "
                               f"op: {_name_of(init_op)}, init fn: {init_fn}, error: {reason}")
        ready, reason = _ready(self._ready_op, sess, "Model not ready")
        if not ready:
            raise RuntimeError(
                f"Init operations did not make model ready.  Init op: {_name_of(init_op)}, init "
                f"fn: {init_fn}, local_init_op: {self._local_init_op}, error: {reason}")
        return sess

    def recover_session(self, master: str, saver: Any = None, checkpoint_dir: str | None = None,
                        checkpoint_filename_with_path: str | None = None,
                        wait_for_checkpoint: bool = False, max_wait_secs: float = 7200,
                        config: Any = None) -> tuple[Any, bool]:
        """A new session, and whether it could be restored from a checkpoint and is ready.

        The arguments are those of `prepare_session`.
        Raises: ValueError for both places of checkpoints.
        Source: TF 1.15 docs, tf.train.SessionManager.recover_session.
        """
        sess, is_restored = self._restore_checkpoint(
            master, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint,
            max_wait_secs, config)
        done, reason = self._try_run_local_init_op(sess)
        if not is_restored:
            return sess, False
        source = checkpoint_dir or checkpoint_filename_with_path
        if not done:
            tf_logging.info("Restoring model from %s did not make model ready for local init: %s",
                            source, reason)
            return sess, False
        ready, reason = _ready(self._ready_op, sess, "Model not ready")
        if not ready:
            tf_logging.info("Restoring model from %s did not make model ready: %s", source, reason)
            return sess, False
        tf_logging.info("Restored model from %s", source)
        return sess, True

    def wait_for_session(self, master: str, config: Any = None,
                         max_wait_secs: float | None = float("Inf")) -> Any:
        """A session on a model that another process initialises; wait until it has.

        Raises: tf.errors.DeadlineExceededError after `max_wait_secs`.
        Source: TF 1.15 docs, tf.train.SessionManager.wait_for_session.
        """
        limit = float("Inf") if max_wait_secs is None else max_wait_secs
        start = time.monotonic()
        last_told: float = start
        last_reasons: tuple[str | None, str | None] | None = None
        # TF sleeps recovery_wait_secs between two looks: its workers begin up to 30 s late.
        pause = min(self._recovery_wait_secs, _LONGEST_PAUSE)
        while True:
            sess = Session(master, graph=self._graph, config=config)
            reason = None
            done, local_reason = self._try_run_local_init_op(sess)
            if done:
                ready, reason = _ready(self._ready_op, sess, "Model not ready")
                if ready:
                    return sess
            sess.close()
            now = time.monotonic()
            if now - start + pause > limit:
                raise errors.DeadlineExceededError(
                    None, None, f"Session was not ready after waiting {int(limit)} secs.")
            reasons = (local_reason, reason)
            if reasons != last_reasons or now - last_told >= self._recovery_wait_secs:
                last_told, last_reasons = now, reasons
                tf_logging.info("Waiting for model to be ready.  Ready_for_local_init_op:  %s, "
                                "ready: %s", local_reason, reason)
            time.sleep(pause)

    def _restore_checkpoint(self, master: str, saver: Any, checkpoint_dir: str | None,
                            filename: str | None, wait: bool, max_wait_secs: float, config: Any
                            ) -> tuple[Session, bool]:
        """A new session, and whether a checkpoint was restored in it."""
        sess = Session(master, graph=self._graph, config=config)
        if checkpoint_dir and filename:
            raise ValueError("Can not provide both checkpoint_dir and "
                             "checkpoint_filename_with_path.")
        if not saver or not (checkpoint_dir or filename):
            return sess, False
        if filename:
            saver.restore(sess, filename)
            return sess, True
        state = self._checkpoint_state(checkpoint_dir, max_wait_secs if wait else 0)
        if state is None:
            return sess, False
        saver.restore(sess, state.model_checkpoint_path)
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        return sess, True

    def _checkpoint_state(self, checkpoint_dir: Any, max_wait_secs: float) -> Any:
        """The directory's checkpoint state once it names a checkpoint; None when it doesn't."""
        waited = 0.0
        while True:
            state = checkpoint_management.get_checkpoint_state(checkpoint_dir)
            if state and state.model_checkpoint_path:
                return state
            if waited >= max_wait_secs:
                return None
            tf_logging.info("Waiting for checkpoint to be available.")
            time.sleep(self._recovery_wait_secs)
            waited += self._recovery_wait_secs

    def _try_run_local_init_op(self, sess: Any) -> tuple[bool, str | None]:
        """Run `local_init_op` when the model is ready for it; else say why it isn't."""
        if self._local_init_op is None:
            return True, None
        ready, reason = _ready(self._ready_for_local_init_op, sess,
                               "Model not ready for local init")
        if not ready:
            return False, reason
        tf_logging.info("Running local_init_op.")
        sess.run(self._local_init_op, options=self._local_init_run_options)
        tf_logging.info("Done running local_init_op.")
        return True, None


def _name_of(obj: Any) -> str:
    if obj is None:
        return "None"
    return obj.name if hasattr(obj, "name") else f"<no name for {type(obj)}>"


def _ready(op: Any, sess: Any, warning: str) -> tuple[bool, str | None]:
    """Whether `op` names nothing that is missing; and what it names."""
    if op is None:
        return True, None
    try:
        missing = sess.run(op)
    except errors.FailedPreconditionError as error:
        if "uninitialized" not in str(error):
            tf_logging.warning("%s : error [%s]", warning, str(error))
            raise
        return False, str(error)
    if missing is None or missing.dtype == np.int32 or missing.size == 0:
        return True, None
    return False, "Variables not initialized: " + ", ".join(name.decode() for name in missing)
