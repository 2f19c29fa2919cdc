"""Where servers listen: IPv6, and addresses that a machine with keys doesn't have itself."""

from __future__ import annotations

import pathlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.running_tasks import ROOT
from tftutor.compat.cli import main
from tftutor.distributed.launch.ports import PortReservation


def has_ipv6() -> bool:
    """Whether this machine has IPv6's loopback address."""
    try:
        PortReservation("::1").close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@pytest.fixture
def free() -> Iterator[Any]:
    """Reserves free ports: `free("::1")`."""
    made = []

    def reserve(host: str = "127.0.0.1") -> PortReservation:
        made.append(PortReservation(host))
        return made[-1]

    yield reserve
    for port in made:
        port.close()


@pytest.fixture
def keys(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A directory of keys, which this program uses."""
    directory = str(tmp_path / "keys")
    assert main(["keys", "new", directory]) == 0
    monkeypatch.setenv("TFTUTOR_KEYS", directory)
    return directory


def accepts(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection((host, port), 2).close()
    except ConnectionRefusedError:
        return False
    return True


# -- IPv6 -----------------------------------------------------------------------------------------

@needs_ipv6
def test_a_server_listens_at_the_ipv6_address_that_it_was_given(free: Any) -> None:
    port = free("::1")
    with tf.train.Server({"ps": [port.address]}, "ps", 0) as server:
        assert server.target == f"grpc://[::1]:{port.port}"
        assert accepts("::1", port.port) and not accepts("127.0.0.1", port.port)


@needs_ipv6
@pytest.mark.parametrize("unix_sockets", ["0", "1"])
def test_tasks_with_ipv6_addresses_share_a_step(free: Any, unix_sockets: str,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFTUTOR_UNIX_SOCKETS", unix_sockets)
    cluster = {"ps": [free("::1").address], "worker": [free("::1").address]}
    ps = subprocess.Popen(
        [sys.executable, "-c", "import tftutor as tf\n"
         f"server = tf.train.Server({cluster!r}, 'ps', 0)\nprint(server.target, flush=True)\n"
         "server.serve()"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert ps.stdout.readline() == f"grpc://{cluster['ps'][0]}\n"
        with tf.train.Server(cluster, "worker", 0) as worker, tf.Graph().as_default():
            with tf.device("/job:ps/task:0"):
                v = tf.Variable([1.0, 2.0])
            with tf.device("/job:worker/task:0"):
                doubled = v * 2
            with tf.Session(worker.target) as session:
                session.run(v.initializer)
                assert session.run(doubled).tolist() == [2, 4]
    finally:
        ps.kill()
        ps.communicate()


# -- addresses that others call us by -------------------------------------------------------------

def test_with_keys_a_task_may_have_an_address_of_a_router(free: Any, keys: str, capfd: Any) -> None:
    """192.0.2.7 is nobody's: as a service of Kubernetes, whose calls arrive all the same."""
    port = free("0.0.0.0").port
    with tf.train.Server({"ps": [f"192.0.2.7:{port}"]}, "ps", 0) as server:
        assert server.target == f"grpc://192.0.2.7:{port}"
        with tf.Session(f"grpc://127.0.0.1:{port}", graph=tf.Graph()) as session:
            assert len(session.list_devices()) == 1
    assert capfd.readouterr().err == (
        f"/job:ps/replica:0/task:0 listens at port {port} of all addresses of this machine: "
        "192.0.2.7 is none of them\n")


@pytest.mark.parametrize(("found", "reason"), [
    ("127.0.1.1", "worker-0.jobs is 127.0.1.1 here, which no other machine reaches"),
    (OSError(-2, "Name or service not known"),
     "worker-0.jobs is not known here (Name or service not known)"),
    ("192.0.2.7", "worker-0.jobs (192.0.2.7) is none of them"),
])
def test_with_keys_a_name_need_not_be_known_to_its_own_machine(
        free: Any, keys: str, capfd: Any, monkeypatch: pytest.MonkeyPatch,
        found: str | OSError, reason: str) -> None:
    def look_up(host: str) -> str:
        if isinstance(found, OSError):
            raise found
        return found

    port = free("0.0.0.0").port
    monkeypatch.setattr("tftutor.distributed.listening.resolve", look_up)
    with tf.train.Server({"worker": [f"worker-0.jobs:{port}"]}, "worker", 0):
        assert accepts("127.0.0.1", port)
    assert capfd.readouterr().err.endswith(f"of all addresses of this machine: {reason}\n")


def test_with_keys_a_loopback_address_stays_one(free: Any, keys: str, capfd: Any) -> None:
    with tf.train.Server({"ps": [free().address]}, "ps", 0):
        assert capfd.readouterr().err == ""


def test_without_keys_only_the_loopback_interface_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TFTUTOR_KEYS", raising=False)
    with pytest.raises(tf.errors.PermissionDeniedError, match="^192.0.2.7 can be reached from"):
        tf.train.Server({"ps": ["192.0.2.7:2222"]}, "ps", 0)
