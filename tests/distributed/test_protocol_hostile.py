"""What a hostile or broken peer may send: cut before memory is taken, and nothing is ever run."""

from __future__ import annotations

import os
import pickle
import random
import re
import time
import tracemalloc
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest

import tftutor
from tftutor.distributed.limits import HANDSHAKE_LIMITS, KIB, MIB, Limits
from tftutor.distributed.messages import Credit, Done, Heartbeat, Hello, Reply, Request
from tftutor.distributed.protocol import Decoder, ProtocolError, RemoteProtocolError, encode

HEADER = {"step": 1, "keys": ["k"]}
# A header may take 32 MiB, and itself, while it is looked at; see `Limits`.
MOST_FOR_A_HEADER = 33 * MIB
FUZZED_FRAMES = 100_000


def request(*descriptions: Any) -> bytes:
    """The header of a request that says this of its tensors."""
    return msgpack.packb(["request", 1, "send_tensors", HEADER, list(descriptions)])


@pytest.mark.parametrize(("description", "said"), [
    (["float32", [2**31], 2**33, 2], "length must be from 0 to"),
    (["float32", [2**60], 2**62, 2], "length must be from 0 to"),
    (["uint8", [2**64 - 1], 2**64 - 1, 2], "length must be from 0 to"),
    (["uint8", [2**33], 1, 2], "must not be longer"),
    (["uint8", [2**32, 2**32], 1, 2], "must not be longer"),
    (["uint8", [0, 2**62], 0, b""], "must not be longer"),
    (["string", [2**31], 8, b"12345678"], "must not be longer"),
    (["string", [2**20], 8, b"12345678"], "has 4194304 bytes, but its length is given as 8"),
    (["float32", [3], 8, b"12345678"], "has 12 bytes, but its length is given as 8"),
    (["float32", [-1], 8, b"12345678"], "not negative"),
    (["float32", [-2, -1], 8, b"12345678"], "not negative"),
    (["float32", [True], 4, b"1234"], "must be an integer"),
    (["float32", [2.0], 8, b"12345678"], "must be an integer"),
    (["float32", 2, 8, b"12345678"], "shape must be a list"),
    (["float32", [1] * 33, 4, b"1234"], "up to 32 integers"),
    (["float32", [2], True, b"12345678"], "length must be from"),
    (["bfloat16", [2], 4, b"1234"], "dtype bfloat16: it must be one of bool"),
    (["qint8", [2], 2, b"12"], "dtype qint8: "),
    (["O", [1], 8, b"12345678"], "dtype unknown"),
    (["object", [1], 8, b"12345678"], "dtype unknown"),
    (["datetime64", [1], 8, b"12345678"], "dtype unknown"),
    ([["float32"], [1], 4, b"1234"], "dtype unknown"),
    (["bool", [1], 1, b"\2"], "a bool must be 0 or 1"),
    (["string", [1], 6, b"\1\0\0\0ab"], "do not add up"),
    (["string", [1], 5, b"\2\0\0\0a"], "do not add up"),
    (["string", [], 4, b"\xff\xff\xff\xff"], "do not add up"),
    (["string", [0], 1, b"a"], "do not add up"),
    (["float32", [1], 4, b"123"], "its frame has 3"),
    (["float32", [1], 4, 1], "a frame is missing"),
    (["float32", [1], 4, 3], "bytes are nowhere"),
    (["float32", [1], 4, None], "bytes are nowhere"),
    (["float32", [1], 4, True], "bytes are nowhere"),
    (["float32", [0], 0, 2], "bytes are nowhere"),
    (["float32", [1], 4], "four values"),
    ("float32", "four values"),
])
def test_false_description_of_a_tensor_is_cut_before_memory_is_taken(
        description: Any, said: str) -> None:
    frame = request(description)
    decoder = Decoder()
    tracemalloc.start()
    try:
        with pytest.raises(RemoteProtocolError, match=said):
            decoder.feed([frame])
        assert tracemalloc.get_traced_memory()[1] < 100 * KIB
    finally:
        tracemalloc.stop()


def test_big_tensors_together_are_cut_before_memory_is_taken() -> None:
    frame = request(*[["uint8", [2**31], 2**31, 2]] * 2)
    tracemalloc.start()
    try:
        with pytest.raises(RemoteProtocolError, match="4294967296 bytes of tensors"):
            Decoder().feed([frame])
        assert tracemalloc.get_traced_memory()[1] < 100 * KIB
    finally:
        tracemalloc.stop()


def _nested(open_: bytes, levels: int) -> bytes:
    return open_ * levels + b"\xc0"


@pytest.mark.parametrize("frame", [
    b"", b"\xc1", b"\xc0", b"\x90", b"\x80", b"\x91\x01", b"\xff" * 1000, b"GET / HTTP/1.1\r\n\r\n",
    b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff",
    b"\xdb\xff\xff\xff\xff", b"\xc9\xff\xff\xff\xff\1",
    _nested(b"\x91", 10), _nested(b"\x91", 1000), _nested(b"\x91", 100_000),
    _nested(b"\x81\xa1a", 1000), _nested(b"\xdc\x10\x00", 1000), _nested(b"\xdc\x10\x00", 80_000),
    b"\x90" * 250_000, b"\xdc\x10\x00" + (b"\xdc\x00\x10" + b"\x80" * 16) * 4096,
    b"\xd6\xff\0\0\0\1", b"\xc7\x0c\xff" + bytes(12), b"\xd4\x01a",
    msgpack.packb(["nonsense", 1]), msgpack.packb(["credit"]), msgpack.packb(["credit", -1]),
    msgpack.packb(["credit", 1.0]), msgpack.packb(["heartbeat", 1, 1]),
    msgpack.packb(["request", 1, "eval", {}, []]), msgpack.packb(["request", 1, ["x"], {}, []]),
    msgpack.packb(["request", -1, "send_tensors", HEADER, []]),
    msgpack.packb(["request", 1, "send_tensors", {"step": 1}, []]),
    msgpack.packb(["request", 1, "send_tensors", {**HEADER, "more": 1}, []]),
    msgpack.packb(["request", 1, "send_tensors", {1: 2}, []]),
    msgpack.packb(["request", 1, "send_tensors", HEADER, {}]),
    msgpack.packb(["request", 1, "send_tensors", HEADER]),
    msgpack.packb(["reply", 1, 99, "run_graph", {"message": "m"}, []]),
    msgpack.packb(["reply", 1, 3, "run_graph", {}, []]),
    msgpack.packb(["reply", 1, 3, "run_graph", {"message": "m"}, [["uint8", [1], 1, b"1"]]]),
    msgpack.packb(["cancel", "request", 1]), msgpack.packb(["hello", 1, "client", "", 1]),
    msgpack.packb(["hello", 1, "client", "", 2**63, {}]),
    msgpack.packb(["hello", 1, "client", "", 1, {"cluster": {"ps": ["a"]}}]),
    msgpack.packb(["bye", "x" * 100_000]), msgpack.packb(["bye", b"\xff"]), b"\x92\xa3bye\xa1\xff",
], ids=lambda frame: repr(frame[:12]))
def test_broken_header_is_refused_within_its_memory(frame: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(RemoteProtocolError) as caught:
            Decoder().feed([frame])
        assert tracemalloc.get_traced_memory()[1] < MOST_FOR_A_HEADER
        assert len(str(caught.value)) < 300
    finally:
        tracemalloc.stop()


def test_free_form_field_may_nest_only_so_deep() -> None:
    def packed(levels: int) -> bytes:
        value: Any = 1
        for _ in range(levels):
            value = [value]
        header = {"task": "", "cluster": {}, "devices": [], "incarnation": 1, "uptime": 1,
                  "details": value}
        return msgpack.packb(["reply", 1, 0, "status", header, []])

    assert isinstance(Decoder().feed([packed(6)]), Reply)
    with pytest.raises(RemoteProtocolError, match="deeper than 6 levels"):
        Decoder().feed([packed(7)])


def test_endless_frames_and_oversized_multiparts_are_refused() -> None:
    header = request()
    with pytest.raises(RemoteProtocolError, match="5000 frames at once"):
        Decoder().feed([header] + [b""] * 4999)
    with pytest.raises(RemoteProtocolError, match="bytes at once"):
        Decoder().feed([header, bytes(7 * MIB)])
    with pytest.raises(RemoteProtocolError, match="0 frames"):
        Decoder().feed([])
    with pytest.raises(RemoteProtocolError, match="a frame too many"):
        Decoder().feed([header, b"1"])
    with pytest.raises(RemoteProtocolError, match="has one frame"):
        Decoder().feed([msgpack.packb(["bye", ""]), b"1"])


def test_stranger_can_say_hello_and_send_no_tensor() -> None:
    hello = Hello("client", "", 1)
    assert Decoder(HANDSHAKE_LIMITS).feed(encode(hello)[0]) == hello
    with pytest.raises(RemoteProtocolError, match="1 tensors"):
        Decoder(HANDSHAKE_LIMITS).feed([request(["uint8", [1], 1, b"1"])])
    with pytest.raises(RemoteProtocolError, match="2 frames at once"):
        Decoder(HANDSHAKE_LIMITS).feed([request(["uint8", [1], 1, 1]), b"1"])
    with pytest.raises(RemoteProtocolError, match="bytes at once"):
        Decoder(HANDSHAKE_LIMITS).feed([bytes(65 * KIB)])


@pytest.mark.parametrize("task", [
    "ps:0", "/job:ps/task:x", "/job:ps/task:0\n", "/job:ps/task:0\x1b[2J", "/job:\u0661/task:0",
    "/job:ps/task:\u0661", "/job:" + "x" * 200 + "/task:0"])
def test_task_name_that_would_spoil_a_terminal_is_refused(task: str) -> None:
    for version in (1, 99):
        with pytest.raises(RemoteProtocolError, match="must be a task like"):
            Decoder().feed([msgpack.packb(["hello", version, "task", task, 5, {}])])


def test_tensor_without_memory_for_it_ends_the_connection_only(
        monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*args: Any) -> None:
        raise MemoryError

    decoder = Decoder()
    monkeypatch.setattr(np, "empty", no_memory)
    with pytest.raises(RemoteProtocolError, match="no memory for a tensor of 2147483648 bytes"):
        decoder.feed([request(["uint8", [2**31], 2**31, 2])])
    assert decoder.pending == []


def test_hello_of_another_version_is_read_as_far_as_all_versions_agree() -> None:
    frame = msgpack.packb(["hello", 99, "task", "/job:ps/task:0", 5, {"from": "the future"}])
    assert Decoder().feed([frame]) == Hello("task", "/job:ps/task:0", 5, version=99)


_FUZZ_LIMITS = Limits(tiny_bytes=16, inline_bytes=64, least_chunk_bytes=16, message_bytes=MIB,
                      pending_bytes=2 * MIB, strings=10_000)


def _seeds() -> list[list[list[bytes]]]:
    """Good conversations, each a list of multiparts, for the fuzzer to spoil."""
    tensors = (
        np.arange(3.0), np.ones((2, 50), np.int32), np.array([b"ab", b"", b"c" * 90], object),
        np.array(True), np.zeros((0, 3), np.float16), np.arange(200, dtype=np.uint8))
    messages = [
        Request(1, "send_tensors", HEADER, tensors),
        Request(2, "run_graph", {"session": "s", "handle": "h", "step": 5, "keys": ["x:0"],
                                 "dead": [], "origin": "/job:ps/task:0"},
                tensors[:2]),
        Reply(1, 0, {}, tensors, "run_graph"),
        Reply(2, 9, {"message": "no", "node": "n", "task": "t"}, (), "status"),
        Hello("task", "/job:ps/replica:0/task:0", 77, "f", {"ps": {"0": "localhost:1"}}),
        Credit(10), Heartbeat(3), Done([5, 6]),
    ]
    return [[[bytes(frame) for frame in frames] for frames in encode(one, 32, _FUZZ_LIMITS)]
            for one in messages]


# Bytes that mean much in msgpack: long strings, arrays and maps, big and negative numbers.
_SPICE = [b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\x7f\xff\xff\xff", b"\xc0",
          b"\xcf" + b"\xff" * 8, b"\xcf\0\0\0\2\0\0\0\0", b"\xd3\x80" + bytes(7), b"\xff", b"\x90",
          b"\xcb\x7f\xf8" + bytes(6), b"\x91" * 40, b"\xc7\x08\1" + bytes(8), b"\xa6object"]


def _spoil(frames: list[bytes], rng: random.Random) -> list[bytes]:
    frames = list(frames)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        which = rng.randrange(len(frames))
        frame = frames[which]
        at = rng.randrange(len(frame) + 1)
        how = rng.randrange(8)
        if how == 0 and frame:
            at = min(at, len(frame) - 1)
            frame = frame[:at] + bytes([frame[at] ^ 1 << rng.randrange(8)]) + frame[at + 1:]
        elif how == 1:
            frame = frame[:at] + rng.randbytes(rng.randrange(1, 5)) + frame[at + 1:]
        elif how == 2:
            frame = frame[:at]
        elif how in (3, 4):
            frame = frame[:at] + rng.choice(_SPICE) + frame[at + how - 3:]
        elif how == 5:
            frames.insert(which, rng.randbytes(rng.randrange(40)))
            continue
        elif how == 6 and len(frames) > 1:
            del frames[which]
            continue
        else:
            other = rng.randrange(len(frame) + 1)
            frame = frame[:at] + frame[other:]
        frames[which] = frame
    return frames


def test_fuzzed_frames_raise_protocol_errors_only_within_memory_and_time() -> None:
    rng = random.Random(20)
    seeds = _seeds()
    refused = survived = 0
    slowest = 0.0
    tracemalloc.start()
    try:
        while refused + survived < FUZZED_FRAMES:
            decoder = Decoder(_FUZZ_LIMITS)
            for frames in rng.choice(seeds):
                spoiled = _spoil(frames, rng) if rng.random() < 0.6 else frames
                before = time.process_time()
                try:
                    decoder.feed(spoiled)
                    survived += 1
                except ProtocolError:
                    refused += 1
                    break
                finally:
                    slowest = max(slowest, time.process_time() - before)
            assert decoder.pending_bytes <= _FUZZ_LIMITS.pending_bytes
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * MIB
    assert refused > FUZZED_FRAMES // 4 and survived > FUZZED_FRAMES // 4
    assert slowest < 1.0    # not a measurement: a frame that costs a second is an attack


class Canary:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.folder),)


def test_pickled_canary_never_sings(tmp_path: Path) -> None:
    canary = Canary(tmp_path / "sung")
    pickled = pickle.dumps(canary)
    strings = np.array([pickled, b"x"], object)
    accepted = 0
    for frames in ([pickled], [request(["uint8", [len(pickled)], len(pickled), pickled])],
                   encode(Request(1, "send_tensors", HEADER, (strings,)))[0],
                   [request(["object", [1], len(pickled), pickled])],
                   [msgpack.packb(["request", 1, "send_tensors",
                                   {"step": 1, "keys": pickled}, []])],
                   [msgpack.packb(msgpack.ExtType(1, pickled))]):
        try:
            message = Decoder().feed(frames)
        except ProtocolError:
            continue
        assert isinstance(message, Request)
        accepted += pickled in (message.tensors[0].tobytes(), message.tensors[0].reshape(-1)[0])
    assert accepted == 2       # as a tensor's bytes, and nothing more
    with pytest.raises(ProtocolError, match="object of type Canary"):
        encode(Request(1, "send_tensors", HEADER, (np.array([canary], object),)))
    assert not canary.folder.exists()
    pickle.loads(pickled)
    assert canary.folder.exists()


# msgpack's own ways to make objects count too, and NumPy's way to load pickles.
_RUNS_CODE = re.compile(
    r"\b(pickle|cPickle|dill|cloudpickle|marshal|shelve|yaml|recv_pyobj|send_pyobj|allow_pickle|"
    r"object_hook|ext_hook)\b|(?<![\w.])(eval|exec|compile|__import__)\(|np\.load\(")
# Runs the notebook's cells, which come over the standard input of a process that it started.
_CELLS = "launch/cells.py"


def _modules() -> dict[str, str]:
    folder = Path(tftutor.__file__).parent / "distributed"
    return {path.relative_to(folder).as_posix(): path.read_text()
            for path in sorted(folder.rglob("*.py"))}


def test_no_module_of_the_package_unpickles_or_evaluates() -> None:
    modules = _modules()
    assert {"protocol.py", "messages.py", "schema.py"} <= modules.keys()
    found = [f"{name}:{number}: {line.strip()}" for name, text in modules.items() if name != _CELLS
             for number, line in enumerate(text.splitlines(), 1) if _RUNS_CODE.search(line)]
    assert found == []
    assert _RUNS_CODE.search("x = pickle.loads(y)") and _RUNS_CODE.search("eval(x)")
    assert not re.search(r"^\s*(import|from) (zmq|socket|msgpack|tftutor\.distributed\.\w+)",
                         modules.get(_CELLS, ""), re.MULTILINE)


def test_msgpack_has_one_door() -> None:
    pattern = re.compile(r"^\s*(import|from) msgpack\b", re.MULTILINE)
    assert [name for name, text in _modules().items() if pattern.search(text)] == ["protocol.py"]


@pytest.mark.parametrize("name", [
    "assembly", "credits", "dialogue", "handshake", "heartbeats", "limits", "messages",
    "protocol", "protocol_errors", "replay", "schema", "tensor_bytes"])
def test_protocol_has_no_socket_no_clock_and_no_thread(name: str) -> None:
    outside = r"^\s*(import|from) (zmq|socket|select|time|threading|asyncio|os|random)\b"
    assert not re.search(outside, _modules()[f"{name}.py"], re.MULTILINE)
