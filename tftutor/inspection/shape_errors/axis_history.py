"""How each op treats an axis: where an axis of its output was in its inputs, or that it is new.

`before` goes one step back. It answers for the ops that keep axes apart; every other op counts as
the origin of its output's axes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tftutor.framework.constant_folding import evaluate_constant
from tftutor.framework.op_def import find_op_def
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.shape_inference import broadcast_shape, unchanged_shape
from tftutor.inspection.shape_errors.finding import known, listed, product

REDUCTIONS = {"Sum", "Mean", "Max", "Min", "Prod", "All", "Any", "ArgMax", "ArgMin"}
_WINDOWS = {"Conv2D", "MaxPool", "AvgPool", "DepthwiseConv2dNative"}
SOURCES = {"Placeholder": "is a placeholder", "PlaceholderWithDefault": "may be fed",
           "VariableV2": "is a variable", "VarHandleOp": "is a variable", "Const": "is a constant",
           "IteratorGetNext": "comes from a dataset"}


class Before(NamedTuple):
    """One step back: the input that has the axis and its number there; None where it is new.

    `text` says what the op did.
    """

    tensor: Tensor | None
    axis: int | None
    text: str


def before(tensor: Tensor, axis: int | None) -> Before:
    """Where an axis (None: the rank as a whole) of a tensor comes from."""
    op = tensor.op
    if op.type in SOURCES:
        return Before(None, axis, f"{SOURCES[op.type]} of shape {listed(tensor._shape)}")
    rule = _RULES.get(op.type)
    if rule is None:
        definition = find_op_def(op.type)
        shape_fn = definition.shape_fn if definition is not None else None
        if shape_fn is broadcast_shape:
            rule = _elementwise
        elif op._inputs and (shape_fn is unchanged_shape
                             or op.type in ("Identity", "ReadVariableOp", "Cast")):
            rule = _unchanged
    if rule is None or not op._inputs:
        return Before(None, axis, f"`{op.type}` gives shape {listed(tensor._shape)}")
    return rule(op, tensor, axis)


def dtype_before(tensor: Tensor) -> Before:
    """The input that a tensor has its dtype from; None for an op that makes the dtype."""
    own = tensor.dtype.base_dtype
    if tensor.op.type == "Merge":  # a loop variable: what it was before the first round
        return Before(tensor.op._inputs[0], None, "is carried from round to round")
    if tensor.op.type not in ("Cast", "ArgMax", "OneHot", "Equal"):
        alike = [t for t in tensor.op._inputs if t.dtype.base_dtype is own]
        alike.sort(key=lambda t: t.op.type == "Const")
        if alike:
            return Before(alike[0], None, f"keeps the dtype {own.name}")
    text = SOURCES.get(tensor.op.type)
    if text is None:
        return Before(None, None, f"`{tensor.op.type}` gives {own.name}")
    return Before(None, None, f"{text} of dtype {own.name}")


# -- rules: (op, output, axis) -> Before ----------------------------------------------------------

def _unchanged(op: Operation, output: Tensor, axis: int | None) -> Before:
    return Before(op._inputs[0], axis, "keeps the shape")


def _elementwise(op: Operation, output: Tensor, axis: int | None) -> Before:
    rank = len(known(output._shape))
    for tensor in sorted(op._inputs, key=lambda t: -len(known(t._shape))):
        shape = known(tensor._shape)
        if axis is None:
            if len(shape) == rank:
                return Before(tensor, None, "works item by item")
            continue
        place = axis - (rank - len(shape))
        if 0 <= place < len(shape) and shape[place] == known(output._shape)[axis]:
            return Before(tensor, place, "works item by item")
    return Before(None, axis, f"broadcasts to {listed(output._shape)}")


def _matmul(op: Operation, output: Tensor, axis: int | None) -> Before:
    if axis is None:
        return Before(None, None, f"a matrix product has shape {listed(output._shape)}")
    a, b = op._inputs[:2]
    last = len(known(output._shape)) - 1
    flip_a = op._attrs.get("transpose_a") or op._attrs.get("adj_x")
    flip_b = op._attrs.get("transpose_b") or op._attrs.get("adj_y")
    if axis == last:
        return Before(b, len(known(b._shape)) - (2 if flip_b else 1),
                      "has the columns of its right operand")
    if axis == last - 1:
        return Before(a, len(known(a._shape)) - (1 if flip_a else 2),
                      "has the rows of its left operand")
    return Before(a, axis, "keeps the stack")


def _transpose(op: Operation, output: Tensor, axis: int | None) -> Before:
    order = evaluate_constant(op._inputs[1])
    if axis is None or order is None:
        return Before(op._inputs[0], None, "reorders the axes")
    return Before(op._inputs[0], int(order[axis]), f"reorders the axes: {order.tolist()}")


def _expand_dims(op: Operation, output: Tensor, axis: int | None) -> Before:
    value = evaluate_constant(op._inputs[1])
    rank = len(known(output._shape))
    if axis is None or value is None:
        return Before(None, axis, f"adds an axis: {listed(output._shape)}")
    new = int(value.reshape(-1)[0])
    new = new + rank if new < 0 else new
    if axis == new:
        return Before(None, axis, f"adds axis {new} of size 1: {listed(output._shape)}")
    return Before(op._inputs[0], axis - (axis > new), f"adds axis {new} of size 1")


def _squeeze(op: Operation, output: Tensor, axis: int | None) -> Before:
    shape = known(op._inputs[0]._shape)
    text = f"drops axes of size 1: {listed(shape)} becomes {listed(output._shape)}"
    if axis is None or not shape:
        return Before(None, axis, text)
    dims = [d + len(shape) if d < 0 else d for d in op._attrs.get("squeeze_dims", ())]
    gone = set(dims) or {i for i, d in enumerate(shape) if d == 1}
    kept = [i for i in range(len(shape)) if i not in gone]
    if axis >= len(kept) or max(gone, default=-1) > kept[axis]:
        return Before(None, axis, text)  # it moved: seen from the right, it meets another axis
    return Before(op._inputs[0], kept[axis], text)


def _reshape(op: Operation, output: Tensor, axis: int | None) -> Before:
    old, new = known(op._inputs[0]._shape), known(output._shape)
    text = f"turns {listed(old)} into {listed(new)}"
    rows_stay = product(old[1:]) == product(new[1:]) or old[0] is not None if old else True
    if (axis is not None and axis < len(old) and old[: axis + 1] == new[: axis + 1]
            and (axis > 0 or rows_stay)):
        return Before(op._inputs[0], axis, text)
    return Before(None, axis, text)


def _reduction(op: Operation, output: Tensor, axis: int | None) -> Before:
    shape = known(op._inputs[0]._shape)
    axes = evaluate_constant(op._inputs[1]) if len(op._inputs) > 1 else None
    text = f"reduces {listed(shape)} to {listed(output._shape)}"
    if axis is None or axes is None:
        return Before(None, axis, text)
    gone = {int(a) + len(shape) if a < 0 else int(a) for a in axes.reshape(-1)}
    if op._attrs.get("keep_dims"):
        return Before(None if axis in gone else op._inputs[0], axis, text)
    kept = [i for i in range(len(shape)) if i not in gone]
    if max(gone) > kept[axis]:  # it moved: seen from the right, it meets another axis
        return Before(None, axis, text)
    return Before(op._inputs[0], kept[axis], text)


def _join(op: Operation, output: Tensor, axis: int | None) -> Before:
    if op.type == "Pack":
        new = op._attrs.get("axis", 0)
        text = f"stacks {len(op._inputs)} tensors along a new axis {new}"
        if axis is None or axis == new:
            return Before(None, axis, text)
        return Before(op._inputs[0], axis - (axis > new), text)
    place = evaluate_constant(op._inputs[-1])
    text = f"joins {len(op._inputs) - 1} tensors: {listed(output._shape)}"
    if axis is None or place is None or int(place) % len(known(output._shape) or (1,)) == axis:
        return Before(None, axis, text)
    return Before(op._inputs[0], axis, text)


def _window(op: Operation, output: Tensor, axis: int | None) -> Before:
    shape = known(op._inputs[0]._shape)
    text = f"turns {listed(shape)} into {listed(output._shape)}"
    is_conv = op.type == "Conv2D"
    if axis is None:
        return Before(None, None, text)
    if axis == 3 and is_conv:
        return Before(op._inputs[1], 3, "has as many channels as the filter has outputs")
    if axis in (0, 3) or shape[axis] == known(output._shape)[axis]:
        return Before(op._inputs[0], axis, text)
    return Before(None, axis, text)


_RULES: dict[str, Callable[[Operation, Tensor, int | None], Before]] = {
    "MatMul": _matmul, "BatchMatMul": _matmul, "BatchMatMulV2": _matmul, "Transpose": _transpose,
    "ExpandDims": _expand_dims, "Squeeze": _squeeze, "Reshape": _reshape, "ConcatV2": _join,
    "Pack": _join, "BiasAdd": _unchanged, "Softmax": _unchanged, "LogSoftmax": _unchanged,
    **dict.fromkeys(REDUCTIONS, _reduction), **dict.fromkeys(_WINDOWS, _window)}
