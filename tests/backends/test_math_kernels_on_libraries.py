"""Mathematics on each array library beyond the op cases: dtypes, stacks, empty arrays, adjoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tests.backends.kernel_harness import (
    NodeRun,
    compare,
    has_kernels_for_each_library,
    run_node,
)
from tests.backends.strict_library import StrictLibrary
from tests.op_cases.op_case import OpCase, f32
from tftutor.framework.op_def import get_op_def
from tftutor.runtime.kernel_registry import gpu_kernel

WIDE = ("float32", "float64", "complex64", "complex128")
EMPTY = np.zeros((0, 3), np.float32)
IDS = np.array([[0, 3, -1], [3, 0, 2]], np.int64)
SORTED = np.array([0, 0, 2, 2, 2, 5], np.int32)


def _stack(dtype: str, *shape: int, seed: int = 0) -> np.ndarray:
    real = f32(*shape, seed=seed)
    if np.dtype(dtype).kind != "c":
        return real.astype(dtype)
    return (real + 1j * f32(*shape, seed=seed + 9)).astype(dtype)


def _positive(dtype: str) -> np.ndarray:
    x = _stack(dtype, 2, 3, 3)
    return x @ np.conj(np.swapaxes(x, -1, -2)) + np.eye(3, dtype=dtype)


_OF_MANY_DTYPES: dict[str, tuple[Callable[..., Any], str]] = {
    "Sum": (lambda x: tf.reduce_sum(x, [0, 2], keepdims=True), "float16 float32 int64 complex64"),
    "Mean": (lambda x: tf.reduce_mean(x, [0, 2]), "float16 float32 complex64"),
    "Prod": (lambda x: tf.reduce_prod(x, [0, 2]), "float16 float32 complex64"),
    "EuclideanNorm": (lambda x: tf.math.reduce_euclidean_norm(x, 1), "float16 float32 complex64"),
    "Cumprod": (lambda x: tf.cumprod(x, -1, exclusive=True, reverse=True), "float16 int64"),
    "Cumsum": (lambda x: tf.cumsum(x, 1, reverse=True), "float16 float64 int64"),
    "UnsortedSegmentSum": (lambda x: tf.unsorted_segment_sum(x, IDS, 4),
                           "float16 float32 int32 complex64"),
    "UnsortedSegmentProd": (lambda x: tf.unsorted_segment_prod(x, IDS, 4), "float16 float32 int32"),
    "UnsortedSegmentMax": (lambda x: tf.unsorted_segment_max(x, IDS, 5), "float16 float64 int32"),
    "UnsortedSegmentMin": (lambda x: tf.unsorted_segment_min(x, IDS, 5), "float16 float64 int32"),
    "SquaredDifference": (lambda x: tf.squared_difference(x, x[:, :1]), "float16 float64 int64"),
    "SqrtGrad": (lambda x: get_op_def("SqrtGrad")(x, x), "float16 float64"),
    "RsqrtGrad": (lambda x: get_op_def("RsqrtGrad")(x, x), "float16 float64"),
    "Pow": (lambda x: tf.pow(x, 2), "float16 float32 int64"),
    "Reciprocal": (tf.reciprocal, "float16 float32"),
}


def _cases() -> dict[str, tuple[Callable[..., Any], list[Any]]]:
    cases: dict[str, tuple[Callable[..., Any], list[Any]]] = {
        "Sum-none": (lambda x: tf.reduce_sum(x, []), [f32(2, 3)]),
        "Sum-repeated": (lambda x, a: tf.reduce_sum(x, a), [f32(2, 3), np.array([1, -1])]),
        "Mean-empty": (lambda x: tf.reduce_mean(x, 0), [EMPTY]),
        "Mean-nothing": (lambda x: tf.reduce_mean(x, 1), [EMPTY]),
        "Prod-empty": (lambda x: tf.reduce_prod(x, 0), [EMPTY]),
        "Min-empty": (lambda x: tf.reduce_min(x, 0, keepdims=True), [EMPTY]),
        "Max-empty-int64": (lambda x: tf.reduce_max(x, 0), [EMPTY.astype(np.int64)]),
        "All-none": (lambda x: tf.reduce_all(x, []), [f32(2, 3) > 0]),
        "ArgMin-ties": (lambda x: tf.argmin(x, -1, output_type=tf.int32), [np.zeros((2, 3))]),
        "UnsortedSegmentSum-empty": (tf.unsorted_segment_sum,
                                     [EMPTY, np.zeros(0, np.int32), np.int32(2)]),
        "SegmentSum-rows": (tf.segment_sum, [f32(6, 2, 2), SORTED]),
        "SegmentSum-empty": (tf.segment_sum, [EMPTY, np.zeros(0, np.int32)]),
        "Bincount-weights": (get_op_def("Bincount"),
                             [np.array([1, 3, 3, 9], np.int32), np.int32(5), f32(4)]),
        "HistogramFixedWidth-outer": (lambda x: tf.histogram_fixed_width(x, [-1.0, 1.0], 4),
                                      [f32(50)]),
        "Svd-values": (lambda x: tf.svd(x, compute_uv=False), [_stack("float32", 2, 3, 4)]),
        "Svd-full": (lambda x: _product(*tf.svd(x, full_matrices=True)), [f32(4, 4)]),
        "Cast-down": (lambda x: tf.cast(x, tf.int8), [np.array([300.7, -1.5, 99], np.float32)]),
        "Cast-imaginary": (lambda x: tf.cast(x, tf.float32), [_stack("complex64", 3)]),
        "Cast-bool": (lambda x: tf.cast(x, tf.bool), [np.array([0.0, 0.5], np.float32)]),
        "Complex-broadcast": (tf.complex, [f32(2, 1), f32(3, seed=1)]),
        "RFFT-cut": (lambda x: tf.signal.rfft(x, [5]), [f32(2, 8)]),
        "IRFFT2D-odd": (lambda x: tf.signal.irfft2d(x, [3, 5]), [_stack("complex64", 3, 3)]),
        "CumulativeLogsumexp-far": (tf.math.cumulative_logsumexp,
                                    [np.array([1000, -1000, 3, 1001], np.float32)]),
    }
    for name, (function, dtypes) in _OF_MANY_DTYPES.items():
        for dtype in dtypes.split():
            x = (_stack(dtype, 2, 3, 2) * 3).astype(dtype)
            cases[f"{name}-{dtype}"] = (function, [x])
    for dtype in WIDE:
        cases |= _linear_algebra(dtype)
    return cases


def _product(s: Any, u: Any, v: Any) -> Any:
    return tf.matmul(u * s, v, adjoint_b=True)


def _linear_algebra(dtype: str) -> dict[str, tuple[Callable[..., Any], list[Any]]]:
    x, rhs, positive = _stack(dtype, 2, 3, 3), _stack(dtype, 2, 3, 2, seed=3), _positive(dtype)
    return {
        f"MatrixDeterminant-{dtype}": (tf.matrix_determinant, [x]),
        f"LogMatrixDeterminant-{dtype}": (tf.linalg.slogdet, [x]),
        f"MatrixInverse-{dtype}": (lambda m: tf.matrix_inverse(m, adjoint=True), [x]),
        f"Cholesky-{dtype}": (tf.cholesky, [positive]),
        f"MatrixSolve-{dtype}": (lambda m, b: tf.matrix_solve(m, b, adjoint=True), [x, rhs]),
        f"MatrixTriangularSolve-lower-{dtype}": (tf.matrix_triangular_solve, [positive, rhs]),
        f"MatrixTriangularSolve-adjoint-{dtype}": (
            lambda m, b: tf.matrix_triangular_solve(m, b, lower=False, adjoint=True),
            [positive, rhs]),
        f"SelfAdjointEigV2-{dtype}": (tf.self_adjoint_eigvals, [positive]),
        f"Lu-stack-{dtype}": (tf.linalg.lu, [positive.real.astype(dtype)]),
        f"BatchMatMulV2-{dtype}": (
            lambda a, b: tf.matmul(a, b, adjoint_a=True), [x, rhs]),
        f"BatchMatMulV2-broadcast-{dtype}": (
            lambda a, b: tf.matmul(a, b, adjoint_b=True), [x[:, None], rhs[None, :, :2, :2][
                ..., [0, 1, 1]]]),
        f"MatMul-{dtype}": (lambda a, b: tf.matmul(a, b, transpose_b=True), [x[0], x[1]]),
        f"DivNoNan-{dtype}": (tf.div_no_nan, [x, np.round(x)]),
        f"Xlogy-{dtype}": (tf.math.xlogy, [np.round(x), x * x]),
    }


CASES = _cases()


def _run_of(op_type: str, build: Callable[..., Any], inputs: list[Any]) -> NodeRun:
    with tf.Graph().as_default() as graph, tf.Session() as session:
        placeholders = [tf.placeholder(np.asarray(v).dtype, np.shape(v)) for v in inputs]
        build(*placeholders)
        op = next(op for op in graph.get_operations() if op.type == op_type)
        values = session.run([*op._inputs, *op.outputs],
                             dict(zip(placeholders, inputs, strict=True)))
    memory = gpu_kernel(op)
    assert memory is not None, f"TensorFlow has no GPU kernel for {op.node_def}"
    return NodeRun(op, memory, values[:len(op._inputs)], values[len(op._inputs):])


def _check(name: str, library: Any) -> None:
    op_type = name.split("-")[0]
    build, inputs = CASES[name]
    run = _run_of(op_type, build, inputs)
    tolerance = 5e-3 if "float16" in name else 2e-5
    with library.activate():
        compare(run, run_node(run, library), OpCase(op_type, build, rtol=tolerance,
                                                    atol=tolerance))


@pytest.mark.parametrize("name", CASES)
def test_mathematics_on_torch_gives_what_numpy_gives(name: str) -> None:
    pytest.importorskip("torch")
    from tftutor.backends.torch_library import TorchLibrary

    _check(name, TorchLibrary("cpu"))


@pytest.mark.parametrize("name", [name for name in CASES if "float16" not in name
                                  and not has_kernels_for_each_library(name.split("-")[0])])
def test_mathematics_on_the_array_api_gives_what_numpy_gives(name: str) -> None:
    _check(name, StrictLibrary())


@pytest.mark.parametrize("dtype", WIDE)
def test_lu_on_torch_gives_factors_of_the_rows_it_names(dtype: str) -> None:
    pytest.importorskip("torch")
    from tftutor.backends.torch_library import TorchLibrary

    x = _stack(dtype, 2, 3, 4, 4)
    factors, order = run_node(_run_of("Lu", tf.linalg.lu, [x]), TorchLibrary("cpu"))
    lower = np.tril(factors, -1) + np.eye(4, dtype=dtype)
    assert order.dtype == np.int32
    np.testing.assert_allclose(lower @ np.triu(factors),
                               np.take_along_axis(x, order[..., None], axis=-2),
                               rtol=1e-4, atol=1e-4)
