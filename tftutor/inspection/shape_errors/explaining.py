"""From an exception to its `Explanation`: which facts, which rule, which origin, which fixes."""

from __future__ import annotations

from tftutor.inspection.shape_errors.explanation import Explanation


def explain(error: BaseException) -> Explanation | None:
    """Explain a shape or dtype error raised by tftutor; None for any other error."""
    return None
