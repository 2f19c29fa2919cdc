"""Chunks on their way: any mixture that keeps each tensor's order; everything else is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tftutor.distributed.limits import KIB, MIB, Limits
from tftutor.distributed.messages import Reply, Request
from tftutor.distributed.protocol import Decoder, RemoteProtocolError, encode

SMALL = Limits(tiny_bytes=0, inline_bytes=0, least_chunk_bytes=8)


def message(id_: int, *tensors: np.ndarray, reply: bool = False) -> Request | Reply:
    if reply:
        return Reply(id_, 0, {}, tensors, "run_graph")
    return Request(id_, "send_tensors", {"step": 1, "keys": ["k"]}, tensors)


def parts_of(*tensors: np.ndarray, id_: int = 1) -> list[list[Any]]:
    """The multiparts of a request, in chunks of 8 bytes."""
    return encode(message(id_, *tensors), chunk=8, limits=SMALL)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_chunks_of_several_tensors_and_messages_may_mix(data: st.DataObject) -> None:
    sent: dict[tuple[str, int], Request | Reply] = {}
    lanes: list[list[list[Any]]] = []    # each in order; the lanes mix
    for number in range(data.draw(st.integers(1, 4))):
        sizes = data.draw(st.lists(st.integers(1, 60), min_size=1, max_size=3))
        arrays = [np.arange(size, dtype=np.uint8) + number for size in sizes]
        is_reply = data.draw(st.booleans())
        one = message(number // 2, *arrays, reply=is_reply)
        key = ("reply" if is_reply else "request", one.id)
        if key in sent:
            continue
        sent[key] = one
        lanes.append(encode(one, chunk=8, limits=SMALL))
    decoder, got = Decoder(SMALL), {}
    while lanes:
        lane = data.draw(st.sampled_from(lanes))
        done = decoder.feed(lane.pop(0))
        if done is not None:
            assert isinstance(done, (Request, Reply))
            got["reply" if isinstance(done, Reply) else "request", done.id] = done
        if not lane:
            lanes.remove(lane)
    assert got.keys() == sent.keys() and not decoder.pending and decoder.pending_bytes == 0
    for key, one in sent.items():
        for a, b in zip(one.tensors, got[key].tensors, strict=True):
            np.testing.assert_array_equal(a, b)


def test_chunks_of_two_tensors_of_one_message_may_mix() -> None:
    first, *chunks = parts_of(np.arange(20, dtype=np.uint8), np.arange(10, dtype=np.uint8))
    decoder = Decoder(SMALL)
    results = [decoder.feed(frames) for frames in [first, *(chunks[i] for i in (3, 0, 4, 1, 2))]]
    assert results[:-1] == [None] * 5
    assert isinstance(results[-1], Request)
    assert [tensor.sum() for tensor in results[-1].tensors] == [190, 45]


@settings(max_examples=100, deadline=None)
@given(order=st.permutations(range(5)))
def test_chunks_of_a_tensor_out_of_order_are_refused(order: list[int]) -> None:
    first, *chunks = parts_of(np.arange(40, dtype=np.uint8))
    decoder = Decoder(SMALL)
    decoder.feed(first)
    if order == sorted(order):
        assert [decoder.feed(chunks[i]) is None for i in order] == [True] * 4 + [False]
        return
    with pytest.raises(RemoteProtocolError, match=r"one was lost"):
        for i in order:
            assert decoder.feed(chunks[i]) is None


@settings(max_examples=100, deadline=None)
@given(lost=st.integers(0, 4), twice=st.integers(0, 4))
def test_lost_and_repeated_chunks_never_complete_a_message(lost: int, twice: int) -> None:
    first, *chunks = parts_of(np.arange(40, dtype=np.uint8))
    for stream, said in [
            (chunks[:lost] + chunks[lost + 1:], "one was lost"),
            (chunks[:twice + 1] + chunks[twice:], "it came twice|is complete or has not begun")]:
        decoder = Decoder(SMALL)
        decoder.feed(first)
        if stream == chunks[:4]:     # the last was lost: nothing wrong yet, nothing complete
            assert [decoder.feed(frames) for frames in stream] == [None] * 4
            assert decoder.pending == [("request", 1)]
            continue
        with pytest.raises(RemoteProtocolError, match=said):
            for frames in stream:
                decoder.feed(frames)


@pytest.mark.parametrize(("offset", "size", "said"), [
    (8, 8, "one was lost"),                  # the second piece
    (4, 8, "one was lost"),
    (2**63 - 1, 8, "one was lost"),
    (0, 41, "41 bytes at 0 of 40"),          # beyond the end
    (0, 0, "0 bytes at 0 of 40"),            # endless nothing
    (0, 7, "a piece of 7 bytes"),            # endless crumbs
])
def test_chunk_outside_its_tensor_or_of_odd_size_is_refused(
        offset: int, size: int, said: str) -> None:
    import msgpack

    decoder = Decoder(SMALL)
    decoder.feed(parts_of(np.zeros(40, np.uint8))[0])
    with pytest.raises(RemoteProtocolError, match=said):
        decoder.feed([msgpack.packb(["chunk", "request", 1, 0, offset]), bytes(size)])


def test_overlapping_chunk_is_refused() -> None:
    import msgpack

    first, piece, *_ = parts_of(np.zeros(40, np.uint8))
    decoder = Decoder(SMALL)
    decoder.feed(first)
    decoder.feed(piece)
    with pytest.raises(RemoteProtocolError, match="expected offset 8, but got 4: it came twice"):
        decoder.feed([msgpack.packb(["chunk", "request", 1, 0, 4]), bytes(8)])


def test_chunk_of_a_tensor_that_came_whole_is_refused() -> None:
    import msgpack

    small, big = np.zeros(100, np.uint8), np.zeros(2 * MIB, np.uint8)
    decoder = Decoder()
    decoder.feed(encode(message(1, small, big))[0])
    with pytest.raises(RemoteProtocolError, match="it came twice"):
        decoder.feed([msgpack.packb(["chunk", "request", 1, 0, 0]), bytes(8 * KIB)])


def test_chunk_of_an_unknown_message_or_tensor_is_refused() -> None:
    import msgpack

    first, piece, *_ = parts_of(np.zeros(40, np.uint8))
    with pytest.raises(RemoteProtocolError, match="is complete or has not begun"):
        Decoder(SMALL).feed(piece)
    decoder = Decoder(SMALL)
    decoder.feed(first)
    with pytest.raises(RemoteProtocolError, match="there are 1 tensors"):
        decoder.feed([msgpack.packb(["chunk", "request", 1, 1, 0]), bytes(8)])


def test_message_that_begins_again_before_it_is_complete_is_refused() -> None:
    first, *_ = parts_of(np.zeros(40, np.uint8))
    decoder = Decoder(SMALL)
    decoder.feed(first)
    with pytest.raises(RemoteProtocolError, match="begins again"):
        decoder.feed(first)


def test_decoder_that_has_failed_stays_failed_and_keeps_no_memory() -> None:
    first, *chunks = parts_of(np.zeros(40, np.uint8))
    decoder = Decoder(SMALL)
    decoder.feed(first)
    with pytest.raises(RemoteProtocolError):
        decoder.feed([b"GET / HTTP/1.1\r\n\r\n"])
    assert decoder.pending_bytes == 0
    with pytest.raises(RemoteProtocolError, match="failed before"):
        decoder.feed(chunks[0])


def test_incomplete_messages_are_limited_in_number_and_in_bytes() -> None:
    for limits in (SMALL._replace(pending_messages=2), SMALL._replace(pending_bytes=100)):
        decoder = Decoder(limits)
        for id_ in (1, 2):
            decoder.feed(parts_of(np.zeros(40, np.uint8), id_=id_)[0])
        with pytest.raises(RemoteProtocolError, match="incomplete"):
            decoder.feed(parts_of(np.zeros(40, np.uint8), id_=3)[0])
