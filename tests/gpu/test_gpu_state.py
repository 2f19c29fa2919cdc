"""Kernels with state (variables, optimizers, generators) give on a GPU what NumPy gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.backends.state_harness import fits_a_gpu, run_case
from tests.op_cases import random, state, training
from tests.op_cases.op_case import OpCase
from tftutor.backends.array_library import NumpyLibrary

CASES = [case for module in (state, training, random) for case in module.CASES
         if fits_a_gpu(case)]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_program_with_state_gives_what_it_gives_on_numpy(case: OpCase, library: Any) -> None:
    expected, _ = run_case(case, NumpyLibrary())
    with library.activate():
        found, computed = run_case(case, library)
    assert case.op in computed
    for value, other in zip(found, expected, strict=True):
        assert value.dtype == other.dtype and value.shape == other.shape
        np.testing.assert_allclose(value, other, rtol=1e-5, atol=1e-6)
