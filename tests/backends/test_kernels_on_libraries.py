"""Kernels that TensorFlow has for GPUs, on each array library that can be tested without one."""

from __future__ import annotations

import pytest

from tests.backends.kernel_harness import (
    check_node,
    device_cases,
    has_kernels_for_each_library,
    runs_of,
)
from tests.op_cases.op_case import OpCase

CASES = device_cases()
IDS = [case.id for case in CASES]


def _check(case: OpCase, library: object) -> None:
    for run in runs_of(case):
        check_node(run, library, case)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_kernel_on_torch_gives_what_numpy_gives(case: OpCase) -> None:
    pytest.importorskip("torch")
    from tftutor.backends.torch_library import TorchLibrary

    _check(case, TorchLibrary("cpu"))


GENERIC = [case for case in CASES if not has_kernels_for_each_library(case.op)]


@pytest.mark.parametrize("case", GENERIC, ids=[case.id for case in GENERIC])
def test_kernel_on_the_array_api_gives_what_numpy_gives(case: OpCase) -> None:
    from tests.backends.strict_library import StrictLibrary

    _check(case, StrictLibrary())
