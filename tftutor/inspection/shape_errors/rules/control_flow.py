"""The rules of `tf.cond` and `tf.while_loop`: both branches alike, each round as the one before."""

from __future__ import annotations

import re
from typing import NamedTuple

from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import Shape
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Mark, Operand, Rule
from tftutor.inspection.shape_errors.finding import Finding, known, listed
from tftutor.inspection.shape_errors.values import as_tensor, dtype_of, shape_of

_TYPES = re.compile(r"true_fn and false_fn must have the same type: (\w+), (\w+)")
_INVARIANT = re.compile(r"Input tensor '([^']+)' enters the loop with shape (<unknown>|\(.*?\)), "
                        r"but has shape (<unknown>|\(.*?\)) after one iteration")
_LOOP_TYPE = re.compile(r"Input \d+ of node (\S+) was passed (\w+) from (\S+) incompatible with "
                        r"expected (\w+)\.")
_ENUM_NAMES = {"float": "float32", "double": "float64", "half": "float16"}


class Growing(NamedTuple):
    """A loop variable that changes its shape: its tensor's name, shapes before and after."""

    tensor: str
    before: Shape
    after: Shape


def branch_types(case: Case) -> tuple[str, str] | None:
    """The dtypes of both branches of a cond, when they differ."""
    match = _TYPES.search(case.message)
    return (match[1], match[2]) if match else None


def growing(case: Case) -> Growing | None:
    """The loop variable whose shape changes."""
    match = _INVARIANT.search(case.message)
    return Growing(match[1], _read(match[2]), _read(match[3])) if match else None


def _read(text: str) -> Shape:
    if text == "<unknown>":
        return None
    return tuple(None if part == "?" else int(part) for part in re.findall(r"\d+|\?", text))


def loop_types(case: Case) -> tuple[str, str] | None:
    """(dtype expected, dtype after one round) of a loop variable that changes its dtype."""
    match = _LOOP_TYPE.search(case.message)
    if not match:
        return None
    return _ENUM_NAMES.get(match[4], match[4]), _ENUM_NAMES.get(match[2], match[2])


def is_vector_predicate(case: Case) -> bool:
    """A cond whose predicate isn't a single truth value."""
    return case.function in ("cond", "while_loop") and case.op_type in ("Switch", "LoopCond") and (
        "rank 0" in case.message)


def find(case: Case) -> Finding | None:
    """Explain a refused cond or while_loop."""
    types, grown, rounds = branch_types(case), growing(case), loop_types(case)
    if types is not None:
        return Finding("cond", "Both branches of `tf.cond` must give the same dtype; `true_fn` "
                       f"gives {types[0]}, `false_fn` {types[1]}.",
                       [Operand("true_fn", None, types[0], "branch"),
                        Operand("false_fn", None, types[1], "branch")],
                       Rule("T, T -> T", f"{types[0]}, {types[1]}"))
    if grown is not None:
        return _invariant(case, grown)
    if rounds is not None:
        return Finding("while_loop", "A loop variable keeps its dtype: it enters as "
                       f"{rounds[0]}, the body gives {rounds[1]} back.",
                       [Operand("loop variable", None, rounds[0], "before"),
                        Operand("after one round", None, rounds[1], "after")],
                       Rule("T -> T", f"{rounds[0]} -> {rounds[1]}"))
    if is_vector_predicate(case) and case.arguments:
        predicate = case.operand(case.arguments[0].value, "predicate", index=0,
                                 marks=_surplus(case.arguments[0].value))
        if case.function == "while_loop":
            return Finding("while_loop", "The condition of `tf.while_loop` must give one truth "
                           "value.", [], Rule("cond(...) -> []", ""))
        tensor = as_tensor(case.arguments[0].value)
        return Finding("cond", f"`tf.cond` needs one truth value; `{predicate.name}` holds many, "
                       f"{listed(predicate.shape)}.", [predicate],
                       Rule("[] -> ...", listed(predicate.shape)), [],
                       [(0, tensor, 0)] if tensor is not None else [])
    return None


def _surplus(value: object) -> dict[int, Mark]:
    return {axis: "surplus" for axis in range(len(known(shape_of(value))))}


def _invariant(case: Case, grown: Growing) -> Finding:
    name, dtype = grown.tensor, ""
    suspects: list[tuple[int, Tensor, int | None]] = []
    for index, argument in enumerate(case.arguments):
        tensor = as_tensor(argument.value)
        if tensor is not None and tensor.name == grown.tensor:
            name, dtype = case.name_of(tensor, index), dtype_of(tensor)
            suspects.append((0, tensor, None))
    before, after = known(grown.before), known(grown.after)
    marks: dict[int, Mark] = {i: "must match" for i, (a, b) in enumerate(
        zip(before, after, strict=False)) if a != b}
    return Finding(
        "while_loop", f"A loop variable keeps its shape unless `shape_invariants` says otherwise: "
        f"`{name}` enters with {listed(grown.before)} and has {listed(grown.after)} after one "
        "round.", [Operand(name, grown.before, dtype, "before", node=grown.tensor, marks=marks),
                   Operand(f"{name} after one round", grown.after, dtype, "after", marks=marks)],
        Rule("shape before = shape after", f"{listed(grown.before)} = {listed(grown.after)}"),
        suspects=suspects)
