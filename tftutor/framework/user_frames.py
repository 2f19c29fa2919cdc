"""Where in the user's program a node or a scope was made."""

from __future__ import annotations

import os
import sys
from types import CodeType
from typing import Any

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_MAX_FRAMES = 6
_is_internal: dict[str, bool] = {}  # by file name


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
        if file not in _is_internal:
            _is_internal[file] = (file.startswith((_PACKAGE, "<frozen"))
                                  or file.endswith(f"{os.sep}contextlib.py")
                                  or f"{os.sep}IPython{os.sep}" in file)  # what runs a cell
        if not _is_internal[file]:
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
