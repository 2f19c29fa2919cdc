"""Crops of images, and the boxes that overlap no better one, on any array library.

A box in an image that doesn't exist gives a crop of zeros: to refuse it, the host would have to
wait for the numbers of the images.
"""

from __future__ import annotations

import math
from typing import Any

from tftutor import errors
from tftutor.backends.array_library import library_dtype
from tftutor.ops.image_boxes import (
    CropAndResize,
    CropAndResizeGradBoxes,
    NonMaxSuppressionV3,
    check_overlap,
)
from tftutor.ops.nd_places import kept_rows, taken_rows

# -- crops ----------------------------------------------------------------------------------------

def _positions(low: Any, high: Any, target: int, source: int, xp: Any) -> Any:
    """Where in the image the pixels of a crop lie along one axis: [boxes, target]."""
    last = float(source - 1)
    if target == 1:
        return xp.expand_dims(0.5 * (low + high) * last, axis=1)
    step = (high - low) * last / float(target - 1)
    return (xp.expand_dims(low * last, axis=1)
            + xp.arange(target, dtype=xp.float32) * xp.expand_dims(step, axis=1))


class _Sampling:
    """The pixels that the crops of some boxes are made of; `inside`: those within an image."""

    def __init__(self, boxes: Any, box_ind: Any, shape: Any, crop: tuple[int, int], xp: Any
                 ) -> None:
        self.xp, self.shape, self.image = xp, tuple(shape), xp.astype(box_ind, xp.int64)
        self.exists = (self.image >= 0) & (self.image < shape[0])
        y = _positions(boxes[:, 0], boxes[:, 2], crop[0], shape[1], xp)
        x = _positions(boxes[:, 1], boxes[:, 3], crop[1], shape[2], xp)
        inside_y = (y >= 0) & (y <= shape[1] - 1)
        inside_x = (x >= 0) & (x <= shape[2] - 1)
        self.inside = inside_y[:, :, None] & inside_x[:, None, :]
        self.y, self.x = xp.where(inside_y, y, 0), xp.where(inside_x, x, 0)
        self.dy, self.dx = self.y - xp.floor(self.y), self.x - xp.floor(self.x)

    def places(self, y: Any, x: Any) -> tuple[Any, Any]:
        """The numbers of pixels [boxes, rows, cols] among all pixels, and whether they exist."""
        xp, (_, height, width, _) = self.xp, self.shape
        rows = self.image[:, None] * height + xp.astype(y, xp.int64)
        found = rows[:, :, None] * width + xp.astype(x, xp.int64)[:, None, :]
        exists = xp.broadcast_to(self.exists[:, None, None], found.shape)
        return xp.reshape(found, (-1,)), xp.reshape(exists, (-1,))

    def pixels(self, image: Any, y: Any, x: Any) -> Any:
        """The pixels [boxes, rows, cols, depth] as float32."""
        xp, depth = self.xp, self.shape[3]
        flat = xp.reshape(image, (math.prod(self.shape[:3]), depth))
        return xp.astype(xp.reshape(taken_rows(flat, *self.places(y, x), xp),
                                    (*self.inside.shape, depth)), xp.float32)

    def taps(self, method: Any) -> list[tuple[Any, Any, Any]]:
        """(y, x, weights [boxes, rows, cols]) of the pixels that a method mixes."""
        xp = self.xp
        if method in ("nearest", b"nearest"):
            return [(xp.floor(self.y + 0.5), xp.floor(self.x + 0.5),
                     xp.ones(self.inside.shape, dtype=xp.float32))]
        return [(y, x, wy[:, :, None] * wx[:, None, :])
                for y, wy in ((xp.floor(self.y), 1 - self.dy), (xp.ceil(self.y), self.dy))
                for x, wx in ((xp.floor(self.x), 1 - self.dx), (xp.ceil(self.x), self.dx))]


@CropAndResize.kernel()
def crop_and_resize_kernel(image, boxes, box_ind, crop_size, *, xp, method, extrapolation_value):
    rows, cols = (int(s) for s in crop_size)
    if rows <= 0 or cols <= 0:
        raise errors.InvalidArgumentError(None, None, "crop dimensions must be positive")
    sampling = _Sampling(boxes, box_ind, image.shape, (rows, cols), xp)
    out = xp.zeros((boxes.shape[0], rows, cols, image.shape[3]), dtype=xp.float32)
    for y, x, weight in sampling.taps(method):
        out = out + sampling.pixels(image, y, x) * weight[..., None]
    return xp.where(sampling.inside[..., None], out, float(extrapolation_value))


def crop_and_resize_grad_image_kernel_with(add_rows: Any) -> Any:
    """The kernel of CropAndResizeGradImage, given a library's way to add rows."""

    def kernel(grads, boxes, box_ind, image_size, *, xp, T, method):  # noqa: N803 - TF's attr
        shape = tuple(int(s) for s in image_size)
        count, dtype = math.prod(shape[:3]), library_dtype(xp, T)
        sampling = _Sampling(boxes, box_ind, shape, grads.shape[1:3], xp)
        inside = xp.where(sampling.inside[..., None], grads, 0)
        out = xp.zeros((count + 1, shape[3]), dtype=dtype)
        for y, x, weight in sampling.taps(method):
            shares = xp.reshape(xp.astype(inside * weight[..., None], dtype), (-1, shape[3]))
            places, exist = sampling.places(y, x)
            add_rows(out, kept_rows(places, exist, count, xp), shares)
        return xp.reshape(out[:count], shape)

    return kernel


@CropAndResizeGradBoxes.kernel()
def crop_and_resize_grad_boxes_kernel(grads, image, boxes, box_ind, *, xp, method):
    sampling = _Sampling(boxes, box_ind, image.shape, grads.shape[1:3], xp)
    tl, tr, bl, br = (sampling.pixels(image, y, x) for y, x, _ in sampling.taps("bilinear"))
    dy, dx = sampling.dy[:, :, None, None], sampling.dx[:, None, :, None]
    inside = xp.where(sampling.inside[..., None], grads, 0)
    by_y = xp.sum(((1 - dx) * (bl - tl) + dx * (br - tr)) * inside, axis=(2, 3))
    by_x = xp.sum(((1 - dy) * (tr - tl) + dy * (br - bl)) * inside, axis=(1, 3))
    shares = []
    for slopes, length in ((by_y, image.shape[1]), (by_x, image.shape[2])):
        count = slopes.shape[1]
        part = xp.arange(count, dtype=xp.float32) / (count - 1) if count > 1 else 0.5
        shares.append([xp.sum(slopes * weight, axis=1) * float(length - 1)
                       for weight in (1 - part, part)])
    (top, bottom), (left, right) = shares
    return xp.stack([top, left, bottom, right], axis=1)


# -- non-max suppression --------------------------------------------------------------------------

def _overlaps(boxes: Any, xp: Any) -> Any:
    """Intersection over union of every box with every other: [boxes, boxes]."""
    low, high = (f(boxes[:, :2], boxes[:, 2:]) for f in (xp.minimum, xp.maximum))
    sides = xp.minimum(high[:, None, :], high[None, :, :]) - xp.maximum(low[:, None, :],
                                                                        low[None, :, :])
    sides = xp.where(sides > 0, sides, 0)
    common = sides[..., 0] * sides[..., 1]
    areas = (high[:, 0] - low[:, 0]) * (high[:, 1] - low[:, 1])
    real = (areas[:, None] > 0) & (areas[None, :] > 0)
    union = xp.where(real, areas[:, None] + areas[None, :] - common, 1)
    return xp.where(real, common / union, 0)


@NonMaxSuppressionV3.kernel()
def non_max_suppression_kernel(boxes, scores, max_output_size, iou_threshold, score_threshold, *,
                               xp):
    """A box is kept if no better box that is kept overlaps it: true of one set of boxes only.

    All boxes decide at once, again and again: after round n at least the n best have it right.
    """
    check_overlap(iou_threshold)
    order = xp.argsort(-scores, stable=True)
    ranked = xp.take(boxes, order, axis=0)
    count = order.shape[0]
    better = xp.arange(count)[:, None] < xp.arange(count)[None, :]
    beats = (_overlaps(ranked, xp) > float(iou_threshold)) & better
    worthy = xp.take(scores, order, axis=0) > float(score_threshold)
    kept = worthy
    for _ in range(count):
        before, kept = kept, worthy & ~xp.any(beats & kept[:, None], axis=0)
        if bool(xp.all(kept == before)):
            break
    places = xp.nonzero(kept)[0]
    chosen = xp.take(order, places[:min(int(max_output_size), places.shape[0])], axis=0)
    return xp.astype(chosen, xp.int32)
