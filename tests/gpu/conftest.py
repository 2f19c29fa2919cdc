"""Tests marked `gpu` are skipped, with one reason, where CUDA has no GPU."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from tests.backends.fake_cupy import forget_compiled_kernels
from tests.gpu.machine import NO_GPU, has_gpu, real_library


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One place that skips: pytest then counts all of them in one line a file."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if marked and not has_gpu():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=NO_GPU))


@functools.cache
def _library(name: str) -> Any:
    return real_library(name)


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.gpu) for name in ("torch", "cupy")])
def library(request: pytest.FixtureRequest) -> Any:
    """Each array library on the first real GPU."""
    forget_compiled_kernels()
    return _library(request.param)
