"""`tf.gpu_state()` and `tftutor smi` show the real GPUs."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tftutor as tf
from tftutor.backends.cuda_driver import cuda_devices

pytestmark = pytest.mark.gpu


@pytest.fixture(autouse=True)
def nvml() -> None:
    """The package that reads NVML."""
    pytest.importorskip("pynvml")


def test_the_gpus_are_those_of_the_driver() -> None:
    shown = {gpu.uuid: gpu for gpu in tf.gpu_state().visible}
    for device in cuda_devices():
        gpu = shown[device.uuid]
        assert gpu.name == device.name and not gpu.simulated
        assert str(gpu.bus_id).lower().endswith(device.bus_id)
        assert gpu.memory_total_mib == pytest.approx(device.total_memory >> 20, rel=0.1)


def _empty_pools(library: Any) -> None:
    """Give back what earlier tests have left."""
    gc.collect()
    if library.name == "torch":
        sys.modules["torch"].cuda.empty_cache()
    else:
        sys.modules["cupy"].get_default_memory_pool().free_all_blocks()


def test_memory_in_use_is_shown(library: Any) -> None:
    first = cuda_devices()[0].uuid

    def used() -> int:
        (gpu,) = (gpu for gpu in tf.gpu_state().gpus if gpu.uuid == first)
        return gpu.memory_used_mib or 0

    _empty_pools(library)
    before = used()
    value = library.from_host(np.ones((1024, 1024, 1536), np.uint8))
    library.synchronize()
    assert used() >= before + 1500
    assert library.nbytes(value) == 1536 << 20


def test_the_command_draws_the_table() -> None:
    done = subprocess.run([sys.executable, "-m", "tftutor", "smi"], capture_output=True, text=True,
                          cwd=Path(tf.__file__).parent.parent, timeout=120)
    assert done.returncode == 0, done.stderr
    for device in cuda_devices():
        assert device.name.split()[-1] in done.stdout
