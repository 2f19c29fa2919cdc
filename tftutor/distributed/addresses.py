"""Addresses of tasks as programs write them, "host:port": taking them apart, comparing them.

An IPv6 host stands in brackets: "[::1]:2222". `localhost` is 127.0.0.1, whatever else a machine
calls so: all tasks have to agree on it.
"""

from __future__ import annotations

import contextlib
import functools
import ipaddress
import socket

_LOCALHOST = "127.0.0.1"
_EVERYWHERE = {"0.0.0.0": _LOCALHOST, "::": "::1"}
_HIGHEST_PORT = 65535


def split_address(address: str) -> tuple[str, int]:
    """Split "host:port"; an IPv6 host stands in brackets.

    Raises: ValueError.
    """
    host, colon, port = address.removeprefix("grpc://").rpartition(":")
    bare = host.strip("[]")
    if not (colon and port.isascii() and port.isdigit()) or "/" in host or " " in host:
        raise ValueError(f"an address must be host:port, but got {address!r}")
    if ":" in bare and host != f"[{bare}]":
        raise ValueError(f"an IPv6 address needs brackets, as in [::1]:2222, but got {address!r}")
    if int(port) > _HIGHEST_PORT:
        raise ValueError(f"a port must be at most {_HIGHEST_PORT}, but got {address!r}")
    return bare, int(port)


def join_address(host: str, port: int | str) -> str:
    """Return "host:port", with brackets around an IPv6 host."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@functools.lru_cache(1024)  # it is asked for with every value that is sent
def plain_host(address: str) -> str:
    """The host of an address in one spelling: `localhost` as a number, IPv6 in its short form."""
    host = address.removeprefix("grpc://").rpartition(":")[0].strip("[]").lower()
    if host == "localhost":
        return _LOCALHOST
    with contextlib.suppress(ValueError):
        return str(ipaddress.IPv6Address(host))
    return host


def plain_address(address: str) -> str:
    """An address in one spelling, so that equal ones are equal texts; no name is looked up."""
    return join_address(plain_host(address), address.rpartition(":")[2])


def address_from_here(address: str) -> str:
    """How this machine itself reaches an address at which a server listens, in one spelling."""
    host = plain_host(address)
    return join_address(_EVERYWHERE.get(host, host), address.rpartition(":")[2])


def is_loopback(host: str) -> bool:
    """Whether `host` means this machine, and nobody outside it can reach it."""
    return host in ("localhost", "::1") or host.startswith("127.")


def resolve(host: str) -> str:
    """Return the numeric address of a host name, IPv4 if there is one.

    Raises: OSError if the name is unknown.
    """
    if host == "localhost":
        return _LOCALHOST
    found = socket.getaddrinfo(host or "0.0.0.0", None, type=socket.SOCK_STREAM)
    found.sort(key=lambda item: item[0] != socket.AF_INET)
    return str(found[0][4][0])
