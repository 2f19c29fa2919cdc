"""Dropout: a random part of the values is set to 0, and the rest scaled up to keep the sum."""

from __future__ import annotations

import logging
import numbers
from typing import Any

from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import TensorShape, as_shape
from tftutor.ops.array_shape import shape
from tftutor.ops.cast import cast
from tftutor.ops.random import random_uniform
from tftutor.platform import tf_logging
from tftutor.platform.renamed_arguments import given_once


@tf_export("nn.dropout")
def dropout(x: Any, keep_prob: Any = None, noise_shape: Any = None, seed: int | None = None,
            name: str | None = None, rate: Any = None) -> Tensor:
    """Set each value of `x` to 0 with probability `rate`; multiply the others by 1 / (1 - rate).

    Args:
      keep_prob: 1 - rate, the older spelling; give one of the two, as a number or scalar tensor.
      noise_shape: shape of the random mask, broadcast to that of `x`.

    Raises: ValueError for a rate outside [0, 1), or an `x` that isn't floating point.
    Source: TF 1.15 docs, tf.nn.dropout.
    """
    if keep_prob is not None:
        tf_logging.warn_deprecated_once("tf.nn.dropout(keep_prob=...)",
                                        "use rate = 1 - keep_prob")
    try:
        keep = 1.0 - keep_prob if keep_prob is not None else None
    except TypeError:
        raise ValueError("keep_prob must be a floating point number or Tensor (got "
                         f"{keep_prob!r})") from None
    rate = given_once("rate", rate, "keep_prob", keep)
    if rate is None:
        raise ValueError("You must provide a rate to dropout.")
    with name_scope(name, "dropout", [x]):
        return _dropout(x, rate, noise_shape, seed)


def _dropout(x: Any, rate: Any, noise_shape: Any, seed: int | None) -> Tensor:
    x = convert_to_tensor(x, name="x")
    if not x.dtype.is_floating:
        raise explained(ValueError(
            "x has to be a floating point tensor since it's going to be scaled. Got "
            f"a {x.dtype} tensor instead."))
    if isinstance(rate, numbers.Real):
        _check_rate(rate)
        if rate == 0:
            return x
    rate = convert_to_tensor(rate, dtype=x.dtype, name="rate")
    rate.get_shape().assert_has_rank(0)
    if constant_value(rate) == 0:
        return x
    random_tensor = random_uniform(_noise_shape(x, noise_shape), seed=seed, dtype=x.dtype)
    keep_prob = 1 - rate
    scale = 1 / keep_prob
    keep_mask = random_tensor >= rate
    result = x * scale * cast(keep_mask, x.dtype)
    result.set_shape(x.get_shape())
    return result


def _check_rate(rate: Any) -> None:
    if not 0 <= rate < 1:
        raise ValueError("rate must be a scalar tensor or a float in the range [0, 1), got "
                         f"{rate:g}")
    if rate > 0.5:
        tf_logging.log_first_n(
            logging.WARNING, "Large dropout rate: %g (>0.5). In TensorFlow 2.x, dropout() uses "
            "dropout rate instead of keep_prob. Please ensure that this is intended.", 5, rate)


def _noise_shape(x: Tensor, noise_shape: Any) -> Any:
    """The mask's shape: unknown items of `noise_shape` are read from the shape of `x`."""
    if noise_shape is None:
        return shape(x)
    try:
        given = as_shape(noise_shape)
    except (TypeError, ValueError):
        return noise_shape
    if x.shape.ndims is not None and x.shape.ndims == given.ndims:
        pairs = zip(given.as_list(), x.shape.as_list(), strict=True)
        return TensorShape([own if asked is None else asked for asked, own in pairs])
    return noise_shape
