"""SyncReplicasOptimizer: the gradients of all workers are averaged before they are applied.

What a step looks like, with N gradients to aggregate:

1. Each worker computes its gradients and pushes them into one accumulator a variable, each beside
   its variable. Then it waits for a token.
2. A thread of the chief waits for N gradients in every accumulator, applies the averages, counts
   the global step up and puts tokens with the new step's number into a queue.
3. A worker that gets a token notes the number as its local step. Its next gradients carry it: those
   that come too late, when the accumulators are a step further, are dropped.

With more workers than N the slowest are backups; with fewer, a worker does several batches a step.
"""

from __future__ import annotations

import sys
from typing import Any

from tftutor.composite.accumulators import ConditionalAccumulator, SparseConditionalAccumulator
from tftutor.composite.group import group
from tftutor.composite.queues import FIFOQueue
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.framework.graph_functions import colocate_with, control_dependencies, device
from tftutor.framework.indexed_slices import IndexedSlices
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.ops.array_fill import fill
from tftutor.ops.identity import no_op
from tftutor.ops.state import assign
from tftutor.ops.variable_lists import global_variables, report_uninitialized_variables
from tftutor.ops.variables import Variable
from tftutor.platform import tf_logging
from tftutor.train.optimizer import Optimizer
from tftutor.train.queue_runner import QueueRunner
from tftutor.train.session_manager import _ready
from tftutor.train.session_run_hook import SessionRunHook

# When the training ends the chief's thread waits for gradients that will never come. TF waits the
# coordinator's 120 s for it; this is enough to finish a step that is being applied.
GRACE_SECS = 2.0
_told: list[str] = []


@tf_export("train.SyncReplicasOptimizer")
class SyncReplicasOptimizer(Optimizer):
    """Wraps an optimizer: a step applies the mean gradient of several workers.

    Args:
      opt: the optimizer that applies the mean.
      replicas_to_aggregate: how many gradients a step takes.
      total_num_replicas: how many workers there are; by default as many. More: the others are
        backups. Fewer: they compute several batches a step.
      variable_averages, variables_to_average: an ExponentialMovingAverage to apply to these
        variables after each step.

    Attributes, after `apply_gradients`: chief_init_op and local_step_init_op, to run by the chief
    and by the others before the first step, once ready_for_local_init_op names no variable.

    Source: TF 1.15 docs, tf.train.SyncReplicasOptimizer.
    """

    def __init__(self, opt: Any, replicas_to_aggregate: int, total_num_replicas: int | None = None,
                 variable_averages: Any = None, variables_to_average: Any = None,
                 use_locking: bool = False, name: str = "sync_replicas") -> None:
        _tell_deprecated(sys._getframe(1))
        if total_num_replicas is None:
            total_num_replicas = replicas_to_aggregate
        super().__init__(use_locking, name)
        tf_logging.info("SyncReplicasV2: replicas_to_aggregate=%s; total_num_replicas=%s",
                        replicas_to_aggregate, total_num_replicas)
        self._opt = opt
        self._replicas_to_aggregate = replicas_to_aggregate
        self._total_num_replicas = total_num_replicas
        self._tokens_per_step = max(total_num_replicas, replicas_to_aggregate)
        self._variable_averages = variable_averages
        self._variables_to_average = variables_to_average
        self._gradients_applied = False
        self._global_step: Any = None
        self._local_step: Any = None
        self._sync_token_queue: Any = None
        self._chief_queue_runner: QueueRunner | None = None
        self._accumulator_list: list[tuple[Any, str]] = []
        self.local_step_init_op: Any = None
        self.chief_init_op: Any = None
        self.ready_for_local_init_op: Any = None

    def compute_gradients(self, *args: Any, **kwargs: Any) -> list[tuple[Any, Any]]:
        """The (gradient, variable) pairs of this worker, from the wrapped optimizer.

        Source: TF 1.15 docs, tf.train.SyncReplicasOptimizer.compute_gradients.
        """
        return self._opt.compute_gradients(*args, **kwargs)

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None,
                        name: str | None = None) -> Any:
        """Add the operations of a synchronous step; return the one that each worker runs.

        Args:
          grads_and_vars: (gradient, variable) pairs of this worker.
          global_step: the variable that counts the steps.

        Returns: the operation that pushes the gradients and waits for the next step.
        Raises: ValueError without pairs or without a global step, or for an odd gradient.
        Source: TF 1.15 docs, tf.train.SyncReplicasOptimizer.apply_gradients.
        """
        if not grads_and_vars:
            raise ValueError("Must supply at least one variable")
        if global_step is None:
            raise ValueError("Global step is required to check staleness")
        self._global_step = global_step
        self._add_local_step(global_step)
        with name_scope(None, self._name):
            pushes, averaged = self._accumulate(grads_and_vars)
            with device(global_step.device), name_scope(""):
                update_op = self._opt.apply_gradients(averaged, global_step)
            with device(global_step.device), name_scope(""):
                self._sync_token_queue = FIFOQueue(
                    -1, global_step.dtype.base_dtype, shapes=(), name="sync_token_q",
                    shared_name="sync_token_q")
                # A queue runner closes its queue at the end. The tokens' queue may lie on a
                # parameter server and must survive, so the runner gets another one.
                runners_queue = FIFOQueue(1, dtypes.int32, shapes=(), name="dummy_queue",
                                          shared_name="dummy_queue")
            with device(global_step.device), name_scope(""):
                train_op = self._wait_for_token(pushes)
                sync_op = self._give_tokens_after(update_op)
                self._chief_queue_runner = QueueRunner(runners_queue, [sync_op])
            self._add_chief_init_op()
            self._gradients_applied = True
            return train_op

    # -- the parts of the graph -----------------------------------------------------------------

    def _add_local_step(self, global_step: Any) -> None:
        """The worker's own variable: the step that its gradients belong to."""
        anchor = no_op()  # lies on this worker's device, and with it the variable
        with colocate_with(anchor):
            self._local_step = Variable(
                initial_value=0, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES],
                dtype=global_step.dtype.base_dtype, name="sync_rep_local_step")
        self.local_step_init_op = assign(self._local_step, global_step)
        self.ready_for_local_init_op = report_uninitialized_variables(global_variables())

    def _accumulate(self, grads_and_vars: Any) -> tuple[list[Any], list[tuple[Any, Any]]]:
        """The operations that push this worker's gradients, and (mean gradient, variable) pairs."""
        pushes: list[Any] = []
        averaged: list[tuple[Any, Any]] = []
        for grad, variable in grads_and_vars:
            with device(variable.device):
                if grad is None:
                    averaged.append((None, variable))
                    continue
                accumulator, push, mean = self._accumulate_one(grad, variable)
                pushes.append(push)
                averaged.append((mean, variable))
                self._accumulator_list.append((accumulator, variable.device))
        return pushes, averaged

    def _accumulate_one(self, grad: Any, variable: Any) -> tuple[Any, Any, Any]:
        shared_name = f"{variable.name}/grad_accum"
        if isinstance(grad, Tensor):
            dense = ConditionalAccumulator(grad.dtype, shape=variable.get_shape(),
                                           shared_name=shared_name)
            return (dense, dense.apply_grad(grad, local_step=self._local_step),
                    dense.take_grad(self._replicas_to_aggregate))
        if not isinstance(grad, IndexedSlices):
            raise ValueError("Unknown grad type!")
        sparse = SparseConditionalAccumulator(grad.dtype, shape=(), shared_name=shared_name)
        return (sparse, sparse.apply_indexed_slices_grad(grad, local_step=self._local_step),
                sparse.take_indexed_slices_grad(self._replicas_to_aggregate))

    def _wait_for_token(self, pushes: list[Any]) -> Any:
        with control_dependencies(pushes):
            token = self._sync_token_queue.dequeue()
        return assign(self._local_step, token)

    def _give_tokens_after(self, update_op: Any) -> Any:
        with control_dependencies([update_op]):
            tokens = fill([self._tokens_per_step], self._global_step)
            sync_op = self._sync_token_queue.enqueue_many((tokens,))
        if self._variable_averages is not None:
            with control_dependencies([sync_op]), name_scope(""):
                sync_op = self._variable_averages.apply(self._variables_to_average)
        return sync_op

    def _add_chief_init_op(self) -> None:
        init_ops = [self.local_step_init_op]
        for accumulator, place in self._accumulator_list:
            with device(place):
                init_ops.append(accumulator.set_global_step(self._global_step,
                                                            name="SetGlobalStep"))
        self.chief_init_op = group(*init_ops)

    # -- what the chief needs -------------------------------------------------------------------

    def get_chief_queue_runner(self) -> QueueRunner | None:
        """The queue runner whose thread applies the averages, in the chief.

        Raises: ValueError before `apply_gradients`.
        Source: TF 1.15 docs, tf.train.SyncReplicasOptimizer.get_chief_queue_runner.
        """
        if not self._gradients_applied:
            raise ValueError("Should be called after apply_gradients().")
        return self._chief_queue_runner

    def get_init_tokens_op(self, num_tokens: int = -1) -> Any:
        """The operation with which the chief puts the first tokens into the queue.

        With fewer workers than gradients to aggregate, they need tokens to go on before the first
        step is done.

        Args:
          num_tokens: how many; by default `replicas_to_aggregate`.

        Raises: ValueError before `apply_gradients`, or for too few.
        Source: TF 1.15 docs, tf.train.SyncReplicasOptimizer.get_init_tokens_op.
        """
        if not self._gradients_applied:
            raise ValueError("get_init_tokens_op() should be called after apply_gradients().")
        needed = self._replicas_to_aggregate - self._total_num_replicas
        if num_tokens == -1:
            num_tokens = self._replicas_to_aggregate
        elif num_tokens < needed:
            raise ValueError(f"Too few tokens to finish the first step: {num_tokens} (given) vs "
                             f"{needed} (needed)")
        if num_tokens <= 0:
            return no_op(name="no_init_tokens")
        with device(self._global_step.device), name_scope(""):
            tokens = fill([num_tokens], self._global_step)
            return self._sync_token_queue.enqueue_many((tokens,))

    def make_session_run_hook(self, is_chief: bool, num_tokens: int = -1) -> SessionRunHook:
        """The hook that starts the synchronous training in a monitored session.

        Args:
          is_chief: does this worker apply the averages? num_tokens: see `get_init_tokens_op`.

        Source: TF 1.15 docs, tf.train.SyncReplicasOptimizer.make_session_run_hook.
        """
        return _SyncReplicasOptimizerHook(self, is_chief, num_tokens)

    # -- of the wrapped optimizer ---------------------------------------------------------------

    def get_slot(self, *args: Any, **kwargs: Any) -> Any:
        """A slot of the wrapped optimizer, or None.

        Source: TF 1.15 docs, tf.train.SyncReplicasOptimizer.get_slot.
        """
        return self._opt.get_slot(*args, **kwargs)

    def get_slot_names(self, *args: Any, **kwargs: Any) -> list[str]:
        """The names of the wrapped optimizer's slots.

        Source: TF 1.15 docs, tf.train.SyncReplicasOptimizer.get_slot_names.
        """
        return self._opt.get_slot_names(*args, **kwargs)

    def variables(self) -> list[Any]:
        """The variables of the wrapped optimizer; the local step isn't among them.

        Source: TF 1.15 docs, tf.train.SyncReplicasOptimizer.variables.
        """
        return self._opt.variables()


class _SyncReplicasOptimizerHook(SessionRunHook):
    """Initialises the local step (the chief: also the accumulators) and starts the chief's thread.

    Source: TF 1.15 docs, tf.train.SyncReplicasOptimizer.make_session_run_hook.
    """

    def __init__(self, sync_optimizer: SyncReplicasOptimizer, is_chief: bool, num_tokens: int
                 ) -> None:
        self._sync_optimizer = sync_optimizer
        self._is_chief = is_chief
        self._num_tokens = num_tokens
        self._local_init_op: Any = None
        self._q_runner: QueueRunner | None = None
        self._init_tokens_op: Any = None

    def begin(self) -> None:
        """Add the nodes that are needed. Raises: ValueError before `apply_gradients`."""
        optimizer = self._sync_optimizer
        if not optimizer._gradients_applied:
            raise ValueError("SyncReplicasOptimizer.apply_gradient should be called before using "
                             "the hook.")
        if self._is_chief:
            self._local_init_op = optimizer.chief_init_op
            self._q_runner = optimizer.get_chief_queue_runner()
            self._init_tokens_op = optimizer.get_init_tokens_op(self._num_tokens)
        else:
            self._local_init_op = optimizer.local_step_init_op

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Begin. Raises: RuntimeError when the global variables aren't initialised."""
        ready, reason = _ready(self._sync_optimizer.ready_for_local_init_op, session,
                               "Model is not ready for SyncReplicasOptimizer local init.")
        if not ready:
            raise RuntimeError("Init operations did not make model ready for "
                               "SyncReplicasOptimizer local_init. Init op: "
                               f"{self._local_init_op.name}, error: {reason}")
        session.run(self._local_init_op)
        if self._init_tokens_op is not None:
            session.run(self._init_tokens_op)
        if self._q_runner is not None:
            threads = self._q_runner.create_threads(session, coord=coord, daemon=True, start=True)
            for thread in threads:
                thread.grace_secs = GRACE_SECS  # type: ignore[attr-defined]


def _tell_deprecated(caller: Any) -> None:
    """Warn once, in TF's words."""
    if _told:
        return
    _told.append("SyncReplicasOptimizer")
    tf_logging.warning(
        "From %s:%d: SyncReplicasOptimizer.__init__ (from tensorflow.python.training."
        "sync_replicas_optimizer) is deprecated and will be removed in a future version.\n"
        "Instructions for updating:\nThe `SyncReplicaOptimizer` class is deprecated. For "
        "synchrononous training, please use [Distribution Strategies](https://github.com/"
        "tensorflow/tensorflow/tree/master/tensorflow/contrib/distribute).",
        caller.f_code.co_filename, caller.f_lineno)
