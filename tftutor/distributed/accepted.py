"""Connections that ZeroMQ has accepted, seen from the kernel: ended by hand, counted in bytes.

ZeroMQ has no call for either, and reads the frames of one multipart into memory for as long as
the other side says that more will follow. Only the kernel knows how much that is.
"""

from __future__ import annotations

import os
import socket
import struct

_BYTES_RECEIVED = 128      # offset of tcpi_bytes_received in Linux's struct tcp_info


class Listening:
    """The addresses on which a task listens: TCP ports and paths of unix sockets."""

    def __init__(self) -> None:
        self.ports: set[int] = set()
        self.paths: set[str] = set()

    def connection(self, fd: int) -> socket.socket | None:
        """Return a second handle of an accepted connection, or None if it is none of ours.

        It has ended perhaps, and its number `fd` been given to another file: that is left alone.
        """
        try:
            duplicate = os.dup(fd)
        except OSError:
            return None
        try:
            connection = socket.socket(fileno=duplicate)
        except OSError:                                # some other file
            os.close(duplicate)
            return None
        try:
            name = connection.getsockname()
            ours = name in self.paths if isinstance(name, str) else name[1] in self.ports
        except OSError:
            ours = False
        if ours:
            return connection
        connection.close()
        return None

    def cut(self, fd: int) -> None:
        """End a connection; ZeroMQ notices and closes it."""
        connection = self.connection(fd)
        if connection is not None:
            with connection:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return                             # it has just ended by itself

    def bytes_received(self, fd: int) -> int:
        """Return how many bytes have come on a TCP connection; 0 where the kernel does not tell."""
        option: int = getattr(socket, "TCP_INFO", 0)
        connection = self.connection(fd) if option else None
        if connection is None:
            return 0
        with connection:
            try:
                info = connection.getsockopt(socket.IPPROTO_TCP, option, 256)
            except OSError:                            # a unix socket: a program of the same user
                return 0
        return struct.unpack_from("Q", info, _BYTES_RECEIVED)[0] if len(info) >= 136 else 0


class EndlessMessages:
    """Finds connections on which bytes keep coming, but no message ever ends."""

    def __init__(self, listening: Listening) -> None:
        self._listening = listening
        self._marks: dict[int, tuple[float, int]] = {}    # descriptor -> last message, bytes then

    def begin(self, fd: int, now: float) -> None:
        """A connection has been accepted, and nothing has come on it."""
        self._marks[fd] = (now, 0)

    def found(self, fd: int, last_message: float, limit: int) -> bool:
        """Look at a connection whose last message came at this time.

        `limit` is how many bytes may come after it: what credit allows and then some, as
        messages may wait to be read. The first look at a connection finds nothing: what has come
        before may have been any number of messages.
        """
        received = self._listening.bytes_received(fd)
        known = self._marks.get(fd)
        if known is None or known[0] != last_message or received < known[1]:
            self._marks[fd] = (last_message, received)
            return False
        return received - known[1] > limit

    def forget(self, fd: int) -> None:
        """The connection has ended."""
        self._marks.pop(fd, None)
