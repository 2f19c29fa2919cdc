"""The rendezvous of a step that runs in several tasks, and its edges that leave this one.

Values are pushed to the task that wants them when they are there (`pushes.py`); a task keeps what
comes before it is asked for.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.distributed.pushes import NEVER, Edge, Push, Pushes
from tftutor.framework.operation import Operation, Tensor
from tftutor.ops.control_flow_ops import DEAD
from tftutor.runtime.devices import Device
from tftutor.runtime.rendezvous import Rendezvous
from tftutor.runtime.step_state import StepState
from tftutor.runtime.transfers import Channel

Arrival = tuple[int, Sequence[str]]  # nanoseconds of `perf_counter_ns`, edges


class ClusterRendezvous(Rendezvous):
    """Where the parts of one step in this task meet, and what they send to other tasks.

    Args:
      step: the step here.
      step_id: its number in the whole cluster.
      push: sends a message to another task.
    Attributes: arrivals: when values of which edges have come, for traces; None when the step has
      begun and isn't traced.
    """

    def __init__(self, step: StepState, step_id: int, push: Push, at_once: int | None = None
                 ) -> None:
        super().__init__(step, at_once)
        self.pushes = Pushes(step_id, push, self._fail)
        self.arrivals: list[Arrival] | None = []

    def send_to(self, edge: Edge, value: Any) -> None:
        """Push a value to another task; doesn't wait."""
        self.pushes.send(edge, wire_value(value))

    def about_to_wait(self) -> None:
        """Hold nothing back that somebody else may wait for."""
        self.pushes.flush()

    def _fail(self, failure: errors.OpError) -> None:
        """A value that doesn't arrive ends the step, which may wait for an answer to it."""
        self._step.cancelled = self._step.cancelled or failure.message
        self.abort()

    def arrive(self, header: dict[str, Any], tensors: Sequence[Any]) -> None:
        """Take in the values of a message that another task has pushed.

        Raises: InvalidArgumentError when there are fewer or more than it says.
        """
        keys = header["keys"]
        if self.arrivals is not None:
            self.arrivals.append((time.perf_counter_ns(), keys))
        if len(tensors) == len(keys) and not header.get("dead") and not header.get("signals"):
            self.send_all(zip(keys, map(plain_value, tensors), strict=True))
            return
        values: dict[int, Any] = dict.fromkeys(header.get("dead") or (), DEAD)
        values.update(dict.fromkeys(header.get("signals") or ()))
        full = [index for index in range(len(keys)) if index not in values]
        if len(full) != len(tensors) or len(full) + len(values) != len(keys):
            raise errors.InvalidArgumentError(
                None, None, f"a message with {len(keys)} edges of a step has {len(tensors)} "
                            f"tensors, {len(values)} edges without one")
        values.update(zip(full, map(plain_value, tensors), strict=True))
        self.send_all((keys[index], value) for index, value in values.items())


def plain_value(value: Any) -> Any:
    """A value as kernels have it: what has no dimensions is a scalar."""
    return value[()] if isinstance(value, np.ndarray) and not value.ndim else value


def held_bytes(value: Any) -> int:
    """The bytes of a value as TensorFlow counts them: strings and eight for each."""
    if isinstance(value, bytes):
        return 8 + len(value)
    if isinstance(value, np.ndarray) and value.dtype == object:
        return value.nbytes + sum(map(len, value.flat))
    return int(getattr(value, "nbytes", 0))


def lent(value: Any) -> Any:
    """A view of an array for a task of this process, which must not write into it."""
    if not isinstance(value, np.ndarray):
        return value
    view = value.view()
    view.flags.writeable = False
    return view


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
        self.task = task
        self.pause = NEVER

    def send(self, value: Any, step: Any) -> None:
        """Push the value, by way of the host's memory."""
        if not self.from_host_memory and value is not DEAD and value is not None:
            value = self.source.library.to_host(value)
        step.rendezvous.send_to(self, value)


class IncomingChannel(Channel):
    """The receiving end of an edge from another task: values arrive in the host's memory."""

    gives_away = True

    def __init__(self, key: str, tensor: Tensor | None, producer: Operation, source: Device,
                 target: Device) -> None:
        super().__init__(tensor, producer, source, target, True)
        self.edge = key

    def recv(self, step: Any) -> Any:
        """The value; waits for it."""
        value = step.rendezvous.recv(self.edge)
        self.nbytes = (int(getattr(value, "nbytes", 0)) if step.copies is None
                       else held_bytes(value))
        return value
