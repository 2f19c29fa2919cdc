"""Boxes in images: drawing them, cropping them, keeping the best of those that overlap.

A box is [top, left, bottom, right] as fractions of the image's height and width.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.ops.image_resize import sized_image
from tftutor.platform.renamed_arguments import renamed_argument

_PIXELS = "T: {uint8, uint16, int8, int16, int32, int64, half, float, double}"
_METHOD = "method: {'bilinear', 'nearest'} = 'bilinear'"
_SMALL_FLOAT = "T: {half, float} = DT_FLOAT"
_THRESHOLD = "T_threshold: {half, float} = DT_FLOAT"
_SUPPRESSION = ("boxes: T", "scores: T", "max_output_size: int32", "iou_threshold: T_threshold",
                "score_threshold: T_threshold")

CropAndResize = OpDef(
    "CropAndResize",
    inputs=("image: T", "boxes: float", "box_ind: int32", "crop_size: int32"),
    outputs=("crops: float",), attrs=(_PIXELS, _METHOD, "extrapolation_value: float = 0"))
CropAndResizeGradImage = OpDef(
    "CropAndResizeGradImage",
    inputs=("grads: float", "boxes: float", "box_ind: int32", "image_size: int32"),
    outputs=("output: T",), attrs=("T: {float, half, double}", _METHOD),
    doc="Gradient of CropAndResize for the image.")
CropAndResizeGradBoxes = OpDef(
    "CropAndResizeGradBoxes",
    inputs=("grads: float", "image: T", "boxes: float", "box_ind: int32"),
    outputs=("output: float",), attrs=(_PIXELS, "method: {'bilinear'} = 'bilinear'"),
    doc="Gradient of CropAndResize for the boxes.")
DrawBoundingBoxes = OpDef(
    "DrawBoundingBoxes", inputs=("images: T", "boxes: float"), outputs=("output: T",),
    attrs=("T: {float, half} = DT_FLOAT",))
DrawBoundingBoxesV2 = OpDef(
    "DrawBoundingBoxesV2", inputs=("images: T", "boxes: float", "colors: float"),
    outputs=("output: T",), attrs=("T: {float, half} = DT_FLOAT",),
    doc="DrawBoundingBoxes with given colors.")
NonMaxSuppressionV3 = OpDef(
    "NonMaxSuppressionV3", inputs=_SUPPRESSION, outputs=("selected_indices: int32",),
    attrs=(_SMALL_FLOAT, _THRESHOLD), doc="What tf.image.non_max_suppression adds.")
NonMaxSuppressionV4 = OpDef(
    "NonMaxSuppressionV4", inputs=_SUPPRESSION,
    outputs=("selected_indices: int32", "valid_outputs: int32"),
    attrs=(_SMALL_FLOAT, _THRESHOLD, "pad_to_max_output_size: bool = false"),
    doc="NonMaxSuppressionV3 that can fill its output up with zeros.")


# -- public functions -----------------------------------------------------------------------------

@tf_export("image.crop_and_resize")
def crop_and_resize(image: Any, boxes: Any, box_ind: Any = None, crop_size: Any = None,
                    method: str = "bilinear", extrapolation_value: float = 0,
                    name: str | None = None, box_indices: Any = None) -> Tensor:
    """Cut boxes out of a batch of images, each resized to `crop_size`.

    Args:
      box_ind, box_indices: for each box the number of its image; extrapolation_value: for pixels
        outside the image.

    Shapes: image [batch, h, w, depth], boxes [n, 4], crop_size [2] -> [n, *crop_size, depth].
    Raises: ValueError for shapes that don't fit, tf.errors.OutOfRangeError for such a box_ind.
    Source: TF 1.15 docs, tf.image.crop_and_resize.
    """
    box_ind = renamed_argument("tf.image.crop_and_resize", "box_indices", box_indices, "box_ind",
                               box_ind)
    return CropAndResize(image, boxes, box_ind, crop_size, method=method,
                         extrapolation_value=extrapolation_value, name=name)


@tf_export("image.draw_bounding_boxes")
def draw_bounding_boxes(images: Any, boxes: Any, name: str | None = None, colors: Any = None
                        ) -> Tensor:
    """Images with the outlines of boxes, in a fixed sequence of colors or in `colors`.

    Shapes: images [batch, h, w, 1, 3 or 4], boxes [batch, n, 4], colors [m, depth].
    Source: TF 1.15 docs, tf.image.draw_bounding_boxes.
    """
    if colors is None:
        return DrawBoundingBoxes(images, boxes, name=name)
    return DrawBoundingBoxesV2(images, boxes, colors, name=name)


@tf_export("image.non_max_suppression")
def non_max_suppression(boxes: Any, scores: Any, max_output_size: Any, iou_threshold: Any = 0.5,
                        score_threshold: Any = float("-inf"), name: str | None = None) -> Tensor:
    """Indices of the best boxes, best first, leaving out those that overlap a better one.

    Args:
      iou_threshold: the part, intersection over union, from above which boxes overlap too much;
        score_threshold: boxes must score more.

    Shapes: boxes [n, 4], scores [n] -> [at most max_output_size].
    Source: TF 1.15 docs, tf.image.non_max_suppression.
    """
    with name_scope(name, "non_max_suppression"):
        iou_threshold = convert_to_tensor(iou_threshold, name="iou_threshold")
        score_threshold = convert_to_tensor(score_threshold, name="score_threshold")
        return NonMaxSuppressionV3(boxes, scores, max_output_size, iou_threshold, score_threshold)


@tf_export("image.non_max_suppression_padded")
def non_max_suppression_padded(boxes: Any, scores: Any, max_output_size: Any,
                               iou_threshold: Any = 0.5, score_threshold: Any = float("-inf"),
                               pad_to_max_output_size: bool = False, name: str | None = None
                               ) -> Any:
    """`non_max_suppression` and the number of boxes found; the indices may be filled up with 0.

    Source: TF 1.15 docs, tf.image.non_max_suppression_padded.
    """
    with name_scope(name, "non_max_suppression_padded"):
        iou_threshold = convert_to_tensor(iou_threshold, name="iou_threshold")
        score_threshold = convert_to_tensor(score_threshold, name="score_threshold")
        return NonMaxSuppressionV4(boxes, scores, max_output_size, iou_threshold, score_threshold,
                                   pad_to_max_output_size=pad_to_max_output_size)


# -- shapes ---------------------------------------------------------------------------------------

@CropAndResize.shape
def crop_and_resize_shape(c: Any) -> None:
    image, boxes = c.with_rank(c.input(0), 4), c.with_rank(c.input(1), 2)
    indices = c.with_rank(c.input(2), 1)
    count = c.merge(boxes[0], indices[0])
    c.with_value(boxes[1], 4)
    c.set_output(0, sized_image(c, 3, count, image[3]))


@CropAndResizeGradImage.shape
def crop_and_resize_grad_image_shape(c: Any) -> None:
    c.set_output(0, c.with_rank(c.value_as_shape(3), 4))


@CropAndResizeGradBoxes.shape
def crop_and_resize_grad_boxes_shape(c: Any) -> None:
    c.set_output(0, c.input(2))


@DrawBoundingBoxes.shape
@DrawBoundingBoxesV2.shape
def draw_bounding_boxes_shape(c: Any) -> None:
    images = c.with_rank(c.input(0), 4)
    if images[3] not in (None, 1, 3, 4):
        c.fail("Channel depth should be either 1 (GRY), 3 (RGB), or 4 (RGBA)")
    c.with_value(c.with_rank(c.input(1), 3)[2], 4)
    c.set_output(0, c.input(0))


@NonMaxSuppressionV3.shape
@NonMaxSuppressionV4.shape
def non_max_suppression_shape(c: Any) -> None:
    boxes, scores = c.with_rank(c.input(0), 2), c.with_rank(c.input(1), 1)
    for index in (2, 3, 4):
        c.with_rank(c.input(index), 0)
    c.merge(boxes[0], scores[0])
    c.with_value(boxes[1], 4)
    padded = c.num_outputs == 2 and c.attr("pad_to_max_output_size")
    c.set_outputs((c.scalar(2) if padded else None,), ())


# -- gradients ------------------------------------------------------------------------------------

@CropAndResize.gradient
def crop_and_resize_gradient(op: Any, grad: Any) -> Any:
    image, boxes, box_ind = op.inputs[:3]
    method = op.get_attr("method")
    size = image.shape.as_list() if image.shape.is_fully_defined() else exported("shape")(image)
    to_image = None
    if image.dtype in (dtypes.float16, dtypes.float32, dtypes.float64):
        to_image = CropAndResizeGradImage(grad, boxes, box_ind, size, T=image.dtype, method=method)
    # TF hands the boxes the gradient of bilinear sampling whatever the method is.
    return [to_image, CropAndResizeGradBoxes(grad, image, boxes, box_ind), None, None]


for _op_def in (CropAndResizeGradImage, CropAndResizeGradBoxes):
    _op_def.not_differentiable("TF 1.15 defines no second gradient of it")
for _op_def in (DrawBoundingBoxes, DrawBoundingBoxesV2):
    _op_def.not_differentiable("boxes are drawn on whole pixels")
for _op_def in (NonMaxSuppressionV3, NonMaxSuppressionV4):
    _op_def.not_differentiable("its output is an index")


# -- non-max suppression --------------------------------------------------------------------------

def _overlaps(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Intersection over union of a box with others, all [top, left, bottom, right]."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    common = np.maximum(sides, 0).prod(axis=1)
    area, areas = (box[2:] - box[:2]).prod(), (others[:, 2:] - others[:, :2]).prod(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = common / (area + areas - common)
    return np.where((area > 0) & (areas > 0), part, 0)


def check_overlap(threshold: Any) -> None:
    """Raise TF's InvalidArgumentError for a threshold that is no part of a whole."""
    if not 0 <= threshold <= 1:
        raise errors.InvalidArgumentError(None, None, "iou_threshold must be in [0, 1]")


def _selected(boxes: Any, scores: Any, count: Any, threshold: Any, least: Any) -> np.ndarray:
    check_overlap(threshold)
    corners = np.concatenate([np.minimum(boxes[:, :2], boxes[:, 2:]),
                              np.maximum(boxes[:, :2], boxes[:, 2:])], axis=1)
    chosen: list[int] = []
    for index in np.argsort(-scores, kind="stable"):
        if len(chosen) >= count or not scores[index] > least:
            break
        if not np.any(_overlaps(corners[index], corners[chosen]) > threshold):
            chosen.append(int(index))
    return np.array(chosen, np.int32)


@NonMaxSuppressionV3.kernel("numpy")
def non_max_suppression_kernel(boxes, scores, max_output_size, iou_threshold, score_threshold):
    return _selected(boxes, scores, int(max_output_size), iou_threshold, score_threshold)


@NonMaxSuppressionV4.kernel()
def non_max_suppression_v4_kernel(boxes, scores, max_output_size, iou_threshold, score_threshold,
                                  *, pad_to_max_output_size):
    found = _selected(boxes, scores, int(max_output_size), iou_threshold, score_threshold)
    missing = int(max_output_size) - len(found) if pad_to_max_output_size else 0
    return np.pad(found, (0, missing)), np.int32(len(found))
