"""One axis of one operand in words: what it is to the rule, its partner, where it came from."""

from __future__ import annotations

from tftutor.inspection.shape_errors.explanation import Explanation, Join, Operand
from tftutor.inspection.shape_errors.text import step_place

_MARKS = {
    "must match": "must match its partner",
    "matches": "matches its partner",
    "surplus": "is one too many",
    "wrong size": "has the wrong size",
    "unknown": "isn't known until the graph runs",
}
_VERDICTS = {True: "it does", False: "it doesn't", None: "only the run can tell"}


def axis_words(explanation: Explanation, operand: int, axis: int) -> str:
    """What there is to say about an axis, in a sentence or a few."""
    chosen = explanation.operands[operand]
    ties = joins_of(explanation, operand, axis)
    # A tie says it better than "must match".
    mark = "" if ties else _MARKS.get(chosen.marks.get(axis, ""), "")
    sentences = [f"Axis {axis} of `{chosen.name}` has {_size(chosen, axis)}"
                 + (f" and {mark}." if mark else ".")]
    for join, (other, partner) in zip(ties, partners(explanation, operand, axis), strict=True):
        tied = explanation.operands[other]
        sentences.append(f"It must match axis {partner} of `{tied.name}`, which has "
                         f"{_size(tied, partner)}: {_VERDICTS[join.fits]}.")
    sentences += [f"{_capital(step_place(step, explanation))}: {step.text}"
                  for step in explanation.origin
                  if step.is_origin and step.operand == operand and step.axis in (axis, None)]
    return " ".join(sentences)


def _size(operand: Operand, axis: int) -> str:
    size = operand.size(axis)
    return "an unknown size" if size is None else f"size {size}"


def joins_of(explanation: Explanation, operand: int, axis: int) -> list[Join]:
    """The joins that an axis takes part in."""
    return [join for join in explanation.joins if (operand, axis) in (join.first, join.second)]


def partners(explanation: Explanation, operand: int, axis: int) -> list[tuple[int, int]]:
    """The axes, (operand, axis) each, that an axis is tied to."""
    found = []
    for join in joins_of(explanation, operand, axis):
        found.append(join.second if join.first == (operand, axis) else join.first)
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
