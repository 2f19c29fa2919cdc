"""What a task keeps: the sessions of masters, and the steps that run here or soon will.

A step is known from the first word about it, which may be a value that another task has sent ahead
of the master's own request. Nothing here outlives those who wanted it: values for a step that
never comes are dropped, and sessions of programs that are gone are forgotten after a while.
"""

from __future__ import annotations

import functools
import itertools
import threading
import time
from collections import OrderedDict
from typing import Any

from tftutor import errors
from tftutor.distributed.cluster_rendezvous import ClusterRendezvous
from tftutor.distributed.pushes import Push, Pushes
from tftutor.runtime.cut_step import CutStep
from tftutor.runtime.devices import Device
from tftutor.runtime.partitioned_plan import PartitionedPlan
from tftutor.runtime.resources import ResourceManager
from tftutor.runtime.step_state import StepState

_REMEMBERED_STEPS = 4096  # that have ended: what still arrives for them is dropped ...
_UNCONFIRMED_STEPS = 1024  # ... or whose last values haven't arrived elsewhere
_WAITING_STEPS = 1024  # for which values have come before the step itself ...
_LONGEST_WAIT = 60.0  # ... and how many seconds they are kept
SMALL = 5 << 18  # bytes that are taken in within the time or so that waking a thread takes
_LOST_SESSIONS = 300.0  # seconds after which the session of a program that is gone is forgotten


class WorkerSession:
    """What a task keeps for one master session.

    Attributes:
      origin: the task whose address the session was given, as "worker 2"; "" if unknown.
      caller: the connection over which it was used last; None in this process.
      lost_since: when that connection ended, or None.
      quick: handle -> the edges from other tasks, of parts that do nothing lengthy.
      is_ended: by a reset of its master; whoever uses it hears so.
    """

    def __init__(self, resources: ResourceManager, origin: str = "") -> None:
        self.resources = resources
        self.origin = origin
        self.caller: Any = None
        self.lost_since: float | None = None
        self.plans: dict[str, PartitionedPlan] = {}
        self.quick: dict[str, tuple[str, ...]] = {}
        self.functions: dict[str, Any] = {}  # of the master's graph, if it is in this process
        self.is_ended = False
        self._handles = itertools.count(1)
        self._cuts: dict[str, CutStep] = {}

    def register(self, cut: CutStep, host: Device) -> str:
        """Make a plan of a part of a step; its handle."""
        handle = str(next(self._handles))
        self._cuts[handle] = cut
        self.plans[handle] = PartitionedPlan(cut, host, self.resources)
        return handle

    def deregister(self, handle: str) -> None:
        """Forget a plan; steps that run it go on."""
        for table in (self.plans, self._cuts, self.quick):
            table.pop(handle, None)

    def bind_anew(self, host: Device) -> None:
        """Let the plans find their variables and queues anew: those that they had are gone."""
        self.plans = {handle: PartitionedPlan(cut, host, self.resources)
                      for handle, cut in list(self._cuts.items())}

    def end(self) -> None:
        """Let go of what it holds; only that it was here is remembered."""
        self.is_ended = True
        self.resources = ResourceManager()
        self.plans.clear()
        self._cuts.clear()
        self.quick.clear()
        self.functions.clear()

    def used_by(self, caller: Any) -> None:
        """Note that somebody asks for the session over this connection."""
        self.caller = caller
        self.lost_since = None


class SessionTable:
    """The sessions of a task by name.

    Args: `task`, the task's name.
    """

    def __init__(self, task: str) -> None:
        self._task = task
        self._sessions: dict[str, WorkerSession] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.all())

    def add(self, name: str, session: WorkerSession) -> None:
        """Open a session; those whose programs are long gone are forgotten."""
        oldest = time.monotonic() - _LOST_SESSIONS
        with self._lock:
            for other, known in list(self._sessions.items()):
                if known.lost_since is not None and known.lost_since < oldest:
                    del self._sessions[other]
            self._sessions[name] = session

    def find(self, name: str) -> WorkerSession:
        """Raises: AbortedError for one that isn't known (any more)."""
        found = self._sessions.get(name)
        if found is None:
            raise errors.AbortedError(
                None, None, f"Session handle is not found: {name}. Possibly this worker "
                            f"(\"{self._task}\") just restarted.")
        if found.is_ended:
            raise errors.AbortedError(
                None, None, f"Session {name} is not found. (tf.Session.reset has ended it; a new "
                            "one can be made.)")
        return found

    def wanted(self, name: str, handle: str) -> tuple[str, ...] | None:
        """What a quick part of a step waits for; None for a part that isn't quick."""
        session = self._sessions.get(name)
        return None if session is None else session.quick.get(handle)

    def remove(self, name: str) -> WorkerSession | None:
        """Close a session."""
        with self._lock:
            return self._sessions.pop(name, None)

    def all(self) -> list[WorkerSession]:
        """The sessions that are open."""
        return [session for session in list(self._sessions.values()) if not session.is_ended]

    def end_those_of(self, master: str) -> list[WorkerSession]:
        """End the sessions whose target was this task, as "worker 2"; those that were ended."""
        with self._lock:
            ended = [session for session in self._sessions.values() if session.origin == master]
        for session in ended:
            session.end()
        return ended

    def lose(self, caller: Any) -> None:
        """A connection has ended."""
        for session in list(self._sessions.values()):
            if session.caller is caller:
                session.lost_since = time.monotonic()


class WorkerStep:
    """A step that runs here, or of which values have come already."""

    def __init__(self, step_id: int, push: Push) -> None:
        self.state = StepState(step_id)
        self.rendezvous = ClusterRendezvous(self.state, step_id, push)
        self.state.rendezvous = self.rendezvous
        self.is_running = False
        self.caller: Any = None  # the connection over which the master asked for it
        self.begun = time.monotonic()

    def cancel(self, reason: str) -> None:
        """Let everything that waits in the step go."""
        if self.state.cancelled is None:
            self.state.cancelled = reason
        self.rendezvous.abort()


class StepTable:
    """The steps of a task by number; a number is used once."""

    def __init__(self, push: Push) -> None:
        self._push = push
        self._steps: OrderedDict[int, WorkerStep] = OrderedDict()
        self._ended: OrderedDict[int, str] = OrderedDict()  # "", or why it was never begun
        self._unconfirmed: OrderedDict[int, Pushes] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, step_id: int) -> WorkerStep | None:
        """The step, begun by whoever names it first; None when it has ended."""
        with self._lock:
            if step_id in self._ended:
                return None
            found = self._steps.get(step_id)
            if found is None:
                self._forget_old()
                found = self._steps[step_id] = WorkerStep(step_id, self._push)
            return found

    def has_arrived(self, step_id: int, edges: tuple[str, ...]) -> bool:
        """Whether these values are here, and small: to use them takes no time then."""
        if not edges:
            return True
        with self._lock:
            step = self._steps.get(step_id)
        if step is None:
            return False
        values = step.rendezvous.peek(edges)
        return values is not None and sum(
            int(getattr(value, "nbytes", 0)) for value in values) <= SMALL

    def begin(self, step_id: int) -> WorkerStep:
        """The step, to be run now.

        Raises: AbortedError when it has been run, or runs; CancelledError when it was aborted.
        """
        step = self.find(step_id)
        with self._lock:
            if step is None and self._ended.get(step_id):
                raise errors.CancelledError(None, None, self._ended[step_id])
            if step is None or step.is_running:
                raise errors.AbortedError(
                    None, None, f"Step {step_id} has been run here already; a request is never "
                                "run twice")
            step.is_running = True
            self._steps[step_id] = step
        return step

    def end(self, step_id: int, reason: str = "") -> None:
        """Forget a step; what still comes for it is dropped. Why, if it never began."""
        with self._lock:
            self._end(step_id, reason)

    def _end(self, step_id: int, reason: str = "") -> None:
        step = self._steps.pop(step_id, None)
        self._ended[step_id] = reason
        while len(self._ended) > _REMEMBERED_STEPS:
            self._ended.popitem(last=False)
        if step is not None and step.is_running:
            pushes = self._unconfirmed[step_id] = step.rendezvous.pushes
            while len(self._unconfirmed) > _UNCONFIRMED_STEPS:
                self._unconfirmed.popitem(last=False)
            pushes.when_confirmed(functools.partial(self._confirm, step_id))

    def _confirm(self, step_id: int) -> None:
        """All that the step sent has arrived."""
        self._unconfirmed.pop(step_id, None)

    def unconfirmed(self, step_id: int) -> Pushes | None:
        """What a step has sent that has ended, unless all that it sent has arrived."""
        return self._unconfirmed.get(step_id)

    def _forget_old(self) -> None:
        """Drop values of steps that nobody asks for: too many, or too old."""
        oldest = time.monotonic() - _LONGEST_WAIT
        waiting = [(number, step) for number, step in self._steps.items() if not step.is_running]
        for position, (number, step) in enumerate(waiting):
            if len(waiting) - position < _WAITING_STEPS and step.begun >= oldest:
                return
            self._end(number)

    def all(self) -> list[WorkerStep]:
        """All steps that are known here."""
        with self._lock:
            return list(self._steps.values())
