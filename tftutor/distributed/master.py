"""MasterSession: what a session with a target does.

It asks the target's task who belongs to the cluster, opens a session on each of the tasks, and from
then on cuts steps, registers the parts and runs them. Two sessions with the same targets share the
variables of the tasks.
"""

from __future__ import annotations

import atexit
import re
import secrets
import sys
import time
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from tftutor import errors
from tftutor.distributed.cluster_plan import ClusterPlan
from tftutor.distributed.handshake import cluster_difference, has_gaps
from tftutor.distributed.remote_task import RemoteTask
from tftutor.distributed.servers_here import connect, service_at
from tftutor.distributed.worker import CLOSED, short_name
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.cut_step import CutStep, cut_step
from tftutor.runtime.devices import Device
from tftutor.runtime.plan import Step

_FIRST_REPORT, _REPORT = 3.0, 10.0  # seconds until, and between, lines about a task that is awaited
_PATIENCE, _RETRY = 1.0, 0.1  # seconds of one attempt, and between two
_LONGEST_WAIT = 600.0  # seconds for a task to come up, as when people start them by hand
_open_masters: weakref.WeakSet[MasterSession] = weakref.WeakSet()


class MasterSession:
    """A session on the tasks of a cluster.

    Args:
      target: `grpc://host:port` of any task.
      device_filters: only tasks that fit one of them are asked, and the target's own.
      isolated: the session has variables of its own on every task.
      wait: seconds to wait for tasks that can't be reached, all of them together.

    Raises: tf.errors.UnavailableError that names the task, its address and what is wrong;
    tf.errors.InvalidArgumentError for a malformed target.
    """

    def __init__(self, target: str, device_filters: Sequence[str] = (), isolated: bool = False,
                 wait: float = _LONGEST_WAIT) -> None:
        self.name = secrets.token_hex(8)
        self._begun = time.monotonic()
        self._deadline = self._begun + wait
        self._who = f"session {self.name[:6]}"
        address = target.removeprefix("grpc://")
        self.tasks: dict[str, RemoteTask] = {}
        self.devices: list[Device] = []
        self._first: tuple[str, dict[str, dict[str, str]], bool] | None = None
        here = _task_at("the target", address)
        status: Any = self._reach(here)
        self._who = short_name(status["task"])
        self._join(RemoteTask(status["task"], address, here._peer, here.service), status)
        for name, other in sorted(_tasks_of(status["cluster"]).items()):
            if name not in self.tasks and _is_wanted(name, device_filters):
                task = _task_at(name, other)
                found = self._reach(task, here)
                if found is not None:
                    self._join(task, found)
        self._open({"session": self.name, "isolate": isolated, "origin": status["task"],
                    "hosted": here.is_here}, here)
        _open_masters.add(self)
        self.host = min(self.devices, key=lambda d: (d.device_type != "CPU", d.name))

    # -- the cluster ------------------------------------------------------------------------

    def _open(self, request: dict[str, Any], first: RemoteTask) -> None:
        """Open the session on all tasks; one whose program has just ended is left out."""
        try:
            for task in list(self.tasks.values()):
                try:
                    task.call("open_session", request)
                except errors.UnavailableError:
                    if not _has_ended(task, first):
                        raise
                    del self.tasks[task.name]
                    self.devices = [d for d in self.devices
                                    if d.name.partition("/device:")[0] != task.name]
        except BaseException:
            self.close()
            raise

    def _reach(self, task: RemoteTask, first: RemoteTask | None = None) -> dict[str, Any] | None:
        """Wait until a task answers; what it says of itself.

        None when its program is done, as the target's task knows: a worker of few steps may end
        before another one begins.
        """
        now = begun = time.monotonic()
        report = begun + _FIRST_REPORT
        while True:
            patience = max(_RETRY, min(_PATIENCE, self._deadline - now))
            try:
                return task.call("status", {}, timeout=patience).header
            except (errors.UnavailableError, errors.DeadlineExceededError) as error:
                now = time.monotonic()
                if first is not None and _has_ended(task, first):
                    return None
                cause = _cause(task, error, now - begun)
                if now > self._deadline:
                    waited = now - self._begun
                    raise errors.UnavailableError(
                        None, None, f"{self._who} has waited {waited:.{int(waited < 1)}f} s in "
                                    f"vain for {cause}") from error
                if now > report:
                    report = now + _REPORT
                    print(f"{self._who} is waiting for {cause}", file=sys.stderr, flush=True)
                time.sleep(_RETRY)
                now = time.monotonic()

    def _join(self, task: RemoteTask, status: dict[str, Any]) -> None:
        if status["task"] != task.name:
            raise errors.FailedPreconditionError(
                None, None, f"{task.address} should be {task.name}, but says that it is "
                            f"{status['task']}: the ClusterSpecs differ")
        details = status.get("details") or {}
        self._compare(task, status["cluster"], details.get("partial", False))
        self.tasks[task.name] = task
        simulated = details.get("simulated", [])
        for entry in status["devices"]:
            _, _, device = entry["name"].partition("/device:")
            kind, _, index = device.partition(":")
            made = Device(kind, int(index), memory_limit=entry["memory"], task=task.name,
                          description=entry.get("description") or "",
                          is_simulated=entry["name"] in simulated)
            made.incarnation = entry["incarnation"]
            self.devices.append(made)

    def _compare(self, task: RemoteTask, cluster: dict[str, dict[str, str]], is_partial: bool
                 ) -> None:
        """Raises: InvalidArgumentError when a task was given another ClusterSpec than the first.

        Where one of the two lists some tasks only, those that both know are compared.
        """
        is_partial = is_partial or has_gaps(cluster)
        if self._first is None:
            self._first = task.name, cluster, is_partial
        first, known, is_first_partial = self._first
        differs = cluster_difference(known, cluster, is_partial or is_first_partial,
                                     f"for {first}", f"for {task.name}")
        if differs is not None:
            raise errors.InvalidArgumentError(
                None, None, f"{first} and {task.name} at {task.address} were given different "
                            f"ClusterSpecs: {differs}")

    def _task_of(self, device: str) -> RemoteTask:
        return self.tasks[device.partition("/device:")[0]]

    # -- steps ------------------------------------------------------------------------------

    def plan(self, step: Step, device_of: Callable[[Operation], Device]) -> ClusterPlan:
        """Register a step with the tasks that have a part in it."""
        cut = cut_step(step, device_of, self.host, keep_targets=True)
        cut.early = self._read_early(cut)
        return ClusterPlan(cut, self.name, self._task_of)

    def _read_early(self, cut: CutStep) -> frozenset[Tensor]:
        """The variables that are fetched as they are before the updates of the same step.

        A task sends what is fetched as soon as it is there: `session.run([train_op, global_step])`
        gives the step before the training. Only the target's own task, which has nothing to send,
        hands out the memory of the variable, and with it the update.
        """
        own = next(iter(self.tasks))
        elsewhere = [p for p in cut.partitions if self._task_of(p.device.name).name != own]
        return frozenset(t for p in elsewhere for t in p.fetches if t not in cut.feeds
                         and (t.dtype._is_ref_dtype or t in cut.late.updated))

    closed_text = CLOSED  # why a step that waits is cancelled by `close`

    def close(self) -> None:
        """Forget the session on every task; the variables stay."""
        _open_masters.discard(self)
        for task in self.tasks.values():
            task.tell("close_session", {"session": self.name})


@atexit.register
def _close_all() -> None:
    """A program that comes to its end without closing its sessions hasn't crashed."""
    for master in list(_open_masters):
        master.close()


def reset(target: str, containers: Sequence[str] | None) -> None:
    """Clear containers (all of them by default) on every task, and end all sessions there."""
    master = MasterSession(target)
    for task in master.tasks.values():
        task.call("reset", {"containers": list(containers or ())})


def _cause(task: RemoteTask, error: errors.OpError, seconds: float) -> str:
    """Who doesn't answer, where, why and since when; an unknown host says its name only."""
    if task.address in error.message:
        return error.message
    name = task.name.replace("/replica:0", "")
    return f"{name} at {task.address}: {error.message} for {seconds:.0f} s"


def _has_ended(task: RemoteTask, first: RemoteTask) -> bool:
    """Whether the program of a task has been at another one, and left it in good order."""
    try:
        details = first.call("status", {}, timeout=_PATIENCE).header.get("details") or {}
    except errors.OpError:
        return False
    return short_name(task.name) in details.get("ended", ())


def _task_at(name: str, address: str) -> RemoteTask:
    if not re.fullmatch(r"\[[\w.:%-]+\]:\d+|[\w.-]+:\d+", address):
        raise errors.InvalidArgumentError(
            None, None, f"Could not interpret \"{address}\" as a host-port pair.")
    service = service_at(address)
    return RemoteTask(name, address, None if service else connect(address, name), service)


def _tasks_of(cluster: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"/job:{job}/replica:0/task:{index}": address
            for job, tasks in cluster.items() for index, address in tasks.items()}


def _is_wanted(name: str, filters: Sequence[str]) -> bool:
    """True when a task fits one of the device filters (or there are none)."""
    if not filters:
        return True
    parts = dict(part.split(":") for part in name.strip("/").split("/"))
    for text in filters:
        wanted = dict(part.split(":")[:2] for part in text.strip("/").split("/") if ":" in part)
        if all(parts.get(key) == value for key, value in wanted.items()
               if key in ("job", "replica", "task")):
            return True
    return False
