"""What processes hold, and what they leave behind when they are gone."""

from __future__ import annotations

import os
import pathlib
import tempfile
from collections.abc import Iterable
from typing import NamedTuple

from tftutor.distributed.unix_sockets import socket_path


class Usage(NamedTuple):
    """What a process holds."""

    descriptors: int
    threads: int
    megabytes: int

    def __str__(self) -> str:
        return (f"{self.descriptors} descriptors, {self.threads} threads, "
                f"{self.megabytes} MiB")

    def has_leaked(self, before: Usage) -> bool:
        """Whether this is more than what comes and goes with connections and caches."""
        return (self.descriptors > before.descriptors + 30
                or self.threads > before.threads + 12
                or self.megabytes > 1.5 * before.megabytes + 50)


def usage_of(pid: int) -> Usage | None:
    """What a process holds now; None when it is gone, or where the system doesn't say."""
    process = pathlib.Path(f"/proc/{pid}")
    try:
        pages = int((process / "statm").read_text().split()[1])
        return Usage(len(os.listdir(process / "fd")), len(os.listdir(process / "task")),
                     pages * os.sysconf("SC_PAGE_SIZE") >> 20)
    except OSError:
        return None


def leftovers(addresses: Iterable[str]) -> list[str]:
    """What is there of this program's clusters: shared memory, socket files, directories."""
    found = list(pathlib.Path("/dev/shm").glob(f"*tftutor*{os.getpid()}*"))
    found += pathlib.Path(tempfile.gettempdir()).glob(f"tftutor-cluster-{os.getpid()}-*")
    for address in addresses:
        host, _, port = address.rpartition(":")
        path = socket_path(host, int(port))
        if path is not None and path.exists():
            found.append(path)
    return sorted(map(str, found))
