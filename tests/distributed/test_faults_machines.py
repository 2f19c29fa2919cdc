"""Cables between machines that are cut, and bad ones; with the real patience of 6 seconds.

A minute's cut takes two minutes and runs where TFTUTOR_TEST_LONG_CUTS=1 is set.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.distributed.bad_line import BadLine, Quality, need_bad_lines
from tests.distributed.faults import TRAINING
from tests.distributed.namespaces import Machines, Program, need_machines
from tests.distributed.processes import comes_true
from tftutor.compat.cli import main

PATIENCE = 6.0
PS, WORKER = "198.18.0.1:2222", "198.18.0.2:2222"
SPEC = {"ps": [PS], "worker": [WORKER]}
A_MINUTE = pytest.param(60.0, marks=pytest.mark.skipif(
    os.environ.get("TFTUTOR_TEST_LONG_CUTS") != "1",
    reason="takes two minutes: set TFTUTOR_TEST_LONG_CUTS=1"))

EVERY = 20      # steps there is a checkpoint in TRAINING

# A program that counts up a variable of the ps, again and again, and notes what came of it:
# [begun, ended, count, error].
COUNTING = """
import threading, time
import tftutor as tf
with tf.device("/job:ps/task:0"):
    count = tf.get_variable("count", [], tf.int64, initializer=tf.zeros_initializer(),
                            use_resource=False)
with tf.device("/job:worker/task:0"):
    one = tf.identity(count) * 0 + 1
back = count.assign_add(one)
with tf.device("/job:worker/task:0"):
    sent = tf.random_uniform([])
with tf.device("/job:ps/task:0"):
    forth = sent + 1.0
session = tf.Session(TARGET)
session.run(count.initializer)
seen, stop = [], threading.Event()
def work(fetch):
    while not stop.is_set():
        begun, value, error = time.time(), None, ""
        try:
            value = float(session.run(fetch))
        except tf.errors.OpError as raised:
            error = f"{type(raised).__name__}: {raised.message}"
        seen.append([begun, time.time(), value, error])
        time.sleep(0.005)
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A directory of keys."""
    need_machines()
    directory = tmp_path_factory.mktemp("keys") / "ours"
    assert main(["keys", "new", str(directory)]) == 0
    return str(directory)


class Site:
    """Machines with the tasks of a cluster on some of them."""

    def __init__(self, machines: Machines, keys: str) -> None:
        self.machines = machines
        self._keys = {"TFTUTOR_KEYS": keys}

    def serve(self, machine: str, job: str, spec: dict[str, list[str]]) -> Program:
        """Start a task."""
        program = self.machines[machine].start("server", "--job", job, "--cluster",
                                               json.dumps(spec), **self._keys)
        assert " serves at " in program.line(), program.errors()
        return program

    def program(self, machine: str, text: str) -> Program:
        """Start a program; `ask` it when it has come to the end of its text."""
        return self.machines[machine].program(text, **self._keys)


@pytest.fixture
def site(keys: str) -> Iterator[Callable[..., Site]]:
    """`site("a", "b")`: machines by name."""
    made: list[Machines] = []

    def make(*names: str) -> Site:
        made.append(Machines(*names).__enter__())
        return Site(made[-1], keys)

    yield make
    for machines in made:
        machines.close()


def count_from(site: Site, machine: str, target: str, fetch: str = "back",
               is_worker: bool = False) -> Program:
    """A program that counts, when it has made some steps."""
    server = f"server = tf.train.Server({SPEC}, 'worker', 0)\n" if is_worker else ""
    program = site.program(machine, f"import tftutor as tf\nTARGET = 'grpc://{target}'\n{server}"
                                    f"{COUNTING}\nthreading.Thread(target=work, args=({fetch},), "
                                    "daemon=True).start()")
    assert comes_true(lambda: program.ask("len(seen)") > 20, 10)
    return program


def steps_after(program: Program, when: float) -> list[Any]:
    """What came of the steps that ended after a time."""
    return program.ask(f"[each for each in seen if each[1] > {when}]")


def failures_after(program: Program, when: float) -> list[Any]:
    return [step for step in steps_after(program, when) if step[3]]


def works_again(program: Program, healed: float, seconds: float) -> bool:
    """Whether steps succeed again, all of the last ten, so many seconds after a cable is back."""
    return comes_true(
        lambda: len(last := steps_after(program, healed)[-10:]) == 10
        and not any(step[3] for step in last), seconds)


# -- between two machines -------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["ab", "ba"], ids=["the ps's end", "the worker's end"])
def test_a_cut_shorter_than_the_patience_delays_a_step_and_no_more(
        site: Callable[..., Site], end: str) -> None:
    here = site("a", "b")
    here.serve("a", "ps", SPEC)
    worker = count_from(here, "b", WORKER, is_worker=True)
    here.machines.cut(*end)
    cut = time.time()
    time.sleep(PATIENCE - 2)
    here.machines.heal(*end)
    assert works_again(worker, time.time(), 5)
    counts = [step[2] for step in worker.ask("seen")]
    assert counts == list(range(1, len(counts) + 1))        # each step once, none failed
    assert max(step[1] - step[0] for step in steps_after(worker, cut)) > PATIENCE - 2.5


@pytest.mark.parametrize("end", ["ab", "ba"], ids=["the ps's end", "the worker's end"])
@pytest.mark.parametrize("seconds", [8.0, A_MINUTE])
def test_a_longer_cut_is_unavailable_and_no_step_is_applied_twice(
        site: Callable[..., Site], seconds: float, end: str) -> None:
    here = site("a", "b")
    here.serve("a", "ps", SPEC)
    worker = count_from(here, "b", WORKER, is_worker=True)
    here.machines.cut(*end)
    cut = time.time()
    assert comes_true(lambda: failures_after(worker, cut) != [], PATIENCE + 2)
    first = failures_after(worker, cut)[0]
    time.sleep(max(0.0, cut + seconds - time.time()))
    here.machines.heal(*end)
    assert works_again(worker, time.time(), 5)

    # The program asks the ps, and the worker sends to it: who notices first is chance.
    assert re.fullmatch(r"UnavailableError: From /job:(ps|worker)/replica:0/task:0:\n"
                        rf"/job:ps/task:0 at {PS}: no heartbeat for [5-7] s", first[3])
    assert PATIENCE - 1.5 < first[1] - cut < PATIENCE + 1.5
    seen = worker.ask("seen")
    assert all(step[1] - step[0] < PATIENCE + 1.5 for step in seen)
    assert all(step[3].startswith("UnavailableError: ") for step in seen if step[3])
    counts = [step[2] for step in seen if not step[3]]
    # Of the steps that failed each may have been done, once.
    assert counts == sorted(set(counts)) and len(counts) <= counts[-1] <= len(seen)


def test_monitored_training_goes_on_after_a_cut(
        site: Callable[..., Site], tmp_path: pathlib.Path) -> None:
    here = site("a", "b")
    here.serve("a", "ps", SPEC)
    worker = here.program("b", f"""
import tftutor as tf
DIRECTORY, task_index = {str(tmp_path)!r}, 0
cluster = tf.train.ClusterSpec({SPEC})
server = tf.train.Server(cluster, "worker", 0)
{TRAINING}""")
    assert comes_true(lambda: worker.ask("len(seen)") > 30, 10)
    here.machines.cut("b", "a")
    time.sleep(PATIENCE + 2)
    stopped = worker.ask("len(seen)")
    here.machines.heal("b", "a")
    assert comes_true(lambda: worker.ask("len(seen)") > stopped + 20, 8)
    assert worker.ask("failed") == []
    steps = [step for _, step in worker.ask("seen")]
    # As in TensorFlow, the chief restores the last checkpoint: nothing is done twice after that.
    jumps = [(a, b) for a, b in zip(steps, steps[1:], strict=False) if b != a + 1]
    assert len(jumps) == 1 and jumps[0][0] - EVERY < jumps[0][1] <= jumps[0][0] + 2


def test_a_ps_restarted_during_a_cut_aborts_the_old_session(site: Callable[..., Site]) -> None:
    here = site("a", "b")
    ps = here.serve("a", "ps", SPEC)
    worker = count_from(here, "b", WORKER, is_worker=True)
    here.machines.cut("a", "b")
    cut = time.time()
    ps.end()
    here.serve("a", "ps", SPEC)
    assert comes_true(lambda: failures_after(worker, cut) != [], PATIENCE + 2)
    here.machines.heal("a", "b")
    assert comes_true(lambda: "AbortedError: " in worker.ask("seen[-1][3]"), 8)
    assert "AbortedError" not in failures_after(worker, cut)[0][3]
    assert all(step[3] for step in steps_after(worker, cut))        # not one by the old session


@pytest.mark.parametrize("direction", ["forward", "back"])
def test_a_slow_line_that_loses_packets_is_not_taken_for_dead(
        site: Callable[..., Site], direction: str) -> None:
    """In one direction packets take 50 ms, and each twentieth is lost."""
    need_bad_lines()
    here = site("a", "b")
    a, b = here.machines
    with BadLine(a, b, **{direction: Quality(0.05, 0.05)}) as line:
        here.serve("a", "ps", SPEC)
        worker = count_from(here, "b", WORKER, is_worker=True)
        assert comes_true(lambda: worker.ask("len(seen)") > 40 and line.lost > 3, 30)
        counts = [step[2] for step in worker.ask("seen")]
        assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("direction", ["forward", "back"])
def test_a_line_that_carries_nothing_in_one_direction_is_noticed(
        site: Callable[..., Site], direction: str) -> None:
    """One of the two still hears all that the other says, but not that it is heard."""
    need_bad_lines()
    here = site("a", "b")
    a, b = here.machines
    with BadLine(a, b) as line:
        here.serve("a", "ps", SPEC)
        worker = count_from(here, "b", WORKER, is_worker=True)
        line.change(**{direction: Quality(loss=1.0)})
        cut = time.time()
        assert comes_true(lambda: failures_after(worker, cut) != [], PATIENCE + 2)
        line.change()
        assert works_again(worker, time.time(), 8)
        first = failures_after(worker, cut)[0]
        assert f"/job:ps/task:0 at {PS}: no heartbeat for" in first[3]
        counts = [step[2] for step in worker.ask("seen") if not step[3]]
        assert counts == sorted(set(counts)) and counts[-1] <= worker.ask("len(seen)")


# -- the master reaches both, they don't reach each other -----------------------------------------


@pytest.mark.parametrize(("fetch", "end", "who", "whom"), [
    ("back", "bc", "ps", "worker/task:0 at 198.18.0.3:2222"),
    ("forth", "bc", "worker", "ps/task:0 at 198.18.0.2:2222"),
], ids=["from the ps", "from the worker"])
def test_a_cut_between_ps_and_worker_is_told_to_a_master_that_reaches_both(
        site: Callable[..., Site], fetch: str, end: str, who: str, whom: str) -> None:
    spec = {"ps": ["198.18.0.2:2222"], "worker": ["198.18.0.3:2222"]}
    here = site("a", "b", "c")
    here.serve("b", "ps", spec)
    here.serve("c", "worker", spec)
    master = count_from(here, "a", spec["ps"][0], fetch)
    here.machines.cut(*end)
    cut = time.time()
    time.sleep(PATIENCE + 6)
    here.machines.heal(*end)
    assert works_again(master, time.time(), 8)
    failed = failures_after(master, cut)
    assert failed and all(step[1] - step[0] < 10 for step in steps_after(master, cut))
    assert re.fullmatch(f"UnavailableError: From /job:{who}/replica:0/task:0:\n/job:{whom}: "
                        "no heartbeat for [5-7] s", failed[0][3])
    # The next one has to connect first; the reason is another, who and whom are the same.
    assert {step[3].split(": no ")[0] for step in failed} == {failed[0][3].split(": no ")[0]}
