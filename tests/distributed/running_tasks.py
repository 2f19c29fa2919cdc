"""Tasks for tests: in this process or in one of their own, and clients that call them."""

from __future__ import annotations

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
from typing import Any

from tests.distributed.transport_task import Task
from tftutor.distributed.messages import Hello
from tftutor.distributed.transport import Transport, TransportOptions

ROOT = pathlib.Path(__file__).parents[2]


def step(handle: str) -> dict[str, Any]:
    """The header of a run_graph."""
    return {"session": "s", "handle": handle, "step": 1}


def client(role: str = "client", task: str = "", keys: Any = None, incarnation: int = 0,
           **options: Any) -> Transport:
    """A transport that serves nobody."""
    hello = Hello(role, task, incarnation or random.getrandbits(60) | 1)
    return Transport(handler=None, identity=hello, options=TransportOptions(**options), keys=keys)


class Process:
    """A task in a process of its own."""

    def __init__(self, **arguments: Any) -> None:
        script = pathlib.Path(__file__).with_name("transport_task.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), json.dumps(arguments)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)})
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self) -> None:
        """Kill it, wait, and close the pipes."""
        self.process.kill()
        self.process.communicate()


class Tasks:
    """What a test has started; ended after it."""

    def __init__(self) -> None:
        self._here: list[Task] = []
        self._processes: list[Process] = []

    def here(self, **arguments: Any) -> Task:
        """A task in this process."""
        self._here.append(Task(**arguments))
        return self._here[-1]

    def process(self, **arguments: Any) -> Process:
        """A task in a process of its own."""
        self._processes.append(Process(**arguments))
        return self._processes[-1]

    def end(self) -> None:
        """End them all."""
        for task in self._here:
            task.transport.close()
        for process in self._processes:
            process.end()
