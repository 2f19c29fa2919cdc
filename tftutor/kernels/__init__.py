"""Kernels too long for the file of their op, by array library.

Those for NumPy are imported with tftutor, those for other libraries when one of them is first
used (`load_kernels`).
"""

from __future__ import annotations

import functools
import importlib
import pkgutil


@functools.cache
def load_kernels(library: str) -> None:
    """Import the modules that register kernels for an array library ("torch", "cupy")."""
    try:
        package = importlib.import_module(f"{__name__}.{library}")
    except ModuleNotFoundError:  # a library that generic kernels alone run on
        return
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
