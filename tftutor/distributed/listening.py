"""Where a server listens: at the address that its ClusterSpec says, wherever that is possible."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping

from tftutor import errors
from tftutor.distributed.addresses import (
    is_loopback,
    join_address,
    plain_address,
    resolve,
    split_address,
)


def check_addresses(addresses: Mapping[str, str], task: str) -> None:
    """Refuse a cluster with an address that can't be one, or one address for two tasks.

    `addresses` maps tasks to theirs; `task` is the one that wants to serve. Raises:
    InvalidArgumentError.
    """
    owners: dict[str, str] = {}
    for name, address in addresses.items():
        try:
            if address.startswith("grpc://"):
                raise ValueError("an address has no grpc://, which is for targets of sessions")
            port = split_address(address)[1]
        except ValueError as error:
            text = (f'Could not parse port for local server from "{address}".' if name == task
                    else f'Could not interpret "{address}" as a host-port pair.')
            raise errors.InvalidArgumentError(None, None, f"{text} {name}: {error}") from None
        owner = owners.setdefault(plain_address(address), name) if port else name
        if owner != name:
            raise errors.InvalidArgumentError(
                None, None, f"{owner} and {name} have the same address, {address}: each task "
                            "needs a port of its own")


def listening_address(address: str, task: str, has_keys: bool) -> str:
    """The address at which a task's server should listen.

    With keys it is every address of this machine, as in TensorFlow, when this machine can't
    listen where others call the task: a service of Kubernetes or a router passes the calls on, or
    /etc/hosts gives the name a loopback address. Without keys only the loopback interface is
    open, and the caller refuses all others.
    """
    host, port = split_address(address)
    if not has_keys:
        return address
    try:
        number = resolve(host)
    except OSError as error:
        return _everywhere(task, port, f"{host} is not known here ({error.strerror})")
    if is_loopback(number) and not is_loopback(host):
        return _everywhere(task, port, f"{host} is {number} here, which no other machine reaches")
    if not _is_ours(number):
        where = number if number == host else f"{host} ({number})"
        return _everywhere(task, port, f"{where} is none of them", ":" in number)
    return address


def _everywhere(task: str, port: int, reason: str, is_ipv6: bool = False) -> str:
    print(f"{task} listens at port {port} of all addresses of this machine: {reason}",
          file=sys.stderr, flush=True)
    return join_address("::" if is_ipv6 else "0.0.0.0", port)


def _is_ours(number: str) -> bool:
    """Whether this machine has an address, so that something may listen at it."""
    family = socket.AF_INET6 if ":" in number else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((number, 0))
        except OSError:
            return False
    return True
