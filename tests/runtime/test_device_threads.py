"""Threads of devices hold on to nothing that they have run."""

from __future__ import annotations

import gc
import threading
import time
import weakref

import pytest

from tftutor.runtime.device_threads import DeviceThreads


class Step:
    """Stands for a step, with all the arrays it holds."""

    def __init__(self) -> None:
        self.ran_in: threading.Thread | None = None

    def run(self) -> Step:
        self.ran_in = threading.current_thread()
        return self


def _let_go(reference: weakref.ref[Step]) -> bool:
    """The thread forgets its work right after it has said that it is done."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        gc.collect()
        if reference() is None:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("earlier", [0, 1])
def test_finished_work_is_let_go(earlier: int) -> None:
    threads = DeviceThreads()
    for _ in range(earlier):
        threads.start(lambda: None, "device").done.wait(10)
    step = Step()
    work = threads.start(step.run, "device")
    assert work.done.wait(10) and work.result is step
    thread, reference = step.ran_in, weakref.ref(step)
    del work, step
    assert thread is not None and thread.is_alive()
    assert _let_go(reference)
