"""Index vectors as places in a flattened tensor, for libraries that compute on a GPU.

TensorFlow's GPU kernels don't refuse an index that is out of range: a gather gives zeros for it, a
scatter leaves it out. To refuse it, the host would have to wait for the GPU.
"""

from __future__ import annotations

import math
from typing import Any


def flat_places(indices: Any, dims: tuple[int, ...], xp: Any) -> tuple[Any, Any]:
    """Where index vectors [..., depth] point to, as a vector, and which of them are in range.

    `dims` are the sizes of the `depth` dimensions that the vectors index. A place is the number of
    the slice in row-major order; for a vector out of range it means nothing.
    """
    count = math.prod(indices.shape[:-1])
    vectors = xp.astype(xp.reshape(indices, (count, len(dims))), xp.int64)
    places = xp.zeros((count,), dtype=xp.int64)
    inside = xp.ones((count,), dtype=xp.bool)
    for axis, dim in enumerate(dims):
        index = vectors[:, axis]
        places = places * dim + index
        inside = inside & (index >= 0) & (index < dim)
    return places, inside


def taken_rows(rows: Any, places: Any, inside: Any, xp: Any) -> Any:
    """The rows of a matrix at `places`; zeros where a place isn't `inside`."""
    if not rows.shape[0]:
        return xp.zeros((places.shape[0], rows.shape[1]), dtype=rows.dtype)
    safe = xp.where(inside, places, xp.zeros_like(places))
    return xp.where(inside[:, None], xp.take(rows, safe, axis=0),
                    xp.zeros((), dtype=rows.dtype))


def kept_rows(places: Any, inside: Any, count: int, xp: Any) -> Any:
    """The places to scatter to in a matrix with a row to spare: that is where the others go."""
    return xp.where(inside, places, xp.full_like(places, count))
