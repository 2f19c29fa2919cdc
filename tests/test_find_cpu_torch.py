"""tools/find_cpu_torch.sh: CI takes a CPU build of torch from a local folder, or none."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TAG = f"cp3{sys.version_info[1]}"
BUILD = f"torch-2.13.0+cpu-{TAG}-{TAG}-manylinux_2_28_{platform.machine()}.whl"

pytestmark = pytest.mark.skipif(not (ROOT / "tools").is_dir() or sys.platform != "linux",
                                reason="asks for Linux wheels, from a source checkout")


def _ask(folder: Path, *wheels: str) -> subprocess.CompletedProcess[str]:
    for wheel in wheels:
        (folder / wheel).touch()
    env = {**os.environ, "PIP_FIND_LINKS": f"/nowhere https://example.org {folder}"}
    return subprocess.run(["sh", "tools/find_cpu_torch.sh"], cwd=ROOT, env=env, text=True,
                          capture_output=True)


def test_a_cpu_build_is_found_with_a_python_that_can_use_it(tmp_path: Path) -> None:
    answer = _ask(tmp_path, BUILD)
    assert answer.returncode == 0, answer.stderr
    python, requirement = answer.stdout.splitlines()
    assert requirement == "torch==2.13.0+cpu"
    code = "import sys; print('cp%d%d' % sys.version_info[:2])"
    assert subprocess.check_output([python, "-c", code], text=True).strip() == TAG


@pytest.mark.parametrize("wheel", [
    BUILD.replace("+cpu", ""), BUILD.replace(TAG, "cp27"),
    BUILD.replace(platform.machine(), "other"), "nothing.txt"])
def test_other_builds_are_left_alone(tmp_path: Path, wheel: str) -> None:
    answer = _ask(tmp_path, wheel)
    assert answer.returncode != 0 and answer.stdout == ""
