"""ClusterModel: one reading of a cluster as plain data. Sizes are bytes, times seconds."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

SERVING, STARTING, SILENT, GONE = "serving", "starting", "silent", "gone"
# What stands for a condition besides its word; colour only repeats it.
MARKS = {SERVING: "●", STARTING: "◐", SILENT: "▲", GONE: "✕"}
PROGRAMS = "programs"  # at the other end of a link: whoever asks for steps


class Variable(NamedTuple):
    """A variable that lives in a task; without a value its shape is None."""

    name: str
    dtype: str
    shape: tuple[int, ...] | None
    nbytes: int
    device: str


class Link(NamedTuple):
    """Tensors that went from one task to another since both began.

    The rates are those of the time since the reading before, None in a first one.
    """

    source: str
    target: str
    nbytes: int
    messages: int
    byte_rate: float | None = None
    message_rate: float | None = None


@dataclasses.dataclass(frozen=True)
class Task:
    """One task. `condition` is a key of MARKS, `state` says it in words: "ended (SIGKILL)".

    What isn't known is None. Of a task that is gone, the rest is what it said last; its variables
    are lost.
    """

    name: str
    address: str
    condition: str
    state: str
    pid: int | None = None
    heartbeat: float | None = None
    uptime: float | None = None
    steps: int | None = None
    step_rate: float | None = None
    devices: tuple[str, ...] = ()
    simulated: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    variable_count: int = 0
    variable_bytes: int = 0

    @property
    def job(self) -> str:
        """"worker" of "worker:0"."""
        return self.name.rpartition(":")[0]

    @property
    def mark(self) -> str:
        """The shape that stands for its condition."""
        return MARKS[self.condition]


@dataclasses.dataclass(frozen=True)
class ClusterModel:
    """All tasks, the links between them, and when they were read (seconds since 1970)."""

    tasks: tuple[Task, ...]
    links: tuple[Link, ...]
    time: float

    @property
    def is_stopped(self) -> bool:
        """True when no task is left."""
        return all(task.condition == GONE for task in self.tasks)

    @property
    def headline(self) -> str:
        """`Cluster of 3 tasks: 2 serving, 1 gone`."""
        counts = {condition: sum(task.condition == condition for task in self.tasks)
                  for condition in MARKS}
        words = ", ".join(f"{count} {condition}" for condition, count in counts.items() if count)
        tasks = "1 task" if len(self.tasks) == 1 else f"{len(self.tasks)} tasks"
        return f"Cluster of {tasks}: {words}"

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-able data."""
        return {"time": self.time, "headline": self.headline, "stopped": self.is_stopped,
                "tasks": [_task(task) for task in self.tasks],
                "links": [link._asdict() for link in self.links]}


def _task(task: Task) -> dict[str, Any]:
    data = {field.name: getattr(task, field.name) for field in dataclasses.fields(task)}
    data["job"], data["mark"] = task.job, task.mark
    data["devices"], data["simulated"] = list(task.devices), list(task.simulated)
    data["variables"] = [
        {**variable._asdict(), "shape": None if variable.shape is None else list(variable.shape)}
        for variable in task.variables]
    return data
