"""What may have been meant by `set_shape` with another shape: a reshape."""

from __future__ import annotations

from collections.abc import Iterator

from tftutor.framework.api import exported
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import SAME_DATA
from tftutor.inspection.shape_errors.finding import known
from tftutor.inspection.shape_errors.fixes.candidate import Candidate
from tftutor.inspection.shape_errors.fixes.replay import Outcome, Scratch, outcome_of
from tftutor.inspection.shape_errors.fixes.reshaping import reshape_list
from tftutor.inspection.shape_errors.rules.static_shape import wanted
from tftutor.inspection.shape_errors.values import shape_of


def candidates(case: Case) -> Iterator[Candidate]:
    """`x = tf.reshape(x, ...)` in the place of `x.set_shape(...)`."""
    shape = wanted(case)
    if shape is None or not case.arguments[0].text.replace(".", "").isidentifier():
        return
    value = case.arguments[0].value
    sizes = reshape_list(known(shape_of(value)), shape)
    if sizes is None:
        return

    def trial(scratch: Scratch) -> Outcome:
        numbers = [-1 if d is None else d for d in shape]
        return outcome_of(scratch.run(
            lambda: exported("reshape")(scratch.stand_in(value), numbers)))

    yield Candidate("A reshape arranges the numbers anew.", 1.0, SAME_DATA,
                    whole=f"{{0}} = tf.reshape({{0}}, {sizes})", trial=trial)
