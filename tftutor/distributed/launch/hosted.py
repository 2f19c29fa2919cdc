"""HostedCluster: a cluster whose tasks are guests of engines or workers that run already."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from tftutor import errors
from tftutor.distributed.cluster_spec import ClusterSpec
from tftutor.distributed.launch import hosting
from tftutor.distributed.launch.cluster import Cluster
from tftutor.distributed.launch.task_process import LaunchError

_LOOPBACK = "127.0.0.1"
_SECONDS_TO_STOP = 5.0
_SOMEWHERE = "192.0.2.1"  # an address for examples that nobody has, beyond all local networks


class Hosts(Protocol):
    """What runs our functions elsewhere; each adapter has one."""

    kind: str

    def names(self) -> Sequence[Any]:
        """The processes there are, in an order that stays."""

    def call(self, host: Any, function: Callable[..., Any], *arguments: Any,
             seconds: float | None = None) -> Any:
        """Run one of `hosting`'s functions in one of them; its result, or its error.

        Raises: LaunchError when it hasn't answered after `seconds`.
        """

    def serve(self, host: Any, *arguments: Any) -> int:
        """Run `hosting.serve` in one of them; its process id."""


class HostedCluster(Cluster):
    """A cluster made by `tf.cluster.from_ipyparallel` or `from_dask`.

    `hosts` maps "worker:0" to the engine's id or the Dask worker's address.
    """

    def __init__(self, hosts: Hosts, jobs: Mapping[str, int], environ: Mapping[str, str],
                 config: Any) -> None:
        self._adapter = hosts
        self._key = secrets.token_hex(8)
        self._environ = dict(environ)
        self._config = None if config is None else config.SerializeToString()
        self._pids: dict[str, int] = {}
        self._machines: dict[Any, str] = {}
        self.hosts = _assign(hosts, jobs)
        try:
            super().__init__(ClusterSpec(self._reserve(jobs)))
            for task in self._tasks:
                self._serve(task)
        except BaseException:  # nothing of it may stay in processes that live on
            self._remove()
            raise
        self._monitor.start()

    def _reserve(self, jobs: Mapping[str, int]) -> dict[str, list[str]]:
        """The addresses of all tasks: on one machine its loopback interface, else the network."""
        places = {host: self._adapter.call(host, hosting.place) for host in self.hosts.values()}
        here = hosting.place()
        is_one_machine = all(place["machine"] == here["machine"] for place in places.values())
        if not is_one_machine:
            self._demand_keys(places, here)
        self._machines = {host: place["machine"] for host, place in places.items()}
        return {job: [self._adapter.call(
            host := self.hosts[f"{job}:{index}"], hosting.reserve, self._task_key(f"{job}:{index}"),
            _LOOPBACK if is_one_machine else self._address(host, places))
            for index in range(count)] for job, count in jobs.items() if count}

    def _address(self, host: Any, places: Mapping[Any, Mapping[str, Any]]) -> str:
        """What other machines call the machine of a process."""
        others = [place["address"] for place in places.values()
                  if place["machine"] != places[host]["machine"] and place["address"]]
        return places[host]["address"] or self._adapter.call(
            host, hosting.address_toward, (others or [_SOMEWHERE])[0])

    def _demand_keys(self, places: Mapping[Any, Mapping[str, Any]], here: Mapping[str, Any]
                     ) -> None:
        """Raises: PermissionDeniedError when a task, or this program, would have no keys."""
        why = hosting.missing_keys(("client", "worker", "ps", "admin"), {})
        lacking = [f"this program on {here['name']} ({why})"] if why else []
        for task, host in self.hosts.items():
            role = "ps" if task.startswith("ps:") else "worker"
            why = self._adapter.call(host, hosting.missing_keys, (role,), self._environ)
            if why:
                lacking.append(f"{task} on {places[host]['name']} ({why})")
        if lacking:
            raise errors.PermissionDeniedError(
                None, None, "a cluster of several machines needs keys, which are missing for "
                f"{', '.join(lacking)}. Make them once with `tftutor keys new DIR`, copy DIR to "
                "each machine, pass environ={\"TFTUTOR_KEYS\": \"DIR\"} for the tasks, and set "
                "os.environ[\"TFTUTOR_KEYS\"] = \"DIR\" in this program")

    def _serve(self, task: str) -> None:
        job, index = self._tasks[task]
        self._pids[task] = self._adapter.serve(
            self.hosts[task], self._task_key(task), self.spec.as_dict(), job, index, self._environ,
            self._config)

    def _task_key(self, task: str) -> str:
        return f"{self._key}/{task}"

    def _state(self, task: str, answered: bool) -> tuple[str, int | None]:
        return super()._state(task, answered)[0], self._pids.get(task)

    def restart(self, job: str, index: int = 0) -> None:
        """Start a task anew at its address: where it was or, if that has ended, in a free process.

        Its variables are uninitialised again. Raises: LaunchError when there is no such process
        on the machine that has the address.
        """
        host, _, port = self.spec.task_address(job, index).rpartition(":")
        task = f"{job}:{index}"
        if self.hosts[task] in self._adapter.names():
            self._adapter.call(self.hosts[task], hosting.stop, self._task_key(task))
        self.hosts[task] = self._host_for(task)
        self._monitor.forget(task)
        self._adapter.call(self.hosts[task], hosting.reserve, self._task_key(task), host, int(port))
        self._serve(task)

    def _host_for(self, task: str) -> Any:
        names = list(self._adapter.names())
        if self.hosts[task] in names:
            return self.hosts[task]
        machine = self._machines[self.hosts[task]]
        for name in names:
            if name not in self.hosts.values():
                self._machines[name] = self._adapter.call(name, hosting.place)["machine"]
                if self._machines[name] == machine:
                    return name
        raise LaunchError(f"{task} has lost its process and there are no other "
                          f"{self._adapter.kind} on its machine")

    def stop(self) -> None:
        """Stop the servers; the engines or workers run on. A second call does nothing."""
        super().stop()
        self._remove()

    def _remove(self) -> None:
        """Tell all to stop. Whoever has lost its controller or scheduler can't be told any more."""
        hosts, self.hosts = self.hosts, {}
        deadline = time.monotonic() + _SECONDS_TO_STOP
        try:
            alive = set(self._adapter.names())
            for task, host in hosts.items():
                if host in alive:
                    self._adapter.call(host, hosting.stop, self._task_key(task),
                                       seconds=max(0.1, deadline - time.monotonic()))
        except Exception as error:  # noqa: BLE001 - of the other library, whatever it raises
            print(f"The {self._adapter.kind} can't be told any more to stop their tasks: "
                  f"{type(error).__name__}: {error}", file=sys.stderr)


def _assign(hosts: Hosts, jobs: Mapping[str, int]) -> dict[str, Any]:
    """Which task goes where, in the order of the jobs. Raises: LaunchError for too few places."""
    names = list(hosts.names())
    tasks = [f"{job}:{index}" for job, count in jobs.items() for index in range(count)]
    if len(tasks) > len(names):
        raise LaunchError(f"the cluster has {len(tasks)} tasks, but there are {len(names)} "
                          f"{hosts.kind}: {', '.join(map(str, names)) or 'none'}")
    return dict(zip(tasks, names, strict=False))
