"""Tensors that a session keeps for handles, compared with TensorFlow."""

from __future__ import annotations

import ast
import gc
import json
import pathlib
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tests.distributed.processes import free_ports
from tests.golden.session_programs import handles, handles_on_clusters, start

GOLDEN = json.loads((pathlib.Path(__file__).parent.parent / "golden" / "sessions.json").read_text())


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    return handles(tf)


@pytest.mark.parametrize("asked", GOLDEN["handles"])
def test_handles_say_and_do_what_they_do_in_tf(ours: dict[str, str], asked: str) -> None:
    answer, golden = ours[asked], GOLDEN["handles"][asked]
    if golden.startswith("("):  # a tuple whose texts may be bytes
        answer, golden = answer.replace("b'", "'"), golden.replace("b'", "'")
    assert answer == golden


def test_a_session_with_a_target_keeps_none() -> None:
    servers = start(tf, free_ports(3))
    try:
        assert handles_on_clusters(tf, servers) == GOLDEN["handles_on_clusters"]
    finally:
        for server in servers:
            server.stop()


def test_a_kept_tensor_is_nobody_elses() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [2])
        fed = np.ones(2, np.float32)
        kept = session.run(tf.get_session_handle(x), {x: fed})
        fed[:] = 7
        kept.eval()[:] = 8
        np.testing.assert_array_equal(kept.eval(), [1, 1])
        v = tf.Variable([1.0, 2.0])
        session.run(v.initializer)
        kept = session.run(tf.get_session_handle(v.value()))
        session.run(v.assign_add([5.0, 5.0]))
        np.testing.assert_array_equal(kept.eval(), [1, 2])


@pytest.mark.parametrize("value", [3, "text", True, [[1.5, 2.5]], ["a", "b"], 2 + 1j])
def test_values_of_all_kinds_are_kept(value: Any) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        kept = session.run(tf.get_session_handle(tf.constant(value)))
        np.testing.assert_array_equal(kept.eval(), session.run(tf.constant(value)))


def test_handles_that_are_garbage_lose_their_tensors_ten_at_a_time() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        made = tf.get_session_handle(tf.constant(1.0))
        kept = [session.run(made) for _ in range(12)]
        store = session._resources.session_tensors
        texts = [each.handle for each in kept]
        for left, count in ((3, 12), (2, 2)):
            del kept[left:]
            gc.collect()
            assert len(store._values) == count
        assert store.find(texts[0])[0] == 1.0
        session.close()
        assert not store._values


def test_a_kept_tensor_moves_between_a_gpu_and_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPUS", "1")
    with tf.Graph().as_default(), tf.Session() as session:
        with tf.device("/gpu:0"):
            x = tf.constant([1.0, 2.0]) * 3.0
        with tf.device("/cpu:0"):
            y = tf.constant([4.0]) + 1.0
        on_gpu, on_cpu = session.run([tf.get_session_handle(x), tf.get_session_handle(y)])
        assert on_gpu.handle.endswith("/device:GPU:0") and on_cpu.handle.endswith("/device:CPU:0")
        np.testing.assert_array_equal(on_gpu.eval(), [3, 6])
        for there, back in ((on_gpu, on_cpu), (on_cpu, on_gpu)):
            holder, value = tf.get_session_tensor(there.handle, tf.float32)
            np.testing.assert_array_equal(session.run(value * 2.0, {holder: back.handle}),
                                          2 * back.eval())
            z = tf.placeholder(tf.float32)
            np.testing.assert_array_equal(session.run(z + 1.0, {z: there}), there.eval() + 1)


def test_graphs_with_handles_are_exported(ours: dict[str, str]) -> None:
    with tf.Graph().as_default() as graph:
        tf.get_session_tensor("a;0;/job:localhost/replica:0/task:0/device:CPU:0", tf.float32)
        text = graph.as_graph_def()
    with tf.Graph().as_default():
        tf.import_graph_def(text, name="")
        assert tf.get_default_graph().get_operation_by_name("GetSessionTensor").inputs
    assert ast.literal_eval(ours["nodes"])[0][0] == "b"
