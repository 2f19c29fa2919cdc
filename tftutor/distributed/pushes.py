"""Pushes: the values of one step that leave this task, several in one message where that pays.

Most of what a value costs is its message. So a small value waits for the next one to the same task
if that one came at once when the step ran before; who computes for long in between, waits for
another part of the step, or ends, has sent everything.

A message is acknowledged by its receiver. The part that sent it needn't wait for that: what is lost
is missed by another part, and whoever runs the step then asks here (`wait_for_arrival`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol

from tftutor import errors
from tftutor.ops.control_flow_ops import DEAD

_SOON = 3e-4  # seconds: about what the message costs that is saved
_HELD_BYTES = 1 << 19  # from here on a message of its own costs little beside the bytes
_RIDE_BYTES = 1 << 20  # values that fit into one multipart (see limits)
NEVER = float("inf")


class PendingCall(Protocol):
    """A request on its way; `add_done_callback` has something called with it at its end."""

    def wait(self, timeout: float | None = None) -> Any:
        """Wait for the reply. Raises: tf.errors.OpError when there will be none."""
        ...

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        """Have `callback(call)` called when it is done."""
        ...


Push = Callable[[str, dict[str, Any], Sequence[Any]], PendingCall]  # (task, header, tensors)
EDGES = ("keys", "dead", "signals")  # the fields of a header that say which values come with it


class Ride:
    """Room for values in a message that is about to be sent anyway: one less.

    Args: the tasks to which such a message goes.
    Attributes: messages: task -> the header and the tensors that it would have had on its own.
    """

    def __init__(self, tasks: Collection[str]) -> None:
        self._tasks = tasks
        self.messages: dict[str, tuple[dict[str, Any], Sequence[Any]]] = {}

    def take(self, task: str, header: dict[str, Any], tensors: Sequence[Any], nbytes: int) -> bool:
        """Take a message in; False if there is no room, or nothing goes to that task."""
        if task not in self._tasks or task in self.messages or nbytes > _RIDE_BYTES:
            return False
        self.messages[task] = header, tensors
        return True

    def join(self, task: str, header: dict[str, Any], tensors: list[Any]) -> None:
        """Put what was taken in for a task into the message that goes there."""
        if task in self.messages:
            theirs, values = self.messages[task]
            header.update((name, theirs[name]) for name in EDGES if name in theirs)
            tensors += values


def split(header: dict[str, Any], tensors: Sequence[Any]
          ) -> tuple[Sequence[Any], Sequence[Any], dict[str, Any]]:
    """What a message has of its own, what was put into it by `Ride.join`, the header of that."""
    if not header.get("keys"):
        return tensors, (), {}
    edges = {name: header[name] for name in EDGES if header.get(name)}
    count = len(edges["keys"]) - len(edges.get("dead", ())) - len(edges.get("signals", ()))
    if not 0 <= count <= len(tensors):
        raise errors.InvalidArgumentError(
            None, None, f"a message with {len(edges['keys'])} edges of a step, {count} of them "
                        f"with a value, has {len(tensors)} tensors")
    own = len(tensors) - count
    return tensors[:own], tensors[own:], edges


class Edge(Protocol):
    """The sending end of an edge to another task.

    Attributes:
      edge: its name in the whole step.
      task: where it leads.
      pause: seconds from its value to the next one for the same task, when it was used last.
    """

    edge: str
    task: str
    pause: float


class _Outbox:
    """Values for one task that haven't been sent yet."""

    __slots__ = ("keys", "dead", "signals", "tensors", "nbytes", "last", "since")

    def __init__(self) -> None:
        self.last: Edge | None = None
        self.since = 0.0  # when `last` came
        self.empty()

    def empty(self) -> None:
        """Begin a new message."""
        self.keys: list[str] = []
        self.dead: list[int] = []
        self.signals: list[int] = []
        self.tensors: list[Any] = []
        self.nbytes = 0

    def add(self, edge: Edge, value: Any) -> None:
        """Take a value in: DEAD, None for a control edge, or an array."""
        if value is DEAD:
            self.dead.append(len(self.keys))
        elif value is None:
            self.signals.append(len(self.keys))
        else:
            self.tensors.append(value)
            self.nbytes += int(getattr(value, "nbytes", 0))
        self.keys.append(edge.edge)
        now = time.perf_counter()
        if self.last is not None:
            self.last.pause = now - self.since
        self.last, self.since = edge, now

    def header(self, step_id: int) -> dict[str, Any]:
        """That of the message."""
        header: dict[str, Any] = {"step": step_id, "keys": self.keys}
        if self.dead:
            header["dead"] = self.dead
        if self.signals:
            header["signals"] = self.signals
        return header


class Pushes:
    """What one step sends to other tasks.

    Args:
      step_id: its number in the whole cluster.
      push: sends a message to a task.
      on_failure: called once with the reason when a message doesn't arrive.
    """

    def __init__(self, step_id: int, push: Push, on_failure: Callable[[errors.OpError], None]
                 ) -> None:
        self._step_id = step_id
        self._push = push
        self._on_failure = on_failure
        self.ride: Ride | None = None  # goes when this part of the step is done
        self._boxes: dict[str, _Outbox] = {}
        self._calls: set[PendingCall] = set()
        self._sending = threading.Lock()  # the parts of several devices send at the same time
        self._lock = threading.Lock()  # of what became of it; whoever has it waits for nothing
        self._when_confirmed: Callable[[], None] | None = None
        self.failure: errors.OpError | None = None  # why a message didn't arrive

    def send(self, edge: Edge, value: Any) -> None:
        """Send a value, now or together with the next one."""
        with self._sending:
            box = self._boxes.get(edge.task)
            if box is None:
                box = self._boxes[edge.task] = _Outbox()
            box.add(edge, value)
            if edge.pause > _SOON or box.nbytes > _HELD_BYTES:
                self._send(edge.task, box)

    def flush(self) -> None:
        """Send what has been held back: nothing follows soon."""
        if not self._boxes:
            return
        with self._sending:
            for task, box in self._boxes.items():
                if box.last is not None:
                    box.last.pause = NEVER
                    box.last = None
                if box.keys:
                    self._send(task, box)

    def _send(self, task: str, box: _Outbox) -> None:
        header, tensors, nbytes = box.header(self._step_id), box.tensors, box.nbytes
        box.empty()
        if self.ride is not None and self.ride.take(task, header, tensors, nbytes):
            return
        call = self._push(task, header, tensors)
        with self._lock:
            self._calls.add(call)
        call.add_done_callback(self._look_at)

    def _look_at(self, call: PendingCall) -> None:
        """A message has arrived, or never will."""
        failure = _failure(call, 0)
        with self._lock:
            self._calls.discard(call)
            is_first = failure is not None and self.failure is None
            if is_first:
                self.failure = failure
            confirmed = None if self._calls or self.failure else self._when_confirmed
        if is_first:
            self._on_failure(failure)  # type: ignore[arg-type]
        if confirmed is not None:
            confirmed()

    # -- arrival ----------------------------------------------------------------------------

    def when_confirmed(self, callback: Callable[[], None]) -> None:
        """Have `callback()` called when everything that was sent has arrived; maybe at once."""
        with self._lock:
            if self._calls or self.failure:
                self._when_confirmed = callback
                return
        callback()

    def wait_for_arrival(self) -> None:
        """Wait until everything that was sent has arrived. Raises: tf.errors.OpError."""
        with self._lock:
            calls = list(self._calls)
        for call in calls:
            failure = _failure(call, None)  # `_look_at` may not have been called yet
            if failure is not None:
                raise failure
        if self.failure is not None:
            raise self.failure


def _failure(call: PendingCall, timeout: float | None) -> errors.OpError | None:
    """Why a message hasn't arrived, when that is known."""
    try:
        reply = call.wait(timeout)
    except errors.OpError as error:
        return error
    if reply is None or reply.code == 0:
        return None
    kind = errors.exception_type_from_error_code(reply.code)
    return kind(None, None, reply.header["message"])  # type: ignore[call-arg]
