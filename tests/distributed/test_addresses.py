"""Addresses: taken apart, compared, and refused where a cluster can't work with them."""

from __future__ import annotations

import pytest

import tftutor as tf
from tftutor.distributed.addresses import (
    address_from_here,
    plain_address,
    plain_host,
    resolve,
    split_address,
)
from tftutor.distributed.handshake import cluster_fingerprint
from tftutor.distributed.processors import computing_neighbours


@pytest.mark.parametrize(("address", "parts"), [
    ("127.0.0.1:2222", ("127.0.0.1", 2222)), ("[::1]:2222", ("::1", 2222)),
    ("ps-0.jobs.svc:1", ("ps-0.jobs.svc", 1)), ("grpc://localhost:0", ("localhost", 0)),
    ("[fe80::1%eth0]:65535", ("fe80::1%eth0", 65535)),
])
def test_an_address_is_host_and_port(address: str, parts: tuple[str, int]) -> None:
    assert split_address(address) == parts


@pytest.mark.parametrize(("address", "text"), [
    ("127.0.0.1", "an address must be host:port, but got '127.0.0.1'"),
    ("", "an address must be host:port, but got ''"),
    ("host:", "an address must be host:port, but got 'host:'"),
    ("host:http", "an address must be host:port, but got 'host:http'"),
    ("host:²", "an address must be host:port, but got 'host:²'"),
    ("http://host:80", "an address must be host:port, but got 'http://host:80'"),
    ("host:65536", "a port must be at most 65535, but got 'host:65536'"),
    ("::1:2222", "an IPv6 address needs brackets, as in [::1]:2222, but got '::1:2222'"),
    ("fd00::5", "an IPv6 address needs brackets, as in [::1]:2222, but got 'fd00::5'"),
])
def test_what_is_no_address_is_refused_with_the_reason(address: str, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        split_address(address)
    assert str(caught.value) == text


@pytest.mark.parametrize(("one", "other"), [
    ("localhost:2222", "127.0.0.1:2222"), ("[::1]:2222", "[0:0:0:0:0:0:0:1]:2222"),
    ("Host:1", "host:1"), ("[FD00::1]:1", "[fd00:0::1]:1"),
])
def test_spellings_of_one_address_are_one(one: str, other: str) -> None:
    assert plain_address(one) == plain_address(other)
    assert cluster_fingerprint({"ps": {"0": one}}) == cluster_fingerprint({"ps": {"0": other}})


def test_the_two_loopback_addresses_are_two_but_one_machine() -> None:
    assert plain_address("localhost:2222") != plain_address("[::1]:2222")
    assert plain_host("[::1]:2222") == "::1"
    cluster = {"worker": {0: "localhost:1", 1: "[::1]:1", 2: "127.0.0.1:2", 3: "far:1"}}
    assert computing_neighbours(cluster, "[::1]:1") == 3


def test_a_server_of_all_addresses_is_reached_over_the_loopback_interface() -> None:
    assert address_from_here("0.0.0.0:5") == "127.0.0.1:5"
    assert address_from_here("[::]:5") == "[::1]:5"
    assert address_from_here("host:5") == "host:5"


def test_localhost_is_the_same_for_all_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some machines resolve it to ::1 first, or only."""
    def only_ipv6(*arguments: object, **named: object) -> list[object]:
        return [(10, 1, 6, "", ("::1", 0, 0, 0))]

    monkeypatch.setattr("socket.getaddrinfo", only_ipv6)
    assert resolve("localhost") == "127.0.0.1"
    assert resolve("elsewhere") == "::1"


@pytest.mark.parametrize(("cluster", "text"), [
    ({"ps": ["127.0.0.1"]},
     'Could not parse port for local server from "127.0.0.1". /job:ps/replica:0/task:0: an address '
     "must be host:port, but got '127.0.0.1'"),
    ({"ps": ["127.0.0.1:0"], "worker": ["w0:1", "w1"]},
     'Could not interpret "w1" as a host-port pair. /job:worker/replica:0/task:1: an address must '
     "be host:port, but got 'w1'"),
    ({"ps": ["grpc://127.0.0.1:2222"]},
     'Could not parse port for local server from "grpc://127.0.0.1:2222". /job:ps/replica:0/task:0:'
     " an address has no grpc://, which is for targets of sessions"),
    ({"ps": ["localhost:2222"], "my worker": ["w0:1"]},
     "a job's name must be letters, digits and _, a letter first, as it is part of device names, "
     "but got 'my worker'"),
    ({"ps": ["localhost:2222"], "worker": ["w0:1", "127.0.0.1:2222"]},
     "/job:ps/replica:0/task:0 and /job:worker/replica:0/task:1 have the same address, "
     "127.0.0.1:2222: each task needs a port of its own"),
])
def test_a_server_refuses_a_cluster_that_cannot_work(cluster: dict[str, list[str]], text: str
                                                     ) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.train.Server(cluster, "ps", 0)
    assert caught.value.message == text


def test_free_ports_are_no_common_address() -> None:
    with tf.train.Server({"ps": ["localhost:0"], "worker": ["localhost:0"]}, "ps", 0) as server:
        assert not server.target.endswith(":0")
