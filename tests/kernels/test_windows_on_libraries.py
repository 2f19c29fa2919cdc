"""Convolutions and poolings of many geometries: torch and the array API against NumPy.

Lengths, windows, strides, dilations and paddings are drawn; so are small whole numbers for values,
which make ties in max pooling frequent and sums exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.backends.strict_library import StrictLibrary
from tftutor.framework.op_def import get_op_def
from tftutor.kernels import load_kernels
from tftutor.ops.nn_window import Window, assemble, runtime_window


@pytest.fixture(params=["torch", "array_api_strict"])
def library(request: Any) -> Any:
    """An array library other than NumPy."""
    if request.param == "torch":
        pytest.importorskip("torch")
        from tftutor.backends.torch_library import TorchLibrary

        return TorchLibrary("cpu")
    return StrictLibrary()


def _kernel_of(op_type: str, library_name: str) -> Any:
    definition = get_op_def(op_type)
    found = definition.library_kernels.get(library_name)
    return found or (definition.kernel_fn, definition.kernel_params)


def _check_alike(library: Any, op_type: str, inputs: list[Any], attrs: dict[str, Any]) -> None:
    """Compare a kernel's answer on `library` with NumPy's; whole numbers stay on the host."""
    load_kernels(library.name)
    expected = _kernel_of(op_type, "numpy")[0](*inputs, **attrs)
    function, params = _kernel_of(op_type, library.name)
    given = [library.from_host(a) if a.dtype.kind == "f" else a for a in inputs]
    keywords = {**attrs, "xp": library.xp} if "xp" in params else attrs
    found = library.to_host(function(*given, **keywords))
    assert found.dtype == expected.dtype and found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


class _Draw:
    """One drawn geometry in `depth` spatial dimensions."""

    def __init__(self, seed: int, depth: int, dilated: bool) -> None:
        random = np.random.RandomState(seed)
        self.random = random
        self.data_format = random.choice([("NHWC", "NCHW"), ("NDHWC", "NCDHW")][depth - 2])
        self.padding = random.choice(["SAME", "VALID"])
        self.dtype = random.choice([np.float32, np.float64])
        self.lengths, self.windows = [], []
        for _ in range(depth):
            size, stride = (int(n) for n in random.randint(1, 4, 2))
            dilation = int(random.randint(1, 3)) if dilated and stride == 1 else 1
            length = int(random.randint((size - 1) * dilation + 1, 9))
            self.lengths.append(length)
            self.windows.append(runtime_window(length, size, stride, dilation, self.padding))

    def numbers(self, *shape: int) -> np.ndarray:
        """Small whole numbers."""
        return self.random.randint(-3, 4, shape).astype(self.dtype)

    def activation(self, batch: int, positions: list[int], channels: int) -> np.ndarray:
        """An array in the drawn data format."""
        return self.numbers(*assemble(self.data_format, batch, positions, channels))

    def per_axis(self, values: list[int]) -> list[int]:
        """An attribute: 1 for batch and channels."""
        return list(assemble(self.data_format, 1, values, 1))

    def outputs(self) -> list[int]:
        """The number of windows along each axis."""
        return [w.outputs for w in self.windows]

    def of_windows(self, what: str) -> list[int]:
        """Sizes, strides or dilations."""
        return [getattr(w, what) for w in self.windows]


@pytest.mark.parametrize("depth", [2, 3])
@pytest.mark.parametrize("seed", range(12))
def test_convolution_and_its_gradients(library: Any, depth: int, seed: int) -> None:
    draw = _Draw(seed, depth, dilated=True)
    batch, channels, outs = (int(n) for n in draw.random.randint(1, 4, 3))
    x = draw.activation(batch, draw.lengths, channels)
    kernel = draw.numbers(*draw.of_windows("size"), channels, outs)
    grad = draw.activation(batch, draw.outputs(), outs)
    attrs: dict[str, Any] = {
        "strides": draw.per_axis(draw.of_windows("stride")), "padding": draw.padding,
        "data_format": draw.data_format,
        "dilations": draw.per_axis(draw.of_windows("dilation"))}
    names = ["Conv3D", "Conv3DBackpropInputV2", "Conv3DBackpropFilterV2"]
    if depth == 2:
        attrs["explicit_paddings"] = []
        names = ["Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter"]
    shapes = [np.array(a.shape, np.int32) for a in (x, kernel)]
    for name, inputs in zip(names, ([x, kernel], [shapes[0], kernel, grad], [x, shapes[1], grad]),
                            strict=True):
        _check_alike(library, name, inputs, attrs)


@pytest.mark.parametrize("seed", range(8))
def test_convolution_with_explicit_padding(library: Any, seed: int) -> None:
    draw = _Draw(seed, 2, dilated=False)
    pads = [(int(a), int(b)) for a, b in draw.random.randint(0, 4, (2, 2))]
    windows: list[Window] = [runtime_window(n, w.size, w.stride, 1, "EXPLICIT", pair) for n, w, pair
                             in zip(draw.lengths, draw.windows, pads, strict=True)]
    explicit = [n for pair in assemble(draw.data_format, (0, 0), pads, (0, 0)) for n in pair]
    x = draw.activation(2, draw.lengths, 3)
    kernel = draw.numbers(*draw.of_windows("size"), 3, 2)
    grad = draw.activation(2, [w.outputs for w in windows], 2)
    attrs = {"strides": draw.per_axis(draw.of_windows("stride")), "padding": "EXPLICIT",
             "explicit_paddings": explicit, "data_format": draw.data_format,
             "dilations": [1, 1, 1, 1]}
    shapes = [np.array(a.shape, np.int32) for a in (x, kernel)]
    _check_alike(library, "Conv2D", [x, kernel], attrs)
    _check_alike(library, "Conv2DBackpropInput", [shapes[0], kernel, grad], attrs)
    _check_alike(library, "Conv2DBackpropFilter", [x, shapes[1], grad], attrs)


@pytest.mark.parametrize("seed", range(12))
def test_depthwise_convolution_and_its_gradients(library: Any, seed: int) -> None:
    draw = _Draw(seed, 2, dilated=True)
    batch, channels, multiplier = (int(n) for n in draw.random.randint(1, 4, 3))
    x = draw.activation(batch, draw.lengths, channels)
    kernel = draw.numbers(*draw.of_windows("size"), channels, multiplier)
    grad = draw.activation(batch, draw.outputs(), channels * multiplier)
    attrs = {"strides": draw.per_axis(draw.of_windows("stride")), "padding": draw.padding,
             "data_format": draw.data_format,
             "dilations": draw.per_axis(draw.of_windows("dilation"))}
    shapes = [np.array(a.shape, np.int32) for a in (x, kernel)]
    name = "DepthwiseConv2dNative"
    _check_alike(library, name, [x, kernel], attrs)
    _check_alike(library, f"{name}BackpropInput", [shapes[0], kernel, grad], attrs)
    _check_alike(library, f"{name}BackpropFilter", [x, shapes[1], grad], attrs)


def _pool_cases() -> Iterator[tuple[int, int]]:
    for depth in (2, 3):
        for seed in range(16):
            yield depth, seed


@pytest.mark.parametrize("depth,seed", list(_pool_cases()))
def test_pooling_and_its_gradients(library: Any, depth: int, seed: int) -> None:
    draw = _Draw(seed, depth, dilated=False)
    batch, channels = (int(n) for n in draw.random.randint(1, 4, 2))
    x = draw.activation(batch, draw.lengths, channels)
    grad = draw.activation(batch, draw.outputs(), channels)
    attrs = {"ksize": draw.per_axis(draw.of_windows("size")),
             "strides": draw.per_axis(draw.of_windows("stride")), "padding": draw.padding,
             "data_format": draw.data_format}
    tail = "3D" if depth == 3 else ""
    shape = np.array(x.shape, np.int32)
    y = _kernel_of(f"MaxPool{tail}", "numpy")[0](x, **attrs)
    _check_alike(library, f"MaxPool{tail}", [x], attrs)
    _check_alike(library, f"MaxPool{tail}Grad", [x, y, grad], attrs)
    _check_alike(library, f"MaxPool{tail}GradGrad", [x, y, draw.numbers(*x.shape)], attrs)
    _check_alike(library, f"AvgPool{tail}", [x], attrs)
    _check_alike(library, f"AvgPool{tail}Grad", [shape, grad], attrs)
