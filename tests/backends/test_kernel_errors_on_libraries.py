"""What a kernel refuses on NumPy it refuses on every array library, in the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tests.backends.strict_library import StrictLibrary
from tftutor.framework.op_arguments import kernel_arguments
from tftutor.framework.op_def import get_op_def
from tftutor.runtime.binding import NodeBinder
from tftutor.runtime.kernel_registry import gpu_kernel
from tftutor.runtime.resources import ResourceManager

SINGULAR = np.array([[1, 2], [2, 4]], np.float32)
WIDE = np.array([[1, 2, 3]], np.float32)
VECTOR = np.array([1, 2, 3], np.float32)
LONG = np.array([1, -2, 3], np.int64)
IDS = np.array([0, 1, 7], np.int32)
COLUMN = np.array([[1], [1]], np.float32)
REFUSED: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "FloorDiv": (tf.floordiv, [LONG, LONG * 0]),
    "TruncateDiv": (tf.truncatediv, [LONG, LONG * 0]),
    "Pow": (tf.pow, [LONG, LONG]),
    "CheckNumerics-inf": (lambda x: tf.check_numerics(x, "found"), [VECTOR * np.float32(np.inf)]),
    "CheckNumerics-nan": (lambda x: tf.check_numerics(x, "found"), [VECTOR * np.float32(np.nan)]),
    "Sum-axis": (tf.reduce_sum, [VECTOR, np.int32(3)]),
    "ArgMax-axis": (tf.argmax, [VECTOR, np.int32(2)]),
    "ArgMax-empty": (tf.argmax, [VECTOR[:0], np.int32(0)]),
    "Cumsum-axis": (tf.cumsum, [VECTOR, np.int32(-2)]),
    "SegmentSum-order": (tf.segment_sum, [VECTOR, IDS[::-1].copy()]),
    "SegmentSum-length": (tf.segment_sum, [VECTOR, IDS[:2]]),
    "SegmentSum-negative": (tf.segment_sum, [VECTOR, IDS - 1]),
    "UnsortedSegmentSum-range": (tf.unsorted_segment_sum, [VECTOR, IDS, np.int32(3)]),
    "UnsortedSegmentMax-shape": (tf.unsorted_segment_max, [VECTOR, IDS[:2], np.int32(3)]),
    "Bincount-negative": (tf.bincount, [np.array([1, -1], np.int32)]),
    "HistogramFixedWidth": (lambda x, r: tf.histogram_fixed_width(x, r, 5),
                            [VECTOR, np.array([2, 2], np.float32)]),
    "MatMul": (get_op_def("MatMul"), [WIDE, WIDE]),
    "MatrixDeterminant": (tf.matrix_determinant, [WIDE]),
    "MatrixInverse": (tf.matrix_inverse, [SINGULAR]),
    "Cholesky": (tf.cholesky, [-SINGULAR]),
    "MatrixSolve": (tf.matrix_solve, [SINGULAR, COLUMN]),
    "MatrixSolve-rows": (tf.matrix_solve, [SINGULAR, WIDE]),
    "MatrixTriangularSolve": (tf.matrix_triangular_solve, [SINGULAR * 0, COLUMN]),
    "Lu": (tf.linalg.lu, [SINGULAR]),
}


def _message(action: Callable[[], Any]) -> str:
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        action()
    return caught.value.message.split("\n")[0].split("\t")[0].strip()


def _library(name: str) -> Any:
    if name == "array_api_strict":
        return StrictLibrary()
    pytest.importorskip("torch")
    from tftutor.backends.torch_library import TorchLibrary

    return TorchLibrary("cpu")


@pytest.mark.parametrize("library_name", ["torch", "array_api_strict"])
@pytest.mark.parametrize("name", REFUSED)
def test_kernel_refuses_on_a_library_in_the_words_it_has_on_numpy(name: str, library_name: str
                                                                 ) -> None:
    build, inputs = REFUSED[name]
    library = _library(library_name)
    with tf.Graph().as_default() as graph, tf.Session() as session:
        placeholders = [tf.placeholder(np.asarray(v).dtype, None) for v in inputs]
        build(*placeholders)
        feeds = dict(zip(placeholders, inputs, strict=True))
        op = next(op for op in graph.get_operations() if op.type == name.split("-")[0])
        expected = _message(lambda: session.run(op.outputs[0], feeds))
        values = session.run(list(op._inputs), feeds)
    memory = gpu_kernel(op)
    assert memory is not None
    with library.activate():
        given = [np.array(value) if on_host else library.from_host(value)
                 for value, on_host in zip(values, memory.host_inputs, strict=True)]
        kernel = NodeBinder(ResourceManager(), library=library).bind(op)
        arguments = kernel_arguments(op, given)
        assert _message(lambda: kernel.function(*arguments, **kernel.keywords)) == expected
