"""Kernels too long for the file of their op, by array library.

Those for NumPy are imported with tftutor, those for other libraries when one of them is first
used (`load_kernels`): the library's own, and those for any library (`array_api`).
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import pkgutil


@functools.cache
def load_kernels(library: str) -> None:
    """Import the modules that register kernels for an array library ("torch", "cupy")."""
    for name in ("array_api", library):
        if importlib.util.find_spec(f"{__name__}.{name}") is None:
            continue  # a library that generic kernels alone run on
        package = importlib.import_module(f"{__name__}.{name}")
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
