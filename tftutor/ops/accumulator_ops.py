"""Accumulator nodes: gradients of several steps go in, their mean comes out.

The node of an accumulator gives a handle; the accumulator itself belongs to the session, or to all
nodes with the same `shared_name`. Dense ones are resources, sparse ones references, as in TF, which
never moved the latter; the older dense nodes are there for graphs of older programs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework.op_def import OpDef
from tftutor.framework.shape_inference import scalar_shape, unknown_shape

_NUMBERS = ("dtype: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
            "qint32, bfloat16, uint16, complex128, half, uint32, uint64}")
_RESOURCE = "handle: resource"
_REF = "handle: Ref(string)"
_ACCUMULATOR = (_NUMBERS, "shape: shape", "container: string = ''", "shared_name: string = ''",
                "reduction_type: {'MEAN', 'SUM'} = 'MEAN'")

ResourceConditionalAccumulator = OpDef(
    "ResourceConditionalAccumulator", outputs=(_RESOURCE,), attrs=_ACCUMULATOR, stateful=True,
    doc="Collects gradients and gives their mean.")
ResourceAccumulatorApplyGradient = OpDef(
    "ResourceAccumulatorApplyGradient", inputs=(_RESOURCE, "local_step: int64", "gradient: dtype"),
    attrs=(_NUMBERS,), stateful=True,
    doc="Adds a gradient to an accumulator, unless it is stale.")
ResourceAccumulatorTakeGradient = OpDef(
    "ResourceAccumulatorTakeGradient", inputs=(_RESOURCE, "num_required: int32"),
    outputs=("average: dtype",), attrs=(_NUMBERS,), stateful=True,
    doc="Takes the mean of the gradients, waiting until there are enough.")
ResourceAccumulatorNumAccumulated = OpDef(
    "ResourceAccumulatorNumAccumulated", inputs=(_RESOURCE,), outputs=("num_accumulated: int32",),
    stateful=True, doc="How many gradients an accumulator has.")
ResourceAccumulatorSetGlobalStep = OpDef(
    "ResourceAccumulatorSetGlobalStep", inputs=(_RESOURCE, "new_global_step: int64"),
    stateful=True, doc="Says which step's gradients an accumulator collects.")
ConditionalAccumulator = OpDef(
    "ConditionalAccumulator", outputs=(_REF,), attrs=_ACCUMULATOR, stateful=True,
    doc="Collects gradients and gives their mean (older form).")
AccumulatorApplyGradient = OpDef(
    "AccumulatorApplyGradient", inputs=(_REF, "local_step: int64", "gradient: dtype"),
    attrs=(_NUMBERS,), doc="Adds a gradient to an accumulator, unless it is stale (older form).")
AccumulatorTakeGradient = OpDef(
    "AccumulatorTakeGradient", inputs=(_REF, "num_required: int32"), outputs=("average: dtype",),
    attrs=(_NUMBERS,),
    doc="Takes the mean of the gradients, waiting until there are enough (older form).")
AccumulatorNumAccumulated = OpDef(
    "AccumulatorNumAccumulated", inputs=(_REF,), outputs=("num_accumulated: int32",),
    doc="How many gradients a sparse accumulator has.")
AccumulatorSetGlobalStep = OpDef(
    "AccumulatorSetGlobalStep", inputs=(_REF, "new_global_step: int64"),
    doc="Says which step's gradients a sparse accumulator collects.")
SparseConditionalAccumulator = OpDef(
    "SparseConditionalAccumulator", outputs=(_REF,), attrs=_ACCUMULATOR, stateful=True,
    doc="Collects sparse gradients and gives their mean.")
SparseAccumulatorApplyGradient = OpDef(
    "SparseAccumulatorApplyGradient",
    inputs=(_REF, "local_step: int64", "gradient_indices: int64", "gradient_values: dtype",
            "gradient_shape: int64"),
    attrs=(_NUMBERS, "has_known_shape: bool"),
    doc="Adds a sparse gradient to an accumulator, unless it is stale.")
SparseAccumulatorTakeGradient = OpDef(
    "SparseAccumulatorTakeGradient", inputs=(_REF, "num_required: int32"),
    outputs=("indices: int64", "values: dtype", "shape: int64"), attrs=(_NUMBERS,),
    doc="Takes the mean of the sparse gradients, waiting until there are enough.")

_MAKERS = (ResourceConditionalAccumulator, ConditionalAccumulator, SparseConditionalAccumulator)
_APPLY = (ResourceAccumulatorApplyGradient, AccumulatorApplyGradient,
          SparseAccumulatorApplyGradient)
_TAKE = (ResourceAccumulatorTakeGradient, AccumulatorTakeGradient, SparseAccumulatorTakeGradient)
_COUNT = (ResourceAccumulatorNumAccumulated, AccumulatorNumAccumulated)
_SET_STEP = (ResourceAccumulatorSetGlobalStep, AccumulatorSetGlobalStep)


# -- shapes -------------------------------------------------------------------------------------

def handle_shape(c: Any) -> None:
    """Two strings: container and name."""
    c.set_output(0, (2,))


def scalar_argument_shape(c: Any) -> None:
    """The step, or the number of gradients, is a scalar; only the accumulator knows the rest."""
    c.with_rank(c.input(1), 0)
    unknown_shape(c)


for _op_def in _MAKERS:
    _op_def.shape(handle_shape)
for _op_def in (*_APPLY, *_TAKE, *_SET_STEP):
    _op_def.shape(scalar_argument_shape)
for _op_def in _COUNT:
    _op_def.shape(scalar_shape)
for _op_def in (*_MAKERS, *_APPLY, *_TAKE, *_COUNT, *_SET_STEP):
    _op_def.not_differentiable("what an accumulator holds comes from other steps")


# -- kernels ------------------------------------------------------------------------------------

def accumulator_kernel(*, ctx):
    """The accumulator of a node: kept by the session's resources."""
    state = ctx.state
    if "accumulator" not in state:
        state["accumulator"] = ctx.resources.accumulator(ctx.op)
    return state["accumulator"]


for _op_def in _MAKERS:
    _op_def.kernel()(accumulator_kernel)


@ResourceAccumulatorApplyGradient.kernel()
@AccumulatorApplyGradient.kernel()
def accumulator_apply_gradient_kernel(handle, local_step, gradient, *, dtype, ctx, step):
    _check_scalar("local_step", local_step)
    _check_dtype(handle, dtype, ctx.op)
    handle.apply(int(local_step), gradient, source=_worker(step))


@SparseAccumulatorApplyGradient.kernel()
def sparse_accumulator_apply_gradient_kernel(handle, local_step, gradient_indices,
                                             gradient_values, gradient_shape, *, dtype,
                                             has_known_shape, ctx, step):
    _check_scalar("local_step", local_step)
    _check_dtype(handle, dtype, ctx.op)
    handle.apply(int(local_step), np.asarray(gradient_indices), np.asarray(gradient_values),
                 np.asarray(gradient_shape) if has_known_shape else None, source=_worker(step))


def _worker(step: Any) -> str:
    """The worker whose session runs the step, "" in a session of one process."""
    return getattr(step.session, "origin", "")


def accumulator_take_gradient_kernel(handle, num_required, *, dtype, ctx, step):
    """Waits: other steps bring the gradients."""
    _check_scalar("num_required", num_required)
    _check_dtype(handle, dtype, ctx.op)
    return handle.take(int(num_required), step)


for _op_def in _TAKE:
    _op_def.kernel()(accumulator_take_gradient_kernel)


@ResourceAccumulatorNumAccumulated.kernel()
@AccumulatorNumAccumulated.kernel()
def accumulator_num_accumulated_kernel(handle):
    return np.int32(handle.num_accumulated())


@ResourceAccumulatorSetGlobalStep.kernel()
@AccumulatorSetGlobalStep.kernel()
def accumulator_set_global_step_kernel(handle, new_global_step):
    _check_scalar("new_global_step", new_global_step)
    handle.set_global_step(int(new_global_step))


def _check_scalar(argument: str, value: Any) -> None:
    if np.ndim(value):
        shape = ",".join(map(str, np.shape(value)))
        raise errors.InvalidArgumentError(
            None, None, f"Argument {argument} must be scalar, but had bad shape [{shape}]")


def _check_dtype(handle: Any, dtype: Any, op: Any) -> None:
    """Raise unless the node handles gradients of the accumulator's type."""
    if dtype == handle.gradient_dtype:
        return
    definition = op._op_def.spec

    def signature(element: Any) -> str:
        inputs, outputs = ([_cpp_name(arg, element) for arg in args]
                           for args in (definition.inputs, definition.outputs))
        return f"{', '.join(inputs)}->{', '.join(outputs)}"

    raise errors.InvalidArgumentError(
        None, None, f"Signature mismatch, have: {signature(dtype)} expected: "
        f"{signature(handle.gradient_dtype)}")


def _cpp_name(arg: Any, element: Any) -> str:
    name = (arg.dtype or element).name + ("_ref" if arg.is_ref else "")
    return {"float32": "float", "float64": "double", "float16": "half"}.get(name, name)
