"""torch as an accelerator of the host: NumPy's arrays lent to torch, and its answers given back.

`/cpu:0` computes with NumPy. Where torch is installed, big convolutions and what surrounds them go
through torch's CPU kernels instead (which, and from which size: `kernels/acceleration.py`). Both
libraries see the same memory: nothing is copied on the way.

torch takes a second and 150 MB to import, so that waits until something big comes along.
TFTUTOR_TORCH or `use_torch` decide whether it may: "auto" (if it is installed), "0", or "1" (raise
when it can't be had).
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.freed_memory import keep_freed_memory
from tftutor.backends.threads import thread_count

VARIABLE = "TFTUTOR_TORCH"
_SETTINGS = ("0", "1", "auto")
# How long threads of GNU's OpenMP, which torch brings along, spin for the next part of the work.
# Without any, each operation waits until they have woken up; by default it is milliseconds, and
# NumPy, whose turn comes between, finds the processors taken.
_SPINS = "20000"
_HELD = 32 << 20, 512 << 20  # bytes: the largest block that malloc keeps, and how much in all

_chosen: str | None = None
_torch: Any = None  # the module, once it is loaded for this
_failed = False
_is_forked = False
_loading = threading.Lock()


def use_torch(setting: bool | str) -> None:
    """Let torch compute on the CPU: True, False, or "auto", if it is installed (the default).

    It holds for the whole process, from the next step on, and goes before TFTUTOR_TORCH.
    Raises: ValueError for another setting.
    """
    global _chosen
    _chosen = _checked("01"[setting] if isinstance(setting, bool) else setting, "use_torch")


def _checked(value: Any, source: str) -> str:
    if value not in _SETTINGS:
        raise ValueError(f"{source}: {value!r} is none of {', '.join(map(repr, _SETTINGS))}")
    return value


def setting() -> str:
    """"0", "1" or "auto". Raises: ValueError when TFTUTOR_TORCH is something else."""
    if _chosen is not None:
        return _chosen
    return _checked(os.environ.get(VARIABLE, "") or "auto", VARIABLE)


def may_be_used() -> bool:
    """True when torch might be asked to compute: it is installed, or must be. Imports nothing."""
    return setting() == "1" or _is_installed()


@functools.cache
def _is_installed() -> bool:
    return importlib.util.find_spec("torch") is not None


def is_ready() -> bool:
    """True when torch can be asked to compute; loads it if it isn't yet.

    Raises: tf.errors.FailedPreconditionError when TFTUTOR_TORCH=1 asks for a torch that is missing
    or broken.
    """
    wanted = setting()
    if wanted == "0":
        return False
    if _torch is None:
        with _loading:
            _load(wanted == "1")
    return _torch is not None


def _load(needed: bool) -> None:
    global _torch, _failed
    if _torch is not None or (_failed and not needed):
        return
    try:
        with _openmp_that_sleeps():
            import torch
    except Exception as error:
        _failed = True
        if needed:
            raise errors.FailedPreconditionError(
                None, None, f"{VARIABLE}=1 (or use_torch(True)) asks for torch, which can't be "
                f"imported: {error}. Install it with `pip install torch`, or choose 'auto'."
            ) from error
        return
    with warnings.catch_warnings():  # torch says once that it can't promise not to write
        warnings.simplefilter("ignore")
        torch.from_numpy(np.frombuffer(b"1234", np.float32))
    keep_freed_memory(*_HELD)  # torch asks for the memory of each result anew
    _torch = torch


@contextlib.contextmanager
def _openmp_that_sleeps() -> Iterator[None]:
    """OpenMP reads its settings when it is loaded; whoever has chosen some keeps them."""
    mine = not any(name in os.environ for name in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"))
    if mine:
        os.environ["GOMP_SPINCOUNT"] = _SPINS
    try:
        yield
    finally:
        if mine:
            del os.environ["GOMP_SPINCOUNT"]


def lent(value: Any) -> Any:
    """A tensor in the array's memory; whole numbers (sizes, window shapes) stay as they are."""
    if value.dtype.kind != "f":
        return value
    if any(step < 0 for step in value.strides):  # what a reversal gives: torch can't express it
        value = np.ascontiguousarray(value)
    return _torch.from_numpy(value)


def set_threads() -> None:
    """Let as many threads as `threads.thread_count()` says take part in what comes next."""
    count = 1 if _is_forked else thread_count()
    if _torch.get_num_threads() != count:  # torch keeps it for each thread that calls
        _torch.set_num_threads(count)


def call(kernel: Any, inputs: Any, keywords: dict[str, Any]) -> Any:
    """`kernel(*tensors, **keywords)` on NumPy arrays: the result is one, or a tuple of them."""
    result = kernel(*map(lent, inputs), **keywords)
    if isinstance(result, tuple):
        return tuple(part.numpy() for part in result)
    return result.numpy()


def _after_fork() -> None:
    """A child has none of OpenMP's threads, but OpenMP would wait for them for ever."""
    global _is_forked, _loading
    _is_forked = _torch is not None
    _loading = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
