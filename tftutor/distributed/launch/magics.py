"""`%%worker 0` in a notebook: the cell runs inside a task of the cluster, not in the notebook.

    %%worker 0,1                     in both at the same time, and wait for both
    %%worker all --nowait            go on at once; the output appears here as it comes
    %%ps 0

Each job of a local cluster has its magic as soon as the cluster has started. Of several clusters
with such a job, the one counts that was started last and still runs. A cell finds `tf`, `server`,
`cluster`, `job_name` and `task_index`, and the variables of earlier cells of its task.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tftutor.distributed.launch.cell_runs import CellError, CellRun, Show
from tftutor.distributed.launch.task_process import LaunchError

if TYPE_CHECKING:
    from tftutor.distributed.launch.local import LocalCluster


_clusters: list[LocalCluster] = []  # those that a notebook has started, and that may still run


def offer_magics(cluster: LocalCluster) -> None:
    """Give this notebook, if it is one, a cell magic for each job of the cluster."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        _clusters[:] = [*(each for each in _clusters if not each.is_stopped), cluster]
        for job in cluster.spec.jobs:
            shell.register_magic_function(_magic(job), "cell", job)


def _magic(job: str) -> Callable[[str, str], Any]:
    def run_in_task(line: str, cell: str) -> Any:
        """Run this cell inside tasks of the cluster: indices, or "all"; --nowait."""
        return run_cells(_newest(job), job, line, cell)

    return run_in_task


def _newest(job: str) -> LocalCluster:
    """The cluster whose tasks a magic means. Raises: LaunchError when there is none any more."""
    for cluster in reversed(_clusters):
        if not cluster.is_stopped and job in cluster.spec.jobs:
            return cluster
    raise LaunchError(f"no cluster with a job {job!r} runs: it has been stopped, and "
                      "tf.cluster.local(...) starts another one")


def run_cells(cluster: LocalCluster, job: str, line: str, cell: str) -> list[CellRun] | None:
    """Run a cell in the tasks that the magic's line names; the runs if it doesn't wait.

    Raises: ValueError when the line names no task; CellError when the cell raises somewhere.
    """
    words = line.split()
    wait = "--nowait" not in words
    indices = _indices(cluster, job, [word for word in words if word != "--nowait"])
    printer = _Printer()
    runs = [cluster.start_cell(job, index, cell, printer.stream(
        f"[{job}:{index}] " if len(indices) > 1 else "")) for index in indices]
    if not wait:
        # In a thread that belongs to this cell: Jupyter shows what it prints below the cell.
        threading.Thread(target=printer.print_all, name="cell output", daemon=True).start()
        return runs
    try:
        printer.print_all()
    except KeyboardInterrupt:
        for index in indices:
            cluster.interrupt(job, index)
        raise
    if failed := [text for run in runs if (text := _failure(run))]:
        raise CellError("\n".join(failed))
    return None


def _failure(run: CellRun) -> str | None:
    try:
        run.wait()
    except CellError as error:
        return str(error)
    return None


def _indices(cluster: LocalCluster, job: str, words: list[str]) -> list[int]:
    known = cluster.spec.task_indices(job)
    if words == ["all"]:
        return known
    try:
        wanted = [int(number) for word in words for number in word.split(",") if number]
    except ValueError:
        wanted = []
    if not wanted or not set(wanted) <= set(known):
        raise ValueError(f"%%{job} takes indices of its tasks ({', '.join(map(str, known))}) or "
                         f"all, and --nowait; got {' '.join(words)!r}")
    return wanted


class _Printer:
    """Prints what several tasks print, each line with a mark of its task."""

    def __init__(self) -> None:
        self._texts: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._streams = 0

    def stream(self, prefix: str) -> Show:
        """A function to call with one task's output, and with None at its end."""
        self._streams += 1
        at_start = [True]

        def show(text: str | None) -> None:
            if text and prefix:
                marked = "".join((prefix if at_start[0] or i else "") + line
                                 for i, line in enumerate(text.splitlines(True)))
                at_start[0] = text.endswith("\n")
                text = marked
            self._texts.put(text)

        return show

    def print_all(self) -> None:
        """Print until all streams have ended."""
        running = self._streams
        while running:
            text = self._texts.get()
            if text is None:
                running -= 1
            else:
                sys.stdout.write(text)
                sys.stdout.flush()
