"""Convolutions and poolings of many geometries on real GPUs.

PyTorch's CUDA kernels have faults of their own where channels are last in memory
(`kernels/torch/pool.py`), which its CPU kernels don't show.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.kernels import test_windows_on_libraries as windows

SEEDS = range(24)


@pytest.mark.parametrize("depth", [2, 3])
def test_convolutions_on_a_gpu(library: Any, depth: int) -> None:
    with library.activate():
        for seed in SEEDS:
            windows.test_convolution_and_its_gradients(library, depth, seed)


def test_convolutions_with_explicit_padding_on_a_gpu(library: Any) -> None:
    with library.activate():
        for seed in SEEDS:
            windows.test_convolution_with_explicit_padding(library, seed)


def test_depthwise_convolutions_on_a_gpu(library: Any) -> None:
    with library.activate():
        for seed in SEEDS:
            windows.test_depthwise_convolution_and_its_gradients(library, seed)


@pytest.mark.parametrize("depth", [2, 3])
def test_poolings_on_a_gpu(library: Any, depth: int) -> None:
    with library.activate():
        for seed in SEEDS:
            windows.test_pooling_and_its_gradients(library, depth, seed)
