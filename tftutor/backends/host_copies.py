"""Arrays in and out of a library's memory, for kernels that know only the array or its namespace.

The runtime moves whole values with its `ArrayLibrary`. A kernel needs these where the host computes
for a device (random numbers) or decides for it (which rows, are all indices in range).
"""

from __future__ import annotations

from typing import Any

import numpy as np


def on_host(value: Any) -> np.ndarray:
    """The elements as a NumPy array; a NumPy value as it is. Waits for a device's computation."""
    if isinstance(value, np.ndarray | np.generic):
        return np.asarray(value)
    if hasattr(value, "cpu"):  # torch
        return value.detach().cpu().numpy()
    if hasattr(value, "get"):  # CuPy
        return value.get()
    return np.from_dlpack(value)


def in_library(host: Any, xp: Any) -> Any:
    """A NumPy array as an array of `xp`, in the memory where `xp` creates; NumPy's as it is."""
    if xp is np:
        return host
    return xp.asarray(np.require(host, requirements=("C", "W")))


def copy_of(value: Any) -> Any:
    """A copy in the same library and memory."""
    if isinstance(value, np.ndarray | np.generic):
        return np.array(value)
    from array_api_compat import array_namespace, device

    return array_namespace(value).asarray(value, copy=True, device=device(value))
