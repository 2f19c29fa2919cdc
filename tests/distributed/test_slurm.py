"""Slurm's variables say which task a process is. (No Slurm runs here: the variables are its.)"""

from __future__ import annotations

import pytest

import tftutor as tf
from tftutor.distributed.launch.slurm import expand_hosts

STEP = {"SLURM_JOB_ID": "31234", "SLURM_STEP_NODELIST": "n[08-09],gpu1",
        "SLURM_STEP_TASKS_PER_NODE": "2(x2),1"}


@pytest.mark.parametrize(("text", "hosts"), [
    ("node1", ["node1"]), ("a,b.c", ["a", "b.c"]),
    ("n[08-10,12],gpu1", ["n08", "n09", "n10", "n12", "gpu1"]),
    ("r[1-2]n[1-2]-x", ["r1n1-x", "r1n2-x", "r2n1-x", "r2n2-x"]), ("", []),
])
def test_lists_of_machines_are_written_out(text: str, hosts: list[str]) -> None:
    assert list(expand_hosts(text)) == hosts


@pytest.mark.parametrize(("rank", "node", "job", "index"), [
    (0, 0, "ps", 0), (1, 0, "worker", 0), (3, 1, "worker", 2), (4, 2, "worker", 3)])
def test_every_process_finds_its_task_and_the_same_addresses(rank: int, node: int, job: str,
                                                             index: int) -> None:
    task = tf.cluster.from_slurm(
        environ={**STEP, "SLURM_PROCID": str(rank), "SLURM_NODEID": str(node)})
    assert (task.job, task.index) == (job, index)
    assert task.cluster.as_dict() == {
        "ps": ["n08:21234"],
        "worker": ["n08:21235", "n09:21234", "n09:21235", "gpu1:21234"]}


def test_jobs_and_ports_may_be_chosen() -> None:
    task = tf.cluster.from_slurm(ps=2, jobs={"chief": 1}, port=8888,
                                 environ={**STEP, "SLURM_PROCID": "4"})
    assert task.is_chief and task.cluster.as_dict() == {
        "ps": ["n08:8888", "n08:8889"], "worker": ["n09:8888", "n09:8889"],
        "chief": ["gpu1:8888"]}


def test_the_tasks_of_one_machine_need_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_PROCID", "1")
    monkeypatch.setenv("SLURM_JOB_NODELIST", "n08")
    monkeypatch.setenv("SLURM_TASKS_PER_NODE", "2")
    monkeypatch.delenv("SLURM_STEP_NODELIST", raising=False)
    task = tf.cluster.from_slurm(port=8888)
    assert task.cluster.as_dict() == {"ps": ["127.0.0.1:8888"], "worker": ["127.0.0.1:8889"]}


@pytest.mark.parametrize(("changed", "text"), [
    ({"SLURM_PROCID": ""}, "SLURM_PROCID isn't set: is this a process that srun has started?"),
    ({"SLURM_STEP_TASKS_PER_NODE": "2"},
     "SLURM_STEP_NODELIST and SLURM_STEP_TASKS_PER_NODE should say which processes are where, but "
     "are 'n[08-09],gpu1' and '2'"),
    ({"SLURM_PROCID": "1", "SLURM_NODEID": "1"},
     "process 1 should be on n08, but Slurm has put it on another node; start the processes with "
     "srun --distribution=block"),
])
def test_what_slurm_did_not_say_is_named(changed: dict[str, str], text: str) -> None:
    with pytest.raises(ValueError) as caught:
        tf.cluster.from_slurm(environ={**STEP, "SLURM_PROCID": "0", **changed})
    assert str(caught.value) == text


def test_numbers_that_do_not_fit_are_counted() -> None:
    with pytest.raises(ValueError, match="^Slurm has started 5 processes, but the cluster has 4 "
                                         "tasks: ps=1, worker=3$"):
        tf.cluster.from_slurm(worker=3, environ={**STEP, "SLURM_PROCID": "0"})
