"""How a task is reached: a unix socket if it is on this machine and offers one, else TCP."""

from __future__ import annotations

import errno
import os
import socket

from tftutor import errors
from tftutor.distributed.unix_sockets import (
    UntrustedDirectory,
    offered_path,
    resolve,
    split_address,
)

_PROBE_TIMEOUT = 0.3
_WORDS = {errno.ECONNREFUSED: "connection refused", errno.EHOSTUNREACH: "no route to the host",
          errno.ENETUNREACH: "no route to the network", errno.ETIMEDOUT: "no answer"}


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
        return f"tcp://{f'[{number}]' if ':' in number else number}:{self.port}"


def explain_refusal(route: Route) -> str:
    """Find out, by trying once, why a connection is not accepted; ZeroMQ does not say."""
    try:
        with socket.create_connection((route.number(), route.port), _PROBE_TIMEOUT):
            return "no connection"
    except TimeoutError:
        return "no answer"
    except OSError as error:
        return _WORDS.get(error.errno or 0, error.strerror or "connection refused")
