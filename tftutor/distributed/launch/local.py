"""`tf.cluster.local(ps=1, worker=2)`: a cluster of processes on this machine, for a notebook."""

from __future__ import annotations

import atexit
import json
import signal
import time
from collections.abc import Mapping
from typing import Any

from tftutor.distributed.cluster_spec import ClusterSpec
from tftutor.distributed.launch.cell_clusters import start_in_cell
from tftutor.distributed.launch.cell_runs import CellRun, CellRuns, Show
from tftutor.distributed.launch.cluster import Cluster
from tftutor.distributed.launch.owned_directory import OwnedDirectory
from tftutor.distributed.launch.ports import PortReservation
from tftutor.distributed.launch.task_process import TaskProcess
from tftutor.distributed.unix_sockets import remove_socket

_SECONDS_TO_STOP = 5.0


class LocalCluster(Cluster):
    """The processes of a cluster on this machine; `tf.cluster.local` makes one."""

    def __init__(self, jobs: Mapping[str, int], environ: Mapping[str, str], config: Any,
                 timeout: float) -> None:
        self._timeout = timeout
        self._ports = {job: [PortReservation() for _ in range(count)]
                       for job, count in jobs.items() if count}
        super().__init__(ClusterSpec({job: [port.address for port in ports]
                                      for job, ports in self._ports.items()}))
        self._owned = OwnedDirectory("tftutor-cluster")
        self._directory = self._owned.path
        self._runs = CellRuns()
        self._processes = {task: self._process(task, dict(environ), config)
                           for task in self._tasks}
        atexit.register(self.stop)
        try:
            self._start_all()
        except BaseException:  # Ctrl-C, too: nothing may stay behind
            self.stop()
            raise

    def _process(self, task: str, environ: dict[str, str], config: Any) -> TaskProcess:
        job, index = self._tasks[task]
        spec_path = self._directory / "cluster.json"
        spec_path.write_text(json.dumps({"cluster": self.spec.as_dict()}))
        arguments = ["--job", job, "--task", str(index), "--cluster", str(spec_path)]
        if config is not None:
            config_path = self._directory / "config.txt"
            config_path.write_text(str(config))
            arguments += ["--config", str(config_path)]
        process = TaskProcess(task, arguments, self._directory / f"{job}-{index}.log", environ,
                              lambda event: self._runs.take(task, event, lambda: process.state))
        return process

    def _start_all(self) -> None:
        for task in self._tasks:
            self._start(task)
        deadline = time.monotonic() + self._timeout
        for process in self._processes.values():
            process.wait_until_ready(max(0.1, deadline - time.monotonic()))
        self._monitor.start()

    def _start(self, task: str) -> None:
        job, index = self._tasks[task]
        self._ports[job][index].make_way()
        self._processes[task].start()

    def _find(self, job: str, index: int) -> TaskProcess:
        """Raises: ValueError when the cluster has no such task."""
        self.spec.task_address(job, index)
        return self._processes[f"{job}:{index}"]

    def _may_answer(self) -> list[str]:
        return [task for task, process in self._processes.items() if process.is_running]

    def _state(self, task: str, answered: bool) -> tuple[str, int | None]:
        process = self._processes[task]
        state = process.state
        return "no answer" if state == "serving" and not answered else state, process.pid

    # -- what can be done to a task ---------------------------------------------------------

    def logs(self, job: str, index: int = 0) -> str:
        """What a task has printed, its last MiB."""
        return self._find(job, index).log()

    def kill(self, job: str, index: int = 0) -> None:
        """Kill a task as a crash would (kill -9); its variables are lost."""
        self._find(job, index).kill()

    def suspend(self, job: str, index: int = 0) -> None:
        """Freeze a task (SIGSTOP): it is there, but answers nobody."""
        self._find(job, index).suspend()

    def resume(self, job: str, index: int = 0) -> None:
        """Let a suspended task go on."""
        self._find(job, index).send_signal(signal.SIGCONT)

    def restart(self, job: str, index: int = 0) -> None:
        """Start a task anew at its address, after stopping it if it runs.

        Its variables are uninitialised again. Raises: LaunchError when it doesn't start.
        """
        process = self._find(job, index)
        process.ask_to_stop()
        process.wait_until_gone(_SECONDS_TO_STOP)
        self._monitor.forget(process.task)
        self._start(process.task)
        process.wait_until_ready(self._timeout)

    # -- programs of between-graph replication ----------------------------------------------

    def start_cell(self, job: str, index: int, text: str, show: Show | None = None) -> CellRun:
        """Run a program's text inside a task, without waiting.

        `show` is called with what it prints as it comes, and with None at the end.

        The program has the variables `tf`, `server`, `cluster`, `job_name` and `task_index`, and
        those of the cells that ran there before. Raises: LaunchError when the task has ended.
        """
        process = self._find(job, index)
        return self._runs.start(process.task, show, process.order, text)

    def run_cell(self, job: str, index: int, text: str, timeout: float | None = None) -> str:
        """Run a program's text inside a task and return what it prints.

        Raises: CellError when it raises or its task ends; TimeoutError.
        """
        return self.start_cell(job, index, text).wait(timeout).output

    def interrupt(self, job: str, index: int = 0) -> None:
        """Interrupt the cell that a task is running, as Ctrl-C would."""
        self._find(job, index).send_signal(signal.SIGINT)

    # -- the end ----------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop all processes and free their ports. A second call does nothing; logs stay."""
        if self.is_stopped:
            return
        atexit.unregister(self.stop)
        super().stop()
        for process in self._processes.values():
            process.ask_to_stop()
        deadline = time.monotonic() + _SECONDS_TO_STOP
        for process in self._processes.values():
            process.wait_until_gone(max(0.0, deadline - time.monotonic()))
            process.log()  # kept, before the file goes
        for port in (port for ports in self._ports.values() for port in ports):
            remove_socket(port.address)  # of a task that was killed
            port.close()
        self._owned.remove()


def local(ps: int = 1, worker: int = 2, *, jobs: Mapping[str, int] | None = None,
          environ: Mapping[str, str] | None = None, config: Any = None,
          timeout: float = 60.0) -> LocalCluster:
    """Start a cluster of processes on this machine.

        with tf.cluster.local(ps=1, worker=2) as cluster:
            print(cluster.status())
            with tf.Session(cluster.target) as session:
                ...

    Each task is a process with a tf.train.Server at a free port of the loopback interface. They
    end with the `with` block or `cluster.stop()`, and with the program that started them however
    it ends. In a notebook the cell magics `%%worker 0` and `%%ps 0` run a cell inside a task, and
    a cell that is run again ends the cluster that it had started before.

    `jobs` adds jobs or replaces numbers, as in {"chief": 1}; `environ` are environment variables
    and `config` the tf.ConfigProto of all tasks. Raises: LaunchError when a task isn't ready
    within `timeout` seconds; ValueError for a number of tasks that isn't one.
    """
    wanted = {"ps": ps, "worker": worker, **(jobs or {})}
    for job, count in wanted.items():
        if not isinstance(count, int) or count < 0:
            raise ValueError(f"the number of {job} tasks must be 0 or more, but got {count!r}")
    if not any(wanted.values()):
        raise ValueError("a cluster needs at least one task")
    from tftutor.distributed.launch.magics import offer_magics

    cluster = start_in_cell(lambda: LocalCluster(wanted, environ or {}, config, timeout))

    offer_magics(cluster)
    return cluster
