"""Linear algebra on CuPy: the generic kernels, told to raise for singular matrices.

By itself CuPy fills the result with NaN, for it would have to wait for the device to know.
"""

from __future__ import annotations

from tftutor.framework.op_def import OpDef
from tftutor.ops.linalg import Cholesky, MatrixInverse, MatrixSolve


def _register(op_def: OpDef) -> None:
    generic = op_def.kernel_fn
    assert generic is not None

    def kernel(*values, **keywords):
        import cupyx

        with cupyx.errstate(linalg="raise"):
            return generic(*values, **keywords)

    op_def.library_kernels["cupy"] = (kernel, op_def.kernel_params)  # it asks for the same


for _op_def in (Cholesky, MatrixInverse, MatrixSolve):
    _register(_op_def)
