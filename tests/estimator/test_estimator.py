"""Estimators log, return and raise what TF 1.15's do."""

from __future__ import annotations

import gzip
import json
import pathlib
import sys

import pytest

import tftutor as tf

GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
sys.path.insert(0, str(GOLDEN))

from estimator_answers import PROGRAMS, answer  # noqa: E402

ANSWERS = json.loads(gzip.decompress((GOLDEN / "estimator.json.gz").read_bytes()))


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_goes_as_with_tf(name: str) -> None:
    assert answer(tf, name) == ANSWERS[name]


def test_every_recorded_program_is_asked() -> None:
    assert set(ANSWERS) == set(PROGRAMS)
