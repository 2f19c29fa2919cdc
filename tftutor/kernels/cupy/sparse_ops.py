"""SparseTensorDenseMatMul on CuPy."""

from __future__ import annotations

from tftutor.kernels.cupy.scatter_rows import add_rows
from tftutor.ops.sparse_ops import SparseTensorDenseMatMul, sparse_matmul_kernel_with

SparseTensorDenseMatMul.kernel("cupy")(sparse_matmul_kernel_with(add_rows))
