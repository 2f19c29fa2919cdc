"""Tracebacks that end in the user's own lines: tftutor's inner frames are folded away."""

from __future__ import annotations

import os
import sysconfig
import traceback
import types
from collections.abc import Iterator

from tftutor.framework import late_notes

# Python's own library and installed packages: what tftutor calls on the program's behalf.
_LIBRARIES = tuple(
    {sysconfig.get_path(key) + os.sep for key in ("stdlib", "platstdlib", "purelib", "platlib")}
)
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
FULL = "TFTUTOR_FULL_TRACEBACK"


def is_internal(filename: str) -> bool:
    """Whether a frame's file belongs to tftutor, compiled steps included, or to Python's import
    machinery."""
    return filename.startswith((_PACKAGE, "<tftutor ", "<frozen importlib", "<frozen runpy"))


def wants_everything() -> bool:
    """Whether the environment asks for whole tracebacks."""
    return os.environ.get(FULL, "") not in ("", "0")


def entries(tb: types.TracebackType | None) -> Iterator[tuple[types.TracebackType, bool]]:
    """A traceback's entries, and whether each was called by tftutor and not by the program."""
    inside = False
    while tb is not None:
        filename = tb.tb_frame.f_code.co_filename
        inside = is_internal(filename) or (inside and filename.startswith(_LIBRARIES))
        yield tb, inside
        tb = tb.tb_next


def without_internals(tb: types.TracebackType | None) -> tuple[types.TracebackType | None, int]:
    """A copy of a traceback without tftutor's frames, and how many of them the program called.

    Frames of libraries that tftutor called go too; the program's own functions stay, even where
    tftutor called them (`tf.py_func`, the `main` of `tf.app.run`).

    (None, 0) when it has no frame of the user's.
    """
    frames: list[types.TracebackType] = []
    left_out = 0
    for entry, inside in entries(tb):
        if not inside:
            frames.append(entry)
        elif frames:  # what is before the program's first frame only started it
            left_out += 1
    if not frames:
        return None, 0
    kept = None
    for frame in reversed(frames):
        kept = types.TracebackType(kept, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return kept, left_out


def format_for_user(error: BaseException) -> str:
    """The error as Python prints it, without tftutor's frames, saying so where some are hidden."""
    late_notes.settle(error)  # what explains the error reads the frames that go away here
    if wants_everything():
        return "".join(traceback.format_exception(error))
    hidden = _strip(error, set())
    text = "".join(traceback.format_exception(error))
    if hidden:
        # In front, because people look for the error itself in the last line.
        return f"({hidden} frames inside tftutor are hidden; {FULL}=1 shows them.)\n{text}"
    return text


def strip(error: BaseException) -> types.TracebackType | None:
    """Remove tftutor's frames from an error and the errors behind it; what is left."""
    _strip(error, set())
    return error.__traceback__


def _strip(error: BaseException | None, seen: set[int]) -> int:
    """Remove tftutor's frames from an error and the errors behind it; how many there were.

    An error behind it that never left tftutor (NumPy's, in a kernel) goes too: the error in front
    has its text.
    """
    if error is None or id(error) in seen:
        return 0
    seen.add(id(error))
    whole = error.__traceback__
    error.__traceback__, hidden = without_internals(whole)
    if error.__traceback__ is None:
        error.__traceback__ = whole
    behind = error.__cause__ if error.__suppress_context__ else error.__context__
    if behind is not None and _stayed_inside(behind):
        error.__cause__ = error.__context__ = None
    return hidden + _strip(error.__cause__, seen) + _strip(error.__context__, seen)


def _stayed_inside(error: BaseException) -> bool:
    """Whether an error was raised and caught by tftutor itself."""
    return error.__traceback__ is not None and without_internals(error.__traceback__)[0] is None
