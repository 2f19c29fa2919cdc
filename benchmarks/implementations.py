"""Implementations: tftutor and the TensorFlows, and conversations with their workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# Set on some machines to protect older OpenBLAS builds; they slow down a current NumPy.
SAFETY_SETTINGS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


class Implementation(NamedTuple):
    """Something that runs the programs: its name, its Python, and which module to import there."""

    name: str
    python: str
    kind: str

    def environment(self, threads: int, settings: Mapping[str, str] | None = None
                    ) -> dict[str, str]:
        """The environment of its workers; `settings` are a row's, for tftutor alone."""
        env = dict(os.environ)
        if self.kind == "tftutor":
            for setting in SAFETY_SETTINGS:
                env.pop(setting, None)
            env.update(settings or {})
        env.update(OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads),
                   MKL_NUM_THREADS=str(threads), BENCH_THREADS=str(threads),
                   TF_CPP_MIN_LOG_LEVEL="3", PYTHONWARNINGS="ignore", PYTHONPATH=str(ROOT),
                   CUDA_VISIBLE_DEVICES="-1")
        return env


def tftutor() -> Implementation:
    """tftutor in the Python that runs the benchmarks."""
    return Implementation("tftutor", sys.executable, "tftutor")


class WorkerError(Exception):
    """A worker said that something failed, or ended."""


class Conversation:
    """A running worker. Use as a context manager: it ends with the block."""

    def __init__(self, implementation: Implementation, threads: int, limit: float,
                 settings: Mapping[str, str] | None = None) -> None:
        self.limit = limit
        self._process = subprocess.Popen(
            [implementation.python, "-m", "benchmarks.worker", implementation.kind],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=ROOT, env=implementation.environment(threads, settings))
        self._complaints: list[str] = []
        self._reader = threading.Thread(target=self._keep_complaints, daemon=True)
        self._reader.start()

    def _keep_complaints(self) -> None:
        for line in self._process.stderr or ():
            if line.strip():
                self._complaints = [*self._complaints[-4:], line.strip()]

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request and return the answer.

        Raises: WorkerError when the worker reports an error, dies, or takes longer than the limit.
        """
        alarm = threading.Timer(self.limit, self._process.kill)
        alarm.start()
        try:
            self._process.stdin.write(json.dumps(request) + "\n")  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]
            line = self._process.stdout.readline()  # type: ignore[union-attr]
        except BrokenPipeError:
            line = ""
        finally:
            timed_out = not alarm.is_alive()
            alarm.cancel()
        if not line:
            self._reader.join(timeout=2)
            why = f"no answer in {self.limit:g} s" if timed_out else "the worker ended"
            raise WorkerError(f"{why}: {' | '.join(self._complaints[-2:])}")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer

    def __enter__(self) -> Conversation:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
