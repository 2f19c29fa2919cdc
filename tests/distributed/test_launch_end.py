"""However the program that started a cluster ends, its tasks end too, within seconds."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.distributed.processes import comes_true, is_alive, is_free

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 5.0
START = """
import json, os, sys, time
import tftutor as tf
def start():
    global cluster
    cluster = tf.cluster.local(ps=1, worker=1)
def say():
    rows = cluster.status(5.0)
    print(json.dumps({row.pid: row.address for row in rows}), flush=True)
"""


@pytest.fixture
def notebook() -> Iterator[Any]:
    """Starts a program that starts a cluster; the program and {pid: address} of its tasks."""
    programs = []

    def run(text: str) -> tuple[subprocess.Popen[str], dict[int, str]]:
        program = subprocess.Popen([sys.executable, "-c", START + text], cwd=ROOT, text=True,
                                   stdout=subprocess.PIPE, start_new_session=True)
        programs.append(program)
        assert program.stdout is not None
        tasks = json.loads(program.stdout.readline())
        return program, {int(pid): address for pid, address in tasks.items()}

    yield run
    for program in programs:
        program.kill()
        program.wait()
        program.stdout.close()


def _are_gone(tasks: dict[int, str]) -> bool:
    return comes_true(lambda: not any(map(is_alive, tasks)) and all(map(is_free, tasks.values())),
                      SECONDS)


def test_a_killed_notebook_leaves_nothing(notebook: Any) -> None:
    program, tasks = notebook("start(); say(); time.sleep(60)")
    assert len(tasks) == 2 and all(map(is_alive, tasks))
    program.kill()
    assert _are_gone(tasks)


def test_a_program_that_ends_leaves_nothing(notebook: Any) -> None:
    program, tasks = notebook("start(); say()")
    assert program.wait(SECONDS) == 0
    assert _are_gone(tasks)


def test_tasks_that_run_a_cell_end_with_the_notebook(notebook: Any) -> None:
    program, tasks = notebook(
        "start(); cluster.start_cell('worker', 0, 'while True: pass'); say(); time.sleep(60)")
    program.kill()
    assert _are_gone(tasks)


@pytest.mark.skipif(not sys.platform.startswith("linux"),
                    reason="only Linux ends a process that can't run")
def test_a_frozen_task_ends_with_the_notebook(notebook: Any) -> None:
    program, tasks = notebook("start(); say(); time.sleep(60)")
    for pid in tasks:
        os.kill(pid, signal.SIGSTOP)
    program.kill()
    assert _are_gone(tasks)


def test_tasks_outlive_the_thread_that_started_them_but_not_its_program(notebook: Any) -> None:
    program, tasks = notebook("""
import threading
thread = threading.Thread(target=start)
thread.start(); thread.join(); time.sleep(0.3); say(); time.sleep(60)""")
    assert len(tasks) == 2 and all(map(is_alive, tasks))
    program.kill()
    assert _are_gone(tasks)


def test_an_interrupt_of_the_notebook_leaves_its_tasks_alone(notebook: Any) -> None:
    program, tasks = notebook("""start()
try:
    say()
    time.sleep(60)
except KeyboardInterrupt:
    say()""")
    os.killpg(program.pid, signal.SIGINT)
    assert {int(pid) for pid in json.loads(program.stdout.readline())} == set(tasks)
    assert program.wait(SECONDS) == 0 and _are_gone(tasks)


def test_a_restarted_kernel_leaves_nothing() -> None:
    pytest.importorskip("ipykernel", reason="a notebook's kernel needs ipykernel")
    manager = pytest.importorskip("jupyter_client.manager", reason="needs jupyter_client")
    kernel, client = manager.start_new_kernel(kernel_name="python3", cwd=str(ROOT))
    try:
        said: list[str] = []

        def listen(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                said.append(message["content"]["text"])

        client.execute_interactive(START + "start(); say()", output_hook=listen, timeout=60)
        line = next(text for text in said if text.startswith("{"))
        tasks = {int(pid): address for pid, address in json.loads(line).items()}
        assert len(tasks) == 2 and all(map(is_alive, tasks))
        client.execute_interactive("%%worker 0\nprint('in', job_name)", output_hook=listen,
                                   timeout=60)
        assert "in worker\n" in said
        kernel.restart_kernel(now=True)
        assert _are_gone(tasks)
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
