"""How a task is reached: a unix socket if it is on this machine and offers one, else TCP."""

from __future__ import annotations

import errno
import os
import socket

from tftutor import errors
from tftutor.distributed.addresses import join_address, resolve, split_address
from tftutor.distributed.unix_sockets import UntrustedDirectory, offered_path

_PROBE_TIMEOUT = 0.3
# The beginning of ZMTP 3.0's greeting: signature and version. The other side answers with all of
# its own, 64 bytes: signature, version, mechanism, whether it is a server, filler.
_GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00"
_GREETING_LENGTH = 64
_WORDS = {errno.ECONNREFUSED: "connection refused", errno.EHOSTUNREACH: "no route to the host",
          errno.ENETUNREACH: "no route to the network", errno.ETIMEDOUT: "no answer"}
_GUESSES = {"connection refused": " (server not started?)",
            "no answer": " (machine off, cable or firewall?)",
            "no route to the host": " (machine off, or cable?)",
            "no route to the network": " (network down?)"}


class Route:
    """The way to an address; the way may change when the task is restarted."""

    def __init__(self, address: str, unix_sockets: bool) -> None:
        try:
            self.host, self.port = split_address(address)
        except ValueError as error:
            raise errors.InvalidArgumentError(None, None, str(error)) from None
        self._unix_sockets = unix_sockets
        self._number = ""

    def number(self) -> str:
        """The numeric host. Raises: OSError for a name that is unknown."""
        if not self._number:
            self._number = resolve(self.host)
        return self._number

    def endpoint(self) -> str:
        """What ZeroMQ should connect to.

        Raises: UnavailableError for a name that is unknown, PermissionDeniedError if the unix
          socket is one that somebody else may have put there.
        """
        try:
            number = self.number()
        except OSError as error:
            raise errors.UnavailableError(
                None, None, f"{self.host}: {error.strerror or 'unknown host'}") from None
        if self._unix_sockets:
            try:
                path = offered_path(number, self.port)
            except UntrustedDirectory as error:
                raise errors.PermissionDeniedError(None, None, str(error)) from None
            if path is not None:
                return f"ipc://{os.fspath(path)}"
        return f"tcp://{join_address(number, self.port)}"

    def is_slower_than_need_be(self, endpoint: str) -> bool:
        """Whether we have met a task between its two binds, so that a unix socket is there now."""
        return endpoint.startswith("tcp:") and self.endpoint().startswith("ipc:")


def explain_refusal(route: Route) -> str:
    """Find out, by trying once, why a connection is not accepted; ZeroMQ does not say."""
    try:
        socket.create_connection((route.number(), route.port), _PROBE_TIMEOUT).close()
    except TimeoutError:
        return "no answer"
    except OSError as error:
        return _WORDS.get(error.errno or 0, error.strerror or "connection refused")
    mechanism = _ask_mechanism(route)
    known = mechanism in ("NULL", "CURVE")
    return "no connection yet" if known else f"no tftutor server: {mechanism}"


def guess_cause(reason: str) -> str:
    """What a user should look at, for a reason of `explain_refusal`; "" where nobody knows."""
    return _GUESSES.get(reason, "")


def explain_handshake(route: Route, have_keys: bool) -> tuple[bool, str]:
    """Find out why a handshake fails: ask for a greeting, which names the mechanism.

    Returns: whether trying again is of no use, and the reason in words.
    """
    mechanism = _ask_mechanism(route)
    if mechanism == "CURVE" and have_keys:
        return True, "the server has another key than our server.pub says"
    if mechanism == "CURVE":
        return True, ("the server admits callers with keys only, and we have none: set "
                      "TFTUTOR_KEYS to a directory with the cluster's keys")
    if mechanism == "NULL" and have_keys:
        return True, "the server has no keys, so it cannot prove who it is"
    if mechanism == "NULL":
        return False, "the handshake was broken off"
    return False, f"no tftutor server: {mechanism}"


def _ask_mechanism(route: Route) -> str:
    """Return the security mechanism of a ZeroMQ socket, or what is there instead, in words."""
    greeting = b""
    try:
        with socket.create_connection((route.number(), route.port), _PROBE_TIMEOUT) as probe:
            probe.sendall(_GREETING)
            while len(greeting) < _GREETING_LENGTH:
                piece = probe.recv(_GREETING_LENGTH - len(greeting))
                if not piece:
                    break
                greeting += piece
    except OSError as error:
        if not greeting:
            return _WORDS.get(error.errno or 0, "it breaks off the connection")
    if greeting[:1] == b"\xff" and len(greeting) == _GREETING_LENGTH:
        return greeting[12:32].rstrip(b"\0").decode("ascii", "replace")
    if not greeting:
        return "it breaks off the connection"
    return f"it answers {greeting[:20]!r}"
