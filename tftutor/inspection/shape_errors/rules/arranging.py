"""The rules of ops that arrange one tensor anew: reshape, transpose, squeeze, split, reductions.

Their operand is one tensor and what the student says about its axes.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tftutor.framework.constant_folding import evaluate_constant
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import Shape
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Kind, Rule
from tftutor.inspection.shape_errors.finding import (
    Finding,
    dimensions,
    known,
    listed,
    product,
    unchecked,
)
from tftutor.inspection.shape_errors.values import as_tensor

# Which input of the op is the tensor.
SUBJECT = {"Reshape": 0, "Transpose": 0, "Squeeze": 0, "ExpandDims": 0, "Split": 1, "SplitV": 0,
           "Unpack": 0, "Tile": 0, "Pad": 0, "PadV2": 0, "MirrorPad": 0, "ArgMax": 0, "ArgMin": 0,
           "Sum": 0, "Mean": 0, "Max": 0, "Min": 0, "Prod": 0, "All": 0, "Any": 0, "Softmax": 0,
           "LogSoftmax": 0, "ReverseV2": 0, "Slice": 0, "StridedSlice": 0, "GatherV2": 0,
           "Gather": 0, "GatherNd": 0, "TopKV2": 0, "DiagPart": 0, "MatrixInverse": 0,
           "Cholesky": 0, "BroadcastTo": 0, "SpaceToDepth": 0, "Cumsum": 0, "Fill": 1,
           "EnsureShape": 0, "BatchToSpaceND": 0, "SpaceToBatchND": 0, "Shape": 0}

_KINDS: dict[str, Kind] = {
    "Reshape": "reshape", "Transpose": "transpose", "Squeeze": "squeeze", "ExpandDims": "axis",
    "Split": "split", "SplitV": "split", "Unpack": "split", "Slice": "slice",
    "StridedSlice": "slice", "GatherV2": "gather", "Gather": "gather", "GatherNd": "gather"}

_ABOUT_SHAPES = re.compile(r"shape|dimension|rank|requested|multiple of", re.I)
_SQUARE = {"MatrixInverse", "Cholesky", "MatrixDeterminant", "DiagPart"}
_NO_AXIS = re.compile(r"Invalid reduction|in the range \[|in the interval|in range \[|"
                      r"at least rank")
_ABOUT_VALUES = re.compile(r"does not index|not in \[0|is empty")
_PYTHON_CHECKS = re.compile(r"axis = (-?\d+) not in \[|Invalid axis: |must be in the range|"
                            r"Cannot infer num from shape")


def subject(case: Case) -> Tensor | None:
    """The tensor that is to be arranged anew."""
    position = SUBJECT.get(case.op_type)
    if position is not None and position < len(case.inputs):
        return case.inputs[position]
    return None


def find(case: Case) -> Finding | None:
    """Explain what can't be arranged that way."""
    tensor = subject(case)
    if tensor is None:
        return _python_check(case)
    if case.at_run_time and (not _ABOUT_SHAPES.search(case.message)
                             or _ABOUT_VALUES.search(case.message)):
        return None
    position = SUBJECT[case.op_type]
    shape = case.shape(position)
    operand = case.operand(tensor, "tensor", index=case.argument_of(tensor), shape=shape)
    name = f"`{operand.name}` {listed(shape)}"
    rule, axis = None, None
    if case.op_type == "Reshape":
        sentence, rule = _reshape(case, name, shape)
    elif case.op_type == "Squeeze":
        sentence, axis = _squeeze(case, name, shape)
        rule = Rule("[..., 1, ...] -> [..., ...]", listed(shape))
    elif case.op_type == "Transpose":
        sentence = (f"`tf.transpose` needs each axis of {name} once in `perm`: "
                    f"{len(known(shape))} numbers, 0 to {len(known(shape)) - 1}.")
        rule = Rule("perm = a permutation of [0, 1, ..., rank-1]", listed(shape))
    elif case.op_type in ("Split", "SplitV"):
        sentence = f"{case.what} can't cut {name} that way: the pieces must add up."
    elif case.op_type == "StridedSlice":
        sentence = _slice(case, name, shape)
    elif case.op_type in _SQUARE and "must be equal" in case.message:
        sentence = f"{case.what} takes square matrices; {name} has unequal sides."
    elif _NO_AXIS.search(case.message):
        sentence = (f"{case.what} is asked for an axis that isn't there: {name} has "
                    f"{dimensions(len(known(shape)))}" + _axes(known(shape)) + ".")
    else:
        sentence = (f"{case.what} doesn't fit {name}, which has "
                    f"{dimensions(len(known(shape)))}" + _axes(known(shape)) + ".")
    if axis is not None and 0 <= axis < len(known(shape)):
        operand = replace(operand, marks={axis: "wrong size"})
    return Finding(_KINDS.get(case.op_type, "axis"), sentence, [operand], rule, [],
                   [(0, tensor, axis)], unchecked([operand]))


def _axes(dims: tuple) -> str:
    return f": axes 0 to {len(dims) - 1}" if len(dims) > 1 else ""


def wanted_shape(case: Case) -> tuple[int, ...] | None:
    """The shape that a reshape asks for, -1 for the open axis."""
    value = evaluate_constant(case.inputs[1]) if len(case.inputs) > 1 else None
    return None if value is None or value.ndim != 1 else tuple(int(d) for d in value)


def _reshape(case: Case, name: str, shape: Shape) -> tuple[str, Rule | None]:
    dims, wanted = known(shape), wanted_shape(case)
    if wanted is None:
        return f"{case.what} can't give {name} that shape.", None
    total = product(dims)
    fixed = product(d for d in wanted if d >= 0) or 0
    asked = listed(tuple(wanted))
    have = f"{total} numbers" if total is not None else (
        f"{product(dims[1:])} numbers for each example" if product(dims[1:]) else "its numbers")
    if -1 in wanted:
        sentence = (f"A reshape keeps all numbers: {name} has {have}, and {asked} takes them in "
                    f"portions of {fixed}, which doesn't come out even.")
    else:
        sentence = f"A reshape keeps all numbers: {name} has {have}, {asked} would have {fixed}."
    return sentence, Rule("[a, b, ...] -> [p, q, ...] with a*b*... = p*q*...",
                          f"{listed(dims)} -> {asked}")


def _squeeze(case: Case, name: str, shape: Shape) -> tuple[str, int | None]:
    axes = case.op._attrs.get("squeeze_dims", ()) if case.op is not None else ()
    dims = known(shape)
    for axis in axes:
        place = axis + len(dims) if axis < 0 else axis
        if not 0 <= place < len(dims):
            return f"There is no axis {axis} in {name}" + _axes(dims) + ".", None
        if dims[place] not in (1, None):
            return (f"Only an axis of size 1 can be dropped; axis {axis} of {name} has size "
                    f"{dims[place]}."), place
    return f"Only axes of size 1 can be dropped from {name}.", None


def _slice(case: Case, name: str, shape: Shape) -> str:
    dims = known(shape)
    if "Index out of range" in case.message:
        return f"There are more indices than axes: {name} has {dimensions(len(dims))}."
    match = re.search(r"slice index (-?\d+) of dimension (\d+)", case.message)
    if match and int(match[2]) < len(dims):
        size = dims[int(match[2])]
        return (f"Index {match[1]} is outside of axis {match[2]} of {name}: it has size {size}, "
                f"indices 0 to {(size or 0) - 1}.")
    return f"That part of {name} doesn't exist."


def _python_check(case: Case) -> Finding | None:
    if case.op is not None or not _PYTHON_CHECKS.search(case.message) or not case.arguments:
        return None
    operand = case.operand(case.arguments[0].value, "tensor", index=0)
    name = f"`{operand.name}` {listed(operand.shape)}"
    if "infer num" in case.message:
        sentence = (f"{case.what} makes a list, so it must know how many parts there are; in "
                    f"{name} that size is `?`.")
        kind: Kind = "split"
    else:
        sentence = (f"{case.what}: there is no such axis in {name}"
                    f"{_axes(known(operand.shape))}.")
        kind = "axis"
    tensor = as_tensor(case.arguments[0].value)
    return Finding(kind, sentence, [operand], unknown=unchecked([operand]),
                   suspects=[(0, tensor, None)] if tensor is not None else [])
