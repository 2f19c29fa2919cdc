"""A student's answers: the solutions printed in a notebook, put behind its exercises."""

from __future__ import annotations

import re

import nbformat

_SOLUTION = re.compile(r"<details><summary>Solution</summary>.*?```python\n(.*?)```.*?</details>",
                       re.DOTALL)


def answer_exercises(notebook: nbformat.NotebookNode) -> int:
    """Answer each exercise after the cell that says that it isn't answered; how many there are.

    A cell with the solution follows, then that other cell once more, and one that fails unless it
    has called the answer correct.
    """
    cells, count = [], 0
    for position, cell in enumerate(notebook.cells):
        cells.append(cell)
        stub = notebook.cells[position - 1]
        if position and "exercise" in stub.metadata.get("tags", []):
            count += 1
            solution = _SOLUTION.search(notebook.cells[position - 2].source)
            assert solution, f"no solution before {stub.source!r}"
            said = f"_said_{count}.stdout"
            cells += [_cell(f"{stub.source}\n{solution[1]}"),
                      _cell(f"%%capture _said_{count}\n{cell.source}"),
                      _cell(f"assert {said}.startswith('Exercise {count}: correct'), {said}")]
    notebook.cells = cells
    return count


def _cell(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, metadata={"tags": ["nbval-ignore-output"]})
