"""Fixtures of the notebook tests, and the loud count of browser tests that were skipped."""
from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
_QUIET = "TF_CPP_MIN_LOG_LEVEL"  # set by scripts that earlier tests have run; notebooks speak


def load(path: Path):
    """A script as a module, so that tests call the functions of tools/ without a package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


browser = load(HERE / "browser.py")


@pytest.fixture(scope="session")
def build_notebooks():
    """The module tools/build_notebooks.py."""
    return load(ROOT / "tools" / "build_notebooks.py")


@pytest.fixture(scope="session")
def run_nbval():
    """nbval(notebook) in a process of its own, free of this project's pytest settings."""
    def run(notebook: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-c", str(HERE / "nbval.ini"),
             "--rootdir", str(notebook.parent), "-p", "no:cacheprovider",
             "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120",
             "--nbval-sanitize-with", str(HERE / "sanitize.cfg"), str(notebook)],
            cwd=notebook.parent, capture_output=True, text=True,
            env={name: value for name, value in os.environ.items() if name != _QUIET})

    return run


def pytest_terminal_summary(terminalreporter):
    skipped = [report for report in terminalreporter.stats.get("skipped", [])
               if browser.MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"BROWSER TESTS SKIPPED: {len(skipped)} ({browser.MISSING})", red=True, bold=True)
