"""Expressions that plans write in place of a kernel call mean the same on every array library."""

from __future__ import annotations

import numpy as np
import pytest

import tftutor as tf
from tests.backends.kernel_harness import NodeRun, compare, device_cases, run_inline, runs_of
from tests.backends.strict_library import StrictLibrary
from tests.op_cases.op_case import OpCase
from tftutor.framework.op_def import get_op_def
from tftutor.runtime.kernel_registry import gpu_kernel

CASES = [case for case in device_cases()
         if (get_op_def(case.op).inline_code or ".value").count(".value") == 0]
IDS = [case.id for case in CASES]
_BINARY = {"Add": tf.add, "AddV2": get_op_def("AddV2"), "Sub": tf.subtract, "Mul": tf.multiply,
           "RealDiv": tf.realdiv, "Less": tf.less, "LessEqual": tf.less_equal,
           "Greater": tf.greater, "GreaterEqual": tf.greater_equal}
_DTYPES = ("uint8", "int8", "int16", "int64", "float16", "float32", "float64", "complex64",
           "complex128")


def _torch_library() -> object:
    pytest.importorskip("torch")
    from tftutor.backends.torch_library import TorchLibrary

    return TorchLibrary("cpu")


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_inline_code_on_torch_gives_what_numpy_gives(case: OpCase) -> None:
    for run in runs_of(case):
        compare(run, run_inline(run, _torch_library()), case)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_inline_code_on_the_array_api_gives_what_numpy_gives(case: OpCase) -> None:
    for run in runs_of(case):
        compare(run, run_inline(run, StrictLibrary()), case)


def _binary_run(op_type: str, dtype: str) -> NodeRun | None:
    """A node whose operands broadcast and overflow; None where TensorFlow has no GPU kernel."""
    x = np.array([[100, 3, 0], [1, 127, 90]], dtype)
    y = np.array([2, 127, 5], dtype)
    with tf.Graph().as_default(), tf.Session() as session:
        try:
            z = _BINARY[op_type](tf.placeholder(dtype, x.shape), tf.placeholder(dtype, y.shape))
        except TypeError:
            return None
        memory = gpu_kernel(z.op)
        if memory is None or memory.is_all_host:
            return None
        values = session.run([*z.op._inputs, z], dict(zip(z.op._inputs, (x, y), strict=True)))
    return NodeRun(z.op, memory, values[:2], values[2:])


@pytest.mark.parametrize("dtype", _DTYPES)
@pytest.mark.parametrize("op_type", _BINARY)
def test_operator_on_torch_gives_what_numpy_gives_for_each_dtype(op_type: str, dtype: str) -> None:
    run = _binary_run(op_type, dtype)
    if run is None:
        pytest.skip("TensorFlow has no GPU kernel for this dtype")
    case = OpCase(op_type, _BINARY[op_type])
    compare(run, run_inline(run, _torch_library()), case)  # type: ignore[arg-type]
