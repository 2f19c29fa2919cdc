"""Ref variables: the place that holds a value between steps, and the ops that assign to it.

The kernel of an op with a `Ref` input gets the variable's cell, not its value. Each update makes a
whole new value and then swaps it in, so whoever reads the old one keeps it unchanged.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.array_library import library_dtype
from tftutor.framework.api import tf_export
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import scalar_shape, unchanged_shape
from tftutor.framework.shape_merge import brackets_text
from tftutor.platform.compat_strings import as_text
from tftutor.platform.tf_logging import warn_deprecated_once

_VARIABLE_ATTRS = ("shape: shape", "dtype: type", "container: string = ''",
                   "shared_name: string = ''")

Variable = OpDef("Variable", outputs=("ref: Ref(dtype)",), attrs=_VARIABLE_ATTRS, stateful=True,
                 doc="Holds a variable's value between steps (the op of graphs before TF 1.0).")
VariableV2 = OpDef("VariableV2", outputs=("ref: Ref(dtype)",), attrs=_VARIABLE_ATTRS,
                   stateful=True, doc="Holds a variable's value between steps.")
TemporaryVariable = OpDef(
    "TemporaryVariable", outputs=("ref: Ref(dtype)",),
    attrs=("shape: shape", "dtype: type", "var_name: string = ''"), stateful=True,
    doc="A variable that lives for one step.")
DestroyTemporaryVariable = OpDef(
    "DestroyTemporaryVariable", inputs=("ref: Ref(T)",), outputs=("value: T",),
    attrs=("T: type", "var_name: string"), doc="Gives a temporary variable's value and ends it.")
Assign = OpDef("Assign", inputs=("ref: Ref(T)", "value: T"), outputs=("output_ref: Ref(T)",),
               attrs=("T: type", "validate_shape: bool = true", "use_locking: bool = true"),
               allows_uninitialized_input=True)
AssignAdd = OpDef("AssignAdd", inputs=("ref: Ref(T)", "value: T"), outputs=("output_ref: Ref(T)",),
                  attrs=("T: numbertype", "use_locking: bool = false"))
AssignSub = OpDef("AssignSub", inputs=("ref: Ref(T)", "value: T"), outputs=("output_ref: Ref(T)",),
                  attrs=("T: numbertype", "use_locking: bool = false"))
CountUpTo = OpDef("CountUpTo", inputs=("ref: Ref(T)",), outputs=("output: T",),
                  attrs=("limit: int", "T: {int32, int64}"))
IsVariableInitialized = OpDef("IsVariableInitialized", inputs=("ref: Ref(dtype)",),
                              outputs=("is_initialized: bool",), attrs=("dtype: type",),
                              allows_uninitialized_input=True)


# -- the place itself -------------------------------------------------------------------------

@VariableV2.shape
def variable_v2_shape(c: Any) -> None:
    c.set_output(0, c.attr("shape"))


@Variable.shape
def variable_shape(c: Any) -> None:
    # Before TF 1.0 a scalar's shape attribute also meant "unknown".
    shape = c.attr("shape")
    c.set_output(0, shape or None)


TemporaryVariable.shape(variable_v2_shape)


@VariableV2.static_value
def variable_cell(ctx: Any) -> Any:
    dtype = ctx.op._attrs["dtype"].base_dtype
    cell = ctx.resources.variable(*ctx.resource_name(), dtype)
    if cell.dtype is not None and cell.dtype != dtype:  # on a server, by another program
        raise errors.InternalError(
            None, None, f"Output 0 of type {_c_name(cell.dtype)}_ref does not match declared "
            f"output type {_c_name(dtype)}_ref for node {{{{node {ctx.op.name}}}}}")
    return cell


def _c_name(dtype: Any) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


Variable.static_value(variable_cell)
VariableV2.not_differentiable("it is a source of values; gradients end at it")
Variable.not_differentiable("it is a source of values; gradients end at it")


@VariableV2.kernel()
def variable_v2_kernel(*, ctx):
    return variable_cell(ctx)


@Variable.kernel()
def variable_kernel(*, ctx):
    return variable_cell(ctx)


@TemporaryVariable.kernel("numpy")
def temporary_variable_kernel(*, ctx, shape, dtype):
    cell = ctx.resources.temporary_variable(ctx.op.name)
    cell.value = np.zeros(shape, dtype.as_numpy_dtype)
    return cell


@TemporaryVariable.kernel()
def temporary_variable_of_library_kernel(*, ctx, shape, dtype, xp):
    cell = ctx.resources.temporary_variable(ctx.op.name)
    cell.value = xp.zeros(shape, dtype=library_dtype(xp, dtype))
    return cell


TemporaryVariable.not_differentiable("it is a source of values; gradients end at it")
DestroyTemporaryVariable.shape(unchanged_shape)
DestroyTemporaryVariable.not_differentiable("gradients end at variables")


@DestroyTemporaryVariable.kernel()
def destroy_temporary_variable_kernel(ref):
    return ref.value


# -- assignment -------------------------------------------------------------------------------

def _is_ref(ref: Any) -> bool:
    return ref.dtype._is_ref_dtype


@tf_export("assign")
def assign(ref: Any, value: Any, validate_shape: bool | None = None,
           use_locking: bool | None = None, name: str | None = None) -> Any:
    """Give a variable a new value; the result holds the variable after the assignment.

    Args:
      ref: a Variable (or its ref tensor).
      value: a tensor of the variable's dtype and, unless `validate_shape` is False, shape.
      validate_shape: refuse values of another shape (the default).
      use_locking: kept in the graph; assignments are always atomic here.

    Raises: ValueError or InvalidArgumentError when the shapes differ, TypeError when dtypes do.
    Source: TF 1.15 docs, tf.assign.
    """
    if _is_ref(ref):
        return Assign(ref, value, validate_shape=validate_shape, use_locking=use_locking, name=name)
    return ref.assign(value, name=name)


@Assign.shape
def assign_shape(c: Any) -> None:
    if c.attr("validate_shape"):
        c.set_output(0, c.merge_shapes(c.input(0), c.input(1)))
    else:
        c.set_output(0, c.input(1))


def _dims(shape: Any) -> str:
    return brackets_text(tuple(shape))


@Assign.kernel("numpy")
def assign_kernel(ref, value, *, ctx, validate_shape, may_take):
    with ref.lock:
        if not ref.is_initialized:
            if validate_shape:
                # A place without a value has the declared shape, a scalar's when none is declared.
                _check_assigned_shape(ctx.op._inputs[0]._shape or (), value, ref, ctx)
            ref.commit(np.array(value)[()])
            return ref
        old = ref.value
        if np.shape(old) == np.shape(value):
            store(ref, value, may_take)
        else:
            if validate_shape:
                _check_assigned_shape(np.shape(old), value, ref, ctx)
            ref.commit(np.array(value)[()])
    return ref


@Assign.kernel()
def assign_of_library_kernel(ref, value, *, ctx, validate_shape, xp):
    with ref.lock:
        if validate_shape:
            declared = ctx.op._inputs[0]._shape or ()
            shape = ref.value.shape if ref.is_initialized else declared
            _check_assigned_shape(shape, value, ref, ctx)
        ref.commit(xp.asarray(value, copy=True))
    return ref


def _check_assigned_shape(shape: Any, value: Any, ref: Any, ctx: Any) -> None:
    if None not in shape and tuple(shape) != np.shape(value):
        raise errors.InvalidArgumentError(
            None, None, "Assign requires shapes of both tensors to match. lhs shape= "
            f"{_dims(shape)} rhs shape= {_dims(np.shape(value))}{_owner(ref, ctx)}")


def _owner(ref: Any, ctx: Any) -> str:
    """Whose variable it is, if an earlier session of a cluster has left it: a cell was run again.

    Servers keep variables when sessions and graphs are gone.
    """
    if not ref.is_initialized or ref.origin == ctx.resources.origin:
        return ""
    container = ctx.op._inputs[0].op._attrs.get("container")
    named = f", ['{as_text(container)}']" if container else ""
    return (f"\n{ref.name} is kept by this server for {ref.origin}. If nobody needs it any more, "
            f"tf.Session.reset(target{named}) forgets the variables of all sessions; with another "
            "name, or in another tf.container, there is room for both.")


def store(cell: Any, value: Any, may_take: bool = False) -> None:
    """Make a copy of `value` the value of a cell that has one of the same shape.

    If it `may_take` the array, nobody else has it, and it needn't be copied.
    """
    if np.ndim(value) == 0:
        cell.commit(np.asarray(value)[()])
        return
    if may_take and _fits(value, cell.value):
        cell.commit(value)
        return
    buffer = cell.write_buffer()
    np.copyto(buffer, value)
    cell.commit(buffer)


def _fits(value: Any, old: Any) -> bool:
    """Whether an array can be what `old` is now: that of a variable, to be written into later."""
    return (value.dtype == old.dtype and value.shape == old.shape and value.flags.carray)


def update(cell: Any, ufunc: Any, value: Any, may_take: bool = False) -> None:
    """Make `ufunc(old, value)` the value of a cell that has one of the same shape.

    If it `may_take` the array `value`, it is computed there: a third less to read and write.
    """
    old = cell.value
    if old.ndim == 0:
        cell.commit(ufunc(old, value))
        return
    buffer = value if may_take and _fits(value, old) else cell.write_buffer()
    ufunc(old, value, out=buffer)
    cell.commit(buffer)


Assign.not_differentiable("gradients end at variables")


def _update_shape(c: Any) -> None:
    c.set_output(0, c.merge_shapes(c.input(0), c.input(1)))


def _check_update_shape(old: Any, value: Any) -> None:
    if old.shape != np.shape(value):
        raise errors.InvalidArgumentError(
            None, None, "Parameters and update must be the same size")


@tf_export("assign_add")
def assign_add(ref: Any, value: Any, use_locking: bool | None = None,
               name: str | None = None) -> Any:
    """Add `value` (of the variable's shape and dtype) to a variable.

    Raises: ValueError or InvalidArgumentError when the shapes differ.
    Source: TF 1.15 docs, tf.assign_add.
    """
    if _is_ref(ref):
        return AssignAdd(ref, value, use_locking=use_locking, name=name)
    return ref.assign_add(value)


AssignAdd.shape(_update_shape)
AssignAdd.not_differentiable("gradients end at variables")


@AssignAdd.kernel("numpy")
def assign_add_kernel(ref, value, *, may_take):
    with ref.lock:
        _check_update_shape(ref.value, value)
        update(ref, np.add, value, may_take)
    return ref


@AssignAdd.kernel()
def assign_add_of_library_kernel(ref, value):
    with ref.lock:
        _check_update_shape(ref.value, value)
        ref.commit(ref.value + value)
    return ref


@tf_export("assign_sub")
def assign_sub(ref: Any, value: Any, use_locking: bool | None = None,
               name: str | None = None) -> Any:
    """Subtract `value` (of the variable's shape and dtype) from a variable.

    Raises: ValueError or InvalidArgumentError when the shapes differ.
    Source: TF 1.15 docs, tf.assign_sub.
    """
    if _is_ref(ref):
        return AssignSub(ref, value, use_locking=use_locking, name=name)
    return ref.assign_sub(value)


AssignSub.shape(_update_shape)
AssignSub.not_differentiable("gradients end at variables")


@AssignSub.kernel("numpy")
def assign_sub_kernel(ref, value, *, may_take):
    with ref.lock:
        _check_update_shape(ref.value, value)
        update(ref, np.subtract, value, may_take)
    return ref


@AssignSub.kernel()
def assign_sub_of_library_kernel(ref, value):
    with ref.lock:
        _check_update_shape(ref.value, value)
        ref.commit(ref.value - value)
    return ref


# -- counting and asking ----------------------------------------------------------------------

@tf_export("count_up_to")
def count_up_to(ref: Any, limit: int, name: str | None = None) -> Tensor:
    """Add 1 to a scalar integer variable and give the value it had before.

    Raises: tf.errors.OutOfRangeError when the variable has reached `limit`.
    Source: TF 1.15 docs, tf.count_up_to.
    """
    warn_deprecated_once("tf.count_up_to", "use tf.data.Dataset.range")
    if _is_ref(ref):
        return CountUpTo(ref, limit=limit, name=name)
    return get_op_def("ResourceCountUpTo")(ref.handle, limit=limit, T=ref.dtype, name=name)


@CountUpTo.shape
def count_up_to_shape(c: Any) -> None:
    c.set_output(0, c.with_rank(c.input(0), 0))


CountUpTo.not_differentiable("it counts integers")


def count(cell: Any, limit: int) -> Any:
    """Add 1 to a cell below `limit`; give the old value."""
    with cell.lock:
        old = cell.value
        if old >= limit:
            raise errors.OutOfRangeError(None, None, f"Reached limit of {limit}")
        cell.commit(old + old.dtype.type(1))
    return old


@CountUpTo.kernel("numpy")
def count_up_to_kernel(ref, *, limit):
    return count(ref, limit)


def is_variable_initialized_op(ref: Any, name: str | None = None) -> Tensor:
    """A bool scalar: whether a variable (ref or resource) has a value."""
    if _is_ref(ref):
        return IsVariableInitialized(ref, name=name)
    return ref.is_initialized(name=name)


IsVariableInitialized.shape(scalar_shape)
IsVariableInitialized.not_differentiable("its output is a bool")
IsVariableInitialized.doc = "Whether a variable has a value."


@IsVariableInitialized.kernel()
def is_variable_initialized_kernel(ref):
    return np.bool_(ref.is_initialized)
