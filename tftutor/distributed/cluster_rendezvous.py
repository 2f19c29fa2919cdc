"""The rendezvous of a step that runs in several tasks, and its edges that leave this one.

Values are pushed to the task that wants them as soon as they are there; a task keeps what comes
before it is asked for. A pushed value is acknowledged, and a part of a step ends when all of its
values have arrived: one that is lost is an error and no silent wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from tftutor import errors
from tftutor.framework.operation import Operation, Tensor
from tftutor.ops.control_flow_ops import DEAD
from tftutor.runtime.devices import Device
from tftutor.runtime.rendezvous import Rendezvous
from tftutor.runtime.step_state import StepState
from tftutor.runtime.transfers import Channel


class PendingCall(Protocol):
    """A request on its way; `add_done_callback` has something called with it at its end."""

    def wait(self, timeout: float | None = None) -> Any:
        """Wait for the reply. Raises: tf.errors.OpError when there will be none."""
        ...

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        """Have `callback(call)` called when it is done."""
        ...


Push = Callable[[str, dict[str, Any], Sequence[Any]], PendingCall]  # (task, header, tensors)


class ClusterRendezvous(Rendezvous):
    """Where the parts of one step in this task meet, and what they send to other tasks.

    Args:
      step: the step here.
      step_id: its number in the whole cluster.
      push: sends a value to another task.
    """

    def __init__(self, step: StepState, step_id: int, push: Push, at_once: int | None = None
                 ) -> None:
        super().__init__(step, at_once)
        self._step_id = step_id
        self._push = push
        self._calls: list[PendingCall] = []
        self.sent_bytes = 0
        self.failure: errors.OpError | None = None  # why a value didn't arrive

    def send_to(self, task: str, key: str, value: Any) -> None:
        """Push a value to another task; doesn't wait."""
        is_dead = value is DEAD
        tensors = [] if is_dead or value is None else [wire_value(value)]
        self.sent_bytes += sum(int(getattr(t, "nbytes", 0)) for t in tensors)
        call = self._push(task, {"step": self._step_id, "key": key, "dead": is_dead}, tensors)
        self._calls.append(call)
        call.add_done_callback(self._look_at)

    def _look_at(self, call: PendingCall) -> None:
        """A value that doesn't arrive ends the step, which may wait for an answer to it."""
        try:
            reply = call.wait(0)
            if reply is None or reply.code == 0:
                return
            kind = errors.exception_type_from_error_code(reply.code)
            failure = kind(None, None, reply.header["message"])  # type: ignore[call-arg]
        except errors.OpError as error:
            failure = error
        if self.failure is None:
            self.failure = failure
            self._step.cancelled = self._step.cancelled or failure.message
            self.abort()

    def wait_for_arrival(self) -> None:
        """Wait until everything that was pushed has arrived. Raises: tf.errors.OpError."""
        for call in self._calls:
            call.wait()
        if self.failure is not None:
            raise self.failure

    def arrive(self, key: str, tensors: Sequence[Any], is_dead: bool) -> None:
        """Take in a value that another task has pushed."""
        value = DEAD if is_dead else plain_value(tensors[0]) if tensors else None
        self.send(key, value)


def plain_value(value: Any) -> Any:
    """A value as kernels have it: what has no dimensions is a scalar."""
    return value[()] if isinstance(value, np.ndarray) and not value.ndim else value


def wire_value(value: Any) -> Any:
    """A value as messages take it: a string that is a scalar is an array, too."""
    return np.array(value, object) if isinstance(value, bytes | str) else value


class OutgoingChannel(Channel):
    """The sending end of an edge to another task."""

    def __init__(self, key: str, task: str, tensor: Tensor | None, producer: Operation,
                 source: Device, target: Device, from_host_memory: bool, sent: Tensor | None
                 ) -> None:
        super().__init__(tensor, producer, source, target, from_host_memory, sent)
        self.edge = key
        self._task = task

    def send(self, value: Any, step: Any) -> None:
        """Push the value, by way of the host's memory."""
        if not self.from_host_memory and value is not DEAD and value is not None:
            value = self.source.library.to_host(value)
        step.rendezvous.send_to(self._task, self.edge, value)


class IncomingChannel(Channel):
    """The receiving end of an edge from another task: values arrive in the host's memory."""

    def __init__(self, key: str, tensor: Tensor | None, producer: Operation, source: Device,
                 target: Device) -> None:
        super().__init__(tensor, producer, source, target, True)
        self.edge = key

    def recv(self, step: Any) -> Any:
        """The value; waits for it."""
        value = step.rendezvous.recv(self.edge)
        self.nbytes = int(getattr(value, "nbytes", 0))
        return value
