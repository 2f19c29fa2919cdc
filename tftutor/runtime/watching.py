"""Watching: a step that shows every value it computes to an observer, the moment it is computed.

The watched plan is a traced plan whose `_seen` is the observer's function, so plain runs and
traces are what they were. The observer looks at a value between the clocks of two operations: what
it takes doesn't count as theirs. It must not keep or change the array it is shown, for later
operations may write into it.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any

from tftutor.runtime.devices import Device
from tftutor.runtime.plan import Plan
from tftutor.runtime.resources import VariableCell
from tftutor.runtime.traced_source import TracedSource
from tftutor.runtime.tracing import LogEntry, TracedPart, TracedStep
from tftutor.runtime.watched_source import WatchedSource, WatchedSourceWriter

MOST_ENTRIES = 30_000  # of a log: a loop that turns for ever mustn't fill the memory

Observer = Callable[[Any], Any]
_sources: weakref.WeakKeyDictionary[Plan, WatchedSource] = weakref.WeakKeyDictionary()


class BoundedLog(list[LogEntry]):
    """The first entries of a log, and how many came after them."""

    left_out = 0

    def append(self, entry: LogEntry) -> None:
        """Keep the entry while there is room."""
        if len(self) < MOST_ENTRIES:
            super().append(entry)
        else:
            self.left_out += 1


class WatchedPart(TracedPart):
    """What one device does in a watched step.

    Attributes:
      source: which loops the entries of the log stand in.
    """

    source: WatchedSource

    def __init__(self, observer: Observer, plan: Plan, device: Device | None) -> None:
        self._observer = observer
        self._library: Any = device.library if device is not None else None
        super().__init__(plan, device)

    def _new_log(self) -> list[LogEntry]:
        return BoundedLog()

    def _source(self, plan: Plan, waits: bool, samples: bool) -> TracedSource:
        found = _sources.get(plan)
        if found is None:
            found = WatchedSourceWriter(plan, waits, samples).watched_source()
            _sources[plan] = found
        self.source = found
        return found.traced

    def _looks_at(self, library: Any, waits: bool) -> Observer:
        return self.look

    def _look_at_feed(self, value: Any) -> Any:
        return self.look(value)

    def look(self, value: Any) -> Any:
        """What the observer makes of a value."""
        return self._observer(self.host_value(value))

    def host_value(self, value: Any) -> Any:
        """A value in host memory, of a variable its present one; None where there is none yet."""
        if isinstance(value, VariableCell):
            value = value.value if value.is_initialized else None
        library = self._library
        if library is not None and not library.is_host and library.owns(value):
            return library.to_host(value)
        return value

    def cells(self) -> dict[str, VariableCell]:
        """The variables that this part of the step knows, by name."""
        return {tensor.op.name: value for tensor, value in self.original.constants.items()
                if isinstance(value, VariableCell)}


def watched_step(plan: Any, observer: Observer) -> TracedStep:
    """What runs a plan once and shows each value to `observer`.

    The log of each part holds what the observer returned. The observer is called from the threads
    of all devices.
    """
    return TracedStep(plan, functools.partial(WatchedPart, observer))
