"""`tf.explain_error()`: the page of the last shape or dtype error, or of any that is given.

`tf.explore(error)` opens the panel, for which anywidget is needed.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tftutor.widgets.show import Shown, show

if TYPE_CHECKING:
    from tftutor.widgets.error_panel import ErrorPanel


def explain_error(error: BaseException | None = None) -> Shown | None:
    """Explain a shape or dtype error: what didn't fit, where it came from, what would fit.

    Args:
      error: the error; without it the one that is being handled, or else the last one that the
        notebook or Python's prompt has shown.

    Returns: in a notebook, what displays itself as a page. In plain Python the page's text is
      printed and None is returned.
    Raises: ValueError when there was no error; TypeError for one that isn't about shapes or dtypes,
      and for what is no error.
    """
    chosen = error if error is not None else last_error()
    if chosen is None:
        raise ValueError("There is no error to explain: none has been shown yet.")
    if not isinstance(chosen, BaseException):
        raise TypeError(f"explain_error explains an exception, but got {chosen!r}")
    return show(chosen)


def widget(x: Any, **options: Any) -> ErrorPanel:
    """The running cell's panel on an error. Raises: TypeError for one that isn't about shapes."""
    from tftutor.widgets.error_panel import ErrorPanel

    return ErrorPanel.for_cell(x, **options)


def last_error() -> BaseException | None:
    """The error that is being handled, or else the last uncaught one; None without any."""
    handled = sys.exc_info()[1]
    if handled is not None:
        return handled
    return getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
