"""ScatterNd and the tensor_scatter_* ops on torch."""

from __future__ import annotations

from tftutor.kernels.torch.scatter_rows import add_rows, set_rows, subtract_rows
from tftutor.ops.scatter_nd import (
    ScatterNd,
    TensorScatterAdd,
    TensorScatterSub,
    TensorScatterUpdate,
    scatter_nd_kernel_with,
    tensor_scatter_kernel_with,
)

ScatterNd.kernel("torch")(scatter_nd_kernel_with(add_rows))
TensorScatterUpdate.kernel("torch")(tensor_scatter_kernel_with(set_rows))
TensorScatterAdd.kernel("torch")(tensor_scatter_kernel_with(add_rows))
TensorScatterSub.kernel("torch")(tensor_scatter_kernel_with(subtract_rows))
