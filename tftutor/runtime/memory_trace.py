"""Lifetimes: which operation allocated a buffer, and which let go of it last.

The log of a traced step says what every value looks like, and the source when its name lets go of
it. Several names may hold one buffer (a reshaped array is a view), and a buffer that came from
outside - a feed, a constant, a variable - isn't the step's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tftutor.runtime.traced_source import Seen, TracedLines

_PASS_ON = {"ReadVariableOp", "Identity", "VariableV2", "RefIdentity"}  # may give what isn't theirs


class Ran(NamedTuple):
    """One operation as it ran: its lines, when it started, computed and was done, and its values.

    `number` is that of the lines in the log. `in_use` says how many bytes of the device's memory
    were in use afterwards, if that is known.
    """

    number: int
    lines: TracedLines
    start: int
    began: int
    end: int
    values: tuple[Seen | None, ...]
    in_use: int | None


class Allocation:
    """One buffer: its bytes and when it was taken and given back (None: after the step)."""

    __slots__ = ("nbytes", "slot", "start", "end", "holders")

    def __init__(self, nbytes: int, slot: int, start: int) -> None:
        self.nbytes = nbytes
        self.slot = slot
        self.start = start
        self.end: int | None = None
        self.holders: set[str] = set()


class Lifetimes:
    """The buffers of one part of a step.

    Args:
      foreign: numbers of buffers that are not the step's.
      kept: names whose values leave the step.
      end: when the part was done.

    Attributes:
      of: position in the list of what ran -> the buffers it allocated.
    """

    def __init__(self, ran: Sequence[Ran], foreign: Iterable[int], kept: Iterable[str], end: int
                 ) -> None:
        self.of: dict[int, list[Allocation]] = {}
        self._foreign = set(foreign)
        self._live: dict[int, Allocation] = {}
        self._held: dict[str, int] = {}
        for position, entry in enumerate(ran):
            for new, old in entry.lines.renamed:
                self._hold(new, self._held.get(old), entry.end)
            self._allocate(position, entry)
            for name in entry.lines.released:
                self._hold(name, None, entry.end)
        kept = set(kept)
        for name in list(self._held):
            if name not in kept:
                self._hold(name, None, end)

    def _allocate(self, position: int, entry: Ran) -> None:
        op = entry.lines.op
        for (name, slot), value in zip(entry.lines.values, entry.values, strict=True):
            key = value[2] if value is not None else 0
            if value is None or not key or key in self._foreign:
                self._hold(name, None, entry.end)
                continue
            if key not in self._live:
                if slot >= 0 and op is not None and op.type in _PASS_ON:
                    self._foreign.add(key)
                    continue
                made = self._live[key] = Allocation(value[1], slot, entry.began)
                self.of.setdefault(position, []).append(made)
            self._hold(name, key, entry.end)

    def _hold(self, name: str, key: int | None, time: int) -> None:
        """Let a name hold a buffer, and no longer the one that it held."""
        before = self._held.pop(name, None)
        if key is not None and key in self._live:
            self._held[name] = key
            self._live[key].holders.add(name)
        if before is not None and before != key:
            buffer = self._live[before]
            buffer.holders.discard(name)
            if not buffer.holders:
                buffer.end = time
                del self._live[before]
