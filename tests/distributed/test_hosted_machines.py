"""ipyparallel's engines and Dask's workers on two machines: with keys, and without."""

from __future__ import annotations

import importlib.util
import pathlib
from collections.abc import Iterator

import pytest

from tests.distributed.namespaces import Machines, Program, need_machines
from tests.distributed.processes import comes_true
from tftutor.compat.cli import main

A, B = "198.18.0.1", "198.18.0.2"

# What a notebook on machine a does with `client`, when that is there.
NOTEBOOK = """
import os
import tftutor as tf

def error_of(environ, keys):
    if keys:
        os.environ["TFTUTOR_KEYS"] = keys
    try:
        start(environ)
    except tf.errors.PermissionDeniedError as error:
        return error.message

def add_twice(environ):
    with start(environ) as cluster, tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            total = tf.get_variable("total", [], initializer=tf.zeros_initializer())
        with tf.device("/job:worker/task:0"):
            step = tf.constant(1.5) * 2.0
        add = total.assign_add(step)
        with tf.Session(cluster.target) as session:
            session.run(total.initializer)
            sums = [float(session.run(add)) for _ in range(2)]
        hosts = sorted(row.address.partition(":")[0] for row in cluster.status(5.0))
        states = {row.state for row in cluster.status(5.0)}
        return [sums, hosts, sorted(states)]
"""

ENGINES = NOTEBOOK + """
import ipyparallel
client = ipyparallel.Client(FILE, timeout=30)
client.wait_for_engines(2, timeout=60)
start = lambda environ: tf.cluster.from_ipyparallel(client, ps=1, worker=1, environ=environ)
"""

WORKERS = NOTEBOOK + """
from dask import distributed
client = distributed.Client(f"tcp://{HOST}:8786", timeout=30)
client.wait_for_workers(2, timeout=60)
start = lambda environ: tf.cluster.from_dask(client, ps=1, worker=1, environ=environ)
"""


@pytest.fixture
def keys(tmp_path: pathlib.Path) -> str:
    """A directory of keys."""
    assert main(["keys", "new", str(tmp_path / "keys")]) == 0
    return str(tmp_path / "keys")


@pytest.fixture
def machines() -> Iterator[Machines]:
    need_machines()
    with Machines("a", "b") as made:
        yield made


def _need(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} isn't installed")


def notebook_with_engines(machines: Machines, directory: pathlib.Path, ip: str = A) -> Program:
    """A controller and an engine on machine a, an engine on b, and a program on a."""
    _need("ipyparallel")
    machines["a"].python("-m", "ipyparallel.controller", f"--ip={ip}", f"--location={A}",
                         f"--profile-dir={directory}", "--log-level=ERROR")
    security = directory / "security"
    files = [security / f"ipcontroller-{who}.json" for who in ("engine", "client")]
    assert comes_true(lambda: all(file.exists() for file in files), 30)
    for machine in machines:
        machine.python("-m", "ipyparallel.engine", f"--file={files[0]}", "--log-level=ERROR",
                       f"--profile-dir={directory}")
    return machines["a"].program(f"FILE = {str(files[1])!r}\n{ENGINES}")


def notebook_with_engines_at_any_address(machines: Machines, directory: pathlib.Path) -> Program:
    """The engine beside the controller talks to it by the loopback interface."""
    return notebook_with_engines(machines, directory, "0.0.0.0")


def notebook_with_dask(machines: Machines, directory: pathlib.Path) -> Program:
    """A scheduler and a worker on machine a, a worker on b, and a program on a."""
    _need("distributed")
    machines["a"].python("-m", "distributed.cli.dask_scheduler", f"--host={A}", "--port=8786",
                         "--no-dashboard")
    for machine in machines:
        machine.python("-m", "distributed.cli.dask_worker", f"tcp://{A}:8786", "--nthreads=1",
                       "--no-nanny", "--no-dashboard", f"--local-directory={directory}")
    return machines["a"].program(f"HOST = {A!r}\n{WORKERS}")


@pytest.mark.parametrize(
    "begin", [notebook_with_engines, notebook_with_engines_at_any_address, notebook_with_dask],
    ids=["ipyparallel", "ipyparallel at any address", "Dask"])
def test_two_machines_make_a_cluster_with_keys_and_say_what_to_do_without(
        machines: Machines, keys: str, tmp_path: pathlib.Path, begin) -> None:
    """Network namespaces have one host name: equal names don't make one machine of two."""
    notebook = begin(machines, tmp_path / "profile")
    error = notebook.ask("error_of({}, '')")
    assert error.startswith("a cluster of several machines needs keys, which are missing for this "
                            "program on ")
    for part in ("ps:0 on ", "worker:0 on ", "(TFTUTOR_KEYS is not set)", "`tftutor keys new DIR`",
                 'environ={"TFTUTOR_KEYS": "DIR"}', 'os.environ["TFTUTOR_KEYS"] = "DIR"'):
        assert part in error
    error = notebook.ask(f"error_of({{}}, {keys!r})")
    assert "this program on" not in error and "ps:0 on " in error
    environ = {"TFTUTOR_KEYS": keys}
    assert notebook.ask(f"add_twice({environ})") == [[3.0, 6.0], [A, B], ["serving"]]
    assert notebook.ask(f"add_twice({environ})")[0] == [3.0, 6.0]       # and the next cluster
