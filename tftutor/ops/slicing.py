"""Slices: `tensor[1:3, ..., ::-1]`, tf.slice and tf.strided_slice, and their gradients."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import as_array, dims_text
from tftutor.framework import dtypes
from tftutor.framework.api import export_value, exported, tf_export
from tftutor.framework.constant_folding import evaluate_constant
from tftutor.framework.constant_value import shape_reader
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_checks import subtract
from tftutor.framework.shape_inference import partial_shape
from tftutor.framework.tensor_shape import Dimension
from tftutor.ops.array_join import stack
from tftutor.ops.array_reshape import reshape
from tftutor.ops.array_shape import rank, shape
from tftutor.ops.constant import constant
from tftutor.ops.slice_spec import (
    Masks,
    SliceError,
    apply_index,
    forward_index,
    python_index,
    sliced_shape,
)

_MASKS = ("begin_mask: int = 0", "end_mask: int = 0", "ellipsis_mask: int = 0",
          "new_axis_mask: int = 0", "shrink_axis_mask: int = 0")
_INDEX = "Index: {int32, int64}"

Slice = OpDef("Slice", inputs=("input: T", "begin: Index", "size: Index"), outputs=("output: T",),
              attrs=("T: type", _INDEX))
StridedSlice = OpDef("StridedSlice",
                     inputs=("input: T", "begin: Index", "end: Index", "strides: Index"),
                     outputs=("output: T",), attrs=("T: type", _INDEX, *_MASKS))
StridedSliceGrad = OpDef(
    "StridedSliceGrad",
    inputs=("shape: Index", "begin: Index", "end: Index", "strides: Index", "dy: T"),
    outputs=("output: T",), attrs=("T: type", _INDEX, *_MASKS),
    doc="Zeros of the given shape with dy where the slice was taken.")

export_value("newaxis", None)

_INDEX_ERROR = ("Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
                "tf.int32/tf.int64 tensors are valid indices")


# -- tf.slice -------------------------------------------------------------------------------------

@tf_export("slice")
def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """Cut the block of `size[i]` items from `begin[i]` on out of each dimension (-1: the rest).

    Raises: ValueError unless begin and size have one item a dimension.
    Source: TF 1.15 docs, tf.slice.
    """
    return Slice(input_, begin, size, name=name)


@Slice.shape
def slice_shape(c: Any) -> None:
    given = c.input(0)
    begin_shape = c.with_rank(c.input(1), 1)
    size_shape = c.with_rank(c.input(2), 1)
    entries = c.merge_shapes(begin_shape, size_shape)[0]
    if given is not None and entries is not None and len(given) != entries:
        c.fail(f"Shape must be rank {entries} but is rank {len(given)}")
    count = entries if given is None else len(given)
    sizes = evaluate_constant(c.inputs[2])
    begins = c.value_as_shape(1)
    partial_sizes = c.value_as_shape(2)
    if count is None or partial_sizes is None:
        c.set_output(0, None if count is None else (None,) * count)
        return
    if given is None or begins is None:
        given = (None,) * count if given is None else given
        begins = (None,) * count if begins is None else begins
    dims = []
    for i, (dim, begin, size) in enumerate(zip(given, begins, partial_sizes, strict=True)):
        if size is not None:
            dims.append(size)
        elif sizes is not None and begin == 0:
            dims.append(dim)
        elif sizes is not None and sizes[i] == -1:
            dims.append(subtract(c, dim, begin))
        else:
            dims.append(None)
    c.set_output(0, tuple(dims))


@Slice.gradient
def slice_gradient(op: Any, grad: Any) -> Any:
    source, begin = op._inputs[0], op._inputs[1]
    source_rank = rank(source)
    size = shape(op.outputs[0])
    column = stack([source_rank, 1])
    before = reshape(begin, column)
    after = reshape(shape(source) - size - begin, column)
    return [exported("pad")(grad, exported("concat")([before, after], 1)), None, None]


@Slice.kernel()
def slice_kernel(input, begin, size):
    array = as_array(input)
    begins, sizes = begin.tolist(), size.tolist()
    _check_block(array.shape, begins, sizes)
    return array[tuple(builtins.slice(b, None if s == -1 else b + s)
                       for b, s in zip(begins, sizes, strict=True))]


def _check_block(dims: tuple[int, ...], begins: list[int], sizes: list[int]) -> None:
    if len(begins) != len(dims) or len(sizes) != len(dims):
        raise errors.InvalidArgumentError(
            None, None, f"Expected begin and size arguments to be 1-D tensors of size {len(dims)}, "
            f"but got shapes [{len(begins)}] and [{len(sizes)}] instead.")
    for i, (dim, b, s) in enumerate(zip(dims, begins, sizes, strict=True)):
        if not 0 <= b <= dim:
            raise errors.InvalidArgumentError(
                None, None, f"Expected begin[{i}] in [0, {dim}], but got {b}")
        if s != -1 and not 0 <= s <= dim - b:
            raise errors.InvalidArgumentError(
                None, None, f"Expected size[{i}] in [0, {dim - b}], but got {s}")


@Slice.bind
def slice_binder(op: Any, xp: Any) -> Any:
    """Constant bounds that fit the static shape are one indexing operation."""
    begin, size = evaluate_constant(op._inputs[1]), evaluate_constant(op._inputs[2])
    known = op._inputs[0]._shape
    if begin is None or size is None or known is None or None in known or not known:
        return None
    try:
        _check_block(known, begin.tolist(), size.tolist())
    except errors.InvalidArgumentError:
        return None
    index = tuple(builtins.slice(b, None if s == -1 else b + s)
                  for b, s in zip(begin.tolist(), size.tolist(), strict=True))
    return lambda input, begin, size: input[index]


# -- tf.strided_slice -----------------------------------------------------------------------------

@tf_export("strided_slice")
def strided_slice(input_: Any, begin: Any, end: Any, strides: Any = None, begin_mask: int = 0,
                  end_mask: int = 0, ellipsis_mask: int = 0, new_axis_mask: int = 0,
                  shrink_axis_mask: int = 0, var: Any = None, name: str | None = None) -> Tensor:
    """What `input_[begin:end:strides, ...]` means, with one bit a dimension in each mask.

    A bit of begin_mask or end_mask: that bound is left out. ellipsis_mask: `...`. new_axis_mask:
    `tf.newaxis`. shrink_axis_mask: a single index, its dimension goes. For a slice of a variable
    the result has `assign(value)`.

    Raises: ValueError when the spec doesn't fit the static shape.
    Source: TF 1.15 docs, tf.strided_slice.
    """
    if strides is None:
        strides = exported("ones_like")(begin)
    masks = {"begin_mask": begin_mask, "end_mask": end_mask, "ellipsis_mask": ellipsis_mask,
             "new_axis_mask": new_axis_mask, "shrink_axis_mask": shrink_axis_mask}
    result = StridedSlice(input_, begin, end, strides, name=name, **masks)

    def assign(val: Any, name: str | None = None, parent_name: str | None = name) -> Any:
        """Assign to the slice of the variable."""
        if var is None:
            raise ValueError("Sliced assignment is only supported for variables")
        if name is None:
            name = f"{parent_name}_assign"
        return var._strided_slice_assign(begin=begin, end=end, strides=strides, value=val,
                                         name=name, **masks)

    result.assign = assign
    return result


@StridedSlice.shape
def strided_slice_shape(c: Any) -> None:
    given = c.input(0)
    spec = c.with_rank(c.input(1), 1)
    spec = c.merge_shapes(spec, c.with_rank(c.input(2), 1))
    spec = c.merge_shapes(spec, c.with_rank(c.input(3), 1))
    strides = c.value(3)
    if given is None or spec[0] is None or strides is None:
        c.set_output(0, None)
        return
    masks = Masks.of(c.attrs)
    steps = strides.tolist()
    try:
        sliced_shape(given, None, None, steps, masks)  # TF checks what needs no bounds first
        begin, end = c.value(1), c.value(2)
        c.set_output(0, sliced_shape(given, None if begin is None else begin.tolist(),
                                     None if end is None else end.tolist(), steps, masks))
    except SliceError as error:
        c.fail(str(error))


def _masks_of(op: Any) -> dict[str, Any]:
    return {key: op._attrs[key] for key in
            ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")}


@StridedSlice.gradient
def strided_slice_gradient(op: Any, grad: Any) -> Any:
    source, begin, end, strides = op._inputs
    dims = shape(source, out_type=begin.dtype)
    return [StridedSliceGrad(dims, begin, end, strides, grad, **_masks_of(op)), None, None, None]


@StridedSlice.kernel()
def strided_slice_kernel(input, begin, end, strides, *, xp, begin_mask, end_mask, ellipsis_mask,
                         new_axis_mask, shrink_axis_mask):
    masks = Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    index, flipped = forward_index(_run_index(begin, end, strides, masks), tuple(input.shape))
    return xp.flip(input[index], axis=flipped) if flipped else input[index]


@StridedSlice.kernel("numpy")
def strided_slice_numpy_kernel(input, begin, end, strides, *, begin_mask, end_mask, ellipsis_mask,
                               new_axis_mask, shrink_axis_mask):
    masks = Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    return apply_index(as_array(input), _run_index(begin, end, strides, masks))


def _run_index(begin: Any, end: Any, strides: Any, masks: Masks) -> tuple[Any, ...]:
    try:
        return python_index(begin.tolist(), end.tolist(), strides.tolist(), masks)
    except SliceError as error:
        raise errors.InvalidArgumentError(None, None, str(error)) from None


def _constant_index(op: Any, first: int) -> tuple[Any, ...] | None:
    begin, end, strides = (evaluate_constant(t) for t in op._inputs[first:first + 3])
    if begin is None or end is None or strides is None:
        return None
    try:
        return python_index(begin.tolist(), end.tolist(), strides.tolist(), Masks.of(op._attrs))
    except SliceError:
        return None


@StridedSlice.bind
def strided_slice_binder(op: Any, xp: Any) -> Any:
    index = _constant_index(op, 1)
    if index is None or op._inputs[0].dtype == dtypes.string or not op._inputs[0]._shape:
        return None

    def run(input, begin, end, strides):
        try:
            return input[index]
        except IndexError:
            return apply_index(input, index)

    return run


@shape_reader("StridedSlice")
def read_strided_slice(op: Any) -> Any:
    """`shape[1:]` of a shape that is known in part."""
    masks = Masks.of(op._attrs)
    if masks.begin > 1 or masks.end > 1 or masks.ellipsis or masks.new_axis or masks.shrink:
        return None
    if any(t._shape != (1,) for t in op._inputs[1:]):
        return None
    bounds = []
    for tensor, left_out in zip(op._inputs[1:], (masks.begin, masks.end, 0), strict=True):
        value = None if left_out else evaluate_constant(tensor)
        if value is None and not left_out:
            return None
        bounds.append(None if value is None else int(value[0]))
    whole = partial_shape(op._inputs[0])
    return None if whole is None else whole[builtins.slice(*bounds)]


@StridedSliceGrad.shape
def strided_slice_grad_shape(c: Any) -> None:
    c.set_output(0, c.value_as_shape(0))


@StridedSliceGrad.gradient
def strided_slice_grad_gradient(op: Any, grad: Any) -> Any:
    _, begin, end, strides, _ = op._inputs
    return [None, None, None, None, strided_slice(grad, begin, end, strides, **_masks_of(op))]


@StridedSliceGrad.kernel()
def strided_slice_grad_kernel(shape, begin, end, strides, dy, *, xp, begin_mask, end_mask,
                              ellipsis_mask, new_axis_mask, shrink_axis_mask):
    masks = Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    dims = tuple(shape.tolist())
    index, flipped = forward_index(_run_index(begin, end, strides, masks), dims)
    out = xp.zeros(dims, dtype=dy.dtype)
    _check_dy(dy.shape, out[index].shape)
    plain = tuple(item for item in index if item is not None)  # new axes can only be read
    out[plain] = xp.reshape(xp.flip(dy, axis=flipped) if flipped else dy, out[plain].shape)
    return out


@StridedSliceGrad.kernel("numpy")
def strided_slice_grad_numpy_kernel(shape, begin, end, strides, dy, *, begin_mask, end_mask,
                                    ellipsis_mask, new_axis_mask, shrink_axis_mask):
    masks = Masks(begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    index = _run_index(begin, end, strides, masks)
    out = np.zeros(tuple(shape.tolist()), dtype=dy.dtype)
    _check_dy(dy.shape, apply_index(out, index).shape)
    out[index] = dy
    return out[()]


def _check_dy(given: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if given != wanted:
        raise errors.InvalidArgumentError(
            None, None, f"shape of dy was {dims_text(given)} instead of {dims_text(wanted)}")


# -- tensor[...] ----------------------------------------------------------------------------------

def _check_index(index: Any) -> None:
    if isinstance(index, int | np.integer | Dimension):
        return
    dtype = getattr(index, "dtype", None)
    if dtype is not None:
        try:
            kind = dtypes.as_dtype(dtype).base_dtype
        except TypeError:
            kind = None
        dims = getattr(index, "shape", None)
        if kind in (dtypes.int32, dtypes.int64) and not (dims and len(dims) == 1):
            return
    raise TypeError(f"{_INDEX_ERROR}, got {index!r}")


def _is_bool_mask(spec: Any) -> bool:
    return (isinstance(spec, bool)
            or (isinstance(spec, Tensor) and spec.dtype == dtypes.bool)
            or (isinstance(spec, np.ndarray) and spec.dtype == bool))


class _Spec:
    """The begin, end and strides lists and the masks of an index expression."""

    def __init__(self, items: Any) -> None:
        self.begin: list[Any] = []
        self.end: list[Any] = []
        self.strides: list[Any] = []
        self.masks: dict[str, Any] = dict.fromkeys(
            ("begin_mask", "end_mask", "shrink_axis_mask", "new_axis_mask", "ellipsis_mask"), 0)
        for position, item in enumerate(items):
            self._add(item, 1 << position)

    def _add(self, item: Any, bit: int) -> None:
        if isinstance(item, builtins.slice):
            self.begin.append(self._bound(item.start, "begin_mask", bit))
            self.end.append(self._bound(item.stop, "end_mask", bit))
            if item.step is not None:
                _check_index(item.step)
            self.strides.append(1 if item.step is None else item.step)
            return
        if item is Ellipsis or item is None:
            self.masks["ellipsis_mask" if item is Ellipsis else "new_axis_mask"] |= bit
            self.begin.append(0)
            self.end.append(0)
        else:
            _check_index(item)
            self.begin.append(item)
            self.end.append(item + 1)
            self.masks["shrink_axis_mask"] |= bit
        self.strides.append(1)

    def _bound(self, value: Any, mask: str, bit: int) -> Any:
        if value is None or (not isinstance(value, Tensor) and value is sys.maxsize):
            self.masks[mask] |= bit
            return 0
        _check_index(value)
        return value


def slice_helper(tensor: Any, slice_spec: Any, var: Any = None) -> Tensor:
    """`tensor[slice_spec]`: what Tensor.__getitem__ does.

    `var` is the variable that `tensor` is the value of: the slice can be assigned to then.
    Raises: TypeError for an index of a wrong kind, ValueError when it doesn't fit.
    """
    if _is_bool_mask(slice_spec):
        return exported("boolean_mask")(tensor=tensor, mask=slice_spec)
    if not isinstance(slice_spec, list | tuple):
        slice_spec = [slice_spec]
    spec = _Spec(slice_spec)
    with name_scope(None, "strided_slice",
                    [tensor, *spec.begin, *spec.end, *spec.strides]) as scope:
        if spec.begin:
            packed = [stack(spec.begin), stack(spec.end), stack(spec.strides)]
            if any(t.dtype == dtypes.int64 for t in packed):
                packed = [t if t.dtype == dtypes.int64 else get_op_def("Cast")(t, DstT=dtypes.int64)
                          for t in packed]
        else:
            packed = [constant([], dtype=dtypes.int32)] * 3
        begin, end, strides = packed
        return strided_slice(tensor, begin, end, strides, var=var, name=scope, **spec.masks)


# Tensor itself, far below the ops, only declares the method.
Tensor.__getitem__ = slice_helper  # type: ignore[method-assign]
