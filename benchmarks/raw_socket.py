"""Raw socket: what a transfer costs without any protocol, to compare with.

`python -m benchmarks.raw_socket` prints {"port": number} and serves one connection: a command is
eight bytes: how many bytes to send; or, negative, how many to receive, to add to those received
before as float32, and to acknowledge with one byte.
"""

from __future__ import annotations

import json
import socket
import struct
import sys

import numpy as np


def receive_into(connection: socket.socket, buffer: memoryview) -> bool:
    """Fill a buffer; False if the connection ends first."""
    filled = 0
    while filled < len(buffer):
        count = connection.recv_into(buffer[filled:])
        if not count:
            return False
        filled += count
    return True


class RawConnection:
    """The calling side."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def pull(self, size: int) -> np.ndarray:
        """Receive bytes into a new array, as every step gives a new one."""
        array = np.empty(size, np.uint8)
        self._socket.sendall(struct.pack("q", size))
        receive_into(self._socket, memoryview(array))
        return array

    def push(self, array: np.ndarray) -> None:
        """Send the bytes of float32s, and wait until they have been added."""
        self._socket.sendall(struct.pack("q", -array.nbytes))
        self._socket.sendall(memoryview(array))
        self._socket.recv(1)

    def close(self) -> None:
        """Hang up; the other side ends."""
        self._socket.close()


def serve(connection: socket.socket) -> None:
    """Do what is asked until the connection ends."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    arrays: dict[int, np.ndarray] = {}
    command = bytearray(8)
    while receive_into(connection, memoryview(command)):
        size = struct.unpack("q", command)[0]
        if size >= 0:
            if size not in arrays:
                arrays[size] = np.ones(size, np.uint8)
            connection.sendall(memoryview(arrays[size]))
        else:
            delta = np.empty(-size, np.uint8)
            receive_into(connection, memoryview(delta))
            if size not in arrays:
                arrays[size] = np.zeros(-size // 4, np.float32)
            arrays[size] += delta.view(np.float32)
            connection.sendall(b"!")


def main() -> None:
    """Serve one connection."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
        sys.stdout.flush()
        serve(listener.accept()[0])


if __name__ == "__main__":
    main()
