"""Starts a program once for each task of its cluster; the tests and the oracle's script share it.

A program says at its top how it is run, one line a run:

    # run NAME: ps=1 worker=2 until=worker:0 --argument=1

Tasks are started with --job_name, --task_index, --ps_hosts, --worker_hosts, --train_dir and what
else is there. When the tasks named by `until` (by default all workers) have ended, the others are
ended.

Runs on Python 3.7 too.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from typing import Any, NamedTuple

HERE = os.path.dirname(os.path.abspath(__file__))


class Run(NamedTuple):
    """How a program is run: {job: number of tasks}, tasks to wait for, arguments."""

    name: str
    jobs: dict[str, int]
    until: list[str]
    arguments: list[str]

    @property
    def tasks(self) -> list[str]:
        """All tasks, such as "worker:0"."""
        return ["{}:{}".format(job, i) for job in self.jobs for i in range(self.jobs[job])]


class Outcome(NamedTuple):
    """What became of a task: exit status (None: it was ended), and what it printed."""

    status: int | None
    out: str
    err: str


def runs(path: str) -> list[Run]:
    """The runs that a program asks for."""
    with open(path) as file:
        found = re.findall(r"^# run (\w+): (.*)$", file.read(), re.M)
    return [_parsed(name, words.split()) for name, words in found]


def _parsed(name: str, words: list[str]) -> Run:
    arguments = [word for word in words if word.startswith("--")]
    settings = dict(word.split("=") for word in words if not word.startswith("--"))
    until = settings.pop("until", "")
    run = Run(name, {job: int(count) for job, count in settings.items()}, [], arguments)
    if until == "all":
        return run._replace(until=run.tasks)
    return run._replace(until=until.split(",") if until else [
        task for task in run.tasks if task.startswith("worker:")])


def tolerance(path: str) -> float | None:
    """What a program says about its numbers, or None."""
    with open(path) as file:
        found = re.search(r"^# tolerance: (\S+)$", file.read(), re.M)
    return float(found.group(1)) if found else None


def hanging(path: str) -> list[str]:
    """The tasks of a program that are never done with TF 1.15 (a chief waits for gradients)."""
    with open(path) as file:
        return re.findall(r"^# TF 1.15 never ends: (\S+)$", file.read(), re.M)


def free_addresses(count: int) -> list[str]:
    """Addresses that nobody listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    addresses = ["localhost:{}".format(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return addresses


def run_tasks(command: list[str], run: Run, folder: str, environment: dict[str, str],
              limit: float, grace: float = 0.0) -> dict[str, Outcome]:
    """Start `command` for each task in `folder`; what became of them.

    The tasks that needn't end have `grace` seconds more than the others.

    Raises: TimeoutError with what they had printed, when tasks that have to end take longer than
    `limit`.
    """
    addresses = dict(zip(run.tasks, free_addresses(len(run.tasks))))  # noqa: B905 - Python 3.7
    hosts = {job: ",".join(addresses[task] for task in run.tasks if task.startswith(job + ":"))
             for job in run.jobs}
    processes: dict[str, Any] = {}
    try:
        for task in run.tasks:
            job, index = task.split(":")
            arguments = ["--{}_hosts={}".format(name, text) for name, text in hosts.items()]
            arguments += ["--job_name=" + job, "--task_index=" + index,
                          "--train_dir=" + os.path.join(folder, "logs"), *run.arguments]
            with open(_file(folder, task, "out"), "w") as out, \
                    open(_file(folder, task, "err"), "w") as err:
                processes[task] = subprocess.Popen(command + arguments, stdout=out, stderr=err,
                                                   cwd=folder, env=environment)
        in_time = _wait({task: processes[task] for task in run.until}, limit)
        _wait(processes, grace)
    finally:
        ended = {task: process.poll() for task, process in processes.items()}
        for process in processes.values():
            process.kill()
            process.wait()
    outcomes = {task: Outcome(ended[task], _text(folder, task, "out"), _text(folder, task, "err"))
                for task in run.tasks}
    if not in_time:
        raise TimeoutError("\n".join(
            "{} (status {}):\n{}{}".format(task, one.status, one.out, one.err[-1500:])
            for task, one in outcomes.items()))
    return outcomes


def _wait(processes: dict[str, Any], limit: float) -> bool:
    """Wait until all have ended, or one has failed; False when they take too long."""
    deadline = time.time() + limit
    while any(process.poll() is None for process in processes.values()):
        if any(process.poll() for process in processes.values()):
            return True
        if time.time() > deadline:
            return False
        time.sleep(0.05)
    return True


def _file(folder: str, task: str, kind: str) -> str:
    return os.path.join(folder, "{}.{}".format(task.replace(":", "_"), kind))


def _text(folder: str, task: str, kind: str) -> str:
    with open(_file(folder, task, kind)) as file:
        return file.read()


def transcript(outcomes: dict[str, Outcome], waited_for: list[str]) -> list[str]:
    """What the tasks printed that had to end, each line behind the task's name."""
    return ["{}| {}".format(task, line) for task in waited_for
            for line in outcomes[task].out.splitlines()
            if not line.startswith(("MNIST: ", "Extracting "))]


def programs() -> list[str]:
    """The programs of this directory."""
    return sorted(os.path.join(HERE, name) for name in os.listdir(HERE)
                  if name.endswith(".py") and name not in ("tasks.py", "ask_programs.py"))


def output_path(path: str, run: Run) -> str:
    """Where TF 1.15's transcript of a run is kept."""
    return "{}.{}.txt".format(path[:-3], run.name)


