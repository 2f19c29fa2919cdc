"""Dimensions and items in another order: Transpose, Reverse, ReverseSequence, Roll."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import as_array
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.constant_folding import evaluate_constant
from tftutor.framework.conversion import convert
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import unchanged_shape
from tftutor.ops.array_shape import Rank
from tftutor.platform.renamed_arguments import renamed_argument

_PERM = "Tperm: {int32, int64} = DT_INT32"
_REVERSIBLE = "uint8, int8, uint16, int16, int32, int64, bool"

Transpose = OpDef("Transpose", inputs=("x: T", "perm: Tperm"), outputs=("y: T",),
                  attrs=("T: type", _PERM))
ConjugateTranspose = OpDef("ConjugateTranspose", inputs=("x: T", "perm: Tperm"), outputs=("y: T",),
                           attrs=("T: type", _PERM),
                           doc="Transpose of the complex conjugate.")
InvertPermutation = OpDef("InvertPermutation", inputs=("x: T",), outputs=("y: T",),
                          attrs=("T: {int32, int64} = DT_INT32",))
Reverse = OpDef("Reverse", inputs=("tensor: T", "dims: bool"), outputs=("output: T",), attrs=(
    f"T: {{{_REVERSIBLE}, half, float, double, complex64, complex128, string}}",),
    doc="Reverse the dimensions whose flag is set (before TF 0.11).")
ReverseV2 = OpDef("ReverseV2", inputs=("tensor: T", "axis: Tidx"), outputs=("output: T",), attrs=(
    "Tidx: {int32, int64} = DT_INT32",
    f"T: {{{_REVERSIBLE}, bfloat16, half, float, double, complex64, complex128, string}}"))
ReverseSequence = OpDef("ReverseSequence", inputs=("input: T", "seq_lengths: Tlen"),
                        outputs=("output: T",),
                        attrs=("seq_dim: int", "batch_dim: int = 0", "T: type",
                               "Tlen: {int32, int64} = DT_INT64"))
Roll = OpDef("Roll", inputs=("input: T", "shift: Tshift", "axis: Taxis"), outputs=("output: T",),
             attrs=("T: type", "Tshift: {int32, int64}", "Taxis: {int32, int64}"))


@tf_export("transpose")
def transpose(a: Any, perm: Any = None, name: str | None = "transpose", conjugate: bool = False
              ) -> Tensor:
    """Permute the dimensions of `a`: output dimension i is input dimension `perm[i]`.

    Without `perm` the order is reversed. `conjugate`: also conjugate complex values.

    Raises: ValueError when `perm` isn't a permutation of the dimensions.
    Source: TF 1.15 docs, tf.transpose.
    """
    with name_scope(name, "transpose", [a]) as scope:
        op = ConjugateTranspose if conjugate and a.dtype.is_complex else Transpose
        if perm is not None:
            return op(a, perm, name=scope)
        a = convert(a, name="a")
        if not a._shape:  # unknown rank, or 0
            rank = Rank(a)
            perm = rank - 1 - get_op_def("Range")(0, rank, 1)
        else:
            rank = len(a._shape)
            perm = rank - 1 - np.arange(rank)
        result = op(a, perm, name=scope)
        if a._shape is not None:
            result.set_shape(a._shape[::-1])
        return result


@tf_export("linalg.matrix_transpose", "linalg.transpose", "matrix_transpose")
def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """Swap the last two dimensions of `a`.

    Raises: ValueError for a rank below 2.
    Source: TF 1.15 docs, tf.linalg.matrix_transpose.
    """
    with name_scope(name, values=[a]):
        a = convert(a, name="a")
        shape = a._shape
        if shape is not None:
            rank = len(shape)
            if rank < 2:
                raise explained(ValueError(
                    "Argument 'a' should be a (batch) matrix, with rank >= 2.  Found: "
                    f"{a.get_shape()}"))
            perm: Any = [*range(rank - 2), rank - 1, rank - 2]
        else:
            dims = exported("rank")(a)
            perm = exported("concat")((get_op_def("Range")(0, dims - 2, 1), [dims - 1, dims - 2]),
                                      0)
        return transpose(a, perm=perm, conjugate=conjugate)


def _transpose_shape(c: Any) -> None:
    given = c.input(0)
    perm_shape = c.input(1)
    perm = c.value(1)
    as_shape = None
    if perm is None and perm_shape is not None:
        as_shape = perm_shape[0] if len(perm_shape) == 1 else None
    rank = len(given) if given is not None else (perm.size if perm is not None else as_shape)
    c._asked_values.clear()
    if given is None and rank is not None and rank < 2:  # both a scalar and a vector fit
        c.set_output(0, None)
        return
    perm_shape = c.with_rank(perm_shape, 1)
    if rank is None:
        c.set_output(0, None)
        return
    if perm_shape[0] is not None and perm_shape[0] != rank:
        c.fail(f"Dimension must be {rank} but is {perm_shape[0]}")
    perm = c.value(1)
    if perm is None or given is None:
        if perm is not None:
            _check_perm(c, perm, rank)
        c.set_output(0, (None,) * rank)
        return
    _check_perm(c, perm, rank)
    c.set_output(0, tuple(given[p] for p in perm.tolist()))


def _check_perm(c: Any, perm: Any, rank: int) -> None:
    for item in perm.tolist():
        if not -rank <= item < rank:
            c.fail(f"perm dim {item} is out of range of input rank {rank}")


Transpose.shape(_transpose_shape)
ConjugateTranspose.shape(_transpose_shape)


@Transpose.gradient
def transpose_gradient(op: Any, grad: Any) -> Any:
    return [transpose(grad, invert_permutation(op._inputs[1])), None]


@ConjugateTranspose.gradient
def conjugate_transpose_gradient(op: Any, grad: Any) -> Any:
    return [transpose(grad, invert_permutation(op._inputs[1]), conjugate=True), None]


def _permuted(x: Any, perm: list[int], xp: Any) -> Any:
    try:
        return xp.permute_dims(as_array(x), tuple(perm))
    except (ValueError, RuntimeError):
        rank = as_array(x).ndim
        if len(perm) != rank:
            text = f"transpose expects a vector of size {rank}. But input(1) is a vector of size " \
                   f"{len(perm)}"
        else:
            missing = next((i for i in range(rank) if i not in [p % rank for p in perm]), 0)
            text = f"{missing} is missing from {{{','.join(map(str, perm))}}}."
        raise errors.InvalidArgumentError(None, None, text) from None


@Transpose.kernel()
def transpose_kernel(x, perm, *, xp):
    return _permuted(x, perm.tolist(), xp)


@Transpose.kernel("numpy")
def transpose_numpy_kernel(x, perm):
    return _permuted(x, perm.tolist(), np)[()]


@Transpose.bind
def transpose_binder(op: Any, xp: Any) -> Any:
    perm = evaluate_constant(op._inputs[1])
    if perm is None or not op._inputs[0]._shape or op._inputs[0].dtype == dtypes.string:
        return None
    order, permute = tuple(perm.tolist()), xp.permute_dims
    if sorted(p % len(order) for p in order) != list(range(len(order))):
        return None
    if xp is np:
        return lambda x, perm: x.transpose(order)
    return lambda x, perm: permute(x, order)


@ConjugateTranspose.kernel()
def conjugate_transpose_kernel(x, perm, *, xp):
    moved = _permuted(x, perm.tolist(), xp)
    return xp.conj(moved) if xp.isdtype(moved.dtype, "complex floating") else moved


@ConjugateTranspose.kernel("numpy")
def conjugate_transpose_numpy_kernel(x, perm):
    moved = _permuted(x, perm.tolist(), np)[()]
    return np.conj(moved) if np.iscomplexobj(moved) else moved


@tf_export("math.invert_permutation", "invert_permutation")
def invert_permutation(x: Any, name: str | None = None) -> Tensor:
    """The permutation y with `y[x[i]] == i`. Source: TF 1.15 docs, tf.math.invert_permutation."""
    return InvertPermutation(x, name=name)


@InvertPermutation.shape
def invert_permutation_shape(c: Any) -> None:
    c.set_output(0, c.with_rank(c.input(0), 1))


InvertPermutation.not_differentiable("a permutation is integers")


@InvertPermutation.kernel()
def invert_permutation_kernel(x, *, xp):
    count = x.shape[0]
    out = np.full(count, -1, x.dtype)
    for position, item in enumerate(x.tolist()):
        if not 0 <= item < count:
            raise errors.InvalidArgumentError(
                None, None, f"{item} is not between 0 and {count}")
        if out[item] != -1:
            raise errors.InvalidArgumentError(None, None, f"{item} is duplicated in the input.")
        out[item] = position
    return xp.asarray(out)


# -- reversing ------------------------------------------------------------------------------------

@tf_export("reverse", "reverse_v2", "manip.reverse")
def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """Reverse the order of items along each dimension in the vector `axis`.

    Raises: ValueError for an axis out of range or given twice.
    Source: TF 1.15 docs, tf.reverse.
    """
    if _all_bools(axis):  # before TF 0.11 there was a flag for each dimension
        return Reverse(tensor, axis, name=name)
    return ReverseV2(tensor, axis, name=name)


def _all_bools(axis: Any) -> bool:
    if isinstance(axis, Tensor):
        return axis.dtype == dtypes.bool
    return isinstance(axis, list | tuple) and bool(axis) and all(
        isinstance(item, bool) for item in axis)


@ReverseV2.shape
def reverse_v2_shape(c: Any) -> None:
    given = c.input(0)
    c.with_rank(c.input(1), 1)
    if given is None:
        return
    if len(given) > 8:
        c.fail("reverse does not work on tensors with more than 8 dimensions")
    values = c.value(1)
    seen: set[int] = set()
    for position, axis in enumerate(() if values is None else values.tolist()):
        rank = len(given)
        actual = axis + rank if axis < 0 else axis
        if not 0 <= actual < rank:
            c.fail(f"'axis'[{position}] = {axis} is out of valid range [0, {rank - 1}")
        if actual in seen:
            c.fail(f"axis {actual} specified more than once.")
        seen.add(actual)
    c.set_output(0, given)


@ReverseV2.gradient
def reverse_v2_gradient(op: Any, grad: Any) -> Any:
    return [ReverseV2(grad, op._inputs[1]), None]


@ReverseV2.kernel()
def reverse_v2_kernel(tensor, axis, *, xp):
    array = as_array(tensor)
    if not axis.size or not array.ndim:
        return tensor
    for item in axis.tolist():
        if not -array.ndim <= item < array.ndim:
            raise errors.InvalidArgumentError(
                None, None, f"'axis'[0] = {item} is out of valid range [0, {array.ndim - 1}")
    axes = [item % array.ndim for item in axis.tolist()]
    for place, item in enumerate(axes):
        if item in axes[:place]:
            raise errors.InvalidArgumentError(
                None, None, f"axis {item} specified more than once.")
    return xp.flip(array, axis=tuple(axis.tolist()))


@Reverse.shape
def reverse_v1_shape(c: Any) -> None:
    given, dims = c.input(0), c.with_rank(c.input(1), 1)
    if given is not None and dims[0] is not None and len(given) != dims[0]:
        c.fail(f"Shape must be rank {dims[0]} but is rank {len(given)}")
    c.set_output(0, given)


@Reverse.gradient
def reverse_v1_gradient(op: Any, grad: Any) -> Any:
    return [Reverse(grad, op._inputs[1]), None]


@Reverse.kernel()
def reverse_v1_kernel(tensor, dims, *, xp):
    axes = tuple(i for i, flag in enumerate(dims.tolist()) if flag)
    return xp.flip(tensor, axis=axes) if axes else tensor


@tf_export("reverse_sequence")
def reverse_sequence(input: Any, seq_lengths: Any, seq_axis: int | None = None,
                     batch_axis: int | None = None, name: str | None = None,
                     seq_dim: int | None = None, batch_dim: int | None = None) -> Tensor:
    """Reverse the first `seq_lengths[i]` items of each row i; the rest stays.

    Args:
      seq_axis: the dimension to reverse along.
      batch_axis: the dimension that numbers the rows (default 0).

    Source: TF 1.15 docs, tf.reverse_sequence.
    """
    seq = renamed_argument("tf.reverse_sequence", "seq_axis", seq_axis, "seq_dim", seq_dim)
    batch = renamed_argument("tf.reverse_sequence", "batch_axis", batch_axis, "batch_dim",
                             batch_dim)
    return ReverseSequence(input, seq_lengths, seq_dim=seq, batch_dim=batch, name=name)


@ReverseSequence.shape
def reverse_sequence_shape(c: Any) -> None:
    given, lengths = c.input(0), c.with_rank(c.input(1), 1)
    if given is None:
        return
    batch, seq = c.attr("batch_dim"), c.attr("seq_dim")
    if batch >= len(given):
        c.fail(f"batch_dim must be < input rank: {batch} vs. {len(given)}")
    if seq >= len(given):
        c.fail(f"seq_dim must be < input rank: {seq} vs. {len(given)}")
    merged = c.merge(given[batch], lengths[0])
    c.set_output(0, (*given[:batch], merged, *given[batch + 1:]))


@ReverseSequence.gradient
def reverse_sequence_gradient(op: Any, grad: Any) -> Any:
    return [reverse_sequence(grad, batch_axis=op._attrs["batch_dim"],
                             seq_axis=op._attrs["seq_dim"], seq_lengths=op._inputs[1]), None]


def _check_sequence_dims(seq_dim: int, batch_dim: int) -> None:
    if seq_dim == batch_dim:
        raise errors.InvalidArgumentError(None, None, f"batch_dim == seq_dim == {seq_dim}")


@ReverseSequence.kernel()
def reverse_sequence_kernel(input, seq_lengths, *, xp, seq_dim, batch_dim):
    _check_sequence_dims(seq_dim, batch_dim)
    shape, size = input.shape, input.shape[seq_dim]
    lengths = xp.clip(xp.astype(seq_lengths, xp.int64), 0, size)  # to ask for errors, one must wait
    places = xp.arange(size, dtype=xp.int64)
    seq, batch = seq_dim % input.ndim, batch_dim % input.ndim
    places = xp.reshape(places, tuple(size if i == seq else 1 for i in range(input.ndim)))
    lengths = xp.reshape(lengths, tuple(shape[i] if i == batch else 1 for i in range(input.ndim)))
    source = xp.where(places < lengths, lengths - 1 - places, places)
    return xp.take_along_axis(input, xp.broadcast_to(source, shape), axis=seq)


@ReverseSequence.kernel("numpy")
def reverse_sequence_numpy_kernel(input, seq_lengths, *, seq_dim, batch_dim):
    _check_sequence_dims(seq_dim, batch_dim)
    size = input.shape[seq_dim]
    out = np.array(input)
    moved, source = np.moveaxis(out, (batch_dim, seq_dim), (0, 1)), np.moveaxis(
        np.asarray(input), (batch_dim, seq_dim), (0, 1))
    for row, length in enumerate(seq_lengths.tolist()):
        if not 0 <= length <= size:
            raise errors.InvalidArgumentError(
                None, None, f"seq_lens({row}) {'< 0' if length < 0 else f'> input.dims({seq_dim})'}"
            )
        moved[row, :length] = source[row, :length][::-1]
    return out


@tf_export("roll", "manip.roll")
def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:
    """Shift items along dimensions; what falls out at one end comes in at the other.

    Source: TF 1.15 docs, tf.roll.
    """
    return Roll(input, shift, axis, name=name)


@Roll.shape
def roll_shape(c: Any) -> None:
    c.with_rank_at_least(c.input(0), 1)
    c.with_rank_at_most(c.input(1), 1)
    c.with_rank_at_most(c.input(2), 1)
    unchanged_shape(c)


@Roll.gradient
def roll_gradient(op: Any, grad: Any) -> Any:
    shift, axis = op._inputs[1], op._inputs[2]
    return [roll(grad, -shift, axis), None, None]


@Roll.kernel()
def roll_kernel(input, shift, axis, *, xp):
    shifts, axes = np.atleast_1d(shift).tolist(), np.atleast_1d(axis).tolist()
    if len(shifts) != len(axes):
        raise errors.InvalidArgumentError(None, None, "shift and axis must have the same size")
    for item in axes:
        if not -input.ndim <= item < input.ndim:
            shown = item + input.ndim if item < 0 else item
            raise errors.InvalidArgumentError(None, None, f"axis {shown} is out of range")
    return xp.roll(input, tuple(shifts), axis=tuple(axes))
