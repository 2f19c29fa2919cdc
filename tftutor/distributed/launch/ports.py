"""Reserved TCP ports: chosen now, listened at later, by another process, and nobody else's.

A cluster's addresses must be known before its first server starts. A port that was merely found
free may be given to somebody else in the meantime; a reserved one is held by a socket that is bound
to it but doesn't listen, so the system gives the port to nobody who asks for any free one.
"""

from __future__ import annotations

import socket
import sys

# On Linux a server may listen where another socket is bound, if neither minds (SO_REUSEADDR).
# Elsewhere that is refused: the reservation ends just before the server starts.
_CAN_BE_SHARED = sys.platform.startswith("linux")


class PortReservation:
    """A port of one of this machine's addresses, held until `close`: a free one, or `port`.

    Raises: OSError when the machine doesn't have that address, or the port is taken.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def make_way(self) -> None:
        """A server starts at this port now."""
        if not _CAN_BE_SHARED:
            self.close()

    def close(self) -> None:
        """Give the port up."""
        self._socket.close()
