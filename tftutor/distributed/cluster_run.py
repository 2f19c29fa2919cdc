"""ClusterRun: one run of a step on all its tasks, as the master sees it.

The parts of other tasks are asked for; that of this process runs in the thread that called. While
it waits, and when it is done, the others are looked at: the first failure ends all parts.
"""

from __future__ import annotations

import functools
import itertools
import secrets
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tftutor import errors
from tftutor.distributed.cluster_rendezvous import plain_value, wire_value
from tftutor.distributed.pushes import Ride, split
from tftutor.distributed.remote_task import RemoteTask, from_task
from tftutor.distributed.stall_reports import StallReports
from tftutor.distributed.worker import CLOSED
from tftutor.runtime.device_threads import start
from tftutor.runtime.executor import place_text
from tftutor.runtime.step_state import StepState

if TYPE_CHECKING:
    from tftutor.distributed.cluster_plan import ClusterPlan, TaskPart

_LONG = 0.5  # seconds: not every platform lets Ctrl-C into a longer wait
_SLICE = 0.05  # seconds: how long one task is waited for before another one is looked at
_LATE = 1.0  # seconds that a task has to answer beyond the step's own deadline
_PATIENCE = 1.0  # seconds after which those who have done their part are asked what became of it
_GRACE = 5.0  # seconds that the other tasks have to end a step which one of them has failed in
_FOLLOWS = "Step was cancelled by an error in another task"
_OUT_OF_TIME = "Operation timed out."  # with a target TensorFlow says it so
_step_ids = itertools.count(secrets.randbits(40) << 20)


class ClusterRun:
    """One run of a step on all its tasks."""

    def __init__(self, plan: ClusterPlan, feeds: Sequence[Any], step: StepState) -> None:
        self.plan = plan
        self.feeds = feeds
        self.step = step
        self.step_id = next(_step_ids)
        self.values: list[Any] = [None] * len(plan.fetches)
        self.errors: list[tuple[RemoteTask, Exception]] = []
        self._pending: dict[TaskPart, Any] = {}
        self._failed_at = 0.0
        self._stalls = StallReports()
        self._looking = threading.Lock()
        self._begun = time.monotonic()
        self._done: list[RemoteTask] = []  # whose parts have ended well
        self._confirming: dict[RemoteTask, Any] = {}
        self._ride = Ride(plan.elsewhere)

    def results(self) -> list[Any]:
        """Start all parts, run the one of this process, gather what they give."""
        try:
            for part in self._in_order():
                if part is self.plan.here:
                    self._hear_the_first()
                if self.errors:  # it forgets what was sent to it ahead
                    part.task.tell("abort_step", self._abortion(_FOLLOWS))
                elif part is self.plan.here:
                    self._run_here(part)
                else:
                    self._pending[part] = self._start(part)
            while self._pending:
                # A task that answers is heard at once. Another one has its turn after a while.
                self._look(_LONG if len(self._pending) == 1 and self.step.deadline is None
                           else _SLICE)
        except BaseException:
            self._abort("Step was cancelled")
            raise
        if self.errors:
            self._raise_first()
        return self.values

    def _in_order(self) -> list[TaskPart]:
        """The part of this process last, unless it waits for none.

        Then what it sends to another part goes there with the request to begin.
        """
        parts, here = self.plan.parts, self.plan.here
        return [here, *parts[:-1]] if here is not None and here.is_first else parts

    def _hear_the_first(self) -> None:
        """Wait for parts that wait for none: what they send to this process is in their answers."""
        first = [part for part in self._pending if part.is_first and part.task.service is None]
        while first and not self.errors:
            self._look(_SLICE, first)
            first = [part for part in first if part in self._pending]

    def _request(self, part: TaskPart) -> tuple[dict[str, Any], list[Any]]:
        return (self.plan.header(part, self.step_id, self.step),
                [self.feeds[position] for position in part.feed_positions])

    def _start(self, part: TaskPart) -> Any:
        """Begin a part: something to wait for."""
        header, feeds = self._request(part)
        service = part.task.service
        if service is None:
            tensors = [wire_value(feed) for feed in feeds]
            self._ride.join(part.task.name, header, tensors)
            return part.task.start("run_graph", header, tensors)
        return start(functools.partial(service.run, header, feeds), part.task.name)

    def _run_here(self, part: TaskPart) -> None:
        """Run a part in this thread; it is let go when another one fails."""
        service: Any = part.task.service
        for other, work in self._pending.items():
            if other.task.service is None:
                work.when_failed(lambda: part.task.tell("abort_step", self._abortion(_FOLLOWS)))
        self._pending[part] = None
        try:
            values, stats = service.run(*self._request(part), watch=self._watch,
                                        ride=self._ride if part.is_first else None)
        except errors.OpError as error:
            del self._pending[part]
            self._note(part.task, error)
        else:
            del self._pending[part]
            self._finish(part, values, stats)

    def _watch(self) -> None:
        """The part of this process has waited for a while: look what the others do.

        Several of its devices may wait, each in a thread of its own; one of them looks.
        """
        if self._looking.acquire(blocking=False):
            try:
                self._look(0)
            finally:
                self._looking.release()

    def _look(self, timeout: float, among: Sequence[TaskPart] | None = None) -> None:
        """Wait a little for each part (of some); a failure ends the others."""
        for part in list(self._pending) if among is None else among:
            work = self._pending[part]
            if work is None:
                continue
            try:
                outcome = _outcome(work, timeout)
                if outcome is not None:
                    self._finish(part, *self._own_values(*outcome))
                    del self._pending[part]
            except errors.OpError as error:
                del self._pending[part]
                self._note(part.task, error)
        self._check_step()

    def _own_values(self, tensors: Sequence[Any], header: dict[str, Any]
                    ) -> tuple[Sequence[Any], bytes | None]:
        """What an answer has for the program; what is for the part of this process goes there."""
        values, others, edges = split(header, tensors)
        stats = header.get("stats")
        if header.get("traced"):
            values, stats = values[:-1], values[-1].tobytes()
        if edges and self.plan.here is not None:
            service: Any = self.plan.here.task.service
            service.deliver(self.step_id, edges, others)
        return values, stats

    def _note(self, task: RemoteTask, error: Exception) -> None:
        """A part has failed."""
        first = not self.errors
        self.errors.append((task, error))
        if first:
            self._abort(_FOLLOWS)

    def _check_step(self) -> None:
        pending = self._pending
        if not pending:
            return
        if self.step.cancelled is not None and not self.errors:
            self.errors.append((next(iter(pending)).task, errors.CancelledError(
                None, None, self.step.cancelled)))
            self._abort(self.step.cancelled)
        now, deadline = time.monotonic(), self.step.deadline
        if deadline is not None and now > deadline + _LATE:
            self._abort("Step ran out of time")
            self._give_up()
            self.errors.append((self.plan.parts[0].task, errors.DeadlineExceededError(
                None, None, _OUT_OF_TIME)))
        elif self.errors:  # the others were told; who doesn't listen isn't waited for
            self._failed_at = self._failed_at or now
            if now > self._failed_at + _GRACE:
                self._give_up()
        else:
            self._stalls.look(list(part.task for part in pending), now)
            if now > self._begun + _PATIENCE:
                self._look_for_losses()

    def _give_up(self) -> None:
        """Wait no longer, but for the part that this thread runs."""
        for part in [part for part, work in self._pending.items() if work is not None]:
            del self._pending[part]

    def _look_for_losses(self) -> None:
        """Ask those who are done whether all that they sent has arrived: others may miss it."""
        header = {"session": self.plan.session, "step": self.step_id}
        for task in self._done:
            self._confirming[task] = (
                task.start("confirm_step", header) if task.service is None else
                start(functools.partial(task.service.confirm, self.step_id), task.name))
        self._done.clear()
        for task, work in list(self._confirming.items()):
            try:
                if _outcome(work, 0) is not None:
                    del self._confirming[task]
            except errors.OpError as error:
                del self._confirming[task]
                self._note(task, error)
                return

    def _abortion(self, why: str) -> dict[str, Any]:
        return {"step": self.step_id, "message": why}

    def _abort(self, why: str) -> None:
        for part in self._pending:
            part.task.tell("abort_step", self._abortion(why))

    def _finish(self, part: TaskPart, values: Sequence[Any], stats: bytes | None) -> None:
        """Take what a part gives."""
        self._done.append(part.task)
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
        if isinstance(error, errors.DeadlineExceededError) and self.step.deadline is not None:
            raise errors.DeadlineExceededError(None, None, _OUT_OF_TIME) from None
        if message == CLOSED:
            raise type(error)(None, None, CLOSED) from None  # type: ignore[call-arg]
        if op is not None:
            message = message.replace(f"{{{{node {op.name}}}}}", place_text(op))
        raise type(error)(None if op is None else op.node_def, op,  # type: ignore[call-arg]
                          from_task(task, message)) from None


def _outcome(work: Any, timeout: float) -> tuple[Sequence[Any], dict[str, Any]] | None:
    """Tensors and header of an answer, None while there is none. Raises: what it was instead."""
    if hasattr(work, "done"):  # runs in this process
        if not work.done.wait(timeout):
            return None
        if work.error is not None:
            raise work.error
        values, stats = work.result or ((), None)
        return values, {"stats": stats}
    reply = work.poll(timeout)
    return None if reply is None else (reply.tensors, reply.header)
