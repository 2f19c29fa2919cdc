"""Measure: the same row in all implementations by turns, so that a busy moment hits them all."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from benchmarks.implementations import Conversation, Implementation, WorkerError
from benchmarks.rows import IN_A_FRESH_PROCESS, Row

SCALE = {"s": 1.0, "ms": 1e3, "us": 1e6, "MB": 1.0, "x": 1.0}


class Result(NamedTuple):
    """What a row gave in one implementation: a median in the row's unit, or an error."""

    value: float | None = None
    samples: tuple[float, ...] = ()
    error: str = ""


class Settings(NamedTuple):
    """How to measure: rounds of interleaved samples, seconds a sample, threads, time limit."""

    rounds: int = 7
    seconds: float = 0.2
    threads: int = 1
    limit: float = 300.0
    tiny: bool = False


def measure(row: Row, implementations: Sequence[Implementation],
            settings: Settings) -> dict[str, Result]:
    """Results of a row by implementation name; an error in one doesn't stop the others."""
    if row.alone:
        implementations = [i for i in implementations if i.kind == "tftutor"]
    samples: dict[str, list[float]] = {i.name: [] for i in implementations}
    failed: dict[str, str] = {}
    with ExitStack() as stack:
        workers = {}
        for implementation in implementations:
            try:
                workers[implementation.name] = _start(row, implementation, settings, stack)
            except WorkerError as error:
                failed[implementation.name] = str(error)
        rounds = 1 if row.program == "install_size" else settings.rounds
        for _ in range(rounds):
            for implementation in implementations:
                name = implementation.name
                if name in failed:
                    continue
                try:
                    samples[name].append(_sample(row, implementation, settings,
                                                 workers[name]) * SCALE[row.unit])
                except WorkerError as error:
                    failed[name] = str(error)
    return {name: Result(error=failed[name]) if name in failed
            else Result(statistics.median(taken), tuple(taken))
            for name, taken in samples.items()}


def _start(row: Row, implementation: Implementation, settings: Settings,
           stack: ExitStack) -> Conversation | None:
    """A worker with the row's program warmed up; None where every sample needs a fresh one."""
    if row.program in IN_A_FRESH_PROCESS:
        return None
    worker = stack.enter_context(Conversation(implementation, settings.threads, settings.limit,
                                              row.settings))
    worker.ask(program=row.program, sizes=row.tiny if settings.tiny else row.sizes)
    return worker


def _sample(row: Row, implementation: Implementation, settings: Settings,
            worker: Conversation | None) -> float:
    if worker is None:
        with Conversation(implementation, settings.threads, settings.limit) as fresh:
            return fresh.ask(measure=row.program)["value"]
    return worker.ask(seconds=settings.seconds)["time"]


def describe(implementation: Implementation, settings: Settings) -> dict[str, str]:
    """Versions of an implementation, or {"error": why not}."""
    try:
        with Conversation(implementation, settings.threads, settings.limit) as worker:
            return worker.ask(about=True)
    except WorkerError as error:
        return {"error": str(error)}
