"""The rows of the benchmarks: every program runs in tftutor, at tiny sizes."""

from __future__ import annotations

import math

import pytest

import tftutor as tf
from benchmarks.programs import PROGRAMS
from benchmarks.programs.steps import chained_ops, count_in_while_loop, multiply_scalar
from benchmarks.rows import IN_A_FRESH_PROCESS, ROWS, select
from benchmarks.worker import MEASUREMENTS, Worker, time_case

PROGRAM_ROWS = [row for row in ROWS if row.program not in IN_A_FRESH_PROCESS]


@pytest.mark.parametrize("row", PROGRAM_ROWS, ids=[row.name for row in PROGRAM_ROWS])
def test_row_runs_at_tiny_sizes(row, monkeypatch):
    for name, value in row.settings.items():
        monkeypatch.setenv(name, value)
    with tf.Graph().as_default():
        case = PROGRAMS[row.program](tf, **row.tiny)
    try:
        assert case.units == _units(row)
        assert math.isfinite(time_case(case, 0.001))
    finally:
        if case.close is not None:
            case.close()


def _units(row):
    """Ops of a chain, examples of two workers, or one step."""
    if row.program == "train_asynchronously":
        return 2 * row.tiny["steps"] * row.tiny["batch"]
    return row.tiny.get("ops", 1)


def test_rows_have_names_of_their_own_and_a_budget():
    assert len({row.name for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.at_least is not None or row.at_most is not None
        assert row.program in PROGRAMS or row.program in MEASUREMENTS
        assert set(row.tiny) >= set(row.sizes)


def test_select_finds_rows_and_names_unknown_ones():
    assert [row.name for row in select("while, scalar")] == ["while", "scalar"]
    assert select(None) == list(ROWS)
    with pytest.raises(ValueError, match="no row is called typo"):
        select("scalar,typo")


def test_scalar_program_multiplies():
    with tf.Graph().as_default():
        assert multiply_scalar(tf).step() == 6.0


def test_chain_program_computes_the_chain():
    with tf.Graph().as_default():
        values = chained_ops(tf, ops=2, width=3).step()
    assert values == pytest.approx([0.001 * 0.5 + 0.001] * 3)


def test_loop_program_runs_all_iterations():
    with tf.Graph().as_default():
        assert count_in_while_loop(tf, iterations=3).step() == 1.75


def test_training_programs_reduce_their_loss():
    with tf.Graph().as_default() as graph:
        case = PROGRAMS["logistic_regression"](tf, batch=4, pixels=6, classes=3)
        cost = graph.get_tensor_by_name("Mean:0")
        run, feeds = _session_of(case)
        first = run(cost, feeds)
        for _ in range(50):
            case.step()
        assert run(cost, feeds) < first


def _session_of(case):
    """The session and feeds that a training program's step closes over."""
    cells = dict(zip(case.step.__code__.co_freevars, case.step.__closure__, strict=True))
    return cells["sess"].cell_contents.run, cells["feeds"].cell_contents


def test_worker_answers_with_the_error_of_a_program():
    worker = Worker("tftutor")
    with pytest.raises(KeyError):
        worker.answer({"program": "no_such_program", "sizes": {}})


def test_worker_times_a_program_after_building_it():
    worker = Worker("tftutor")
    assert worker.answer({"program": "multiply_scalar", "sizes": {}}) == {"ready": True}
    assert worker.answer({"seconds": 0.001})["time"] > 0
