"""How much of a message a unix socket takes at once.

TCP's buffers grow by themselves; a unix socket keeps its 208 KiB, so both sides take turns five
times for each MiB. ZeroMQ's options for it count for TCP alone.
"""

from __future__ import annotations

import os
import socket

_ROOM = 4 << 20  # bytes; the system may allow less


def widen_unix_socket(fd: int) -> None:
    """Give a connection room for big messages; one over TCP, or one that has ended, is left alone.

    Args: `fd` is the number that a monitor's event names.
    """
    try:
        duplicate = os.dup(fd)
    except OSError:  # it has ended
        return
    try:
        connection = socket.socket(fileno=duplicate)
    except OSError:  # it has ended, and the number is some file's by now
        os.close(duplicate)
        return
    with connection:
        if connection.family == socket.AF_UNIX:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _ROOM)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM)
