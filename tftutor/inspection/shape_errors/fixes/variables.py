"""What may have been meant by a refused assignment or sharing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tftutor.framework.api import exported
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING
from tftutor.inspection.shape_errors.finding import known
from tftutor.inspection.shape_errors.fixes.arranging import change, given_place
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit
from tftutor.inspection.shape_errors.fixes.definitions import redefined
from tftutor.inspection.shape_errors.fixes.replay import Outcome, Scratch
from tftutor.inspection.shape_errors.fixes.reshaping import coerced, cut, fits
from tftutor.inspection.shape_errors.rules.variables import SHARED, places, read_shape
from tftutor.inspection.shape_errors.values import as_tensor, shape_of


def candidates(case: Case) -> Iterator[Candidate]:
    """The value in the variable's shape, or the variable in the value's."""
    match = SHARED.search(case.message)
    if match:
        yield from _shared(case, match[1], read_shape(match[2]), read_shape(match[3]))
        return
    found = places(case)
    if found is None:
        return
    variable, index = case.arguments[found[0]].value, found[1]
    have, wanted = known(shape_of(case.arguments[index].value)), known(shape_of(variable))
    if have == () and wanted and None not in wanted:
        yield edit(index, f"tf.fill({list(wanted)}, {{}})", "The number in every place.", 1.0,
                   CHANGES_MEANING)
    if case.function == "load":
        return
    yield from coerced(index, have, wanted, 1.0)
    yield from cut(index, have, wanted, 2.5)
    if len(have) == len(wanted) + 1 and fits(have[1:], wanted):
        yield edit(index, "tf.reduce_mean({}, axis=0)", "The mean over the first axis.", 1.5,
                   CHANGES_MEANING)
        yield edit(index, "tf.reduce_sum({}, axis=0)", "The sum over the first axis.", 1.6,
                   CHANGES_MEANING)
    tensor = as_tensor(variable)
    if tensor is not None:
        yield from redefined(case, tensor, have, 2.0)
    if case.call is not None and case.call.callee.endswith("tf.assign"):
        yield edit(index, "{}, validate_shape=False", "Lets the variable change its shape.", 2.8,
                   CHANGES_MEANING)


def _shared(case: Case, name: str, asked: tuple[int, ...], found: tuple[int, ...]
            ) -> Iterator[Candidate]:
    """The shape that the variable has, or another name."""
    scope, _, own = name.rpartition("/")
    place, named = given_place(case, "shape"), given_place(case, "name")
    if case.function != "get_variable" or case.call is None:
        return

    def trial(shape: tuple[int, ...], new_name: str) -> Callable[[Scratch], Outcome]:
        def run(scratch: Scratch) -> Outcome:
            def build() -> Any:
                get_variable, variable_scope = exported("get_variable"), exported("variable_scope")
                reuse = exported("AUTO_REUSE")
                outer = variable_scope(scope, reuse=reuse) if scope else variable_scope(
                    exported("get_variable_scope")(), reuse=reuse)
                with outer:
                    get_variable(own, list(found))
                    return get_variable(new_name, list(shape))

            return Outcome(scratch.run(build), shape, "float32")

        return run

    if place is not None:
        candidate = change(place, str(list(found)), "Asks for the shape that the variable has.",
                           1.0, CHANGES_MEANING)
        yield replace(candidate, trial=trial(found, own))
    if named is not None and not named[1] and isinstance(case.arguments[named[0]].value, str):
        text = case.arguments[named[0]].text
        new_name = _next_name(own)
        quote = text[0] if text[:1] in "'\"" else "'"
        yield Candidate("Another name: a variable of its own.", 1.3, CHANGES_MEANING,
                        edits={named[0]: f"{quote}{new_name}{quote}"},
                        trial=trial(asked, new_name))


def _next_name(name: str) -> str:
    match = re.fullmatch(r"(.*?)(\d+)", name)
    return f"{match[1]}{int(match[2]) + 1}" if match else f"{name}_2"
