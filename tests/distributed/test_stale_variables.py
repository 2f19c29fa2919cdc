"""A cell that is run again meets the variables of its first run: the error says whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import tftutor as tf


@pytest.fixture
def target() -> Iterator[str]:
    with tf.train.Server.create_local_server() as server:
        yield server.target


def initialize(target: str, shape: list[int], name: str = "v") -> None:
    with tf.Graph().as_default(), tf.Session(target) as session:
        session.run(tf.get_variable(name, shape).initializer)


def test_a_variable_of_an_earlier_session_is_named_with_its_owner_and_a_way_out(target: str
                                                                                ) -> None:
    initialize(target, [2])
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        initialize(target, [3])
    first, second = [line for line in caught.value.message.splitlines()
                     if line.startswith(("Assign", "v is"))]
    assert first == (
        "Assign requires shapes of both tensors to match. lhs shape= [2] rhs shape= [3]")
    assert re.fullmatch(
        r"v is kept by this server for session \w{6} of local:0, opened at \d\d:\d\d:\d\d\. If "
        r"nobody needs it any more, tf\.Session\.reset\(target\) forgets the variables of all "
        r"sessions; with another name, or in another tf\.container, there is room for both\.",
        second)


def test_the_ways_out_are_ways_out(target: str) -> None:
    initialize(target, [2])
    initialize(target, [3], "w")
    with tf.Graph().as_default(), tf.container("second"), tf.Session(target) as session:
        session.run(tf.get_variable("v", [3]).initializer)
    tf.Session.reset(target)
    initialize(target, [3])


def test_a_variable_of_a_container_is_forgotten_with_it(target: str) -> None:
    def initialize_mine(shape: list[int]) -> None:
        with tf.Graph().as_default(), tf.container("mine"), tf.Session(target) as session:
            session.run(tf.get_variable("v", shape).initializer)

    initialize_mine([2])
    for containers in (None, [], ["other"]):
        tf.Session.reset(target, containers)
        with pytest.raises(tf.errors.InvalidArgumentError,
                           match=r"tf\.Session\.reset\(target, \['mine'\]\) forgets"):
            initialize_mine([3])
    tf.Session.reset(target, ["mine"])
    initialize_mine([3])


def test_a_mistake_of_one_session_is_its_own(target: str) -> None:
    with tf.Graph().as_default(), tf.Session(target) as session:
        v = tf.get_variable("v", [2])
        session.run(v.initializer)
        value = tf.placeholder(tf.float32)
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            session.run(tf.assign(v._ref(), value, validate_shape=True), {value: [1, 2, 3]})
    assert "kept by this server" not in caught.value.message
