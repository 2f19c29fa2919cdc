"""The widgets' JavaScript, tested by node's own test runner."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tftutor.inspection.quantities import bytes_text, micros_text
from tftutor.widgets import es_modules

HERE = Path(__file__).parent / "js"
OLDEST_NODE = 20


def _node():
    node = shutil.which("node")
    if node is None:
        pytest.skip("node isn't installed: the widgets' JavaScript is not tested")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    if int(re.match(r"v(\d+)", version)[1]) < OLDEST_NODE:
        pytest.skip(f"node {version.strip()} is older than {OLDEST_NODE}")
    return node


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_javascript(name):
    run = subprocess.run([_node(), "--test", "--test-reporter=spec", HERE / name],
                         capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    assert int(re.search(r"^\S* ?tests (\d+)$", run.stdout, re.MULTILINE)[1]) > 0, run.stdout


def test_numbers_in_panels_are_written_as_in_drawings():
    sizes = [0, 1023, 1024, 31360, 5_830_000, 3 << 30, 5 << 40]
    times = [0.25, 1, 12.34, 4567.8, 2e6]
    common = Path(es_modules.__file__).parent / "static" / "common.js"
    code = (f"import {{formatBytes, formatMicros}} from {json.dumps(common.as_uri())};"
            f"console.log(JSON.stringify([{sizes}.map(formatBytes), {times}.map(formatMicros)]))")
    run = subprocess.run([_node(), "--input-type=module", "-e", code], capture_output=True,
                         text=True, timeout=60, check=True)
    assert json.loads(run.stdout) == [[bytes_text(size) for size in sizes],
                                      [micros_text(time) for time in times]]
