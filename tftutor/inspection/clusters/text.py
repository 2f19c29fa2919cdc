"""The text twin of a cluster: tasks, variables, and what went from task to task."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tftutor.inspection import quantities
from tftutor.inspection.clusters.model import GONE, ClusterModel, Link, Task, Variable
from tftutor.inspection.quantities import bytes_text

_MOST = 30


def cluster_text(model: ClusterModel) -> str:
    """Everything in words and columns. Times are those of this machine's clock."""
    when = time.strftime("%H:%M:%S", time.localtime(model.time))
    head = f"{model.headline}. Read at {when}."
    if model.is_stopped:
        head += " The cluster is stopped: this is what it said last."
    return "\n\n".join([f"{head}\n{_tasks(model.tasks)}", _variables(model.tasks),
                        _traffic(model.links)])


def _tasks(tasks: Sequence[Task]) -> str:
    rows = [("", "task", "state", "pid", "heartbeat", "steps", "variables", "address", "devices")]
    rows += [(task.mark, task.name, task.state, "-" if task.pid is None else str(task.pid),
              heartbeat_text(task), steps_text(task), held_text(task), task.address,
              devices_text(task)) for task in tasks]
    return _columns(rows, right=(3, 5))


def heartbeat_text(task: Task) -> str:
    """`0.3 s ago`."""
    return "-" if task.heartbeat is None else f"{task.heartbeat:.1f} s ago"


def steps_text(task: Task) -> str:
    """`120`, or `120 (4.0/s)` where a rate is known."""
    if task.steps is None:
        return "-"
    return f"{task.steps:,}" + (f" ({task.step_rate:.1f}/s)" if task.step_rate else "")


def held_text(task: Task) -> str:
    """`2, 30.7 KiB`; of a task that is gone, `lost: 2`."""
    if task.condition == GONE:
        return f"lost: {task.variable_count}" if task.variable_count else "-"
    if not task.variable_count:
        return "none"
    return f"{task.variable_count}, {bytes_text(task.variable_bytes)}"


def devices_text(task: Task) -> str:
    """`CPU:0, GPU:0 (simulated)`."""
    return ", ".join(device.removeprefix("/device:")
                     + (" (simulated)" if device in task.simulated else "")
                     for device in task.devices) or "-"


def shape_text(variable: Variable) -> str:
    """`[784, 10]`, or that it has no value."""
    return quantities.shape_text(variable.shape, "no value yet")


def _variables(tasks: Sequence[Task]) -> str:
    rows = [("task", "variable", "type", "shape", "bytes", "on")]
    rows += [(task.name, each.name, each.dtype, shape_text(each), bytes_text(each.nbytes),
              "lost with its process" if task.condition == GONE
              else each.device.removeprefix("/device:") or "-")
             for task in tasks for each in task.variables]
    if len(rows) == 1:
        return "Variables: none"
    known = sum(len(task.variables) for task in tasks)
    more = sum(task.variable_count for task in tasks) - min(known, _MOST)
    rest = [f"and {more} more"] if more > 0 else []
    return "\n".join(["Variables", _columns(rows[:_MOST + 1], right=(4,)), *rest])


def _traffic(links: Sequence[Link]) -> str:
    """Only links over which something went."""
    used = [link for link in links if link.messages]
    if not used:
        return "Sent between tasks: nothing yet"
    rows = [("from -> to", "bytes", "messages", "now")]
    rows += [(f"{link.source} -> {link.target}", bytes_text(link.nbytes), f"{link.messages:,}",
              rate_text(link)) for link in used[:_MOST]]
    return "\n".join(["Sent since the tasks began", _columns(rows, right=(1, 2, 3))])


def rate_text(link: Link) -> str:
    """`1.20 MiB/s`; empty where it isn't known."""
    return "" if link.byte_rate is None else f"{bytes_text(link.byte_rate)}/s"


def _columns(rows: Sequence[tuple[str, ...]], right: tuple[int, ...]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) if i in right else cell.ljust(width)
                               for i, (cell, width) in enumerate(zip(row, widths, strict=True))
                               if width).rstrip() for row in rows)
