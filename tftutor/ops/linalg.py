"""Linear algebra: determinant, inverse, solving, and the decompositions.

All take stacks of matrices [..., m, n]. The kernels are the array library's (on NumPy: LAPACK);
float16 is computed in float32. Gradients lie in linalg_gradient.py.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.array_library import library_dtype
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor

_T = "T: {double, float, half, complex64, complex128}"
_HALF_FIRST = "T: {half, float, double, complex64, complex128}"


def _on_matrix(name: str, *attrs: str) -> OpDef:
    return OpDef(name, inputs=("input: T",), outputs=("output: T",), attrs=attrs)


MatrixDeterminant = _on_matrix("MatrixDeterminant", _HALF_FIRST)
MatrixInverse = _on_matrix("MatrixInverse", "adjoint: bool = false", _T)
Cholesky = _on_matrix("Cholesky", _T)
LogMatrixDeterminant = OpDef("LogMatrixDeterminant", inputs=("input: T",),
                             outputs=("sign: T", "log_abs_determinant: T"), attrs=(_HALF_FIRST,))
MatrixSolve = OpDef("MatrixSolve", inputs=("matrix: T", "rhs: T"), outputs=("output: T",),
                    attrs=("adjoint: bool = false", _T))
MatrixTriangularSolve = OpDef(
    "MatrixTriangularSolve", inputs=("matrix: T", "rhs: T"), outputs=("output: T",),
    attrs=("lower: bool = true", "adjoint: bool = false", _T))
MatrixSolveLs = OpDef("MatrixSolveLs", inputs=("matrix: T", "rhs: T", "l2_regularizer: double"),
                      outputs=("output: T",), attrs=(_T, "fast: bool = true"),
                      doc="Least squares solution: what tf.matrix_solve_ls(fast=False) adds.")
Qr = OpDef("Qr", inputs=("input: T",), outputs=("q: T", "r: T"),
           attrs=("full_matrices: bool = false", _T))
SelfAdjointEigV2 = OpDef("SelfAdjointEigV2", inputs=("input: T",), outputs=("e: T", "v: T"),
                         attrs=("compute_v: bool = true", _T))
Svd = OpDef("Svd", inputs=("input: T",), outputs=("s: T", "u: T", "v: T"),
            attrs=("compute_uv: bool = true", "full_matrices: bool = false", _T))
Cross = OpDef("Cross", inputs=("a: T", "b: T"), outputs=("product: T",),
              attrs=("T: realnumbertype",))


# -- public functions -----------------------------------------------------------------------------

@tf_export("matrix_determinant", "linalg.det")
def matrix_determinant(input: Any, name: str | None = None) -> Tensor:
    """Determinants: [..., n, n] -> [...]. Source: TF 1.15 docs, tf.linalg.det."""
    return MatrixDeterminant(input, name=name)


@tf_export("linalg.slogdet")
def slogdet(input: Any, name: str | None = None) -> Any:
    """Sign and log of the magnitude of determinants. Source: TF 1.15 docs, tf.linalg.slogdet."""
    return LogMatrixDeterminant(input, name=name)


@tf_export("matrix_inverse", "linalg.inv")
def matrix_inverse(input: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """Inverses of square matrices, or of their adjoints.

    Raises: tf.errors.InvalidArgumentError for a singular matrix.
    Source: TF 1.15 docs, tf.linalg.inv.
    """
    return MatrixInverse(input, adjoint=adjoint, name=name)


@tf_export("cholesky", "linalg.cholesky")
def cholesky(input: Any, name: str | None = None) -> Tensor:
    """Lower triangular L with L L^T = input, for symmetric positive definite matrices.

    Raises: tf.errors.InvalidArgumentError for others. Source: TF 1.15 docs, tf.linalg.cholesky.
    """
    return Cholesky(input, name=name)


@tf_export("matrix_solve", "linalg.solve")
def matrix_solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """x with matrix x = rhs: [..., n, n], [..., n, k] -> [..., n, k].

    Raises: tf.errors.InvalidArgumentError for a singular matrix.
    Source: TF 1.15 docs, tf.linalg.solve.
    """
    return MatrixSolve(matrix, rhs, adjoint=adjoint, name=name)


@tf_export("matrix_triangular_solve", "linalg.triangular_solve")
def matrix_triangular_solve(matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False,
                            name: str | None = None) -> Tensor:
    """x with matrix x = rhs, reading only one triangle of the matrix.

    Raises: tf.errors.InvalidArgumentError for a zero on the diagonal.
    Source: TF 1.15 docs, tf.linalg.triangular_solve.
    """
    return MatrixTriangularSolve(matrix, rhs, lower=lower, adjoint=adjoint, name=name)


@tf_export("qr", "linalg.qr")
def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> Any:
    """Q (orthonormal columns) and R (upper triangular) with Q R = input.

    Source: TF 1.15 docs, tf.linalg.qr.
    """
    return Qr(input, full_matrices=full_matrices, name=name)


@tf_export("svd", "linalg.svd")
def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None
        ) -> Any:
    """Singular values s, and u and v with tensor = u diag(s) v^H (v, not its adjoint).

    Returns: (s, u, v), or s alone without `compute_uv`. Source: TF 1.15 docs, tf.linalg.svd.
    """
    s, u, v = Svd(tensor, compute_uv=compute_uv, full_matrices=full_matrices, name=name)
    real = exported("real")
    return (real(s), u, v) if compute_uv else real(s)


@tf_export("self_adjoint_eig", "linalg.eigh")
def self_adjoint_eig(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues (ascending) and eigenvectors (columns) of self-adjoint matrices.

    Source: TF 1.15 docs, tf.linalg.eigh.
    """
    e, v = SelfAdjointEigV2(tensor, compute_v=True, name=name)
    return e, v


@tf_export("self_adjoint_eigvals", "linalg.eigvalsh")
def self_adjoint_eigvals(tensor: Any, name: str | None = None) -> Tensor:
    """Eigenvalues of self-adjoint matrices, ascending. Source: TF 1.15, tf.linalg.eigvalsh."""
    return SelfAdjointEigV2(tensor, compute_v=False, name=name)[0]


@tf_export("cross", "linalg.cross")
def cross(a: Any, b: Any, name: str | None = None) -> Tensor:
    """Cross products of vectors [..., 3]. Source: TF 1.15 docs, tf.linalg.cross."""
    return Cross(a, b, name=name)


# -- shapes ---------------------------------------------------------------------------------------

def _square(c: Any, shape: Any) -> Any:
    shape = c.with_rank_at_least(shape, 2)
    if shape is None:
        return None
    side = c.merge(shape[-2], shape[-1])
    return (*shape[:-2], side, side)


@MatrixInverse.shape
@Cholesky.shape
def square_shape(c: Any) -> None:
    c.set_output(0, _square(c, c.input(0)))


@MatrixDeterminant.shape
@LogMatrixDeterminant.shape
def determinant_shape(c: Any) -> None:
    shape = c.with_rank_at_least(c.input(0), 2)
    if shape is None:
        return
    c.merge(shape[-1], shape[-2])
    for index in range(c.num_outputs):
        c.set_output(index, shape[:-2])


def solve_shape(c: Any, is_square: bool) -> None:
    """matrix [..., m, n], rhs [..., m, k] -> [..., n, k]."""
    matrix, rhs = c.input(0), c.with_rank_at_least(c.input(1), 2)
    matrix = _square(c, matrix) if is_square else c.with_rank_at_least(matrix, 2)
    if matrix is None or rhs is None:
        return
    c.merge(matrix[-2], rhs[-2])
    stack = c.merge_shapes(matrix[:-2], rhs[:-2])
    c.set_output(0, (*stack, matrix[-1], rhs[-1]))


@MatrixSolve.shape
@MatrixTriangularSolve.shape
def matrix_solve_shape(c: Any) -> None:
    solve_shape(c, True)


@MatrixSolveLs.shape
def matrix_solve_ls_shape(c: Any) -> None:
    c.with_rank(c.input(2), 0)
    solve_shape(c, False)


def _least(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else min(a, b)


@Qr.shape
def qr_shape(c: Any) -> None:
    shape = c.with_rank_at_least(c.input(0), 2)
    if shape is None:
        return
    *stack, m, n = shape
    inner = m if c.attrs["full_matrices"] else _least(m, n)
    c.set_outputs((*stack, m, inner), (*stack, inner, n))


@Svd.shape
def svd_shape(c: Any) -> None:
    shape = c.with_rank_at_least(c.input(0), 2)
    if shape is None:
        return
    *stack, m, n = shape
    p = _least(m, n)
    if not c.attrs["compute_uv"]:
        c.set_outputs((*stack, p), (0,), (0,))
    elif c.attrs["full_matrices"]:
        c.set_outputs((*stack, p), (*stack, m, m), (*stack, n, n))
    else:
        c.set_outputs((*stack, p), (*stack, m, p), (*stack, n, p))


@SelfAdjointEigV2.shape
def self_adjoint_eig_shape(c: Any) -> None:
    shape = _square(c, c.input(0))
    values = None if shape is None else shape[:-1]
    c.set_outputs(values, shape if c.attrs["compute_v"] else (0,))


@Cross.shape
def cross_shape(c: Any) -> None:
    a, b = c.with_rank_at_least(c.input(0), 1), c.with_rank_at_least(c.input(1), 1)
    for shape in (a, b):
        if shape is not None:
            c.with_value(shape[-1], 3)
    c.set_output(0, c.merge_shapes(a, b))


# -- kernels --------------------------------------------------------------------------------------

def _adjoint(x: Any, xp: Any, dtype: dtypes.DType) -> Any:
    swapped = xp.matrix_transpose(x)
    return xp.conj(swapped) if dtype.is_complex else swapped


def _wide(x: Any, dtype: dtypes.DType) -> Any:
    return x.astype(np.float32) if dtype is dtypes.float16 else x  # half: on NumPy only


def _as(dtype: dtypes.DType, x: Any, xp: Any) -> Any:
    """`x` in the dtype of the input, which half and complex matrices' real results haven't."""
    if xp is np:
        return x.astype(dtype.as_numpy_dtype)
    return xp.astype(x, library_dtype(xp, dtype), copy=False)


def _linalg_errors(xp: Any) -> tuple[type[Exception], ...]:
    """What the library raises for singular matrices."""
    return (np.linalg.LinAlgError, getattr(xp.linalg, "LinAlgError", np.linalg.LinAlgError))


_LHS_NOT_SQUARE = "First input (lhs) must be a square matrix."


def _check_square(matrix: Any, text: str = "Input matrix must be square.") -> None:
    if matrix.shape[-2] != matrix.shape[-1]:
        raise errors.InvalidArgumentError(None, None, text)


@MatrixDeterminant.kernel()
def matrix_determinant_kernel(input, *, xp, T):
    _check_square(input)
    return _as(T, xp.linalg.det(_wide(input, T)), xp)


@LogMatrixDeterminant.kernel()
def log_matrix_determinant_kernel(input, *, xp, T):
    _check_square(input)
    sign, logdet = xp.linalg.slogdet(_wide(input, T))
    return _as(T, sign, xp), _as(T, logdet, xp)


@MatrixInverse.kernel()
def matrix_inverse_kernel(input, *, xp, adjoint, T):
    _check_square(input)
    matrix = _adjoint(input, xp, T) if adjoint else input
    try:
        return _as(T, xp.linalg.inv(_wide(matrix, T)), xp)
    except _linalg_errors(xp):
        raise errors.InvalidArgumentError(None, None, "Input is not invertible.") from None


@Cholesky.kernel()
def cholesky_kernel(input, *, xp, T):
    _check_square(input)
    try:
        return _as(T, xp.linalg.cholesky(_wide(input, T)), xp)
    except _linalg_errors(xp):
        raise errors.InvalidArgumentError(
            None, None, "Cholesky decomposition was not successful. The input might not be valid."
        ) from None


@MatrixSolve.kernel()
def matrix_solve_kernel(matrix, rhs, *, xp, adjoint, T):
    _check_square(matrix, _LHS_NOT_SQUARE)
    check_rows(matrix, rhs)
    matrix = _adjoint(matrix, xp, T) if adjoint else matrix
    try:
        return _as(T, xp.linalg.solve(_wide(matrix, T), _wide(rhs, T)), xp)
    except _linalg_errors(xp):
        raise errors.InvalidArgumentError(None, None, "Input matrix is not invertible.") from None


def check_rows(matrix: Any, rhs: Any) -> None:
    """Raises: tf.errors.InvalidArgumentError unless both have the same number of rows."""
    if matrix.shape[-2] != rhs.shape[-2]:
        raise errors.InvalidArgumentError(
            None, None, "Input matrix and rhs are incompatible.")


def check_triangle(matrix: Any, rhs: Any, xp: Any) -> None:
    """Raises: tf.errors.InvalidArgumentError unless a triangle of `matrix` can be solved."""
    _check_square(matrix, _LHS_NOT_SQUARE)
    check_rows(matrix, rhs)
    if xp.any(xp.linalg.diagonal(matrix) == 0):
        raise errors.InvalidArgumentError(None, None, "Input matrix is not invertible.")


@MatrixTriangularSolve.kernel()
def matrix_triangular_solve_kernel(matrix, rhs, *, xp, lower, adjoint, T):
    check_triangle(matrix, rhs, xp)
    triangle = (xp.tril if lower else xp.triu)(_wide(matrix, T))
    triangle = _adjoint(triangle, xp, T) if adjoint else triangle
    return _as(T, xp.linalg.solve(triangle, _wide(rhs, T)), xp)


@MatrixSolveLs.kernel("numpy")
def matrix_solve_ls_kernel(matrix, rhs, l2_regularizer, *, fast, T):
    check_rows(matrix, rhs)
    a, b = _wide(matrix, T), _wide(rhs, T)
    if l2_regularizer == 0:
        return (np.linalg.pinv(a) @ b).astype(matrix.dtype)
    adjoint = _adjoint(a, np, T)
    gram = adjoint @ a
    gram = gram + np.asarray(l2_regularizer, a.real.dtype) * np.eye(gram.shape[-1], dtype=a.dtype)
    return np.linalg.solve(gram, adjoint @ b).astype(matrix.dtype)


@Qr.kernel("numpy")
def qr_kernel(input, *, full_matrices, T):
    q, r = np.linalg.qr(_wide(input, T), mode="complete" if full_matrices else "reduced")
    return q.astype(input.dtype), r.astype(input.dtype)


@Svd.kernel()
def svd_kernel(input, *, xp, compute_uv, full_matrices, T):
    matrix = _wide(input, T)
    if not compute_uv:
        nothing = xp.zeros((0,), dtype=input.dtype)
        return _as(T, xp.linalg.svdvals(matrix), xp), nothing, nothing
    u, s, vh = xp.linalg.svd(matrix, full_matrices=full_matrices)
    return _as(T, s, xp), _as(T, u, xp), _as(T, _adjoint(vh, xp, T), xp)


@SelfAdjointEigV2.kernel()
def self_adjoint_eig_kernel(input, *, xp, compute_v, T):
    matrix = _wide(input, T)
    if not compute_v:
        return _as(T, xp.linalg.eigvalsh(matrix), xp), xp.zeros((0,), dtype=input.dtype)
    e, v = xp.linalg.eigh(matrix)
    return _as(T, e, xp), _as(T, v, xp)


@Cross.kernel("numpy")
def cross_numpy_kernel(a, b):
    return np.cross(a, b).astype(a.dtype)


@Cross.kernel()
def cross_kernel(a, b, *, xp):
    return xp.linalg.cross(a, b, axis=-1)


@Cross.gradient
def cross_gradient(op: Any, grad: Any) -> Any:
    u, v = op.inputs
    return cross(v, grad), cross(grad, u)
