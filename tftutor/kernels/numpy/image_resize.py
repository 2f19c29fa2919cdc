"""Kernels that resize: rows and columns are resampled one after the other.

Along one axis every output pixel is a weighted sum of a few input pixels, its *taps*: a table of
positions and one of weights, [taps, out]. The gradient sends each output's share back along them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import dims_text
from tftutor.ops.image_resize import (
    ResizeArea,
    ResizeBicubic,
    ResizeBicubicGrad,
    ResizeBilinear,
    ResizeBilinearGrad,
    ResizeNearestNeighbor,
    ResizeNearestNeighborGrad,
)

_F = np.float32
_STEPS = 1024  # TF rounds the distances of bicubic resizing to 1/1024 of a pixel


class Taps(NamedTuple):
    """Input positions and their weights for each output pixel of one axis: [taps, out]."""

    places: np.ndarray
    weights: np.ndarray


def scale_of(source: int, target: int, align_corners: bool) -> np.float32:
    """How many input pixels one output pixel covers."""
    if align_corners and target > 1:
        return _F(source - 1) / _F(target - 1)
    return _F(source) / _F(target)


def _positions(source: int, target: int, align_corners: bool, centers: bool) -> np.ndarray:
    x = np.arange(target, dtype=_F)
    scale = scale_of(source, target, align_corners)
    return (x + _F(0.5)) * scale - _F(0.5) if centers else x * scale


def nearest(source: int, target: int, align_corners: bool, centers: bool) -> np.ndarray:
    """The input pixel that each output pixel shows."""
    x = np.arange(target, dtype=_F)
    x = (x + _F(0.5) if centers else x) * scale_of(source, target, align_corners)
    # Halves are rounded up, as C's roundf does for positive numbers.
    places = np.floor(x + _F(0.5)) if align_corners else np.floor(x)
    return np.clip(places.astype(np.int64), 0, source - 1)


def linear_taps(source: int, target: int, align_corners: bool, centers: bool) -> Taps:
    """The pixels to the left and right of each position."""
    x = _positions(source, target, align_corners, centers)
    whole = np.floor(x)
    lower = np.maximum(whole.astype(np.int64), 0)
    upper = np.minimum(np.ceil(x).astype(np.int64), source - 1)
    lerp = x - whole
    return Taps(np.stack([lower, upper]), np.stack([1 - lerp, lerp]))


def cubic_taps(source: int, target: int, align_corners: bool, centers: bool) -> Taps:
    """Two pixels on either side of each position, weighted by Keys' cubic kernel."""
    a = -0.5 if centers else -0.75
    x = _positions(source, target, align_corners, centers)
    whole = np.floor(x) if centers else np.trunc(x)
    step = np.rint((x - whole) * _F(_STEPS)) / _STEPS
    near = [((a + 2) * d - (a + 3)) * d * d + 1 for d in (step, 1 - step)]
    far = [((a * d - 5 * a) * d + 8 * a) * d - 4 * a for d in (step + 1, 2 - step)]
    weights = np.stack([far[0], near[0], near[1], far[1]]).astype(_F)
    wanted = whole.astype(np.int64) + np.arange(-1, 3)[:, None]
    places = np.clip(wanted, 0, source - 1)
    if centers:  # pixels outside the image don't count
        weights = np.where(places == wanted, weights, 0)
        weights = weights / weights.sum(axis=0)
    return Taps(places, weights.astype(_F))


def area_taps(source: int, target: int, align_corners: bool) -> Taps:
    """The pixels that each output pixel covers, weighted by the part covered."""
    scale = scale_of(source, target, align_corners)
    start = np.arange(target, dtype=_F) * scale
    stop = np.arange(1, target + 1, dtype=_F) * scale
    first = np.floor(start).astype(np.int64)
    count = int(np.max(np.ceil(stop).astype(np.int64) - first))
    pixels = first + np.arange(count)[:, None]
    covered = np.minimum(pixels + 1, stop) - np.maximum(pixels, start)
    return Taps(np.clip(pixels, 0, source - 1), (np.maximum(covered, 0) / scale).astype(_F))


# -- along one axis -------------------------------------------------------------------------------

def _column(weights: np.ndarray, axis: int, ndim: int) -> np.ndarray:
    return weights.reshape((-1,) + (1,) * (ndim - axis - 1))


def resample(x: np.ndarray, axis: int, taps: Taps) -> np.ndarray:
    """Weighted sums along an axis of a float array."""
    total = 0
    for places, weights in zip(*taps, strict=True):
        total = total + np.take(x, places, axis=axis) * _column(weights, axis, x.ndim)
    return total  # type: ignore[return-value]


def _lerp(x: np.ndarray, axis: int, taps: Taps) -> np.ndarray:
    """`resample` of two taps in TF's order of rounding."""
    low, high = (np.take(x, places, axis=axis) for places in taps.places)
    return low + (high - low) * _column(taps.weights[1], axis, x.ndim)


def spread(grad: np.ndarray, axis: int, taps: Taps, source: int) -> np.ndarray:
    """The transpose of `resample`: each share is added where the tap came from."""
    rows = np.moveaxis(grad, axis, 0)
    out = np.zeros((source, *rows.shape[1:]), grad.dtype)
    for places, weights in zip(*taps, strict=True):
        np.add.at(out, places, rows * _column(weights, 0, rows.ndim).astype(grad.dtype))
    return np.moveaxis(out, 0, axis)


# -- kernels --------------------------------------------------------------------------------------

def checked_size(images: Any, size: Any) -> tuple[int, int]:
    """The rows and columns asked for. Raises: tf.errors.InvalidArgumentError."""
    if images.ndim != 4:
        raise errors.InvalidArgumentError(
            None, None, f"input must be 4-dimensional{dims_text(images.shape)}")
    if np.shape(size) != (2,):
        raise errors.InvalidArgumentError(
            None, None, f"shape_t must have two elements{dims_text(np.shape(size))}")
    rows, cols = (int(s) for s in size)
    if rows <= 0 or cols <= 0:
        raise errors.InvalidArgumentError(None, None, "output dimensions must be positive")
    if min(images.shape[1:3]) <= 0:
        raise errors.InvalidArgumentError(
            None, None, "input image must be of non-zero size")
    return rows, cols


@ResizeBilinear.kernel("numpy")
def resize_bilinear_kernel(images, size, *, align_corners, half_pixel_centers):
    rows, cols = checked_size(images, size)
    out = images.astype(_F)
    if (rows, cols) == images.shape[1:3]:
        return out
    out = _lerp(out, 2, linear_taps(images.shape[2], cols, align_corners, half_pixel_centers))
    return _lerp(out, 1, linear_taps(images.shape[1], rows, align_corners, half_pixel_centers))


@ResizeBicubic.kernel("numpy")
def resize_bicubic_kernel(images, size, *, align_corners, half_pixel_centers):
    rows, cols = checked_size(images, size)
    out = images.astype(_F)
    out = resample(out, 2, cubic_taps(images.shape[2], cols, align_corners, half_pixel_centers))
    return resample(out, 1, cubic_taps(images.shape[1], rows, align_corners, half_pixel_centers))


@ResizeArea.kernel("numpy")
def resize_area_kernel(images, size, *, align_corners):
    rows, cols = checked_size(images, size)
    out = resample(images.astype(_F), 2, area_taps(images.shape[2], cols, align_corners))
    return resample(out, 1, area_taps(images.shape[1], rows, align_corners))


@ResizeNearestNeighbor.kernel("numpy")
def resize_nearest_neighbor_kernel(images, size, *, align_corners, half_pixel_centers):
    rows, cols = checked_size(images, size)
    ys = nearest(images.shape[1], rows, align_corners, half_pixel_centers)
    xs = nearest(images.shape[2], cols, align_corners, half_pixel_centers)
    return np.take(np.take(images, ys, axis=1), xs, axis=2)


def _back(taps: Any, grads: Any, original: Any, align_corners: bool, centers: bool) -> Any:
    out = grads.astype(original.dtype)
    for axis in (1, 2):
        source = original.shape[axis]
        out = spread(out, axis, taps(source, grads.shape[axis], align_corners, centers), source)
    return np.ascontiguousarray(out)


@ResizeBilinearGrad.kernel("numpy")
def resize_bilinear_grad_kernel(grads, original_image, *, align_corners, half_pixel_centers):
    return _back(linear_taps, grads, original_image, align_corners, half_pixel_centers)


@ResizeBicubicGrad.kernel("numpy")
def resize_bicubic_grad_kernel(grads, original_image, *, align_corners, half_pixel_centers):
    return _back(cubic_taps, grads, original_image, align_corners, half_pixel_centers)


@ResizeNearestNeighborGrad.kernel("numpy")
def resize_nearest_neighbor_grad_kernel(grads, size, *, align_corners, half_pixel_centers):
    rows, cols = checked_size(grads, size)
    out = grads
    for axis, source in ((1, rows), (2, cols)):
        places = nearest(source, grads.shape[axis], align_corners, half_pixel_centers)
        taps = Taps(places[None], np.ones((1, len(places)), np.int8))
        out = spread(out, axis, taps, source)
    return np.ascontiguousarray(out)
