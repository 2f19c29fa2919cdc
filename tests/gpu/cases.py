"""The op cases that a GPU machine can import: it may lack packages that only files need."""

from __future__ import annotations

import importlib
import pkgutil

import tests.op_cases
from tests.op_cases.op_case import OpCase
from tftutor.runtime.kernel_registry import op_types_with_gpu_kernels

_OPTIONAL = {"google_crc32c", "pooch", "PIL", "tensorboard"}


def gpu_cases() -> list[OpCase]:
    """The cases whose op type has a GPU kernel in TensorFlow, from every family that imports."""
    with_kernel = op_types_with_gpu_kernels()
    return [case for family in _families() for case in family.CASES if case.op in with_kernel]


def _families() -> list[object]:
    found = []
    for info in sorted(pkgutil.iter_modules(tests.op_cases.__path__), key=lambda i: i.name):
        if info.name in ("op_case", "registry"):
            continue
        try:
            found.append(importlib.import_module(f"tests.op_cases.{info.name}"))
        except ModuleNotFoundError as error:
            if error.name not in _OPTIONAL:
                raise
    return found
