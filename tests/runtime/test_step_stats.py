"""StepStats of traced steps: what TensorFlow lists, and what it can't: several devices at once."""

from __future__ import annotations

import json
import pathlib

import pytest

import tftutor as tf
from tests.golden import step_stats_programs

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "step_stats.json"
ANSWERS = json.loads(GOLDEN.read_text())
_CONTROL_EDGES = ("z/_N = Identity(z/_N)", "z/_N = Const(^z)")  # nothing is computed for them here


def _two_cpus(tf):
    return tf.ConfigProto(device_count={"CPU": 2})


@pytest.fixture(scope="module", params=sorted(step_stats_programs.PROGRAMS))
def answers(request):
    found = step_stats_programs.answers(
        step_stats_programs.run(tf, request.param, _two_cpus))
    return json.loads(json.dumps(found)), ANSWERS[request.param]


def test_nodes_are_those_that_tensorflow_lists(answers):
    ours, theirs = answers
    assert sorted(ours["devices"]) == sorted(theirs["devices"])
    for device, nodes in theirs["devices"].items():
        expected = [node for node in nodes if node[1] not in _CONTROL_EDGES]
        found = [node for node in ours["devices"][device]
                 if not any(f" = {kind}(" in node[1] for kind in ("_Send", "_Recv"))]
        assert found == expected


def test_partition_graphs_are_tensorflows(answers):
    ours, theirs = answers
    assert ours["partitions"] == theirs["partitions"]
