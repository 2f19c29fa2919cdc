"""Every exercise of every notebook: the solution printed in it is right."""
from __future__ import annotations

import re
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).parent.parent.parent
SOURCES = sorted((ROOT / "notebooks" / "src").glob("*.py"))
SOLUTION = re.compile(r"<details><summary>Solution</summary>.*?```python\n(.*?)```.*?</details>",
                      re.DOTALL)


def with_solutions(path):
    """The notebook with each solution put behind its stub, and how many exercises it has."""
    notebook = jupytext.read(path, fmt="py:percent")
    stubs = [number for number, cell in enumerate(notebook.cells)
             if "exercise" in cell.metadata.get("tags", [])]
    for number in stubs:
        solution = SOLUTION.search(notebook.cells[number - 1].source)
        assert solution, f"no solution before {notebook.cells[number].source!r}"
        notebook.cells[number].source += "\n" + solution[1]
    return notebook, len(stubs)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_solutions_are_correct(path, build_notebooks):
    notebook, count = with_solutions(path)
    assert 2 <= count <= 4
    build_notebooks.Client(notebook, ROOT / "notebooks").execute()
    printed = "".join(output.get("text", "") for cell in notebook.cells
                      if cell.cell_type == "code" for output in cell.outputs)
    assert re.findall(r"Exercise (\d): correct", printed) == [str(n + 1) for n in range(count)]
    assert "not answered yet" not in printed
