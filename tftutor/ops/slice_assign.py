"""Assignment to a part of a variable: `v[1:3].assign(value)`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_copies import copy_of
from tftutor.framework.op_def import OpDef
from tftutor.framework.shape_inference import no_outputs
from tftutor.framework.shape_merge import brackets_text
from tftutor.ops.slice_spec import (
    Masks,
    SliceError,
    apply_index,
    forward_index,
    python_index,
)

_MASKS = ("begin_mask: int = 0", "end_mask: int = 0", "ellipsis_mask: int = 0",
          "new_axis_mask: int = 0", "shrink_axis_mask: int = 0")
_ATTRS = ("T: type", "Index: {int32, int64}", *_MASKS)

StridedSliceAssign = OpDef(
    "StridedSliceAssign",
    inputs=("ref: Ref(T)", "begin: Index", "end: Index", "strides: Index", "value: T"),
    outputs=("output_ref: Ref(T)",), attrs=_ATTRS, doc="Sets a slice of a variable.")
ResourceStridedSliceAssign = OpDef(
    "ResourceStridedSliceAssign",
    inputs=("ref: resource", "begin: Index", "end: Index", "strides: Index", "value: T"),
    attrs=_ATTRS, stateful=True, doc="Sets a slice of a resource variable.")


def _assign(cell: Any, begin: Any, end: Any, strides: Any, value: Any, masks: Masks) -> None:
    index = _index(begin, end, strides, masks)
    with cell.lock:
        table = np.asarray(cell.exclusive_array())
        _check_shape(apply_index(table, index), value)
        table[index] = value
        cell.commit_array(table if table.ndim else table[()])


def _assign_in_library(cell: Any, begin: Any, end: Any, strides: Any, value: Any, masks: Masks,
                       xp: Any) -> None:
    index = _index(begin, end, strides, masks)
    with cell.lock:
        table = copy_of(cell.value)
        index, flipped = forward_index(index, table.shape)
        _check_shape(table[index], value)
        if flipped:
            value = xp.flip(value, axis=flipped)
        places = tuple(item for item in index if item is not None)
        table[places] = xp.reshape(value, table[places].shape)
        cell.commit(table)


def _index(begin: Any, end: Any, strides: Any, masks: Masks) -> tuple[Any, ...]:
    try:
        return python_index(begin.tolist(), end.tolist(), strides.tolist(), masks)
    except SliceError as error:
        raise errors.InvalidArgumentError(None, None, str(error)) from None


def _check_shape(part: Any, value: Any) -> None:
    if np.shape(part) != np.shape(value):
        raise errors.UnimplementedError(
            None, None, f"sliced l-value shape {brackets_text(np.shape(part))} does not match "
            f"r-value shape {brackets_text(np.shape(value))}. Automatic broadcasting not yet "
            "implemented.")


@StridedSliceAssign.shape
def strided_slice_assign_shape(c: Any) -> None:
    spec = c.with_rank(c.input(1), 1)
    spec = c.merge_shapes(spec, c.with_rank(c.input(2), 1))
    c.merge_shapes(spec, c.with_rank(c.input(3), 1))
    c.set_output(0, c.input(0))


StridedSliceAssign.not_differentiable("gradients end at variables")


@StridedSliceAssign.kernel("numpy")
def strided_slice_assign_kernel(ref, begin, end, strides, value, *, begin_mask, end_mask,
                                ellipsis_mask, new_axis_mask, shrink_axis_mask):
    _assign(ref, begin, end, strides, value,
            Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask))
    return ref


@StridedSliceAssign.kernel()
def strided_slice_assign_of_library_kernel(ref, begin, end, strides, value, *, xp, begin_mask,
                                           end_mask, ellipsis_mask, new_axis_mask,
                                           shrink_axis_mask):
    _assign_in_library(ref, begin, end, strides, value,
                       Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask),
                       xp)
    return ref


ResourceStridedSliceAssign.shape(no_outputs)
ResourceStridedSliceAssign.not_differentiable("gradients end at variables")


@ResourceStridedSliceAssign.kernel("numpy")
def resource_strided_slice_assign_kernel(ref, begin, end, strides, value, *, begin_mask, end_mask,
                                         ellipsis_mask, new_axis_mask, shrink_axis_mask):
    _assign(ref, begin, end, strides, value,
            Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask))


@ResourceStridedSliceAssign.kernel()
def resource_strided_slice_assign_of_library_kernel(ref, begin, end, strides, value, *, xp,
                                                    begin_mask, end_mask, ellipsis_mask,
                                                    new_axis_mask, shrink_axis_mask):
    _assign_in_library(ref, begin, end, strides, value,
                       Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask),
                       xp)
