"""What killed programs leave is removed, and nothing of those that live, in whatever container."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.distributed.running_tasks import ROOT
from tftutor.distributed import unix_sockets
from tftutor.distributed.launch.owned_directory import OwnedDirectory
from tftutor.distributed.unix_sockets import (
    UntrustedDirectory,
    answers,
    make_socket_directory,
    offered_path,
    socket_path,
)

OWNER = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from tftutor.distributed.launch.owned_directory import OwnedDirectory
print(OwnedDirectory("tftutor-test-owned").path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[pathlib.Path]:
    """An empty temporary directory; its path is short enough for unix sockets."""
    short = pathlib.Path(tempfile.mkdtemp(prefix="t"))
    monkeypatch.setattr("tempfile.tempdir", str(short))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    yield short
    shutil.rmtree(short)


def start_owner(temporary: pathlib.Path, *prefix: str
                ) -> tuple[subprocess.Popen[str], pathlib.Path]:
    program = subprocess.Popen([*prefix, sys.executable, "-c", OWNER, str(temporary)], cwd=ROOT,
                               text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    return program, pathlib.Path(program.stdout.readline().strip())


def make_old(path: pathlib.Path) -> None:
    """As if it had been there for an hour."""
    os.utime(path, (time.time() - 3600,) * 2)


# -- directories ----------------------------------------------------------------------------------

def test_the_directory_of_a_killed_program_is_removed_and_that_of_a_frozen_one_is_not(
        temporary: pathlib.Path) -> None:
    killed, gone = start_owner(temporary)
    frozen, kept = start_owner(temporary)
    frozen.send_signal(signal.SIGSTOP)
    killed.kill()
    killed.communicate()
    make_old(kept)
    try:
        own = OwnedDirectory("tftutor-test-owned")
        assert kept.is_dir() and own.path.is_dir() and not gone.exists()
        own.remove()
        own.remove()
        assert [path.name for path in temporary.iterdir()] == [kept.name]
    finally:
        frozen.kill()
        frozen.communicate()


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None,
                    reason="a namespace of process ids needs root and the program `unshare`")
def test_a_container_with_process_ids_of_its_own_keeps_its_directory(temporary: pathlib.Path
                                                                     ) -> None:
    program, path = start_owner(temporary, "unshare", "--pid", "--fork", "--kill-child",
                                "--mount-proc")
    if not path.name:
        program.communicate()
        pytest.skip("namespaces are not permitted here")
    try:
        inside = int(path.name.split("-")[3])
        assert inside < 10  # it is another process that has this id out here, if any
        make_old(path)
        OwnedDirectory("tftutor-test-owned").remove()
        assert path.is_dir()
    finally:
        program.kill()
        program.communicate()


def test_a_directory_that_is_just_being_made_is_left_alone(temporary: pathlib.Path) -> None:
    young, old = temporary / "tftutor-test-owned-1-a", temporary / "tftutor-test-owned-1-b"
    young.mkdir()
    old.mkdir()
    make_old(old)
    OwnedDirectory("tftutor-test-owned").remove()
    assert young.is_dir() and not old.exists()


def test_a_link_that_somebody_put_there_is_not_followed(temporary: pathlib.Path) -> None:
    precious = temporary / "precious"
    precious.mkdir()
    (precious / "lock").touch()
    (temporary / "tftutor-test-owned-1-a").symlink_to(precious)
    OwnedDirectory("tftutor-test-owned").remove()
    assert (precious / "lock").exists()


# -- sockets --------------------------------------------------------------------------------------

def bound(path: pathlib.Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.bind(os.fspath(path))
    return made


def test_old_sockets_of_killed_tasks_are_swept_and_no_others(monkeypatch: pytest.MonkeyPatch
                                                             ) -> None:
    directory = make_socket_directory()
    dead, young, frozen = (socket_path("127.0.0.1", port) for port in (1, 2, 3))
    bound(dead).close()
    make_old(dead)
    bound(young).close()
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(unix_sockets, "_system", lambda: "-0123abcd")
        of_another_system = socket_path("127.0.0.1", 1)
    bound(of_another_system).close()
    make_old(of_another_system)
    with closing(bound(frozen)) as listener:
        listener.listen(0)
        make_old(frozen)
        with closing(socket.socket(socket.AF_UNIX)) as waiting:
            waiting.connect(os.fspath(frozen))  # now its queue is full
            assert answers(frozen)
            make_socket_directory()
            names = {path.name for path in directory.iterdir()}
    assert names == {young.name, frozen.name, of_another_system.name}


def test_a_socket_that_takes_the_place_of_a_dead_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A task starts in the moment between looking at its predecessor's socket and removing it."""
    make_socket_directory()
    path = socket_path("127.0.0.1", 1)
    bound(path).close()
    make_old(path)

    def start_task(probed: pathlib.Path) -> bool:
        probed.unlink()
        bound(probed).close()
        return False

    monkeypatch.setattr(unix_sockets, "answers", start_task)
    make_socket_directory()
    assert path.is_socket()


def test_a_directory_of_somebody_else_is_refused_with_a_way_out(temporary: pathlib.Path,
                                                                monkeypatch: pytest.MonkeyPatch
                                                                ) -> None:
    make_socket_directory()
    bound(socket_path("127.0.0.1", 5)).close()
    owner = os.getuid()
    directory = temporary / f"tftutor-{owner}"
    monkeypatch.setattr(unix_sockets, "socket_directory", lambda: directory)
    monkeypatch.setattr("os.getuid", lambda: owner + 1)
    with pytest.raises(UntrustedDirectory, match=(
            f"must belong to user {owner + 1}, but belongs to {owner}; choose another place with "
            "XDG_RUNTIME_DIR, or do without: TFTUTOR_UNIX_SOCKETS=0")):
        offered_path("127.0.0.1", 5)
