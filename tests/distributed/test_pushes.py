"""Pushes without a network: what goes into one message, and what becomes of lost ones."""

from __future__ import annotations

import threading
import types
from typing import Any

import numpy as np
import pytest

from tftutor import errors
from tftutor.distributed.pushes import NEVER, Pushes
from tftutor.ops.control_flow_ops import DEAD

PS, WORKER = "/job:ps/replica:0/task:0", "/job:worker/replica:0/task:0"


class Network:
    """Takes messages; they arrive when the test says so."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any], list[Any]]] = []
        self.calls: list[Message] = []

    def push(self, task: str, header: dict[str, Any], tensors: Any) -> Message:
        self.messages.append((task, header, list(tensors)))
        self.calls.append(Message())
        return self.calls[-1]


class Message:
    """A request that is answered later."""

    def __init__(self) -> None:
        self.outcome: Any = None
        self.callbacks: list[Any] = []

    def add_done_callback(self, callback: Any) -> None:
        self.callbacks.append(callback)

    def wait(self, timeout: float | None = None) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def end(self, outcome: Any) -> None:
        self.outcome = outcome
        for callback in self.callbacks:
            callback(self)


ARRIVED = types.SimpleNamespace(code=0, header={})


class Edge:
    """The sending end of an edge."""

    def __init__(self, name: str, task: str = PS) -> None:
        self.edge, self.task, self.pause = name, task, NEVER


def run_step(network: Network, edges: list[Edge], failures: list[Any], step: int = 1) -> Pushes:
    pushes = Pushes(step, network.push, failures.append)
    for edge in edges:
        pushes.send(edge, np.float32(step))
    pushes.flush()
    return pushes


def test_values_that_came_close_together_share_a_message_from_the_second_step_on():
    network, edges = Network(), [Edge("a"), Edge("b"), Edge("c")]
    run_step(network, edges, [])
    assert [header["keys"] for _, header, _ in network.messages] == [["a"], ["b"], ["c"]]
    network.messages.clear()
    run_step(network, edges, [], 2)
    assert [header["keys"] for _, header, _ in network.messages] == [["a", "b", "c"]]
    assert network.messages[0][1]["step"] == 2 and network.messages[0][2] == [2.0] * 3


def test_a_value_before_a_long_pause_does_not_wait():
    network, edges = Network(), [Edge("a"), Edge("b")]
    run_step(network, edges, [])
    edges[0].pause = 0.1  # what came after it last time took so long
    network.messages.clear()
    pushes = Pushes(2, network.push, lambda failure: None)
    pushes.send(edges[0], np.float32(1))
    assert [header["keys"] for _, header, _ in network.messages] == [["a"]]


def test_each_task_has_messages_of_its_own():
    network, edges = Network(), [Edge("a", PS), Edge("b", WORKER), Edge("c", PS)]
    for step in (1, 2):
        network.messages.clear()
        run_step(network, edges, [], step)
    assert sorted((task, header["keys"]) for task, header, _ in network.messages) == [
        (PS, ["a", "c"]), (WORKER, ["b"])]


def test_much_is_sent_at_once():
    network, edges = Network(), [Edge("a"), Edge("b")]
    edges[0].pause = 0.0
    pushes = Pushes(1, network.push, lambda failure: None)
    pushes.send(edges[0], np.zeros(1 << 18, np.float32))
    assert [header["keys"] for _, header, _ in network.messages] == [["a"]]


def test_edges_without_a_value_are_told_apart():
    network, edges = Network(), [Edge("dead"), Edge("value"), Edge("signal")]
    for edge in edges:
        edge.pause = 0.0
    pushes = Pushes(7, network.push, lambda failure: None)
    for edge, value in zip(edges, (DEAD, np.int32(5), None), strict=True):
        pushes.send(edge, value)
    pushes.flush()
    assert network.messages == [(PS, {"step": 7, "keys": ["dead", "value", "signal"], "dead": [0],
                                      "signals": [2]}, [5])]


def test_confirmed_when_all_messages_have_arrived():
    network, confirmed = Network(), []
    pushes = run_step(network, [Edge("a"), Edge("b")], [])
    pushes.when_confirmed(lambda: confirmed.append(True))
    network.calls[1].end(ARRIVED)
    assert not confirmed
    network.calls[0].end(ARRIVED)
    assert confirmed == [True]
    pushes.wait_for_arrival()


@pytest.mark.parametrize("outcome", [
    errors.UnavailableError(None, None, "ps:0 is gone"),
    types.SimpleNamespace(code=errors.UNAVAILABLE, header={"message": "ps:0 is gone"})])
def test_a_lost_message_is_told_once_and_never_confirmed(outcome):
    network, failures, confirmed = Network(), [], []
    pushes = run_step(network, [Edge("a"), Edge("b")], failures)
    pushes.when_confirmed(lambda: confirmed.append(True))
    for call in network.calls:
        call.end(outcome)
    assert [failure.message for failure in failures] == ["ps:0 is gone"] and not confirmed
    with pytest.raises(errors.UnavailableError, match="ps:0 is gone"):
        pushes.wait_for_arrival()


def test_a_loss_is_known_to_who_waits_before_the_message_tells_of_its_end():
    """The thread that waits for an answer may be quicker than the one that looks at it."""
    network = Network()
    pushes = run_step(network, [Edge("a")], [])
    network.calls[0].outcome = types.SimpleNamespace(code=errors.UNAVAILABLE,
                                                     header={"message": "ps:0 is gone"})
    with pytest.raises(errors.UnavailableError, match="ps:0 is gone"):
        pushes.wait_for_arrival()


def test_a_message_may_end_while_another_one_is_on_its_way_out():
    """Who pushes may hold what the thread needs that tells of an end; so that one never waits."""
    network, told = Network(), threading.Event()
    pushes = run_step(network, [Edge("a")], [])

    def push(*message: Any) -> Message:
        thread = threading.Thread(target=network.calls[0].end, args=[ARRIVED], daemon=True)
        thread.start()
        thread.join(5)
        if not thread.is_alive():
            told.set()
        return network.push(*message)

    pushes._push = push
    pushes.send(Edge("b"), np.float32(2))
    assert told.is_set()
