"""Which rule and which fixes a failure belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import NamedTuple

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.finding import Finding
from tftutor.inspection.shape_errors.fixes.candidate import Candidate


class Family(NamedTuple):
    """A rule and the candidates that go with it."""

    name: str
    find: Callable[[Case], Finding | None]
    candidates: Callable[[Case], Iterable[Candidate]]


_NAMES = ("feeds", "datasets", "control_flow", "variables", "layers", "rnn", "losses", "dtypes",
          "conversion", "static_shape", "contraction", "matmul", "broadcast", "join", "conv",
          "arranging", "other")


def families() -> Iterator[Family]:
    """All families, the more special first."""
    for name in _NAMES:
        rule = import_module(f"tftutor.inspection.shape_errors.rules.{name}")
        fixes = import_module(f"tftutor.inspection.shape_errors.fixes.{name}")
        yield Family(name, rule.find, fixes.candidates)
