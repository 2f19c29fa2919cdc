"""Images cropped and padded to a size, made of Slice and Pad."""

from __future__ import annotations

from typing import Any

from tftutor.composite.group import with_dependencies
from tftutor.composite.image_checks import (
    as_batch,
    check_image,
    check_that,
    checked_image,
    from_batch,
    image_dimensions,
    is_tensor,
)
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.ops.array_join import stack
from tftutor.ops.array_pad import pad
from tftutor.ops.array_reshape import reshape
from tftutor.ops.array_shape import shape
from tftutor.ops.cast import cast
from tftutor.ops.slicing import slice as tf_slice


def _set_known(image: Tensor, sizes: list[Any]) -> None:
    image.set_shape([None if is_tensor(size) else size for size in sizes])


@tf_export("image.pad_to_bounding_box")
def pad_to_bounding_box(image: Any, offset_height: Any, offset_width: Any, target_height: Any,
                        target_width: Any) -> Tensor:
    """Put an image, or each of a batch, on a black one of the target size, at the offset.

    Raises: ValueError where it doesn't fit; tf.errors.InvalidArgumentError where only running
    tells. Source: TF 1.15 docs, tf.image.pad_to_bounding_box.
    """
    with name_scope(None, "pad_to_bounding_box", [image]):
        image, was_batch = as_batch(convert_to_tensor(image, name="image"))
        checks = check_image(image)
        batch, height, width, depth = image_dimensions(image, rank=4)
        right = target_width - offset_width - width
        below = target_height - offset_height - height
        checks += check_that(offset_height >= 0, "offset_height must be >= 0")
        checks += check_that(offset_width >= 0, "offset_width must be >= 0")
        checks += check_that(right >= 0, "width must be <= target - offset")
        checks += check_that(below >= 0, "height must be <= target - offset")
        image = with_dependencies(checks, image)
        flat = stack([0, 0, offset_height, below, offset_width, right, 0, 0])
        padded = pad(image, reshape(flat, [4, 2]))
        _set_known(padded, [batch, target_height, target_width, depth])
        return from_batch(padded, was_batch)


@tf_export("image.crop_to_bounding_box")
def crop_to_bounding_box(image: Any, offset_height: Any, offset_width: Any, target_height: Any,
                         target_width: Any) -> Tensor:
    """The part of an image, or of each of a batch, of the target size that starts at the offset.

    Raises: ValueError where it isn't inside; tf.errors.InvalidArgumentError where only running
    tells. Source: TF 1.15 docs, tf.image.crop_to_bounding_box.
    """
    with name_scope(None, "crop_to_bounding_box", [image]):
        image, was_batch = as_batch(convert_to_tensor(image, name="image"))
        checks = check_image(image)
        batch, height, width, depth = image_dimensions(image, rank=4)
        checks += check_that(offset_width >= 0, "offset_width must be >= 0.")
        checks += check_that(offset_height >= 0, "offset_height must be >= 0.")
        checks += check_that(target_width > 0, "target_width must be > 0.")
        checks += check_that(target_height > 0, "target_height must be > 0.")
        checks += check_that(width >= target_width + offset_width,
                             "width must be >= target + offset.")
        checks += check_that(height >= target_height + offset_height,
                             "height must be >= target + offset.")
        image = with_dependencies(checks, image)
        cropped = tf_slice(image, stack([0, offset_height, offset_width, 0]),
                           stack([-1, target_height, target_width, -1]))
        _set_known(cropped, [batch, target_height, target_width, depth])
        return from_batch(cropped, was_batch)


def _either(function: str, plain: Any, x: Any, y: Any) -> Any:
    """An op where a value is a tensor, plain Python where both are numbers."""
    return exported(function)(x, y) if is_tensor(x) or is_tensor(y) else plain(x, y)


@tf_export("image.resize_image_with_crop_or_pad", "image.resize_with_crop_or_pad")
def resize_image_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Tensor:
    """An image of the target size with the same middle: cropped or padded, never scaled.

    Source: TF 1.15 docs, tf.image.resize_with_crop_or_pad.
    """
    with name_scope(None, "resize_image_with_crop_or_pad", [image]):
        image, was_batch = as_batch(convert_to_tensor(image, name="image"))
        checks = check_image(image)
        checks += check_that(target_width > 0, "target_width must be > 0.")
        checks += check_that(target_height > 0, "target_height must be > 0.")
        image = with_dependencies(checks, image)
        if is_tensor(target_height):
            target_height = with_dependencies(checks, target_height)
        if is_tensor(target_width):
            target_width = with_dependencies(checks, target_width)
        resized = _cropped_or_padded(image, target_height, target_width)
        _, height, width, _ = image_dimensions(resized, rank=4)
        checks = check_that(_either("equal", lambda x, y: x == y, height, target_height),
                            "resized height is not correct.")
        checks += check_that(_either("equal", lambda x, y: x == y, width, target_width),
                             "resized width is not correct.")
        return from_batch(with_dependencies(checks, resized), was_batch)


def _cropped_or_padded(image: Tensor, target_height: Any, target_width: Any) -> Tensor:
    _, height, width, _ = image_dimensions(image, rank=4)
    missing = target_width - width
    crop_left = _either("maximum", max, -missing // 2, 0)
    pad_left = _either("maximum", max, missing // 2, 0)
    missing = target_height - height
    crop_top = _either("maximum", max, -missing // 2, 0)
    pad_top = _either("maximum", max, missing // 2, 0)
    cropped = crop_to_bounding_box(image, crop_top, crop_left,
                                   _either("minimum", min, target_height, height),
                                   _either("minimum", min, target_width, width))
    resized = pad_to_bounding_box(cropped, pad_top, pad_left, target_height, target_width)
    if resized.get_shape().ndims is None:
        raise explained(ValueError("resized contains no shape."))
    return resized


@tf_export("image.central_crop")
def central_crop(image: Any, central_fraction: float) -> Tensor:
    """The middle of an image, or of each of a batch: that fraction of its height and width.

    Raises: ValueError for a fraction outside (0, 1] or another rank than 3 and 4.
    Source: TF 1.15 docs, tf.image.central_crop.
    """
    with name_scope(None, "central_crop", [image]):
        image = convert_to_tensor(image, name="image")
        if central_fraction <= 0.0 or central_fraction > 1.0:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return image
        checked_image(image)
        rank = image.get_shape().ndims
        if rank not in (3, 4):
            raise explained(ValueError(
                "`image` should either be a Tensor with rank = 3 or rank = 4. Had "
                f"rank = {rank}."))
        return _middle(image, central_fraction, [] if rank == 3 else [0])


def _size_of(image: Tensor, axis: int) -> Any:
    known = image.shape.as_list()[axis]
    return shape(image)[axis] if known is None else known


def _middle(image: Tensor, fraction: float, batch: list[int]) -> Tensor:
    height, width = (_size_of(image, len(batch) + axis) for axis in (0, 1))
    starts = [_start(size, fraction) for size in (height, width)]
    sizes = [size - start * 2 for size, start in zip((height, width), starts, strict=True)]
    begin = stack([*batch, *starts, 0])
    whole = stack([*(-1 for _ in batch), *sizes, -1])
    result = tf_slice(image, begin, whole)
    dims = image.shape.as_list()
    result.set_shape([*dims[:len(batch)], *(None if is_tensor(s) else s for s in sizes), dims[-1]])
    return result


def _start(size: Any, fraction: float) -> Any:
    if not is_tensor(size):
        return int((float(size) - float(size) * fraction) / 2)
    wide = cast(size, dtypes.float64)
    return cast((wide - wide * fraction) / 2, dtypes.int32)
