"""The rules of feeding: a value fed must have its placeholder's shape and dtype."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from tftutor.framework.operation import Tensor
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Join, Kind, Mark, Operand, Rule, Span
from tftutor.inspection.shape_errors.finding import Finding, case_text, dimensions, known, listed
from tftutor.inspection.shape_errors.quiet_values import quiet_value
from tftutor.inspection.shape_errors.values import dtype_of, shape_of, short_text


class Feed(NamedTuple):
    """The feed that was refused: the tensor, the value, and where both stand in the source."""

    tensor: Tensor
    value: Any
    text: str | None
    span: Span | None
    entries: tuple[tuple[Any, Any, str, Span], ...]  # all (key, value, value's text, its place)


def feed(case: Case) -> Feed | None:
    """The feed that was refused; None when the error isn't about a feed."""
    tensor = case.local("feed_value", "tensor")
    if tensor is None or case.function == "load":
        return None
    value = case.local("feed_value", "value")
    entries = tuple(_entries(case))
    for key, _, text, span in entries:
        if key is tensor or getattr(key, "name", key) == tensor.name:
            return Feed(tensor, value, text, span, entries)
    return Feed(tensor, value, None, None, entries)


def _entries(case: Case) -> list[tuple[Any, Any, str, Span]]:
    """What the dictionary says, in the call or in an earlier line of the same file."""
    call = case.call
    if call is None:
        return []
    dictionaries = [node for node in ast.walk(call.node) if isinstance(node, ast.Dict)]
    if not dictionaries:
        dictionaries = [node for node in ast.walk(call.source.tree) if isinstance(node, ast.Dict)
                        and node.lineno <= call.frame.line][::-1]
    for node in dictionaries:
        found = []
        for key, value in zip(node.keys, node.values, strict=True):
            span = call.source.span(value)
            known_key = quiet_value(key, call.names) if key is not None else None
            found.append((known_key, quiet_value(value, call.names), call.source.text(span), span))
        if any(isinstance(key, Tensor | str) for key, *_ in found):
            return found
    return []


def find(case: Case) -> Finding | None:
    """Explain a refused feed."""
    found = feed(case)
    if found is None:
        return None
    tensor, value = found.tensor, found.value
    name = case.variable_name(tensor) or tensor.op.name
    shape, wanted = shape_of(value), tensor._shape
    text = found.text if found.text is not None and len(found.text) < 40 else "the value"
    kind, sentence = _sentence(case, name, text, value, shape, tensor)
    marks = _marks(known(shape), known(wanted))
    operands = [
        Operand(name=text, shape=shape, dtype=dtype_of(value), role=f"fed for {name}",
                expression=found.text, value=short_text(value), marks=marks[0], span=found.span),
        Operand(name=name, shape=wanted, dtype=tensor.dtype.base_dtype.name, role="placeholder",
                node=tensor.name, marks=marks[1])]
    joins = [Join((0, i), (1, i), b is None or a == b)
             for i, (a, b) in enumerate(zip(known(shape), known(wanted), strict=False))]
    return Finding(kind, sentence, operands,
                   Rule("value's shape = placeholder's shape", case_text([shape, wanted], " = "),
                        "A ? in the placeholder's shape takes any size."),
                   joins, [(0, value, None)] if isinstance(value, Tensor) else [(1, tensor, None)])


def _sentence(case: Case, name: str, text: str, value: Any, shape: Any, tensor: Tensor
              ) -> tuple[Kind, str]:
    wanted = tensor._shape
    if isinstance(value, Tensor):
        return "feed", (f"`{text}` is a tensor: it has no value yet that could be fed for "
                        f"`{name}`. Run it first, or use it in the graph in place of `{name}`.")
    if value is None:
        return "feed", f"`{text}` is `None`: there is no value to feed for `{name}`."
    if "sequence" in case.message or "inhomogeneous" in case.message:
        return "feed", (f"The lists in `{text}` have different lengths; `{name}` takes an array, "
                        "whose rows are equally long.")
    if "Cannot feed" in case.message:
        more = ""
        if len(known(shape)) != len(known(wanted)):
            more = f": {dimensions(len(known(shape)))} where {len(known(wanted))} are expected"
        return "feed", (f"`{name}` takes values of shape {listed(wanted)}; `{text}` has shape "
                        f"{listed(shape)}{more}.")
    return "feed dtype", (f"`{name}` takes {tensor.dtype.base_dtype.name} numbers; `{text}` can't "
                          "be read as that.")


def _marks(value: tuple, wanted: tuple) -> tuple[dict[int, Mark], dict[int, Mark]]:
    first: dict[int, Mark] = {}
    second: dict[int, Mark] = {}
    if len(value) == len(wanted):
        for axis, (a, b) in enumerate(zip(value, wanted, strict=True)):
            if b is not None and a != b:
                first[axis] = second[axis] = "must match"
    elif len(value) > len(wanted):
        first = {axis: "surplus" for axis in range(len(wanted), len(value))}
    else:
        second = {axis: "surplus" for axis in range(len(value), len(wanted))}
    return first, second
