"""Who may connect and what it may ask: keys, roles, directories, and strangers at the door."""

from __future__ import annotations

import os
import pathlib
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

import tftutor as tf
from tests.distributed.running_tasks import ROOT, Process, Tasks, client, step
from tests.distributed.transport_task import Task, resident_bytes
from tftutor.compat.cli import main
from tftutor.distributed.keys import KeyFileError, Keys, load_keys
from tftutor.distributed.messages import Hello
from tftutor.distributed.protocol import encode
from tftutor.distributed.transport import Transport
from tftutor.distributed.unix_sockets import (
    UntrustedDirectory,
    offered_path,
    socket_directory,
    socket_path,
)

ZMTP_GREETING = (b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0"
                 + bytes(31))
READY = b"\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00"


@pytest.fixture
def key_directory(tmp_path: pathlib.Path) -> pathlib.Path:
    assert main(["keys", "new", str(tmp_path / "keys")]) == 0
    return tmp_path / "keys"


@pytest.fixture
def guarded(tasks: Tasks, key_directory: pathlib.Path) -> Task:
    return tasks.here(keys=load_keys(key_directory, "ps"), handshake_timeout=1.0)


def stranger(keys: Keys, other: Keys) -> Keys:
    return Keys(other.own, keys.server_public)


# -- keys -----------------------------------------------------------------------------------------


def test_keys_new_writes_files_that_only_the_owner_can_read(
        tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new", str(tmp_path / "keys")]) == 0

    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()}
    assert modes == {"server.key": 0o600, "server.pub": 0o644, "allowed": 0o644,
                     "worker.key": 0o600, "ps.key": 0o600, "client.key": 0o600,
                     "admin.key": 0o600}
    assert "server.key" in capsys.readouterr().out
    assert main(["keys", "new", str(tmp_path / "keys")]) == 1
    assert "exists already" in capsys.readouterr().err


def test_key_files_that_others_can_read_are_refused(key_directory: pathlib.Path) -> None:
    (key_directory / "client.key").chmod(0o640)

    with pytest.raises(KeyFileError, match="mode 0600.*chmod 600"):
        load_keys(key_directory, "client")


@pytest.mark.parametrize(("name", "text"), [
    ("client.key", "public short\nsecret short\n"), ("server.pub", ""), ("allowed", "root x"),
    ("allowed", "one two three"), ("client.key", None)])
def test_malformed_key_files_are_refused(
        key_directory: pathlib.Path, name: str, text: str | None) -> None:
    path = key_directory / name
    path.unlink() if text is None else path.write_text(text)

    with pytest.raises(KeyFileError, match=name):
        load_keys(key_directory, "client")


def test_secrets_are_not_shown(key_directory: pathlib.Path) -> None:
    keys = load_keys(key_directory, "client")

    assert keys.own.secret not in repr(keys)


@pytest.mark.parametrize("unix_sockets", [True, False])
def test_a_known_key_is_welcome(
        guarded: Task, key_directory: pathlib.Path, unix_sockets: bool) -> None:
    with client(keys=load_keys(key_directory, "client"), unix_sockets=unix_sockets) as transport:
        peer = transport.peer(guarded.address)
        big = np.arange(2**20)
        back, = peer.call("run_graph", step("echo"), [big], timeout=8).tensors
        np.testing.assert_array_equal(back, big)


def test_an_unknown_key_is_refused(
        guarded: Task, key_directory: pathlib.Path, tmp_path: pathlib.Path) -> None:
    main(["keys", "new", str(tmp_path / "other")])
    keys = stranger(load_keys(key_directory, "client"), load_keys(tmp_path / "other", "client"))

    with client(keys=keys) as transport, pytest.raises(
            tf.errors.PermissionDeniedError, match="our key is not welcome there"):
        transport.peer(guarded.address).call("status", {}, timeout=8)
    assert guarded.transport.counters["unknown keys"] >= 1
    assert guarded.calls == 0


def test_no_key_is_refused(guarded: Task) -> None:
    with client() as transport, pytest.raises(
            tf.errors.PermissionDeniedError, match="admits callers with keys only"):
        transport.peer(guarded.address).call("status", {}, timeout=8)
    assert guarded.calls == 0


def test_a_server_with_another_key_is_refused(
        guarded: Task, key_directory: pathlib.Path, tmp_path: pathlib.Path) -> None:
    main(["keys", "new", str(tmp_path / "other")])
    keys = stranger(load_keys(tmp_path / "other", "client"), load_keys(key_directory, "client"))

    with client(keys=keys) as transport, pytest.raises(
            tf.errors.PermissionDeniedError, match="another key than our server.pub"):
        transport.peer(guarded.address).call("status", {}, timeout=8)
    assert guarded.calls == 0


def test_a_key_does_not_go_to_a_server_without_keys(
        tasks: Tasks, key_directory: pathlib.Path) -> None:
    task = tasks.here()
    with client(keys=load_keys(key_directory, "client")) as transport, pytest.raises(
            tf.errors.PermissionDeniedError, match="the server has no keys"):
        transport.peer(task.address).call("status", {}, timeout=8)


@pytest.mark.parametrize("claimed", ["task", "client"])
def test_a_worker_key_may_not_shut_down_whatever_it_claims_to_be(
        guarded: Task, key_directory: pathlib.Path, claimed: str) -> None:
    task = "/job:worker/replica:0/task:0" if claimed == "task" else ""
    with client(claimed, task, load_keys(key_directory, "worker")) as transport:
        peer = transport.peer(guarded.address)
        peer.call("run_graph", step("echo"), timeout=8)
        for method, header in (("shutdown", {}), ("reset", {"containers": [], "origin": ""})):
            with pytest.raises(tf.errors.PermissionDeniedError, match=method):
                peer.call(method, header, timeout=8)
    assert guarded.calls == 1
    assert guarded.transport.counters["denied"] == 2


def test_a_client_key_is_no_admin_key(guarded: Task, key_directory: pathlib.Path) -> None:
    with client("admin", keys=load_keys(key_directory, "client")) as transport:
        with pytest.raises(tf.errors.PermissionDeniedError, match="role client"):
            transport.peer(guarded.address).call("status", {}, timeout=8)
    with client("admin", keys=load_keys(key_directory, "admin")) as transport:
        transport.peer(guarded.address).call("shutdown", {}, timeout=8)


def test_servers_and_sessions_use_the_keys_that_the_environment_names(
        key_directory: pathlib.Path) -> None:
    program = """
import tftutor as tf
server = tf.train.Server({"ps": ["0.0.0.0:0"]}, "ps", 0)
print(server.target)
with tf.device("/job:ps/task:0"):
    a = tf.constant(20) + 1
from tftutor.distributed import servers_here
servers_here.service_at = lambda address: None
import tftutor.distributed.cluster_tasks as cluster_tasks
cluster_tasks.service_at = lambda address: None
with tf.Session(server.target.replace("0.0.0.0", "127.0.0.1")) as session:
    print(session.run(a * 2))
"""
    environment = {**os.environ, "TFTUTOR_KEYS": str(key_directory), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, text=True,
                          capture_output=True, timeout=20)
    assert done.stdout.split()[-1:] == ["42"], done.stderr

    (key_directory / "ps.key").chmod(0o644)
    done = subprocess.run([sys.executable, "-c", program], env=environment, text=True,
                          capture_output=True, timeout=20)
    assert "PermissionDeniedError: TFTUTOR_KEYS: " in done.stderr
    assert "chmod 600" in done.stderr


# -- addresses and directories --------------------------------------------------------------------


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0"])
def test_an_address_for_everybody_needs_keys(address: str) -> None:
    with pytest.raises(tf.errors.PermissionDeniedError, match="tftutor keys new"):
        Task(address)


def test_an_address_for_everybody_with_keys(tasks: Tasks, key_directory: pathlib.Path) -> None:
    task = tasks.here(address="0.0.0.0:0", keys=load_keys(key_directory, "ps"))
    port = task.address.rpartition(":")[2]

    with client(keys=load_keys(key_directory, "client")) as transport:
        transport.peer(f"127.0.0.1:{port}").call("status", {}, timeout=8)


def test_a_server_needs_the_servers_key(tasks: Tasks, key_directory: pathlib.Path) -> None:
    (key_directory / "server.key").unlink()

    with pytest.raises(tf.errors.PermissionDeniedError, match="server.key"):
        tasks.here(keys=load_keys(key_directory, "ps"))


@pytest.fixture
def own_directory(tmp_path_factory: pytest.TempPathFactory,
                  monkeypatch: pytest.MonkeyPatch) -> Iterator[pathlib.Path]:
    """A directory of sockets of the test's own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    yield socket_directory()


def test_the_directory_of_the_sockets_is_ours_alone(
        own_directory: pathlib.Path, tasks: Tasks) -> None:
    tasks.here()

    assert own_directory.stat().st_mode & 0o777 == 0o700
    assert len(list(own_directory.iterdir())) == 1


@pytest.mark.parametrize("kind", ["mode", "link", "file"])
def test_a_directory_of_sockets_that_others_may_write_is_refused(
        own_directory: pathlib.Path, tasks: Tasks, tmp_path: pathlib.Path, kind: str) -> None:
    if kind == "mode":
        own_directory.mkdir()
        own_directory.chmod(0o755)
    elif kind == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        own_directory.symlink_to(tmp_path / "elsewhere")
    else:
        own_directory.write_text("")

    with pytest.raises(tf.errors.PermissionDeniedError, match=own_directory.name):
        tasks.here()


def test_a_caller_refuses_a_socket_that_others_may_have_put_there(
        own_directory: pathlib.Path, tasks: Tasks) -> None:
    task = tasks.here()
    host, _, port = task.address.rpartition(":")
    assert offered_path(host, int(port)) is not None
    own_directory.chmod(0o777)

    with pytest.raises(UntrustedDirectory, match="mode 0700"):
        offered_path(host, int(port))
    with client() as transport, pytest.raises(tf.errors.PermissionDeniedError, match="0700"):
        transport.peer(task.address).call("status", {}, timeout=5)


def test_sockets_of_killed_tasks_are_swept_away(
        own_directory: pathlib.Path, tasks: Tasks) -> None:
    alive = tasks.here()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(left := socket_path("127.0.0.1", 1)))
        for path in own_directory.iterdir():
            os.utime(path, (0, 0))
    tasks.here()

    assert not left.exists()
    assert len(list(own_directory.iterdir())) == 2
    with client() as transport:
        transport.peer(alive.address).call("status", {}, timeout=5)


def test_tcp_serves_where_the_path_would_be_too_long(
        monkeypatch: pytest.MonkeyPatch, tasks: Tasks, tmp_path: pathlib.Path) -> None:
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    task = tasks.here()

    with client() as transport:
        peer = transport.peer(task.address)
        peer.call("status", {}, timeout=5)
        assert peer.endpoint.startswith("tcp://")


# -- strangers ------------------------------------------------------------------------------------


def connected(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), 5)


def is_cut_within(connection: socket.socket, seconds: float) -> bool:
    """Whether the other side ends the connection."""
    connection.settimeout(seconds)
    try:
        while connection.recv(4096):
            continue
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def greet(connection: socket.socket) -> None:
    """Do ZeroMQ's handshake by hand, as a program in any language may."""
    connection.sendall(ZMTP_GREETING)
    connection.sendall(b"\x04" + bytes([len(READY)]) + READY)


def call_works(transport: Transport, address: str) -> bool:
    return transport.peer(address).call("run_graph", step("echo"), [np.int32(1)],
                                        timeout=5).tensors[0] == 1


@pytest.mark.parametrize("words", [
    b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bytes(range(256)) * 64, b"\xff" * 4096,
    ZMTP_GREETING[:20]], ids=["idle", "http", "garbage", "ones", "half"])
def test_strangers_are_dropped_and_others_served(tasks: Tasks, words: bytes) -> None:
    task = tasks.here(handshake_timeout=0.5)
    with connected(task.address) as visitor, client() as transport:
        visitor.sendall(words)

        assert call_works(transport, task.address)
        assert is_cut_within(visitor, 3)
        assert call_works(transport, task.address)


@pytest.mark.parametrize("frames", [
    [], [b"\x00\x05hello"], [b"\x00\x00"], [b"\x00\x01\x93"]],
    ids=["silent", "words", "empty", "msgpack"])
def test_who_speaks_zeromq_but_says_no_hello_is_dropped(
        tasks: Tasks, frames: list[bytes]) -> None:
    task = tasks.here(handshake_timeout=0.5)
    with connected(task.address) as visitor, client() as transport:
        greet(visitor)
        for frame in frames:
            visitor.sendall(frame)

        assert is_cut_within(visitor, 3)
        assert call_works(transport, task.address)


@pytest.mark.parametrize("length", [2**23, 2**33, 2**62, 2**64 - 1])
def test_a_frame_that_claims_to_be_huge_is_cut_before_memory_is_taken(
        tasks: Tasks, length: int) -> None:
    task = tasks.here(handshake_timeout=3.0)
    before = resident_bytes()
    with connected(task.address) as visitor, client() as transport:
        greet(visitor)
        visitor.sendall(b"\x02" + struct.pack(">Q", length) + bytes(1000))

        assert is_cut_within(visitor, 2)
        assert call_works(transport, task.address)
    assert resident_bytes() - before < 64 * 2**20


def test_frames_without_end_are_cut(tasks: Tasks) -> None:
    """Only Linux tells how much has come; elsewhere the handshake's time is the limit."""
    process: Process = tasks.process(handshake_timeout=3.0)
    more = (b"\x03" + struct.pack(">Q", 2**20) + bytes(2**20))
    with connected(process.address) as visitor, client() as transport:
        greet(visitor)
        begun = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - begun < 8:
                visitor.sendall(more)

        details = transport.peer(process.address).call("status", {}, timeout=5).header["details"]
    if sys.platform == "linux":
        assert details["counters"]["endless"] == 1
        assert details["peak"] < 2**30       # of the gigabytes that were on their way


def test_a_hundred_strangers_leave_nothing_behind(tasks: Tasks) -> None:
    task = tasks.here(handshake_timeout=0.5)
    with client() as transport:
        assert call_works(transport, task.address)
        files = len(os.listdir("/dev/fd"))
        for _ in range(5):
            visitors = [connected(task.address) for _ in range(20)]
            for number, visitor in enumerate(visitors):
                if number % 2:
                    greet(visitor)
            for visitor in visitors:
                assert is_cut_within(visitor, 3)
                visitor.close()
        assert call_works(transport, task.address)
        time.sleep(0.3)
        assert len(os.listdir("/dev/fd")) <= files + 2


def test_a_caller_that_was_welcome_is_cut_when_its_frames_have_no_end(tasks: Tasks) -> None:
    process: Process = tasks.process()
    hello = encode(Hello("client", "", 9))[0][0]
    more = (b"\x03" + struct.pack(">Q", 2**20) + bytes(2**20))
    with connected(process.address) as visitor, client() as transport:
        greet(visitor)
        visitor.sendall(b"\x02" + struct.pack(">Q", len(hello)) + bytes(hello))
        with pytest.raises(OSError):
            for _ in range(20_000):
                visitor.sendall(more)
        assert call_works(transport, process.address)
