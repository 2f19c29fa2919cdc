"""Colors: RGBToHSV and HSVToRGB; AdjustHue, AdjustSaturation and AdjustContrastv2.

HSV is hue (where on the color wheel, 0 to 1), saturation (0 is grey) and value (the largest of
red, green, blue).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import dims_text
from tftutor.framework.api import tf_export
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor

_ANY_FLOAT = "T: {half, bfloat16, float, double} = DT_FLOAT"
_SMALL_FLOAT = "T: {half, float} = DT_FLOAT"

RGBToHSV = OpDef("RGBToHSV", inputs=("images: T",), outputs=("output: T",), attrs=(_ANY_FLOAT,))
HSVToRGB = OpDef("HSVToRGB", inputs=("images: T",), outputs=("output: T",), attrs=(_ANY_FLOAT,))
AdjustContrastv2 = OpDef(
    "AdjustContrastv2", inputs=("images: T", "contrast_factor: float"), outputs=("output: T",),
    attrs=(_SMALL_FLOAT,), doc="Distances from each channel's mean, times contrast_factor.")
AdjustHue = OpDef(
    "AdjustHue", inputs=("images: T", "delta: float"), outputs=("output: T",),
    attrs=(_SMALL_FLOAT,), doc="Turn the color wheel by delta, where 1 is all the way round.")
AdjustSaturation = OpDef(
    "AdjustSaturation", inputs=("images: T", "scale: float"), outputs=("output: T",),
    attrs=(_SMALL_FLOAT,), doc="Multiply the saturation, clipped to [0, 1].")


@tf_export("image.rgb_to_hsv")
def rgb_to_hsv(images: Any, name: str | None = None) -> Tensor:
    """Red, green and blue in [0, 1] as hue, saturation and value in [0, 1].

    Shapes: [..., 3] -> [..., 3]. Source: TF 1.15 docs, tf.image.rgb_to_hsv.
    """
    return RGBToHSV(images, name=name)


@tf_export("image.hsv_to_rgb")
def hsv_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Hue, saturation and value in [0, 1] as red, green and blue: undoes `rgb_to_hsv`.

    Source: TF 1.15 docs, tf.image.hsv_to_rgb.
    """
    return HSVToRGB(images, name=name)


@RGBToHSV.shape
@HSVToRGB.shape
def color_space_shape(c: Any) -> None:
    shape = c.with_rank_at_least(c.input(0), 1)
    if shape is not None:
        c.set_output(0, (*shape[:-1], c.with_value(shape[-1], 3)))


def _adjusted_shape(c: Any) -> None:
    c.set_output(0, c.with_rank_at_least(c.input(0), 3))


for _op_def in (AdjustContrastv2, AdjustHue, AdjustSaturation):
    _op_def.shape(_adjusted_shape)
for _op_def in (RGBToHSV, HSVToRGB, AdjustContrastv2, AdjustHue, AdjustSaturation):
    _op_def.not_differentiable("TF 1.15 defines no gradient for it")


# -- arithmetic -----------------------------------------------------------------------------------

def _cast(array: Any, dtype: Any, xp: Any) -> Any:
    return array.astype(dtype, copy=False) if xp is np else xp.astype(array, dtype, copy=False)


def _to_hsv(rgb: Any, xp: Any) -> tuple[Any, Any, Any]:
    red, green, blue = (rgb[..., channel] for channel in range(3))
    value = xp.max(rgb, axis=-1)
    chroma = value - xp.min(rgb, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        saturation = xp.where(value > 0, chroma / value, 0)
        sixth = 1 / (6 * chroma)
        hue = xp.where(red == value, sixth * (green - blue),
                       xp.where(green == value, sixth * (blue - red) + 2 / 6,
                                sixth * (red - green) + 4 / 6))
    hue = xp.where(chroma > 0, xp.where(hue < 0, hue + 1, hue), 0)
    return hue, saturation, value


def _to_rgb(hue: Any, saturation: Any, value: Any, xp: Any) -> Any:
    sixths = hue * 6
    parts = (xp.abs(sixths - 3) - 1, 2 - xp.abs(sixths - 2), 2 - xp.abs(sixths - 4))
    channels = [((1 - saturation) + saturation * xp.clip(part, 0, 1)) * value for part in parts]
    return xp.stack(channels, axis=-1)


def _check_three(images: np.ndarray, error: type[Exception], verb: str) -> None:
    if images.shape[-1] != 3:
        raise error(None, None, f"input must have 3 channels but {verb} {images.shape[-1]} "
                                "channels.")


def _check_image(images: np.ndarray) -> None:
    if images.ndim < 3:
        raise errors.InvalidArgumentError(
            None, None, f"input must be at least 3-D, got shape{dims_text(images.shape)}")


@RGBToHSV.kernel()
def rgb_to_hsv_kernel(images, *, xp):
    _check_three(images, errors.FailedPreconditionError, "input only has")
    return xp.stack(_to_hsv(images, xp), axis=-1)


@HSVToRGB.kernel()
def hsv_to_rgb_kernel(images, *, xp):
    _check_three(images, errors.FailedPreconditionError, "input only has")
    return _to_rgb(images[..., 0], images[..., 1], images[..., 2], xp)


@AdjustContrastv2.kernel()
def adjust_contrast_kernel(images, contrast_factor, *, xp):
    _check_image(images)
    wide = _cast(images, xp.float32, xp)
    mean = xp.mean(wide, axis=(-3, -2), keepdims=True)
    return _cast((wide - mean) * contrast_factor + mean, images.dtype, xp)


@AdjustHue.kernel()
def adjust_hue_kernel(images, delta, *, xp):
    _check_image(images)
    _check_three(images, errors.InvalidArgumentError, "instead has")
    hue, saturation, value = _to_hsv(_cast(images, xp.float32, xp), xp)
    return _cast(_to_rgb((hue + delta) % 1, saturation, value, xp), images.dtype, xp)


@AdjustSaturation.kernel()
def adjust_saturation_kernel(images, scale, *, xp):
    _check_image(images)
    _check_three(images, errors.InvalidArgumentError, "instead has")
    hue, saturation, value = _to_hsv(_cast(images, xp.float32, xp), xp)
    return _cast(_to_rgb(hue, xp.clip(saturation * scale, 0, 1), value, xp), images.dtype, xp)
