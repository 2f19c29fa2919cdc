"""Convolutions on NumPy: patches of the image become the rows of one matrix product.

For a filter [*size, in, out] the columns matrix holds, for each output position, the patch under
the filter: [batch * positions, size * in]. Then (in floating-point operations almost for free)

    output         = columns @ filter
    filter's grad  = columns.T @ grad
    columns' grad  = grad @ filter.T, added up where patches overlap

One code serves two and three dimensions; NCHW goes through a transposed view.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided

from tftutor import errors
from tftutor.backends.blas import share_blas_work
from tftutor.backends.threads import local_buffer
from tftutor.kernels.convolution_kernels import register_convolutions
from tftutor.kernels.window_geometry import (
    conv_windows,
    filter_grad_windows,
    inner,
    input_grad_windows,
    room,
    taps,
)
from tftutor.ops.nn_window import Window, channel_axis, is_channels_first, spatial

# Elements of a columns matrix made at once: 2 MiB of float32 stay near a core from the copy
# to the product, and gives threads something to share.
_COLUMNS = 1 << 19
# The filter's gradient is summed up in this many shares, and in the order of their numbers: it
# doesn't depend on the number of threads.
_SHARES = 8
_SHARES_ELEMENTS = 1 << 22
# Below this many channels, patches are copied a row of pixels at a time rather than a channel.
_FEW_CHANNELS = 8


# -- geometry -------------------------------------------------------------------------------------

def channels_last(array: np.ndarray, data_format: str) -> np.ndarray:
    """A view of an activation array with the channels at the end."""
    return np.moveaxis(array, 1, -1) if is_channels_first(data_format) else array


def from_channels_last(array: np.ndarray, data_format: str) -> np.ndarray:
    """`array`, made with channels at the end, in the order of the data format."""
    if is_channels_first(data_format):
        return np.ascontiguousarray(np.moveaxis(array, -1, 1))
    return array


def padded(x: np.ndarray, windows: Sequence[Window], fill: float = 0) -> np.ndarray:
    """`x` [batch, *lengths, channels] with the windows' padding around, or `x` itself."""
    if not any(w.before or w.after for w in windows):
        return x
    shape = (x.shape[0], *(n + w.before + w.after
                           for n, w in zip(x.shape[1:-1], windows, strict=True)), x.shape[-1])
    result = np.full(shape, fill, x.dtype) if fill else np.zeros(shape, x.dtype)
    result[inner(x.shape[1:-1], windows)] = x
    return result


def patches(xp: np.ndarray, windows: Sequence[Window]) -> np.ndarray:
    """A view [batch, *positions, *sizes, channels] of a padded array: each window's content."""
    steps = xp.strides
    shape = (xp.shape[0], *(w.outputs for w in windows), *(w.size for w in windows), xp.shape[-1])
    strides = (steps[0], *(s * w.stride for s, w in zip(steps[1:-1], windows, strict=True)),
               *(s * w.dilation for s, w in zip(steps[1:-1], windows, strict=True)), steps[-1])
    return as_strided(xp, shape, strides, writeable=False)


def columns_of(view: np.ndarray, depth: int) -> np.ndarray:
    """The patches as a matrix [batch * positions, sizes * channels], in the thread's own buffer.

    With few channels the matrix is filled transposed: its long rows copy much faster, and the
    product takes either order.
    """
    rows = math.prod(view.shape[:1 + depth])
    width = math.prod(view.shape[1 + depth:])
    matrix = local_buffer(rows * width, view.dtype)
    if view.shape[-1] >= _FEW_CHANNELS or view.ndim - 2 == depth:
        np.copyto(matrix.reshape(view.shape), view)
        return matrix.reshape(rows, width)
    turned = view.transpose((*range(1 + depth, view.ndim), *range(1 + depth)))
    np.copyto(matrix.reshape(turned.shape), turned)
    return matrix.reshape(width, rows).T


def _bands(batch: int, positions: Sequence[int], width: int) -> list[tuple[slice, slice]]:
    """Images, and rows in them, whose columns (`width` elements a position) fit the cache."""
    row = width * math.prod(positions[1:])
    images = min(_COLUMNS // max(1, row * positions[0]), -(-batch // _SHARES))
    if images > 1 or row * positions[0] <= 2 * _COLUMNS:
        images = max(1, images)
        return [(slice(i, i + images), slice(None)) for i in range(0, batch, images)]
    rows = max(1, _COLUMNS // max(1, row))
    return [(slice(i, i + 1), slice(r, r + rows))
            for i in range(batch) for r in range(0, positions[0], rows)]


# -- the three products ---------------------------------------------------------------------------

def convolve(x: np.ndarray, kernel: np.ndarray, windows: Sequence[Window]) -> np.ndarray:
    """[batch, *lengths, in] with [*sizes, in, out] -> [batch, *positions, out]."""
    positions = tuple(w.outputs for w in windows)
    matrix = kernel.reshape(-1, kernel.shape[-1])
    result = np.empty((x.shape[0], *positions, kernel.shape[-1]), x.dtype)
    if result.size == 0:
        return result
    view = patches(padded(x, windows), windows)
    bands = _bands(x.shape[0], positions, matrix.shape[0])

    def work(index: int) -> None:
        band = bands[index]
        np.matmul(columns_of(view[band], len(windows)), matrix,
                  out=result[band].reshape(-1, matrix.shape[1]))

    share_blas_work(work, len(bands))
    return result


def convolve_filter_grad(x: np.ndarray, grad: np.ndarray, windows: Sequence[Window]
                         ) -> np.ndarray:
    """The gradient for the filter: [*sizes, in, out]."""
    view = patches(padded(x, windows), windows)
    shape = (*(w.size for w in windows), x.shape[-1], grad.shape[-1])
    if view.size == 0 or grad.size == 0:
        return np.zeros(shape, x.dtype)
    grad = np.ascontiguousarray(grad)
    bands = _bands(x.shape[0], grad.shape[1:-1], math.prod(shape[:-1]))
    shares = max(1, min(_SHARES, len(bands), _SHARES_ELEMENTS // math.prod(shape)))
    totals = np.empty((shares, math.prod(shape[:-1]), shape[-1]), x.dtype)

    def work(index: int) -> None:
        total, more = totals[index], None
        for band in bands[index * len(bands) // shares:(index + 1) * len(bands) // shares]:
            columns = columns_of(view[band], len(windows))
            rows = grad[band].reshape(columns.shape[0], -1)
            if more is None:
                np.matmul(columns.T, rows, out=total)
                more = np.empty_like(total)
            else:
                total += np.matmul(columns.T, rows, out=more)

    share_blas_work(work, shares)
    for share in totals[1:]:
        totals[0] += share
    return totals[0].reshape(shape)


def convolve_input_grad(lengths: Sequence[int], kernel: np.ndarray, grad: np.ndarray,
                        windows: Sequence[Window]) -> np.ndarray:
    """The gradient for the input: [batch, *lengths, in]."""
    if all(w.stride == 1 and w.before < w.span for w in windows) \
            and kernel.shape[-1] <= 2 * kernel.shape[-2]:
        return _input_grad_by_convolving(lengths, kernel, grad, windows)
    return _input_grad_by_scattering(lengths, kernel, grad, windows)


def _input_grad_by_convolving(lengths: Sequence[int], kernel: np.ndarray, grad: np.ndarray,
                              windows: Sequence[Window]) -> np.ndarray:
    """At stride 1: the gradient convolved with the filter turned round."""
    turned = np.flip(kernel, tuple(range(len(windows)))).swapaxes(-1, -2)
    back = [Window(w.size, 1, w.dilation, n, w.span - 1 - w.before,
                   n + w.before - w.outputs)
            for n, w in zip(lengths, windows, strict=True)]
    return convolve(grad, np.ascontiguousarray(turned), back)


def _input_grad_by_scattering(lengths: Sequence[int], kernel: np.ndarray, grad: np.ndarray,
                              windows: Sequence[Window]) -> np.ndarray:
    """Each position's share of the gradient, added to the places it came from."""
    depth = kernel.shape[-2]
    matrix = kernel.reshape(-1, kernel.shape[-1])
    result = np.zeros((grad.shape[0], *room(lengths, windows), depth), grad.dtype)
    places = taps(windows)
    grad = np.ascontiguousarray(grad)
    images = max(1, _COLUMNS // max(1, math.prod(grad.shape[1:-1]) * matrix.shape[0]))

    def work(index: int) -> None:
        part = slice(index * images, (index + 1) * images)
        rows = grad[part].reshape(-1, grad.shape[-1])
        target = result[part]
        outer = target.shape[:1] + grad.shape[1:-1]
        if depth < _FEW_CHANNELS:
            shares = np.moveaxis((matrix @ rows.T).reshape(len(places), depth, *outer), 1, -1)
        else:
            shares = np.moveaxis((rows @ matrix.T).reshape(*outer, len(places), depth), -2, 0)
        for place, share in zip(places, shares, strict=True):
            target[place] += share

    share_blas_work(work, -(-grad.shape[0] // images))
    return np.ascontiguousarray(result[inner(lengths, windows)])


# -- kernels --------------------------------------------------------------------------------------

def convolve_groups(x: np.ndarray, kernel: np.ndarray, windows: Sequence[Window]) -> np.ndarray:
    """`convolve` where the filter may be for groups of channels, each with filters of its own."""
    depth = kernel.shape[-2]
    groups = x.shape[-1] // depth if depth else 1
    if groups <= 1:
        return convolve(x, kernel, windows)
    each = kernel.shape[-1] // groups
    return np.concatenate([
        convolve(x[..., g * depth:(g + 1) * depth], kernel[..., g * each:(g + 1) * each], windows)
        for g in range(groups)], axis=-1)


def _convolution(x, kernel, strides, padding, data_format, dilations, explicit_paddings=()):
    windows = conv_windows(x.shape, kernel.shape, strides, padding, data_format, dilations,
                           explicit_paddings)
    x = channels_last(x, data_format)
    if len(strides) == 4 and x.shape[-1] != kernel.shape[-2]:
        raise errors.UnimplementedError(
            None, None, "The Conv2D op currently does not support grouped convolutions on the CPU. "
            "A grouped convolution was attempted to be run because the input depth of "
            f"{x.shape[-1]} does not match the filter input depth of {kernel.shape[-2]}")
    return from_channels_last(convolve_groups(x, kernel, windows), data_format)


def _input_backprop(label, sizes, kernel, grad, strides, padding, data_format, dilations,
                    explicit_paddings=()):
    shape = [int(n) for n in sizes]
    windows = input_grad_windows(label, shape, kernel.shape, grad.shape, strides, padding,
                                 data_format, dilations, explicit_paddings)
    lengths = spatial(shape, data_format)
    grad = channels_last(grad, data_format)
    groups = shape[channel_axis(data_format, len(shape))] // kernel.shape[-2]
    each = kernel.shape[-1] // groups
    parts = [convolve_input_grad(lengths, kernel[..., g * each:(g + 1) * each],
                                 grad[..., g * each:(g + 1) * each], windows)
             for g in range(groups)]
    result = parts[0] if groups == 1 else np.concatenate(parts, axis=-1)
    return from_channels_last(result, data_format)


def _filter_backprop(label, x, sizes, grad, strides, padding, data_format, dilations,
                     explicit_paddings=()):
    sizes = [int(n) for n in sizes]
    windows = filter_grad_windows(label, x.shape, sizes, grad.shape, strides, padding, data_format,
                                  dilations, explicit_paddings)
    x, grad = channels_last(x, data_format), channels_last(grad, data_format)
    depth = sizes[-2]
    groups = x.shape[-1] // depth
    each = grad.shape[-1] // groups
    parts = [convolve_filter_grad(x[..., g * depth:(g + 1) * depth],
                                  grad[..., g * each:(g + 1) * each], windows)
             for g in range(groups)]
    return parts[0] if groups == 1 else np.concatenate(parts, axis=-1)


register_convolutions("numpy", _convolution, _input_backprop, _filter_backprop, "Custom")
