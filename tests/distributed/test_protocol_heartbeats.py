"""Alive, late, lost: told apart by clocks that the test sets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tftutor.distributed.heartbeats import Pulse, State, Timing

TIMING = Timing(interval=1.0, late_after=3.0, lost_after=10.0)


def test_silence_makes_late_then_lost_and_lost_is_final() -> None:
    pulse = Pulse(TIMING, 0.0)
    states = {now: pulse.tick(float(now)).state for now in range(1, 12)}
    assert [states[now] for now in (1, 2, 3, 9)] == ["alive", "alive", "late", "late"]
    assert states[10] == states[11] == State.LOST
    pulse.heard(11.0)
    assert pulse.tick(11.5).state == State.LOST


def test_late_peer_that_speaks_is_alive_again() -> None:
    pulse = Pulse(TIMING, 0.0)
    for now in range(1, 6):
        pulse.tick(float(now))
    pulse.heard(5.5)
    beat = pulse.tick(6.0)
    assert beat.state == State.ALIVE and beat.silent_for == 0.5


def test_question_is_due_once_an_interval() -> None:
    pulse = Pulse(TIMING, 0.0)
    assert not pulse.tick(0.5).ask
    assert pulse.tick(1.0).ask
    pulse.asked(1.0)
    assert not pulse.tick(1.9).ask
    assert pulse.tick(2.0).ask


def test_own_pause_is_not_held_against_the_peer() -> None:
    pulse = Pulse(TIMING, 100.0)
    pulse.tick(101.0)
    assert pulse.tick(161.0).state != State.LOST      # this process was stopped for a minute
    for now in range(162, 172):
        last = pulse.tick(float(now)).state
    assert last == State.LOST                         # the peer is silent all the same


@settings(max_examples=200, deadline=None)
@given(gaps=st.lists(st.floats(0.01, 2.0), min_size=1, max_size=60),
       speaks=st.randoms(use_true_random=False))
def test_state_follows_from_the_silence_alone_while_ticks_come(
        gaps: list[float], speaks: object) -> None:
    pulse, now, heard, lost = Pulse(TIMING, 0.0), 0.0, 0.0, False
    for gap in gaps:
        now += gap
        if speaks.random() < 0.2:  # type: ignore[attr-defined]
            pulse.heard(now)
            heard = now
        silent = now - heard
        lost = lost or silent >= 10
        expected = "lost" if lost else "late" if silent >= 3 else "alive"
        assert pulse.tick(now).state == expected


def test_timing_that_makes_no_sense_is_refused() -> None:
    for timing in (Timing(0), Timing(2, 1, 5), Timing(1, 5, 4)):
        with pytest.raises(ValueError, match="must be 0 < interval"):
            Pulse(timing, 0.0)


def test_peer_that_answers_is_asked_and_stays_alive() -> None:
    pulse = Pulse(Timing(), 0.0)
    asked = 0
    for now in range(1, 60):
        beat = pulse.tick(float(now))
        assert beat.state == State.ALIVE
        if beat.ask:
            asked += 1
            pulse.asked(float(now))
            pulse.heard(float(now))
    assert asked == 59
