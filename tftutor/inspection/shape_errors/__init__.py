"""Shape and dtype errors, explained: what didn't fit, where it came from, what would fit.

`explain(error)` gives an `Explanation` (explanation.py) or None for an error of another kind.
Call it while the error still has its whole traceback, tftutor's own frames included: they know
which arguments the student's call had. The answer is kept with the error, so later calls, after
the traceback was cut short for printing, get the same one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tftutor.inspection.shape_errors.explanation import Explanation

if TYPE_CHECKING:
    from tftutor.inspection.shape_errors.showing import ErrorDrawing

__all__ = ["Explanation", "drawing", "explain"]


def explain(error: BaseException) -> Explanation | None:
    """Explain a shape or dtype error raised by tftutor; None for any other error."""
    from tftutor.inspection.shape_errors import explaining

    return explaining.explain(error)


def drawing(error: BaseException | Explanation) -> ErrorDrawing:
    """An explained error as text, SVG and HTML. Raises: TypeError for an error of another kind."""
    from tftutor.inspection.shape_errors import showing

    return showing.drawing(error)
