"""What TensorFlow 1.15 and tftutor say about clusters, asked once for all tests here."""

from __future__ import annotations

import gzip
import json
import pathlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

import tftutor as tf
from tests.distributed.processes import free_ports
from tests.distributed.running_tasks import Tasks
from tests.golden.cluster_programs import answers
from tftutor.distributed.launch.ports import PortReservation

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"


class Answers(NamedTuple):
    """{what was asked: the answer} of both."""

    tensorflow: dict[str, str]
    ours: dict[str, str]

    def differences(self, asked: set[str]) -> list[str]:
        """Where they differ; of Python's own errors only the class counts."""
        return [f"{one}\n  {self.tensorflow[one]}\n  {self.ours[one]}" for one in sorted(asked)
                if _comparable(self.tensorflow[one]) != _comparable(self.ours[one])]


def _comparable(answer: str) -> str:
    kind, _, text = answer.partition(": ")
    words = ("max() ", "unhashable ", "'<' not ", "invalid literal")
    return kind if text.startswith(words) else answer


@pytest.fixture(scope="package")
def cluster_answers() -> Answers:
    golden = json.loads(gzip.decompress((GOLDEN / "cluster.json.gz").read_bytes()))
    return Answers(golden, answers(tf))


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    """Starts tasks, which end with the test."""
    started = Tasks()
    yield started
    started.end()


@pytest.fixture
def ports() -> Iterator[list[str]]:
    """Addresses that nobody else takes."""
    made = [PortReservation() for _ in range(3)]
    yield [port.address for port in made]
    for port in made:
        port.close()


@pytest.fixture
def servers() -> Iterator[list[Any]]:
    """A parameter server and two workers."""
    ports = free_ports(3)
    spec = tf.train.ClusterSpec({"ps": [f"localhost:{ports[0]}"],
                                 "worker": [f"localhost:{p}" for p in ports[1:]]})
    made = [tf.train.Server(spec, job, index)
            for job, index in (("ps", 0), ("worker", 0), ("worker", 1))]
    with tf.Graph().as_default():
        yield made
    for server in made:
        server.stop()
