"""`tftutor server`: a task that is started in a shell."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.processes import is_free
from tftutor.distributed.launch.ports import PortReservation
from tftutor.distributed.servers_here import connect

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 10.0


@pytest.fixture
def address() -> Iterator[str]:
    port = PortReservation()
    yield port.address
    port.close()


@pytest.fixture
def server() -> Iterator[Any]:
    """Starts `tftutor server` and waits for the line that says that it serves."""
    programs = []

    def start(*arguments: str, **environ: str) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [sys.executable, "-m", "tftutor", "server", *arguments], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environ})
        programs.append(program)
        return program

    yield start
    for program in programs:
        program.kill()
        program.communicate()


def _cluster_file(directory: pathlib.Path, address: str) -> str:
    path = directory / "spec.json"
    path.write_text(json.dumps({"ps": [address], "worker": ["127.0.0.1:1"]}))
    return str(path)


def test_it_says_where_it_serves_and_a_signal_ends_it(server: Any, address: str,
                                                      tmp_path: pathlib.Path) -> None:
    program = server("--job", "ps", "--task", "0", "--cluster", _cluster_file(tmp_path, address))
    assert program.stdout.readline() == (
        f"/job:ps/task:0 serves at grpc://{address} (pid {program.pid})\n")
    program.send_signal(signal.SIGTERM)
    assert program.wait(SECONDS) == 0 and program.stderr.read() == "" and is_free(address)


def test_ctrl_c_ends_it_as_shells_expect(server: Any, address: str, tmp_path: pathlib.Path) -> None:
    program = server("--job", "ps", "--cluster", _cluster_file(tmp_path, address))
    program.stdout.readline()
    program.send_signal(signal.SIGINT)
    assert program.wait(SECONDS) == 130 and program.stderr.read() == ""


def test_a_shutdown_of_the_cluster_ends_it(server: Any, address: str) -> None:
    program = server("--job", "local", "--cluster", json.dumps({"local": [address]}))
    program.stdout.readline()
    connect(address, "/job:local/replica:0/task:0").call("shutdown", {}, timeout=SECONDS)
    assert program.wait(SECONDS) == 0


def test_it_reads_tf_config(server: Any, address: str) -> None:
    found = {"cluster": {"worker": ["127.0.0.1:1", address]},
             "task": {"type": "worker", "index": 1}}
    program = server(TF_CONFIG=json.dumps(found))
    assert program.stdout.readline().startswith(f"/job:worker/task:1 serves at grpc://{address}")
    with tf.Session(f"grpc://{address}", config=tf.ConfigProto(
            device_filters=["/job:worker/task:1"])) as session, tf.device("/job:worker/task:1"):
        assert session.run(tf.constant(2) * 3) == 6


@pytest.mark.parametrize(("arguments", "text"), [
    (["--cluster", '{"ps": ["127.0.0.1:1"]}'], "--job is missing"),
    (["--cluster", '{"ps": ["127.0.0.1:1"]}', "--job", "worker"], "no job 'worker'"),
    (["--cluster", '{"ps": ["127.0.0.1:1"]}', "--job", "ps", "--task", "1"], "has no task 1"),
    (["--cluster", "nowhere.json", "--job", "ps"], "nowhere.json"),
])
def test_a_task_that_is_none_is_refused_in_a_line(server: Any, arguments: list[str], text: str
                                                  ) -> None:
    program = server(*arguments)
    assert program.wait(SECONDS) == 2
    said = program.stderr.read()
    assert said.startswith("tftutor server: ") and text in said and said.count("\n") == 1


def test_an_address_that_is_taken_is_refused(server: Any, address: str) -> None:
    taken = tf.train.Server({"ps": [address]})
    program = server("--job", "ps", "--cluster", json.dumps({"ps": [address]}))
    assert program.wait(SECONDS) == 2
    assert "UnknownError: Could not start gRPC server" in program.stderr.read()
    taken.stop()
