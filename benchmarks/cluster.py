"""Cluster: the tasks of a cluster as processes of their own, on this machine's loopback interface.

Runs on Python 3.7 too, inside the worker of an implementation.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def free_addresses(count: int) -> list[str]:
    """Addresses that nobody listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    addresses = [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]
    for each in sockets:
        each.close()
    return addresses


class Process:
    """A Python module in a process of its own, which ends with the pipe to it."""

    def __init__(self, module: str, *arguments: str) -> None:
        environment = dict(os.environ, PYTHONPATH=ROOT)
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, universal_newlines=True, cwd=ROOT, env=environment)

    def ask(self, **request: Any) -> None:
        """Send a request; its answer is read later."""
        self._process.stdin.write(json.dumps(request) + "\n")  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]

    def answer(self) -> dict[str, Any]:
        """The next answer. Raises: RuntimeError for an error, or if the process has ended."""
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        answer = json.loads(line) if line else {"error": "the process has ended"}
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def close(self) -> None:
        """End it."""
        self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()  # type: ignore[union-attr]


class Cluster:
    """A parameter server and workers; `here` of the workers are left to this process."""

    def __init__(self, tf: Any, workers: int, here: int = 0) -> None:
        kind = "tftutor" if tf.__name__ == "tftutor" else "tensorflow"
        addresses = free_addresses(1 + workers)
        self.spec = {"ps": addresses[:1], "worker": addresses[1:]}
        names = [("ps", 0)] + [("worker", index) for index in range(here, workers)]
        self.tasks = [Process("benchmarks.task", kind, json.dumps(self.spec), job, str(index))
                      for job, index in names]
        for task in self.tasks:
            task.answer()

    def close(self) -> None:
        """End all its processes."""
        for task in self.tasks:
            task.close()
