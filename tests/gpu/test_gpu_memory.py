"""Discovery, memory limits and full memory, each in a process of its own: limits are for good."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

import tftutor
from tests.gpu.machine import LIBRARIES
from tftutor.backends.cuda_driver import cuda_devices

pytestmark = pytest.mark.gpu
ROOT = Path(tftutor.__file__).parent.parent


def _answer(code: str, library: str = "", **environ: str) -> Any:
    """What the code prints as JSON, in a new process."""
    if library:
        pytest.importorskip(library)
        environ["TFTUTOR_GPU_LIBRARY"] = library
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], text=True, capture_output=True, cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environ}, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_gpus_are_those_of_the_driver(library: str) -> None:
    found = _answer("""
        import json
        from tftutor.backends.gpu_discovery import discover_gpus
        print(json.dumps([[g.index, g.name, g.bus_id, g.total_memory, g.library_name,
                           g.library(0, None, False, 0)[0].name, g.free_memory()]
                          for g in discover_gpus()]))
        """, library)
    expected = cuda_devices()
    assert [row[:4] for row in found] == [[d.ordinal, d.name, d.bus_id, d.total_memory]
                                          for d in expected]
    assert all(row[4] == row[5] == library for row in found)
    assert all(0 < row[6] <= row[3] for row in found)


def test_nvml_names_the_same_gpus() -> None:
    nvml = pytest.importorskip("pynvml")
    nvml.nvmlInit()
    handles = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
    known = {(str(nvml.nvmlDeviceGetUUID(h)), str(nvml.nvmlDeviceGetName(h))) for h in handles}
    assert {(d.uuid, d.name) for d in cuda_devices()} <= known


def test_hidden_gpus_are_not_there() -> None:
    assert _answer("""
        import json, sys
        from tftutor.backends.gpu_discovery import discover_gpus
        print(json.dumps([len(discover_gpus()), 'torch' in sys.modules, 'cupy' in sys.modules]))
        """, CUDA_VISIBLE_DEVICES="-1") == [0, False, False]


@pytest.mark.parametrize("library", LIBRARIES)
def test_memory_beyond_the_limit_is_refused_and_recognised(library: str) -> None:
    assert _answer("""
        import json
        import numpy as np
        from tftutor.backends.gpu_discovery import discover_gpus, is_out_of_memory
        (gpu, *_) = discover_gpus()
        library, limit = gpu.library(0, 256 << 20, False, 0)
        small = library.from_host(np.ones(1 << 20, np.float32))
        refused = recognised = False
        try:
            with library.activate():
                library.xp.zeros((1 << 28,), dtype=library.xp.float32)
        except Exception as error:
            refused, recognised = True, is_out_of_memory(error)
        print(json.dumps([limit, refused, recognised, float(library.to_host(small).sum())]))
        """, library) == [256 << 20, True, True, float(1 << 20)]


@pytest.mark.parametrize("library", LIBRARIES)
def test_more_than_the_gpu_has_is_recognised(library: str) -> None:
    assert _answer("""
        import json
        from tftutor.backends.gpu_discovery import discover_gpus, is_out_of_memory
        (gpu, *_) = discover_gpus()
        library, limit = gpu.library(0, None, False, 0)
        try:
            with library.activate():
                library.xp.zeros((gpu.total_memory // 4 + (1 << 20),), dtype=library.xp.float32)
        except Exception as error:
            print(json.dumps([0 < limit <= gpu.total_memory, is_out_of_memory(error)]))
        """, library) == [True, True]


@pytest.mark.parametrize("library", LIBRARIES)
def test_sessions_tell_full_memory_as_tensorflow_does(library: str) -> None:
    error, after = _answer("""
        import json
        import numpy as np
        import tftutor as tf
        x = tf.placeholder(tf.float32, [None, 1])
        with tf.device('/gpu:0'):
            y = tf.matmul(x, x, transpose_b=True)
        options = tf.GPUOptions(per_process_gpu_memory_fraction=0.02)
        with tf.Session(config=tf.ConfigProto(gpu_options=options)) as sess:
            try:
                sess.run(tf.reduce_sum(y), {x: np.ones([1 << 17, 1])})
                error = 'none'
            except tf.errors.ResourceExhaustedError as e:
                error = str(e)
            after = float(sess.run(tf.reduce_sum(y), {x: np.ones([10, 1])}))
        print(json.dumps([error, after]))
        """, library)
    assert "MatMul" in error
    assert after == 100.0
