"""`server.join()` of a parameter server that is started as TF1 programs do, in a shell."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.distributed.running_tasks import ROOT
from tftutor.distributed.launch.ports import PortReservation

PROGRAM = """
import os, sys, time
import tftutor as tf
job, index, ports, steps = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(","), int(sys.argv[4])
cluster = tf.train.ClusterSpec({"ps": ports[:1], "worker": ports[1:]})
server = tf.train.Server(cluster, job, index)
if job == "ps":
    server.join()
    print("joined")
    sys.exit()
with tf.device(tf.train.replica_device_setter(cluster=cluster,
                                              worker_device=f"/job:worker/task:{index}")):
    step = tf.train.get_or_create_global_step()
    add = step.assign_add(1)
hooks = [tf.train.StopAtStepHook(num_steps=steps)]
filters = tf.ConfigProto(device_filters=["/job:ps", f"/job:worker/task:{index}"])
with tf.train.MonitoredTrainingSession(server.target, is_chief=index == 0, hooks=hooks,
                                       config=filters) as session:
    while not session.should_stop():
        session.run(add)
        print("step", flush=True)
        time.sleep(0.01)
"""


@pytest.fixture
def start() -> Iterator[Any]:
    """Starts a task of a ps and two workers in a process."""
    ports = [PortReservation() for _ in range(3)]
    programs = []

    def run(job: str, index: int = 0, steps: int = 10) -> subprocess.Popen[str]:
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, job, str(index),
             ",".join(port.address for port in ports), str(steps)], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        programs.append(program)
        return program

    yield run
    for program in programs:
        program.kill()
        program.communicate()
    for port in ports:
        port.close()


def test_join_of_a_ps_returns_when_chief_and_workers_have_ended(start: Any) -> None:
    ps, chief, worker = start("ps"), start("worker", 0, 50), start("worker", 1, 300)
    assert chief.wait(15) == 0
    time.sleep(0.7)
    assert ps.poll() is None and worker.poll() is None  # the other worker still trains
    assert worker.wait(15) == 0
    assert ps.wait(5) == 0 and ps.stdout.read() == "joined\n"


@pytest.mark.parametrize("how", [["-m", "tftutor", "run"], []])
def test_a_script_ends_where_it_joins(how: list[str], tmp_path: pathlib.Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import threading\nimport tftutor as tf\n"
        "server = tf.train.Server.create_local_server()\n"
        "threading.Timer(0.3, server.stop).start()\n"
        "try:\n    server.join()\n    print('trains, as if it were a worker')\n"
        "finally:\n    print('tidies up')\n")
    done = subprocess.run([sys.executable, *how, str(script)], cwd=ROOT, text=True, timeout=30,
                          capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "tidies up\n", "")


def test_a_worker_that_is_done_is_not_waited_for(tmp_path: pathlib.Path) -> None:
    """It had few steps, and left its session open, as many programs do."""
    script = tmp_path / "program.py"
    script.write_text(
        "import sys, tftutor as tf\n"
        "index, ports = int(sys.argv[1]), sys.argv[2].split(',')\n"
        "server = tf.train.Server({'worker': ports}, 'worker', index)\n"
        "print('up', flush=True)\n"
        "if index == 0:\n    sys.stdin.readline()\n"
        "session = tf.Session(server.target)\n"
        "print(session.run(tf.constant(7)), len(session.list_devices()))\n")
    ports = [PortReservation() for _ in range(2)]
    slow, quick = (subprocess.Popen(
        [sys.executable, str(script), str(index), ",".join(port.address for port in ports)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE) for index in range(2))
    try:
        assert quick.communicate(timeout=20)[0] == "up\n7 2\n"
        assert slow.communicate("go\n", timeout=20)[0] == "up\n7 1\n"
    finally:
        for program in (slow, quick):
            program.kill()
            program.communicate()
        for port in ports:
            port.close()


def test_a_ps_waits_for_a_chief_that_was_killed(start: Any) -> None:
    ps, chief, worker = start("ps"), start("worker", 0, 100_000), start("worker", 1, 10)
    assert worker.wait(15) == 0
    for _ in range(5):
        assert chief.stdout.readline() == "step\n"
    chief.kill()
    chief.wait()
    time.sleep(1.5)
    assert ps.poll() is None
    again = start("worker", 0, 10)
    assert again.wait(15) == 0 and ps.wait(5) == 0


def test_join_returns_when_the_launcher_dies(tmp_path: pathlib.Path) -> None:
    launcher = f"""
import subprocess, sys
program = "import tftutor as tf; s = tf.train.Server.create_local_server(); " \\
    "print('up', flush=True); s.join(); open({str(tmp_path / 'joined')!r}, 'w').close()"
child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()"""
    running = subprocess.Popen([sys.executable, "-c", launcher], cwd=ROOT, text=True,
                               stdout=subprocess.PIPE,
                               env={**os.environ, "TFTUTOR_STOP_WITH_PARENT": "1"})
    try:
        assert int(running.stdout.readline()) > 0
    finally:
        running.kill()
        running.communicate()
    deadline = time.monotonic() + 5
    while not (tmp_path / "joined").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
