"""The widgets' JavaScript, tested by node's own test runner."""
from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "js"
OLDEST_NODE = 20


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_javascript(name):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node isn't installed: the widgets' JavaScript is not tested")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    if int(re.match(r"v(\d+)", version)[1]) < OLDEST_NODE:
        pytest.skip(f"node {version.strip()} is older than {OLDEST_NODE}")
    run = subprocess.run([node, "--test", "--test-reporter=spec", HERE / name],
                         capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    assert int(re.search(r"^\S* ?tests (\d+)$", run.stdout, re.MULTILINE)[1]) > 0, run.stdout
