"""Padding: Pad and PadV2 (a constant), MirrorPad (the tensor's own items)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import dims_text
from tftutor.framework.api import exported, tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.ops.array_join import stack
from tftutor.ops.array_reshape import reshape
from tftutor.ops.array_shape import rank, shape

_PADDINGS = "Tpaddings: {int32, int64} = DT_INT32"
_MODE = "mode: {'REFLECT', 'SYMMETRIC'}"

Pad = OpDef("Pad", inputs=("input: T", "paddings: Tpaddings"), outputs=("output: T",),
            attrs=("T: type", _PADDINGS))
PadV2 = OpDef("PadV2", inputs=("input: T", "paddings: Tpaddings", "constant_values: T"),
              outputs=("output: T",), attrs=("T: type", _PADDINGS),
              doc="Pad with a given value.")
MirrorPad = OpDef("MirrorPad", inputs=("input: T", "paddings: Tpaddings"), outputs=("output: T",),
                  attrs=("T: type", _PADDINGS, _MODE), doc="Pad with the mirrored tensor.")
MirrorPadGrad = OpDef("MirrorPadGrad", inputs=("input: T", "paddings: Tpaddings"),
                      outputs=("output: T",), attrs=("T: type", _PADDINGS, _MODE),
                      doc="Fold what was mirrored back onto where it came from, and add.")


@tf_export("pad")
def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None,
        constant_values: Any = 0) -> Tensor:
    """Add `paddings[d, 0]` items before and `paddings[d, 1]` behind along each dimension d.

    Args:
      mode: "CONSTANT" (`constant_values`), "REFLECT" (mirrored without the edge) or "SYMMETRIC"
        (mirrored with the edge).

    Raises: ValueError for another mode or paddings that aren't [rank, 2].
    Source: TF 1.15 docs, tf.pad.
    """
    mode = mode.upper()
    if mode == "CONSTANT":
        if not hasattr(constant_values, "graph") and constant_values == 0:
            result = Pad(tensor, paddings, name=name)
        else:
            result = PadV2(tensor, paddings, constant_values, name=name)
    elif mode in ("REFLECT", "SYMMETRIC"):
        result = MirrorPad(tensor, paddings, mode=mode, name=name)
    else:
        raise ValueError(f"Unknown padding mode: {mode}")
    _set_partial_shape(result)
    return result


def _set_partial_shape(result: Tensor) -> None:
    """Paddings that are known in part tell the sizes of some dimensions."""
    dims = result.op._inputs[0]._shape
    if dims is None or (result._shape is not None and None not in result._shape):
        return
    known = constant_value(result.op._inputs[1], partial=True)
    if known is None:
        return
    new: list[int | None] = []
    for padding, dim in zip(known, dims, strict=False):
        if padding is None or dim is None or any(p is None for p in padding):
            new.append(None)
        else:
            new.append(int(sum(padding)) + dim)
    result.set_shape(new)


def _pad_shape(c: Any) -> None:
    pads = c.with_rank(c.input(1), 2)
    c.with_value(pads[1], 2)
    given = c.input(0)
    values = c.value(1)
    if values is None:
        if given is not None and pads[0] is not None:
            _check_rank(c, given, pads[0])
        count = pads[0] if given is None else len(given)
        c.set_output(0, None if count is None else (None,) * count)
        return
    if given is None:
        c.set_output(0, (None,) * len(values))
        return
    c._asked_values.clear()  # the rank is checked before TF has evaluated the paddings
    _check_rank(c, given, len(values))
    values = c.value(1)
    if any(v < 0 for v in values.reshape(-1)):
        c.fail("Paddings must be non-negative")
    c.set_output(0, tuple(None if d is None else d + int(a) + int(b)
                          for d, (a, b) in zip(given, values, strict=True)))


def _check_rank(c: Any, given: tuple[Any, ...], count: int) -> None:
    if len(given) != count:
        c.fail(f"Shape must be rank {count} but is rank {len(given)}")


Pad.shape(_pad_shape)
PadV2.shape(_pad_shape)
MirrorPad.shape(_pad_shape)


def _pad_gradient(op: Any, grad: Any) -> list[Any]:
    source, paddings = op._inputs[:2]
    before = exported("slice")(paddings, [0, 0], stack([rank(source), 1]))
    begin = reshape(before, [-1])
    sizes = shape(source)
    return [exported("slice")(grad, begin, sizes)] + [None] * (len(op._inputs) - 1)


Pad.gradient(_pad_gradient)
PadV2.gradient(_pad_gradient)


def _checked(input: Any, paddings: Any) -> list[list[int]]:
    pairs = paddings.tolist()
    if len(pairs) != input.ndim:
        raise errors.InvalidArgumentError(
            None, None, "The first dimension of paddings must be the rank of inputs"
            f"{dims_text(paddings.shape)} {dims_text(input.shape)}")
    for a, b in pairs:
        if a < 0 or b < 0:
            raise errors.InvalidArgumentError(
                None, None, f"Paddings must be non-negative: {a} {b}")
    return pairs


@Pad.kernel()
def pad_kernel(input, paddings, *, xp):
    return _padded(input, paddings, 0, xp)


@PadV2.kernel()
def pad_v2_kernel(input, paddings, constant_values, *, xp):
    return _padded(input, paddings, constant_values.item(), xp)


@Pad.kernel("numpy")
def pad_numpy_kernel(input, paddings):
    zero = b"" if input.dtype == object else 0
    return _padded(input, paddings, zero, np)[()]


@PadV2.kernel("numpy")
def pad_v2_numpy_kernel(input, paddings, constant_values):
    return _padded(input, paddings, constant_values, np)[()]


def _padded(input: Any, paddings: Any, value: Any, xp: Any) -> Any:
    pairs = _checked(input, paddings)
    out = xp.full(tuple(d + a + b for d, (a, b) in zip(input.shape, pairs, strict=True)), value,
                  dtype=input.dtype)
    out[tuple(slice(a, a + d) for d, (a, _) in zip(input.shape, pairs, strict=True))] = input
    return out


@MirrorPad.gradient
def mirror_pad_gradient(op: Any, grad: Any) -> Any:
    return [MirrorPadGrad(grad, op._inputs[1], mode=op._attrs["mode"]), None]


def _checked_mirror(input: Any, paddings: Any, mode: str) -> list[list[int]]:
    pairs = _checked(input, paddings)
    spare = 1 if mode == "REFLECT" else 0
    for axis, (dim, (a, b)) in enumerate(zip(input.shape, pairs, strict=True)):
        if max(a, b) > dim - spare:
            raise errors.InvalidArgumentError(
                None, None, "paddings must be " + ("less than" if spare else "no greater than")
                + f" the dimension size: {a}, {b} " + ("not less" if spare else "greater")
                + f" than {input.shape[axis]}")
    return pairs


def _along(axis: int, start: int, stop: int, ndim: int) -> tuple[slice, ...]:
    """The index of a block that is cut along one axis only."""
    return tuple(slice(start, stop) if i == axis else slice(None) for i in range(ndim))


@MirrorPad.kernel()
def mirror_pad_kernel(input, paddings, *, xp, mode):
    out, spare = input, 1 if mode == "REFLECT" else 0
    for axis, (a, b) in enumerate(_checked_mirror(input, paddings, mode)):
        size = out.shape[axis]
        before = out[_along(axis, spare, spare + a, out.ndim)]
        behind = out[_along(axis, size - spare - b, size - spare, out.ndim)]
        out = xp.concat([xp.flip(before, axis=axis), out, xp.flip(behind, axis=axis)], axis=axis)
    return out


@MirrorPad.kernel("numpy")
def mirror_pad_numpy_kernel(input, paddings, *, mode):
    pairs = _checked_mirror(input, paddings, mode)
    return np.pad(input, pairs, mode=mode.lower()) if input.ndim else input


@MirrorPadGrad.shape
def mirror_pad_grad_shape(c: Any) -> None:
    pads = c.with_rank(c.input(1), 2)
    c.with_value(pads[1], 2)
    given, values = c.input(0), c.value(1)
    if given is None:
        c.set_output(0, None if pads[0] is None else (None,) * pads[0])
        return
    if values is None:
        c.set_output(0, (None,) * len(given))
        return
    _check_rank(c, given, len(values))
    c.set_output(0, tuple(None if d is None else d - int(a) - int(b)
                          for d, (a, b) in zip(given, values, strict=True)))


@MirrorPadGrad.gradient
def mirror_pad_grad_gradient(op: Any, grad: Any) -> Any:
    return [MirrorPad(grad, op._inputs[1], mode=op._attrs["mode"]), None]


@MirrorPadGrad.kernel()
def mirror_pad_grad_kernel(input, paddings, *, xp, mode):
    out, spare = input, 1 if mode == "REFLECT" else 0
    for axis, (a, b) in enumerate(_checked(input, paddings)):
        end = out.shape[axis] - b  # in `out`; the rest of the numbers are places in `folded`
        size = end - a
        folded = xp.asarray(out[_along(axis, a, end, out.ndim)], copy=True)
        folded[_along(axis, spare, spare + a, out.ndim)] += xp.flip(
            out[_along(axis, 0, a, out.ndim)], axis=axis)
        folded[_along(axis, size - spare - b, size - spare, out.ndim)] += xp.flip(
            out[_along(axis, end, end + b, out.ndim)], axis=axis)
        out = folded
    return out


@MirrorPadGrad.kernel("numpy")
def mirror_pad_grad_numpy_kernel(input, paddings, *, mode):
    out = np.asarray(input)
    for axis, (a, b) in enumerate(_checked(input, paddings)):
        size = out.shape[axis] - a - b
        positions = np.pad(np.arange(size), (a, b), mode=mode.lower())
        summed = np.zeros((size, *np.delete(out.shape, axis)), out.dtype)
        np.add.at(summed, positions, np.moveaxis(out, axis, 0))
        out = np.moveaxis(summed, 0, axis)
    return out
