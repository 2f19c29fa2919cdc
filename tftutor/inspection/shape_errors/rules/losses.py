"""The rules of losses: what labels and predictions must look like to each other."""

from __future__ import annotations

import re
from typing import NamedTuple

from tftutor.framework.shape_merge import Shape
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Mark, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    case_text,
    facing_joins,
    facing_marks,
    known,
    listed,
    unchecked,
)
from tftutor.inspection.shape_errors.values import as_tensor, dtype_of, shape_of

SPARSE = {"sparse_softmax_cross_entropy_with_logits", "sparse_softmax_cross_entropy", "in_top_k"}
ONE_HOT = {"softmax_cross_entropy_with_logits", "softmax_cross_entropy_with_logits_v2",
           "softmax_cross_entropy"}
EQUAL = {"sigmoid_cross_entropy_with_logits", "weighted_cross_entropy_with_logits",
         "mean_squared_error", "absolute_difference", "sigmoid_cross_entropy", "log_loss",
         "huber_loss", "hinge_loss", "cosine_distance", "accuracy"}
_LABELS = ("labels", "onehot_labels", "multi_class_labels", "targets")
_PREDICTIONS = ("logits", "predictions")
_DTYPE = re.compile(r"DataType \w+ not in|that does not match|requested dtype|Expected \w+, got")


class Sides(NamedTuple):
    """Positions of the labels and of the predictions among the call's arguments."""

    labels: int
    predictions: int


def sides(case: Case) -> Sides | None:
    """Which arguments are labels and predictions; None when the call isn't a loss's."""
    if case.call is None or case.function not in SPARSE | ONE_HOT | EQUAL:
        return None
    labels, predictions = case.call.argument(*_LABELS), case.call.argument(*_PREDICTIONS)
    if labels is None or predictions is None:
        return None
    return Sides(case.arguments.index(labels), case.arguments.index(predictions))


def unnamed(case: Case) -> bool:
    """A loss that wants its arguments by name got them by position."""
    return "with named arguments" in case.message


def find(case: Case) -> Finding | None:
    """Explain labels and predictions that don't go together."""
    if unnamed(case):
        operands = [case.operand(a.value, "", index=i) for i, a in enumerate(case.arguments)]
        return Finding("loss", f"{case.what} must be told which is "
                       "which: labels=..., logits=....", operands,
                       Rule("labels=[n, classes], logits=[n, classes]", ""))
    found = sides(case)
    if found is None:
        return None
    if case.op is None and _DTYPE.search(case.message) and case.function not in SPARSE:
        return None
    labels, logits = (seen_shape(case, index) for index in found)
    weights = unfit_weights(case)
    if weights is not None:
        return _weights(case, weights, found)
    marks = facing_marks(labels, known(logits)[:-1] if case.function in SPARSE else logits)
    operands = [
        case.operand(case.arguments[found.labels].value, "labels", index=found.labels,
                     shape=labels, marks=marks[0]),
        case.operand(case.arguments[found.predictions].value, "predictions",
                     index=found.predictions, shape=logits, marks=marks[1])]
    suspects = [(position, tensor, _clash(marks[position])) for position, index in (
        (1, found.predictions), (0, found.labels))
        if (tensor := as_tensor(case.arguments[index].value)) is not None]
    if len(known(logits)) <= 2 < len(known(labels)) or (
            len(known(logits)) <= 2 and marks[0] and not marks[1]):
        suspects.reverse()
    return Finding("labels" if case.function in SPARSE else "loss",
                   _sentence(case, operands[0].name, operands[1].name, labels, logits), operands,
                   _rule(case, labels, logits), facing_joins(labels, logits), suspects,
                   unchecked(operands))


def unfit_weights(case: Case) -> int | None:
    """The position of a loss's weights, when they are what doesn't fit."""
    given = case.call.argument("weights") if case.call is not None else None
    if given is None or "weights" not in case.message and "broadcast" not in case.message:
        return None
    return case.arguments.index(given)


def _weights(case: Case, index: int, found: Sides) -> Finding:
    value = case.arguments[index].value
    weights = case.operand(value, "weights", index=index)
    labels = case.operand(case.arguments[found.labels].value, "labels", index=found.labels)
    tensor = as_tensor(value)
    return Finding("loss", "The weights of a loss have its shape, or size 1 along an axis: "
                   f"`{weights.name}` is {listed(weights.shape)}, `{labels.name}` is "
                   f"{listed(labels.shape)}.", [weights, labels],
                   Rule("[n or 1, ...], [n, ...]", case_text([weights.shape, labels.shape], ", ")),
                   [], [(0, tensor, None)] if tensor is not None else [], unchecked([weights]))


def _clash(marks: dict[int, Mark]) -> int | None:
    """The axis to trace back: one of the wrong size; None when the rank is what is wrong."""
    if "surplus" in marks.values():
        return None
    return next((axis for axis, mark in marks.items() if mark == "must match"), None)


def seen_shape(case: Case, index: int) -> Shape:
    """The shape of an argument, as the run had it when it failed there."""
    if case.shapes is not None:
        for position, tensor in enumerate(case.inputs):
            if case.argument_of(tensor) == index:
                return case.shape(position)
    return shape_of(case.arguments[index].value)


def _rule(case: Case, labels: Shape, logits: Shape) -> Rule:
    case_line = case_text([labels, logits], ", ")
    if case.function in SPARSE:
        return Rule("[n], [n, classes] -> [n]", case_line,
                    "Labels are class numbers: one integer for each row of logits.")
    if case.function in ONE_HOT:
        return Rule("[n, classes], [n, classes] -> [n]", case_line,
                    "Labels are one-hot rows (or probabilities), as wide as the logits.")
    return Rule("[n, ...], [n, ...]", case_line, "Both have one shape.")


def _sentence(case: Case, labels: str, logits: str, a: Shape, b: Shape) -> str:
    both = f"`{labels}` is {listed(a)}, `{logits}` is {listed(b)}"
    if case.function in SPARSE:
        if dtype_of(case.arguments[sides(case).labels].value).startswith(  # type: ignore[union-attr]
                "float") and case.op_type:
            both += f", and `{labels}` holds float numbers"
        return f"{case.what} takes the number of a class for each row of logits; {both}."
    if case.function in ONE_HOT:
        return (f"{case.what} takes labels of the same shape as the logits, one column for each "
                f"class; {both}.")
    if case.function == "accuracy":
        return f"{case.what} compares class numbers, one for each example; {both}."
    return f"{case.what} compares number by number, so both must have one shape; {both}."
