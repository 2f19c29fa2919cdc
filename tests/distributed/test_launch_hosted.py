"""tf.cluster.from_ipyparallel and from_dask on real engines and workers of this machine."""

from __future__ import annotations

import pathlib
import socket
import types
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.processes import is_free
from tftutor.compat.cli import main
from tftutor.distributed.launch import hosting
from tftutor.distributed.launch.hosted import HostedCluster
from tftutor.distributed.launch.ipyparallel_engines import Engines

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

    def call(self, host: str, function: Callable[..., Any], *arguments: Any,
             seconds: float | None = None) -> Any:
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


def test_a_cluster_whose_scheduler_has_gone_stops_and_says_what_it_could_not_do(capsys: Any
                                                                                 ) -> None:
    class Lost(Here):
        def names(self) -> list[str]:
            if not self.alive:
                raise OSError("the scheduler is gone")
            return super().names()

    places = Lost("a", "b")
    with HostedCluster(places, JOBS, {}, None):
        alive, places.alive = places.alive, []
    assert capsys.readouterr().err == (
        "The places can't be told any more to stop their tasks: OSError: the scheduler is gone\n")
    for key in list(hosting._guests):
        hosting.stop(key)
    assert alive


def test_an_engine_that_does_not_answer_is_waited_for_so_long() -> None:
    class Result:
        def wait(self, seconds: float) -> bool:
            return seconds < 0

        def get(self) -> int:
            return 7

    class View:
        def apply_async(self, function: Any, *arguments: Any) -> Result:
            return Result()

    engines = Engines({3: View()})
    assert engines.call(3, len, "x") == 7
    with pytest.raises(tf.cluster.LaunchError, match="^engine 3 hasn't answered for 5 s$"):
        engines.call(3, len, "x", seconds=5.0)


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


class Far(Here):
    """Places that are machines of their own. `wanted`: the addresses that their tasks should have.

    `addresses` are those that they know; "b" stands for itself when it is asked for one.
    """

    def __init__(self, *names: str, addresses: Mapping[str, str] | None = None) -> None:
        super().__init__(*names)
        self.addresses = addresses or {name: f"192.0.2.{ord(name)}" for name in names}
        self.wanted: list[str] = []

    def call(self, host: str, function: Callable[..., Any], *arguments: Any,
             seconds: float | None = None) -> Any:
        if function is hosting.place:
            return {"machine": host, "name": f"node-{host}", "pid": 1,
                    "address": self.addresses.get(host, "")}
        if function is hosting.address_toward:
            return f"192.0.3.{ord(host)} toward {arguments[0]}"
        if function is hosting.reserve:
            self.wanted.append(arguments[1])
            return f"{arguments[1]}:2222"
        if function is hosting.serve_quietly:
            raise OSError("not this machine's")
        return super().call(host, function, *arguments)


@pytest.fixture
def keys(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A directory of keys, which this program uses."""
    main(["keys", "new", str(tmp_path / "keys")])
    monkeypatch.setenv("TFTUTOR_KEYS", str(tmp_path / "keys"))
    return str(tmp_path / "keys")


@pytest.mark.parametrize(("known", "wanted"), [
    ({"a": "192.0.2.97", "b": "192.0.2.98"}, ["192.0.2.97", "192.0.2.98"]),
    ({"a": "192.0.2.97"}, ["192.0.2.97", "192.0.3.98 toward 192.0.2.97"]),
    ({"a": ""}, ["192.0.3.97 toward 192.0.2.1", "192.0.3.98 toward 192.0.2.1"]),
])
def test_tasks_of_several_machines_have_addresses_of_the_network(
        keys: str, known: dict[str, str], wanted: list[str]) -> None:
    places = Far("a", "b", addresses=known)
    with pytest.raises((OSError, ValueError)):
        HostedCluster(places, JOBS, {}, None)
    assert places.wanted == wanted


def test_several_machines_need_keys_and_the_error_says_who_has_none(
        keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    how = ("Make them once with `tftutor keys new DIR`, copy DIR to each machine, pass "
           'environ={"TFTUTOR_KEYS": "DIR"} for the tasks, and set '
           'os.environ["TFTUTOR_KEYS"] = "DIR" in this program')
    (pathlib.Path(keys) / "worker.key").unlink()
    with pytest.raises(tf.errors.PermissionDeniedError) as caught:
        HostedCluster(Far("a", "b"), JOBS, {}, None)
    assert caught.value.message == (
        "a cluster of several machines needs keys, which are missing for worker:0 on node-b "
        f"({keys} has no worker.key, only admin.key, client.key, ps.key, server.key, server.pub; "
        f"copy it from where the cluster's keys were made). {how}")
    monkeypatch.delenv("TFTUTOR_KEYS")
    with pytest.raises(tf.errors.PermissionDeniedError) as caught:
        HostedCluster(Far("a", "b"), JOBS, {"TFTUTOR_KEYS": keys + "/none"}, None)
    assert caught.value.message.endswith(how)
    for who in (f"this program on {socket.gethostname()} (TFTUTOR_KEYS is not set)",
                f"ps:0 on node-a (there are no keys in {keys}/none; ", "worker:0 on node-b (there"):
        assert who in caught.value.message


def test_a_task_that_lost_its_place_goes_to_another_one_of_its_machine_only() -> None:
    class Two(Here):
        def call(self, host: str, function: Callable[..., Any], *arguments: Any,
                 seconds: float | None = None) -> Any:
            found = super().call(host, function, *arguments)
            return ({**found, "machine": "other"} if function is hosting.place and host == "far"
                    else found)

    places = Two("a", "b")
    with HostedCluster(places, JOBS, {}, None) as cluster:
        hosting.stop(cluster._task_key("ps:0"))
        places.alive = ["far", "b"]
        with pytest.raises(tf.cluster.LaunchError, match="no other places on its machine"):
            cluster.restart("ps", 0)
        places.alive.append("near")
        cluster.restart("ps", 0)
        assert cluster.hosts["ps:0"] == "near"


def test_a_place_names_its_machine_and_an_address_of_it() -> None:
    place = hosting.place()
    assert place["machine"] and place["pid"] and place == hosting.place()
    assert is_free(f"{hosting.address_toward('192.0.2.1')}:0")


def test_machines_with_equal_names_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of a virtual machine has the same name, and has been started another time."""
    here = hosting.place()["machine"]
    read = pathlib.Path.read_text
    monkeypatch.setattr(pathlib.Path, "read_text", lambda path, *a: (
        "another\n" if path.name == "boot_id" else read(path, *a)))
    monkeypatch.setattr(uuid, "getnode", lambda: 0x0242AC110002)
    assert hosting.place()["machine"] != here
    assert hosting.place()["machine"].split("/")[0] == socket.gethostname()


def test_a_process_that_talks_to_another_machine_knows_its_own_address(
        monkeypatch: pytest.MonkeyPatch) -> None:
    psutil = pytest.importorskip("psutil")

    def connection(ip: str, status: str) -> Any:
        return types.SimpleNamespace(laddr=types.SimpleNamespace(ip=ip), status=status)

    monkeypatch.setattr(psutil.Process, "net_connections", lambda self, kind: [
        connection("127.0.0.1", "ESTABLISHED"), connection("127.0.0.1", "ESTABLISHED"),
        connection("192.0.2.9", "LISTEN"), connection("192.0.2.7", "ESTABLISHED")])
    assert hosting.place()["address"] == "192.0.2.7"
