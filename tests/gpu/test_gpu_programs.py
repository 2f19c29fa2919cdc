"""Programs as TF1 courses have them, on a GPU: they print what TF 1.15 prints on a CPU.

Nothing in them names a device, so that all that can goes to the GPU. Sums are in another order
there: numbers are compared to three digits.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.gpu.machine import LIBRARIES
from tests.test_programs import (
    NAMES,
    PROGRAMS,
    SOURCE,
    TOLERANCES,
    arguments,
    differences,
    lines_of,
)

RTOL = 1e-3
PLAYED = ["cnn_raw", "control_flow", "kmeans_raw", "rnn_dynamic"]
FILES = {"save_restore", "monitored_session", "tfrecords", "tensorboard_advanced",
         "tensorboard_basic"}  # checkpoints, records or events: need google-crc32c


def _check(name: str, command: list[str], directory: Path, **environ: str) -> None:
    path = PROGRAMS / f"{name}.py"
    done = subprocess.run(
        [sys.executable, "-m", *command, str(path), *arguments(path)],
        capture_output=True, text=True, cwd=directory, timeout=300,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(directory),
             "TF_CPP_MIN_LOG_LEVEL": "3", **environ})
    assert done.returncode == 0, done.stderr
    expected = (PROGRAMS / f"{name}.txt").read_text()
    rtol = max(RTOL, TOLERANCES.get(name, (0,))[0])
    found = differences(lines_of(expected), lines_of(done.stdout), rtol)
    assert not found, "\n".join(found) + done.stderr


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", PLAYED)
def test_program_on_a_played_gpu_prints_what_tensorflow_prints(
        name: str, library: str, tmp_path: Any) -> None:
    if library == "torch":
        pytest.importorskip("torch")
    _check(name, ["tests.gpu.played_main", library], tmp_path)


@pytest.mark.gpu
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", NAMES)
def test_program_on_a_gpu_prints_what_tensorflow_prints(
        name: str, library: str, tmp_path: Any) -> None:
    if not importlib.util.find_spec(library):
        pytest.skip(f"{library} is not installed")
    if name in FILES:
        pytest.importorskip("google_crc32c")
    _check(name, ["tftutor", "run"], tmp_path, TFTUTOR_GPU_LIBRARY=library)
