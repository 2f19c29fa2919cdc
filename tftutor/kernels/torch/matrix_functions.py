"""Lu on PyTorch."""

from __future__ import annotations

import torch

from tftutor import errors
from tftutor.ops.matrix_functions import Lu


@Lu.kernel("torch")
def lu_kernel(input, *, output_idx_type):
    factors, pivots, info = torch.linalg.lu_factor_ex(input)
    if torch.any(info > 0):
        raise errors.InvalidArgumentError(None, None, "Input is not invertible.")
    rows, _, _ = torch.lu_unpack(factors, pivots, unpack_data=False)
    # rows[i, j] is 1 where row i of the input is row j of the product of the factors.
    order = torch.argmax(rows.real if rows.is_complex() else rows, dim=-2)
    return factors, order.to(getattr(torch, output_idx_type.name))
