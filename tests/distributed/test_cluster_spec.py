"""tf.train.ClusterSpec and the messages about clusters against TensorFlow 1.15's answers."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import tftutor as tf
from tests.golden.cluster_programs import SETTERS

SETTER_NAMES = tuple(f"{name}: " for name in SETTERS)


def _about_specs(asked: Any) -> set[str]:
    return {one for one in asked if not one.startswith((*SETTER_NAMES, "load of"))}


def test_the_same_is_asked(cluster_answers: Any) -> None:
    assert set(cluster_answers.ours) == set(cluster_answers.tensorflow)
    assert len(_about_specs(cluster_answers.ours)) > 500


def test_specs_say_what_tensorflows_say(cluster_answers: Any) -> None:
    differences = cluster_answers.differences(_about_specs(cluster_answers.tensorflow))
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("jobs", [{"ps": ["a:1"]}, {"ps": {3: "a:1"}}, {}])
def test_a_spec_survives_the_wire(jobs: dict[str, Any]) -> None:
    sent = tf.train.ClusterSpec(jobs).as_cluster_def().SerializeToString()
    assert tf.train.ClusterSpec(tf.train.ClusterDef.FromString(sent)).as_dict() == jobs


def test_server_def_has_the_bytes_of_tensorflows() -> None:
    spec = tf.train.ClusterSpec({"ps": ["a:1"], "worker": {2: "b:2"}})
    server_def = tf.train.ServerDef(cluster=spec.as_cluster_def(), job_name="worker", task_index=2,
                                    protocol="grpc")
    server_def.default_session_config.allow_soft_placement = True
    # From TensorFlow 1.15's tf.train.ServerDef with the same fields.
    assert server_def.SerializeToString(deterministic=True).hex() == (
        "0a220a0d0a027073120708001203613a310a110a06776f726b6572120708021203623a321206776f726b6572"
        "1802220238012a0467727063")


def test_describing_a_cluster_loads_neither_protobuf_nor_sockets() -> None:
    program = ("import sys, tftutor as tf\n"
               "tf.train.ClusterSpec({'ps': ['a:1']}).as_dict()\n"
               "print([m for m in ('google.protobuf', 'tensorboard', 'zmq', 'msgpack')"
               " if m in sys.modules])")
    run = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True,
                         check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(("task", "message"), [
    (("worker", "0"), "'0' has type str, but expected one of: int"),
    (("worker", 1.0), "1.0 has type float, but expected one of: int"),
    ((3, 0), "3 has type int, but expected one of: bytes, unicode"),
])
def test_a_task_of_another_type_is_refused_in_the_words_of_tf(task, message):
    with pytest.raises(TypeError, match=message):
        tf.train.Server({"worker": ["localhost:0"]}, *task)
