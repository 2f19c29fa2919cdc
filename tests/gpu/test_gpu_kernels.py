"""Kernels that TensorFlow has for GPUs give on a real GPU what NumPy gives."""

from __future__ import annotations

from typing import Any

import pytest

from tests.backends.kernel_harness import check_node, runs_of
from tests.gpu.cases import gpu_cases
from tests.op_cases.op_case import OpCase

CASES = gpu_cases()


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_kernel_on_a_gpu_gives_what_numpy_gives(case: OpCase, library: Any) -> None:
    for run in runs_of(case):
        with library.activate():
            check_node(run, library, case)
