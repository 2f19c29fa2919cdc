"""Build the committed notebooks from their py:percent sources, outputs included.

    python tools/build_notebooks.py [NAME ...]   run notebooks/src/NAME.py, store NAME.ipynb
    python tools/build_notebooks.py --check      compare sources and ids, run nothing

A source is reviewed as plain Python; a student opens the .ipynb, whose outputs are those of a
real run. Building twice gives the same file but for what the cells themselves compute: cell ids
come from the text of the cell, and timing, widget state and machine paths are dropped.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import zmq
from nbclient import NotebookClient
from nbclient.output_widget import OutputWidget

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
CELL_TIMEOUT = 120
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_TEXT = "[Run this cell to get its controls; the same follows below without them.]"
PANEL = "[Run this cell"  # how a panel of tftutor begins that has its drawing beside it
# A source writes a link to its notebook on Binder as `(binder:)`; only this line knows where.
BINDER = "https://mybinder.org/v2/gh/tftutor/tftutor/main?labpath=notebooks%2F{name}.ipynb"
KEPT_CELL_METADATA = {"tags", "nbgrader", "editable", "deletable", "jupyter"}
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def from_source(path: Path) -> Any:
    """The notebook of a py:percent source: no outputs, plain metadata, ids from the cells' text."""
    notebook = jupytext.read(path, fmt="py:percent")
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("(binder:)", f"({BINDER.format(name=path.stem)})")
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        cell.metadata = _kept(cell.metadata)
    return notebook


class _AwakeOutput(OutputWidget):
    """An Output widget after whose messages the kernel's reply is still noticed.

    jupyter_client 8 sends through a shadow of the asyncio socket. That may swallow the event of a
    reply that arrives then; nbclient 0.11 waits for CELL_TIMEOUT until it looks again. To ask the
    socket for its events makes it look at once.
    """

    def send(self, *args: Any, **keywords: Any) -> None:
        super().send(*args, **keywords)
        self.kernel_client.shell_channel.socket.get(zmq.EVENTS)


class Client(NotebookClient):
    """Runs a notebook in a directory."""

    def __init__(self, notebook: Any, directory: Path) -> None:
        # Coalescing joins what one print wrote in several messages, so that two builds are equal.
        super().__init__(notebook, timeout=CELL_TIMEOUT, kernel_name="python3",
                         coalesce_streams=True, resources={"metadata": {"path": str(directory)}})
        self.widget_registry["@jupyter-widgets/output"]["OutputModel"] = _AwakeOutput


def execute(notebook: Any, directory: Path) -> None:
    """Run all cells in `directory` and clean what the run left in the notebook."""
    Client(notebook, directory).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = _kept(cell.metadata)
        if cell.cell_type == "code":
            cell.outputs = [_clean_output(output, cell) for output in cell.outputs]


def to_text(notebook: Any) -> str:
    """The file's text: sorted keys, so that a diff shows changes only."""
    plain = nbformat.v4.writes(notebook)
    return json.dumps(json.loads(plain), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def check(source_dir: Path, target_dir: Path) -> list[str]:
    """Every complaint about the notebooks of `target_dir` against their sources; runs nothing."""
    sources = {path.stem: path for path in sorted(source_dir.glob("*.py"))}
    targets = {path.stem: path for path in sorted(target_dir.glob("*.ipynb"))}
    complaints = [f"{name}: no notebook, run `make notebooks NOTEBOOKS={name}`"
                  for name in sources.keys() - targets.keys()]
    complaints += [f"{name}: no source {source_dir.name}/{name}.py"
                   for name in targets.keys() - sources.keys()]
    for name in sorted(sources.keys() & targets.keys()):
        text = targets[name].read_text(encoding="utf-8")
        complaints += [f"{name}: {complaint}"
                       for complaint in _check_one(from_source(sources[name]), text)]
    return sorted(complaints)


def _check_one(expected: Any, text: str) -> list[str]:
    # Ids are counted in the raw file: nbformat repairs repeated ones while it reads.
    ids = Counter(cell.get("id") for cell in json.loads(text).get("cells", []))
    repeated = [str(cell_id) for cell_id, count in ids.items() if count > 1]
    if repeated:
        return [f"cell ids occur twice: {', '.join(repeated)}"]
    notebook = nbformat.reads(text, as_version=4)
    complaints = []
    if [_identity(cell) for cell in notebook.cells] != [_identity(c) for c in expected.cells]:
        complaints.append("differs from its source, run `make notebooks`")
    if dict(notebook.metadata) != METADATA:
        complaints.append("carries metadata of an editor or a widget")
    if text != to_text(notebook):
        complaints.append("is not written by tools/build_notebooks.py (order or layout)")
    unrun = [cell.id for cell in notebook.cells if cell.cell_type == "code"
             and cell.source.strip() and cell.execution_count is None]
    if unrun:
        complaints.append(f"cells were never run: {', '.join(unrun)}")
    headings = _top_headings(notebook)
    if headings != [0]:
        complaints.append(f"must have one top heading, in the first cell, but got {headings}")
    return complaints


def _identity(cell: Any) -> tuple[Any, ...]:
    return cell.get("id"), cell.cell_type, cell.source, json.dumps(cell.metadata, sort_keys=True)


def _top_headings(notebook: Any) -> list[int]:
    """The cell numbers of all `# ` headings outside code fences."""
    found = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            prose = re.sub(r"^```.*?^```", "", cell.source, flags=re.DOTALL | re.MULTILINE)
            found += [number] * len(re.findall(r"^# ", prose, flags=re.MULTILINE))
    return found


def _kept(metadata: Any) -> Any:
    return nbformat.from_dict(
        {key: metadata[key] for key in sorted(metadata) if key in KEPT_CELL_METADATA})


def _clean_output(output: Any, cell: Any) -> Any:
    """One output without machine paths and without a widget's reference to dropped state."""
    if WIDGET_VIEW in output.get("data", {}):
        if "nbval-ignore-output" not in cell.metadata.get("tags", []):
            raise SystemExit(f"A cell shows a widget and lacks the tag nbval-ignore-output:\n"
                             f"{cell.source}")
        del output["data"][WIDGET_VIEW]
        if not output["data"]["text/plain"].startswith(PANEL):
            output["data"]["text/plain"] = WIDGET_TEXT
    return _without_paths(output)


def _without_paths(value: Any) -> Any:
    if isinstance(value, str):
        value = value.replace(f"{ROOT}/", "").replace(str(ROOT), ".")
        if (home := str(Path.home())) != "/":
            value = value.replace(f"{home}/", "~/")
        return re.sub(r"/\S*/ipykernel_\d+/\d+\.py", "ipykernel/0.py", value)
    if isinstance(value, dict):
        return nbformat.from_dict({key: _without_paths(item) for key, item in value.items()})
    if isinstance(value, list):
        return [_without_paths(item) for item in value]
    return value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help="notebooks to build; all by default")
    parser.add_argument("--check", action="store_true", help="compare, run nothing")
    parser.add_argument("--source-dir", type=Path, default=NOTEBOOKS / "src")
    parser.add_argument("--target-dir", type=Path, default=NOTEBOOKS)
    arguments = parser.parse_args()
    if arguments.check:
        complaints = check(arguments.source_dir, arguments.target_dir)
        print("\n".join(complaints) or "notebooks: all belong to their sources")
        return 1 if complaints else 0
    names = [Path(name).stem if name.endswith((".py", ".ipynb")) else name
             for name in arguments.names]
    for name in names or sorted(path.stem for path in arguments.source_dir.glob("*.py")):
        notebook = from_source(arguments.source_dir / f"{name}.py")
        execute(notebook, arguments.target_dir)
        (arguments.target_dir / f"{name}.ipynb").write_text(to_text(notebook), encoding="utf-8")
        print(f"built {name}.ipynb")
    return 0


if __name__ == "__main__":
    sys.exit(main())
