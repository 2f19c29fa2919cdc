"""How shapes, sizes, bytes and times are written for people, in all drawings alike."""

from __future__ import annotations

from collections.abc import Sequence

Shape = Sequence[int | None] | None


def size_text(size: int | None) -> str:
    """The size of an axis: `784`, `?` where it isn't known."""
    return "?" if size is None else str(size)


def shape_text(shape: Shape, unknown: str = "?") -> str:
    """A shape as the lecture writes it: `[10, ?, 3]`, `[]`; `unknown` if not even the rank is."""
    return unknown if shape is None else f"[{', '.join(map(size_text, shape))}]"


def bytes_text(count: float) -> str:
    """`4 B`, `16.0 KiB`, `3.25 MiB`."""
    for unit, size, digits in (("TiB", 2**40, 2), ("GiB", 2**30, 2), ("MiB", 2**20, 2),
                               ("KiB", 2**10, 1)):
        if abs(count) >= size:
            return f"{count / size:.{digits}f} {unit}"
    return f"{count:.0f} B"


def duration_text(nanos: float) -> str:
    """`850 ns`, `12.3 us`, `4.56 ms`, `1.20 s`."""
    for unit, size, digits in (("s", 1e9, 2), ("ms", 1e6, 2), ("us", 1e3, 1)):
        if nanos >= size:
            return f"{nanos / size:.{digits}f} {unit}"
    return f"{nanos:.0f} ns"


def micros_text(micros: float) -> str:
    """`duration_text` of microseconds, which recorded steps and RunMetadata have."""
    return duration_text(1000 * micros)
