"""One evaluation: update the metrics batch by batch, then read their values."""

from __future__ import annotations

import math
import time
from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import exported
from tftutor.framework.collections import GraphKeys
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.graph_functions import control_dependencies
from tftutor.ops.identity import identity
from tftutor.ops.init_ops import Zeros
from tftutor.ops.state import assign_add
from tftutor.ops.variable_scope import get_variable
from tftutor.platform import tf_logging
from tftutor.train.monitored_session import MonitoredSession
from tftutor.train.session_creators import ChiefSessionCreator
from tftutor.train.session_run_hook import SessionRunArgs, SessionRunHook
from tftutor.train.value_hooks import FinalOpsHook


def get_or_create_eval_step() -> Any:
    """The local variable that counts the batches of an evaluation.

    Raises: ValueError when the graph has several.
    """
    found = get_default_graph().get_collection(GraphKeys.EVAL_STEP)
    if len(found) > 1:
        raise ValueError("Multiple tensors added to tf.GraphKeys.EVAL_STEP")
    if found:
        return found[0]
    return get_variable("eval_step", shape=[], dtype=dtypes.int64, initializer=Zeros(),
                        trainable=False,
                        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.EVAL_STEP])


class StopAfterNEvalsHook(SessionRunHook):
    """Ends an evaluation after `num_evals` batches, and logs about ten times how far it is."""

    def __init__(self, num_evals: int | None, log_progress: bool = True) -> None:
        self._num_evals = num_evals
        self._evals_completed: Any = None
        self._log_progress = log_progress
        self._log_frequency = (1 if num_evals is None or num_evals < 20
                               else math.floor(num_evals / 10.0))

    def set_evals_completed(self, tensor: Any) -> None:
        """Tell it which tensor counts."""
        self._evals_completed = tensor

    def before_run(self, run_context: Any) -> SessionRunArgs:
        """Ask for the count."""
        return SessionRunArgs({"evals_completed": self._evals_completed})

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Log and stop."""
        done, wanted = run_values.results["evals_completed"], self._num_evals
        if self._log_progress:
            if wanted is None:
                tf_logging.info("Evaluation [%d]", done)
            elif done % self._log_frequency == 0 or wanted == done:
                tf_logging.info("Evaluation [%d/%d]", done, wanted)
        if wanted is not None and done >= wanted:
            run_context.request_stop()


def evaluate_once(checkpoint_path: str | None, master: str = "", scaffold: Any = None,
                  eval_ops: Any = None, final_ops: Any = None, hooks: Any = None,
                  config: Any = None) -> Any:
    """Restore `checkpoint_path` (or initialise), run `eval_ops` until the data or a hook end it.

    Returns: the values of `final_ops` after that.
    """
    eval_step = get_or_create_eval_step()
    hooks = list(hooks or ())
    if eval_ops is not None:
        eval_ops = [eval_ops, assign_add(eval_step, 1, use_locking=True)]
        with control_dependencies(eval_ops):
            count = identity(eval_step.read_value())
        for hook in hooks:
            if isinstance(hook, StopAfterNEvalsHook):
                hook.set_evals_completed(count)
    tf_logging.info("Starting evaluation at "
                    + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.localtime()))
    creator = ChiefSessionCreator(scaffold=scaffold, checkpoint_filename_with_path=checkpoint_path,
                                  master=master, config=config)
    final = FinalOpsHook(final_ops)
    with MonitoredSession(session_creator=creator, hooks=[*hooks, final]) as session:
        if eval_ops is not None:
            while not session.should_stop():
                session.run(eval_ops)
    tf_logging.info("Finished evaluation at "
                    + time.strftime("%Y-%m-%d-%H:%M:%S", time.localtime()))
    return final.final_ops_values


def with_local_init(scaffold: Any) -> Any:
    """The scaffold; where it has a local_init_op of its own, the usual one runs, too.

    A model that initialises tables itself would else leave its metrics uninitialised.
    """
    from tftutor.train.scaffold import Scaffold

    if not (scaffold and scaffold.local_init_op):
        return scaffold
    get_or_create_eval_step()  # among the local variables that are initialised
    both = exported("group")(scaffold.local_init_op, Scaffold.default_local_init_op())
    return Scaffold(local_init_op=both, copy_from_scaffold=scaffold)
