"""The record of what CuPy offers (`tools/record_cupy_surface.py`), and whether a call fits it."""

from __future__ import annotations

import functools
import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np

COMPAT = "array_api_compat.cupy"


@functools.cache
def record() -> dict[str, Any]:
    """The record: versions, modules, classes."""
    return json.loads(Path(__file__).with_name("cupy_surface.json").read_text(encoding="utf-8"))


def lookup(dotted: str) -> str | None:
    """The recorded parameters of `cupy.linalg.norm` or `cupy.ndarray.get`; None if not there."""
    owner, _, name = dotted.rpartition(".")
    for kind in ("modules", "classes"):
        if owner in record()[kind]:
            return record()[kind][owner].get(name)
    return None


def is_module(dotted: str) -> bool:
    """True for a module, or a package of recorded modules: `cupyx.scipy`."""
    return any(name == dotted or name.startswith(dotted + ".") for name in record()["modules"])


def result_types(name: str, operands: list[Any]) -> tuple[np.dtype, ...] | None:
    """The types that CuPy's elementwise function gives; None if `name` is no such function.

    Args:
      operands: NumPy arrays and scalars, or Python numbers.

    Raises: TypeError when CuPy has no loop for the operands' types.
    """
    types = record()["ufuncs"].get(name)
    if types is None:
        return None
    known = [x.dtype for x in operands if hasattr(x, "dtype")]
    wanted = [x.dtype if hasattr(x, "dtype") else np.result_type(*known, x) for x in operands]
    for loop in types.split():
        takes, _, gives = loop.partition("->")
        if all(np.can_cast(have, take) for have, take in zip(wanted, takes, strict=True)):
            return tuple(np.dtype(give) for give in gives)
    raise TypeError(f"Wrong type ({wanted}) of arguments for cupy_{name}")


@functools.cache
def signature(text: str) -> inspect.Signature:
    """The signature that recorded parameters stand for."""
    scope: dict[str, Any] = {}
    exec(f"def f({text}): pass", scope)  # text of our own record
    return inspect.signature(scope["f"])


def misfit(dotted: str, args: tuple[Any, ...] | list[Any], kwargs: dict[str, Any]) -> str | None:
    """Why CuPy doesn't take such a call; None if it does or nobody knows."""
    parameters = lookup(dotted)
    if parameters is None:
        return f"CuPy has no {dotted}"
    if parameters == "value":
        return f"{dotted} can't be called"
    if parameters == "?":
        return None
    try:
        signature(parameters).bind(*args, **kwargs)
    except TypeError as error:
        return f"{dotted}({parameters}): {error}"
    return None
