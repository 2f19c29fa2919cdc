"""Where in the user's program a node or a scope was made."""

from __future__ import annotations

import os
import sys
from types import CodeType
from typing import Any

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_MAX_FRAMES = 6
_CELL_RUNNER = os.path.join("IPython", "core", "interactiveshell.py")
_USER, _INTERNAL, _RUNNER = range(3)
_kinds: dict[str, int] = {}  # by file name


def user_frames(seen: dict[Any, Any]) -> tuple[tuple[CodeType, int], ...]:
    """The innermost frames outside tftutor, innermost first, as (code, line) pairs.

    Nodes made on the same line share one tuple, which `seen` (the graph's) remembers: fewer objects
    for Python's garbage collector to look at.
    """
    places: list[int] = []
    codes: list[CodeType] = []
    frame: Any = sys._getframe(2)
    while frame is not None:
        code = frame.f_code
        file = code.co_filename
        kind = _kinds.get(file)
        if kind is None:
            kind = _kinds[file] = _kind_of(file)
        if kind == _RUNNER and codes:
            break  # everything before it started the kernel, not the program
        if kind == _USER:
            places += (id(code), frame.f_lineno)
            codes.append(code)
            if len(codes) == _MAX_FRAMES:
                break
        frame = frame.f_back
    key = tuple(places)
    found = seen.get(key)
    if found is None:
        found = seen[key] = tuple(zip(codes, places[1::2], strict=True))
    return found


def _kind_of(file: str) -> int:
    """Whose code a file is: the user's, tftutor's and Python's, or what runs a notebook's cells."""
    if file.startswith((_PACKAGE, "<frozen")) or file.endswith(f"{os.sep}contextlib.py"):
        return _INTERNAL
    return _RUNNER if file.endswith(_CELL_RUNNER) else _USER
