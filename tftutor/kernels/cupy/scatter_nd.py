"""ScatterNd and the tensor_scatter_* ops on CuPy."""

from __future__ import annotations

from tftutor.kernels.cupy.scatter_rows import add_rows, set_rows, subtract_rows
from tftutor.ops.scatter_nd import (
    ScatterNd,
    TensorScatterAdd,
    TensorScatterSub,
    TensorScatterUpdate,
    scatter_nd_kernel_with,
    tensor_scatter_kernel_with,
)

ScatterNd.kernel("cupy")(scatter_nd_kernel_with(add_rows))
TensorScatterUpdate.kernel("cupy")(tensor_scatter_kernel_with(set_rows))
TensorScatterAdd.kernel("cupy")(tensor_scatter_kernel_with(add_rows))
TensorScatterSub.kernel("cupy")(tensor_scatter_kernel_with(subtract_rows))
