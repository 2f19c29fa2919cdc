"""`tftutor server`: one task of a cluster as a process, until it is told to stop.

It stops by SIGTERM or Ctrl-C, by a shutdown of the cluster, and with the program that started it if
that program asked for it (`--with-parent`, as `tf.cluster.local` does).
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
import json
import os
import signal
import sys
import threading
import types
from typing import IO, Any

from tftutor.distributed.cluster_spec import ClusterSpec
from tftutor.distributed.launch import parent
from tftutor.distributed.launch.cells import Cells
from tftutor.distributed.launch.tf_config import TaskConfig, from_tf_config, read_cluster

_SECONDS_TO_STOP = 3.0
INTERRUPTED = 130  # what shells report for a program that Ctrl-C ended


class Reports:
    """What a task tells the program that started it: a JSON object a line, on a pipe of its own."""

    def __init__(self, descriptor: int | None) -> None:
        self._file = None
        if descriptor is not None:
            os.set_inheritable(descriptor, False)
            self._file = os.fdopen(descriptor, "w", buffering=1)
        self._lock = threading.Lock()

    def send(self, **report: Any) -> None:
        """Say something, if anybody listens."""
        if self._file is None:
            return
        try:
            with self._lock:
                self._file.write(json.dumps(report) + "\n")
        except (OSError, ValueError):  # the listener is gone, which `parent` notices too
            self._file = None


def server_command(arguments: argparse.Namespace) -> int:
    """`tftutor server --job ps --task 0 --cluster spec.json`; the result is the exit code."""
    if arguments.parent_pid:
        parent.end_with_parent(arguments.parent_pid)
    reports = Reports(arguments.report_to)
    try:
        task = _task(arguments)
        server = _start(task, arguments.config)
    except Exception as error:  # noqa: BLE001 - said in one line, on both ways out
        text = str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
        reports.send(event="failed", error=text)
        print(f"tftutor server: {text}", file=sys.stderr)
        return 2
    return _serve(server, task, arguments, reports)


def _task(arguments: argparse.Namespace) -> TaskConfig:
    """Which task to be: by the arguments, else by TF_CONFIG."""
    if arguments.cluster is None:
        if not os.environ.get("TF_CONFIG"):
            raise ValueError("--cluster is missing, and TF_CONFIG isn't set: which tasks does the "
                             "cluster have?")
        found = from_tf_config()
        job = found.job if arguments.job is None else arguments.job
        return TaskConfig(found.cluster, job,
                          found.index if arguments.task is None else arguments.task)
    if arguments.job is None:
        raise ValueError("--job is missing: which of the cluster's jobs is this task of?")
    cluster = ClusterSpec(read_cluster(arguments.cluster))
    if arguments.task is None and len(cluster.as_dict().get(arguments.job, ())) > 1:
        raise ValueError(f"--task is missing: job {arguments.job!r} has several tasks")
    return TaskConfig(cluster, arguments.job, arguments.task or 0)


def _start(task: TaskConfig, config_file: str | None) -> Any:
    config = None
    if config_file:
        from google.protobuf import text_format

        from tftutor.framework.protos import proto_module

        with open(config_file, encoding="utf-8") as file:
            config = text_format.Parse(file.read(), proto_module("config_pb2").ConfigProto())
    return task.server(config=config)


def _serve(server: Any, task: TaskConfig, arguments: argparse.Namespace, reports: Reports) -> int:
    """Serve until something ends it; the result is the exit code."""
    cells = Cells(cell_names(server, task), reports.send)
    ended_by: list[int] = []
    main_thread = threading.get_ident()

    def stop() -> None:
        # Whatever still runs ends then. Not sys.stderr: a running cell has put its own there.
        faulthandler.dump_traceback_later(_SECONDS_TO_STOP, exit=True, file=2)
        server.stop()

    def join() -> None:
        server.serve()
        cells.end()

    def end(number: int, frame: types.FrameType | None) -> None:
        ended_by.append(number)
        if len(ended_by) > 1:
            return
        # In a thread of its own: the interrupted one may hold a lock that stopping needs.
        threading.Thread(target=stop, daemon=True).start()
        if cells.is_running:
            raise KeyboardInterrupt

    def end_with_program() -> None:
        # To this very thread: a signal to the process may reach another one, and then a cell that
        # sleeps or waits goes on.
        signal.pthread_kill(main_thread, signal.SIGTERM)

    def interrupt(number: int, frame: types.FrameType | None) -> None:
        if cells.is_running:
            raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, interrupt if arguments.with_parent else end)
    if arguments.with_parent:
        parent.watch_lines(_take_input(), lambda line: _obey(line, cells), end_with_program)
    threading.Thread(target=join, name="join", daemon=True).start()
    print(f"{task.name} serves at {server.target} (pid {os.getpid()})", flush=True)
    reports.send(event="ready", target=server.target, pid=os.getpid())
    cells.serve()
    reports.send(event="stopped")
    return INTERRUPTED if signal.SIGINT in ended_by else 0


def _take_input() -> IO[str]:
    """Our standard input; programs that run here find an empty one instead."""
    orders = os.fdopen(os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return orders


def _obey(line: str, cells: Cells) -> None:
    order = json.loads(line)
    cells.put(order["number"], order["cell"])


def cell_names(server: Any, task: TaskConfig) -> dict[str, Any]:
    """The variables that a program finds where it runs inside a task."""
    return {"tf": importlib.import_module("tftutor"), "server": server, "cluster": task.cluster,
            "job_name": task.job, "task_index": task.index}
