"""Byte credits: never more on the way than the window, and nobody waits for ever."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tftutor.distributed.credits import LEAST_WINDOW, MOST_CREDIT, ReceivingCredit, SendingCredit
from tftutor.distributed.limits import MIB
from tftutor.distributed.protocol_errors import LocalProtocolError, RemoteProtocolError


@settings(max_examples=150, deadline=None)
@given(window=st.integers(LEAST_WINDOW, 4 * LEAST_WINDOW),
       sizes=st.lists(st.one_of(st.integers(1, LEAST_WINDOW), st.just(LEAST_WINDOW),
                                st.just(MIB)), max_size=60),
       choices=st.randoms(use_true_random=False))
def test_everything_gets_through_and_never_more_than_the_window_is_held(
        window: int, sizes: list[int], choices: object) -> None:
    sender, receiver = SendingCredit(window), ReceivingCredit(window)
    waiting, wire, held, grants = deque(sizes), deque[int](), deque[int](), deque[int]()
    while waiting or wire or held:
        moves = []
        if waiting and sender.available >= waiting[0]:
            moves.append("send")
        moves += ["receive"] * bool(wire) + ["consume"] * bool(held) + ["grant"] * bool(grants)
        assert moves, f"stuck: {sender.available} available, {list(waiting)} to send"
        move = choices.choice(moves)  # type: ignore[attr-defined]
        if move == "send":
            size = waiting.popleft()
            assert sender.take(size)
            wire.append(size)
        elif move == "receive":
            held.append(wire.popleft())
            receiver.received(held[-1])
        elif move == "consume":
            grants.append(receiver.consumed(held.popleft()))
        elif (grant := grants.popleft()):
            sender.granted(grant)
        assert sum(wire) + receiver.held <= window
        assert receiver.held == sum(held)


def test_sending_without_credit_takes_nothing() -> None:
    credit = SendingCredit(LEAST_WINDOW)
    assert credit.take(LEAST_WINDOW - 1)
    assert not credit.take(2)
    assert credit.available == 1
    credit.granted(1)
    assert credit.take(2)


def test_small_messages_cause_few_grants() -> None:
    credit = ReceivingCredit(32 * MIB)
    grants = []
    for _ in range(64):
        credit.received(MIB)
        grants.append(credit.consumed(MIB))
    assert [grant for grant in grants if grant] == [8 * MIB] * 8


def test_peer_that_sends_beyond_its_credit_is_refused() -> None:
    credit = ReceivingCredit(LEAST_WINDOW)
    credit.received(LEAST_WINDOW)
    with pytest.raises(RemoteProtocolError, match="1 bytes were sent on a credit of 0"):
        credit.received(1)


def test_absurd_windows_and_grants_are_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="credit must be from"):
        SendingCredit(LEAST_WINDOW - 1)
    with pytest.raises(RemoteProtocolError, match="credit must be from"):
        SendingCredit(MOST_CREDIT + 1)
    with pytest.raises(LocalProtocolError, match="credit must be from"):
        ReceivingCredit(0)
    credit = SendingCredit(LEAST_WINDOW)
    for grant in (0, -1, MOST_CREDIT):
        with pytest.raises(RemoteProtocolError, match="a grant of"):
            credit.granted(grant)
    assert credit.available == LEAST_WINDOW


def test_own_mistakes_are_named() -> None:
    with pytest.raises(LocalProtocolError, match="at most"):
        SendingCredit(2 * LEAST_WINDOW).take(LEAST_WINDOW + 1)
    with pytest.raises(LocalProtocolError, match="1 bytes consumed, but 0 are held"):
        ReceivingCredit(LEAST_WINDOW).consumed(1)
