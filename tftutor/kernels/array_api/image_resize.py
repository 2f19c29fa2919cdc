"""Resizing on any array library: the tables of taps are NumPy's, made on the host.

The gradient of taking weighted sums along an axis is a product with the transposed weights: one
matrix [in, out] an axis, which needs no scatter.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.backends.host_copies import in_library
from tftutor.kernels.numpy.image_resize import Taps, checked_size, linear_taps, nearest
from tftutor.ops.image_resize import (
    ResizeBilinear,
    ResizeBilinearGrad,
    ResizeNearestNeighbor,
    ResizeNearestNeighborGrad,
)


def _mixed(images: Any, axis: int, taps: Taps, xp: Any) -> Any:
    """The two taps of each position, mixed in TF's order of rounding."""
    low, high = (xp.take(images, in_library(places, xp), axis=axis) for places in taps.places)
    part = in_library(taps.weights[1].reshape((-1,) + (1,) * (images.ndim - axis - 1)), xp)
    return low + (high - low) * part


def _spread(grads: Any, axis: int, taps: Taps, source: int, xp: Any) -> Any:
    """Each share of `grads` added up where its tap came from."""
    target = grads.shape[axis]
    matrix = np.zeros((target, source), np.float64)
    for places, weights in zip(*taps, strict=True):
        np.add.at(matrix, (np.arange(target), places), weights)
    weights = xp.astype(in_library(matrix, xp), grads.dtype)
    return xp.moveaxis(xp.tensordot(grads, weights, axes=((axis,), (0,))), -1, axis)


@ResizeBilinear.kernel()
def resize_bilinear_kernel(images, size, *, xp, align_corners, half_pixel_centers):
    rows, cols = checked_size(images, size)
    out = xp.astype(images, xp.float32)
    if (rows, cols) == tuple(images.shape[1:3]):
        return out
    for axis, target in ((2, cols), (1, rows)):
        taps = linear_taps(images.shape[axis], target, align_corners, half_pixel_centers)
        out = _mixed(out, axis, taps, xp)
    return out


@ResizeBilinearGrad.kernel()
def resize_bilinear_grad_kernel(grads, original_image, *, xp, align_corners, half_pixel_centers):
    out = xp.astype(grads, original_image.dtype)
    for axis in (1, 2):
        source = original_image.shape[axis]
        taps = linear_taps(source, grads.shape[axis], align_corners, half_pixel_centers)
        out = _spread(out, axis, taps, source, xp)
    return out


@ResizeNearestNeighbor.kernel()
def resize_nearest_neighbor_kernel(images, size, *, xp, align_corners, half_pixel_centers):
    out = images
    for axis, target in zip((1, 2), checked_size(images, size), strict=True):
        places = nearest(images.shape[axis], target, align_corners, half_pixel_centers)
        out = xp.take(out, in_library(places, xp), axis=axis)
    return out


@ResizeNearestNeighborGrad.kernel()
def resize_nearest_neighbor_grad_kernel(grads, size, *, xp, align_corners, half_pixel_centers):
    out = grads
    for axis, source in zip((1, 2), checked_size(grads, size), strict=True):
        places = nearest(source, grads.shape[axis], align_corners, half_pixel_centers)
        out = _spread(out, axis, Taps(places[None], np.ones((1, len(places)))), source, xp)
    return out
