"""Lu on CuPy, which factors one matrix at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.ops.matrix_functions import Lu


def order_of(pivots: Any) -> np.ndarray:
    """The order of rows that exchanging row i with row pivots[i], one after the other, leads to."""
    order = np.arange(len(pivots))
    for row, other in enumerate(pivots):
        order[[row, other]] = order[[other, row]]
    return order


@Lu.kernel("cupy")
def lu_kernel(input, *, xp, output_idx_type):
    import cupyx.scipy.linalg

    size = input.shape[-1]
    factors, orders = xp.empty_like(input), []
    for index in np.ndindex(*input.shape[:-2]):
        one, pivots = cupyx.scipy.linalg.lu_factor(input[index])
        if xp.any(xp.linalg.diagonal(one) == 0):
            raise errors.InvalidArgumentError(None, None, "Input is not invertible.")
        factors[index] = one
        orders.append(order_of(pivots.get()))
    order = np.array(orders, output_idx_type.as_numpy_dtype).reshape(*input.shape[:-2], size)
    return factors, xp.asarray(order)
