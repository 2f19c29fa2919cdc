"""`%%worker 0` in a notebook: the cell runs inside a task of the cluster, not in the notebook.

    %%worker 0,1                     in both at the same time, and wait for both
    %%worker all --nowait            go on at once; the output appears here as it comes
    %%ps 0

Each job of a local cluster has its magic as soon as the cluster has started. A cell finds `tf`,
`server`, `cluster`, `job_name` and `task_index`, and the variables of earlier cells of its task.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tftutor.distributed.launch.cell_runs import CellError, CellRun

if TYPE_CHECKING:
    from tftutor.distributed.launch.local import LocalCluster


def offer_magics(cluster: LocalCluster) -> None:
    """Give this notebook, if it is one, a cell magic for each job of the cluster."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        for job in cluster.spec.jobs:
            shell.register_magic_function(_magic(cluster, job), "cell", job)


def _magic(cluster: LocalCluster, job: str) -> Callable[[str, str], Any]:
    def run_in_task(line: str, cell: str) -> Any:
        """Run this cell inside tasks of the cluster: indices, or "all"; --nowait."""
        return run_cells(cluster, job, line, cell)

    return run_in_task


def run_cells(cluster: LocalCluster, job: str, line: str, cell: str) -> list[CellRun] | None:
    """Run a cell in the tasks that the magic's line names; the runs if it doesn't wait.

    Raises: ValueError when the line names no task; CellError when the cell raises somewhere.
    """
    words = line.split()
    wait = "--nowait" not in words
    indices = _indices(cluster, job, [word for word in words if word != "--nowait"])
    prefix = len(indices) > 1
    runs = [cluster.start_cell(job, index, cell, _show(f"[{job}:{index}] " if prefix else ""))
            for index in indices]
    if not wait:
        return runs
    try:
        failed = [error for run in runs if (error := _failure(run))]
    except KeyboardInterrupt:
        for index in indices:
            cluster.interrupt(job, index)
        raise
    if failed:
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


def _show(prefix: str) -> Callable[[str], None]:
    """Prints a task's output in the notebook, each line marked when several tasks print."""
    at_start = [True]

    def show(text: str) -> None:
        if prefix:
            marked = "".join((prefix if at_start[0] or i else "") + line
                             for i, line in enumerate(text.splitlines(True)))
            at_start[0] = text.endswith("\n")
            text = marked
        print(text, end="", flush=True)

    return show
