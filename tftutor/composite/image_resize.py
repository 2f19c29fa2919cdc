"""`tf.image.resize_images` and its methods; resizing with black bars."""

from __future__ import annotations

from typing import Any

from tftutor.composite.group import with_dependencies
from tftutor.composite.image_checks import (
    as_batch,
    check_image,
    check_that,
    from_batch,
    image_dimensions,
    is_tensor,
)
from tftutor.composite.image_crop import pad_to_bounding_box
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_value_as_shape
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.ops.arithmetic import maximum, minimum
from tftutor.ops.cast import cast
from tftutor.ops.elementwise_rounding import floor
from tftutor.ops.elementwise_rounding import round as tf_round
from tftutor.ops.image_resize import (
    ResizeArea,
    ResizeBicubic,
    ResizeBilinear,
    ResizeNearestNeighbor,
)


@tf_export("image.ResizeMethod")
class ResizeMethod:
    """How `tf.image.resize_images` finds new pixels. Source: TF 1.15 docs, ResizeMethod."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


_METHODS = {
    0: ResizeBilinear, "bilinear": ResizeBilinear,
    1: ResizeNearestNeighbor, "nearest": ResizeNearestNeighbor,
    2: ResizeBicubic, "bicubic": ResizeBicubic, 3: ResizeArea, "area": ResizeArea,
}


@tf_export("image.resize_images", "image.resize")
def resize_images(images: Any, size: Any, method: Any = ResizeMethod.BILINEAR,
                  align_corners: bool = False, preserve_aspect_ratio: bool = False,
                  name: str | None = None) -> Tensor:
    """An image, or a batch of them, in a new size.

    Args:
      size: [rows, cols]; method: one of `tf.image.ResizeMethod`; align_corners: the corner pixels
        keep their values; preserve_aspect_ratio: `size` is what must not be exceeded.

    Shapes: [rows, cols, depth] or [batch, rows, cols, depth]; the result is float32 except for
    NEAREST_NEIGHBOR, or where the image has that size already and is given back as it is.
    Raises: ValueError for other ranks, sizes and methods.
    Source: TF 1.15 docs, tf.image.resize.
    """
    with name_scope(name, "resize", [images, size]):
        images = convert_to_tensor(images, name="images")
        if images.shape.ndims is None:
            raise ValueError("'images' contains no shape.")
        if images.shape.ndims not in (3, 4):
            raise explained(ValueError("'images' must have either 3 or 4 dimensions."))
        images, was_batch = as_batch(images)
        size = _checked_size(size)
        if preserve_aspect_ratio:
            size = _fitting_size(images, size)
        wanted = list(constant_value_as_shape(size) or (None, None))
        if None in wanted or images.shape.as_list()[1:3] != wanted:
            if method not in _METHODS:
                raise ValueError("Resize method is not implemented.")
            images = _METHODS[method](images, size, align_corners=align_corners)
            images.set_shape([None, *wanted, None])
        return from_batch(images, was_batch)


def _checked_size(size: Any) -> Tensor:
    try:
        size = convert_to_tensor(size, dtypes.int32, name="size")
    except (TypeError, ValueError):
        raise ValueError("'size' must be a 1-D int32 Tensor") from None
    if not size.shape.is_compatible_with([2]):
        raise ValueError("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
    return size


def _fitting_size(images: Tensor, size: Tensor) -> Tensor:
    """The largest size within `size` in which the image keeps its proportions."""
    rows, cols = constant_value_as_shape(size) or (None, None)
    _, height, width, _ = image_dimensions(images, rank=4)

    def as_float(x: Any) -> Tensor:
        return cast(x, dtypes.float32)

    by_height = as_float(rows) / as_float(height)
    by_width = as_float(cols) / as_float(width)
    factor = minimum(by_height, by_width)
    scaled = [cast(tf_round(factor * as_float(side)), dtypes.int32) for side in (height, width)]
    return convert_to_tensor(scaled, dtypes.int32, name="size")


@tf_export("image.resize_image_with_pad")
def resize_image_with_pad(image: Any, target_height: Any, target_width: Any,
                          method: Any = ResizeMethod.BILINEAR, align_corners: bool = False
                          ) -> Tensor:
    """An image of the target size that keeps its proportions, with black bars where needed.

    Source: TF 1.15 docs, tf.image.resize_image_with_pad.
    """
    with name_scope(None, "resize_image_with_pad", [image]):
        image, was_batch = as_batch(convert_to_tensor(image, name="image"))
        checks = check_image(image)
        checks += check_that(target_width > 0, "target_width must be > 0.")
        checks += check_that(target_height > 0, "target_height must be > 0.")
        image = with_dependencies(checks, image)
        size, top, left = _letter_box(image, target_height, target_width)
        resized = resize_images(image, size, method, align_corners=align_corners)
        padded = pad_to_bounding_box(resized, top, left, target_height, target_width)
        if padded.get_shape().ndims is None:
            raise ValueError("padded contains no shape.")
        image_dimensions(padded, rank=4)
        return from_batch(padded, was_batch)


def _letter_box(image: Tensor, target_height: Any, target_width: Any
                ) -> tuple[list[Tensor], Any, Any]:
    """The size of the picture between the bars, and the height and width of those."""

    def larger(x: Any, y: Any) -> Any:
        return maximum(x, y) if is_tensor(x) or is_tensor(y) else max(x, y)

    def whole(x: Tensor) -> Tensor:
        return cast(floor(x), dtype=dtypes.int32)

    _, *known = image_dimensions(image, rank=4)
    height, width, to_height, to_width = (
        cast(x, dtype=dtypes.float64) for x in (*known[:2], target_height, target_width))
    ratio = larger(width / to_width, height / to_height)
    new_height, new_width = height / ratio, width / ratio
    size = [whole(new_height), whole(new_width)]
    above, left = (to_height - new_height) / 2, (to_width - new_width) / 2
    above, left = floor(above), floor(left)
    return (size, larger(0, cast(above, dtype=dtypes.int32)),
            larger(0, cast(left, dtype=dtypes.int32)))
