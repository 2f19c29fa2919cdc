"""ClusterTasks: the tasks of a cluster, as a program with a target reaches them.

It asks the target's task who belongs to the cluster, and waits for those that aren't up yet. All
must have been given the same ClusterSpec.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from typing import Any

from tftutor import errors
from tftutor.distributed.handshake import cluster_difference, has_gaps
from tftutor.distributed.remote_task import RemoteTask
from tftutor.distributed.servers_here import connect, service_at
from tftutor.distributed.worker import short_name
from tftutor.runtime.devices import Device

LONGEST_WAIT = 600.0  # seconds for a task to come up, as when people start them by hand
PATIENCE = 1.0  # seconds of one attempt ...
_RETRY = 0.1  # ... and between two
_FIRST_REPORT, _REPORT = 3.0, 10.0  # seconds until, and between, lines about a task that is awaited


class ClusterTasks:
    """The tasks that a program may use.

    Args:
      target: `grpc://host:port` of any task.
      who: is waiting, as long as the target's task hasn't said its name.
      device_filters: only tasks that fit one of them are asked, and the target's own.
      wait: seconds to wait for tasks that can't be reached, all of them together.
    Attributes:
      master: the target's own task.
      tasks: name -> task.
      devices: those of all tasks.

    Raises: tf.errors.UnavailableError that names the task, its address and what is wrong;
    tf.errors.InvalidArgumentError for a malformed target.
    """

    def __init__(self, target: str, who: str, device_filters: Sequence[str] = (),
                 wait: float = LONGEST_WAIT) -> None:
        self._who = who
        self._begun = time.monotonic()
        self._deadline = self._begun + wait
        self._first: tuple[str, dict[str, dict[str, str]], bool] | None = None
        self.tasks: dict[str, RemoteTask] = {}
        self.devices: list[Device] = []
        self.master = _task_at("the target", target.removeprefix("grpc://"))
        self.master.is_master = True
        status: Any = self._reach(self.master, may_have_ended=False)
        self.master.name = status["task"]
        self._who = short_name(status["task"])
        self._join(self.master, status)
        for name, address in sorted(_tasks_of(status["cluster"]).items()):
            if name not in self.tasks and _is_wanted(name, device_filters):
                task = _task_at(name, address)
                found = self._reach(task)
                if found is not None:
                    self._join(task, found)

    def leave_out(self, task: RemoteTask) -> None:
        """Go on without a task."""
        del self.tasks[task.name]
        self.devices = [device for device in self.devices if device.task != task.name]

    def has_ended(self, task: RemoteTask) -> bool:
        """Whether the program of a task has been at the target's, and left it in good order."""
        try:
            status = self.master.call("status", {}, timeout=PATIENCE).header
        except errors.OpError:
            return False
        return short_name(task.name) in (status.get("details") or {}).get("ended", ())

    def _reach(self, task: RemoteTask, may_have_ended: bool = True) -> dict[str, Any] | None:
        """Wait until a task answers; what it says of itself.

        None when its program is done, as the target's task knows: a worker of few steps may end
        before another one begins.
        """
        now = begun = time.monotonic()
        report = begun + _FIRST_REPORT
        while True:
            patience = max(_RETRY, min(PATIENCE, self._deadline - now))
            try:
                return task.call("status", {}, timeout=patience).header
            except (errors.UnavailableError, errors.DeadlineExceededError) as error:
                now = time.monotonic()
                if may_have_ended and self.has_ended(task):
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


def _cause(task: RemoteTask, error: errors.OpError, seconds: float) -> str:
    """Who doesn't answer, where, why and since when; an unknown host says its name only."""
    if task.address in error.message:
        return error.message
    name = task.name.replace("/replica:0", "")
    return f"{name} at {task.address}: {error.message} for {seconds:.0f} s"


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
