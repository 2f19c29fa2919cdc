"""What README and binder/ promise is true: the example's output, the pinned environment."""
from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_readme_example_prints_what_it_says():
    text = (ROOT / "README.md").read_text()
    example = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert example
    promised = re.findall(r"^    (\S.*)$", text[example.end():text.index("## Run an existing")],
                          re.MULTILINE)
    run = subprocess.run([sys.executable, "-c", example[1]], capture_output=True, text=True,
                         env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert len(promised) == 3
    assert run.stdout.splitlines() == promised[:2], run.stderr
    assert run.returncode == 1 and promised[2] in run.stderr.splitlines()


@pytest.mark.parametrize(
    "wanted", PROJECT["dependencies"] + PROJECT["optional-dependencies"]["lab"])
def test_binder_pins_what_a_base_and_lab_install_needs(wanted):
    requirement = Requirement(wanted)
    pins = dict(line.strip().lower().replace("_", "-").split("==")
                for line in (ROOT / "binder" / "requirements.txt").read_text().splitlines()
                if line and not line.startswith("#"))
    assert requirement.specifier.contains(pins[requirement.name])


@pytest.mark.parametrize("name", ["binder/postBuild", "binder/start", ".ci/run",
                                  "tools/find_python.sh"])
@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
def test_script_is_executable_and_parses(name):
    assert os.access(ROOT / name, os.X_OK)
    shell = (ROOT / name).read_text().splitlines()[0].rsplit("/", 1)[-1].split()[-1]
    assert subprocess.run([shell, "-n", str(ROOT / name)]).returncode == 0


@pytest.mark.parametrize("readme", ["README.md", "tests/gpu/README.md"])
def test_extras_variables_targets_and_links_of_readmes_exist(readme):
    text = (ROOT / readme).read_text()
    extras = re.findall(r"install\s'?(?:-e '\.|tftutor)\[([\w-]+)\]", text)
    assert extras and set(extras) <= set(PROJECT["optional-dependencies"])
    code = "".join(path.read_text() for path in (ROOT / "tftutor").rglob("*.py"))
    assert [name for name in set(re.findall(r"TFTUTOR_\w+", text)) if f'"{name}"' not in code] == []
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^    make ([\w-]+)|`make ([\w-]+)", text, re.MULTILINE):
        assert f"\n{''.join(target)}:" in makefile, target
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / readme).parent.joinpath(link).exists(), link


def test_python_of_binder_is_supported():
    version = (ROOT / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]


def test_versions_agree():
    import tftutor

    assert tftutor.__tftutor_version__ == PROJECT["version"]
