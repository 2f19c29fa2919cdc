"""ClusterPlan: a step that runs on several tasks of a cluster, as the master keeps it."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from tftutor import errors
from tftutor.distributed.cluster_run import ClusterRun
from tftutor.distributed.partition_codec import describe
from tftutor.distributed.remote_task import RemoteTask, from_task
from tftutor.distributed.transfer_rows import finish_rows
from tftutor.framework.attr_values import FuncName
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.cut_step import CutStep
from tftutor.runtime.partitioner import Partition
from tftutor.runtime.step_state import StepState
from tftutor.runtime.transfers import TransferNode


class TaskPart:
    """One task's part of a step: its number there, and which feeds and fetches are its.

    `is_first` says that it does nothing lengthy and waits for no other part.
    """

    __slots__ = ("task", "handle", "is_first", "feed_positions", "fetch_positions")

    def __init__(self, task: RemoteTask, handle: str, is_first: bool, feed_positions: list[int],
                 fetch_positions: list[list[int]]) -> None:
        self.task = task
        self.handle = handle
        self.is_first = is_first
        self.feed_positions = feed_positions
        self.fetch_positions = fetch_positions


class DevicePart(NamedTuple):
    """What one device of the cluster runs in a step."""

    device_name: str
    ops: Sequence[Any]
    feeds: Sequence[Tensor]
    fetches: Sequence[Tensor]
    incarnation: int


class ClusterPlan:
    """A step registered with the tasks that have a part in it.

    Attributes:
      parts: one a task.
      device_parts: one a device, in the order in which it was cut.
      here: the one that the thread of the session runs, the last of `parts`; or None.
      elsewhere: the names of the tasks of other processes.
      fresh_fetches: positions of fetched values that have come over a connection, in an array that
        nobody else has.
      session: its name at the tasks.
      fetches, feeds, ops, mutations, uses_step: as those of a Plan.
    """

    uses_step = True
    is_traced = False

    def __init__(self, cut: CutStep, session: str, task_of: Callable[[str], RemoteTask]) -> None:
        self.fetches, self.feeds, self.ops = tuple(cut.fetches), tuple(cut.feeds), cut.ops
        self.mutations = cut.ops[0].graph._mutations if cut.ops else 0
        self.session = session
        self.stats: list[bytes] = []  # of the tasks, when the step is traced
        self.device_parts = [
            DevicePart(p.device.name, p.ops, [t for t in cut.feeds if t in p.taken], p.fetches,
                       p.device.incarnation)
            for p in cut.partitions]
        by_task: dict[RemoteTask, list[Partition]] = {}
        for partition in cut.partitions:
            by_task.setdefault(task_of(partition.device.name), []).append(partition)
        # What is in this process comes last: the others have begun by then.
        self.parts = [self._register(task, by_task[task], cut)
                      for task in sorted(by_task, key=lambda task: task.is_here)]
        self.here = self.parts[-1] if self.parts and self.parts[-1].task.is_here else None
        self.elsewhere = frozenset(part.task.name for part in self.parts if not part.task.is_here)
        self.fresh_fetches = frozenset(
            positions[0] for part in self.parts if not part.task.is_here
            for positions in part.fetch_positions)

    def _register(self, task: RemoteTask, partitions: list[Partition], cut: CutStep) -> TaskPart:
        positions = [i for i, t in enumerate(self.feeds)
                     if any(t in partition.taken for partition in partitions)]
        fetched = dict.fromkeys(t for partition in partitions for t in partition.fetches)
        self._check_functions(task, partitions)
        description, graph_def = describe(cut, partitions, [self.feeds[i] for i in positions])
        texts = [np.frombuffer(text, np.uint8) for text in (description, graph_def)]
        try:
            reply = task.call("register_graph", {"session": self.session}, texts)
        except errors.OpError as error:
            raise type(error)(None, None, from_task(task, str(error.message))) from None  # type: ignore[call-arg]
        where = [[i for i, t in enumerate(self.fetches) if t is tensor] for tensor in fetched]
        return TaskPart(task, reply.header["handle"], bool(reply.header.get("is_first")), positions,
                        where)

    def _check_functions(self, task: RemoteTask, partitions: list[Partition]) -> None:
        """Let a task of this process use the functions of the graph; no other one has them."""
        users = [op for partition in partitions for op in partition.ops
                 if any(isinstance(value, FuncName) for value in op._attrs.values())]
        if not users:
            return
        if task.service is None:
            raise errors.UnimplementedError(
                None, users[0], f"{users[0].name} ({users[0].type}) holds a Python function and is "
                f"placed on {task.name}, in another process. Put the input pipeline on the task of "
                "the session's own process, with tf.device")
        task.service.functions_of(self.session).update(users[0].graph._functions)

    def run(self, feeds: Sequence[Any], step: StepState, run_part: Any) -> list[Any]:
        """Run the step on all tasks; the fetched values. Raises: what went wrong first."""
        return ClusterRun(self, feeds, step).results()

    def header(self, part: TaskPart, step_id: int, step: StepState) -> dict[str, Any]:
        """The header of the request to run a part."""
        header: dict[str, Any] = {"session": self.session, "handle": part.handle, "step": step_id}
        if self.here is not None and part is not self.here:
            header["origin"] = self.here.task.name
        if self.is_traced:
            header["trace"] = True
        if step.deadline is not None:
            header["timeout_ms"] = max(1, round((step.deadline - time.monotonic()) * 1000))
        return header

    def forget(self) -> None:
        """Let the tasks forget their parts: the plan won't be run any more."""
        for part in self.parts:
            part.task.tell("deregister_graph", {"session": self.session, "handle": part.handle})

    def traced(self) -> TracedClusterStep:
        """The plan to run in place of this one, for a step that notes what it does."""
        return TracedClusterStep(self)

    def find_op(self, name: str | None) -> Operation | None:
        """The operation of the step that is called `name`."""
        return next((op for op in self.ops if op.name == name), None)


def name_transfers(cut: CutStep, numbers: Iterator[int]) -> None:
    """Name the nodes that send and receive as TensorFlow's masters and workers do.

    `x_S0` sends to another task, `x_S1` receives there; between the devices of one task it is `_G`.
    Along a control edge a constant is sent, and an Identity follows what receives it.
    """
    nodes = {(node.channel, node.type): node for partition in cut.partitions
             for node in partition.ops if isinstance(node, TransferNode)}
    for channel in cut.channels:
        mark = "S" if channel.source.task != channel.target.task else "G"
        is_control = channel.tensor is None
        names = [f"{channel.producer.name}_{mark}{next(numbers)}"
                 for _ in range(4 if is_control else 2)]
        for kind, name, other in (("_Send", names[is_control], names[0]),
                                  ("_Recv", names[1 + is_control], names[-1])):
            node = nodes.get((channel, kind))
            if node is not None:
                node.name = name
                node.control_name = other if is_control else None


class TracedClusterStep:
    """A step on a cluster that notes what it does.

    Attributes:
      plan: the plan to run, once.
      copies: nothing: each task notes its own.
    """

    def __init__(self, plan: ClusterPlan) -> None:
        self.plan = copy.copy(plan)
        self.plan.is_traced, self.plan.stats = True, []
        self.copies: list[Any] = []

    def write_stats(self, stats: Any) -> None:
        """Write what all tasks noted into an empty StepStats proto."""
        for part in self.plan.stats:
            stats.MergeFromString(part)
        finish_rows(stats)
