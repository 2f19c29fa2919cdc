"""What may have been meant when dtypes don't go together: casts, and other definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tftutor.framework import dtypes
from tftutor.framework.operation import Tensor
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import known
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit
from tftutor.inspection.shape_errors.fixes.definitions import retyped, with_float_literal
from tftutor.inspection.shape_errors.fixes.replay import Scratch
from tftutor.inspection.shape_errors.rules.dtypes import Mismatch, mismatch
from tftutor.inspection.shape_errors.values import as_tensor, shape_of, source_of_tensor

_ORDER = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
          "float16", "bfloat16", "float64", "float32", "complex64", "complex128")
_PREFERRED = ("float32", "int32", "int64", "float64", "bool", "complex64")


def candidates(case: Case) -> Iterator[Candidate]:
    """Casts of one argument or another."""
    found = mismatch(case)
    if found is None:
        return
    if found.allowed:
        yield from _to_allowed(case, found)
    elif len(found.places) > 1:
        yield from _to_common(case, found)


def common(names: list[str]) -> str:
    """The dtype that values of several dtypes go together in: float32 rather than float64."""
    numbers = [name for name in names if name in _ORDER]
    return max(numbers, key=_ORDER.index) if numbers else names[0]


def _to_common(case: Case, found: Mismatch) -> Iterator[Candidate]:
    yield from _both_as_classes(case, found)
    yield from _from_the_start(case, found)
    names = [dtype for _, dtype in found.places]
    best = common(names)
    for target in dict.fromkeys([best, *names]):
        edits = {index: cast(dtype, target) for index, dtype in found.places if dtype != target}
        if target == "string" or not edits:
            continue
        whys = " ".join(dict.fromkeys(_why(dtype, target) for _, dtype in found.places
                                      if dtype != target))
        effects = {_effect(dtype, target) for _, dtype in found.places if dtype != target}
        effect = CHANGES_MEANING if CHANGES_MEANING in effects else SAME_DATA
        yield Candidate(whys, 0.9 if target == best else 1.5, effect, edits=edits)
    for index, dtype in found.places:
        tensor = as_tensor(case.arguments[index].value)
        if dtype != best and tensor is not None:
            yield from retyped(case, tensor, dtypes.as_dtype(best), 1.2)


def _from_the_start(case: Case, found: Mismatch) -> Iterator[Candidate]:
    """A whole number that meets floats, written as a float; first where a loop carries it."""
    if not any(dtype.startswith("float") for _, dtype in found.places):
        return
    for index, dtype in found.places:
        tensor = as_tensor(case.arguments[index].value)
        if tensor is None or not dtype.startswith("int"):
            continue
        entering = before_loop(tensor)
        for candidate in with_float_literal(case, entering, 1.1):
            if entering is tensor:
                yield candidate
            elif candidate.definition is not None:
                carried = tensor

                def build(scratch: Scratch, carried: Tensor = carried) -> None:
                    scratch.replace(carried, scratch.placeholder(carried._shape, dtypes.float32))

                definition = replace(candidate.definition, build=build)
                yield replace(candidate, definition=definition, cost=0.6)


def before_loop(tensor: Tensor) -> Tensor:
    """What a loop variable was before the first round; any other tensor unchanged."""
    current = tensor
    for kind in ("Identity", "Switch", "Merge", "Enter"):
        if current.op.type != kind or not current.op._inputs:
            return tensor
        current = current.op._inputs[0]
    return current


def _both_as_classes(case: Case, found: Mismatch) -> Iterator[Candidate]:
    """Class numbers beside one-hot rows: both as class numbers."""
    values = [(i, case.arguments[i].value) for i, _ in found.places]
    for (_, numbers), (index, rows) in (values[:2], values[1::-1]):
        tensor = as_tensor(numbers)
        rank = len(known(shape_of(rows)))
        if tensor is not None and source_of_tensor(tensor).op.type == "ArgMax" and (
                rank == len(known(shape_of(numbers))) + 1):
            yield edit(index, f"tf.argmax({{}}, {rank - 1})", "One-hot rows become class numbers.",
                       0.7)


def _to_allowed(case: Case, found: Mismatch) -> Iterator[Candidate]:
    index, dtype = found.places[0]
    is_float = dtype.startswith(("float", "bfloat"))
    order = [t for t in _PREFERRED if t in found.allowed and t != dtype]
    if is_float and "float32" not in order:
        order.sort(key=lambda t: ("int32", "int64").index(t) if t in ("int32", "int64") else 9)
    for position, target in enumerate(order[:2]):
        yield edit(index, cast(dtype, target), _why(dtype, target), 0.9 + position / 5,
                   _effect(dtype, target))
    tensor = as_tensor(case.arguments[index].value)
    if tensor is not None and order:
        yield from retyped(case, tensor, dtypes.as_dtype(order[0]), 1.0)
    if found.allowed == ("bool",):
        yield edit(index, "tf.not_equal({}, 0)", "True where it isn't 0.", 1.2)


def cast(have: str, want: str) -> str:
    """The template that turns one dtype into another."""
    if have == "string":
        return "tf.string_to_number({})" if want == "float32" else (
            f"tf.string_to_number({{}}, tf.{want})")
    if want == "string":
        return "tf.as_string({})"
    return f"tf.cast({{}}, tf.{want})"


def _why(have: str, want: str) -> str:
    if have == "string":
        return "Reads the text as numbers."
    return f"Converts {have} to {want}."


def _effect(have: str, want: str) -> str:
    loses = have.startswith("float") and not want.startswith(("float", "complex"))
    return CHANGES_MEANING if loses or want == "bool" else SAME_DATA
