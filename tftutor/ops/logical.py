"""Logic on bools, and bitwise operations on integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.framework.api import tf_export
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.ops.elementwise import binary, unary

_INTEGERS = ("T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}",)

LogicalAnd = OpDef("LogicalAnd", inputs=("x: bool", "y: bool"), outputs=("z: bool",))
LogicalOr = OpDef("LogicalOr", inputs=("x: bool", "y: bool"), outputs=("z: bool",))
LogicalNot = OpDef("LogicalNot", inputs=("x: bool",), outputs=("y: bool",))


def _bitwise(name: str) -> OpDef:
    return OpDef(name, inputs=("x: T", "y: T"), outputs=("z: T",), attrs=_INTEGERS)


BitwiseAnd, BitwiseOr, BitwiseXor = map(_bitwise, ("BitwiseAnd", "BitwiseOr", "BitwiseXor"))
LeftShift, RightShift = _bitwise("LeftShift"), _bitwise("RightShift")
Invert = OpDef("Invert", inputs=("x: T",), outputs=("y: T",), attrs=_INTEGERS)
PopulationCount = OpDef("PopulationCount", inputs=("x: T",), outputs=("y: uint8",),
                        attrs=_INTEGERS, doc="The number of 1 bits of each item.")


@tf_export("logical_and", "math.logical_and")
def logical_and(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x and y elementwise, for bools. Source: TF 1.15 docs, tf.math.logical_and."""
    return LogicalAnd(x, y, name=name)


@tf_export("logical_or", "math.logical_or")
def logical_or(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x or y elementwise, for bools. Source: TF 1.15 docs, tf.math.logical_or."""
    return LogicalOr(x, y, name=name)


@tf_export("logical_not", "math.logical_not")
def logical_not(x: Any, name: str | None = None) -> Tensor:
    """not x elementwise, for bools. Source: TF 1.15 docs, tf.math.logical_not."""
    return LogicalNot(x, name=name)


@tf_export("logical_xor", "math.logical_xor")
def logical_xor(x: Any, y: Any, name: str = "LogicalXor") -> Tensor:
    """Exactly one of x and y, elementwise: (x | y) & ~(x & y).

    Source: TF 1.15 docs, tf.math.logical_xor.
    """
    return LogicalAnd(LogicalOr(x, y), LogicalNot(LogicalAnd(x, y)), name=name)


@tf_export("bitwise.bitwise_and")
def bitwise_and(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Bits set in both. Source: TF 1.15 docs, tf.bitwise.bitwise_and."""
    return BitwiseAnd(x, y, name=name)


@tf_export("bitwise.bitwise_or")
def bitwise_or(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Bits set in either. Source: TF 1.15 docs, tf.bitwise.bitwise_or."""
    return BitwiseOr(x, y, name=name)


@tf_export("bitwise.bitwise_xor")
def bitwise_xor(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Bits set in exactly one. Source: TF 1.15 docs, tf.bitwise.bitwise_xor."""
    return BitwiseXor(x, y, name=name)


@tf_export("bitwise.invert")
def invert(x: Any, name: str | None = None) -> Tensor:
    """All bits flipped. Source: TF 1.15 docs, tf.bitwise.invert."""
    return Invert(x, name=name)


@tf_export("bitwise.left_shift")
def left_shift(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x shifted left by y bits. Source: TF 1.15 docs, tf.bitwise.left_shift."""
    return LeftShift(x, y, name=name)


@tf_export("bitwise.right_shift")
def right_shift(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x shifted right by y bits, the sign kept. Source: TF 1.15 docs, tf.bitwise.right_shift."""
    return RightShift(x, y, name=name)


binary(LogicalAnd, "logical_and")
binary(LogicalOr, "logical_or")
unary(LogicalNot, "logical_not")
binary(BitwiseAnd, "bitwise_and")
binary(BitwiseOr, "bitwise_or")
binary(BitwiseXor, "bitwise_xor")
unary(Invert, "bitwise_invert")
unary(PopulationCount)
LogicalAnd.inline("{0} & {1}")
LogicalOr.inline("{0} | {1}")
LogicalNot.inline("~{0}")
for _op_def in (LogicalAnd, LogicalOr, LogicalNot):
    _op_def.not_differentiable("bools have no slope")
for _op_def in (LeftShift, RightShift):
    binary(_op_def)
for _op_def in (BitwiseAnd, BitwiseOr, BitwiseXor, Invert, LeftShift, RightShift,
                PopulationCount):
    _op_def.not_differentiable("bits have no slope")


# A shift is kept within the width of the type: C++ leaves more undefined.

@LeftShift.kernel()
def left_shift_kernel(x, y, *, xp, T):
    return xp.bitwise_left_shift(x, xp.clip(y, 0, T.size * 8 - 1))


@RightShift.kernel()
def right_shift_kernel(x, y, *, xp, T):
    return xp.bitwise_right_shift(x, xp.clip(y, 0, T.size * 8 - 1))


@PopulationCount.kernel("numpy")
def population_count_numpy_kernel(x):
    return np.bitwise_count(x.view(f"uint{x.dtype.itemsize * 8}"))


@PopulationCount.kernel()
def population_count_kernel(x, *, xp, T):
    count = xp.zeros(x.shape, dtype=xp.uint8)
    for bit in range(T.size * 8):
        count = count + xp.astype((x >> bit) & 1, xp.uint8)
    return count
