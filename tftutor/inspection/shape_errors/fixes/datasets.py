"""What may have been meant when elements don't fit into a batch."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from tftutor.framework.api import exported
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import known
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, Definition, edit
from tftutor.inspection.shape_errors.fixes.replay import Outcome, Scratch
from tftutor.inspection.shape_errors.rules.datasets import (
    is_unequal_slices,
    single_number,
    unequal_elements,
)
from tftutor.inspection.shape_errors.values import shape_of


def candidates(case: Case) -> Iterator[Candidate]:
    """Padded batches, or components cut to one length."""
    if unequal_elements(case) is not None:
        yield from _padded(case)
    elif is_unequal_slices(case):
        yield from _same_length(case)
    number = single_number(case)
    if number is not None:
        yield edit(number, "[{}]", "A dataset of this one number.", 1.0, SAME_DATA)


def _element_shapes(case: Case) -> list[tuple[int | None, ...]]:
    """Shapes of one element's components, told from the node that reads the batches."""
    if case.op is None:
        return []
    shapes = [t._shape for t in case.op.outputs]
    batch = unequal_elements(case)
    assert batch is not None
    component, first, other = batch
    found = []
    for index, shape in enumerate(shapes):
        dims = known(shape)[1:] if shape is not None else (None,) * len(first)
        if index == component and len(first) == len(other):
            dims = tuple(a if a == b else None for a, b in zip(first, other, strict=True))
        found.append(dims)
    return found


def _padded(case: Case) -> Iterator[Candidate]:
    call = case.call
    shapes = _element_shapes(case)
    if call is None or not shapes:
        return
    source = call.source
    nodes = [n for n in ast.walk(source.tree) if isinstance(n, ast.Call)
             and isinstance(n.func, ast.Attribute) and n.func.attr == "batch" and n.args]
    if len(nodes) != 1 or not isinstance(nodes[0].func, ast.Attribute):
        return
    node = nodes[0]
    owner = source.text(source.span(node.func.value))  # type: ignore[attr-defined]
    size = source.text(source.span(node.args[0]))
    texts = [str(list(shape)) for shape in shapes]
    padded = texts[0] if len(texts) == 1 else f"({', '.join(texts)})"
    code = f"{owner}.padded_batch({size}, padded_shapes={padded})"

    def trial(scratch: Scratch) -> Outcome:
        def build() -> object:
            assert case.op is not None
            zeros = tuple(exported("placeholder")(t.dtype, shape) for t, shape in
                          zip(case.op.outputs, shapes, strict=True))
            dataset = exported("data.Dataset").from_tensors(zeros if len(zeros) > 1 else zeros[0])
            lists = tuple(list(shape) for shape in shapes)
            return dataset.padded_batch(2, lists if len(lists) > 1 else lists[0])

        scratch.run(build)
        return Outcome(None, (None, *shapes[0]), case.op.outputs[0].dtype.name if case.op else "")

    yield Candidate("Fills shorter elements up with zeros.", 0.9, CHANGES_MEANING,
                    definition=Definition(code, source.span(node)), trial=trial)


def _same_length(case: Case) -> Iterator[Candidate]:
    shapes = {i: known(shape_of(a.value)) for i, a in enumerate(case.arguments)
              if known(shape_of(a.value))}
    lengths = [dims[0] for dims in shapes.values() if dims[0] is not None]
    if len(lengths) < 2:
        return
    for index, dims in shapes.items():
        others = {n for i, d in shapes.items() if i != index for n in d[:1]}
        array = isinstance(case.arguments[index].value, np.ndarray)
        if len(others) == 1 and len(dims) == 2 and dims[1] in others:
            yield edit(index, "{.}.T" if array else "np.transpose({})",
                       "The axes the other way round: examples first.", 0.8, SAME_DATA)
        if len(others) == 1 and len(dims) > 1 and dims[0] == 1 and dims[1] in others:
            yield edit(index, "{.}[0]" if array else "np.squeeze({}, 0)",
                       "Drops axis 0, of size 1.", 0.7)
    shortest = min(lengths)
    edits = {i: f"{{.}}[:{shortest}]" for i, dims in shapes.items()
             if dims[0] is not None and dims[0] > shortest}
    yield Candidate(f"Only the first {shortest} of each.", 1.5, CHANGES_MEANING, edits=edits)
