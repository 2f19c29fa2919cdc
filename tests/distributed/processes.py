"""Whether processes and ports of a test are gone; nothing here waits longer than it is told."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and wasn't waited for doesn't."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], text=True, capture_output=True,
                           check=False)
    return bool(found.stdout.strip()) and not found.stdout.strip().startswith("Z")


def comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition is true within some seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_free(address: str) -> bool:
    """Whether a server could take an address."""
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
            probe.listen()
        except OSError:
            return False
        return True


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on just now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports
