"""Messages become frames and frames the same messages: every dtype, size and way to travel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tftutor.distributed.limits import KIB, MIB, Limits
from tftutor.distributed.messages import (
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
from tftutor.distributed.protocol import Decoder, LocalProtocolError, cost, encode
from tftutor.distributed.tensor_bytes import DTYPES

CONTROL = [
    Hello("client", "", 7), Welcome("task", "/job:ps/replica:0/task:0", 9, "f", 100),
    Hello("task", "/job:ps/task:0", 2**63 - 1, "f", {"ps": {"0": "h"}}, True, "", 5, 9),
    Refused("version", 9, "who and where"), Credit(2**40),
    Heartbeat(3), Heartbeat(3, True), Done([]), Done([7, 2**63 - 1]), Bye("done"), Bye(),
]


def step(*tensors: Any, id_: int = 1) -> Request:
    """A request with tensors."""
    return Request(id_, "send_tensors", {"step": 3, "keys": ["k"], "dead": []}, tensors)


def carried(message: Message, limits: Limits | None = None, chunk: int = MIB) -> Message | None:
    """Send a message through the frames as bytes, as a socket would give them."""
    decoder = Decoder(limits or Limits())
    *first, last = encode(message, chunk, limits)
    for frames in first:
        assert decoder.feed([bytes(frame) for frame in frames]) is None
    return decoder.feed([bytes(frame) for frame in last])


def assert_same(got: np.ndarray, sent: Any) -> None:
    sent = np.asarray(sent)
    assert got.shape == sent.shape and got.dtype == sent.dtype.newbyteorder("=")
    assert got.tobytes() == sent.astype(sent.dtype.newbyteorder("<")).tobytes()
    assert got.flags.writeable and got.flags.aligned and got.flags.c_contiguous


@pytest.mark.parametrize("message", CONTROL, ids=repr)
def test_control_message_comes_back_equal_and_costs_no_credit(message: Message) -> None:
    [frames] = encode(message)
    assert len(frames) == 1
    assert Decoder().feed(frames) == message
    assert cost(message, frames) == 0


_SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6)
_SMALL = Limits(tiny_bytes=16, inline_bytes=64, least_chunk_bytes=8)


@pytest.mark.parametrize("name", DTYPES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_tensor_of_each_dtype_comes_back_bit_for_bit(name: str, data: st.DataObject) -> None:
    dtype = DTYPES[name]
    if data.draw(st.booleans()):
        dtype = dtype.newbyteorder(">")
    array = data.draw(hnp.arrays(dtype, _SHAPES))
    form = data.draw(st.sampled_from(["as it is", "transposed", "strided", "reversed"]))
    if form == "transposed":
        array = array.T
    elif array.ndim and form != "as it is":
        array = array[::2] if form == "strided" else array[::-1]
    limits = data.draw(st.sampled_from([Limits(), _SMALL]))
    reply = carried(step(array), limits, data.draw(st.integers(1, 100)))
    assert isinstance(reply, Request)
    assert_same(reply.tensors[0], array)


@settings(max_examples=60, deadline=None)
@given(strings=hnp.arrays(object, _SHAPES, elements=st.binary(max_size=40)), small=st.booleans())
def test_strings_come_back_as_bytes(strings: np.ndarray, small: bool) -> None:
    reply = carried(step(strings), _SMALL if small else None, chunk=8)
    assert isinstance(reply, Request)
    assert reply.tensors[0].dtype == object and reply.tensors[0].shape == strings.shape
    assert reply.tensors[0].tolist() == strings.tolist()


def test_text_travels_as_utf_8_whatever_array_holds_it() -> None:
    reply = carried(step(np.array(["ä", "b"]), np.array([b"x\0y", "ö"], object), np.array(b"s")))
    assert isinstance(reply, Request)
    assert [tensor.tolist() for tensor in reply.tensors] == [
        ["ä".encode(), b"b"], [b"x\0y", "ö".encode()], b"s"]


def test_scalar_of_numpy_travels_inside_the_header() -> None:
    [frames] = encode(Reply(4, 0, {}, (np.float32(2.5),), "run_graph"))
    assert len(frames) == 1
    reply = Decoder().feed(frames)
    assert isinstance(reply, Reply) and reply.tensors[0].shape == ()
    assert reply.tensors[0] == np.float32(2.5)


def test_error_comes_back_with_code_message_node_and_task() -> None:
    header = {"message": "no", "node": "v/read", "task": "/job:ps/replica:0/task:0"}
    reply = Reply(2**63 - 1, 9, header, (), "run_graph")
    assert carried(reply) == reply


@pytest.mark.parametrize(("size", "frames_of"), [
    (256, [1]), (257, [2]), (MIB, [2]), (MIB + 1, [1, 2, 2]), (2 * MIB, [1, 2, 2]),
    (2 * MIB + 1, [1, 2, 2, 2]),
])
def test_size_decides_between_header_frame_and_chunks(size: int, frames_of: list[int]) -> None:
    parts = encode(step(np.zeros(size, np.uint8)))
    assert [len(frames) for frames in parts] == frames_of
    assert all(memoryview(frame).nbytes <= MIB for frames in parts for frame in frames)


def test_many_middling_tensors_are_not_crowded_into_one_multipart() -> None:
    tensors = [np.full(400 * KIB, i, np.uint8) for i in range(10)]
    parts = encode(step(*tensors))
    assert max(cost(None, frames) for frames in parts) < 1.1 * MIB
    decoder = Decoder()
    *_, message = [decoder.feed(frames) for frames in parts]
    assert isinstance(message, Request)
    assert [tensor[0] for tensor in message.tensors] == list(range(10))


def test_contiguous_tensors_leave_without_a_copy() -> None:
    array = np.zeros(3 * MIB, np.uint8)
    parts = encode(step(array))
    array[:] = 7
    assert all(bytes(frames[1][:1]) == b"\7" for frames in parts[1:])


def test_decoded_tensors_do_not_alias_the_frames() -> None:
    frames = [bytearray(frame) for frame in encode(step(np.zeros(1000, np.uint8)))[0]]
    message = Decoder().feed(frames)
    frames[1][:] = b"\7" * 1000
    assert isinstance(message, Request) and not message.tensors[0].any()


@pytest.mark.parametrize(("tensor", "said"), [
    ([1, 2], "NumPy array, but got list"),
    (np.array([{}], object), "object of type dict"),
    (np.zeros(2, "M8[s]"), r"dtype datetime64\[s\]"),
    (np.zeros(2, [("qint8", np.int8)]), "dtype qint8"),
    (np.zeros(2, [("a", np.int8), ("b", np.int8)]), "cannot be sent"),
])
def test_tensor_that_cannot_travel_is_refused_by_name(tensor: Any, said: str) -> None:
    with pytest.raises(LocalProtocolError, match=said):
        encode(step(tensor))


@pytest.mark.parametrize(("header", "said"), [
    ({"step": 1}, "field keys is missing"),
    ({"step": 1, "keys": ["k"], "extra": 1}, "'extra' is unknown"),
    ({"step": np.int64(1), "keys": ["k"]}, "field step must be an integer"),
    ({"step": True, "keys": ["k"]}, "field step must be an integer"),
    ({"step": -1, "keys": ["k"]}, "field step must be an integer"),
    ({"step": 2**63, "keys": ["k"]}, "field step must be an integer"),
    ({"step": 1, "keys": [b"k"]}, "field keys \\[0\\] must be text"),
    ({"step": 1, "keys": ["k"], "dead": [-1]}, "field dead .0. must be an integer"),
    ({"step": 1, "keys": ["\ud800"]}, "cannot be packed"),
])
def test_header_that_breaks_the_schema_is_not_sent(header: dict[str, Any], said: str) -> None:
    with pytest.raises(LocalProtocolError, match=said):
        encode(Request(1, "send_tensors", header))


def test_unknown_method_and_error_with_tensors_are_not_sent() -> None:
    with pytest.raises(LocalProtocolError, match="unknown method"):
        encode(Request(1, "eval", {}))
    with pytest.raises(LocalProtocolError, match="carries no tensors"):
        encode(Reply(1, 3, {"message": "m"}, (np.zeros(1),), "run_graph"))


def test_message_beyond_the_limits_is_not_sent() -> None:
    with pytest.raises(LocalProtocolError, match="up to 100 bytes"):
        encode(step(np.zeros(101, np.uint8)), limits=Limits(message_bytes=100))
    with pytest.raises(LocalProtocolError, match="up to 2 tensors"):
        encode(step(*[np.zeros(1)] * 3), limits=Limits(tensors=2))
    with pytest.raises(LocalProtocolError, match="bytes belong into tensors"):
        encode(Reply(1, 0, {"details": bytes(300 * KIB), "task": "", "cluster": {}, "devices": [],
                             "incarnation": 1, "uptime": 1}, (), "status"))
