"""Savers against TF 1.15: their nodes, files, texts (tests/golden/saver_programs.py)."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tensorboard.compat.proto.trackable_object_graph_pb2 import TrackableObjectGraph

import tftutor as tf
from tftutor.framework.op_def import get_op_def

IO = SimpleNamespace(save_v2=get_op_def("SaveV2"), restore_v2=get_op_def("RestoreV2"),
                     merge_v2_checkpoints=get_op_def("MergeV2Checkpoints"))
GOLDEN = Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))
try:
    from saver_answers import GRAPHS, RUNS, lines_of, nodes_of
finally:
    sys.path.remove(str(GOLDEN))

ANSWERS = {answer["name"]: answer for answer in json.loads(
    gzip.decompress((GOLDEN / "saver.json.gz").read_bytes()))}


@pytest.fixture(autouse=True)
def quiet():
    level = tf.logging.get_verbosity()
    tf.logging.set_verbosity(tf.logging.FATAL)
    yield
    tf.logging.set_verbosity(level)


def test_every_program_has_an_answer() -> None:
    assert sorted(ANSWERS) == sorted({**GRAPHS, **RUNS})


@pytest.mark.parametrize("name", GRAPHS)
def test_program_builds_the_graph_of_tf(name: str) -> None:
    assert json.loads(json.dumps(nodes_of(tf, np, name))) == ANSWERS[name]["nodes"]


@pytest.mark.parametrize("name", RUNS)
def test_program_gives_what_tf_gives(name: str) -> None:
    assert lines_of(tf, np, IO, TrackableObjectGraph, name) == ANSWERS[name]["lines"]
