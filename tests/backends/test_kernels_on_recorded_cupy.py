"""Kernels that TensorFlow has for GPUs, on CuPy's recorded surface played by NumPy."""

from __future__ import annotations

import pytest

from tests.backends import fake_cupy
from tests.backends.kernel_harness import check_node, device_cases, runs_of
from tests.op_cases.op_case import OpCase

CASES = device_cases()


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_kernel_on_cupys_surface_gives_what_numpy_gives(
        case: OpCase, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_cupy.install(monkeypatch)
    library = fake_cupy.fake_library()
    for run in runs_of(case):
        try:
            with library.activate():
                check_node(run, library, case)
        except fake_cupy.NotPlayed as unplayed:
            pytest.skip(f"NumPy can't play {unplayed}")
