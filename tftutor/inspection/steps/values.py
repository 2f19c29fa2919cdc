"""What a recorded step keeps of a value: all of a small one, of a big one statistics and a corner.

The array that is looked at is never kept: a later operation of the step may write into it.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

WHOLE_BYTES = 16 * 1024  # a value of at most so many bytes is kept whole
CORNER = (8, 8)  # of the last two dimensions, where a value is too big
SAMPLE = 32  # rows and columns of a sample of a big value, for a picture of it
_CORNER_OF_VECTOR = 64
_PIECE = 1 << 17  # elements
_HISTOGRAM_BINS = 16
_HISTOGRAM_SAMPLE = 1 << 16  # elements


@dataclass(frozen=True)
class Statistics:
    """A value in numbers. `minimum` to `deviation` are of its finite elements, None without any.

    Attributes:
      elements: how many there are.
      zeros: the share of elements that are 0, from 0 to 1.
      nans, infinities: how many elements are NaN, and plus or minus infinity.
      histogram: how many elements lie in each of equal parts of [minimum, maximum] (of a sample,
        for a big value); empty where there are only a few elements.
    """

    elements: int
    minimum: float | None
    mean: float | None
    maximum: float | None
    deviation: float | None
    zeros: float
    nans: int
    infinities: int
    histogram: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"elements": self.elements, "min": self.minimum, "mean": self.mean,
                "max": self.maximum, "std": self.deviation, "zeros": self.zeros,
                "nans": self.nans, "infs": self.infinities, "histogram": list(self.histogram)}


@dataclass(frozen=True)
class Value:
    """A tensor's value at one moment of a step.

    Attributes:
      dtype: TensorFlow's name of the type, such as `float32`.
      shape: what it was; None for what is no array (a queue, a dataset).
      nbytes: what all its elements take.
      array: its elements, or the first ones of a big value; None where nothing is kept.
      is_whole: whether `array` is all of it.
      sample: of a big value, evenly chosen elements of a plane of it, for a picture.
      statistics: None for strings and for what is no array.
      note: in words, for what is no array.
    """

    dtype: str
    shape: tuple[int, ...] | None
    nbytes: int = 0
    array: np.ndarray | None = None
    is_whole: bool = False
    statistics: Statistics | None = None
    note: str = ""
    sample: np.ndarray | None = None

    @property
    def health(self) -> str:
        """`nan`, `inf` or `ok`; empty where the question makes no sense."""
        if self.statistics is None:
            return ""
        if self.statistics.nans:
            return "nan"
        return "inf" if self.statistics.infinities else "ok"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinities in `rows` are text."""
        rows = None if self.array is None else _plain(self.array)
        return {"dtype": self.dtype, "shape": None if self.shape is None else list(self.shape),
                "nbytes": self.nbytes, "rows": rows, "whole": self.is_whole,
                "statistics": None if self.statistics is None else self.statistics.to_dict(),
                "health": self.health, "note": self.note}


class Watcher:
    """Looks at values while a step runs; may be called from several threads.

    Args:
      memory: how many bytes all kept elements may take together. Once they are used up, values
        are described by their statistics alone.
    """

    def __init__(self, memory: int) -> None:
        self._left = memory
        self._lock = threading.Lock()
        self.is_full = False

    def look(self, value: Any) -> Value:
        """What to keep of a value of the host's memory."""
        if value is None:
            return Value("", None, note="no value yet")
        if not isinstance(value, np.ndarray | np.generic | bool | int | float | str | bytes):
            return Value("", None, note=_noted(value))
        array = np.asarray(value)
        if array.dtype.hasobject or array.dtype.kind in "SU":
            return self._kept(array, "string", None)
        return self._kept(array, array.dtype.name, statistics_of(array))

    def _kept(self, array: np.ndarray, dtype: str, statistics: Statistics | None) -> Value:
        nbytes = array.nbytes if dtype != "string" else sum(
            len(item) for item in array.ravel()[:4096].tolist())
        is_whole = max(nbytes, array.nbytes) <= WHOLE_BYTES
        part = array if is_whole else _corner(array)
        sample = None if is_whole or statistics is None else _sample(array)
        needed = part.nbytes + (0 if sample is None else sample.nbytes)
        with self._lock:
            fits = needed <= self._left
            if fits:
                self._left -= needed
            else:
                self.is_full = True
        if not fits:
            return Value(dtype, array.shape, nbytes, statistics=statistics)
        return Value(dtype, array.shape, nbytes, part.copy(), is_whole, statistics,
                     sample=None if sample is None else sample.copy())


def statistics_of(array: np.ndarray) -> Statistics | None:
    """The statistics of an array of numbers or booleans; None for other types.

    A big array is read in pieces, so that it takes little memory.
    """
    kind = array.dtype.kind
    if kind not in "biufc" and array.dtype.name != "bfloat16":
        return None
    flat = array.reshape(-1)
    sums = _Sums()
    for start in range(0, flat.size, _PIECE):
        sums.add(flat[start:start + _PIECE])
    zeros = sums.zeros / max(flat.size, 1)
    if not sums.finite:
        return Statistics(flat.size, None, None, None, None, zeros, sums.nans, sums.infinities)
    return Statistics(flat.size, sums.low, sums.mean, sums.high,
                      math.sqrt(sums.squares / sums.finite), zeros, sums.nans, sums.infinities,
                      _histogram(flat, sums.low, sums.high))


class _Sums:
    """Counts and sums over the pieces of an array; `squares` are of the distances to the mean."""

    def __init__(self) -> None:
        self.zeros = self.nans = self.infinities = self.finite = 0
        self.low, self.high, self.mean, self.squares = math.inf, -math.inf, 0.0, 0.0

    def add(self, piece: np.ndarray) -> None:
        """Take another piece in. Source: Chan, Golub, LeVeque 1979, for mean and variance."""
        self.zeros += piece.size - int(np.count_nonzero(piece))
        numbers = _as_floats(piece)
        finite = np.isfinite(numbers)
        if not finite.all():
            nans = int(np.count_nonzero(np.isnan(numbers)))
            self.nans += nans
            numbers = numbers[finite]
            self.infinities += piece.size - nans - numbers.size
        if not numbers.size:
            return
        self.low = min(self.low, float(numbers.min()))
        self.high = max(self.high, float(numbers.max()))
        mean = float(numbers.mean())
        total = self.finite + numbers.size
        change = mean - self.mean
        self.squares += float(np.square(numbers - mean).sum())
        self.squares += change * change * self.finite * numbers.size / total
        self.mean += change * numbers.size / total
        self.finite = total


def _as_floats(piece: np.ndarray) -> np.ndarray:
    """The elements as float64; of complex numbers the absolute values."""
    with np.errstate(all="ignore"):
        return (np.abs(piece) if piece.dtype.kind == "c" else piece).astype(np.float64)


def _histogram(flat: np.ndarray, low: float, high: float) -> tuple[int, ...]:
    if flat.size <= _HISTOGRAM_BINS or not low < high or not math.isfinite(high - low):
        return ()
    sample = _as_floats(flat[::-(-flat.size // _HISTOGRAM_SAMPLE)])
    with np.errstate(all="ignore"):
        return tuple(np.histogram(sample[np.isfinite(sample)], _HISTOGRAM_BINS, (low, high))[0]
                     .tolist())


def _corner(array: np.ndarray) -> np.ndarray:
    """The first elements: of the last two dimensions, at index 0 of the others."""
    if array.ndim < 2:
        return array[:_CORNER_OF_VECTOR]
    return array[(0,) * (array.ndim - 2)][:CORNER[0], :CORNER[1]]


def plane_index(shape: tuple[int, ...]) -> tuple[int | slice, ...]:
    """The index of the plane of an array that shows most: of images the first one's first channel.

    A 4-D array counts as images [batch, height, width, channels]; of others it's the last two axes.
    """
    whole = slice(None)
    if len(shape) == 4:
        return (0, whole, whole, 0)
    return (0,) * (len(shape) - 2) + (whole,) * min(len(shape), 2)


def _sample(array: np.ndarray) -> np.ndarray | None:
    """Every n-th row and column of a plane; of a vector no picture is made."""
    if array.ndim < 2 or not array.size:
        return None
    plane = array[plane_index(array.shape)]
    rows, columns = (-(-size // SAMPLE) for size in plane.shape)
    return plane[::rows, ::columns]


def _noted(value: Any) -> str:
    """A few words for a queue, a dataset or whatever else flows along an edge."""
    name = getattr(value, "name", None)
    kind = type(value).__name__
    return f"{kind} {name!r}" if isinstance(name, str) else kind


def _plain(array: np.ndarray) -> Any:
    """Nested lists of numbers; what JSON has no number for is text."""
    if array.dtype.kind == "f" and not np.isfinite(array).all() or array.dtype.kind == "c":
        return np.vectorize(_as_json, otypes=[object])(array).tolist()
    if array.dtype.hasobject or array.dtype.kind in "SU":
        return np.vectorize(_as_text, otypes=[object])(array).tolist()
    return array.tolist()


def _as_json(number: Any) -> Any:
    if isinstance(number, complex | np.complexfloating):
        return f"{number:.6g}"
    return float(number) if math.isfinite(number) else str(float(number))


def _as_text(item: Any) -> str:
    return item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)
