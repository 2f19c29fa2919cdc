"""The handshake and what may be said when: every pair of state and message is in the table."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tftutor as tf
from tftutor.distributed.dialogue import ENDED, RECEIVES, SENDS, Dialogue, State
from tftutor.distributed.handshake import (
    REASONS,
    cluster_difference,
    cluster_fingerprint,
    find_refusal,
    refusal,
)
from tftutor.distributed.messages import (
    Bye,
    Credit,
    Done,
    Heartbeat,
    Hello,
    Message,
    Refused,
    Reply,
    Request,
    Welcome,
)
from tftutor.distributed.protocol_errors import LocalProtocolError, RemoteProtocolError

PS, WORKER = "/job:ps/replica:0/task:0", "/job:worker/replica:0/task:1"
CLUSTER = {"ps": {"0": "127.0.0.1:2222"}, "worker": {"0": "h:1", "1": "h:2"}}
SERVER = Hello("task", PS, 11, cluster_fingerprint(CLUSTER), CLUSTER)
CALLER = Hello("task", WORKER, 22, cluster_fingerprint(CLUSTER), CLUSTER, to=PS)
SAMPLES: list[Message] = [
    Request(1, "status", {}), Reply(1, 0, {}, (), "shutdown"), CALLER,
    Welcome("task", PS, 11), refusal("stopping", "bye"), Credit(1), Heartbeat(1), Done([1]),
    Bye()]


def pair(caller: Hello = CALLER, **settings: Any) -> tuple[Dialogue, Dialogue]:
    return (Dialogue(caller, is_dialler=True),
            Dialogue(SERVER, is_dialler=False, **settings))


def shake(dialler: Dialogue, listener: Dialogue) -> list[Message]:
    """Let both speak until nobody has anything to say; what they said."""
    said: list[Message] = [dialler.begin()]
    turn = listener
    pending = list(said)
    while pending:
        pending = turn.receive(pending.pop(0)) + pending
        said += pending
        turn = dialler if turn is listener else listener
    return said


def in_state(state: State) -> Dialogue:
    connection = Dialogue(CALLER, is_dialler=state != State.LISTENING)
    connection.state = state
    return connection


def test_handshake_opens_both_sides_and_names_the_other() -> None:
    dialler, listener = pair()
    assert [type(message) for message in shake(dialler, listener)] == [Hello, Welcome]
    assert dialler.state == listener.state == State.OPEN
    assert listener.peer == CALLER
    assert isinstance(dialler.peer, Welcome) and dialler.peer.task == PS


@pytest.mark.parametrize(("changes", "reason", "error", "said"), [
    ({"version": 2}, "version", tf.errors.InvalidArgumentError,
     f"{WORKER} speaks version 2 of the protocol, but {PS} version 1"),
    ({"role": "boss"}, "role", tf.errors.InvalidArgumentError, "but got 'boss'"),
    ({"task": ""}, "role", tf.errors.InvalidArgumentError, "must say which task"),
    ({"to": WORKER}, "task", tf.errors.InvalidArgumentError,
     f"means to call {WORKER}, but this is {PS}"),
    ({"expects": 10}, "incarnation", tf.errors.AbortedError,
     f"{PS} has been restarted: {WORKER} knows incarnation 000000000000000a"),
    ({"fingerprint": "x", "cluster": {**CLUSTER, "ps": {"0": "127.0.0.1:2223"}}}, "cluster",
     tf.errors.InvalidArgumentError,
     "/job:ps/task:0 is at 127.0.0.1:2223 for the caller, but at 127.0.0.1:2222 here"),
    ({"fingerprint": "x", "cluster": {"ps": CLUSTER["ps"], "worker": {"0": "h:1"}}}, "cluster",
     tf.errors.InvalidArgumentError, "/job:worker/task:1 is unknown for the caller"),
])
def test_refusal_says_who_where_and_the_difference(
        changes: dict[str, Any], reason: str, error: type, said: str) -> None:
    dialler, listener = pair(CALLER._replace(**changes))
    _, answer = shake(dialler, listener)
    assert isinstance(answer, Refused) and answer.reason == reason and said in answer.message
    assert tf.errors.exception_type_from_error_code(answer.code) is error
    assert dialler.state == listener.state == State.REFUSED
    assert dialler.refused == listener.refused == answer


@pytest.mark.parametrize("caller", [
    Hello("client", "", 5), CALLER._replace(expects=11), CALLER._replace(to=""),
    CALLER._replace(partial=True, fingerprint="x", cluster={"worker": {"1": "h:2"}}),
    CALLER._replace(fingerprint="x", cluster={"ps": CLUSTER["ps"], "worker": {"1": "h:2"}}),
    CALLER._replace(fingerprint="", cluster={}),
])
def test_caller_who_agrees_or_does_not_know_is_welcome(caller: Hello) -> None:
    dialler, listener = pair(caller)
    shake(dialler, listener)
    assert dialler.state == listener.state == State.OPEN


def test_task_is_admitted_by_whoever_knows_the_keys() -> None:
    denied = refusal("denied", "that key belongs to a client")
    dialler, listener = pair(admit=lambda hello: denied if hello.task == WORKER else None)
    shake(dialler, listener)
    assert dialler.refused == denied and denied.code == tf.errors.PERMISSION_DENIED


@pytest.mark.parametrize(("welcome", "reason"), [
    (Welcome("task", WORKER, 11), "task"), (Welcome("task", PS, 12), "incarnation"),
    (Welcome("task", PS, 11, version=3), "version"),
])
def test_welcome_of_another_than_was_called_is_not_believed(welcome: Welcome, reason: str) -> None:
    dialler = Dialogue(CALLER._replace(expects=11), is_dialler=True)
    dialler.begin()
    assert dialler.receive(welcome) == [Bye(reason)]
    assert dialler.state == State.REFUSED and dialler.refused is not None
    assert dialler.refused.reason == reason


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("message", SAMPLES, ids=lambda message: type(message).__name__)
def test_message_outside_the_table_is_refused(state: State, message: Message) -> None:
    sender, receiver = in_state(state), in_state(state)
    if type(message) in SENDS.get(state, {}):
        sender.send(message)
        assert sender.state == SENDS[state][type(message)]
    else:
        with pytest.raises(LocalProtocolError, match=f"connection that is {state} must not send"):
            sender.send(message)
        assert sender.state == state
    if type(message) not in RECEIVES.get(state, {}):
        with pytest.raises(RemoteProtocolError, match=f"on a connection that is {state}"):
            receiver.receive(message)
        assert receiver.state == State.FAILED


def test_table_lets_nobody_speak_before_the_handshake_or_after_the_end() -> None:
    talk = {Request, Reply, Credit, Heartbeat, Done}
    for table in (SENDS, RECEIVES):
        assert not any(state in table for state in ENDED)
        for state, row in table.items():
            assert bool(talk & row.keys()) == (state == State.OPEN)


@settings(max_examples=200, deadline=None)
@given(messages=st.lists(st.sampled_from(SAMPLES), max_size=8), dials=st.booleans())
def test_any_order_of_messages_ends_in_a_state_of_the_table(
        messages: list[Message], dials: bool) -> None:
    connection = Dialogue(CALLER if dials else SERVER, is_dialler=dials)
    if dials:
        connection.begin()
    for message in messages:
        ended = connection.state in ENDED
        try:
            connection.receive(message)
        except RemoteProtocolError:
            assert connection.state == State.FAILED
        else:
            assert not ended
        if connection.state == State.OPEN:
            assert connection.peer is not None and connection.refused is None


def test_heartbeat_is_answered_once() -> None:
    dialler, listener = pair()
    shake(dialler, listener)
    [answer] = listener.receive(Heartbeat(7))
    assert answer == Heartbeat(7, True)
    assert dialler.receive(answer) == []


def test_goodbye_ends_both_sides() -> None:
    dialler, listener = pair()
    shake(dialler, listener)
    dialler.send(Bye("done"))
    assert listener.receive(Bye("done")) == []
    assert dialler.state == listener.state == State.CLOSED


@pytest.mark.parametrize("method", ["shutdown", "reset"])
def test_task_may_not_shut_down_or_reset_another(method: str) -> None:
    header = {"containers": [], "origin": ""} if method == "reset" else {}
    for caller, allowed in ((CALLER, False), (Hello("client", "", 5), True)):
        dialler, listener = pair(caller)
        shake(dialler, listener)
        reply = listener.denied(Request(9, method, header))
        assert (reply is None) == allowed
        if reply is not None:
            assert reply.id == 9 and reply.code == tf.errors.PERMISSION_DENIED
            assert reply.header["message"].startswith(f"{method} is denied to the role task")
        assert listener.denied(Request(1, "run_graph", {})) is None


def test_fingerprint_ignores_order_and_the_name_of_this_host() -> None:
    same = {"worker": {"1": "h:2", "0": "h:1"}, "ps": {"0": "localhost:2222"}}
    assert cluster_fingerprint(same) == cluster_fingerprint(CLUSTER)
    assert cluster_difference(same, CLUSTER) is None
    other = {**CLUSTER, "ps": {"0": "127.0.0.1:2223"}}
    assert cluster_fingerprint(other) != cluster_fingerprint(CLUSTER)
    assert cluster_fingerprint({}) == ""


def test_many_differences_are_cut_short() -> None:
    ours = {"worker": {str(i): f"h:{i}" for i in range(20)}}
    theirs = {"worker": {str(i): f"g:{i}" for i in range(20)}}
    difference = cluster_difference(theirs, ours)
    assert difference is not None and difference.endswith("; and 17 more")
    assert difference.index("task:2 ") > difference.index("task:1 ")


def test_forged_fingerprint_is_refused() -> None:
    refused = find_refusal(CALLER._replace(fingerprint="0" * 16), SERVER)
    assert refused is not None and refused.reason == "cluster"


def test_only_what_may_pass_by_itself_is_retried() -> None:
    retried = {tf.errors.ABORTED, tf.errors.UNAVAILABLE}
    assert {reason for reason, code in REASONS.items() if code in retried} == {
        "incarnation", "stopping"}
