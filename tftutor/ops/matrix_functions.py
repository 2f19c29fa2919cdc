"""Lu, MatrixSquareRoot and MatrixLogarithm of stacks of square matrices.

NumPy has none of them. Lu is the textbook elimination with row exchanges. Roots and logarithms act
on the eigenvalues where the eigenvectors are a good basis, else by Denman-Beavers iteration.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.array_library import library_dtype
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.op_def import OpDef

_T = "T: {double, float, half, complex64, complex128}"
Lu = OpDef("Lu", inputs=("input: T",), outputs=("lu: T", "p: output_idx_type"),
           attrs=("output_idx_type: {int32, int64} = DT_INT32", _T))
MatrixSquareRoot = OpDef("MatrixSquareRoot", inputs=("input: T",), outputs=("output: T",),
                         attrs=(_T,))
MatrixLogarithm = OpDef("MatrixLogarithm", inputs=("input: T",), outputs=("output: T",),
                        attrs=("T: {complex64, complex128}",))

# Eigenvectors with a larger condition number than this don't serve as a basis.
_WELL_CONDITIONED = 1e6


@tf_export("linalg.lu")
def lu(input: Any, output_idx_type: Any = dtypes.int32, name: str | None = None) -> Any:
    """Factors of a matrix with its rows exchanged: (lu, p) with L U = input[p].

    `lu` holds U on and above the diagonal and L, whose diagonal is 1, below.
    Shapes: [..., n, n] -> [..., n, n] and [..., n].
    Raises: tf.errors.InvalidArgumentError for a singular matrix.
    Source: TF 1.15 docs, tf.linalg.lu.
    """
    return Lu(input, output_idx_type=output_idx_type, name=name)


@tf_export("linalg.sqrtm", "matrix_square_root")
def matrix_square_root(input: Any, name: str | None = None) -> Any:
    """The principal square root: sqrtm(A) sqrtm(A) = A. Source: TF 1.15 docs, tf.linalg.sqrtm."""
    return MatrixSquareRoot(input, name=name)


@tf_export("linalg.logm")
def matrix_logarithm(input: Any, name: str | None = None) -> Any:
    """The principal logarithm of complex matrices: expm(logm(A)) = A.

    Source: TF 1.15 docs, tf.linalg.logm.
    """
    return MatrixLogarithm(input, name=name)


def _square(c: Any) -> Any:
    shape = c.with_rank_at_least(c.input(0), 2)
    if shape is None:
        return None
    size = c.merge(shape[-2], shape[-1])
    return (*shape[:-2], size, size)


@MatrixSquareRoot.shape
@MatrixLogarithm.shape
def same_square_shape(c: Any) -> None:
    c.set_output(0, _square(c))


@Lu.shape
def lu_shape(c: Any) -> None:
    shape = _square(c)
    c.set_outputs(shape, None if shape is None else shape[:-1])


Lu.not_differentiable("TF 1.15 defines no gradient for it")
MatrixLogarithm.not_differentiable("TF 1.15 defines no gradient for it")


@MatrixSquareRoot.gradient
def matrix_square_root_gradient(op: Any, grad: Any) -> Any:
    """Solve dA = R dR + dR R for dR: a linear system over all n * n elements of dR."""
    root = op.outputs[0]
    reshape, transpose = exported("reshape"), exported("linalg.transpose")
    shape = exported("shape")(root)
    n = shape[-1]
    eye = exported("eye")(n, dtype=root.dtype)
    expand = exported("expand_dims")
    size = exported("stack")([n * n, n * n])
    full = exported("concat")([shape[:-2], size], 0)

    def kronecker(a: Any, b: Any) -> Any:
        product = expand(expand(a, -1), -3) * expand(expand(b, -2), -4)
        return reshape(product, full)

    root_t = transpose(root, conjugate=True)
    batched_eye = eye + exported("zeros_like")(root)
    system = kronecker(root_t, batched_eye) + kronecker(batched_eye, transpose(root_t))
    flat = exported("concat")([shape[:-2], exported("stack")([n * n, 1])], 0)
    solved = exported("linalg.solve")(system, reshape(grad, flat))
    return reshape(solved, shape)


# -- kernels --------------------------------------------------------------------------------------

def _each_matrix(function: Callable[[Any], Any], stack: np.ndarray) -> list[Any]:
    size = stack.shape[-1]
    return [function(matrix) for matrix in stack.reshape(-1, size, size)]


def _eliminated(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian elimination; the row with the largest leading item comes first."""
    a = matrix.copy()
    order = np.arange(len(a))
    for k in range(len(a)):
        pivot = k + int(np.argmax(np.abs(a[k:, k])))
        if a[pivot, k] == 0:
            raise errors.InvalidArgumentError(None, None, "Input is not invertible.")
        if pivot != k:
            a[[k, pivot]], order[[k, pivot]] = a[[pivot, k]], order[[pivot, k]]
        a[k + 1:, k] /= a[k, k]
        a[k + 1:, k + 1:] -= np.outer(a[k + 1:, k], a[k, k + 1:])
    return a, order


@Lu.kernel("numpy")
def lu_numpy_kernel(input, *, output_idx_type):
    wide = input.astype(np.float32) if input.dtype == np.float16 else input
    found = _each_matrix(_eliminated, wide)
    index = output_idx_type.as_numpy_dtype
    factors = np.array([a for a, _ in found], input.dtype).reshape(input.shape)
    return factors, np.array([p for _, p in found], index).reshape(input.shape[:-1])


@Lu.kernel()
def lu_kernel(input, *, xp, output_idx_type):
    """The same elimination with arrays that aren't written to, for all matrices at once."""
    size, shape = input.shape[-1], tuple(input.shape)
    a = xp.reshape(input, (-1, size, size))
    numbers = xp.arange(size)
    row, column = xp.expand_dims(numbers, axis=1), xp.expand_dims(numbers, axis=0)
    order = xp.broadcast_to(column, (a.shape[0], size))
    for k in range(size):
        pivot = k + xp.argmax(xp.abs(a[:, k:, k]), axis=1, keepdims=True)
        exchanged = xp.where(column == k, pivot, xp.where(column == pivot, k, column))
        order = xp.take_along_axis(order, exchanged, axis=1)
        rows = xp.broadcast_to(xp.expand_dims(exchanged, axis=2), a.shape)
        a = xp.take_along_axis(a, rows, axis=1)
        if xp.any(a[:, k, k] == 0):
            raise errors.InvalidArgumentError(None, None, "Input is not invertible.")
        factors = a[:, :, k:k + 1] / a[:, k:k + 1, k:k + 1]
        rest = xp.where(column > k, a - factors * a[:, k:k + 1, :], factors)
        a = xp.where((row > k) & (column >= k), rest, a)
    order = xp.reshape(xp.astype(order, library_dtype(xp, output_idx_type)), shape[:-1])
    return xp.reshape(a, shape), order


def _by_iteration(matrix: np.ndarray) -> np.ndarray:
    """The square root, by Denman and Beavers: Y and Z run to A^(1/2) and A^(-1/2)."""
    y, z = matrix, np.eye(len(matrix), dtype=matrix.dtype)
    for _ in range(60):
        following = (y + np.linalg.inv(z)) / 2
        z = (z + np.linalg.inv(y)) / 2
        change, y = np.abs(following - y).max(), following
        if change <= 1e-15 * np.abs(y).max():
            break
    return y


def _root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eig(matrix)
    if np.linalg.cond(vectors) < _WELL_CONDITIONED:
        return vectors * np.sqrt(values) @ np.linalg.inv(vectors)
    return _by_iteration(matrix)


def _logarithm(matrix: np.ndarray) -> np.ndarray:
    """log(A) = 2^k log(A^(1/2^k)); close to I the integral of its derivative is a short sum."""
    values, vectors = np.linalg.eig(matrix)
    if np.linalg.cond(vectors) < _WELL_CONDITIONED:
        return vectors * np.log(values) @ np.linalg.inv(vectors)
    eye, halvings = np.eye(len(matrix)), 0
    while np.linalg.norm(matrix - eye) > 0.25 and halvings < 60:
        matrix, halvings = _by_iteration(matrix), halvings + 1
    points, weights = np.polynomial.legendre.leggauss(12)
    rest = matrix - eye
    total = np.zeros_like(rest)
    for x, w in zip(points, weights, strict=True):
        total = total + w / 2 * np.linalg.solve(eye + (x + 1) / 2 * rest, rest)
    return 2.0 ** halvings * total


def _applied(function: Callable[[Any], Any], input: np.ndarray) -> np.ndarray:
    found = np.array(_each_matrix(function, input.astype(np.complex128)))
    found = found.reshape(input.shape)
    return (found if input.dtype.kind == "c" else found.real).astype(input.dtype)


@MatrixSquareRoot.kernel("numpy")
def matrix_square_root_kernel(input):
    return _applied(_root, input)


@MatrixLogarithm.kernel("numpy")
def matrix_logarithm_kernel(input):
    return _applied(_logarithm, input)
