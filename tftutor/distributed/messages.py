"""What two tasks say to each other, as plain data: no frame, no socket, no clock.

`docs/protocol.md` describes each message; `schema` holds the fields of the methods' headers and
`protocol` turns messages into frames. A request and its reply carry tensors; the other kinds are
small and look after the connection.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np

PROTOCOL_VERSION = 1
DEFAULT_CREDIT = 32 * 2**20  # bytes: far more than one round trip holds, far less than a machine


class Request(NamedTuple):
    """Asks a task to do something.

    `id` is unique among the requests of one connection and never used twice in an incarnation;
    `method` names a row of `schema.METHODS`, whose fields `header` has.
    """

    id: int
    method: str
    header: dict[str, Any]
    tensors: tuple[np.ndarray, ...] = ()


class Reply(NamedTuple):
    """Answers the request with the same `id`.

    `code` is 0 or one of `tf.errors`' codes; with an error the header is
    {"message": str, "node": str or None, "task": str or None} and there are no tensors.
    `method` is the request's: the transport, which knows it, fills it in before encoding.
    """

    id: int
    code: int
    header: dict[str, Any]
    tensors: tuple[np.ndarray, ...] = ()
    method: str = ""


class Hello(NamedTuple):
    """The first message on a connection: who is calling.

    Args:
      role: "client" (a session's program), "task" (a server of the cluster, whatever its job), or
        "admin" (who may shut tasks down); `schema` says what each may ask for.
      task: "/job:ps/replica:0/task:0", or "" for a client.
      incarnation: a random number from 1 to 2^63-1 that this process drew when it started.
      fingerprint: `handshake.cluster_fingerprint` of the cluster the caller believes in, or ""
        where it knows none yet.
      cluster: {job: {index as text: address}}, so that a refusal can say what differs.
      partial: the caller's cluster lists some of the tasks only; one whose indices have gaps
        does in any case.
      to: the task that the caller means to call, or "" for whoever answers.
      expects: the incarnation that the other side had when they last spoke, or 0.
      credit: how many bytes the other side may send before it is granted more.
      version: `PROTOCOL_VERSION` of the caller.
    """

    role: str
    task: str
    incarnation: int
    fingerprint: str = ""
    cluster: dict[str, dict[str, str]] = {}
    partial: bool = False
    to: str = ""
    expects: int = 0
    credit: int = DEFAULT_CREDIT
    version: int = PROTOCOL_VERSION


class Welcome(NamedTuple):
    """The answer to a `Hello` that is accepted: who has been called. Fields as in `Hello`."""

    role: str
    task: str
    incarnation: int
    fingerprint: str = ""
    credit: int = DEFAULT_CREDIT
    version: int = PROTOCOL_VERSION


class Refused(NamedTuple):
    """The answer to a `Hello` that is not accepted; the connection ends.

    `reason` is one of `handshake.REASONS`, `code` the `tf.errors` code that the caller should
    raise, `message` says who, where and what differs.
    """

    reason: str
    code: int
    message: str


class Credit(NamedTuple):
    """The receiver has made room: the other side may send `bytes` more."""

    bytes: int


class Heartbeat(NamedTuple):
    """A sign of life from the application, not from the socket.

    `answer` is False in the question and True in the reply, which repeats `sequence`.
    """

    sequence: int
    answer: bool = False


class Done(NamedTuple):
    """The requests with these ids have been done: in place of replies that say nothing else."""

    ids: list[int]


class Bye(NamedTuple):
    """The last message on a connection that ends in good order."""

    reason: str = ""


Message: TypeAlias = (
    Request | Reply | Hello | Welcome | Refused | Credit | Heartbeat | Done | Bye)
# Messages without a payload: they cost no credit, or two full windows could never be reopened.
CONTROL = (Hello, Welcome, Refused, Credit, Heartbeat, Done, Bye)
