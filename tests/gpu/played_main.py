"""`python -m tests.gpu.played_main torch|cupy PROGRAM ...`: `tftutor run` with a played GPU."""

from __future__ import annotations

import sys

import pytest

from tests.backends import fake_cupy
from tests.gpu.machine import PlayedGpu, played_torch
from tftutor.backends import gpu_discovery
from tftutor.compat import cli


def main(library: str, arguments: list[str]) -> int:
    """Run a program; everything that TensorFlow would place on a GPU goes to the played one."""
    if library == "cupy":
        fake_cupy.install(pytest.MonkeyPatch())
    gpu = PlayedGpu(fake_cupy.fake_library if library == "cupy" else played_torch)
    gpu_discovery.discover_gpus = lambda: (gpu,)  # type: ignore[assignment]
    return cli.main(["run", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
