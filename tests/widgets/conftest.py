"""The fixture `lab`: JupyterLab in a headless browser, started once for all tests of widgets."""
from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _load(name):
    """A module beside this file, under its bare name."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def _shared_lab(chromium, tmp_path_factory):
    pytest.importorskip("jupyterlab")
    lab = _load("lab").Lab(chromium, tmp_path_factory.mktemp("lab"))
    yield lab
    lab.close()


@pytest.fixture
def lab(_shared_lab):
    """See lab.py. The test fails when the page reports an error that it doesn't expect."""
    _shared_lab.errors.clear()
    yield _shared_lab
    assert _shared_lab.errors == []
