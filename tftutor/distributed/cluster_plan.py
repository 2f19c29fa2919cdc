"""ClusterPlan: a step that runs on several tasks of a cluster, as the master keeps it."""

from __future__ import annotations

import copy
import itertools
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.distributed.cluster_rendezvous import plain_value, wire_value
from tftutor.distributed.partition_codec import describe
from tftutor.distributed.remote_task import RemoteTask
from tftutor.distributed.stall_reports import StallReports
from tftutor.distributed.worker import TaskService
from tftutor.framework.attr_values import FuncName
from tftutor.framework.operation import Operation
from tftutor.runtime.cut_step import CutStep
from tftutor.runtime.device_threads import start
from tftutor.runtime.executor import place_text
from tftutor.runtime.partitioner import Partition
from tftutor.runtime.step_state import StepState

_LONG = 0.5  # seconds: not every platform lets Ctrl-C into a longer wait
_SLICE = 0.05  # seconds: how long one task is waited for before another one is looked at
_LATE = 1.0  # seconds that a task has to answer beyond the step's own deadline
_GRACE = 5.0  # seconds that the other tasks have to end a step which one of them has failed in
_step_ids = itertools.count(secrets.randbits(40) << 20)


class TaskPart:
    """One task's part of a step: its number there, and which feeds and fetches are its."""

    __slots__ = ("task", "handle", "feed_positions", "fetch_positions")

    def __init__(self, task: RemoteTask, handle: str, feed_positions: list[int],
                 fetch_positions: list[list[int]]) -> None:
        self.task = task
        self.handle = handle
        self.feed_positions = feed_positions
        self.fetch_positions = fetch_positions


class ClusterPlan:
    """A step registered with the tasks that have a part in it.

    Attributes:
      parts: one a task.
      fresh_fetches: positions of fetched values that have come over a connection, in an array that
        nobody else has.
      fetches, feeds, ops, mutations, uses_step: as those of a Plan.
    """

    uses_step = True
    is_traced = False

    def __init__(self, cut: CutStep, session: str, task_of: Callable[[str], RemoteTask]) -> None:
        self.fetches, self.feeds, self.ops = tuple(cut.fetches), tuple(cut.feeds), cut.ops
        self.mutations = cut.ops[0].graph._mutations if cut.ops else 0
        self._session = session
        self.stats: list[bytes] = []  # of the tasks, when the step is traced
        by_task: dict[RemoteTask, list[Partition]] = {}
        for partition in cut.partitions:
            by_task.setdefault(task_of(partition.device.name), []).append(partition)
        # What is in this process comes last: the others have begun by then.
        self.parts = [self._register(task, by_task[task], cut)
                      for task in sorted(by_task, key=lambda task: task.is_here)]
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
            reply = task.call("register_graph", {"session": self._session}, texts)
        except errors.OpError as error:
            raise type(error)(None, None, _from(task, str(error.message))) from None  # type: ignore[call-arg]
        where = [[i for i, t in enumerate(self.fetches) if t is tensor] for tensor in fetched]
        return TaskPart(task, reply.header["handle"], positions, where)

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
        task.service.functions_of(self._session).update(users[0].graph._functions)

    def run(self, feeds: Sequence[Any], step: StepState, run_part: Any) -> list[Any]:
        """Run the step on all tasks; the fetched values. Raises: what went wrong first."""
        return _ClusterRun(self, feeds, step).results()

    def header(self, part: TaskPart, step_id: int, step: StepState) -> dict[str, Any]:
        """The header of the request to run a part."""
        header = {"session": self._session, "handle": part.handle, "step": step_id, "feeds": [],
                  "fetches": []}
        if self.is_traced:
            header["trace"] = True
        if step.deadline is not None:
            header["timeout_ms"] = max(1, round((step.deadline - time.monotonic()) * 1000))
        return header

    def traced(self) -> TracedClusterStep:
        """The plan to run in place of this one, for a step that notes what it does."""
        return TracedClusterStep(self)

    def find_op(self, name: str | None) -> Operation | None:
        """The operation of the step that is called `name`."""
        return next((op for op in self.ops if op.name == name), None)


class _ClusterRun:
    """One run of a step on all its tasks."""

    def __init__(self, plan: ClusterPlan, feeds: Sequence[Any], step: StepState) -> None:
        self.plan = plan
        self.feeds = feeds
        self.step = step
        self.step_id = next(_step_ids)
        self.values: list[Any] = [None] * len(plan.fetches)
        self.errors: list[tuple[RemoteTask, Exception]] = []
        self._failed_at = 0.0
        self._stalls = StallReports()

    def results(self) -> list[Any]:
        """Start all parts, the one of this process last, and gather what they give."""
        pending: dict[TaskPart, Any] = {}
        try:
            for part in self.plan.parts:
                feeds = [self.feeds[i] for i in part.feed_positions]
                work = self._start(part, feeds)
                if work is not None:
                    pending[part] = work
            while pending:
                self._look_at(pending)
        except BaseException:
            self._abort(pending, "Step was cancelled")
            raise
        if self.errors:
            self._raise_first()
        return self.values

    def _start(self, part: TaskPart, feeds: list[Any]) -> Any:
        """Begin a part: something to wait for, or None when it has been run already."""
        header = self.plan.header(part, self.step_id, self.step)
        service = part.task.service
        if service is None:
            return part.task.start("run_graph", header, [wire_value(feed) for feed in feeds])
        if len(self.plan.parts) == 1:
            self._run_here(service, part, header, feeds)
            return None
        return start(lambda: service.run(header, feeds), part.task.name)

    def _run_here(self, service: TaskService, part: TaskPart, header: dict[str, Any],
                  feeds: list[Any]) -> None:
        try:
            self._take(part, *service.run(header, feeds))
        except errors.OpError as error:
            self.errors.append((part.task, error))

    def _look_at(self, pending: dict[TaskPart, Any]) -> None:
        """Wait a little for each part; a failure ends the others."""
        timeout = _LONG if len(pending) == 1 and self.step.deadline is None else _SLICE
        for part, work in list(pending.items()):
            try:
                outcome = _outcome(work, timeout)
            except errors.OpError as error:
                first = not self.errors
                self.errors.append((part.task, error))
                del pending[part]
                if first:
                    self._abort(pending, "Step was cancelled by an error in another task")
                continue
            if outcome is not None:
                del pending[part]
                self._take(part, *outcome)
        self._check_step(pending)

    def _check_step(self, pending: dict[TaskPart, Any]) -> None:
        if not pending:
            return
        if self.step.cancelled is not None and not self.errors:
            self.errors.append((next(iter(pending)).task, errors.CancelledError(
                None, None, self.step.cancelled)))
            self._abort(pending, self.step.cancelled)
        now, deadline = time.monotonic(), self.step.deadline
        if deadline is not None and now > deadline + _LATE:
            self._abort(pending, "Step ran out of time")
            pending.clear()
            self.errors.append((self.plan.parts[0].task, errors.DeadlineExceededError(
                None, None, "Timed out waiting for notification")))
        elif self.errors:  # the others were told; who doesn't listen isn't waited for
            self._failed_at = self._failed_at or now
            if now > self._failed_at + _GRACE:
                pending.clear()
        else:
            self._stalls.look(list(part.task for part in pending), now)

    def _abort(self, pending: dict[TaskPart, Any], why: str) -> None:
        header = {"step": self.step_id, "code": errors.CANCELLED, "message": why}
        for part in pending:
            part.task.tell("abort_step", header)

    def _take(self, part: TaskPart, values: Sequence[Any], stats: bytes | None) -> None:
        if stats is not None:
            self.plan.stats.append(stats)
        for positions, value in zip(part.fetch_positions, values, strict=True):
            for position in positions:
                self.values[position] = plain_value(value)

    def _raise_first(self) -> None:
        """Raise the error that the others follow from."""
        task, error = next(((task, error) for task, error in self.errors
                            if not isinstance(error, errors.CancelledError)), self.errors[0])
        name = getattr(error, "node_name", None) or (
            error.op.name if isinstance(error, errors.OpError) and error.op is not None else None)
        op = self.plan.find_op(name)
        message = str(error.message if isinstance(error, errors.OpError) else error)
        if op is not None:
            message = message.replace(f"{{{{node {op.name}}}}}", place_text(op))
        raise type(error)(None if op is None else op.node_def, op,  # type: ignore[call-arg]
                          _from(task, message)) from None


def _from(task: RemoteTask, message: str) -> str:
    """A message that begins with where the error comes from."""
    return message if message.startswith("From /job:") else f"From {task.name}:\n{message}"


def _outcome(work: Any, timeout: float) -> tuple[Sequence[Any], bytes | None] | None:
    """(values, trace) of a part, None while it runs. Raises: what the task answered instead."""
    if hasattr(work, "done"):  # runs in this process
        if not work.done.wait(timeout):
            return None
        if work.error is not None:
            raise work.error
        return work.result
    reply = work.poll(timeout)
    return None if reply is None else (reply.tensors, reply.header.get("stats"))


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

    def step_stats(self) -> Any:
        """The StepStats proto of all tasks together."""
        from tensorboard.compat.proto.step_stats_pb2 import StepStats

        whole = StepStats()
        for stats in self.plan.stats:
            whole.MergeFromString(stats)
        return whole
