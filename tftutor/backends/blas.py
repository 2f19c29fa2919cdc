"""Matrix products that stay quick on a machine that has other things to do.

The threads of a BLAS library wait for each other by spinning. That is the fastest way on a quiet
machine, and the only one that gains anything on products of a few microseconds; but as soon as
other programs want the processors, one product can take a hundred times as long. So

* large products, and whatever else runs in our own threads (`single_threaded_blas`), leave the
  library one thread, and `threads` shares out the parts;
* smaller ones leave the library its threads until a product takes absurdly long. Then they do
  without for a while.

Libraries that can't be told how many threads to use (there `single_threaded_blas` yields False)
keep their way.
"""

from __future__ import annotations

import functools
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from tftutor.backends.threads import share_work, thread_count

# Multiplications in a product ...
_ONE_THREAD = 1 << 18  # OpenBLAS itself uses one thread up to here
_WORTH_SHARING = 1 << 24  # from here on, sharing out gains more than waking a helper costs
_ALWAYS_SHARED = 1 << 26  # from here on it is as good as the library's threads
_PART = 1 << 24  # one part's share at least
_SUMMED = 1 << 17  # elements in one part of a sum
_ALIGNED = 16  # rows or columns: the kernels of BLAS libraries work on blocks of these

_lock = threading.Lock()
_depth = 0
_before = 0


class _Library(NamedTuple):
    """How to ask NumPy's BLAS library for its number of threads, and to set it."""

    get_num_threads: Callable[[], int]
    set_num_threads: Callable[[int], Any]


@functools.cache
def _library() -> _Library | None:
    """NumPy's BLAS library, or None if it can't be told for the whole process.

    threadpoolctl finds it. Its own setter serves one thread only, so the C function is called.
    """
    from threadpoolctl import ThreadpoolController

    loaded = [lib for lib in ThreadpoolController().lib_controllers if lib.user_api == "blas"]
    if len(loaded) > 1:  # other packages have brought their own
        loaded = [lib for lib in loaded if "numpy" in str(lib.filepath)]
    for lib in loaded:
        # With OpenMP the number would hold for the calling thread.
        if lib.internal_api == "openblas" and getattr(lib, "threading_layer", "") == "pthreads":
            for prefix, suffix in itertools.product(("", "scipy_"), ("", "64_", "_64")):
                getter = f"{prefix}openblas_get_num_threads{suffix}"
                if hasattr(lib.dynlib, getter):
                    return _Library(getattr(lib.dynlib, getter),
                                    getattr(lib.dynlib, getter.replace("_get_", "_set_")))
        if lib.internal_api == "mkl":
            return _Library(lib.dynlib.MKL_Get_Max_Threads, lib.dynlib.MKL_Set_Num_Threads)
    return None


@contextmanager
def single_threaded_blas() -> Iterator[bool]:
    """Inside, BLAS uses no threads of its own. Yields whether that could be had.

    It holds for the whole process. Blocks may be nested and may overlap in several threads: the
    last one that ends restores what was before the first.
    """
    library = _library()
    if library is None:
        yield False
        return
    _enter(library)
    try:
        yield True
    finally:
        _leave(library)


def set_blas_threads(count: int) -> None:
    """Let NumPy's BLAS library use `count` threads a product, where it can be told."""
    global _before
    library = _library()
    if library is None:
        return
    with _lock:
        if _depth:  # a product is running: it restores this number when it ends
            _before = count
        else:
            library.set_num_threads(count)


def blas_thread_count() -> int:
    """How many threads NumPy's BLAS library uses a product; 1 where it can't be told."""
    library = _library()
    with _lock:
        return 1 if library is None else _before if _depth else library.get_num_threads()


def _enter(library: _Library) -> None:
    global _depth, _before
    with _lock:
        if not _depth:
            _before = library.get_num_threads()
            if _before != 1:
                library.set_num_threads(1)
        _depth += 1


def _leave(library: _Library) -> None:
    global _depth
    with _lock:
        _depth -= 1
        if not _depth and _before != 1:
            library.set_num_threads(_before)


# -- how busy the machine is ----------------------------------------------------------------------

class _Patience:
    """Whether to let BLAS use threads of its own, judged by how long products took."""

    AFTER_SHARING = 0.05  # seconds: threads that spin after a product would disturb ours
    SHORTEST, LONGEST = 0.25, 8.0  # seconds without the library's threads after a slow product
    SLOW = 5, 1e-3  # more than five times the best rate, and a millisecond

    def __init__(self) -> None:
        self.until = 0.0  # no threads before this time
        self._pause = self.SHORTEST
        self._best = 1.0  # seconds a multiplication

    def shared(self) -> None:
        """Something has run in our own threads."""
        self.until = max(self.until, time.perf_counter() + self.AFTER_SHARING)

    def took(self, seconds: float, size: int, now: float) -> None:
        """A product of `size` multiplications has taken that long with the library's threads."""
        self._best = min(self._best, seconds / size)
        factor, least = self.SLOW
        if seconds > factor * self._best * size + least:
            self.until = now + self._pause
            self._pause = min(2 * self._pause, self.LONGEST)
        elif now > self.until + self.LONGEST:
            self._pause = self.SHORTEST


_patience = _Patience()


def share_blas_work(work: Callable[[int], Any], count: int) -> None:
    """`threads.share_work` for work in BLAS: in threads if BLAS leaves them to us."""
    with single_threaded_blas() as possible:
        share_work(work, count, parallel=possible)
    if possible and count > 1:
        other_threads_ran()


def other_threads_ran() -> None:
    """Other threads than the library's have computed, and will again: keep its own out of the way.

    After a product they go on spinning for some 25 ms.
    """
    _patience.shared()


# -- products -------------------------------------------------------------------------------------

def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """np.dot of two matrices of one floating-point type.

    Raises: ValueError as np.dot does.
    """
    size = a.size * b.shape[1]
    if size <= _ONE_THREAD:
        return np.dot(a, b)
    library = _library()
    if library is None:
        return np.dot(a, b)
    start = time.perf_counter()
    if size < _ALWAYS_SHARED and start > _patience.until:
        result = np.dot(a, b)
        now = time.perf_counter()
        _patience.took(now - start, size, now)
        return result
    _enter(library)
    try:
        if size < _WORTH_SHARING or (threads := thread_count()) == 1 or a.shape[1] != b.shape[0]:
            return np.dot(a, b)
        if size >= _ALWAYS_SHARED:  # a smaller one is here for a while only: don't prolong that
            other_threads_ran()
        return _shared_product(a, b, threads * max(1, min(4, size // (threads * _PART))))
    finally:
        _leave(library)


def column_sums(matrix: np.ndarray) -> np.ndarray:
    """The sum over the rows of a floating-point matrix.

    As products with rows of ones: that reads memory in order, whatever the shape.
    """
    rows, columns = matrix.shape
    step = max(1, _SUMMED // max(1, columns))
    if rows <= step:
        with single_threaded_blas():
            return np.matmul(np.ones(rows, matrix.dtype), matrix)
    sums = np.empty((-(-rows // step), columns), matrix.dtype)
    ones = np.ones(step, matrix.dtype)

    def work(index: int) -> None:
        part = matrix[index * step:(index + 1) * step]
        np.matmul(ones[:part.shape[0]], part, out=sums[index])

    share_blas_work(work, len(sums))
    return sums.sum(axis=0)


def stacked_product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """np.matmul of stacks of matrices."""
    size = a.size * b.shape[-1]
    if size <= _ONE_THREAD:
        return np.matmul(a, b)
    if size < _WORTH_SHARING or a.shape[:-2] != b.shape[:-2] or a.ndim < 3:
        with single_threaded_blas():
            return np.matmul(a, b)
    result = np.empty((*a.shape[:-1], b.shape[-1]), np.result_type(a, b))
    step = max(1, a.shape[0] // (4 * thread_count()))

    def work(index: int) -> None:
        part = slice(index * step, (index + 1) * step)
        np.matmul(a[part], b[part], out=result[part])

    share_blas_work(work, -(-a.shape[0] // step))
    return result


def _shared_product(a: np.ndarray, b: np.ndarray, parts: int) -> np.ndarray:
    """The product in `parts` bands of rows or, if there are more of them, columns."""
    result = np.empty((a.shape[0], b.shape[1]), np.result_type(a, b))
    by_rows = a.shape[0] >= b.shape[1]
    length = max(result.shape)
    step = -(-length // (parts * _ALIGNED)) * _ALIGNED

    def band(index: int) -> None:
        part = slice(index * step, (index + 1) * step)
        if by_rows:
            np.matmul(a[part], b, out=result[part])
        else:
            np.matmul(a, b[:, part], out=result[:, part])

    share_work(band, -(-length // step))
    return result
