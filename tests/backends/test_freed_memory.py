"""Memory that malloc keeps: counted in page faults of a fresh process."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_PROGRAM = """
import resource, sys
from tftutor.backends.freed_memory import keep_freed_memory

if sys.argv[1] == "keep":
    keep_freed_memory(4 << 20, 64 << 20)
    keep_freed_memory(1 << 20, 1 << 20)  # less than before: changes nothing

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def use(times):
    # As a queue of pieces of 1 MiB that fills and empties.
    for number in range(times):
        queue = [bytes([piece]) * (1 << 20) for piece in range(40)]
        del queue

use(3)
before = faults()
use(10)
print(faults() - before)
"""


def _faults(way: str) -> int:
    done = subprocess.run([sys.executable, "-c", _PROGRAM, way], capture_output=True, text=True,
                          check=True, env={"PYTHONMALLOC": "malloc", "PATH": ""})
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's malloc can be told")
def test_freed_blocks_are_used_again_without_fresh_pages():
    pages = 40 * 2**20 // 4096  # of one queue
    assert _faults("keep") < pages < 5 * pages < _faults("leave")
