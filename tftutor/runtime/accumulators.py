"""Accumulators of a session: where the gradients of many steps become one.

Synchronous training collects the gradients of all workers here. A gradient carries the number of
the step that its variables were of (`local_step`); one that comes after its step is over is *stale*
and dropped without a word, so that a slow worker can't spoil a later step. Whoever takes the
average waits until there are enough, gets it, and begins the next step: the accumulator is empty
again and counts one step more.

As at a queue, nobody sleeps with the lock held, and who came first takes first.

Source: TF 1.15 docs, tf.ConditionalAccumulator and tf.SparseConditionalAccumulator; the order of
the checks is that of its kernels.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework.attr_values import plain_attr
from tftutor.framework.operation import Operation
from tftutor.framework.shape_merge import Shape, brackets_text
from tftutor.platform import tf_logging
from tftutor.runtime.placement_errors import no_kernel_at_all
from tftutor.runtime.queue_resources import private_name
from tftutor.runtime.step_state import StepState

_FLOATS = ("float16", "float32", "float64")


class Accumulator:
    """What both kinds share: the step they are at, the count, and those who wait to take.

    Args:
      container, name: under which nodes share it; `node` names one that isn't shared.
      dtype, shape: of the gradients; a shape of None takes gradients of any shape.
      is_mean: give the mean of the gradients, otherwise their sum.

    Attributes: global_step: the step whose gradients are collected. count: how many there are.
    """

    def __init__(self, container: str, name: str, node: str, dtype: Any, shape: Shape,
                 is_mean: bool) -> None:
        self.container = container
        self.name = name or private_name(node)
        # Not `dtype` and `shape`: NumPy takes an object with these for an array.
        self.gradient_dtype = dtype
        self.gradient_shape = shape
        self.is_mean = is_mean
        self.global_step = 0
        self.count = 0
        self._changed = threading.Condition()
        self._takes: deque[object] = deque()
        self._needed = 0  # by whoever takes next ...
        self._waiting_since = 0.0
        self._heard: dict[str, float] = {}  # worker -> when its last gradient came
        self._present: set[str] = set()  # the workers whose gradients of this step have come
        self._taker = ""  # who has taken the mean last, and
        self._taken = 0.0  # when
        self._is_released = False

    @property
    def value(self) -> np.ndarray:
        """What a fetched handle shows: container and name."""
        return np.array([self.container.encode(), self.name.encode()], object)

    def num_accumulated(self) -> int:
        """How many gradients of the present step have come."""
        with self._changed:
            return self.count

    def set_global_step(self, step_number: int) -> None:
        """Begin another step; a step back is warned of, and done."""
        with self._changed:
            if step_number < self.global_step:
                tf_logging.warning(
                    "Attempt to set current_global_step_ to smaller value: "
                    "current_global_step_ = %d >= %d = new_global_step.", self.global_step,
                    step_number)
            self.global_step = step_number

    def apply(self, local_step: int, *gradient: Any, source: str = "") -> None:
        """Add a gradient, unless it is stale; `source` names the worker that it comes from.

        Raises: InvalidArgumentError for a gradient that doesn't fit.
        """
        with self._changed:
            if source:
                self._heard[source] = time.monotonic()
            if local_step < self.global_step:
                return
            self._present.add(source)
            self._check(*gradient)
            self._add(*gradient)
            self.count += 1
            self._changed.notify_all()

    def take(self, num_required: int, step: StepState) -> Any:
        """The mean (or sum) of the gradients, as soon as there are `num_required`.

        Raises: InvalidArgumentError for a number below 1; CancelledError when the session closes,
        DeadlineExceededError when the step's time is up.
        """
        if num_required <= 0:
            raise _invalid(f"Argument num_required must be positive, but was {num_required}")
        ticket = object()
        with self._changed:
            self._takes.append(ticket)
            if len(self._takes) == 1:
                self._needed, self._waiting_since = num_required, time.monotonic()
            try:
                step.wait_for(
                    self._changed,
                    lambda: self._is_released or (self._takes[0] is ticket
                                                  and self.count >= num_required),
                    "TakeGrad operation was cancelled")
                if self._is_released:
                    raise errors.CancelledError(None, None, "TakeGrad operation was cancelled")
                result = self._give()
                self.count = 0
                self.global_step += 1
                self._present.clear()
                self._waiting_since = time.monotonic()
                return result
            finally:
                self._takes.remove(ticket)
                self._taker, self._taken = getattr(step.session, "origin", ""), time.monotonic()
                self._changed.notify_all()

    @property
    def is_awaited(self) -> bool:
        """Whether somebody, the chief for one, waits for the mean."""
        return bool(self._takes)

    def stall(self, seconds: float, is_chief_here: bool = False) -> str | None:
        """What is missing, if somebody has waited for it so long; else None.

        As in "step 120: 3 of 4 gradients; worker 2 silent for 14 s". `is_chief_here` says that the
        chief waits at another accumulator: it takes one mean after the other.
        """
        with self._changed:
            now = time.monotonic()
            waited = now - self._waiting_since
            if (not self._takes and not is_chief_here and self.count and self._taker
                    and now - self._taken >= seconds):
                return (f"step {self.global_step}: {self.count} gradients, and no chief; "
                        f"{self._taker} silent for {now - self._taken:.0f} s")
            if not self._takes or waited < seconds or self.count >= self._needed:
                return None
            silent = [f"{worker} silent for {now - heard:.0f} s"
                      for worker, heard in sorted(self._heard.items())
                      if worker not in self._present]
            return "; ".join([f"step {self.global_step}: {self.count} of {self._needed} gradients",
                              *(silent or [f"for {waited:.0f} s"])])

    def close(self) -> None:
        """Give the accumulator up, as its session is closed: whoever waits is cancelled."""
        with self._changed:
            self._is_released = True
            self._changed.notify_all()

    # -- what the kinds differ in; the lock is held --------------------------------------------

    def _check(self, *gradient: Any) -> None:
        raise NotImplementedError

    def _add(self, *gradient: Any) -> None:
        raise NotImplementedError

    def _give(self) -> Any:
        raise NotImplementedError


class DenseAccumulator(Accumulator):
    """Collects arrays of one shape."""

    _sum: Any = None

    def _check(self, *gradient: Any) -> None:
        given = np.shape(gradient[0])
        wanted: Shape = self._sum.shape if self.count else self.gradient_shape
        if wanted is not None and not _is_compatible(given, wanted):
            raise _invalid(f"Shape mismatch: expected {brackets_text(wanted)}, got "
                           f"{brackets_text(given)}")

    def _add(self, *gradient: Any) -> None:
        if self.count:
            self._sum += gradient[0]
        else:
            self._sum = np.array(gradient[0])

    def _give(self) -> Any:
        result, self._sum = self._sum, None
        if self.is_mean:
            result /= result.dtype.type(self.count)
        return result


class SparseAccumulator(Accumulator):
    """Collects rows of an array, each with its index.

    The mean of a row is that over the gradients that had it. The first gradient's rows are kept in
    their order; later ones are merged in as if both were sorted, whether they are or not, and rows
    that come twice in one gradient stay apart: all as in TF.
    """

    _indices: np.ndarray
    _values: np.ndarray
    _counts: np.ndarray

    def _check(self, *gradient: Any) -> None:
        indices, values, dense_shape = gradient
        if indices.ndim != 1:
            raise _invalid("Input indices should be vector but received shape: "
                           f"{brackets_text(indices.shape)}")
        if np.ndim(values) == 0:
            raise _invalid("Values cannot be 0-dimensional.")
        if len(values) != len(indices):
            raise _invalid(f"Expected {len(indices)} non-empty input values, got {len(values)}")
        wanted = self.gradient_shape or ()
        if dense_shape is not None:
            given = [int(size) for size in dense_shape.reshape(-1)]
            _check_sizes("shape", wanted, given, 0)
        _check_sizes("values", wanted, values.shape, 1)
        if wanted and wanted[0] is not None:
            _check_rows(indices, wanted[0])
        if self.count:
            if values.ndim != self._values.ndim:
                raise _invalid(f"Shape mismatch: expected values rank {self._values.ndim}, got "
                               f"{values.ndim}")
            _check_sizes("values", self._values.shape, values.shape, 1)

    def _add(self, *gradient: Any) -> None:
        indices, values, _ = gradient
        if not self.count:
            self._indices, self._values = np.array(indices), np.array(values)
            self._counts = np.ones(len(indices), np.int64)
            return
        mine, theirs, total = _merged_places(self._indices.tolist(), indices.tolist())
        summed = np.zeros((total, *values.shape[1:]), self._values.dtype)
        summed[mine] = self._values
        summed[theirs] += values
        merged = np.empty(total, np.int64)
        merged[mine], merged[theirs] = self._indices, indices
        counts = np.zeros(total, np.int64)
        counts[mine] = self._counts
        counts[theirs] += 1
        self._indices, self._values, self._counts = merged, summed, counts

    def _give(self) -> Any:
        indices, values = self._indices, self._values
        if self.is_mean:
            counts = self._counts.astype(values.dtype)
            values /= counts.reshape(-1, *[1] * (values.ndim - 1))
        rows = self.gradient_shape[0] if self.gradient_shape else None
        dense_shape = np.array([-1 if rows is None else rows, *values.shape[1:]], np.int64)
        del self._indices, self._values, self._counts
        return [indices, values, dense_shape]


def make_accumulator(op: Operation, default_container: str) -> Accumulator:
    """A new accumulator for a node. Raises: InvalidArgumentError unless it is for float types."""
    container, name, dtype, shape, reduction = (
        plain_attr(op._attrs[key])
        for key in ("container", "shared_name", "dtype", "shape", "reduction_type"))
    if dtype.name not in _FLOATS:
        raise no_kernel_at_all(op, [])
    kind = SparseAccumulator if op.type == "SparseConditionalAccumulator" else DenseAccumulator
    return kind(_text(container) or default_container, _text(name), op.name, dtype, shape,
                _text(reduction) == "MEAN")


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""


def _merged_places(first: list[int], second: list[int]) -> tuple[list[int], list[int], int]:
    """Where the rows of two gradients go in the merged one, and how many rows that has."""
    places_first: list[int] = []
    places_second: list[int] = []
    total = 0
    i = j = 0
    while i < len(first) and j < len(second):
        a, b = first[i], second[j]
        if a <= b:
            places_first.append(total)
            i += 1
        if b <= a:
            places_second.append(total)
            j += 1
        total += 1
    rest_first, rest_second = len(first) - i, len(second) - j
    places_first.extend(range(total, total + rest_first))
    total += rest_first
    places_second.extend(range(total, total + rest_second))
    return places_first, places_second, total + rest_second


def _check_sizes(what: str, wanted: Any, given: Any, start: int) -> None:
    if len(given) < len(wanted):
        raise _invalid(f"Shape mismatch: expected {what} rank at least {len(wanted)}, got "
                       f"{len(given)}")
    for dim in range(start, len(wanted)):
        if wanted[dim] is not None and wanted[dim] != given[dim]:
            raise _invalid(f"Shape mismatch: expected {what} dim {dim} to be {wanted[dim]}, got "
                           f"{given[dim]}")


def _check_rows(indices: np.ndarray, rows: int) -> None:
    beyond = np.flatnonzero(indices >= rows)
    if len(beyond):
        raise _invalid(f"Shape mismatch: index of slice {beyond[0]} exceeded limits of shape; "
                       f"index is {indices[beyond[0]]} exceeded {rows}")


def _is_compatible(given: tuple[int, ...], wanted: Any) -> bool:
    return len(given) == len(wanted) and all(
        w is None or g == w for g, w in zip(given, wanted, strict=True))


def _invalid(text: str) -> errors.OpError:
    return errors.InvalidArgumentError(None, None, text)
