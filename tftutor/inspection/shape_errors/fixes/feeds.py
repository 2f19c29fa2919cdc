"""What may have been meant to be fed, tried on the very value with the session's own check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from tftutor.client.feeds import feed_value
from tftutor.framework import dtypes
from tftutor.framework.operation import Tensor
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA, Span
from tftutor.inspection.shape_errors.finding import known, product
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, Definition, atom
from tftutor.inspection.shape_errors.fixes.definitions import redefined, retyped
from tftutor.inspection.shape_errors.fixes.numpy_dialect import in_numpy
from tftutor.inspection.shape_errors.fixes.replay import Outcome, Scratch
from tftutor.inspection.shape_errors.fixes.reshaping import Dims, coerced
from tftutor.inspection.shape_errors.rules.feeds import Feed, feed
from tftutor.inspection.shape_errors.values import shape_of

_MAX_CLASSES = 10_000


def candidates(case: Case) -> Iterator[Candidate]:
    """The value in another shape, or the placeholder as the value is."""
    has_numpy = case.call is not None and case.call.names.alias_of(np, "np") is not None
    for candidate in _all(case):
        code = candidate.definition.code if candidate.definition is not None else ""
        if has_numpy or "np." not in code:
            yield candidate


def _all(case: Case) -> Iterator[Candidate]:
    found = feed(case)
    if found is None:
        return
    yield from _swapped(case, found)
    if isinstance(found.value, Tensor):
        yield from _computed_first(case, found)
        return
    value, wanted = found.value, known(found.tensor._shape)
    if found.text is not None:
        yield from _ragged(found, value, wanted)
    yield from _dtypes(case, found)
    if shape_of(value) is None:
        return
    is_array, array = isinstance(value, np.ndarray), np.asarray(value)
    dims = array.shape
    found = found._replace(value=array)  # a long list is read once, not in each trial
    if found.text is not None:
        yield from _labels(found, array, dims, wanted)
        one_hot = _is_one_hot(array)
        for candidate in coerced(0, dims, wanted, 1.0):
            if one_hot and "transpose" in candidate.edits[0]:
                continue  # examples are its rows
            code = in_numpy(candidate.edits[0], is_array)
            yield _new_value(found, code, candidate.why, candidate.cost, candidate.effect)
        if wanted and len(wanted) == len(dims) + 1 and wanted[0] is None:
            yield _new_value(found, "[{}]", "A batch of one.", 1.2 if dims else 0.9, SAME_DATA)
        if dims == (1,) and not wanted and found.tensor._shape is not None:
            yield _new_value(found, "{.}[0]", "The number itself, not a list of one.", 0.9)
        if not dims and wanted and None not in wanted:
            yield _new_value(found, f"np.full({wanted}, {{}})", "The same number everywhere.", 1.6,
                             CHANGES_MEANING)
    yield from _other_placeholder(case, found, dims, wanted)


def _trial(found: Feed, code: str) -> Callable[[Scratch], Outcome]:
    def trial(scratch: Scratch) -> Outcome:
        value = eval(compile(code.replace("{.}", "_value").replace("{}", "_value"),  # noqa: S307
                             "<trial>", "eval"),
                     {"__builtins__": {"len": len, "max": max}, "np": np, "_value": found.value})
        fed = feed_value(found.tensor, value)
        return Outcome(fed, tuple(np.shape(fed)), found.tensor.dtype.base_dtype.name)

    return trial


def _new_value(found: Feed, template: str, why: str, cost: float, effect: str = SAME_DATA
               ) -> Candidate:
    assert found.text is not None and found.span is not None
    code = template.replace("{.}", atom(found.text)).replace("{}", found.text)
    return Candidate(why, cost, effect, definition=Definition(code, found.span),
                     trial=_trial(found, template))


def _labels(found: Feed, array: np.ndarray, dims: Dims, wanted: Dims) -> Iterator[Candidate]:
    """Class numbers for one-hot rows, and the reverse."""
    whole = array.dtype.kind in "iu" or (array.dtype.kind == "f" and array.size < 1e6
                                         and bool(np.all(array == np.floor(array))))
    classes = wanted[-1] if wanted else None
    in_range = array.size > 0 and array.dtype.kind in "iuf" and whole and classes is not None and (
        1 < classes <= _MAX_CLASSES and array.min() >= 0 and array.max() < classes)
    integers = "{}" if array.dtype.kind in "iu" else "np.asarray({}).astype(int)"
    if in_range and len(dims) == len(wanted) - 1 and (dims != wanted[1:] or dims == (classes,)):
        cost = 0.8 if array.dtype.kind in "iu" else 1.3
        yield _new_value(found, f"np.eye({classes})[{integers}]",
                         "Class numbers become one-hot rows.", cost)
    if in_range and len(dims) == len(wanted) and dims[-1:] == (1,):
        yield _new_value(found, f"np.eye({classes})[np.ravel({integers})]",
                         "Class numbers become one-hot rows.", 0.9)
    if len(dims) == len(wanted) + 1 and array.shape[-1] > 1 and array.size < 1e7:
        if _is_one_hot(array):
            yield _new_value(found, f"np.argmax({{}}, {len(dims) - 1})",
                             "One-hot rows become class numbers.", 0.8)
    if wanted and len(wanted) == len(dims) and dims[-1:] and wanted[-1] == 1:
        yield _new_value(found, f"np.argmax({{}}, {len(dims) - 1})[:, None]",
                         "One-hot rows become a column of class numbers.", 2.5, CHANGES_MEANING)


def _is_one_hot(array: np.ndarray) -> bool:
    """Whether each row has a single 1 among zeros."""
    if array.ndim < 2 or array.dtype.kind not in "iufb" or not 0 < array.size < 1e7:
        return False
    rows = array.reshape(-1, array.shape[-1])
    return bool(np.all((rows == 0) | (rows == 1)) and np.all(rows.sum(axis=1) == 1))


def _ragged(found: Feed, value: Any, wanted: Dims) -> Iterator[Candidate]:
    """Rows of different lengths, filled up with zeros."""
    rows = isinstance(value, list | tuple) and value and all(
        isinstance(row, list | tuple | np.ndarray) for row in value)
    if not rows or shape_of(value) is not None:
        return
    longest = max(len(row) for row in value)
    width = wanted[1] if len(wanted) > 1 and wanted[1] is not None else longest
    if longest <= width:
        row = "row" if all(isinstance(r, list) for r in value) else "[*row]"
        yield _new_value(
            found, f"[{row} + [0] * ({width} - len(row)) for row in {{}}]",
            f"Fills the rows up with zeros to {width} numbers.", 0.8, CHANGES_MEANING)
    yield _new_value(found, f"[row[:{min(len(r) for r in value)}] for row in {{}}]",
                     "Cuts all rows to the shortest.", 2.0, CHANGES_MEANING)


def _dtypes(case: Case, found: Feed) -> Iterator[Candidate]:
    """Numbers written as text, integers too large, text for a placeholder of numbers."""
    if "Cannot feed" in case.message or "sequence" in case.message:
        return
    kind = np.asarray(found.value).dtype.kind
    if kind in "US" and found.text is not None:
        yield _new_value(found, "np.array({}, dtype=float)", "Reads the text as numbers.", 0.9)
    wider = dtypes.string if kind in "USO" else (
        dtypes.int64 if kind in "iu" else dtypes.float32)

    def trial(scratch: Scratch) -> Outcome:
        fed = feed_value(scratch.placeholder(found.tensor._shape, wider), found.value)
        return Outcome(fed, tuple(np.shape(fed)), wider.name)

    for candidate in retyped(case, found.tensor, wider, 1.0):
        yield replace(candidate, trial=trial)


def _swapped(case: Case, found: Feed) -> Iterator[Candidate]:
    """Two values that were given for each other's placeholders."""
    if found.text is None or found.span is None:
        return
    for key, value, _, span in found.entries:
        if not isinstance(key, Tensor) or key is found.tensor or span.line != span.end_line:
            continue
        try:
            feed_value(key, found.value)
            feed_value(found.tensor, value)
        except Exception:  # noqa: BLE001 - it doesn't fit, so it wasn't meant
            continue
        first, second = sorted((found.span, span), key=lambda s: (s.line, s.column))
        code = _exchanged(case, first, second)
        whole = Span(first.file, first.line, first.column, second.end_line, second.end_column)

        def trial(scratch: Scratch, value: Any = value) -> Outcome:
            fed = feed_value(found.tensor, value)
            return Outcome(fed, tuple(np.shape(fed)), found.tensor.dtype.base_dtype.name)

        yield Candidate("The two values in the other order.", 0.6, CHANGES_MEANING,
                        definition=Definition(code, whole), trial=trial)


def _exchanged(case: Case, first: Span, second: Span) -> str:
    assert case.call is not None
    source = case.call.source
    between = source.text(Span(first.file, first.end_line, first.end_column, second.line,
                               second.column))
    return source.text(second) + between + source.text(first)


def _computed_first(case: Case, found: Feed) -> Iterator[Candidate]:
    """A tensor fed: run it first."""
    if found.text is None or found.span is None or case.call is None:
        return
    receiver = case.call.argument("self")
    session = receiver.text if receiver is not None and case.function == "run" else None
    code = f"{session}.run({found.text})" if session else f"{atom(found.text)}.eval()"

    def trial(scratch: Scratch) -> Outcome:
        shape = found.value._shape
        if shape is not None and None not in shape and product(shape) is not None:
            feed_value(found.tensor, np.zeros(shape, found.tensor.dtype.as_numpy_dtype))
        return Outcome(None, shape, found.tensor.dtype.base_dtype.name)

    yield Candidate("Computes the tensor's value first, then feeds that.", 1.0, SAME_DATA,
                    definition=Definition(code, found.span), trial=trial)


def _other_placeholder(case: Case, found: Feed, dims: Dims, wanted: Dims) -> Iterator[Candidate]:
    """The placeholder with the shape that the value has."""

    def accepts(shape: Dims) -> Callable[[Scratch], Outcome]:
        def trial(scratch: Scratch) -> Outcome:
            other = scratch.placeholder(shape, found.tensor.dtype.base_dtype)
            fed = feed_value(other, found.value)
            return Outcome(fed, tuple(np.shape(fed)), other.dtype.name)

        return trial

    options: list[tuple[Dims, float]] = []
    if len(dims) == len(wanted):
        differing = [i for i, (a, b) in enumerate(zip(dims, wanted, strict=True))
                     if b is not None and a != b]
        opened = tuple((None if i == 0 else dims[i]) if i in differing else b
                       for i, b in enumerate(wanted))
        options.append((opened, 0.9 if differing == [0] else 2.4))
    else:
        options.append(((None, *dims[1:]), 1.4 if not wanted else 2.6))
        options.append((dims, 1.5 if not dims else 3.0))
    for shape, cost in options:
        for candidate in redefined(case, found.tensor, shape, cost):
            yield replace(candidate, trial=accepts(shape))
