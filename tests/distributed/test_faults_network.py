"""Partitions, frozen processes, hung programs and slow ones, as sessions and trainings see them.

The patience of all processes is cut to a quarter: a partition of 1 s stands for one of 5 s, which
nobody should notice, and one of several seconds for one of a minute, which is beyond all patience.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.faults import TRAINING, Attempt, counter, endless_wait
from tests.distributed.processes import comes_true
from tests.distributed.proxy import FaultProxy
from tests.distributed.running_tasks import ROOT
from tftutor.distributed import servers_here
from tftutor.distributed.launch.ports import PortReservation

PATIENCE = 1.5


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sessions of the test, and the processes that it starts, are impatient."""
    monkeypatch.setenv("TFTUTOR_HEARTBEAT_TIMEOUT", str(PATIENCE))
    monkeypatch.setattr(servers_here, "_client", None)
    yield
    if servers_here._client is not None:
        servers_here._client.close()


@pytest.fixture
def cluster() -> Iterator[Any]:
    with tf.cluster.local(ps=1, worker=0) as running, tf.Graph().as_default():
        yield running


@pytest.fixture
def proxy(cluster: Any) -> Iterator[FaultProxy]:
    with FaultProxy(cluster.spec.task_address("ps", 0)) as running:
        yield running


def test_nobody_notices_a_short_partition(proxy: FaultProxy) -> None:
    count, add = counter()
    with tf.Session(f"grpc://{proxy.address}") as session:
        session.run(count.initializer)
        proxy.blackhole()
        attempt = Attempt(lambda: session.run(add))
        time.sleep(PATIENCE * 0.6)
        assert not attempt.is_done
        proxy.heal()
        assert attempt.outcome(2) is None and attempt.result == 1
        assert session.run(count) == 1


def test_a_long_partition_is_unavailable_and_the_same_session_goes_on_after_it(
        proxy: FaultProxy) -> None:
    count, add = counter()
    with tf.Session(f"grpc://{proxy.address}") as session:
        session.run(count.initializer)
        assert session.run(add) == 1
        proxy.blackhole()
        cut = time.monotonic()
        attempt = Attempt(lambda: session.run(add))
        error = attempt.outcome(10)
        assert isinstance(error, tf.errors.UnavailableError)
        assert f"/job:ps/task:0 at {proxy.address}: no heartbeat for" in error.message
        assert PATIENCE * 0.5 < attempt.ended - cut < PATIENCE + 1.5
        with pytest.raises(tf.errors.UnavailableError, match="no answer for"):
            session.run(count)
        time.sleep(3 * PATIENCE)  # the ps loses its patience, too
        proxy.heal()
        # It is the same process at the other end, so the session is not aborted; whether the lost
        # step was done is not known, but none is done twice.
        found = session.run(count)
        assert found in (1, 2)
        assert [session.run(add) for _ in range(3)] == [found + 1, found + 2, found + 3]


def test_a_reset_connection_is_unavailable_at_once_and_the_next_step_works(
        proxy: FaultProxy) -> None:
    count, add = counter()
    waits = endless_wait()
    with tf.Session(f"grpc://{proxy.address}") as session:
        session.run(count.initializer)
        attempt = Attempt(lambda: session.run(waits))
        time.sleep(0.3)
        proxy.cut()
        error = attempt.outcome(1)
        assert isinstance(error, tf.errors.UnavailableError) and "connection lost" in error.message
        assert session.run(add) == 1


def test_a_ps_restarted_during_a_partition_aborts_the_old_session(
        cluster: Any, proxy: FaultProxy) -> None:
    count, add = counter()
    session = tf.Session(f"grpc://{proxy.address}")
    with pytest.raises(tf.errors.AbortedError, match="this master has restarted"), session:
        session.run(count.initializer)
        proxy.blackhole()
        attempt = Attempt(lambda: session.run(add))
        cluster.restart("ps")
        assert isinstance(attempt.outcome(10), tf.errors.UnavailableError)
        proxy.cut()
        proxy.heal()
        with pytest.raises(tf.errors.AbortedError, match="Session .* is not found"):
            session.run(add)


def test_a_frozen_ps_is_unavailable_and_goes_on_when_it_is_thawed(cluster: Any) -> None:
    count, add = counter()
    with tf.Session(cluster.target_of("ps", 0)) as session:
        session.run(count.initializer)
        cluster.suspend("ps")
        frozen = time.monotonic()
        try:
            attempt = Attempt(lambda: session.run(add))
            error = attempt.outcome(10)
        finally:
            cluster.resume("ps")
        assert isinstance(error, tf.errors.UnavailableError)
        assert "/job:ps/task:0 at " in error.message
        assert attempt.ended - frozen < PATIENCE + 1.5
        assert session.run(count) in (0, 1)


def test_a_ps_whose_python_hangs_is_found_by_the_heartbeats_of_the_program(cluster: Any) -> None:
    """ZeroMQ's own thread still answers then; a library that keeps Python's lock is enough."""
    count, add = counter()
    with tf.Session(cluster.target_of("ps", 0)) as session:
        session.run(count.initializer)
        hang = cluster.start_cell("ps", 0, "import ctypes; ctypes.PyDLL(None).sleep(5)")
        time.sleep(0.3)
        begun = time.monotonic()
        with pytest.raises(tf.errors.UnavailableError, match="no heartbeat for"):
            session.run(add)
        assert time.monotonic() - begun < PATIENCE + 1.5
        hang.wait(10)
        assert session.run(count) in (0, 1)


def test_a_slow_ps_is_not_taken_for_dead(cluster: Any) -> None:
    count, add = counter()
    with tf.device("/job:ps/task:0"):
        queue = tf.FIFOQueue(1, tf.int64, [], shared_name="late")
        taken, put = queue.dequeue(), queue.enqueue(7)
    with tf.Session(cluster.target_of("ps", 0)) as session:
        session.run(count.initializer)
        late = Attempt(lambda: session.run(taken))  # a step that takes long
        busy = Attempt(lambda: cluster.run_cell("ps", 0, f"""
import time
end = time.monotonic() + {3 * PATIENCE}
while time.monotonic() < end:
    sum(range(10_000))""", 20))
        steps = 0
        while not busy.is_done:
            steps += 1
            assert session.run(add) == steps
        session.run(put)
        assert late.outcome(2) is None and late.result == 7 and steps > 10


class _LostCall:
    """A value that doesn't arrive."""

    def wait(self, timeout: float | None = None) -> None:
        raise tf.errors.UnavailableError(None, None, "/job:worker/task:0 at x: connection lost")

    def add_done_callback(self, callback: Any) -> None:
        threading.Timer(0.2, lambda: callback(self)).start()


def test_a_value_that_does_not_reach_another_task_ends_the_step() -> None:
    """The ps can't reach the worker, the session reaches both: nobody waits for the answer."""
    ports = [PortReservation() for _ in range(2)]
    spec = {"ps": [ports[0].address], "worker": [ports[1].address]}
    with tf.train.Server(spec, "ps", 0) as ps, tf.train.Server(spec, "worker", 0) as worker, \
            tf.Graph().as_default():
        ps._service._push = lambda task, header, tensors: _LostCall()
        with tf.device("/job:ps/task:0"):
            x = tf.random_normal([2])
        with tf.device("/job:worker/task:0"):
            y = x * 2.0
        with tf.device("/job:ps/task:0"):
            z = y + x
        with tf.Session(worker.target) as session:
            error = Attempt(lambda: session.run(z)).outcome(3)
    assert isinstance(error, tf.errors.UnavailableError)
    assert str(error) == ("From /job:ps/replica:0/task:0:\n"
                          "/job:worker/task:0 at x: connection lost")
    for port in ports:
        port.close()


class ProxiedCluster:
    """A ps and a worker, each behind a proxy for the other."""

    def __init__(self) -> None:
        self._ports = {job: PortReservation() for job in ("ps", "worker")}
        self.proxies = {job: FaultProxy(port.address) for job, port in self._ports.items()}
        self.processes: dict[str, subprocess.Popen[str]] = {}

    def start(self, job: str, text: str) -> None:
        """Start a task."""
        arguments = {"cluster": {name: [p.address] for name, p in self.proxies.items()},
                     "job": job, "index": 0, "address": self._ports[job].address, "text": text}
        self._ports[job].make_way()
        self.processes[job] = subprocess.Popen(
            [sys.executable, "-m", "tests.distributed.proxied_task", json.dumps(arguments)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "TFTUTOR_UNIX_SOCKETS": "0"})
        assert self.processes[job].stdout.readline() == "ready\n"

    def ask(self, job: str, expression: str) -> Any:
        """The value of an expression in a task."""
        process = self.processes[job]
        process.stdin.write(expression + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def __enter__(self) -> ProxiedCluster:
        return self

    def __exit__(self, *exception: Any) -> None:
        for process in self.processes.values():
            process.kill()
            process.communicate()
        for proxy in self.proxies.values():
            proxy.close()
        for port in self._ports.values():
            port.close()


def test_training_goes_on_after_a_partition_between_worker_and_ps(tmp_path: Any) -> None:
    with ProxiedCluster() as cluster:
        cluster.start("ps", "")
        cluster.start("worker", f"DIRECTORY = {str(tmp_path)!r}\n{TRAINING}")
        assert comes_true(lambda: cluster.ask("worker", "len(seen)") > 30, 10)
        for proxy in cluster.proxies.values():
            proxy.blackhole()
        time.sleep(0.3)
        stopped = cluster.ask("worker", "len(seen)")
        time.sleep(3 * PATIENCE)
        assert cluster.ask("worker", "len(seen)") == stopped
        for proxy in cluster.proxies.values():
            proxy.heal()
        assert comes_true(lambda: cluster.ask("worker", "len(seen)") > stopped + 20, 5)
        steps = [step for _, step in cluster.ask("worker", "seen")]
        jumps = [(a, b) for a, b in zip(steps, steps[1:], strict=False) if b != a + 1]
        assert len(jumps) <= 1 and all(b <= a + 2 for a, b in jumps)
        assert cluster.ask("worker", "failed") == []
