"""What may have been meant when labels and predictions don't go together."""

from __future__ import annotations

from collections.abc import Iterator

from tftutor.framework.operation import Tensor
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import known, product
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit, rewrite
from tftutor.inspection.shape_errors.fixes.definitions import redefined
from tftutor.inspection.shape_errors.fixes.earlier_calls import (
    flattened_before,
    other_units,
    other_weights,
    rows_kept,
)
from tftutor.inspection.shape_errors.fixes.lineage import hangs_on_variables
from tftutor.inspection.shape_errors.fixes.reshaping import coerced, cut
from tftutor.inspection.shape_errors.rules.losses import (
    ONE_HOT,
    SPARSE,
    Sides,
    seen_shape,
    sides,
    unfit_weights,
    unnamed,
)
from tftutor.inspection.shape_errors.values import ancestors, as_tensor, dtype_of, shape_of

_OTHER = {  # the loss for class numbers <-> the loss for one-hot rows
    "sparse_softmax_cross_entropy_with_logits": "tf.nn.softmax_cross_entropy_with_logits_v2(",
    "sparse_softmax_cross_entropy": "tf.losses.softmax_cross_entropy(",
    "softmax_cross_entropy_with_logits": "tf.nn.sparse_softmax_cross_entropy_with_logits(",
    "softmax_cross_entropy_with_logits_v2": "tf.nn.sparse_softmax_cross_entropy_with_logits(",
    "softmax_cross_entropy": "tf.losses.sparse_softmax_cross_entropy("}


def candidates(case: Case) -> Iterator[Candidate]:
    """Another loss, labels in another form, or predictions without the surplus axes."""
    if unnamed(case):
        yield from _named(case)
        return
    found = sides(case)
    if found is None:
        return
    labels = known(seen_shape(case, found.labels))
    logits = known(seen_shape(case, found.predictions))
    weights = unfit_weights(case)
    if weights is not None:
        yield from coerced(weights, known(shape_of(case.arguments[weights].value)),
                           labels[:1] + (1,) * (len(labels) - 1), 1.0)
        yield from coerced(weights, known(shape_of(case.arguments[weights].value)), labels, 1.2)
        return
    yield from _exchanged(case, found)
    tensor = as_tensor(case.arguments[found.predictions].value)
    if tensor is not None:
        yield from flattened_before(case, tensor, 0.7)
        yield from rows_kept(case, tensor, 0.75)
    if case.function in SPARSE:
        yield from _class_numbers(case, found, labels, logits)
    elif case.function in ONE_HOT:
        yield from _one_hot(case, found, labels, logits)
    else:
        if case.function == "accuracy":
            for index, dims in ((found.predictions, logits), (found.labels, labels)):
                if len(dims) == max(len(labels), len(logits)) == 2:
                    yield edit(index, "tf.argmax({}, 1)", "The likeliest class of each row.", 0.8,
                               CHANGES_MEANING)
        yield from _rows_for_numbers(case, found, labels, logits)
        yield from coerced(found.labels, labels, logits, 1.0)
        yield from coerced(found.predictions, logits, labels, 1.02)
    yield from _placeholders(case, found, labels, logits)
    wanted = logits[:-1] if case.function in SPARSE else logits
    yield from cut(found.labels, labels, wanted, 3)


def _rows_for_numbers(case: Case, found: Sides, labels: tuple, logits: tuple
                      ) -> Iterator[Candidate]:
    """Class numbers beside rows of as many columns as there are classes."""
    is_whole = dtype_of(case.arguments[found.labels].value).startswith(("int", "uint"))
    if is_whole and len(labels) == len(logits) - 1 and (logits[-1] or 0) > 1:
        yield edit(found.labels, f"tf.one_hot({{}}, {logits[-1]})",
                   "Class numbers become one-hot rows.", 0.9)


def _exchanged(case: Case, found: Sides) -> Iterator[Candidate]:
    """Labels and predictions in each other's place."""
    first, second = (case.arguments[i].value for i in found)
    whole = [dtype_of(value).startswith(("int", "uint")) for value in (first, second)]
    tensors = [as_tensor(value) for value in (first, second)]
    model = [t is not None and hangs_on_variables(t) for t in tensors]
    if whole == [False, True] or model == [True, False] and case.function in SPARSE:
        yield Candidate("Labels first, then predictions.", 0.8, CHANGES_MEANING,
                        edits={found.labels: f"{{{found.predictions}}}",
                               found.predictions: f"{{{found.labels}}}"})


def _named(case: Case) -> Iterator[Candidate]:
    if len(case.arguments) < 2:
        return
    tensors = [as_tensor(argument.value) for argument in case.arguments[:2]]
    model = [t is not None and hangs_on_variables(t) for t in tensors]
    names = [argument.text.lower() for argument in case.arguments[:2]]
    says_labels = [any(w in n for w in ("label", "y_", "target", "true")) for n in names]
    data = [t is None or t.op.type == "Placeholder" for t in tensors]
    if model[0] != model[1]:
        logits_first = model[0]
    elif data[0] != data[1]:
        logits_first = data[1]
    elif says_labels[0] != says_labels[1]:
        logits_first = says_labels[1]
    else:
        logits_first = "logit" in names[0] or "logit" not in names[1]
    for cost, first in ((0.5, logits_first), (2.0, not logits_first)):
        a, b = ("logits", "labels") if first else ("labels", "logits")
        yield Candidate("Says which is which.", cost, SAME_DATA,
                        edits={0: f"{a}={{}}", 1: f"{b}={{}}"})


def _call_of(found: Sides, start: str) -> str:
    """The call of another loss with the same two arguments."""
    named = start.startswith("tf.nn.")
    first = f"labels={{{found.labels}}}" if named else f"{{{found.labels}}}"
    second = f"logits={{{found.predictions}}}" if named else f"{{{found.predictions}}}"
    return f"{start}{first}, {second})"


def _class_numbers(case: Case, found: Sides, labels: tuple, logits: tuple) -> Iterator[Candidate]:
    dtype = dtype_of(case.arguments[found.labels].value)
    is_float = dtype.startswith("float")
    if len(labels) == len(logits) and labels[-1:] == logits[-1:] and labels[-1:] != (1,):
        if case.function in _OTHER:
            yield rewrite(_call_of(found, _OTHER[case.function]),
                          "The loss for one-hot labels.", 0.9 if is_float else 1.0, SAME_DATA)
        yield edit(found.labels, "tf.argmax({}, 1)" if len(labels) == 2 else "tf.argmax({}, -1)",
                   "One-hot rows become class numbers.", 1.05)
    else:
        inner = "tf.cast({}, tf.int64)" if is_float else "{}"
        for candidate in coerced(found.labels, labels, logits[:-1], 1.0):
            template = candidate.edits[found.labels].replace("{}", inner)
            yield edit(found.labels, template, candidate.why, candidate.cost, candidate.effect)
    if is_float:
        yield edit(found.labels, "tf.cast({}, tf.int64)", "Class numbers are integers.", 0.95)
    if len(logits) - 1 > len(labels):
        if len(logits) == 3:
            yield edit(found.predictions, "{.}[:, -1]", "Only the last time step.", 1.3,
                       CHANGES_MEANING)
        yield from coerced(found.predictions, logits, (*labels, logits[-1]), 1.1)


def _one_hot(case: Case, found: Sides, labels: tuple, logits: tuple) -> Iterator[Candidate]:
    value = case.arguments[found.labels].value
    is_whole = dtype_of(value).startswith(("int", "uint"))
    classes = logits[-1] if logits else None
    column = len(labels) == len(logits) and labels[-1:] == (1,) and classes != 1
    if len(labels) == len(logits) - 1 and is_whole:
        yield rewrite(_call_of(found, _OTHER[case.function]), "The loss for class numbers.", 0.9,
                      SAME_DATA)
    if (len(labels) == len(logits) - 1 or column) and classes is not None:
        inner = f"tf.squeeze({{}}, {len(labels) - 1})" if column else "{}"
        whole = inner if is_whole else f"tf.cast({inner}, tf.int32)"
        yield edit(found.labels, f"tf.one_hot({whole}, {classes})",
                   "Class numbers become one-hot rows.", 1.0)
    tensor = as_tensor(value)
    made = _one_hot_node(tensor)
    if made is not None and len(labels) == len(logits) + 1:
        source = made.op._inputs[0]
        name = case.variable_name(source)
        if name is not None:
            yield edit(found.labels, name, f"`{name}` is one-hot already.", 0.6)
    if not column:
        yield from coerced(found.labels, labels, logits, 1.1)
        yield from coerced(found.predictions, logits, labels, 1.15)


def _one_hot_node(tensor: Tensor | None) -> Tensor | None:
    if tensor is None:
        return None
    return next((t for t in ancestors(tensor, 20) if t.op.type == "OneHot"), None)


def _placeholders(case: Case, found: Sides, labels: tuple, logits: tuple) -> Iterator[Candidate]:
    """The labels' placeholder with as many columns as there are classes."""
    tensor = as_tensor(case.arguments[found.labels].value)
    if tensor is None or case.function in SPARSE:
        return
    if len(labels) == len(logits) and product(logits[1:]) and shape_of(tensor) is not None:
        wanted = tuple(have if want is None else (None if have is None else want)
                       for have, want in zip(labels, logits, strict=True))
        yield from redefined(case, tensor, wanted, 1.5)
    output = as_tensor(case.arguments[found.predictions].value)
    if output is not None and len(labels) == len(logits) == 2 and labels[1] != logits[1]:
        if logits[1] is not None and labels[1] is not None:
            yield from other_units(case, output, logits[1], labels[1], 1.2, CHANGES_MEANING)
        yield from other_weights(case, output, 1, labels[1], 1.4)
