"""When and how an explanation is shown: as a note in plain Python, as a page in a notebook.

Nothing here ever hides an error: where an explanation can't be made, the note says so and the
error is printed as it would be without.
"""

from __future__ import annotations

import os
import traceback
from typing import Any

from tftutor.compat import tracebacks
from tftutor.framework import late_notes
from tftutor.inspection.shape_errors import explain, page, picture, text
from tftutor.inspection.shape_errors.explanation import Explanation

SWITCH = "TFTUTOR_EXPLAIN_ERRORS"


def wanted() -> bool:
    """Whether errors are explained without being asked; TFTUTOR_EXPLAIN_ERRORS=0 says no."""
    return os.environ.get(SWITCH, "1") not in ("0", "")


def note(error: BaseException) -> str:
    """The text below an error's message in a traceback; "" for an error of another kind."""
    if not wanted():
        return ""
    try:
        explanation = explain(error)
        return text.page(explanation) + "\n" if explanation is not None else ""
    except Exception as failure:  # noqa: BLE001 - the student's own error must still be printed
        return failure_note(failure)


def failure_note(failure: BaseException) -> str:
    """What stands where an explanation couldn't be made: a mistake of tftutor's, so it is shown."""
    where = traceback.extract_tb(failure.__traceback__)[-1]
    return (f"(tftutor couldn't explain this error: {type(failure).__name__}: {failure}, at "
            f"{os.path.basename(where.filename)}:{where.lineno}. Please report it.)")


def whole_trace(error: BaseException) -> str:
    """The traceback with tftutor's frames, without those of the shell that started the cell."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and os.sep + "IPython" + os.sep in frames[0].filename:
        del frames[0]
    return "".join(frames.format())


class ErrorDrawing:
    """An explained error, drawn.

    Attributes:
      explanation: what is known about the error, as plain data.
    """

    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation

    def text(self) -> str:
        """The error's own message, and the text page below it."""
        return f"{text.headline(self.explanation)}\n{text.page(self.explanation)}"

    def svg(self) -> str:
        """The operands as blocks; "" where shapes aren't what is wrong."""
        return picture.svg(self.explanation)

    def html(self) -> str:
        """The page for a notebook, the message first."""
        told = self.explanation
        return page.message(told) + page.html(told)

    def to_dict(self) -> dict[str, Any]:
        """The explanation as values that JSON knows."""
        return self.explanation.to_dict()

    def __repr__(self) -> str:
        return self.text()


def drawing(error: BaseException | Explanation) -> ErrorDrawing:
    """The drawing of an error. Raises: TypeError for one that isn't about shapes or dtypes."""
    explanation = error if isinstance(error, Explanation) else explain(error)
    if explanation is None:
        raise TypeError("There is nothing to explain: this is no shape or dtype error of tftutor's "
                        f"({type(error).__name__}: {error})")
    return ErrorDrawing(explanation)


def notebook_page(error: BaseException) -> dict[str, str] | None:
    """What a notebook displays below an error's short traceback; None for other errors.

    Called while the traceback is whole. The late note is taken away, since the page says the same.
    """
    if not wanted():
        return None
    try:
        explanation = explain(error)
        if explanation is None:
            return None
        whole = whole_trace(error)
        _, hidden = tracebacks.without_internals(error.__traceback__)
        told = text.page(explanation).strip("\n")
        if hidden:
            told += (f"\n\n({hidden} calls inside tftutor are hidden; "
                     f"{tracebacks.FULL}=1 shows them.)")
        shown = {"text/plain": told,
                 "text/html": page.html(explanation, whole, hidden)}
    except Exception as failure:  # noqa: BLE001 - the student's own error must still be shown
        shown = {"text/plain": failure_note(failure)}
    late_notes.drop(error)
    return shown
