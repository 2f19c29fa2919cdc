"""Cells that run inside a task: `cluster.run_cell` and the magics `%%worker 0`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.processes import comes_true
from tftutor.distributed.launch.cells import Cells
from tftutor.distributed.launch.magics import run_cells

TRAIN = """
with tf.Graph().as_default():
    with tf.device("/job:ps/task:0"):
        total = tf.get_variable("total", [], initializer=tf.zeros_initializer())
        add = total.assign_add(task_index + 1.0)
    with tf.Session(server.target) as session:
        if task_index == 0:
            session.run(total.initializer)
        print(session.run(add))
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with tf.cluster.local(ps=1, worker=2) as running:
        yield running


def test_a_between_graph_program_uses_the_tasks_own_server(cluster: Any) -> None:
    assert [cluster.run_cell("worker", index, TRAIN, 20) for index in range(2)] == [
        "1.0\n", "3.0\n"]


def test_variables_stay_from_cell_to_cell_and_the_last_value_is_shown(cluster: Any) -> None:
    cluster.run_cell("worker", 1, "mine = [task_index]", 10)
    assert cluster.run_cell("worker", 1, "mine", 10) == "[1]\n"
    with pytest.raises(tf.cluster.CellError, match="NameError"):
        cluster.run_cell("worker", 0, "mine", 10)


def test_an_error_has_the_lines_of_the_cell_and_none_of_ours(cluster: Any) -> None:
    with pytest.raises(tf.cluster.CellError) as caught:
        cluster.run_cell("worker", 0, "def divide(x):\n    return 1 / x\ndivide(0)", 10)
    text = str(caught.value)
    assert "in worker:0" in text and "return 1 / x" in text and "ZeroDivisionError" in text
    assert "cells.py" not in text


def test_a_cell_that_cannot_be_parsed_says_so(cluster: Any) -> None:
    with pytest.raises(tf.cluster.CellError, match="SyntaxError"):
        cluster.run_cell("worker", 0, "1 +", 10)


def test_a_cell_finds_an_empty_input(cluster: Any) -> None:
    assert cluster.run_cell("worker", 0, "import sys; sys.stdin.read()", 10) == "''\n"


def test_a_cell_can_be_interrupted_and_its_task_goes_on(cluster: Any) -> None:
    run = cluster.start_cell("worker", 0, "import time\nprint('on', flush=True)\ntime.sleep(60)")
    assert comes_true(lambda: run.output == "on\n", 5.0) and not run.is_done
    cluster.interrupt("worker", 0)
    with pytest.raises(tf.cluster.CellError, match="KeyboardInterrupt"):
        run.wait(5.0)
    assert cluster.run_cell("worker", 0, "1 + 1", 10) == "2\n"


def test_a_cluster_stops_in_good_order_while_cells_run() -> None:
    with tf.cluster.local(ps=1, worker=1) as running:
        run = running.start_cell("worker", 0, "import time\nprint('on')\ntime.sleep(60)")
        assert comes_true(lambda: run.output == "on\n", 10.0)
    with pytest.raises(tf.cluster.CellError, match="KeyboardInterrupt"):
        run.wait(5.0)
    assert "Exception in thread" not in running.logs("worker", 0)
    assert [row.state for row in running.status(0.1)] == ["ended (exit code 0)"] * 2


def test_what_a_thread_prints_after_its_cell_does_no_harm(cluster: Any) -> None:
    cluster.run_cell("worker", 0, "import sys, threading, time\n"
                     "def late(out):\n  time.sleep(0.2)\n  print('late', file=out, flush=True)\n"
                     "thread = threading.Thread(target=late, args=[sys.stdout])\nthread.start()",
                     10)
    assert cluster.run_cell("worker", 0, "thread.join(); 1 + 1", 10) == "2\n"


def test_waiting_has_a_limit(cluster: Any) -> None:
    run = cluster.start_cell("worker", 0, "import time; time.sleep(0.5)")
    with pytest.raises(TimeoutError, match="worker:0 still runs after 0.05 s"):
        run.wait(0.05)
    assert run.wait(10.0).is_done


def test_a_cell_whose_task_is_killed_ends_with_that(cluster: Any) -> None:
    run = cluster.start_cell("worker", 1, "import time; time.sleep(60)")
    cluster.kill("worker", 1)
    with pytest.raises(tf.cluster.CellError, match=r"the task ended \(SIGKILL\)"):
        run.wait(5.0)
    cluster.restart("worker", 1)


def test_a_cell_whose_task_is_restarted_ends(cluster: Any) -> None:
    run = cluster.start_cell("worker", 1, "import time; time.sleep(60)")
    cluster.restart("worker", 1)
    with pytest.raises(tf.cluster.CellError):
        run.wait(5.0)


def test_the_magic_marks_the_lines_of_several_tasks(cluster: Any, capsys: Any) -> None:
    run_cells(cluster, "worker", "0,1", "print('a'); print('b')")
    assert sorted(capsys.readouterr().out.splitlines()) == [
        "[worker:0] a", "[worker:0] b", "[worker:1] a", "[worker:1] b"]


def test_the_magic_raises_what_all_tasks_say(cluster: Any) -> None:
    with pytest.raises(tf.cluster.CellError, match=r"(?s)in worker:0.*in worker:1"):
        run_cells(cluster, "worker", "all", "raise ValueError(task_index)")


def test_the_magic_can_go_on_at_once(cluster: Any, capsys: Any) -> None:
    run, = run_cells(cluster, "worker", "1 --nowait", "print(task_index)")
    run.wait(5.0)
    printed: list[str] = []
    assert comes_true(lambda: printed.append(capsys.readouterr().out) or any(printed), 5.0)
    assert "".join(printed) == "1\n"


@pytest.mark.parametrize("line", ["", "2", "x", "0 9", "-1"])
def test_the_magic_names_the_tasks_there_are(cluster: Any, line: str) -> None:
    with pytest.raises(ValueError, match=r"%%worker takes indices of its tasks \(0, 1\)"):
        run_cells(cluster, "worker", line, "1")


def test_a_notebook_has_a_magic_for_each_job(cluster: Any, monkeypatch: Any, capsys: Any) -> None:
    pytest.importorskip("IPython", reason="a notebook's magics need IPython")
    from IPython.core.interactiveshell import InteractiveShell

    from tftutor.distributed.launch.magics import offer_magics

    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    offer_magics(cluster)
    shell.run_cell_magic("ps", "0", "print(job_name, task_index)")
    assert capsys.readouterr().out == "ps 0\n"


@pytest.fixture
def shell(monkeypatch: Any) -> Any:
    """A notebook's shell; `shell.request` is what the browser has sent."""
    pytest.importorskip("IPython", reason="a notebook's magics need IPython")
    from IPython.core.interactiveshell import InteractiveShell

    made = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: made)
    monkeypatch.setattr("tftutor.distributed.launch.cell_clusters._started", {})
    monkeypatch.setattr("tftutor.distributed.launch.magics._clusters", [])

    def cell(name: str | None, time: str) -> None:
        made.get_parent = lambda: {"header": {"msg_id": time},
                                   "metadata": {"cellId": name} if name else {}}

    made.cell = cell
    return made


def test_the_magic_means_the_newest_cluster_that_runs(shell: Any, capsys: Any) -> None:
    with tf.cluster.local(ps=0, worker=1) as first:
        with tf.cluster.local(ps=0, worker=2):
            shell.run_cell_magic("worker", "1", "print(cluster.num_tasks('worker'))")
        shell.run_cell_magic("worker", "0", "print(cluster.num_tasks('worker'))")
        assert capsys.readouterr().out == "2\n1\n"
        assert not first.is_stopped and "target" in repr(first)
    assert first.is_stopped and repr(first) == "<LocalCluster worker=1, stopped>"
    with pytest.raises(tf.cluster.LaunchError, match="^no cluster with a job 'worker' runs: it has "
                                                     "been stopped, and tf.cluster.local"):
        shell.run_cell_magic("worker", "0", "1")


def test_a_cell_that_is_run_again_ends_its_cluster_of_the_time_before(shell: Any, capsys: Any
                                                                      ) -> None:
    shell.cell("a", "1")
    first, second = (tf.cluster.local(ps=1, worker=0) for _ in range(2))
    shell.cell("b", "2")
    other = tf.cluster.local(ps=1, worker=0)
    assert not first.is_stopped and not second.is_stopped  # one run may start several
    shell.cell("a", "3")
    third = tf.cluster.local(ps=1, worker=0)
    assert [each.is_stopped for each in (first, second, other, third)] == [True, True, False, False]
    assert capsys.readouterr().out == (
        "The cluster that this cell had started before has been stopped: <LocalCluster ps=1, "
        "stopped>\n") * 2
    shell.cell(None, "4")
    with tf.cluster.local(ps=1, worker=0):  # who runs it isn't known
        assert not third.is_stopped
    other.stop()
    third.stop()


def test_cells_run_in_turn_until_the_end() -> None:
    said: list[dict[str, Any]] = []
    cells = Cells({"x": 1}, lambda **event: said.append(event))
    cells.put(1, "x += 1")
    cells.put(2, "x")
    cells.end()
    import sys

    before = sys.modules["__main__"]
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", io.StringIO())
            cells.serve()
    finally:
        sys.modules["__main__"] = before
    assert [event for event in said if event["event"] == "done"] == [
        {"event": "done", "number": 1, "error": None},
        {"event": "done", "number": 2, "error": None}]
    assert "".join(event["text"] for event in said if event["event"] == "output") == "2\n"
