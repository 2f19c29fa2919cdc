"""Where windows stand: what convolutions and poolings check and compute before any arithmetic.

Shapes in, one Window a spatial axis out, or TensorFlow's error. No array library is involved, so
the kernels of all of them begin here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from tftutor import errors
from tftutor.ops.nn_window import Window, channel_axis, is_channels_first, runtime_window, spatial

Shape = Sequence[int]


def _dims(shape: Shape) -> str:
    return "[" + ",".join(map(str, shape)) + "]"


def _refuse_outer(values: Sequence[int], data_format: str, what: str) -> None:
    if len(values) > len(spatial(values, data_format)) and \
            (values[0] != 1 or values[1 if is_channels_first(data_format) else -1] != 1):
        raise errors.InvalidArgumentError(
            None, None, f"Current implementation does not yet support {what} in the batch and "
            "depth dimensions.")


def windows_of(lengths: Sequence[int], sizes: Sequence[int], strides: Sequence[int],
               dilations: Sequence[int], padding: str, explicit: Sequence[int], data_format: str
               ) -> list[Window]:
    """One Window a spatial axis, from a node's attributes."""
    _refuse_outer(strides, data_format, "strides")
    _refuse_outer(dilations, data_format, "dilations")
    pairs = list(zip(explicit[::2], explicit[1::2], strict=True)) or [(0, 0)] * (len(lengths) + 2)
    return [runtime_window(length, size, stride, dilation, padding, pair)
            for length, size, stride, dilation, pair in zip(
                lengths, sizes, spatial(strides, data_format), spatial(dilations, data_format),
                spatial(pairs, data_format), strict=True)]


def inner(lengths: Sequence[int], windows: Sequence[Window]) -> tuple[slice, ...]:
    """Where the unpadded array lies within the padded one."""
    return (slice(None), *(slice(w.before, w.before + n)
                           for n, w in zip(lengths, windows, strict=True)))


def taps(windows: Sequence[Window]) -> list[tuple[slice, ...]]:
    """For each place in the window, in row-major order, the slices that every window has there."""
    ranges = [[slice(k * w.dilation, k * w.dilation + (w.outputs - 1) * w.stride + 1, w.stride)
               for k in range(w.size)] for w in windows]
    return [(slice(None), *place) for place in product(*ranges)]


def room(lengths: Sequence[int], windows: Sequence[Window]) -> list[int]:
    """Lengths with the padding and with what windows reach beyond it, to be cut off again."""
    return [max(n + w.before + w.after, (w.outputs - 1) * w.stride + w.span)
            for n, w in zip(lengths, windows, strict=True)]


# -- convolutions ---------------------------------------------------------------------------------

def _check_operands(image: Shape, kernel: Shape, data_format: str, rank: int) -> None:
    for shape, role in ((image, "input"), (kernel, "filter")):
        if len(shape) != rank:
            colon = ": " if role == "filter" else ""
            raise errors.InvalidArgumentError(
                None, None, f"{role} must be {rank}-dimensional{colon}{_dims(shape)}")
    depth = image[channel_axis(data_format, rank)]
    if depth % max(1, kernel[-2]):
        raise errors.InvalidArgumentError(
            None, None, "input depth must be evenly divisible by filter depth: "
            f"{depth} vs {kernel[-2]}")


def conv_windows(image: Shape, kernel: Shape, strides: Sequence[int], padding: str,
                 data_format: str, dilations: Sequence[int], explicit: Sequence[int] = ()
                 ) -> list[Window]:
    """The windows of a convolution of an input and a filter of these shapes.

    Raises: tf.errors.InvalidArgumentError for shapes that no convolution of that rank takes.
    """
    _check_operands(image, kernel, data_format, len(strides))
    return windows_of(spatial(image, data_format), kernel[:-2], strides, dilations, padding,
                      explicit, data_format)


def _check_positions(label: str, lengths: Shape, found: Shape, windows: Sequence[Window]) -> None:
    for axis, (length, got, w) in enumerate(zip(lengths, found, windows, strict=True)):
        if got != w.outputs:
            raise errors.InvalidArgumentError(
                None, None, f"{label}: Size of out_backprop doesn't match computed: actual = "
                f"{got}, computed = {w.outputs} spatial_dim: {axis + 1} input: {length} filter: "
                f"{w.size} output: {got} stride: {w.stride} dilation: {w.dilation}")


def input_grad_windows(label: str, image: Shape, kernel: Shape, grad: Shape,
                       strides: Sequence[int], padding: str, data_format: str,
                       dilations: Sequence[int], explicit: Sequence[int] = ()) -> list[Window]:
    """The windows of a gradient for an input of shape `image`; `label` is TF's name of the kernel.

    Raises: tf.errors.InvalidArgumentError when the shapes don't belong together.
    """
    rank = len(image)
    if len(grad) != rank:
        raise errors.InvalidArgumentError(
            None, None, f"{label}: out_backprop must be {rank}-dimensional")
    lengths = spatial(image, data_format)
    windows = windows_of(lengths, kernel[:-2], strides, dilations, padding, explicit, data_format)
    channel = channel_axis(data_format, rank)
    if grad[0] != image[0]:
        raise errors.InvalidArgumentError(
            None, None, f"{label}: input and out_backprop must have the same batch size. Input "
            f"batch: {image[0]}, outbackprop batch: {grad[0]}, batch_dim: 0")
    if image[channel] % max(1, kernel[-2]):
        raise errors.InvalidArgumentError(
            None, None, f"{label}: input depth must be evenly divisible by filter depth")
    if grad[channel] != kernel[-1]:
        raise errors.InvalidArgumentError(
            None, None, f"{label}: filter and out_backprop must have the same out_depth")
    _check_positions(label, lengths, spatial(grad, data_format), windows)
    return windows


def filter_grad_windows(label: str, image: Shape, kernel: Shape, grad: Shape,
                        strides: Sequence[int], padding: str, data_format: str,
                        dilations: Sequence[int], explicit: Sequence[int] = ()) -> list[Window]:
    """The windows of a gradient for a filter of shape `kernel`.

    Raises: tf.errors.InvalidArgumentError when the shapes don't belong together.
    """
    lengths = spatial(image, data_format)
    windows = windows_of(lengths, kernel[:-2], strides, dilations, padding, explicit, data_format)
    _check_positions(label, lengths, spatial(grad, data_format), windows)
    return windows


def depthwise_windows(image: Shape, kernel: Shape, strides: Sequence[int], padding: str,
                      data_format: str, dilations: Sequence[int]) -> list[Window]:
    """The windows of a depthwise convolution.

    Raises: tf.errors.InvalidArgumentError for shapes that it doesn't take.
    """
    _check_operands(image, kernel, data_format, 4)
    depth = image[channel_axis(data_format, 4)]
    if depth != kernel[2]:
        raise errors.InvalidArgumentError(
            None, None, f"input and filter must have the same depth: {depth} vs {kernel[2]}")
    return windows_of(spatial(image, data_format), kernel[:2], strides, dilations, padding, (),
                      data_format)


def depthwise_grad_windows(label: str, image: Shape, kernel: Shape, grad: Shape,
                           strides: Sequence[int], padding: str, data_format: str,
                           dilations: Sequence[int]) -> list[Window]:
    """The windows of a depthwise convolution's gradients.

    Raises: tf.errors.InvalidArgumentError when `grad` isn't shaped like the result.
    """
    windows = windows_of(spatial(image, data_format), kernel[:2], strides, dilations, padding, (),
                         data_format)
    found = [*spatial(grad, data_format), grad[channel_axis(data_format, 4)]]
    expected = [*(w.outputs for w in windows), kernel[2] * kernel[3]]
    if found != expected:
        raise errors.InvalidArgumentError(
            None, None, f"{label}: out_backprop has shape {[grad[0], *found]}, but the convolution "
            f"gives {expected} for each image")
    return windows


# -- poolings -------------------------------------------------------------------------------------

def pool_windows(image: Shape, ksize: Sequence[int], strides: Sequence[int], padding: str,
                 data_format: str) -> list[Window]:
    """The windows of a pooling over an input of shape `image`.

    Raises: tf.errors.InvalidArgumentError for another rank, UnimplementedError for windows over
    the batch or the channels.
    """
    if len(image) == 3 and len(ksize) == 4:
        raise errors.InvalidArgumentError(
            None, None, "tensor_in_shape must have 2 spatial dimensions. 3 0")
    if len(image) != len(ksize):
        raise errors.InvalidArgumentError(
            None, None, f"tensor_in must be {len(ksize)}-dimensional")
    channel = 1 if is_channels_first(data_format) else -1
    if ksize[0] != 1 or strides[0] != 1:
        raise errors.UnimplementedError(
            None, None, "Pooling is not yet supported on the batch dimension.")
    if ksize[channel] != 1 or strides[channel] != 1:
        raise errors.UnimplementedError(
            None, None, "Pooling over the depth dimension has no kernel here.")
    return [runtime_window(n, size, stride, 1, padding) for n, size, stride in zip(
        spatial(image, data_format), spatial(ksize, data_format), spatial(strides, data_format),
        strict=True)]


def is_over_depth(image: Shape, ksize: Sequence[int], data_format: str) -> bool:
    """True for a max pooling over channels, which TensorFlow has for NHWC alone."""
    return len(ksize) == 4 == len(image) and data_format == "NHWC" and ksize[3] != 1


def depth_groups(image: Shape, ksize: Sequence[int], strides: Sequence[int]) -> tuple[int, ...]:
    """The shape with each group of pooled channels as an axis of its own at the end.

    Raises: tf.errors.UnimplementedError when the groups don't tile the channels.
    """
    size, depth = ksize[3], image[3]
    if any(n != 1 for n in (*ksize[:3], *strides[:3])):
        raise errors.UnimplementedError(
            None, None, "MaxPooling supports exactly one of pooling across depth or pooling "
            "across width/height.")
    if depth % size:
        raise errors.UnimplementedError(
            None, None, "Depthwise max pooling requires the depth window to evenly divide the "
            "input depth.")
    if strides[3] != size:
        raise errors.UnimplementedError(
            None, None, "Depthwise max pooling requires the depth window to equal the depth "
            "stride.")
    return (*image[:3], depth // size, size)
