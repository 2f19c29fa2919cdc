"""A cluster of several machines: what works with keys, and what is refused without.

The machines are network namespaces (`namespaces.py`): real addresses, no way but the cable.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.distributed.namespaces import (
    Machine,
    Machines,
    Program,
    namespaces,
    need_machines,
    remove_leftovers,
    run_ip,
)
from tests.distributed.processes import comes_true, is_alive
from tftutor.compat.cli import main

PROGRAM = "tests/distributed/machine_program.py"
PS, WORKER = "198.18.0.1:2222", "198.18.0.2:2222"
TARGET = f"grpc://{PS}"
SPEC = json.dumps({"ps": [PS], "worker": [WORKER]})


@pytest.fixture(scope="module", autouse=True)
def permitted() -> None:
    need_machines()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A directory of keys."""
    return _new_keys(tmp_path_factory.mktemp("keys") / "ours")


@pytest.fixture(scope="module")
def foreign_keys(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Those of another cluster."""
    return _new_keys(tmp_path_factory.mktemp("keys") / "foreign")


def _new_keys(directory: pathlib.Path) -> str:
    assert main(["keys", "new", str(directory)]) == 0
    return str(directory)


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    with Machines("a", "b") as made:
        yield made


@pytest.fixture(scope="module")
def ps(machines: Machines, keys: str) -> Program:
    """A parameter server on machine a, with keys."""
    started = machines["a"].start("server", "--job", "ps", "--cluster", SPEC, TFTUTOR_KEYS=keys)
    assert started.line().startswith(f"/job:ps/task:0 serves at {TARGET}"), started.errors()
    return started


def start_worker(machine: Machine, keys: str) -> Program:
    """Start the program as a worker."""
    return machine.start("run", PROGRAM, f"--ps_hosts={PS}", f"--worker_hosts={WORKER}",
                         TFTUTOR_KEYS=keys)


def learned(program: Program) -> list[float]:
    """The weights with which a training ends."""
    lines = program.rest()
    assert program.wait() == 0, program.errors()
    return json.loads(lines[-1].removeprefix("learned "))


# -- the machines themselves ------------------------------------------------------------------


def test_machines_reach_each_other_by_their_cable_only(machines: Machines) -> None:
    knock = "import socket, sys; socket.create_connection((sys.argv[1], 7777), 1).close()"
    listener = machines["a"].program("import socket\ns = socket.create_server(('', 7777))")
    reached = {(name, host): machines[name].python("-c", knock, host).wait() == 0
               for name in "ab" for host in ("127.0.0.1", "198.18.0.1")}
    assert reached == {("a", "127.0.0.1"): True, ("a", "198.18.0.1"): True,
                       ("b", "127.0.0.1"): False, ("b", "198.18.0.1"): True}
    listener.end()


def test_what_a_killed_process_has_left_is_removed() -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    left, ours = f"tftutor-test-{dead.pid}-a", f"tftutor-test-{os.getpid()}-kept"
    for name in (left, ours):
        run_ip("netns", "add", name)
    sleeper = subprocess.Popen(["ip", "netns", "exec", left, "sleep", "100"])
    assert comes_true(lambda: bool(run_ip("netns", "pids", left).stdout), 5)
    remove_leftovers()
    found = namespaces()
    run_ip("netns", "delete", ours)
    assert left not in found and ours in found
    assert sleeper.wait(5) and not is_alive(sleeper.pid)


# -- with keys ----------------------------------------------------------------------------------


def test_a_worker_of_another_machine_learns_what_a_single_process_does(
        machines: Machines, ps: Program, keys: str) -> None:
    alone = learned(machines["a"].start("run", PROGRAM))
    assert learned(start_worker(machines["b"], keys)) == pytest.approx(alone, abs=1e-6)
    assert alone == pytest.approx([1.0, -2.0, 0.5, 0.25], abs=1e-2)


@pytest.mark.skipif(not pathlib.Path("/proc/net/if_inet6").exists(),
                    reason="this machine has no IPv6")
def test_machines_with_ipv6_addresses_train_together(machines: Machines, keys: str) -> None:
    a, b = machines["a"], machines["b"]
    ps, worker = f"[{a.ipv6}]:2300", f"[{b.ipv6}]:2300"
    spec = json.dumps({"ps": [ps], "worker": [worker]})
    server = a.start("server", "--job", "ps", "--cluster", spec, TFTUTOR_KEYS=keys)
    assert server.line().startswith(f"/job:ps/task:0 serves at grpc://{ps}"), server.errors()
    program = b.start("run", PROGRAM, f"--ps_hosts={ps}", f"--worker_hosts={worker}",
                      TFTUTOR_KEYS=keys)
    assert len(learned(program)) == 4
    server.end()


# -- without keys, or with wrong ones -------------------------------------------------------------


def test_a_server_for_other_machines_is_refused_without_keys(machines: Machines) -> None:
    program = machines["b"].start("server", "--job", "worker", "--cluster", SPEC)
    assert program.wait() == 2
    assert program.errors() == (
        "tftutor server: PermissionDeniedError: 198.18.0.2 can be reached from other machines, "
        "and there are no keys to tell who may connect. Either bind to 127.0.0.1, or make keys "
        "with `tftutor keys new DIR`, copy DIR to each machine and set TFTUTOR_KEYS=DIR there.\n")


FILES = ("server.key", "server.pub", "worker.key", "allowed")


@pytest.mark.parametrize(("changed", "sentence"), [
    ({name: "foreign/" + name for name in FILES},
     f"/job:ps/task:0 at {PS}: the server has another key than our server.pub says"),
    ({"worker.key": "foreign/worker.key"},
     f"/job:ps/task:0 at {PS}: our key is not welcome there: the server's file `allowed` does not "
     "list it"),
    ({"worker.key": "ours/client.key"},
     f"the task at {PS}: the caller says that it is /job:worker/replica:0/task:0, but its key is "
     "of the role client"),
    ({"worker.key": "", "server.key": "", "client.key": "ours/client.key"},
     "TFTUTOR_KEYS: KEYS has no worker.key, only client.key, server.pub; copy it from where the "
     "cluster's keys were made"),
    ({name: "" for name in FILES},
     "TFTUTOR_KEYS: there are no keys in KEYS; they are made once for all machines with `tftutor "
     "keys new DIR`, and copied to each"),
    ({"server.key": ""},
     "the directory of the keys has no server.key, which a process that serves others needs"),
    ({"allowed": ""},
     "the directory of the keys has no list `allowed` of those who may connect, which a process "
     "that serves others needs"),
], ids=["foreign", "foreign worker", "role", "client only", "none", "no server.key", "no list"])
def test_a_worker_with_wrong_keys_is_refused_at_once(
        machines: Machines, ps: Program, keys: str, foreign_keys: str, tmp_path: pathlib.Path,
        changed: dict[str, str], sentence: str) -> None:
    origin = {"ours": pathlib.Path(keys), "foreign": pathlib.Path(foreign_keys)}
    for name, source in ({name: f"ours/{name}" for name in FILES} | changed).items():
        if source:
            directory, _, file = source.partition("/")
            shutil.copy(origin[directory] / file, tmp_path / name)
    program = start_worker(machines["b"], str(tmp_path))
    assert program.wait() == 1
    last = program.errors().splitlines()[-1].rpartition("PermissionDeniedError: ")[2]
    assert last == sentence.replace("KEYS has", f"{tmp_path} has").replace(
        "in KEYS", f"in {tmp_path}")


def test_a_stranger_of_another_machine_gets_nowhere(
        machines: Machines, ps: Program, keys: str) -> None:
    """Not by a session, not by a request for the status, not by raw bytes."""
    b = machines["b"]
    attempts = {what: b.python("-c", f"import tftutor as tf\n{what}") for what in (
        f"tf.Session('{TARGET}')", f"tf.cluster.status('{TARGET}')",
        f"tf.Session.reset('{TARGET}')")}
    for what, program in attempts.items():
        assert program.wait() == 1, what
        assert program.errors().endswith(
            f"PermissionDeniedError: the task at {PS}: the server admits callers with keys only, "
            "and we have none: set TFTUTOR_KEYS to a directory with the cluster's keys\n"), what
    visitor = b.program("""
import socket
connection = socket.create_connection(("198.18.0.1", 2222), 10)
connection.sendall(b"GET / HTTP/1.1\\r\\nHost: ps\\r\\n\\r\\n")
def answer():
    found = b""
    try:
        while piece := connection.recv(4096):
            found += piece
    except ConnectionResetError:
        pass            # cut without a goodbye
    return len(found)
""")
    assert visitor.ask("answer()") <= 64        # ZeroMQ's greeting at most, and the end
    assert len(learned(start_worker(b, keys))) == 4
