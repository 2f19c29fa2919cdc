"""A bad line between two machines: each direction has a delay of its own, and loses packets.

    with BadLine(machines["a"], machines["b"], forward=Quality(0.05, 0.05)):
        ...         # from a to b packets take 50 ms, and each twentieth is lost

It replaces the cable: each end is a TUN device, and a thread here carries the packets. (Linux can
do that too, with `tc ... netem`, but many kernels come without it.)
"""

from __future__ import annotations

import fcntl
import heapq
import itertools
import os
import pathlib
import random
import select
import struct
import threading
import time
from typing import Any, NamedTuple

import pytest

from tests.distributed.namespaces import Machine, run_ip

_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 1, 0x1000
_DEVICE = "/dev/net/tun"


class Quality(NamedTuple):
    """Of one direction: seconds that a packet takes, and which part of them is lost."""

    delay: float = 0.0
    loss: float = 0.0


PERFECT = Quality()


def need_bad_lines() -> None:
    """Skip the test where there can be none, and say why."""
    if not pathlib.Path(_DEVICE).exists():
        pytest.skip(f"a bad line needs {_DEVICE}")


class BadLine:
    """What joins two machines in place of their cable, until the end of a `with` block.

    `carried` and `lost` count packets.
    """

    def __init__(self, one: Machine, other: Machine, forward: Quality = PERFECT,
                 back: Quality = PERFECT, seed: int = 1) -> None:
        self.carried = self.lost = 0
        self._random = random.Random(seed)
        self._ends = [_end(one, other, "a"), _end(other, one, "b")]
        self.change(forward, back)
        self._waiting: list[tuple[float, int, int, bytes]] = []     # when, in order, where, what
        self._numbers = itertools.count()
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="bad line", daemon=True)
        self._thread.start()

    def change(self, forward: Quality = PERFECT, back: Quality = PERFECT) -> None:
        """Make it another line from now on."""
        one, other = self._ends
        self._ways = {one: (other, forward), other: (one, back)}

    def _run(self) -> None:
        while True:
            due = self._waiting[0][0] - time.monotonic() if self._waiting else None
            readable, _, _ = select.select([*self._ends, self._wake_read], [], [],
                                           None if due is None else max(due, 0.0))
            if self._wake_read in readable:
                return
            for end in readable:
                self._take(end, os.read(end, 2**16))
            while self._waiting and self._waiting[0][0] <= time.monotonic():
                _, _, target, packet = heapq.heappop(self._waiting)
                os.write(target, packet)

    def _take(self, end: int, packet: bytes) -> None:
        target, quality = self._ways[end]
        if self._random.random() < quality.loss:
            self.lost += 1
            return
        self.carried += 1
        heapq.heappush(self._waiting, (time.monotonic() + quality.delay, next(self._numbers),
                                       target, packet))

    def __enter__(self) -> BadLine:
        return self

    def __exit__(self, *exception: Any) -> None:
        os.write(self._wake_write, b"!")
        self._thread.join()
        for descriptor in (*self._ends, self._wake_read, self._wake_write):
            os.close(descriptor)


def _end(here: Machine, there: Machine, letter: str) -> int:
    """Make the device at one end; what packets are read from and written to."""
    descriptor = os.open(_DEVICE, os.O_RDWR)
    name = f"bad{letter}{os.getpid()}"
    fcntl.ioctl(descriptor, _TUNSETIFF,
                struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    run_ip("link", "set", name, "netns", here.namespace)
    if letter == "a":
        here.ip("link", "delete", f"to-{there.name}")      # both ends of the cable
    here.ip("link", "set", name, "name", f"to-{there.name}")
    here.join(there)
    return descriptor
