"""RemoteTask: a task of a cluster as a master talks to it, over the network or in this process."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from typing import Any

from tftutor import errors
from tftutor.distributed.messages import Reply
from tftutor.distributed.worker import TaskService

RECONNECT = 2.0  # seconds: a task that answered before should be reached at once


class RemoteTask:
    """One task.

    Args:
      name: `/job:ps/replica:0/task:0`.
      address: `host:port`.
      peer: the connection to it, unless it is in this process.
      service: the task itself, if it is in this process.
    Attributes: is_master: it is the target of the session.
    """

    def __init__(self, name: str, address: str, peer: Any = None,
                 service: TaskService | None = None) -> None:
        self.name = name
        self.address = address
        self.service = service
        self.is_master = False
        self._peer = peer

    @property
    def is_here(self) -> bool:
        """True when the task is in this process."""
        return self.service is not None

    def call(self, method: str, header: dict[str, Any], tensors: Sequence[Any] = (),
             timeout: float | None = None) -> Reply:
        """Ask and wait. Raises: tf.errors.OpError when the task refuses or can't be reached."""
        if self.service is not None:
            answer, values = self.service.answer(method, header, tensors)
            return Reply(0, 0, answer, tuple(values))
        return self._peer.call(method, header, tensors, timeout,
                               connect_timeout=timeout or RECONNECT)

    def start(self, method: str, header: dict[str, Any], tensors: Sequence[Any] = (),
              ) -> RemoteCall:
        """Ask, and wait later."""
        return RemoteCall(self._peer.start(method, header, tensors, connect_timeout=RECONNECT))

    def tell(self, method: str, header: dict[str, Any]) -> None:
        """Ask without waiting; a task that can't be reached doesn't matter."""
        with contextlib.suppress(errors.OpError):
            if self.service is not None:
                self.service.answer(method, header, ())
            else:
                self._peer.start(method, header, ())

    def __repr__(self) -> str:
        return f"<{self.name} at {self.address}>"


class RemoteCall:
    """A request on its way to another process."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def poll(self, timeout: float) -> Reply | None:
        """The reply, or None when there is none yet. Raises: tf.errors.OpError."""
        try:
            reply = self._call.wait(timeout)
        except errors.DeadlineExceededError:
            return None
        return checked(reply)

    def when_failed(self, callback: Callable[[], None]) -> None:
        """Have `callback()` called, by any thread, when it ends with an error."""
        def look(call: Any) -> None:
            try:
                failed = call.wait(0).code != 0
            except errors.OpError:
                failed = True
            if failed:
                callback()

        self._call.add_done_callback(look)


def checked(reply: Reply) -> Reply:
    """The reply. Raises: tf.errors.OpError when it says that something went wrong.

    The error has the name of the node as `node_name`.
    """
    if reply.code == 0:
        return reply
    kind = errors.exception_type_from_error_code(reply.code)
    error = kind(None, None, reply.header["message"])  # type: ignore[call-arg]
    error.node_name = reply.header.get("node")  # type: ignore[attr-defined]
    raise error


_LOST = re.compile(r"Session handle is not found: (\w+)\.")
_NOT_FOUND = re.compile(r"Session \w+ is not found\.")


def from_task(task: RemoteTask, message: str) -> str:
    """A message that begins with where the error comes from.

    Of a session that is no more the target's own task speaks as TensorFlow's master does.
    """
    lost = _LOST.match(message) if task.is_master else None
    if lost is not None:
        return (f"Session {lost[1]} is not found. ({task.name} was restarted after the session was "
                "made; a new one can be made.)")
    if message.startswith("From /job:") or _NOT_FOUND.match(message):
        return message
    return f"From {task.name}:\n{message}"
