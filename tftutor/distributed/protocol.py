"""Messages <-> frames, without a socket; the only module that imports msgpack.

`docs/protocol.md` describes the frames. `encode` refuses what this side must not send, and
`Decoder` believes nothing that the other side says before it has been checked: a list of frames
either becomes a message, or fills a part of one, or raises RemoteProtocolError.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgpack

from tftutor.distributed.assembly import IN_CHUNKS, IN_FRAME, Assembly
from tftutor.distributed.limits import HANDSHAKE_LIMITS, MIB, Limits
from tftutor.distributed.messages import (
    PROTOCOL_VERSION,
    Bye,
    Credit,
    Done,
    Heartbeat,
    Hello,
    Message,
    Refused,
    Reply,
    Request,
    Welcome,
)
from tftutor.distributed.protocol_errors import (
    LocalProtocolError,
    ProtocolError,
    RemoteProtocolError,
)
from tftutor.distributed.schema import (
    CONTROL_FIELDS,
    ERROR,
    HELLO_REST,
    HELLO_START,
    METHODS,
    Checker,
    check_fields,
    natural,
)
from tftutor.distributed.tensor_bytes import TensorSpec, check_spec, dump_tensor

__all__ = ["CHUNK_BYTES", "HANDSHAKE_LIMITS", "Decoder", "Limits", "LocalProtocolError",
           "ProtocolError", "RemoteProtocolError", "cost", "encode"]

Frames: TypeAlias = list["bytes | memoryview"]
CHUNK_BYTES = MIB      # measured: one frame of 64 MiB is twice as slow, smaller chunks no faster
_INLINE_TOTAL = MIB    # more would delay the messages of others, as a multipart arrives whole
_TINY_TOTAL = 64 * 2**10
_CLASSES: dict[str, type] = {
    "welcome": Welcome, "refused": Refused, "credit": Credit, "heartbeat": Heartbeat,
    "done": Done, "bye": Bye}
_KINDS = {cls: kind for kind, cls in _CLASSES.items()}
_CODES = 16   # the highest of tf.errors' codes
_LIMITS = Limits()


def cost(message: Message | None, frames: Sequence[Any]) -> int:
    """Return how many bytes of credit a multipart takes.

    `message` is the one that `encode` cut into these frames among others, or what `Decoder.feed`
    returned for them: both sides count the same.
    """
    if message is None or isinstance(message, (Request, Reply)):
        return sum(map(len, frames))
    return 0


def encode(message: Message, chunk: int = CHUNK_BYTES,
           limits: Limits | None = None) -> list[Frames]:
    """Turn a message into multiparts, to be sent in this order; others may go in between.

    Big tensors are cut into views of `chunk` bytes: they must not change until they are sent.
    Raises: LocalProtocolError for a message that the other side, with `limits`, would not accept.
    """
    if isinstance(message, (Request, Reply)):
        return _encode_payload(message, chunk, limits or _LIMITS)
    if isinstance(message, Hello):
        fields = message._asdict()
        start = [fields.pop(name) for name in ("version", "role", "task", "incarnation")]
        _check_local("hello", start, HELLO_START)
        _refuse_local("hello", check_fields(fields, HELLO_REST))
        return [[_pack(["hello", *start, fields], HANDSHAKE_LIMITS)]]
    kind = _KINDS[type(message)]
    _check_local(kind, list(message), CONTROL_FIELDS[kind])
    return [[_pack([kind, *message], HANDSHAKE_LIMITS)]]


def _encode_payload(message: Request | Reply, chunk: int, limits: Limits) -> list[Frames]:
    kind = "request" if isinstance(message, Request) else "reply"
    if len(message.tensors) > limits.tensors:
        raise LocalProtocolError(f"a message carries up to {limits.tensors} tensors, "
                                 f"but got {len(message.tensors)}")
    dumped = [dump_tensor(tensor, index) for index, tensor in enumerate(message.tensors)]
    total = sum(spec.length for spec, _ in dumped)
    if total > limits.message_bytes:
        raise LocalProtocolError(f"a message carries up to {limits.message_bytes} bytes of "
                                 f"tensors, but got {total}; send it in parts")
    _refuse_local(f"{kind} {message.method!r}", _wrong_payload(kind, message))
    code = [] if isinstance(message, Request) else [message.code]
    descriptions, frames, chunks = _place(kind, message.id, dumped, chunk, limits)
    header = _pack([kind, message.id, *code, message.method, message.header, descriptions], limits)
    return [[header, *frames], *chunks]


def _place(kind: str, id_: int, dumped: list[tuple[TensorSpec, memoryview]], chunk: int,
           limits: Limits) -> tuple[list[list[Any]], Frames, list[Frames]]:
    """Decide where each tensor's bytes go: into the header, a frame beside it, or chunks."""
    chunk = min(max(chunk, limits.least_chunk_bytes), limits.chunk_bytes)
    descriptions, frames, chunks = [], Frames(), []
    tiny = inline = 0
    for index, (spec, view) in enumerate(dumped):
        place: bytes | int = IN_CHUNKS
        if spec.length <= limits.tiny_bytes and tiny + spec.length <= _TINY_TOTAL:
            tiny += spec.length
            place = bytes(view)
        elif spec.length <= limits.inline_bytes and inline + spec.length <= _INLINE_TOTAL:
            inline += spec.length
            place = IN_FRAME
            frames.append(view)
        else:
            chunks += [[msgpack.packb(["chunk", kind, id_, index, start]),
                        view[start:start + chunk]] for start in range(0, spec.length, chunk)]
        descriptions.append([spec.dtype, list(spec.shape), spec.length, place])
    return descriptions, frames, chunks


def _pack(parts: list[Any], limits: Limits) -> bytes:
    try:
        packed = msgpack.packb(parts)
    except (TypeError, ValueError, OverflowError) as error:
        raise LocalProtocolError(f"the {parts[0]} cannot be packed: {error}") from error
    if len(packed) > limits.header_bytes:
        raise LocalProtocolError(f"the {parts[0]}'s header has {len(packed)} bytes, but at most "
                                 f"{limits.header_bytes} are allowed; bytes belong into tensors")
    return packed


def _check_local(kind: str, values: list[Any], checkers: tuple[Checker, ...]) -> None:
    for value, checker in zip(values, checkers, strict=True):
        _refuse_local(kind, checker(value))


def _refuse_local(what: str, wrong: str | None) -> None:
    if wrong is not None:
        raise LocalProtocolError(f"{what}: {wrong}")


def _wrong_payload(kind: str, message: Request | Reply) -> str | None:
    """Return what is wrong with a request or reply, its tensors aside, or None."""
    if natural(message.id) is not None:
        return f"id {natural(message.id)}"
    row = METHODS.get(message.method) if type(message.method) is str else None
    if row is None:
        return "unknown method"
    if isinstance(message, Request):
        return check_fields(message.header, row.request)
    if type(message.code) is not int or not 0 <= message.code <= _CODES:
        return f"code must be from 0 to {_CODES}"
    if message.code and message.tensors:
        return "an error carries no tensors"
    return check_fields(message.header, ERROR if message.code else row.reply)


class Decoder:
    """Puts the frames of one connection together again.

    `limits` may be replaced: a connection starts with HANDSHAKE_LIMITS. After a
    RemoteProtocolError the decoder refuses everything, and its connection should be dropped.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._pending: dict[tuple[str, int], Assembly] = {}
        self._pending_bytes = 0
        self._broken = False

    @property
    def pending(self) -> list[tuple[str, int]]:
        """The ("request" or "reply", id) of each message of which chunks are missing."""
        return list(self._pending)

    @property
    def pending_bytes(self) -> int:
        """How much memory the messages take of which chunks are missing."""
        return self._pending_bytes

    def feed(self, frames: Sequence[Any]) -> Message | None:
        """Take the frames (bytes, memoryviews, zmq frames) that arrived as one multipart.

        A frame of 32 KiB and more that can be written becomes the message's.

        Returns: the message that they complete, or None when more has to come.
        Raises: RemoteProtocolError.
        """
        if self._broken:
            raise RemoteProtocolError("the connection has failed before")
        try:
            return self._feed([memoryview(frame).cast("B") for frame in frames])
        except RemoteProtocolError:
            self._broken = True
            self._pending.clear()
            self._pending_bytes = 0
            raise

    def _feed(self, frames: list[memoryview]) -> Message | None:
        limits = self.limits
        if not 1 <= len(frames) <= limits.tensors + 1:
            raise RemoteProtocolError(f"{len(frames)} frames at once")
        if sum(map(len, frames)) > limits.multipart_bytes:
            raise RemoteProtocolError(f"more than {limits.multipart_bytes} bytes at once")
        parts = _unpack(frames[0], limits)
        if type(parts) is not list or not parts or type(parts[0]) is not str:
            raise RemoteProtocolError("a header must be a list that begins with its kind")
        kind, fields = parts[0], parts[1:]
        if kind in ("request", "reply"):
            return self._begin(kind, fields, frames[1:])
        if kind == "chunk":
            return self._chunk(fields, frames[1:])
        if len(frames) > 1:
            raise RemoteProtocolError(f"a {kind[:40]!r} has one frame, but got {len(frames)}")
        return _hello(fields) if kind == "hello" else _control(kind, fields)

    def _begin(self, kind: str, fields: list[Any], frames: list[memoryview]) -> Message | None:
        if len(fields) != (4 if kind == "request" else 5) or type(fields[-1]) is not list:
            raise RemoteProtocolError(f"a {kind} with {len(fields)} fields")
        id_, *code, method, header, descriptions = fields
        message: Request | Reply = (
            Request(id_, method, header) if kind == "request"
            else Reply(id_, code[0], header, (), method))
        wrong = _wrong_payload(kind, message)
        if wrong is not None:
            raise RemoteProtocolError(f"{kind} {str(method)[:40]!r}: {wrong}")
        if code and code[0] and descriptions:
            raise RemoteProtocolError("an error carries no tensors")
        if (kind, id_) in self._pending:
            raise RemoteProtocolError(f"{kind} {id_} begins again before it is complete")
        if not descriptions and not frames:
            return message
        specs = self._checked_specs(descriptions)
        assembly = Assembly(message, specs)
        assembly.fill(frames, [description[3] for description in descriptions])
        if assembly.complete:
            return assembly.message()
        if len(self._pending) >= self.limits.pending_messages:
            raise RemoteProtocolError(f"{len(self._pending)} messages are incomplete")
        self._pending[kind, id_] = assembly
        self._pending_bytes += assembly.length
        return None

    def _checked_specs(self, descriptions: list[Any]) -> list[TensorSpec]:
        """Check all that is said of a message's tensors, before memory is taken for the first."""
        limits = self.limits
        if len(descriptions) > limits.tensors:
            raise RemoteProtocolError(f"a message with {len(descriptions)} tensors")
        specs, total, strings = [], 0, 0
        for description in descriptions:
            if type(description) is not list or len(description) != 4:
                raise RemoteProtocolError("a tensor is described by four values")
            spec = check_spec(description[0], description[1], description[2], limits)
            total += spec.length
            strings += spec.elements if spec.dtype == "string" else 0
            specs.append(spec)
        if total > limits.message_bytes or strings > limits.strings:
            raise RemoteProtocolError(
                f"a message with {total} bytes of tensors and {strings} strings")
        if self._pending_bytes + total > limits.pending_bytes:
            raise RemoteProtocolError(
                f"{self._pending_bytes + total} bytes of incomplete messages")
        return specs

    def _chunk(self, fields: list[Any], frames: list[memoryview]) -> Message | None:
        if len(fields) != 4 or len(frames) != 1 or type(fields[0]) is not str or any(
                natural(field) for field in fields[1:]):
            raise RemoteProtocolError("a chunk has kind, id, tensor, offset and one frame")
        key = (fields[0], fields[1])
        assembly = self._pending.get(key)
        if assembly is None:
            raise RemoteProtocolError(
                f"a chunk of {key[0][:40]!r} {key[1]}, which is complete or has not begun")
        assembly.add_chunk(fields[2], fields[3], frames[0], self.limits)
        if not assembly.complete:
            return None
        del self._pending[key]
        self._pending_bytes -= assembly.length
        return assembly.message()


def _unpack(frame: memoryview, limits: Limits) -> Any:
    if frame.nbytes > limits.header_bytes:
        raise RemoteProtocolError(
            f"a header of {frame.nbytes} bytes; at most {limits.header_bytes} are allowed")
    try:
        return msgpack.unpackb(frame, strict_map_key=True, max_ext_len=0,
                               max_array_len=limits.items, max_map_len=limits.items)
    except (ValueError, msgpack.UnpackException) as error:
        raise RemoteProtocolError(
            f"a header that is not plain msgpack: {type(error).__name__}") from error


def _hello(fields: list[Any]) -> Hello:
    """Read a hello; of another version only what all versions have in common."""
    if len(fields) != 5:
        raise RemoteProtocolError(f"a hello with {len(fields)} fields")
    _check_remote("hello", fields[:4], HELLO_START)
    version, role, task, incarnation, rest = fields
    if version != PROTOCOL_VERSION:
        return Hello(role, task, incarnation, version=version)
    wrong = check_fields(rest, HELLO_REST)
    if wrong is not None:
        raise RemoteProtocolError(f"hello: {wrong}")
    return Hello(role, task, incarnation, **rest, version=version)


def _control(kind: str, fields: list[Any]) -> Message:
    if kind not in CONTROL_FIELDS:
        raise RemoteProtocolError(f"a message of unknown kind {kind[:40]!r}")
    checkers = CONTROL_FIELDS[kind]
    if len(fields) != len(checkers):
        raise RemoteProtocolError(f"a {kind} with {len(fields)} fields")
    _check_remote(kind, fields, checkers)
    return _CLASSES[kind](*fields)


def _check_remote(kind: str, fields: list[Any], checkers: tuple[Checker, ...]) -> None:
    for field, checker in zip(fields, checkers, strict=True):
        wrong = checker(field)
        if wrong is not None:
            raise RemoteProtocolError(f"{kind}: a field {wrong}")
