"""Tracing: a step that notes what it does and when, for `RunMetadata.step_stats`.

The traced plan is made from the source of the plain one when a run asks for it, so that runs
without a trace pay nothing. In a step on several devices each part is traced in its own thread.
Inside the step a traced operation takes a microsecond more; the protos are made afterwards.

A real GPU works behind the host's back: what a clock around a call shows is how long the launch
took. A traced step therefore waits for the GPU after each operation. Its times are those of the
kernels and of one launch each, and a traced step takes longer than a plain one.
"""

from __future__ import annotations

import copy
import functools
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from tftutor.runtime.devices import Device
from tftutor.runtime.plan import Plan
from tftutor.runtime.shape_regions import ForgetfulMemo, ShapeMemo
from tftutor.runtime.traced_source import Seen, TracedLines, TracedSource, seen, traced_source
from tftutor.runtime.transfers import Copy

# (index of the lines, start, end, what its values look like, bytes in use on the device)
LogEntry = tuple[int, int, int, tuple[Seen | None, ...], int | None]

_sources: weakref.WeakKeyDictionary[Plan, TracedSource] = weakref.WeakKeyDictionary()


class TracedPart:
    """What one device does in a traced step.

    Attributes:
      device: where; None for the host of a session without other devices.
      original: the plain plan.
      plan: the one to run in its place.
      steps: what the first number of a log entry stands for.
      log: what the last run noted.
      start, end, thread: when it ran (nanoseconds of `perf_counter_ns`), and in which thread.
      given: what its feeds look like.
      in_use: bytes in use on the device when it began, if that is known.
    """

    def __init__(self, plan: Plan, device: Device | None) -> None:
        self.original = plan
        self.device = device
        self.log: list[LogEntry] = self._new_log()
        self.start = self.end = self.thread = 0
        self.given: list[Seen | None] = []
        self.in_use: int | None = None
        library: Any = device.library if device is not None else None
        waits = device is not None and not device.is_host and not device.is_simulated
        self._samples = hasattr(library, "bytes_in_use")
        traced = self._source(plan, waits, self._samples)
        self.steps: list[TracedLines] = traced.steps
        self.plan = copy.copy(plan)
        self.plan.filename, self.plan.source = traced.code.co_filename, traced.text
        self.plan.line_ops = traced.line_ops
        memos = {name: ForgetfulMemo() for name, value in plan.namespace.items()
                 if isinstance(value, ShapeMemo)}
        self.plan.namespace = {
            **plan.namespace, **memos, "_clock": time.perf_counter_ns,
            "_seen": self._looks_at(library, waits),
            "_log": self.log.append, "_synchronize": getattr(library, "synchronize", None),
            "_in_use": getattr(library, "bytes_now", functools.partial(
                getattr, library, "bytes_in_use"))}
        exec(traced.code, self.plan.namespace)  # noqa: S102 - the plan's own source
        self._function = self.plan.namespace["step_function"]
        self.plan.function = self._run

    def _new_log(self) -> list[LogEntry]:
        return []

    def _source(self, plan: Plan, waits: bool, samples: bool) -> TracedSource:
        return _traced_source(plan, waits, samples)

    def _looks_at(self, library: Any, waits: bool) -> Callable[[Any], Any]:
        """What is noted of a value."""
        return functools.partial(seen, nbytes_of=library.nbytes) if waits else seen

    def _look_at_feed(self, value: Any) -> Any:
        return seen(value)

    def _run(self, feeds: Sequence[Any], step: Any) -> list[Any]:
        self.thread = threading.get_ident()
        self.given = [self._look_at_feed(value) for value in feeds]
        self.in_use = self.plan.namespace["_in_use"]() if self._samples else None
        self.start = time.perf_counter_ns()
        results = self._function(feeds, step)
        self.end = time.perf_counter_ns()
        return results


def _traced_source(plan: Plan, waits: bool, samples: bool) -> TracedSource:
    """Compiled when a plan is first traced; compiling takes as long as many small steps."""
    found = _sources.get(plan)
    if found is None:
        found = _sources[plan] = traced_source(plan, waits, samples)
    return found


class TracedStep:
    """A step that notes what it does.

    Attributes:
      plan: a Plan or PartitionedPlan to run in place of the plain one, once.
      parts: one a device.
      copies: the list for `StepState.copies`.
    """

    def __init__(self, plan: Any,
                 make_part: Callable[[Plan, Device | None], TracedPart] = TracedPart) -> None:
        self.original = plan
        self.copies: list[Copy] = []
        self.epoch = time.time_ns() - time.perf_counter_ns()
        self.plan: Any
        if plan.parts is None:
            self.parts = [make_part(plan, None)]
            self.plan = self.parts[0].plan
            return
        self.parts = [make_part(part.plan, part.device) for part in plan.parts]
        self.plan = copy.copy(plan)
        self.plan.parts = [
            type(part)(part.device, traced.plan, part.feed_positions, part.fetch_positions)
            for part, traced in zip(plan.parts, self.parts, strict=True)]

    def write_stats(self, stats: Any) -> None:
        """Write what the run was into an empty StepStats proto."""
        from tftutor.runtime.step_stats import StepStatsWriter

        StepStatsWriter(self, stats).write()
