"""Checks that image functions share: at build time where shapes are known, else as Assert nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.composite.assertion import Assert
from tftutor.composite.check_ops import assert_equal, assert_greater_equal, assert_positive
from tftutor.composite.group import with_dependencies
from tftutor.framework.late_notes import explained
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import is_fully_defined
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.array_reshape import expand_dims, squeeze
from tftutor.ops.array_shape import rank as tf_rank
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.array_split import unstack


def is_tensor(x: Any) -> bool:
    """True for what is only known when it runs: a Tensor or a variable."""
    return isinstance(x, Tensor) or hasattr(x, "value") and hasattr(x, "initializer")


def check_that(condition: Any, message: str) -> list[Any]:
    """Assert nodes for a condition that is a tensor; raises ValueError for one that is False."""
    if is_tensor(condition):
        return [Assert(condition, [message])]
    if not condition:
        raise ValueError(message)
    return []


def image_dimensions(image: Tensor, rank: int) -> list[Any]:
    """Each size of an image, a number where it is known and a tensor where not."""
    if is_fully_defined(image._shape):
        return list(image._shape)  # type: ignore[arg-type]
    known = image.shape.with_rank(rank).as_list()
    sizes = unstack(tf_shape(image), rank)
    return [size if number is None else number
            for number, size in zip(known, sizes, strict=True)]


def check_image(image: Tensor) -> list[Any]:
    """Assert nodes that an image has three dimensions or more, none of size 0.

    Raises: ValueError when the static shape tells that it hasn't.
    """
    try:
        shape = image.shape
        shape = shape.with_rank(3) if shape.ndims is None else shape.with_rank_at_least(3)
    except ValueError:
        raise explained(ValueError("'image' must be at least three-dimensional.")) from None
    if any(size == 0 for size in shape.as_list()):
        raise explained(ValueError(f"all dims of 'image.shape' must be > 0: {shape}"))
    if shape.is_fully_defined():
        return []
    return [
        assert_positive(tf_shape(image),
                        ["all dims of 'image.shape' must be > 0."]),
        assert_greater_equal(tf_rank(image), 3,
                             message="'image' must be at least three-dimensional."),
    ]


def checked_image(image: Tensor) -> Tensor:
    """`image` behind its checks."""
    return with_dependencies(check_image(image), image)


def check_grayscale(image: Any) -> list[Any]:
    """Assert nodes that the last dimension is 1; ValueError where that is known to be wrong."""
    try:
        shape = image.get_shape()
        shape = shape.with_rank(2) if shape.ndims is None else shape.with_rank_at_least(2)
    except ValueError:
        raise explained(ValueError("A grayscale image must be at least two-dimensional.")) from None
    last = "Last dimension of a grayscale image should be size 1."
    if shape.is_fully_defined():
        if shape.as_list()[-1] != 1:
            raise ValueError(last)
        return []
    return [
        assert_equal(tf_shape(image)[-1], 1, message=last),
        assert_greater_equal(
            tf_rank(image), 3, message="A grayscale image must be at least two-dimensional."),
    ]


def on_images(image: Tensor, single: Callable[[], Tensor], batch: Callable[[], Tensor]) -> Tensor:
    """What suits one image (rank 3, or unknown) or a batch of them. Raises: ValueError else."""
    if image.shape.ndims in (3, None):
        return single()
    if image.shape.ndims == 4:
        return batch()
    raise explained(ValueError("'image' must have either 3 or 4 dimensions."))


def as_batch(image: Tensor) -> tuple[Tensor, bool]:
    """(a batch of images, whether it was one already). Raises: ValueError for other ranks."""
    rank = image.shape.ndims
    if rank == 4:
        return image, True
    if rank not in (3, None):
        raise explained(ValueError("'image' must have either 3 or 4 dimensions."))
    image = expand_dims(image, 0)
    if rank is None:
        image.set_shape(TensorShape([None] * 4))
    return image, False


def from_batch(images: Tensor, was_batch: bool) -> Tensor:
    """Undo `as_batch`."""
    return images if was_batch else squeeze(images, axis=[0])
