"""Every op case that TensorFlow can run on a GPU, in sessions with a GPU of each testable kind.

The whole way is walked: placement, copies in and out, kernels of the GPU's library, shapes and axes
in host memory.
"""

from __future__ import annotations

import pytest

from tests.backends.kernel_harness import device_cases
from tests.op_cases.op_case import OpCase
from tests.runtime.device_kinds import KINDS, use_gpus
from tests.test_op_cases import _check, _run

CASES = device_cases()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_op_on_a_gpu_gives_the_expected_value(case: OpCase, kind: str, monkeypatch) -> None:
    if kind == "torch":
        pytest.importorskip("torch")
    use_gpus(monkeypatch, kind)
    _check(case, *_run(case, known=True))
