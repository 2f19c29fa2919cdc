"""Lifetimes: which operation allocated a buffer, and which let go of it last.

The log of a traced step says what every value looks like, and the source when its name lets go of
it. Several names may hold one buffer (a reshaped array is a view), and a buffer that came from
outside - a feed, a constant, a variable - isn't the step's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
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
        self.holders = 0  # names that stand for it


class Lifetimes:
    """The buffers of one part of a step.

    Args:
      foreign: numbers of buffers that are not the step's.
      kept: names whose values leave the step.
      end: when the part was done.

    Attributes:
      of: position in the list of what ran -> the buffers it allocated.
    """

    def __init__(self, ran: Sequence[Ran], foreign: Iterable[int], kept: Set[str], end: int
                 ) -> None:
        self.of: dict[int, list[Allocation]] = {}
        self._foreign = set(foreign)
        self._live: dict[int, Allocation] = {}
        self._held: dict[str, int] = {}
        for position, entry in enumerate(ran):
            lines = entry.lines
            for new, old in lines.renamed:
                self._hold(new, self._held.get(old), entry.end)
            if lines.values:
                self._allocate(position, entry)
            for name in lines.released:
                self._hold(name, None, entry.end)
        for name in self._held.keys() - kept:
            self._hold(name, None, end)

    def _allocate(self, position: int, entry: Ran) -> None:
        _, lines, _, began, end, values, _ = entry
        for (name, slot), value in zip(lines.values, values, strict=True):
            key = value[2] if value is not None else 0
            if value is None or not key or key in self._foreign:
                self._hold(name, None, end)
                continue
            if key not in self._live:
                if slot >= 0 and lines.op is not None and lines.op.type in _PASS_ON:
                    self._foreign.add(key)
                    continue
                made = self._live[key] = Allocation(value[1], slot, began)
                if position in self.of:
                    self.of[position].append(made)
                else:
                    self.of[position] = [made]
            self._hold(name, key, end)

    def _hold(self, name: str, key: int | None, time: int) -> None:
        """Let a name hold a buffer, and no longer the one that it held."""
        before = self._held.get(name)
        if before == key:
            return
        if key is not None:
            self._held[name] = key
            self._live[key].holders += 1
        if before is not None:
            if key is None:
                del self._held[name]
            buffer = self._live[before]
            buffer.holders -= 1
            if not buffer.holders:
                buffer.end = time
                del self._live[before]
