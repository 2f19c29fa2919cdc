"""Every committed notebook runs and gives the outputs stored in it; its solutions are correct."""
from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.notebooks.answers import answer_exercises

ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_notebooks_belong_to_their_sources(build_notebooks):
    assert NOTEBOOKS, "no notebook in notebooks/"
    assert build_notebooks.check(ROOT / "notebooks" / "src", ROOT / "notebooks") == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_gives_its_stored_outputs_and_has_correct_solutions(path, run_nbval, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    assert 2 <= answer_exercises(notebook) <= 4
    answered = tmp_path / path.name
    nbformat.write(notebook, answered)
    answer = run_nbval(answered)
    assert answer.returncode == 0, answer.stdout + answer.stderr
