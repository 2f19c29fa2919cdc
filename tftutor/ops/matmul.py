"""Matrix multiplication: MatMul for matrices, BatchMatMulV2 for stacks of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends import blas
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import broadcast
from tftutor.ops.broadcast_gradient import BroadcastGradientArgs
from tftutor.platform.tf_logging import warn_deprecated_once

_T = "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}"

MatMul = OpDef("MatMul", inputs=("a: T", "b: T"), outputs=("product: T",),
               attrs=("transpose_a: bool = false", "transpose_b: bool = false", _T))
BatchMatMul = OpDef("BatchMatMul", inputs=("x: T", "y: T"), outputs=("output: T",),
                    attrs=(_T, "adj_x: bool = false", "adj_y: bool = false"),
                    doc="Products of two stacks of matrices of one shape.")
BatchMatMulV2 = OpDef("BatchMatMulV2", inputs=("x: T", "y: T"), outputs=("output: T",),
                      attrs=(_T, "adj_x: bool = false", "adj_y: bool = false"),
                      doc="Products of two stacks of matrices whose stack shapes broadcast.")
SparseMatMul = OpDef(
    "SparseMatMul", inputs=("a: Ta", "b: Tb"), outputs=("product: float",),
    attrs=("transpose_a: bool = false", "transpose_b: bool = false", "a_is_sparse: bool = false",
           "b_is_sparse: bool = false", "Ta: {float, bfloat16} = DT_FLOAT",
           "Tb: {float, bfloat16} = DT_FLOAT"))


@tf_export("matmul", "linalg.matmul")
def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False,
           adjoint_a: bool = False, adjoint_b: bool = False, a_is_sparse: bool = False,
           b_is_sparse: bool = False, name: str | None = None) -> Tensor:
    """Multiply matrices: product[..., m, n] = sum over k of a[..., m, k] * b[..., k, n].

    Shapes: a [m, k], b [k, n] -> [m, n]; with more dimensions, stacks of such matrices whose
    leading dimensions broadcast. A transposed (or adjoint) input is read the other way.

    A stack times a single matrix is refused, as TF up to 1.13 did: `tf.tensordot`, `tf.einsum` or
    a reshape say what is meant.

    Raises: ValueError when a rank is too small, when the ranks differ and one is 2, or when the
    two k differ. Source: TF 1.15 docs, tf.linalg.matmul.
    """
    with name_scope(name, "MatMul", [a, b]) as scope:
        if transpose_a and adjoint_a:
            raise ValueError("Only one of transpose_a and adjoint_a can be True.")
        if transpose_b and adjoint_b:
            raise ValueError("Only one of transpose_b and adjoint_b can be True.")
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        if not a_is_sparse and not b_is_sparse and _is_batch(a._rank(), b._rank()):
            if transpose_a:
                a, adjoint_a = exported("conj")(a), True
            if transpose_b:
                b, adjoint_b = exported("conj")(b), True
            return BatchMatMulV2(a, b, adj_x=adjoint_a, adj_y=adjoint_b, name=scope)
        if adjoint_a:
            a, transpose_a = exported("conj")(a), True
        if adjoint_b:
            b, transpose_b = exported("conj")(b), True
        if (a_is_sparse or b_is_sparse) and _takes_sparse(a) and _takes_sparse(b):
            return SparseMatMul(a, b, transpose_a=transpose_a, transpose_b=transpose_b,
                                a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse, name=scope)
        return MatMul(a, b, transpose_a=transpose_a, transpose_b=transpose_b, name=scope)


def _is_batch(a: int | None, b: int | None) -> bool:
    """Whether operands of these ranks make a BatchMatMulV2 node."""
    if a is not None and b is not None and a != b and 2 in (a, b):
        return False  # TF <= 1.13: MatMul, which says that ranks must be 2
    return a is None or a > 2 or b is None or b > 2


def _takes_sparse(x: Tensor) -> bool:
    return x.dtype.base_dtype in (dtypes.float32, dtypes.bfloat16)


@tf_export("batch_matmul")
def batch_matmul(x: Any, y: Any, adj_x: bool = False, adj_y: bool = False, name: str | None = None
                 ) -> Tensor:
    """Pre-1.0 name of tf.matmul for stacks of matrices. Source: TF 1.0 release notes."""
    warn_deprecated_once("tf.batch_matmul", "use tf.matmul")
    return BatchMatMul(x, y, adj_x=adj_x, adj_y=adj_y, name=name)


@tf_export("sparse_matmul")
def sparse_matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False,
                  a_is_sparse: bool = False, b_is_sparse: bool = False, name: str | None = None
                  ) -> Tensor:
    """Multiply matrices of which one holds many zeros. Source: TF 1.15 docs, tf.sparse_matmul."""
    return SparseMatMul(a, b, transpose_a=transpose_a, transpose_b=transpose_b,
                        a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse, name=name)


@tf_export("linalg.matvec")
def matvec(a: Any, b: Any, transpose_a: bool = False, adjoint_a: bool = False,
           a_is_sparse: bool = False, b_is_sparse: bool = False, name: str | None = None
           ) -> Tensor:
    """Matrix times vector: a [..., m, k], b [..., k] -> [..., m].

    Source: TF 1.15 docs, tf.linalg.matvec.
    """
    with name_scope(name, "MatVec", [a, b]):
        column = exported("expand_dims")(b, axis=-1)
        output = matmul(a, column, transpose_a=transpose_a, adjoint_a=adjoint_a,
                        a_is_sparse=a_is_sparse, b_is_sparse=b_is_sparse)
        return exported("squeeze")(output, axis=-1)


# -- shapes ---------------------------------------------------------------------------------------

@MatMul.shape
@SparseMatMul.shape
def matmul_shape(c: Any) -> None:
    a, b = c.with_rank(c.input(0), 2), c.with_rank(c.input(1), 2)
    t_a, t_b = c.attrs["transpose_a"], c.attrs["transpose_b"]
    c.merge(a[0] if t_a else a[1], b[1] if t_b else b[0])
    c.set_output(0, (a[1] if t_a else a[0], b[0] if t_b else b[1]))


def _batch_operands(c: Any) -> tuple[Any, Any, Any, Any]:
    """Stack shapes and (rows, columns) of both operands; None when a rank is unknown."""
    x, y = c.with_rank_at_least(c.input(0), 2), c.with_rank_at_least(c.input(1), 2)
    if x is None or y is None:
        return None, None, None, None
    rows_x, rows_y = x[-2:], y[-2:]
    if c.attrs["adj_x"]:
        rows_x = rows_x[::-1]
    if c.attrs["adj_y"]:
        rows_y = rows_y[::-1]
    return x[:-2], y[:-2], rows_x, rows_y


@BatchMatMul.shape
def batch_matmul_shape(c: Any) -> None:
    stack_x, stack_y, x, y = _batch_operands(c)
    if x is None:
        return
    c.merge(x[1], y[0])
    c.set_output(0, (*c.merge_shapes(stack_x, stack_y), x[0], y[1]))


@BatchMatMulV2.shape
def batch_matmul_v2_shape(c: Any) -> None:
    stack_x, stack_y, x, y = _batch_operands(c)
    if x is None:
        return
    try:
        stack: Any = broadcast(stack_x, stack_y)
    except ValueError as error:
        c.fail(str(error))
    c.merge(x[1], y[0])
    c.set_output(0, (*stack, x[0], y[1]))


# -- kernels --------------------------------------------------------------------------------------

def _check_inner(a: Any, b: Any, t_a: bool, t_b: bool) -> None:
    if a.ndim != 2 or b.ndim != 2:
        which, found = ("In[0]", a) if a.ndim != 2 else ("In[1]", b)
        raise errors.InvalidArgumentError(None, None, f"{which} is not a matrix. Instead it has "
                                                      f"shape {_dims(found)}")
    inner_a, inner_b = a.shape[0 if t_a else 1], b.shape[1 if t_b else 0]
    if inner_a != inner_b:
        raise errors.InvalidArgumentError(
            None, None, f"Matrix size-incompatible: In[0]: {_dims(a)}, In[1]: {_dims(b)}")


def _dims(x: Any) -> str:
    return "[" + ",".join(map(str, x.shape)) + "]"


@MatMul.kernel()
def matmul_kernel(a, b, *, xp, transpose_a, transpose_b):
    _check_inner(a, b, transpose_a, transpose_b)
    return xp.matmul(a.T if transpose_a else a, b.T if transpose_b else b)


@MatMul.bind
def bind_matmul(op: Any, xp: Any) -> Any:
    """BLAS with the least ado; np.dot's errors are told as TF tells them."""
    if xp is not np or not op._inputs[0].dtype.is_floating:
        return None
    t_a, t_b = op._attrs["transpose_a"], op._attrs["transpose_b"]
    small = op._inputs[0].dtype.size == 2  # NumPy multiplies half numbers without BLAS
    dot: Any = np.dot if small else blas.product

    def product(a: Any, b: Any) -> Any:
        try:
            return dot(a.T if t_a else a, b.T if t_b else b)
        except ValueError:
            _check_inner(a, b, t_a, t_b)
            raise

    def checked(a: Any, b: Any) -> Any:
        _check_inner(a, b, t_a, t_b)
        return dot(a.T if t_a else a, b.T if t_b else b)

    if any(t._shape is None for t in op._inputs):
        return checked
    return product


@SparseMatMul.kernel("numpy")
def sparse_matmul_kernel(a, b, *, transpose_a, transpose_b):
    _check_inner(a, b, transpose_a, transpose_b)
    a, b = a.astype(np.float32), b.astype(np.float32)
    return np.matmul(a.T if transpose_a else a, b.T if transpose_b else b)


def _adjoint(x: Any, xp: Any, is_complex: bool) -> Any:
    swapped = xp.matrix_transpose(x)
    return xp.conj(swapped) if is_complex else swapped


@BatchMatMul.kernel()
@BatchMatMulV2.kernel()
def batch_matmul_kernel(x, y, *, xp, adj_x, adj_y, T):
    for position, value in enumerate((x, y)):
        if value.ndim < 2:
            raise errors.InvalidArgumentError(
                None, None, f"In[{position}] ndims must be >= 2: {value.ndim}")
    a = _adjoint(x, xp, T.is_complex) if adj_x else x
    b = _adjoint(y, xp, T.is_complex) if adj_y else y
    if a.shape[-1] != b.shape[-2]:
        raise errors.InvalidArgumentError(
            None, None, f"In[0] mismatch In[1] shape: {a.shape[-1]} vs. {b.shape[-2]}: {_dims(x)} "
                        f"{_dims(y)} {int(adj_x)} {int(adj_y)}")
    return blas.stacked_product(a, b) if xp is np else xp.matmul(a, b)


# -- gradients ------------------------------------------------------------------------------------

@MatMul.gradient
def matmul_gradient(op: Any, grad: Any) -> Any:
    t_a, t_b = op._attrs["transpose_a"], op._attrs["transpose_b"]
    conj = exported("conj")
    a, b = conj(op.inputs[0]), conj(op.inputs[1])
    if not t_a and not t_b:
        return MatMul(grad, b, transpose_b=True), MatMul(a, grad, transpose_a=True)
    if not t_a:
        return MatMul(grad, b), MatMul(grad, a, transpose_a=True)
    if not t_b:
        return MatMul(b, grad, transpose_b=True), MatMul(a, grad)
    return (MatMul(b, grad, transpose_a=True, transpose_b=True),
            MatMul(grad, a, transpose_a=True, transpose_b=True))


@SparseMatMul.gradient
def sparse_matmul_gradient(op: Any, grad: Any) -> Any:
    t_a, t_b = op._attrs["transpose_a"], op._attrs["transpose_b"]
    a, b = op.inputs
    is_sparse = {a: op._attrs["a_is_sparse"], b: op._attrs["b_is_sparse"],
                 grad: grad.op.type == "ReluGrad"}

    def product(x: Any, y: Any, dtype: Any, transpose_x: bool = False, transpose_y: bool = False
                ) -> Any:
        sparse_x, sparse_y = is_sparse[x], is_sparse[y]
        if transpose_y:
            y = exported("transpose")(y)
        result = matmul(x, y, transpose_a=transpose_x, a_is_sparse=sparse_x, b_is_sparse=sparse_y)
        return exported("cast")(result, dtype)

    if not t_a and not t_b:
        return product(grad, b, a.dtype, False, True), product(a, grad, b.dtype, True)
    if not t_a:
        return product(grad, b, a.dtype), product(grad, a, b.dtype, True)
    if not t_b:
        return product(b, grad, a.dtype, False, True), product(a, grad, b.dtype)
    return product(b, grad, a.dtype, True, True), product(grad, a, b.dtype, True, True)


def _batch_gradients(op: Any, grad: Any) -> tuple[Any, Any]:
    x, y = op.inputs
    adj_x, adj_y = op._attrs["adj_x"], op._attrs["adj_y"]
    if not adj_x and not adj_y:
        return _batch(grad, y, False, True), _batch(x, grad, True, False)
    if not adj_x:
        return _batch(grad, y, False, False), _batch(grad, x, True, False)
    if not adj_y:
        return _batch(y, grad, False, True), _batch(x, grad, False, False)
    return _batch(y, grad, True, True), _batch(grad, x, True, True)


def _batch(x: Any, y: Any, adj_x: bool, adj_y: bool) -> Any:
    """tf.matmul, except that a stack times a matrix is meant here."""
    if _is_batch(x._rank(), y._rank()) or x._rank() == y._rank() == 2:
        return matmul(x, y, adjoint_a=adj_x, adjoint_b=adj_y)
    with name_scope(None, "MatMul", [x, y]) as scope:
        return BatchMatMulV2(x, y, adj_x=adj_x, adj_y=adj_y, name=scope)


@BatchMatMul.gradient
def batch_matmul_gradient(op: Any, grad: Any) -> Any:
    return _batch_gradients(op, grad)


@BatchMatMulV2.gradient
def batch_matmul_v2_gradient(op: Any, grad: Any) -> Any:
    grad_x, grad_y = _batch_gradients(op, grad)
    x, y = op.inputs
    if x._shape is not None and None not in x._shape and x._shape == y._shape:
        return grad_x, grad_y
    shape, reshape, reduce_sum = exported("shape"), exported("reshape"), exported("reduce_sum")
    sx, sy = shape(x), shape(y)
    rx, ry = BroadcastGradientArgs(sx[:-2], sy[:-2])
    return reshape(reduce_sum(grad_x, rx), sx), reshape(reduce_sum(grad_y, ry), sy)
