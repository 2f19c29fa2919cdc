"""MasterSession: what a session with a target does.

It opens a session on each task of the cluster, and from then on cuts steps, registers the parts and
runs them. Two sessions with the same targets share the variables of the tasks.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import secrets
import weakref
from collections.abc import Callable, Sequence

from tftutor import errors
from tftutor.distributed.cluster_plan import ClusterPlan, name_transfers
from tftutor.distributed.cluster_tasks import LONGEST_WAIT, PATIENCE, ClusterTasks
from tftutor.distributed.remote_task import RemoteTask
from tftutor.distributed.worker import CLOSED
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.cut_step import CutStep, cut_step
from tftutor.runtime.devices import Device, task_of
from tftutor.runtime.plan import Step

_open_masters: weakref.WeakSet[MasterSession] = weakref.WeakSet()


class MasterSession:
    """A session on the tasks of a cluster.

    Args:
      target: `grpc://host:port` of any task.
      device_filters: only tasks that fit one of them are asked, and the target's own.
      isolated: the session has variables of its own on every task.
      wait: seconds to wait for tasks that can't be reached, all of them together.

    Raises: what ClusterTasks raises.
    """

    closed_text = CLOSED  # why a step that waits is cancelled by `close`

    def __init__(self, target: str, device_filters: Sequence[str] = (), isolated: bool = False,
                 wait: float = LONGEST_WAIT) -> None:
        self.name = secrets.token_hex(8)
        self._cluster = ClusterTasks(target, f"session {self.name[:6]}", device_filters, wait)
        master = self._cluster.master
        self._request = {"session": self.name, "isolate": isolated, "origin": master.name,
                         "hosted": master.is_here}
        self._is_used = False
        self._transfer_numbers = itertools.count()
        self._open()
        _open_masters.add(self)
        self.host = min(self.devices, key=lambda d: (d.device_type != "CPU", d.name))

    @property
    def tasks(self) -> dict[str, RemoteTask]:
        """The tasks by name, the target's own first."""
        return self._cluster.tasks

    @property
    def devices(self) -> list[Device]:
        """The devices of all tasks."""
        return self._cluster.devices

    def _open(self) -> None:
        """Open the session on all tasks; one whose program has just ended is left out."""
        try:
            for task in list(self.tasks.values()):
                try:
                    task.call("open_session", self._request)
                except errors.UnavailableError:
                    if not self._cluster.has_ended(task):
                        raise
                    self._cluster.leave_out(task)
        except BaseException:
            self._forget()
            raise

    def _task_of(self, device: str) -> RemoteTask:
        return self.tasks[task_of(device)]

    # -- steps ------------------------------------------------------------------------------

    def plan(self, step: Step, device_of: Callable[[Operation], Device]) -> ClusterPlan:
        """Register a step with the tasks that have a part in it."""
        cut = cut_step(step, device_of, self.host, keep_targets=True)
        cut.early = self._read_early(cut)
        name_transfers(cut, self._transfer_numbers)
        try:
            plan = ClusterPlan(cut, self.name, self._task_of)
        except errors.AbortedError:
            if self._is_used:
                raise
            self._open()  # in TensorFlow a session begins with its first step
            plan = ClusterPlan(cut, self.name, self._task_of)
        self._is_used = True
        return plan

    def _read_early(self, cut: CutStep) -> frozenset[Tensor]:
        """The variables that are fetched as they are before the updates of the same step.

        A task sends what is fetched as soon as it is there: `session.run([train_op, global_step])`
        gives the step before the training. Only the target's own task, which has nothing to send,
        hands out the memory of the variable, and with it the update.
        """
        own = next(iter(self.tasks))
        elsewhere = [p for p in cut.partitions if p.device.task != own]
        return frozenset(t for p in elsewhere for t in p.fetches if t not in cut.feeds
                         and (t.dtype._is_ref_dtype or t in cut.late.updated))

    # -- the end ----------------------------------------------------------------------------

    def close(self) -> None:
        """Forget the session on every task; the variables stay.

        Raises: AbortedError for a session that was ended by a reset or has lost its master.
        """
        _open_masters.discard(self)
        master = self._cluster.master
        if not self._is_used:
            self._forget()
            return
        self._forget(but=master)
        try:
            with contextlib.suppress(errors.UnavailableError, errors.DeadlineExceededError):
                master.call("close_session", {"session": self.name}, timeout=PATIENCE)
        except errors.AbortedError:
            raise errors.AbortedError(
                None, None, f"Session {self.name} is not found. Possibly, this master has "
                            "restarted.") from None

    def _forget(self, but: RemoteTask | None = None) -> None:
        for task in self.tasks.values():
            if task is not but:
                task.tell("close_session", {"session": self.name})


@atexit.register
def _close_all() -> None:
    """A program that comes to its end without closing its sessions hasn't crashed."""
    for master in list(_open_masters):
        master._forget()


def reset(target: str, containers: Sequence[str] = (), wait: float = LONGEST_WAIT) -> None:
    """Clear containers on every task (by default those without a name), end the target's sessions.

    Sessions with other targets go on, without the variables. Device filters don't count here.
    """
    cluster = ClusterTasks(target, "tf.Session.reset", wait=wait)
    for task in cluster.tasks.values():
        task.call("reset", {"containers": list(containers), "origin": cluster.master.name})
