"""What may have been meant by a value that can't become a tensor."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import TensorShape, shape_tuple
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import known, product
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit, rewrite
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN, quiet_value
from tftutor.inspection.shape_errors.rules.conversion import (
    BOTH,
    is_none,
    is_ragged,
    none_places,
    too_many,
    unfit_constant,
)


def candidates(case: Case) -> Iterator[Candidate]:
    """-1 or the run's size for None; zeros where a row is short."""
    if case.call is None:
        return
    if is_ragged(case):
        yield from _filled(case)
    elif unfit_constant(case) is not None:
        yield from _fitting_dtype(case)
    elif too_many(case) is not None:
        yield from _more_places(case)
    elif BOTH in case.message:
        yield from _without_shape(case)
    elif is_none(case):
        yield from _sizes(case)


def _fitting_dtype(case: Case) -> Iterator[Candidate]:
    """The dtype that the values have."""
    call, found = case.call, unfit_constant(case)
    given = call.argument("dtype") if call is not None else None
    if given is None or found is None:
        return
    dtype = {"float": "float32", "str": "string", "bool": "bool", "int": "int32",
             "complex": "complex64"}.get(found[1])
    if dtype is not None:
        yield edit(case.arguments.index(given), f"tf.{dtype}", f"The values are {found[1]}s.", 0.9,
                   CHANGES_MEANING)


def _more_places(case: Case) -> Iterator[Candidate]:
    """A shape with as many places as there are values."""
    call, counts = case.call, too_many(case)
    given = call.argument("shape") if call is not None else None
    if given is None or counts is None or not isinstance(given.value, list | tuple):
        return
    dims = list(given.value)
    index = case.arguments.index(given)
    for axis in range(len(dims)):
        rest = product(d for i, d in enumerate(dims) if i != axis) or 0
        if rest and counts[1] % rest == 0:
            new = [*dims[:axis], counts[1] // rest, *dims[axis + 1 :]]
            yield edit(index, str(new), "As many places as values.", 1.0 + axis / 10,
                       CHANGES_MEANING)


def _without_shape(case: Case) -> Iterator[Candidate]:
    """The same variable, its shape told by the initial value alone."""
    call = case.call
    assert call is not None
    kept = [(i, a) for i, a in enumerate(case.arguments) if not a.parameter.startswith("shape")]
    parts = [f"{{{i}}}" if a.parameter == "name" else f"{a.parameter}={{{i}}}" for i, a in kept]
    yield rewrite(f"{call.callee}({', '.join(parts)})", "The initial value says the shape.", 1.0,
                  SAME_DATA)


def _filled(case: Case) -> Iterator[Candidate]:
    for index, argument in enumerate(case.arguments):
        value = argument.value
        if isinstance(value, list) and value and all(isinstance(row, list) for row in value):
            longest = max(len(row) for row in value)
            yield edit(index, f"[row + [0] * ({longest} - len(row)) for row in {{}}]",
                       "Fills short rows up with zeros.", 1.0, CHANGES_MEANING)
            return
    whole = next((name for name in case.call.lists), None) if case.call is not None else None
    if whole is not None and case.call is not None:
        text = case.call.lists[whole].text
        rows = case.call.lists[whole].value
        if isinstance(rows, list) and all(isinstance(row, list) for row in rows):
            longest = max(len(row) for row in rows)
            code = f"[row + [0] * ({longest} - len(row)) for row in {text}]"
            yield Candidate("Fills short rows up with zeros.", 1.0, CHANGES_MEANING,
                            lists={whole: code})


def _sizes(case: Case) -> Iterator[Candidate]:
    call = case.call
    assert call is not None
    reshape = case.function == "reshape"
    for index, argument in enumerate(case.arguments):
        if isinstance(argument.value, TensorShape) and None in known(
                shape_tuple(argument.value)):
            owner = re.sub(r"\.(shape|get_shape\(\))$", "", argument.text)
            if owner != argument.text:
                yield edit(index, f"tf.shape({owner})", "The shape that the run has.", 0.8,
                           SAME_DATA)
    for index in none_places(case):
        argument = case.arguments[index]
        if "[" in argument.parameter:
            yield edit(index, "-1", "-1: whatever is left.", 0.8 if reshape else 2.0, SAME_DATA)
            yield from _run_size(case, index, argument.node, 0.9)
            continue
        items: Any = getattr(argument.node, "elts", None)
        if items is None:
            continue
        texts = [call.source.text(call.source.span(item)) for item in items]
        values = [quiet_value(item, call.names) for item in items]
        dashed = ["-1" if value is None else text for text, value in zip(texts, values,
                                                                       strict=True)]
        yield edit(index, f"[{', '.join(dashed)}]", "-1: whatever is left.",
                   0.8 if reshape else 2.0, SAME_DATA)
        source = _batch_source(case)
        if source is not None:
            sized = [f"tf.shape({source})[0]" if value is None else text
                     for text, value in zip(texts, values, strict=True)]
            yield edit(index, f"[{', '.join(sized)}]", "The size that the run has.", 0.9,
                       SAME_DATA)


def _run_size(case: Case, index: int, node: ast.AST, cost: float) -> Iterator[Candidate]:
    """`tf.shape(x)[0]` in the place of `x.shape[0]`."""
    call = case.call
    assert call is not None
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(call.names.get(part.id), Tensor):
            yield edit(index, f"tf.shape({part.id})[0]", "The size that the run has.", cost,
                       SAME_DATA)
            return


def _batch_source(case: Case) -> str | None:
    """A placeholder of the program whose first axis is open."""
    call = case.call
    assert call is not None
    for name in call.names:
        value = call.names[name]
        if isinstance(value, Tensor) and value is not UNKNOWN and value._shape and (
                value._shape[0] is None):
            return name
    return None
