"""A request is run at most once, and only for the process that is there now."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tftutor as tf
from tftutor.distributed.replay import Incarnations, RequestLog

TASK = "/job:ps/replica:0/task:0"


@settings(max_examples=300, deadline=None)
@given(ids=st.lists(st.one_of(st.integers(0, 60), st.integers(0, 2**63 - 1))))
def test_each_id_is_accepted_once_and_new_ones_always(ids: list[int]) -> None:
    log, remember = RequestLog("p", 1, remember=16), 16
    seen: set[int] = set()
    for id_ in ids:
        known = id_ in seen
        too_old = bool(seen) and id_ <= max(seen) - remember
        try:
            log.accept(1, id_)
        except tf.errors.AbortedError:
            assert known or too_old
        else:
            assert not known and not too_old
        seen.add(id_)


def test_replayed_request_is_aborted_and_counted() -> None:
    log = RequestLog("/job:worker/task:1", 5)
    for id_ in (3, 1, 2):
        log.accept(5, id_)
    with pytest.raises(tf.errors.AbortedError, match="worker/task:1: request 2 was sent before"):
        log.accept(5, 2)
    with pytest.raises(tf.errors.AbortedError, match="incarnation 0000000000000004, but 00000000000"
                                                     "00005 is the one"):
        log.accept(4, 9)
    assert log.refused == 2
    log.accept(5, 9)


def test_jump_of_the_ids_costs_no_memory() -> None:
    log = RequestLog("p", 1)
    log.accept(1, 0)
    log.accept(1, 2**63 - 1)
    with pytest.raises(tf.errors.AbortedError):
        log.accept(1, 0)
    log.accept(1, 2**63 - 2)


def test_second_process_of_a_task_is_refused_while_the_first_is_connected() -> None:
    connected = True
    incarnations = Incarnations(lambda task: connected)
    assert incarnations.introduce(TASK, 1) is None
    assert incarnations.introduce(TASK, 1) is None       # the same one, again
    refused = incarnations.introduce(TASK, 2)
    assert refused is not None and refused.reason == "duplicate"
    assert refused.code == tf.errors.ALREADY_EXISTS and TASK in refused.message
    assert incarnations.introduce(TASK, 1) is None       # and it still is


def test_restarted_task_takes_over_and_the_old_process_never_returns() -> None:
    connected = False
    incarnations = Incarnations(lambda task: connected)
    for incarnation in (1, 2, 3):
        assert incarnations.introduce(TASK, incarnation) is None
    for old in (1, 2):
        refused = incarnations.introduce(TASK, old)
        assert refused is not None and refused.code == tf.errors.ABORTED
        assert "which 0000000000000003 has replaced" in refused.message
    assert incarnations.introduce(TASK, 3) is None
    assert incarnations.introduce("/job:ps/replica:0/task:1", 1) is None
