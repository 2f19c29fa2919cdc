"""A task that does what `handle` says; in a process of its own (prints its address), or in ours."""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from typing import Any

import numpy as np

from tftutor.distributed.keys import load_keys
from tftutor.distributed.messages import Hello, Request
from tftutor.distributed.transport import Responder, Transport, TransportOptions

NAME = "/job:ps/replica:0/task:0"


class Task:
    """Counts what it is asked."""

    def __init__(self, address: str = "127.0.0.1:0", *, incarnation: int = 77,
                 keys: Any = None, **options: Any) -> None:
        self.calls = 0
        self.lost: list[Hello] = []
        self.transport = Transport(
            handler=self.handle, identity=Hello("task", NAME, incarnation),
            options=TransportOptions(**options), keys=keys, on_lost=self.lost.append)
        self.address = self.transport.bind(address)

    def handle(self, request: Request, responder: Responder) -> None:
        """`handle` of run_graph: echo, thread, soon, never, hang, sum; other methods do nothing."""
        self.calls += 1
        if request.method == "status":
            responder.reply({"task": NAME, "cluster": {}, "devices": [], "incarnation": 77,
                             "uptime": 0.0, "details": self.details()})
        elif request.method != "run_graph":
            responder.reply({})
        elif request.header["handle"] == "hang":
            time.sleep(100)
        elif request.header["handle"] == "thread":
            threading.Thread(target=responder.reply, args=({}, request.tensors)).start()
        elif request.header["handle"] == "soon":
            threading.Timer(0.05, responder.reply, args=({}, request.tensors)).start()
        elif request.header["handle"] == "sum":
            responder.reply({}, [np.float64(sum(t.sum() for t in request.tensors))])
        elif request.header["handle"] != "never":
            responder.reply({}, request.tensors)

    def details(self) -> dict[str, Any]:
        """What tests look at."""
        counters = dict(self.transport.counters)
        return {"calls": self.calls, "counters": counters, "peak": peak_bytes()}


def resident_bytes() -> int:
    """The memory that this process has."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096
    except OSError:
        return 0


def peak_bytes() -> int:
    """The most memory that this process has had."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    if "keys" in arguments:
        arguments["keys"] = load_keys(arguments["keys"], "ps")
    print(Task(**arguments).address, flush=True)
    sys.stdin.read()           # until the test ends
