"""`tf.explain_error()`: the page of the last shape or dtype error, or of any that is given."""

from __future__ import annotations

import sys

from tftutor.inspection.shape_errors.showing import ErrorDrawing, drawing
from tftutor.widgets.show import in_notebook


class ErrorPage:
    """An explained error as the value of a notebook's cell.

    Attributes:
      drawing: the error drawn: `explanation`, `text()`, `svg()`, `html()`, `to_dict()`.
    """

    def __init__(self, drawn: ErrorDrawing) -> None:
        self.drawing = drawn

    def __repr__(self) -> str:
        return self.drawing.text()

    def _repr_mimebundle_(self, **_options: object) -> dict[str, str]:
        return {"text/plain": self.drawing.text(), "text/html": self.drawing.html()}


def explain_error(error: BaseException | None = None) -> ErrorPage | None:
    """Explain a shape or dtype error: what didn't fit, where it came from, what would fit.

    Args:
      error: the error; without it the one that is being handled, or else the last one that the
        notebook or Python's prompt has shown.

    Returns: in a notebook, what displays itself as a page. In plain Python the page's text is
      printed and None is returned.
    Raises: ValueError when there was no error; TypeError for one that isn't about shapes or dtypes.
    """
    chosen = error if error is not None else last_error()
    if chosen is None:
        raise ValueError("There is no error to explain: none has been shown yet.")
    drawn = drawing(chosen)
    if in_notebook():
        return ErrorPage(drawn)
    print(drawn.text())
    return None


def last_error() -> BaseException | None:
    """The error that is being handled, or else the last uncaught one; None without any."""
    handled = sys.exc_info()[1]
    if handled is not None:
        return handled
    return getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
