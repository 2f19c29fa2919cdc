"""Arrays through a queue: threads that feed batch after batch of them, epoch by epoch."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from tftutor import errors
from tftutor.composite.queues import FIFOQueue, RandomShuffleQueue
from tftutor.framework import dtypes
from tftutor.framework.name_scope import name_scope
from tftutor.ops.arithmetic import maximum
from tftutor.ops.cast import cast
from tftutor.ops.constant import placeholder
from tftutor.platform import tf_logging
from tftutor.summary.api import scalar
from tftutor.train.queue_runner import QueueRunner, add_queue_runner

FeedFn = Callable[[], dict[Any, Any]]


class _Rows:
    """Takes the next rows of a table, from a place on, for a number of epochs."""

    def __init__(self, count: int, batch_size: int, random_start: bool, num_epochs: int | None
                 ) -> None:
        self.count = count
        self._batch_size = batch_size
        self._num_epochs = num_epochs
        self._epoch = 0
        random.seed(None)
        self._next = random.randrange(count) if random_start else 0
        self._last_of_epoch = (self._next - 1) % count

    def take(self) -> list[int]:
        """The indices of the next batch; the last one may be shorter.

        Raises: OutOfRangeError after the last epoch.
        """
        total = self._num_epochs
        if total is not None and self._epoch >= total:
            raise errors.OutOfRangeError(None, None, f"Already emitted {self._epoch} epochs.")
        rows = [i % self.count for i in range(self._next, self._next + self._batch_size)]
        ends = [place for place, row in enumerate(rows) if row == self._last_of_epoch]
        self._epoch += len(ends)
        if total is not None and self._epoch >= total:
            rows = rows[:ends[-(self._epoch - total + 1)] + 1]
            self._epoch = total
        self._next = (rows[-1] + 1) % self.count
        return rows


def _feed_function(placeholders: list[Any], data: Any, rows: _Rows) -> FeedFn:
    """Feeds the index of each row to the first placeholder, the columns to the others."""
    if isinstance(data, OrderedDict):
        for column in data.values():
            if len(column) != rows.count:
                raise ValueError("Array lengths must match.")

        def values(taken: list[int]) -> list[Any]:
            return [taken, *(column[taken] for column in data.values())]
    else:
        def values(taken: list[int]) -> list[Any]:
            part = data.iloc[taken]
            return [part.index.to_numpy(), *(part[name].to_numpy() for name in part.columns)]

    return lambda: dict(zip(placeholders, values(rows.take()), strict=True))


class FeedingQueueRunner(QueueRunner):
    """A QueueRunner whose enqueue operations are fed, each by a function of its own."""

    def __init__(self, queue: Any, enqueue_ops: list[Any], feed_fns: list[FeedFn]) -> None:
        super().__init__(queue, enqueue_ops, queue_closed_exception_types=(
            errors.OutOfRangeError, errors.CancelledError))
        self._feed_fns = dict(zip(enqueue_ops, feed_fns, strict=True))

    def _enqueue(self, sess: Any, enqueue_op: Any) -> None:
        sess.run(enqueue_op, feed_dict=self._feed_fns[enqueue_op]())


def enqueue_data(data: Any, capacity: int, shuffle: bool, num_threads: int, enqueue_size: int,
                 num_epochs: int | None, min_after_dequeue: float | None = None) -> Any:
    """A queue of the rows of `data`, an OrderedDict of arrays or a DataFrame, and its runner.

    Each element is the index of a row and the row's values.
    """
    with name_scope("enqueue_input"):
        columns, types, shapes = _columns(data)
        _warn_of_threads(shuffle, num_threads, num_epochs)
        if shuffle:
            min_after = int(capacity / 4 if min_after_dequeue is None else min_after_dequeue)
            queue: Any = RandomShuffleQueue(capacity, min_after, dtypes=types, shapes=shapes)
        else:
            min_after = 0
            queue = FIFOQueue(capacity, dtypes=types, shapes=shapes)
        enqueue_ops, feed_fns = [], []
        for _ in range(num_threads):
            placeholders = [placeholder(each) for each in types]
            enqueue_ops.append(queue.enqueue_many(placeholders))
            rows = _Rows(columns, enqueue_size, shuffle, num_epochs)
            feed_fns.append(_feed_function(placeholders, data, rows))
        add_queue_runner(FeedingQueueRunner(queue, enqueue_ops, feed_fns))
        room = capacity - min_after
        full = cast(maximum(0, queue.size() - min_after), dtypes.float32) * (1.0 / room)
        scalar(f"queue/{queue.name}fraction_over_{min_after}_of_{room}_full", full)
        return queue


def _columns(data: Any) -> tuple[int, list[Any], list[Any]]:
    """(number of rows, types, shapes of elements), the index first."""
    if isinstance(data, OrderedDict):
        arrays = list(data.values())
        types = [dtypes.int64, *(dtypes.as_dtype(array.dtype) for array in arrays)]
        return len(arrays[0]), types, [(), *(array.shape[1:] for array in arrays)]
    arrays = [data.index.to_numpy(), *(data[name].to_numpy() for name in data.columns)]
    types = [dtypes.as_dtype(array.dtype) for array in arrays]
    return len(data), types, [() for _ in types]


def _warn_of_threads(shuffle: bool, num_threads: int, num_epochs: int | None) -> None:
    if num_threads <= 1:
        return
    if num_epochs is not None:
        tf_logging.warning(
            "enqueue_data was called with num_epochs and num_threads > 1. num_epochs is applied per"
            " thread, so this will produce more epochs than you probably intend. If you want to "
            "limit epochs, use one thread.")
    if shuffle and num_epochs is not None:
        tf_logging.warning(
            "enqueue_data was called with shuffle=True, num_threads > 1, and num_epochs. This will "
            "create multiple threads, all reading the array/dataframe in order adding to the same "
            "shuffling queue; the results will likely not be sufficiently shuffled.")
    if not shuffle:
        tf_logging.warning(
            "enqueue_data was called with shuffle=False and num_threads > 1. This will create "
            "multiple threads, all reading the array/dataframe in order. If you want examples read "
            "in order, use one thread; if you want multiple threads, enable shuffling.")
