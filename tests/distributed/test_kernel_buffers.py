"""The buffers of unix sockets are widened; other files and sockets are left alone."""

from __future__ import annotations

import os
import socket

from tftutor.distributed.kernel_buffers import widen_unix_socket

ROOM = (socket.SOL_SOCKET, socket.SO_SNDBUF)


def test_a_unix_socket_has_as_much_room_as_the_system_allows():
    with open("/proc/sys/net/core/wmem_max") as file:
        allowed = 2 * min(int(file.read()), 4 << 20)  # Linux doubles what it is asked for
    one, other = socket.socketpair()
    with one, other:
        widen_unix_socket(one.fileno())
        assert one.getsockopt(*ROOM) == allowed
        one.sendall(b"it is usable still")
        assert other.recv(100) == b"it is usable still"


def test_what_is_no_unix_socket_is_left_alone():
    with socket.socket() as tcp:
        before = tcp.getsockopt(*ROOM)
        widen_unix_socket(tcp.fileno())
        assert tcp.getsockopt(*ROOM) == before
    reading, writing = os.pipe()
    widen_unix_socket(reading)
    os.close(reading)
    widen_unix_socket(reading)
    os.close(writing)
