"""Diagonals: taking them out of matrices, and putting them in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tftutor.framework.api import exported, tf_export
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor

_NUMBERS = ("T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",)

Diag = OpDef("Diag", inputs=("diagonal: T",), outputs=("output: T",), attrs=_NUMBERS)
DiagPart = OpDef("DiagPart", inputs=("input: T",), outputs=("diagonal: T",), attrs=_NUMBERS)
MatrixDiag = OpDef("MatrixDiag", inputs=("diagonal: T",), outputs=("output: T",),
                   attrs=("T: type",))
MatrixDiagPart = OpDef("MatrixDiagPart", inputs=("input: T",), outputs=("diagonal: T",),
                       attrs=("T: type",))
MatrixSetDiag = OpDef("MatrixSetDiag", inputs=("input: T", "diagonal: T"), outputs=("output: T",),
                      attrs=("T: type",))
MatrixBandPart = OpDef("MatrixBandPart",
                       inputs=("input: T", "num_lower: Tindex", "num_upper: Tindex"),
                       outputs=("band: T",),
                       attrs=("T: type", "Tindex: {int32, int64} = DT_INT64"))


@tf_export("diag", "linalg.tensor_diag")
def diag(diagonal: Any, name: str | None = None) -> Tensor:
    """A tensor [d1, ..., dk, d1, ..., dk] of zeros with `diagonal` [d1, ..., dk] on its diagonal.

    Raises: ValueError for a scalar. Source: TF 1.15 docs, tf.diag.
    """
    return Diag(diagonal, name=name)


@tf_export("diag_part", "linalg.tensor_diag_part")
def diag_part(input: Any, name: str | None = None) -> Tensor:
    """The diagonal of a tensor [d1, ..., dk, d1, ..., dk].

    Raises: ValueError when the rank is odd or the halves differ. Source: TF 1.15, tf.diag_part.
    """
    return DiagPart(input, name=name)


@tf_export("matrix_diag", "linalg.diag")
def matrix_diag(diagonal: Any, name: str | None = "diag", k: Any = 0, num_rows: Any = -1,
                num_cols: Any = -1, padding_value: Any = 0) -> Tensor:
    """Square matrices [..., n, n] with `diagonal` [..., n] on the diagonal, zeros elsewhere.

    TF 1.15 ignores k, num_rows, num_cols and padding_value; so does this.
    Raises: ValueError for a scalar. Source: TF 1.15 docs, tf.linalg.diag.
    """
    return MatrixDiag(diagonal, name=name)


@tf_export("matrix_diag_part", "linalg.diag_part")
def matrix_diag_part(input: Any, name: str | None = "diag_part", k: Any = 0,
                     padding_value: Any = 0) -> Tensor:
    """The main diagonals of matrices: [..., m, n] -> [..., min(m, n)].

    TF 1.15 ignores k and padding_value; so does this. Source: TF 1.15 docs, tf.linalg.diag_part.
    """
    return MatrixDiagPart(input, name=name)


@tf_export("matrix_set_diag", "linalg.set_diag")
def matrix_set_diag(input: Any, diagonal: Any, name: str | None = "set_diag", k: Any = 0) -> Tensor:
    """Matrices with their main diagonals replaced. TF 1.15 ignores k; so does this.

    Raises: ValueError when the lengths don't fit. Source: TF 1.15 docs, tf.linalg.set_diag.
    """
    return MatrixSetDiag(input, diagonal, name=name)


@tf_export("matrix_band_part", "linalg.band_part")
def matrix_band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None
                     ) -> Tensor:
    """Matrices with zeros outside a band around the diagonal; -1 keeps a whole triangle.

    Source: TF 1.15 docs, tf.linalg.band_part.
    """
    return MatrixBandPart(input, num_lower, num_upper, name=name)


@Diag.shape
def diag_shape(c: Any) -> None:
    shape = c.with_rank_at_least(c.input(0), 1)
    c.set_output(0, None if shape is None else shape + shape)


@DiagPart.shape
def diag_part_shape(c: Any) -> None:
    shape = c.input(0)
    if shape is None:
        return
    half, odd = divmod(len(shape), 2)
    if odd or not half:
        c.fail(f"Input must have even and non-zero rank, input rank is {len(shape)}")
    c.set_output(0, tuple(c.merge(shape[i], shape[half + i]) for i in range(half)))


@MatrixDiag.shape
def matrix_diag_shape(c: Any) -> None:
    shape = c.with_rank_at_least(c.input(0), 1)
    c.set_output(0, None if shape is None else (*shape, shape[-1]))


def _shorter(rows: int | None, columns: int | None) -> int | None:
    if rows == 0 or columns == 0:
        return 0
    return None if rows is None or columns is None else min(rows, columns)


@MatrixDiagPart.shape
def matrix_diag_part_shape(c: Any) -> None:
    shape = c.with_rank_at_least(c.input(0), 2)
    c.set_output(0, None if shape is None else (*shape[:-2], _shorter(*shape[-2:])))


@MatrixSetDiag.shape
def matrix_set_diag_shape(c: Any) -> None:
    shape = c.with_rank_at_least(c.input(0), 2)
    diagonal = c.with_rank_at_least(c.input(1), 1)
    if shape is not None:
        smaller = _shorter(*shape[-2:])
        if diagonal is not None and diagonal[-1] is not None and smaller is not None:
            c.merge(smaller, diagonal[-1])
        if diagonal is not None:
            stack = c.merge_shapes(shape[:-2], diagonal[:-1])
            shape = (*stack, *shape[-2:])
    c.set_output(0, shape)


@MatrixBandPart.shape
def matrix_band_part_shape(c: Any) -> None:
    c.set_output(0, c.with_rank_at_least(c.input(0), 2))


def _is_diagonal(rows: int, columns: int, xp: Any) -> Any:
    return xp.expand_dims(xp.arange(rows), axis=1) == xp.arange(columns)


def _square(diagonal: Any, xp: Any) -> Any:
    """Matrices with the last dimension of `diagonal` on the diagonal, zeros elsewhere."""
    size = diagonal.shape[-1]
    return xp.where(_is_diagonal(size, size, xp), xp.expand_dims(diagonal, axis=-1),
                    xp.zeros((), dtype=diagonal.dtype))


@Diag.kernel()
def diag_kernel(diagonal, *, xp):
    shape = tuple(diagonal.shape)
    return xp.reshape(_square(xp.reshape(diagonal, (-1,)), xp), shape + shape)


@Diag.kernel("numpy")
def diag_numpy_kernel(diagonal):
    flat = diagonal.reshape(-1)
    out = np.zeros((flat.size, flat.size), diagonal.dtype)
    np.fill_diagonal(out, flat)
    return out.reshape(diagonal.shape + diagonal.shape)


@DiagPart.kernel()
def diag_part_kernel(input, *, xp):
    half = tuple(input.shape[:input.ndim // 2])
    size = math.prod(half)
    return xp.reshape(xp.linalg.diagonal(xp.reshape(input, (size, size))), half)


@MatrixDiag.kernel()
def matrix_diag_kernel(diagonal, *, xp):
    return _square(diagonal, xp)


@MatrixDiag.kernel("numpy")
def matrix_diag_numpy_kernel(diagonal):
    size = diagonal.shape[-1]
    out = np.zeros((*diagonal.shape, size), diagonal.dtype)
    out[..., np.arange(size), np.arange(size)] = diagonal
    return out


@MatrixDiagPart.kernel()
def matrix_diag_part_kernel(input, *, xp):
    return xp.linalg.diagonal(input)


@MatrixSetDiag.kernel()
def matrix_set_diag_kernel(input, diagonal, *, xp):
    rows, columns = input.shape[-2:]
    if rows < columns:  # one value a column: those behind the diagonal's end are never chosen
        diagonal = xp.concat([diagonal, input[..., 0, rows:]], axis=-1)
    return xp.where(_is_diagonal(rows, columns, xp), xp.expand_dims(diagonal, axis=-2), input)


@MatrixSetDiag.kernel("numpy")
def matrix_set_diag_numpy_kernel(input, diagonal):
    out = input.copy()
    places = np.arange(min(input.shape[-2:]))
    out[..., places, places] = diagonal
    return out


@MatrixBandPart.kernel()
def matrix_band_part_kernel(input, num_lower, num_upper, *, xp):
    rows, columns = input.shape[-2:]
    below = xp.expand_dims(xp.arange(rows), axis=1) - xp.arange(columns)  # distance to the diagonal
    lower, upper = int(num_lower), int(num_upper)
    inside = ((below <= (rows if lower < 0 else lower))
              & (-below <= (columns if upper < 0 else upper)))
    return xp.where(inside, input, xp.zeros((), dtype=input.dtype))


@Diag.gradient
def diag_gradient(op: Any, grad: Any) -> Any:
    return diag_part(grad)


@DiagPart.gradient
def diag_part_gradient(op: Any, grad: Any) -> Any:
    return diag(grad)


@MatrixDiag.gradient
def matrix_diag_gradient(op: Any, grad: Any) -> Any:
    return matrix_diag_part(grad)


@MatrixDiagPart.gradient
def matrix_diag_part_gradient(op: Any, grad: Any) -> Any:
    shape = op.inputs[0]._shape
    if shape is not None and shape[-2] is not None and shape[-2] == shape[-1]:
        return matrix_diag(grad)
    return matrix_set_diag(exported("zeros_like")(op.inputs[0]), grad)


@MatrixSetDiag.gradient
def matrix_set_diag_gradient(op: Any, grad: Any) -> Any:
    shape, diagonal = op.inputs[0]._shape, op.inputs[1]._shape
    if shape is not None and None not in shape:
        zeros_shape: Any = [*shape[:-2], min(shape[-2:])]
    elif diagonal is not None and None not in diagonal:
        zeros_shape = list(diagonal)
    else:
        grad_shape = exported("shape")(grad)
        rank = exported("rank")(grad)
        slices = exported("slice")
        stack = slices(grad_shape, [0], [rank - 2])
        smaller = exported("reduce_min")(slices(grad_shape, [rank - 2], [2]))
        zeros_shape = exported("concat")([stack, [smaller]], 0)
    zeros = exported("zeros")(zeros_shape, dtype=grad.dtype)
    return matrix_set_diag(grad, zeros), matrix_diag_part(grad)


@MatrixBandPart.gradient
def matrix_band_part_gradient(op: Any, grad: Any) -> Any:
    return matrix_band_part(grad, op.inputs[1], op.inputs[2]), None, None
