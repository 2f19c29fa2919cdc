"""A JupyterLab in a headless browser, for tests of the widgets: one server and one page for all.

    nb = lab.run(["import tftutor as tf", "tf.explore('gpus', simulated=2)"])
    nb.output(1).locator(".tft-panel").wait_for()
    nb.picture("gpu_monitor.png")                 # artifacts/gpu_monitor.png
    lab.reopen(nb, trusted=False)                 # as a visitor sees it
    lab.reopen(nb, kernel=False)                  # nothing runs
    page = lab.html(nb)                           # nbconvert's HTML

Opening a notebook closes the one before. What the page reports as an error fails the test at its
end (conftest.py), unless the test empties `lab.errors`.
"""
from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat.sign import NotebookNotary

ROOT = Path(__file__).parent.parent.parent
ARTIFACTS = ROOT / "artifacts"
START_SECONDS = 90
RUN_SECONDS = 120
VIEWPORT = {"width": 1280, "height": 1000}
_LOAD = "!document.querySelector('#jupyterlab-splash') && window.jupyterapp !== undefined"
_SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight are drawn too
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
# What JupyterLab itself logs as errors, whatever a notebook shows.
_KNOWN_ERRORS = re.compile(r"favicon|Failed to load resource|ResizeObserver loop|model not found"
                           r"|Could not find widget model|ERR_INTERNET|ERR_NAME_NOT|widget model"
                           r"|Canceled future|MathJax|of null \(reading 'kernel'\)")


class Lab:
    """The server and its page. Use the fixture `lab`."""

    def __init__(self, browser, folder: Path) -> None:
        self.folder = folder / "notebooks"
        self.folder.mkdir()
        self.errors: list[str] = []
        self._browser = browser
        self._port, self._token = _free_port(), secrets.token_hex(16)
        self._log = folder / "jupyter.log"
        data = Path(_environment(folder)["JUPYTER_DATA_DIR"])
        data.mkdir()
        self._notary = NotebookNotary(data_dir=str(data))  # as `jupyter trust`
        self._server = self._start(folder)
        self._page = None
        self._opened: Opened | None = None
        self._count = 0

    # -- opening notebooks -----------------------------------------------------------------------

    def run(self, cells: list[str], theme: str = "light", may_fail: bool = False,
            save_widgets: bool = False) -> Opened:
        """A new notebook of these code cells, run to its end in a kernel of its own, saved.

        With `save_widgets` the widgets' state is saved, too, as a setting of JupyterLab does.

        A cell that begins with `%%markdown` is one of text. Raises: AssertionError with the
        traceback when a cell fails, unless cells `may_fail`; then the next ones run nevertheless.
        """
        notebook = nbformat.v4.new_notebook(cells=[
            nbformat.v4.new_markdown_cell(cell.partition("\n")[2])
            if cell.startswith("%%markdown") else nbformat.v4.new_code_cell(cell)
            for cell in cells])
        if may_fail:
            for cell in notebook.cells:
                cell.metadata["tags"] = ["raises-exception"]
        opened = self.run_notebook(notebook, theme)
        if save_widgets:
            opened.save_widgets()
        return opened

    def run_notebook(self, notebook, theme: str = "light") -> Opened:
        """The same for a notebook made elsewhere; outputs that it has are dropped."""
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3",
                                           "language": "python"}
        opened = self._open(notebook, theme)
        opened.run_all()
        return opened

    def reopen(self, opened: Opened, *, trusted: bool = True, kernel: bool = True,
               theme: str = "light") -> Opened:
        """What `opened` saved, opened again: by someone who doesn't trust it, or with no kernel.

        With a kernel it is a fresh one, in which nothing has run.
        """
        notebook = opened.notebook()
        # JupyterLab signs what it saves; a copy that differs has nobody's signature.
        notebook.metadata["copied"] = secrets.token_hex(4)
        return self._open(notebook, theme, kernel=kernel, trusted=trusted)

    def html(self, opened: Opened):
        """nbconvert's HTML of what `opened` saved, as a page; close it when done."""
        html, _ = HTMLExporter().from_filename(str(opened.path))
        path = opened.path.with_suffix(".html")
        path.write_text(html, encoding="utf-8")
        page = self._browser.new_page(viewport=VIEWPORT)
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        return page

    def close(self) -> None:
        if self._page is not None:
            self._page.close()
        self._server.terminate()
        try:
            self._server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def _open(self, notebook, theme: str, kernel: bool = True, trusted: bool = True) -> Opened:
        self._count += 1
        path = self.folder / f"widgets_{self._count}.ipynb"
        nbformat.write(notebook, path)
        if trusted:
            self._notary.sign(nbformat.read(path, as_version=4))
        if self._opened is not None:
            self._opened.close()
        self._opened = Opened(self.page, path)
        self._opened.theme(theme)
        self._opened.open(kernel)
        return self._opened

    # -- the server and its page -----------------------------------------------------------------

    @property
    def page(self):
        """The one page of JupyterLab."""
        if self._page is None:
            self._wait_for_server()
            page = self._browser.new_page(viewport=VIEWPORT)
            page.set_default_timeout(30_000)
            page.on("pageerror", lambda error: self._note(str(error)))
            page.on("console", lambda message: self._note(message.text)
                    if message.type == "error" else None)
            page.goto(f"http://127.0.0.1:{self._port}/lab?token={self._token}")
            page.wait_for_function(_LOAD, timeout=START_SECONDS * 1000)
            page.evaluate("""async () => {
                await window.jupyterapp.restored;
                window.jupyterapp.shell.collapseLeft();
            }""")
            self._page = page
        return self._page

    def _note(self, text: str) -> None:
        if not _KNOWN_ERRORS.search(text):
            self.errors.append(text)

    def _start(self, folder: Path) -> subprocess.Popen:
        environment = _environment(folder)
        for plugin, values in _SETTINGS.items():
            path = Path(environment["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab" / (
                f"{plugin}.jupyterlab-settings")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        with open(self._log, "wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
                 "--expose-app-in-browser", "--ip=127.0.0.1", f"--port={self._port}",
                 "--ServerApp.port_retries=0", f"--IdentityProvider.token={self._token}",
                 f"--notebook-dir={self.folder}"],
                env=environment, stdout=output, stderr=subprocess.STDOUT)

    def _wait_for_server(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        address = f"http://127.0.0.1:{self._port}/api/status?token={self._token}"
        while True:
            assert self._server.poll() is None, f"JupyterLab ended:\n{self._log.read_text()}"
            assert time.monotonic() < deadline, f"no answer:\n{self._log.read_text()}"
            with contextlib.suppress(urllib.error.URLError, OSError):
                with urllib.request.urlopen(address, timeout=5):
                    return
            time.sleep(0.2)


class Opened:
    """A notebook in the page."""

    def __init__(self, page, path: Path) -> None:
        self.page = page
        self.path = path

    @property
    def root(self):
        """The notebook's own part of the page."""
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def cell(self, number: int):
        """The cell of this number, from 0."""
        return self.root.locator(".jp-Notebook .jp-Cell").nth(number)

    def output(self, number: int):
        """All outputs of a cell."""
        return self.cell(number).locator(".jp-Cell-outputArea")

    def text(self, number: int) -> str:
        """What can be read in a cell's outputs."""
        return self.output(number).inner_text()

    def run_all(self) -> None:
        """Run every cell, wait until they have ended or one has failed, and save."""
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function("""() => {
            const cells = [...window.jupyterapp.shell.currentWidget.content.widgets]
                .map(cell => cell.model).filter(model => model.type === 'code');
            const failed = model => !model.getMetadata('tags')?.includes('raises-exception')
                && model.outputs.toJSON().some(output => output.output_type === 'error');
            return cells.some(failed) || cells.every(model => model.executionCount !== null
                || !model.sharedModel.getSource().trim());
        }""", timeout=RUN_SECONDS * 1000)
        self.save_when_run()

    def set_source(self, number: int, source: str) -> None:
        """Write something else into a cell."""
        self.page.evaluate("""([number, source]) => window.jupyterapp.shell.currentWidget.content
            .widgets[number].model.sharedModel.setSource(source)""", [number, source])

    def start_cell(self, number: int) -> None:
        """Start to run one cell."""
        self.page.evaluate("""number => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            notebook.deselectAll();
            notebook.activeCellIndex = number;
            window.jupyterapp.commands.execute('notebook:run-cell');
        }""", number)

    def run_cell(self, number: int) -> None:
        """Run one cell (again), wait until it has ended, and save."""
        count = self._execution_count(number)
        self.start_cell(number)
        self.page.wait_for_function("""([number, count]) =>
            ![null, count].includes(window.jupyterapp.shell.currentWidget.content
                .widgets[number].model.executionCount)""",
            arg=[number, count], timeout=RUN_SECONDS * 1000)
        self.save_when_run()

    def _execution_count(self, number: int) -> int | None:
        return self.page.evaluate("""number => window.jupyterapp.shell.currentWidget.content
            .widgets[number].model.executionCount""", number)

    def wait_until_idle(self) -> None:
        """Until no cell runs and the kernel has nothing to do."""
        self.page.wait_for_function("""() => {
            const panel = window.jupyterapp.shell.currentWidget;
            return panel.sessionContext.session?.kernel?.status === 'idle'
                && [...panel.content.widgets].every(
                    cell => cell.model.executionState !== 'running');
        }""", timeout=RUN_SECONDS * 1000)

    def save_when_run(self) -> None:
        """Save when all is done. Raises: AssertionError for a cell that failed and may not."""
        self.wait_until_idle()
        self.save()
        for cell in self.notebook().cells:
            errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
            if errors and "raises-exception" not in cell.metadata.get("tags", []):
                raise AssertionError(f"{cell.source}\n{_plain(errors[0].traceback)}")

    def save(self) -> None:
        self.page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")

    def save_widgets(self) -> None:
        """Save with the state of the widgets."""
        toggle = ("window.jupyterapp.commands.execute("
                  "'@jupyter-widgets/jupyterlab-manager:saveWidgetState')")
        self.page.evaluate(toggle)
        self.save()
        self.page.evaluate(toggle)
        assert "widgets" in self.notebook().metadata

    def notebook(self):
        """What was saved."""
        return nbformat.read(self.path, as_version=4)

    def theme(self, name: str) -> None:
        """"light" or "dark", for the whole page."""
        title = f"JupyterLab {name.capitalize()}"
        self.page.evaluate("""async title => {
            if (document.body.dataset.jpThemeName !== title) {
                await window.jupyterapp.commands.execute('apputils:change-theme', {theme: title});
            }
        }""", title)
        self.page.wait_for_function(  # the splash covers the page while the theme loads
            """title => document.body.dataset.jpThemeName === title
                && !document.querySelector('#jupyterlab-splash')""", arg=title)

    def picture(self, name: str, number: int | None = None) -> Path:
        """A screenshot in artifacts/: of the window, or of one cell's outputs."""
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / name
        if number is None:
            self.page.screenshot(path=path)
        else:
            self.output(number).scroll_into_view_if_needed()
            self.output(number).screenshot(path=path)
        assert path.stat().st_size > 2_000, f"{name} is empty"
        return path

    def shut_kernel_down(self) -> None:
        """End the kernel; the notebook stays open."""
        self.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def open(self, kernel: bool) -> None:
        """Open it in the page, with a new kernel or without any."""
        self.page.evaluate("""([path, kernel]) => {
            window.jupyterapp.commands.execute('docmanager:open', {path, factory: 'Notebook',
                ...(kernel ? {} : {kernelPreference: {shouldStart: false, canStart: false}})});
        }""", [self.path.name, kernel])
        self.page.wait_for_function("""([name, kernel]) => {
            const panel = window.jupyterapp.shell.currentWidget;
            return panel?.context?.path === name && panel.context.isReady
                && panel.content.widgets.length > 0
                && (kernel || !panel.sessionContext.session?.kernel)
                && (!kernel || panel.sessionContext.session?.kernel?.status === 'idle');
        }""", arg=[self.path.name, kernel], timeout=START_SECONDS * 1000)

    def close(self) -> None:
        """Save, end the kernel and close the notebook, and a dialog that a failed test left."""
        for dialog in self.page.locator(".jp-Dialog").all():
            dialog.press("Escape")
        self.page.evaluate("""async path => {
            const app = window.jupyterapp;
            for (const panel of [...app.shell.widgets('main')]) {
                if (panel.context?.path !== path) continue;
                await panel.context.save();
                if (panel.sessionContext.session) await panel.sessionContext.shutdown();
                panel.dispose();
            }
        }""", self.path.name)


def _plain(traceback: list[str]) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(traceback))


def _environment(folder: Path) -> dict[str, str]:
    """Jupyter's own settings, kept out of the user's; no messages or networks of a library."""
    directories = {f"JUPYTER{name}_DIR": str(folder / name.lower()) for name in (
        "_CONFIG", "_RUNTIME", "_DATA", "LAB_SETTINGS", "LAB_WORKSPACES")}
    return os.environ | directories | {"JUPYTER_PLATFORM_DIRS": "1", "PYTHONPATH": os.pathsep.join(
        filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
