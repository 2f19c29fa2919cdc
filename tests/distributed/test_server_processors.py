"""Tasks that share a machine don't let the threads of BLAS spin beside each other."""

from __future__ import annotations

import socket

import pytest

import tftutor as tf
from tftutor.backends import blas


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def threads():
    """Ask NumPy's BLAS library, which has two threads before the test, for their number."""
    library = blas._library()
    if library is None:
        pytest.skip("this BLAS library can't be told how many threads to use")
    before = blas.blas_thread_count()
    blas.set_blas_threads(2)
    yield library.get_num_threads
    blas.set_blas_threads(before)


@pytest.mark.parametrize(("others", "expected"), [
    (["localhost:1"], 1),        # another name of the same machine
    (["127.0.0.1:1"], 1),
    (["192.0.2.7:1"], 2),        # another machine
    ([], 2),
])
def test_blas_has_one_thread_while_other_tasks_are_on_the_machine(others, expected, threads):
    spec = {"worker": [f"127.0.0.1:{free_port()}", *others]}
    server = tf.train.Server(spec, "worker", 0)
    try:
        assert threads() == expected
        server.start()           # a second time: nothing changes
    finally:
        server.stop()
        server.stop()
    assert threads() == 2
