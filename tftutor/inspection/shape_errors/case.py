"""A failure and all that is known of it: what rules, origins and fixes look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from types import FrameType
from typing import Any

import numpy as np

from tftutor.errors import InvalidArgumentError, OpError, UnimplementedError
from tftutor.framework.constant_folding import evaluate_constant
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.shape_merge import Shape
from tftutor.inspection.shape_errors.call_of_op import call_of_op
from tftutor.inspection.shape_errors.call_site import (
    Argument,
    CallSite,
    find_call,
    user_entry,
    user_frame,
)
from tftutor.inspection.shape_errors.explanation import Mark, Operand, UserFrame
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN
from tftutor.inspection.shape_errors.values import (
    ancestors,
    as_tensor,
    dtype_of,
    shape_of,
    short_text,
)
from tftutor.ops.variables import Variable

_NAME_LENGTH = 32
_SEARCH = 200


@dataclass
class Case:
    """One failure.

    `op` is the failing node (made, or being made); `op_type` its type, known for dtype errors too,
    where no node was made; `shapes` the shapes its inputs had when the graph ran.
    """

    error: BaseException
    message: str
    op: Operation | None = None
    op_type: str = ""
    call: CallSite | None = None
    frame: UserFrame | None = None
    shapes: list[Shape] | None = None
    at_run_time: bool = False
    frames: dict[str, FrameType] = field(default_factory=dict)

    @property
    def op_name(self) -> str:
        """The failing node's name; "" when there is none."""
        return self.op.name if self.op is not None else ""

    @property
    def inputs(self) -> list[Tensor]:
        """The failing node's inputs."""
        return self.op._inputs if self.op is not None else []

    @property
    def function(self) -> str:
        """The function (or operator) that the student called; "" when it isn't known."""
        return self.call.function if self.call is not None else ""

    @property
    def what(self) -> str:
        """What refused, in backquotes: the function as written, the operator, or the op's type."""
        callee = self.call.callee if self.call is not None else ""
        return f"`{callee or self.function or self.op_type}`"

    @property
    def arguments(self) -> list[Argument]:
        """The arguments of the student's call."""
        return self.call.arguments if self.call is not None else []

    def local(self, function: str, name: str, default: Any = None) -> Any:
        """A local variable of a frame of tftutor's that the error passed through."""
        frame = self.frames.get(function)
        return default if frame is None else frame.f_locals.get(name, default)

    def shape(self, index: int) -> Shape:
        """The shape of an input of the failing node, the run's where that is known."""
        if self.shapes is not None and index < len(self.shapes) and self.shapes[index] is not None:
            return self.shapes[index]
        return self.inputs[index]._shape

    # -- which argument is which --------------------------------------------------------------

    @cached_property
    def _by_tensor(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for index, argument in enumerate(self.arguments):
            tensor = as_tensor(argument.value)
            if tensor is not None:
                found.setdefault(id(tensor), index)
            if isinstance(argument.value, Variable):
                for reader in _variable_tensors(argument.value):
                    found.setdefault(id(reader), index)
            if isinstance(argument.value, list | tuple):
                for item in argument.value:
                    if isinstance(item, Tensor):
                        found.setdefault(id(item), index)
        return found

    def argument_of(self, tensor: Tensor | None) -> int | None:
        """The index of the argument that a tensor is, or was made from inside the call."""
        if tensor is None:
            return None
        for each in ancestors(tensor, _SEARCH):
            index = self._by_tensor.get(id(each))
            if index is not None:
                return index
        value = evaluate_constant(tensor)
        if value is None:
            return None
        for index, argument in enumerate(self.arguments):
            if as_tensor(argument.value) is None and _same_value(argument.value, value):
                return index
        return None

    def operand(self, value: Any, role: str = "", *, index: int | None = None,
                shape: Any = UNKNOWN, marks: dict[int, Mark] | None = None,
                axes: tuple[str, ...] = ()) -> Operand:
        """Describe a value (or the argument at `index`) as an operand."""
        tensor = as_tensor(value)
        argument = self.arguments[index] if index is not None else None
        known = shape if shape is not UNKNOWN else shape_of(value)
        return Operand(
            name=self.name_of(tensor if tensor is not None else value, index), shape=known,
            dtype=dtype_of(value), role=role,
            expression=argument.text if argument is not None else None,
            node=tensor.name if tensor is not None else None, value=short_text(value),
            marks=marks or {}, axes=axes, span=argument.span if argument is not None else None)

    def name_of(self, value: Any, index: int | None = None) -> str:
        """What the student calls a value."""
        if index is not None:
            text = self.arguments[index].text
            if len(text) <= _NAME_LENGTH and "\n" not in text:
                return text
        name = self.variable_name(value)
        if name is not None:
            return name
        if isinstance(value, Tensor):
            return value.op.name if value.value_index == 0 else value.name
        return self.arguments[index].parameter if index is not None else "the value"

    def variable_name(self, value: Any) -> str | None:
        """A name in the student's frame that is bound to this very value."""
        if self.call is None or value is None or isinstance(value, int | float | str):
            return None
        names = self.call.names
        attributes = getattr(names.local.get("self"), "__dict__", {})
        for prefix, scope in (("", names.local), ("self.", attributes), ("", names.module)):
            for name, bound in scope.items():
                if not name.startswith("_") and _stands_for(bound, value):
                    return prefix + name
        for scope in (names.local, names.module):  # weights['h1'], layers[2]
            for name, bound in scope.items():
                if type(bound) in (dict, list) and len(bound) <= 64 and not name.startswith("_"):
                    items = bound.items() if isinstance(bound, dict) else enumerate(bound)
                    for key, item in items:
                        if isinstance(key, str | int) and _stands_for(item, value):
                            return f"{name}[{key!r}]"
        return None


def _stands_for(bound: Any, value: Any) -> bool:
    return bound is value or (isinstance(bound, Variable)
                              and any(tensor is value for tensor in _variable_tensors(bound)))


def _variable_tensors(variable: Variable) -> Iterator[Tensor]:
    for name in ("_variable", "_snapshot", "_graph_element", "_handle"):
        tensor = getattr(variable, name, None)
        if isinstance(tensor, Tensor):
            yield tensor


def _same_value(given: Any, value: np.ndarray) -> bool:
    if given is UNKNOWN or given is None or callable(given):
        return False
    try:
        return shape_of(given) == value.shape and bool(np.all(np.asarray(given) == value))
    except (TypeError, ValueError):
        return False


# -- from an exception -----------------------------------------------------------------------------

_SHAPE_ERRORS = (InvalidArgumentError, UnimplementedError)
_WATCHED = {"_InputBinder.bind", "feed_value", "VariableStore._existing"}


def case_of(error: BaseException) -> Case | None:
    """What is known of an error; None when it can't be about a call of tftutor's."""
    entry, below = user_entry(error.__traceback__)
    if entry is None or isinstance(error, OpError) and not isinstance(error, _SHAPE_ERRORS):
        return None
    if below is None and not isinstance(error, TypeError | ValueError):
        return None  # Python's own, about something else: a NameError, a KeyError
    op = getattr(error, "op", None)
    op = op if isinstance(op, Operation) else None
    call = find_call(entry, below)
    if isinstance(error, OpError) and op is not None:
        call = call_of_op(op, entry) or call
    case = Case(error, str(error), op, op.type if op is not None else "", call,
                call.frame if call is not None else user_frame(entry),
                at_run_time=isinstance(error, OpError))
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_qualname
        if name in _WATCHED:
            case.frames.setdefault(name, trace.tb_frame)
        trace = trace.tb_next
    binder = case.local("_InputBinder.bind", "self")
    if binder is not None and not case.op_type:
        case.op_type = binder.op_def.name
    if case.at_run_time:
        case.message = error.message  # type: ignore[attr-defined]
        case.shapes = getattr(error, "input_shapes", None)
    return case
