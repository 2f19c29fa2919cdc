"""Executor: runs a plan and turns what goes wrong into TensorFlow's errors.

The plan is one Python function; an exception inside it is traced back to the source line, and so
to the node. The error names the node, where the user made it, and (as a note) its inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from tftutor import errors
from tftutor.backends.gpu_discovery import is_out_of_memory
from tftutor.framework.late_notes import explained
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.devices import HERE
from tftutor.runtime.plan import Plan
from tftutor.runtime.rendezvous import StepAborted
from tftutor.runtime.resources import VariableCell


class PlanOfParts(Protocol):
    """A plan that several devices, or several tasks of a cluster, run."""

    def run(self, feeds: Sequence[Any], step: Any, run_part: Any) -> list[Any]:
        """Run the parts; `run_part` runs one plan and explains its errors."""
        ...


def run_plan(plan: Plan | PlanOfParts, feeds: Sequence[Any], step: Any) -> list[Any]:
    """Run one step. Raises: tf.errors.OpError that names the node that failed."""
    if not isinstance(plan, Plan):
        return plan.run(feeds, step, run_plan)
    try:
        with np.errstate(all="ignore"):
            return plan.function(feeds, step)
    except StepAborted:
        raise
    except Exception as error:
        raise explain_failure(plan, error) from _cause(error)


def _cause(error: Exception) -> Exception | None:
    """Kernel errors stand for themselves; a foreign exception is kept as the cause."""
    return None if isinstance(error, errors.OpError | AttributeError) else error


def failing_frame(plan: Plan, trace: TracebackType | None) -> TracebackType | None:
    """The traceback entry that lies in the plan's own source."""
    found = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == plan.filename:
            found = trace
        trace = trace.tb_next
    return found


def explain_failure(plan: Plan, error: Exception) -> Exception:
    """Return the error to raise in place of `error`, which a plan's function raised."""
    frame = failing_frame(plan, error.__traceback__)
    op = plan.op_at(frame.tb_lineno) if frame is not None else None
    if op is None or frame is None:
        return _uninitialized_fetch(plan, frame) or error
    if isinstance(error, errors.OpError):
        kind, message = type(error), error.message
        if error.op is not None or getattr(error, "concerns_step", False):
            return error
    else:
        kind, message = _classify(op, error, plan, frame)
    wrapped = kind(op.node_def, op, f"{message}\n\t [[{place_text(op)}]]")  # type: ignore[call-arg]
    if op._inputs:
        values = _input_values(plan, op, frame)
        wrapped.input_shapes = [_shape(value) for value in values]  # type: ignore[attr-defined]
        wrapped.add_note(inputs_text(op, values))
    return explained(wrapped)


def _uninitialized_fetch(plan: Plan, frame: TracebackType | None) -> Exception | None:
    """The error for a fetched variable that has no value: its cell is read in the last line."""
    if frame is None:
        return None
    for position, tensor in enumerate(plan.fetches):
        name = plan.names.get(tensor)
        cell = plan.constants.get(tensor) if name is None else frame.tb_frame.f_locals.get(name)
        if (tensor.dtype._is_ref_dtype and isinstance(cell, VariableCell)
                and not cell.is_initialized):
            kind, message = cell.uninitialized_error(tensor.op.type)
            op = tensor.op if tensor in plan.early else None
            return kind(op and op.node_def, op,  # type: ignore[call-arg]
                        f"{message}\n\t [[{{{{node {_reader_of(plan, tensor, position)}}}}}]]")
    return None


def _reader_of(plan: Plan, tensor: Tensor, position: int) -> str:
    """The node that TF reads a fetched variable with: another one on the tasks of clusters."""
    if plan.device_name.startswith(f"{HERE}/"):
        return f"_retval_{tensor.op.name}_{tensor.value_index}_{position}"
    node = tensor.op.name
    return node if tensor in plan.early else f"_send_{node}_{tensor.value_index}"


def place_text(op: Operation) -> str:
    """`node MatMul (defined at model.py:12) `, as TF 1.15 writes it."""
    if op._frames:
        code, line = op._frames[0]
        return f"node {op.name} (defined at {code.co_filename}:{line}) "
    return f"{{{{node {op.name}}}}}"


def _classify(op: Operation, error: Exception, plan: Plan, frame: TracebackType
              ) -> tuple[type[errors.OpError], str]:
    """TF's error class and text for a Python exception raised in a kernel."""
    values = _input_values(plan, op, frame)
    if isinstance(error, AttributeError):
        for value in values:
            if isinstance(value, VariableCell) and not value.is_initialized:
                return value.uninitialized_error(op.type)
    if isinstance(error, MemoryError) or is_out_of_memory(error):
        return errors.ResourceExhaustedError, f"Out of memory in {op.name} ({op.type}): {error}"
    if (isinstance(error, ValueError) and "broadcast" in str(error)
            or isinstance(error, RuntimeError) and "must match the size of tensor" in str(error)):
        shapes = " vs. ".join(_dims(v) for v in values[:2])
        return errors.InvalidArgumentError, f"Incompatible shapes: {shapes}"
    if isinstance(error, ValueError | IndexError):
        return errors.InvalidArgumentError, str(error)
    return errors.InternalError, f"{type(error).__name__}: {error}"


def _dims(value: Any) -> str:
    return "[" + ",".join(str(d) for d in np.shape(_dereferenced(value))) + "]"


def _shape(value: Any) -> tuple[int, ...] | None:
    """The shape of an input's value, for those who explain the error; None when it is gone."""
    value = _dereferenced(value)
    return None if value is None else tuple(np.shape(value))


def _dereferenced(value: Any) -> Any:
    return getattr(value, "value", value) if isinstance(value, VariableCell) else value


def _input_values(plan: Plan, op: Operation, frame: TracebackType) -> list[Any]:
    """The values of the failing node's inputs, as far as the frame still holds them."""
    local, values = frame.tb_frame.f_locals, []
    names = plan.names
    for tensor in op._inputs:
        name = names.get(tensor)
        values.append(local.get(name) if name is not None else plan.constants.get(tensor))
    return values


def inputs_text(op: Operation, values: Sequence[Any]) -> str:
    """One line an input: name, dtype and the shape it had."""
    lines = [f"Inputs of {op.name} ({op.type}):"]
    for tensor, value in zip(op._inputs, values, strict=True):
        value = _dereferenced(value)
        shape = list(np.shape(value)) if value is not None else "unknown"
        lines.append(f"  {tensor.name}: {tensor.dtype.base_dtype.name}, shape {shape}")
    return "\n".join(lines)
