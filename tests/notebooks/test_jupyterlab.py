"""A student's first minutes: JupyterLab opens, Hello World runs and greets, a button answers."""
from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent.parent
NAME = "1.1_hello_world.ipynb"
GREETING = "Hello, TensorFlow!"
PREDICTION = 'Tensor("Mul:0", shape=(), dtype=float32)'
START_SECONDS = 90
RUN_SECONDS = 120


@pytest.fixture
def workspace(tmp_path):
    """A copy of the notebook without its outputs: what is seen later was computed in the test."""
    notebook = nbformat.read(ROOT / "notebooks" / NAME, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    folder = tmp_path / "notebooks"
    folder.mkdir()
    nbformat.write(notebook, folder / NAME)
    return folder


@pytest.fixture
def server(workspace, tmp_path):
    """JupyterLab on a free port, with a token and with settings of its own; yields its address."""
    port, token = _free_port(), secrets.token_hex(16)
    environment = os.environ | {
        f"JUPYTER{name}_DIR": str(tmp_path / name.lower())
        for name in ("_CONFIG", "_RUNTIME", "_DATA", "LAB_SETTINGS", "LAB_WORKSPACES")}
    _draw_every_cell(Path(environment["JUPYTERLAB_SETTINGS_DIR"]))
    log = tmp_path / "jupyter.log"
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
             "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0",
             f"--IdentityProvider.token={token}", f"--notebook-dir={workspace}"],
            env=environment, stdout=output, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(f"{address}/api/status?token={token}", process, log)
        yield f"{address}/lab/tree/{NAME}?token={token}"
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _draw_every_cell(settings):
    """Cells out of sight are usually not drawn; a picture taken right after scrolling is empty."""
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text('{"windowingMode": "none"}')


@pytest.mark.browser
def test_hello_world_runs_in_jupyterlab(chromium, server, workspace):
    page = chromium.new_page(viewport={"width": 1280, "height": 1000})
    page.goto(server)
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=START_SECONDS * 1000)
    _dismiss_notifications(page)
    page.locator(".jp-Notebook .jp-CodeCell").first.click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    shown = page.locator(".jp-OutputArea-output", has_text=GREETING).first
    shown.wait_for(timeout=RUN_SECONDS * 1000)
    notebook = _save_until_all_cells_ran(page, workspace / NAME)
    assert GREETING in shown.inner_text()
    _keep_picture(page, shown, "hello_world_in_jupyterlab.png")
    _answer_the_prediction(page)
    _keep_picture(page, page.locator(".tftutor-drawing img").first,
                  "prediction_in_jupyterlab.png")
    for cell in notebook.cells:
        failed = any(output.output_type == "error" for output in cell.get("outputs", []))
        assert failed == ("raises-exception" in cell.metadata.get("tags", [])), cell.source


def _answer_the_prediction(page):
    """Choose the right answer; what appears then went through the kernel and back."""
    right = page.get_by_text(PREDICTION, exact=True).first
    right.scroll_into_view_if_needed()
    right.click()
    page.get_by_text("Right: without a name").wait_for(timeout=RUN_SECONDS * 1000)


def _keep_picture(page, subject, name):
    """Keep a screenshot with `subject` on it, in the middle of the page."""
    subject.evaluate("element => element.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(500)
    box = subject.bounding_box()
    assert box and 0 <= box["y"] and box["y"] + min(box["height"], 200) <= 1000, box
    picture = ROOT / "artifacts" / name
    picture.parent.mkdir(exist_ok=True)
    page.screenshot(path=picture)
    assert picture.stat().st_size > 60_000  # an empty notebook area makes 25 kB


def _dismiss_notifications(page):
    """JupyterLab asks on its first start whether it may show news; say no if it does."""
    answer = page.get_by_role("button", name="No", exact=True)
    page.wait_for_timeout(1500)
    if answer.count():
        answer.first.click()


def _save_until_all_cells_ran(page, path):
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        page.keyboard.press("ControlOrMeta+s")
        page.wait_for_timeout(1000)
        notebook = nbformat.read(path, as_version=4)
        waiting = [cell.source for cell in notebook.cells if cell.cell_type == "code"
                   and cell.source.strip() and cell.execution_count is None]
        if not waiting:
            return notebook
        assert time.monotonic() < deadline, f"cells that did not finish: {waiting}"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(address, process, log):
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert process.poll() is None, f"JupyterLab ended:\n{log.read_text()}"
        assert time.monotonic() < deadline, f"JupyterLab does not answer:\n{log.read_text()}"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
