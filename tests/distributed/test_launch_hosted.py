"""tf.cluster.from_ipyparallel and from_dask on real engines and workers of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.processes import is_free
from tftutor.distributed.launch import hosting
from tftutor.distributed.launch.hosted import HostedCluster

JOBS = {"ps": 1, "worker": 1}


def _add_twice(cluster: Any) -> list[float]:
    """What a variable of the parameter server is, after each of two steps from the worker."""
    with tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            total = tf.get_variable("total", [], initializer=tf.zeros_initializer())
        with tf.device("/job:worker/task:0"):
            step = tf.constant(1.5) * 2.0
        add = total.assign_add(step)
        with tf.Session(cluster.target) as session:
            session.run(total.initializer)
            return [float(session.run(add)) for _ in range(2)]


@pytest.fixture(scope="module")
def engines() -> Iterator[Any]:
    ipyparallel = pytest.importorskip("ipyparallel", reason="ipyparallel isn't installed")
    with ipyparallel.Cluster(n=3, log_level=40) as client:
        client.wait_for_engines(3, timeout=60)
        yield client


@pytest.fixture(scope="module")
def dask_client() -> Iterator[Any]:
    distributed = pytest.importorskip("dask.distributed", reason="Dask isn't installed")
    with distributed.Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        yield client


def test_engines_host_a_cluster_and_run_programs_beside_it(engines: Any) -> None:
    with tf.cluster.from_ipyparallel(engines, ps=1, worker=2) as cluster:
        assert cluster.hosts == {"ps:0": 0, "worker:0": 1, "worker:1": 2}
        assert _add_twice(cluster) == [3.0, 6.0]
        status = cluster.status(5.0)
        assert {row.state for row in status} == {"serving"} and len({r.pid for r in status}) == 3
        engines[1:].execute("""
with tf.Graph().as_default(), tf.Session(server.target) as session:
    found = job_name, task_index, int(session.run(tf.constant(2) + task_index))
""", block=True)  # what %%px does
        assert engines[1:].pull("found", block=True) == [("worker", 0, 2), ("worker", 1, 3)]
    assert all(is_free(cluster.spec.task_address(job, 0)) for job in cluster.spec.jobs)
    assert engines[:].apply_sync(hosting.place)  # the engines live on


def test_engines_that_are_too_few_are_counted(engines: Any) -> None:
    with pytest.raises(tf.cluster.LaunchError, match="4 tasks, but there are 3 engines: 0, 1, 2"):
        tf.cluster.from_ipyparallel(engines, ps=2, worker=2)


def test_dask_workers_host_a_cluster(dask_client: Any) -> None:
    with tf.cluster.from_dask(dask_client, ps=1, worker=1) as cluster:
        assert _add_twice(cluster) == [3.0, 6.0]
        pids = {row.pid for row in cluster.status(5.0)}
        assert pids == set(dask_client.run(lambda: __import__("os").getpid()).values())
        cluster.restart("ps", 0)
        assert _add_twice(cluster) == [3.0, 6.0]
    assert all(is_free(cluster.spec.task_address(job, 0)) for job in cluster.spec.jobs)


class Here:
    """Hosts that are this process: the protocol of the adapters, without any engine."""

    kind = "places"

    def __init__(self, *names: str) -> None:
        self.alive = list(names)
        self.environ: dict[str, str] = {}

    def names(self) -> Sequence[str]:
        return list(self.alive)

    def call(self, host: str, function: Callable[..., Any], *arguments: Any) -> Any:
        assert host in self.alive
        return function(*arguments)

    def serve(self, host: str, *arguments: Any) -> int:
        return int(self.call(host, hosting.serve_quietly, *arguments))


def test_a_task_whose_place_has_gone_restarts_in_a_free_one() -> None:
    places = Here("a", "b", "c")
    with HostedCluster(places, JOBS, {}, None) as cluster:
        assert cluster.hosts == {"ps:0": "a", "worker:0": "b"}
        address = cluster.status()["ps:0"].address
        hosting.stop(cluster._task_key("ps:0"))
        assert cluster.status(0.5)["ps:0"].state == "no answer"
        places.alive.remove("a")
        cluster.restart("ps", 0)
        assert cluster.hosts["ps:0"] == "c"
        row = cluster.status(5.0)["ps:0"]
        assert (row.state, row.address) == ("serving", address)
        places.alive.remove("c")
        with pytest.raises(tf.cluster.LaunchError, match="no other places"):
            cluster.restart("ps", 0)
        hosting.stop(cluster._task_key("ps:0"))


def test_a_cluster_that_does_not_start_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(Here):
        def serve(self, host: str, *arguments: Any) -> int:
            if host == "b":
                raise RuntimeError("no server here")
            return super().serve(host, *arguments)

    addresses = []
    reserve = hosting.reserve
    monkeypatch.setattr(hosting, "reserve",
                        lambda *a: addresses.append(reserve(*a)) or addresses[-1])
    with pytest.raises(RuntimeError, match="no server here"):
        HostedCluster(Refusing("a", "b"), JOBS, {}, None)
    assert len(addresses) == 2 and all(map(is_free, addresses)) and not hosting._guests


def test_tasks_of_several_machines_have_addresses_of_the_network(monkeypatch: pytest.MonkeyPatch
                                                                 ) -> None:
    wanted = []

    class Far(Here):
        def call(self, host: str, function: Callable[..., Any], *arguments: Any) -> Any:
            if function is hosting.place:
                return {"machine": host, "pid": 1, "address": f"192.0.2.{ord(host)}"}
            if function is hosting.reserve:
                wanted.append(arguments[1])
                raise OSError("not this machine's")
            return super().call(host, function, *arguments)

    with pytest.raises(OSError, match="not this machine"):
        HostedCluster(Far("a", "b"), JOBS, {}, None)
    assert wanted == ["192.0.2.97"]


def test_a_place_names_its_machine_and_an_address_of_it() -> None:
    place = hosting.place()
    assert is_free(f"{place['address']}:0") and place["machine"] and place["pid"]
