"""Evaluation of constant subgraphs while the graph is built.

TensorFlow's shape inference may run any piece of the graph whose leaves are constants:
`tf.reshape(x, tf.constant([1, 2]) * 2)` has a static shape. This is stronger than
`constant_value`, which Python code sees.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework.attr_values import plain_attr
from tftutor.framework.constant_value import evaluate_static
from tftutor.framework.op_arguments import gives_one_list, kernel_arguments
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.shape_merge import num_elements

_MAX_ELEMENTS = 1 << 16
_KEY = "_folded_value"
_NOT_EVALUATED = {"Placeholder", "PlaceholderWithDefault", "PlaceholderV2", "Switch", "Merge",
                  "Enter", "Exit", "NextIteration", "LoopCond", "StopGradient"}
# They take the context for error texts, or to remember answers.
_NEEDS_NO_SESSION = {"Select", "BroadcastGradientArgs"}
_FROM_SHAPES = {"Shape", "ShapeN", "Size", "Rank"}


def evaluate_constant(tensor: Tensor) -> np.ndarray | None:
    """The value of `tensor` when it hangs on constants only, else None."""
    if tensor.op.type == "Const":
        return tensor.op._attrs["value"]
    if _KEY not in tensor.__dict__:
        for each in _inputs_first(tensor):
            value = _evaluate(each)
            if value is None:
                return None
            each.__dict__[_KEY] = value
    return tensor.__dict__.get(_KEY)


def _inputs_first(tensor: Tensor) -> list[Tensor]:
    """The tensors without a value yet that `tensor` hangs on, itself last.

    Empty when one of them can't be evaluated. Graphs may be thousands of nodes deep: no recursion.
    """
    order: list[Tensor] = []
    begun: set[Tensor] = set()
    stack = [(tensor, False)]
    while stack:
        current, is_ready = stack.pop()
        if is_ready:
            order.append(current)
        elif current.op.type != "Const" and current not in begun and _KEY not in current.__dict__:
            if (current is not tensor and current.op.type in _FROM_SHAPES
                    and evaluate_static(current) is not None):
                begun.add(current)  # whatever its input is, the shape is known
                order.append(current)
                continue
            if not _may_be_constant(current):
                return []
            begun.add(current)
            stack.append((current, True))
            stack += [(source, False) for source in reversed(current.op._inputs)]
    return order


def _may_be_constant(tensor: Tensor) -> bool:
    """Whether the node itself doesn't stand in the way."""
    op = tensor.op
    if op._op_def.is_stateful or op.type in _NOT_EVALUATED or not op._inputs:
        return False
    if any(t.dtype._is_ref_dtype for t in op._inputs):
        return False
    return (num_elements(tensor._shape) or 0) <= _MAX_ELEMENTS


def _evaluate(tensor: Tensor) -> np.ndarray | None:
    """The value of a tensor whose inputs have theirs."""
    op = tensor.op
    if op.type in _FROM_SHAPES:
        known = evaluate_static(tensor)
        if known is not None:
            return known
    values = [source.op._attrs["value"] if source.op.type == "Const" else source.__dict__[_KEY]
              for source in op._inputs]
    return _run(op, [value[()] for value in values], tensor.value_index)


def _run(op: Operation, values: list[Any], index: int) -> np.ndarray | None:
    definition = op._op_def
    kernel = definition.library_kernels.get("numpy")
    if kernel is None:
        if definition.kernel_fn is None:
            return None
        kernel = (definition.kernel_fn, definition.kernel_params)
    function, params = kernel
    if ("ctx" in params and op.type not in _NEEDS_NO_SESSION) or "step" in params:
        return None
    given = {"xp": np, "ctx": SimpleNamespace(op=op, state={})}
    keywords = {p: given[p] if p in given else plain_attr(op._attrs[p]) for p in params}
    try:
        with np.errstate(all="ignore"):
            result = function(*kernel_arguments(op, values), **keywords)
    except (errors.OpError, ArithmeticError, ValueError, TypeError, IndexError):
        return None  # the node fails when it runs; its value is not known before
    outputs = result if len(op.outputs) > 1 or gives_one_list(op) else [result]
    value = outputs[index]
    if isinstance(value, bytes):
        return np.array(value, dtype=object)
    return np.asarray(value)
