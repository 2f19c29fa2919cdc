"""Kernels with state (variables, optimizers, generators, tensor arrays) on each array library."""

from __future__ import annotations

import numpy as np
import pytest

from tests.backends.state_harness import fits_a_gpu, run_case
from tests.backends.strict_library import StrictLibrary
from tests.op_cases import control_flow, random, state, training
from tests.op_cases.op_case import OpCase
from tftutor.backends.array_library import ArrayLibrary, NumpyLibrary

CASES = [case for module in (state, training, random, control_flow) for case in module.CASES
         if case.op.startswith(("TensorArray", "Stack")) or module is not control_flow]
CASES = [case for case in CASES if fits_a_gpu(case)]
IDS = [case.id for case in CASES]


@pytest.fixture(params=["torch", "array_api_strict"])
def library(request) -> ArrayLibrary:
    if request.param == "array_api_strict":
        return StrictLibrary()
    pytest.importorskip("torch")
    import tftutor.kernels.torch.state_scatter  # noqa: F401 - registers kernels
    from tftutor.backends.torch_library import TorchLibrary

    return TorchLibrary("cpu")


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_program_with_state_gives_what_it_gives_on_numpy(case: OpCase, library) -> None:
    expected, _ = run_case(case, NumpyLibrary())
    found, computed = run_case(case, library)
    assert case.op in computed
    for value, other in zip(found, expected, strict=True):
        assert value.dtype == other.dtype and value.shape == other.shape
        np.testing.assert_allclose(value, other, rtol=1e-5, atol=1e-7)
