"""Resource variables: a handle flows along the edges, and reading is an operation of its own.

A ref variable is read whenever its value happens to be needed; a resource variable is read by a
ReadVariableOp, so control dependencies say exactly which value that is. The handle's value in a
plan is the variable's cell.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.op_def import OpDef
from tftutor.framework.shape_inference import no_outputs, scalar_shape
from tftutor.framework.shape_merge import Shape, brackets_text
from tftutor.ops.state import count, store, update

VarHandleOp = OpDef("VarHandleOp", outputs=("resource: resource",), stateful=True,
                    attrs=("container: string = ''", "shared_name: string = ''", "dtype: type",
                           "shape: shape"),
                    doc="A handle to a resource variable.")
ReadVariableOp = OpDef("ReadVariableOp", inputs=("resource: resource",),
                       outputs=("value: dtype",), attrs=("dtype: type",), stateful=True,
                       doc="The value of a resource variable.")
AssignVariableOp = OpDef("AssignVariableOp", inputs=("resource: resource", "value: dtype"),
                         attrs=("dtype: type",), stateful=True,
                         doc="Gives a resource variable a new value.")
AssignAddVariableOp = OpDef("AssignAddVariableOp", inputs=("resource: resource", "value: dtype"),
                            attrs=("dtype: type",), stateful=True,
                            doc="Adds to a resource variable.")
AssignSubVariableOp = OpDef("AssignSubVariableOp", inputs=("resource: resource", "value: dtype"),
                            attrs=("dtype: type",), stateful=True,
                            doc="Subtracts from a resource variable.")
VarIsInitializedOp = OpDef("VarIsInitializedOp", inputs=("resource: resource",),
                           outputs=("is_initialized: bool",), stateful=True,
                           doc="Whether a resource variable has a value.")
VariableShape = OpDef("VariableShape", inputs=("input: resource",), outputs=("output: out_type",),
                      attrs=("out_type: {int32, int64} = DT_INT32",), stateful=True,
                      doc="The shape of a resource variable's value.")
ResourceCountUpTo = OpDef("ResourceCountUpTo", inputs=("resource: resource",),
                          outputs=("output: T",), attrs=("limit: int", "T: {int32, int64}"),
                          stateful=True,
                          doc="Adds 1 to a resource variable and gives the old value.")
DestroyResourceOp = OpDef("DestroyResourceOp", inputs=("resource: resource",),
                          attrs=("ignore_lookup_error: bool = true",), stateful=True,
                          doc="Makes a resource variable uninitialised again.")

_PASS_ON = {"Identity", "Switch", "Enter", "Merge", "Exit", "NextIteration", "StopGradient"}


def handle_data(handle: Any) -> tuple[Shape, dtypes.DType] | None:
    """(shape, dtype) of the variable behind a handle tensor, or None when it can't be told."""
    op = handle.op
    while op.type in _PASS_ON:
        op = op._inputs[0].op
    if op.type != "VarHandleOp":
        return None
    return op._attrs["shape"].shape, op._attrs["dtype"]


def handle_shape(c: Any, doing: str = "") -> Shape:
    """Static shape of the variable behind input 0; `doing` names what needs an equal dtype."""
    data = handle_data(c.inputs[0])
    if data is None:
        return None
    if doing and data[1] is not c.attr("dtype"):
        c.fail(f"Trying to {doing} variable with wrong dtype. Expected {_cpp_name(data[1])} got "
               f"{_cpp_name(c.attr('dtype'))}")
    return data[0]


def _cpp_name(dtype: dtypes.DType) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


VarHandleOp.shape(scalar_shape)
VarHandleOp.not_differentiable("a handle is no number")


@VarHandleOp.static_value
def var_handle_value(ctx: Any) -> Any:
    return ctx.resources.resource_variable(*ctx.resource_name())


@VarHandleOp.kernel()
def var_handle_kernel(*, ctx):
    return var_handle_value(ctx)


@ReadVariableOp.shape
def read_variable_shape(c: Any) -> None:
    c.set_output(0, handle_shape(c, "read"))


@ReadVariableOp.gradient
def read_variable_gradient(op: Any, grad: Any) -> Any:
    return grad


ReadVariableOp.inline("{0}.value")


@ReadVariableOp.kernel()
def read_variable_kernel(resource):
    return resource.value


@AssignVariableOp.shape
def assign_variable_shape(c: Any) -> None:
    c.merge_shapes(handle_shape(c, "initialize"), c.input(1))


AssignVariableOp.not_differentiable("gradients end at variables")


@AssignVariableOp.kernel("numpy")
def assign_variable_kernel(resource, value, *, may_take):
    with resource.lock:
        if resource.is_initialized and np.shape(resource.value) == np.shape(value):
            store(resource, value, may_take)
        else:
            resource.commit(np.array(value)[()])


@AssignVariableOp.kernel()
def assign_variable_of_library_kernel(resource, value, *, xp):
    with resource.lock:
        resource.commit(xp.asarray(value, copy=True))


def _check_same_shape(old: Any, value: Any) -> None:
    if old.shape != np.shape(value):
        raise errors.InvalidArgumentError(
            None, None, f"Cannot update variable with shape {brackets_text(old.shape)} using a "
            f"Tensor with shape {brackets_text(np.shape(value))}, shapes must be equal.")


AssignAddVariableOp.shape(assign_variable_shape)
AssignAddVariableOp.not_differentiable("gradients end at variables")
AssignSubVariableOp.shape(assign_variable_shape)
AssignSubVariableOp.not_differentiable("gradients end at variables")


@AssignAddVariableOp.kernel("numpy")
def assign_add_variable_kernel(resource, value, *, may_take):
    with resource.lock:
        _check_same_shape(resource.value, value)
        update(resource, np.add, value, may_take)


@AssignAddVariableOp.kernel()
def assign_add_variable_of_library_kernel(resource, value):
    with resource.lock:
        _check_same_shape(resource.value, value)
        resource.commit(resource.value + value)


@AssignSubVariableOp.kernel("numpy")
def assign_sub_variable_kernel(resource, value, *, may_take):
    with resource.lock:
        _check_same_shape(resource.value, value)
        update(resource, np.subtract, value, may_take)


@AssignSubVariableOp.kernel()
def assign_sub_variable_of_library_kernel(resource, value):
    with resource.lock:
        _check_same_shape(resource.value, value)
        resource.commit(resource.value - value)


VarIsInitializedOp.shape(scalar_shape)
VarIsInitializedOp.not_differentiable("its output is a bool")


@VarIsInitializedOp.kernel()
def var_is_initialized_kernel(resource):
    return np.bool_(resource.is_initialized)


@VariableShape.shape
def variable_shape_shape(c: Any) -> None:
    data = handle_data(c.inputs[0])
    c.set_output(0, (None if data is None or data[0] is None else len(data[0]),))


VariableShape.not_differentiable("a shape does not change with the values")


@VariableShape.kernel()
def variable_shape_kernel(input, *, out_type):
    return np.array(input.value.shape, out_type.as_numpy_dtype)


def variable_shape(handle: Any, out_type: Any = dtypes.int32) -> Any:
    """Shape of the variable behind a handle: a constant when it is known statically."""
    from tftutor.ops.constant import constant

    data = handle_data(handle)
    if data is None or data[0] is None or None in data[0]:
        return VariableShape(handle, out_type=out_type)
    return constant(list(data[0]), dtype=out_type)


@ResourceCountUpTo.shape
def resource_count_up_to_shape(c: Any) -> None:
    data = handle_data(c.inputs[0])
    shape = None if data is None else data[0]
    c.set_output(0, c.with_rank(shape, 0))


ResourceCountUpTo.not_differentiable("it counts integers")


@ResourceCountUpTo.kernel("numpy")
def resource_count_up_to_kernel(resource, *, limit):
    return count(resource, limit)


DestroyResourceOp.shape(no_outputs)
DestroyResourceOp.not_differentiable("it has no outputs")


@DestroyResourceOp.kernel()
def destroy_resource_kernel(resource, *, ignore_lookup_error):
    with resource.lock:
        if not resource.is_initialized and not ignore_lookup_error:
            raise errors.NotFoundError(
                None, None, f"Resource {resource.container}/{resource.name}/<unknown> does not "
                "exist.")
        resource.clear()
