"""What TensorFlow 1.15 and tftutor say about clusters, asked once for all tests here."""

from __future__ import annotations

import gzip
import json
import pathlib
from collections.abc import Iterator
from typing import NamedTuple

import pytest

import tftutor as tf
from tests.distributed.running_tasks import Tasks
from tests.golden.cluster_programs import answers

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
