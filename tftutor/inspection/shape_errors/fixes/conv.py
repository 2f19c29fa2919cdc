"""What may have been meant by a refused convolution or pooling."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING
from tftutor.inspection.shape_errors.finding import known
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit
from tftutor.inspection.shape_errors.fixes.definitions import redefined, resized
from tftutor.inspection.shape_errors.rules.conv import CONV, is_nchw
from tftutor.inspection.shape_errors.values import is_variable, shape_of

_IMAGE_CHANNELS = (1, 3, 4)


def candidates(case: Case) -> Iterator[Candidate]:
    """Changes of the images, of the filter, or of the padding."""
    image = known(case.shape(0))
    index = case.argument_of(case.inputs[0])
    kernel = known(case.shape(1)) if case.op_type in CONV and len(case.inputs) > 1 else ()
    rank = 5 if "3D" in case.op_type else 4
    channels = kernel[-2] if len(kernel) == rank else None
    if case.function == "conv1d" and index is not None:
        yield from _signals(case, index)
    elif index is not None and rank == 4:
        yield from images(index, image, channels)
    if kernel and rank == 4:
        yield from _filters(case, image, kernel)
    yield from _padding(case)


def _signals(case: Case, index: int) -> Iterator[Candidate]:
    """Make a batch of signals [n, length, c] of what isn't one."""
    dims = known(shape_of(case.arguments[index].value))
    for axis in (2, 0, 1) if len(dims) == 2 else ():
        yield edit(index, f"tf.expand_dims({{}}, {axis})", f"Adds axis {axis} of size 1.",
                   1.0 + 0.2 * (axis != 2))
    if len(dims) == 3:
        yield edit(index, "tf.transpose({}, [0, 2, 1])", "Channels last: [n, length, c].", 1.0)


def images(index: int, dims: tuple, wanted: int | None) -> Iterator[Candidate]:
    """Make a batch of images [n, h, w, c], c as wanted, of what isn't one."""
    if len(dims) == 3:
        has_channels = dims[2] is not None and (dims[2] == wanted or (
            wanted is None and dims[2] in _IMAGE_CHANNELS))
        batch_first = dims[0] is None
        yield edit(index, "tf.expand_dims({}, 0)", "One image as a batch of one.",
                   1.0 if has_channels and not batch_first else 1.6)
        yield edit(index, "tf.expand_dims({}, 3)", "Grey images: adds one channel.",
                   1.1 if wanted in (1, None) else 1.8)
    elif len(dims) == 2:
        depth = wanted or 1
        side = isqrt((dims[1] or 0) // depth)
        if dims[1] and side * side * depth == dims[1]:
            yield edit(index, f"tf.reshape({{}}, [-1, {side}, {side}, {depth}])",
                       f"Each row as an image of {side} x {side} with {depth} "
                       f"channel{'s' if depth > 1 else ''}.", 1.0)
        if None not in dims:
            height, width = dims
            yield edit(index, f"tf.reshape({{}}, [1, {height}, {width}, 1])",
                       "One grey image as a batch of one.", 1.2)
    elif len(dims) == 5:
        for axis in reversed([i for i, d in enumerate(dims) if d == 1]):
            yield edit(index, f"tf.squeeze({{}}, {axis})", f"Drops axis {axis}, of size 1.", 1.0)
    elif len(dims) == 4:
        if dims[1] is not None and (dims[1] == wanted or wanted is None):
            yield edit(index, "tf.transpose({}, [0, 2, 3, 1])",
                       "Channels last: from [n, c, h, w] to [n, h, w, c].", 0.9)
        if dims[0] is not None and wanted is not None and dims[0] == wanted:
            yield edit(index, "tf.transpose({}, [3, 1, 2, 0])",
                       "The first axis becomes the channels.", 1.7, CHANGES_MEANING)
        if dims[3] == 1 and wanted == 3:
            yield edit(index, "tf.image.grayscale_to_rgb({})",
                       "The grey channel three times.", 1.3, CHANGES_MEANING)
        if dims[3] == 3 and wanted == 1:
            yield edit(index, "tf.image.rgb_to_grayscale({})",
                       "The three colours weighted into one.", 1.3, CHANGES_MEANING)
        if dims[3] == 4 and wanted == 3:
            yield edit(index, "{.}[..., :3]", "Without the fourth (alpha) channel.", 1.2,
                       CHANGES_MEANING)


def _filters(case: Case, image: tuple, kernel: tuple) -> Iterator[Candidate]:
    """The filter with its axes in TensorFlow's order, or with as many channels as the images."""
    index = case.argument_of(case.inputs[1])
    depth = None
    if len(image) == 4:
        depth = image[1] if is_nchw(case) else image[3]
    if len(kernel) == 4 and index is not None and depth is not None:
        if kernel[3] == depth and kernel[2] != depth:
            yield edit(index, "tf.transpose({}, [0, 1, 3, 2])",
                       "The filter with input and output channels swapped.", 1.0)
        if kernel[1] == depth and kernel[2] == kernel[3]:
            yield edit(index, "tf.transpose({}, [2, 3, 1, 0])",
                       "From [out, in, h, w] to TensorFlow's [h, w, in, out].", 0.8)
        if kernel[0] == depth and kernel[2] == kernel[3]:
            yield edit(index, "tf.transpose({}, [2, 3, 0, 1])",
                       "From [in, out, h, w] to TensorFlow's [h, w, in, out].", 0.85)
    if len(kernel) == 4 and depth is not None:
        weight = is_variable(case.inputs[1])
        yield from resized(case, case.inputs[1], 2, depth, 1.15 if weight else 1.4)
        if not is_nchw(case) and not is_variable(case.inputs[0]):
            yield from resized(case, case.inputs[0], 3, kernel[2], 1.9)
    if len(kernel) == 3:
        if index is not None:
            if depth is not None and kernel[1] == depth:
                yield edit(index, "tf.expand_dims({}, 0)", "A filter of one row.", 1.0)
            axis = 2 if depth in (1, None) and kernel[2] != depth else 3
            yield edit(index, f"tf.expand_dims({{}}, {axis})", "A filter with four axes.", 1.2)
            yield edit(index, f"tf.expand_dims({{}}, {5 - axis})", "A filter with four axes.", 1.5)
        yield from redefined(case, case.inputs[1], (*kernel[:2], depth or 1, kernel[2]), 1.1)
    if len(kernel) == 2 and index is not None:
        yield edit(index, f"tf.reshape({{}}, [{kernel[0]}, {kernel[1]}, 1, 1])",
                   "One filter for one channel.", 1.0)


def _padding(case: Case) -> Iterator[Candidate]:
    call = case.call
    given = call.argument("padding") if call is not None else None
    if given is None and call is not None and ".layers." in call.callee and (
            "Negative" in case.message):
        yield edit(len(case.arguments) - 1, "{}, padding='same'", "Pads the borders with zeros.",
                   1.0, CHANGES_MEANING)
    if given is None or not isinstance(given.value, str):
        return
    index = case.arguments.index(given)
    quote = given.text[0] if given.text[:1] in "'\"" else "'"
    if given.value.upper() != "SAME":
        yield edit(index, f"{quote}SAME{quote}", "Pads the borders with zeros.", 1.0,
                   CHANGES_MEANING)
    if given.value.upper() in ("SAME", "VALID") and given.value != given.value.upper():
        yield edit(index, f"{quote}{given.value.upper()}{quote}", "In capital letters.", 0.5)
    window = call.argument("ksize", "pool_size") if call is not None else None
    if window is not None and isinstance(window.value, list) and len(window.value) == 4:
        dims = known(case.shape(0))
        if len(dims) == 4 and dims[1] and dims[2]:
            size = min(dims[1], dims[2])
            yield edit(case.arguments.index(window), f"[1, {size}, {size}, 1]",
                       "A window that fits.", 1.4, CHANGES_MEANING)
