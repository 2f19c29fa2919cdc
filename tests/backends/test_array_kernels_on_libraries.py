"""Array kernels on other libraries in situations beyond the op cases, against NumPy's kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tests.backends import fake_cupy
from tests.backends.kernel_harness import check_node, has_kernels_for_each_library, runs_of
from tests.backends.strict_library import StrictLibrary
from tests.op_cases.op_case import OpCase
from tftutor.backends.array_library import ArrayLibrary
from tftutor.framework.op_def import get_op_def


def _floats(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def _op(name: str) -> Callable[..., Any]:
    return get_op_def(name)


X = _floats(4, 5, 6)
BOXES = np.array([[0, 0, 1, 1], [0.2, 0.1, 0.7, 0.9], [-0.5, 0.5, 1.5, 0.2]], np.float32)
MANY_BOXES = np.random.default_rng(1).uniform(0, 1, (60, 4)).astype(np.float32)


def _case(op: str, build: Callable[..., Any], *inputs: Any, **more: Any) -> OpCase:
    return OpCase(op, build, list(inputs), **more)


CASES = {
    "slice backwards": _case("StridedSlice", lambda x: x[::-1, 3:0:-2, 1:5], X),
    "slice backwards with new axis": _case("StridedSlice", lambda x: x[None, ..., 1, ::-3], X),
    "slice beyond the ends": _case("StridedSlice", lambda x: x[-9:9, 9:-9:-1], X),
    "slice of nothing": _case("StridedSlice", lambda x: x[2:2, ::-1, 4:1], X),
    "slice of one item": _case("StridedSlice", lambda x: x[-1, 2, 3], X),
    "slice gradient backwards": _case(
        "StridedSliceGrad",
        lambda x: tf.gradients(x[::-1, None, 3:0:-2, -1] * x[:, None, :2, 0], x)[0], X),
    "gather nothing": _case("GatherV2", lambda x: tf.gather(x, np.zeros(0, np.int32), axis=1), X),
    "gather a scalar": _case("GatherV2", lambda x, i: tf.gather(x, i, axis=2), X, np.int64(3)),
    "gather a matrix": _case("GatherV2", lambda x, i: tf.gather(x, i, axis=-2), X,
                             np.array([[4, 0], [2, 2], [1, 3]], np.int32)),
    "gather in batches": _case(
        "GatherV2", lambda x, i: tf.gather(x, i, axis=2, batch_dims=1), X,
        np.array([[5, 0], [2, 2], [1, 3], [0, 0]], np.int32)),
    "gather in batches of two dimensions": _case(
        "GatherV2", lambda x, i: tf.gather(x, i, axis=2, batch_dims=2), X,
        np.random.default_rng(2).integers(0, 6, (4, 5, 2, 3)).astype(np.int64)),
    "gather whole tensors": _case("GatherNd", tf.gather_nd, X, np.zeros((3, 0), np.int32)),
    "gather items": _case("GatherNd", tf.gather_nd, X, np.array([[[0, 1, 2]], [[3, 4, 5]]])),
    "scatter slices": _case("ScatterNd", lambda i, u: tf.scatter_nd(i, u, [4, 3, 2]),
                            np.array([[1], [3], [1]], np.int32), _floats(3, 3, 2)),
    "scatter complex": _case("ScatterNd", lambda i, u: tf.scatter_nd(i, u, [4]),
                             np.array([[1], [1]]), np.array([1j, 2], np.complex64)),
    "scatter half": _case("ScatterNd", lambda i, u: tf.scatter_nd(i, u, [3]),
                          np.array([[1], [1]]), np.array([1, 2], np.float16)),
    "set slices": _case("TensorScatterUpdate", tf.tensor_scatter_update, X,
                        np.array([[1, 2], [3, 0]]), _floats(2, 6)),
    "stitch with a gap": _case(
        "DynamicStitch", lambda a, b: tf.dynamic_stitch([[[0, 4]], [4]], [a, b]),
        _floats(1, 2, 3), _floats(1, 3)),
    "stitch nothing": _case("DynamicStitch",
                            lambda a: tf.dynamic_stitch([np.zeros(0, np.int32)], [a]),
                            np.zeros((0, 2), np.float32)),
    "partition a matrix of items": _case(
        "DynamicPartition", lambda x, p: tf.dynamic_partition(x, p, 3), X,
        np.array([[0, 2, 2, 0, 0]] * 4, np.int32)),
    "where in a cube": _case("Where", tf.where, X > 0.5),
    "where nowhere": _case("Where", tf.where, X > 9),
    "diagonal of a wide matrix": _case("MatrixDiagPart", tf.matrix_diag_part, X),
    "diagonal into a wide matrix": _case("MatrixSetDiag", tf.matrix_set_diag, X, _floats(4, 5)),
    "diagonal into a tall matrix": _case("MatrixSetDiag", tf.matrix_set_diag, _floats(2, 5, 3),
                                         _floats(2, 3)),
    "diagonal with infinity": _case("Diag", tf.diag, np.array([1, np.inf, np.nan], np.float32)),
    "band of all above": _case("MatrixBandPart", lambda x: tf.matrix_band_part(x, 1, -1), X),
    "pad nothing": _case("Pad", lambda x: tf.pad(x, [[0, 0]] * 3), X),
    "pad with a number": _case("PadV2", lambda x: tf.pad(x, [[1, 0], [0, 2], [3, 3]],
                                                         constant_values=7.0), X),
    "reflect": _case("MirrorPad", lambda x: tf.pad(x, [[3, 3], [0, 4], [1, 0]], "REFLECT"), X),
    "symmetric": _case("MirrorPad", lambda x: tf.pad(x, [[4, 4], [0, 1], [6, 0]], "SYMMETRIC"), X),
    "reflect gradient": _case(
        "MirrorPadGrad", lambda x: _op("MirrorPadGrad")(x, [[1, 1], [2, 0], [1, 2]],
                                                        mode="REFLECT"), X),
    "symmetric gradient": _case(
        "MirrorPadGrad", lambda x: _op("MirrorPadGrad")(x, [[1, 1], [0, 1], [3, 0]],
                                                        mode="SYMMETRIC"), X),
    "reverse sequences": _case(
        "ReverseSequence", lambda x, n: tf.reverse_sequence(x, n, seq_axis=0, batch_axis=2), X,
        np.array([0, 1, 2, 3, 4, 4])),
    "wide bits as narrow": _case("Bitcast", lambda x: tf.bitcast(x, tf.int16), X[0].T.copy()),
    "narrow bits as wide": _case("Bitcast", lambda x: tf.bitcast(x, tf.complex64), _floats(3, 2)),
    "bits of a scalar": _case("Bitcast", lambda x: tf.bitcast(x, tf.uint8), np.float32(3)),
    "squeeze all": _case("Squeeze", tf.squeeze, _floats(1, 1)),
    "space to batch": _case(
        "SpaceToBatchND", lambda x: tf.space_to_batch_nd(x, [2, 3], [[1, 1], [2, 0]]),
        _floats(2, 4, 4, 3)),
    "sparse adjoint": _case(
        "SparseTensorDenseMatMul",
        lambda i, v, b: _op("SparseTensorDenseMatMul")(i, v, [3, 4], b, adjoint_a=True,
                                                       adjoint_b=True),
        np.array([[0, 1], [2, 3], [2, 1]]), _floats(3), _floats(5, 3)),
    "grow bilinear": _case("ResizeBilinear", lambda x: tf.image.resize_bilinear(x, [7, 9]),
                           _floats(2, 3, 4, 2)),
    "bilinear gradient": _case(
        "ResizeBilinearGrad",
        lambda x: tf.gradients(tf.image.resize_bilinear(x, [7, 2], align_corners=True), x)[0],
        _floats(2, 3, 4, 2)),
    "nearest gradient": _case(
        "ResizeNearestNeighborGrad",
        lambda x: tf.gradients(tf.image.resize_nearest_neighbor(x, [7, 2]) ** 2, x)[0],
        _floats(2, 3, 4, 2)),
    "crops": _case("CropAndResize",
                   lambda x, b: tf.image.crop_and_resize(x, b, [0, 1, 1], [3, 4],
                                                         extrapolation_value=2.5),
                   _floats(2, 5, 6, 3), BOXES),
    "nearest crops": _case("CropAndResize",
                           lambda x, b: tf.image.crop_and_resize(x, b, [0, 1, 1], [3, 4],
                                                                 method="nearest"),
                           _floats(2, 5, 6, 3), BOXES),
    "gradient of crops for the image": _case(
        "CropAndResizeGradImage",
        lambda x, b: tf.gradients(tf.image.crop_and_resize(x, b, [0, 1, 1], [3, 4]) ** 2, x)[0],
        _floats(2, 5, 6, 3), BOXES),
    "gradient of crops for the boxes": _case(
        "CropAndResizeGradBoxes",
        lambda x, b: tf.gradients(tf.image.crop_and_resize(x, b, [0, 1, 1], [3, 4]) ** 2, b)[0],
        _floats(2, 5, 6, 3), BOXES, rtol=1e-4, atol=1e-4),
    "suppression": _case(
        "NonMaxSuppressionV3",
        lambda b, s: tf.image.non_max_suppression(b, s, 40, 0.2, 0.1), MANY_BOXES,
        np.random.default_rng(3).uniform(0, 1, 60).astype(np.float32)),
    "patches": _case(
        "ExtractImagePatches",
        lambda x: tf.image.extract_image_patches(x, [1, 3, 2, 1], [1, 2, 1, 1], [1, 1, 2, 1],
                                                 "SAME"), _floats(2, 6, 7, 3)),
}


def _torch() -> ArrayLibrary:
    pytest.importorskip("torch")
    from tftutor.backends.torch_library import TorchLibrary

    return TorchLibrary("cpu")


def _check(case: OpCase, library: ArrayLibrary) -> None:
    runs = list(runs_of(case))
    assert runs
    for run in runs:
        check_node(run, library, case)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_array_kernel_on_torch_gives_what_numpy_gives(case: OpCase) -> None:
    _check(case, _torch())


GENERIC = {name: case for name, case in CASES.items() if not has_kernels_for_each_library(case.op)}


@pytest.mark.parametrize("case", GENERIC.values(), ids=GENERIC.keys())
def test_array_kernel_on_the_array_api_gives_what_numpy_gives(case: OpCase) -> None:
    _check(case, StrictLibrary())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_array_kernel_on_cupys_surface_gives_what_numpy_gives(
        case: OpCase, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_cupy.install(monkeypatch)
    library = fake_cupy.fake_library()
    with library.activate():
        _check(case, library)


# -- indices out of range: TensorFlow's GPU kernels don't refuse them -----------------------------

def _answer(op: str, inputs: list[Any], attrs: dict[str, Any]) -> np.ndarray:
    """What torch's kernel gives for inputs that are its own or the host's."""
    from tftutor.kernels import load_kernels

    library = _torch()
    load_kernels("torch")
    definition = get_op_def(op)
    kernel, params = definition.library_kernels.get(
        "torch", (definition.kernel_fn, definition.kernel_params))
    assert kernel is not None
    namespace = {"xp": library.xp} if "xp" in params else {}
    return library.to_host(kernel(*inputs, **namespace, **attrs))


def _tensor(*values: Any) -> list[Any]:
    return [_torch().from_host(value) for value in values]


BAD = np.array([1, -1, 7, 0], np.int32)


def test_gathering_rows_out_of_range_gives_zeros() -> None:
    table = _floats(3, 2)
    found = _answer("GatherV2", [*_tensor(table, BAD), np.int32(0)], {"batch_dims": 0})
    np.testing.assert_array_equal(found, [table[1], [0, 0], [0, 0], table[0]])


def test_gathering_from_an_empty_axis_gives_zeros() -> None:
    found = _answer("GatherV2", [*_tensor(np.ones((2, 0), np.float32), BAD), np.int32(1)],
                    {"batch_dims": 0})
    np.testing.assert_array_equal(found, np.zeros((2, 4)))


def test_gathering_in_batches_out_of_range_gives_zeros() -> None:
    table = _floats(2, 3)
    places = np.array([[2, 3], [-1, 0]], np.int32)  # 3 must not reach into the next batch
    found = _answer("GatherV2", [*_tensor(table, places), np.int32(1)], {"batch_dims": 1})
    np.testing.assert_array_equal(found, [[table[0, 2], 0], [0, table[1, 0]]])


def test_gathering_items_out_of_range_gives_zeros() -> None:
    table = _floats(3, 2)
    places = np.array([[0, 2], [2, 1], [-1, 1], [3, 0]])  # [0, 2] must not mean [1, 0]
    found = _answer("GatherNd", _tensor(table, places), {})
    np.testing.assert_array_equal(found, [0, table[2, 1], 0, 0])


@pytest.mark.parametrize("op, expected", [
    ("TensorScatterUpdate", [[9, 1], [2, 7], [4, 5]]),
    ("TensorScatterAdd", [[9, 1], [2, 10], [4, 5]]),
    ("TensorScatterSub", [[-9, 1], [2, -4], [4, 5]])])
def test_scattering_out_of_range_is_left_out(op: str, expected: Any) -> None:
    start = np.arange(6, dtype=np.float32).reshape(3, 2)
    places = np.array([[0, 0], [0, 2], [1, 1], [3, 0], [-1, 0]])
    found = _answer(op, _tensor(start, places, np.array([9, 8, 7, 6, 5], np.float32)), {})
    np.testing.assert_array_equal(found, expected)


def test_scattering_doesnt_write_its_inputs() -> None:
    start = _tensor(np.zeros((3, 2), np.float32))[0]
    _answer("TensorScatterAdd", [start, *_tensor(np.array([[1]]), np.ones((1, 2), np.float32))], {})
    assert not start.any()
