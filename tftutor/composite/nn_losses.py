"""Losses and layers made of other ops: logistic losses, Poisson loss, xw_plus_b and the like."""

from __future__ import annotations

import math
from typing import Any

from tftutor.composite.cond import cond
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.ops.arithmetic import add
from tftutor.ops.array_fill import ones_like, zeros_like
from tftutor.ops.array_fill import zeros as tf_zeros
from tftutor.ops.array_join import concat
from tftutor.ops.array_shape import size as tf_size
from tftutor.ops.cast import cast
from tftutor.ops.comparison import not_equal
from tftutor.ops.constant import constant
from tftutor.ops.elementwise_power import abs as tf_abs
from tftutor.ops.elementwise_power import exp, log, log1p
from tftutor.ops.identity import identity
from tftutor.ops.logical import logical_and
from tftutor.ops.matmul import matmul
from tftutor.ops.nn_activation import relu
from tftutor.ops.nn_bias import BiasAddV1, bias_add
from tftutor.ops.nn_cross_entropy import ensure_named
from tftutor.ops.reduction import reduce_sum
from tftutor.ops.select import where
from tftutor.platform.renamed_arguments import given_once
from tftutor.platform.tf_logging import warn_deprecated_once


def _same_shape(first: Tensor, second: Tensor, names: str) -> None:
    try:
        second.get_shape().merge_with(first.get_shape())
    except ValueError:
        raise explained(ValueError(f"{names} must have the same shape ({first.get_shape()} vs "
                                   f"{second.get_shape()})")) from None


@tf_export("nn.sigmoid_cross_entropy_with_logits")
def sigmoid_cross_entropy_with_logits(_sentinel: Any = None, labels: Any = None,
                                      logits: Any = None, name: str | None = None) -> Tensor:
    """The logistic loss, for classes that don't exclude each other: same shape as the inputs.

    It is max(x, 0) - x * z + log(1 + exp(-|x|)) for logits x and labels z, which neither
    overflows nor loses small values.
    Raises: ValueError when the arguments aren't named or the shapes differ.
    Source: TF 1.15 docs, tf.nn.sigmoid_cross_entropy_with_logits.
    """
    ensure_named("sigmoid_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _same_shape(logits, labels, "logits and labels")
        # where() rather than max() and abs(): their gradients at 0 would not be the loss's.
        zeros = zeros_like(logits, dtype=logits.dtype)
        is_positive = logits >= zeros
        positive_part = where(is_positive, logits, zeros)
        minus_abs = where(is_positive, -logits, logits)
        linear = positive_part - logits * labels
        return add(linear, log1p(exp(minus_abs)), name=scope)


@tf_export("nn.weighted_cross_entropy_with_logits")
def weighted_cross_entropy_with_logits(labels: Any = None, logits: Any = None,
                                       pos_weight: Any = None, name: str | None = None,
                                       targets: Any = None) -> Tensor:
    """The logistic loss with errors on positive labels counted `pos_weight` times.

    Raises: ValueError when the shapes differ.
    Source: TF 1.15 docs, tf.nn.weighted_cross_entropy_with_logits.
    """
    if targets is not None:
        warn_deprecated_once("tf.nn.weighted_cross_entropy_with_logits(targets=...)",
                             "use labels=...")
    labels = given_once("labels", labels, "targets", targets)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _same_shape(logits, labels, "logits and labels")
        log_weight = 1 + (pos_weight - 1) * labels
        linear = (1 - labels) * logits
        tail = log1p(exp(-tf_abs(logits)))
        return add(linear, log_weight * (tail + relu(-logits)), name=scope)


@tf_export("nn.log_poisson_loss")
def log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False,
                     name: str | None = None) -> Tensor:
    """exp(log_input) - log_input * targets: -log of a Poisson likelihood, up to a constant.

    `compute_full_loss` adds Stirling's approximation of the constant, log(targets!).
    Raises: ValueError when the shapes differ. Source: TF 1.15 docs, tf.nn.log_poisson_loss.
    """
    with name_scope(name, "log_poisson_loss", [log_input, targets]):
        log_input = convert_to_tensor(log_input, name="log_input")
        targets = convert_to_tensor(targets, name="targets")
        _same_shape(log_input, targets, "log_input and targets")
        result = exp(log_input) - log_input * targets
        if compute_full_loss:
            result += _stirling(targets)
        return result


def _stirling(targets: Tensor) -> Tensor:
    half = constant(0.5, dtype=targets.dtype)
    two_pi = constant(2 * math.pi, dtype=targets.dtype)
    approximation = (targets * log(targets)) - targets + (half * log(two_pi * targets))
    zeros = zeros_like(targets, dtype=targets.dtype)
    ones = ones_like(targets, dtype=targets.dtype)
    is_trivial = logical_and(targets >= zeros, targets <= ones)
    return where(is_trivial, zeros, approximation)


@tf_export("nn.xw_plus_b")
def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """matmul(x, weights) + biases. Source: TF 1.15 docs, tf.nn.xw_plus_b."""
    with name_scope(name, "xw_plus_b", [x, weights, biases]) as scope:
        x, weights, biases = _layer_inputs(x, weights, biases)
        return bias_add(matmul(x, weights), biases, name=scope)


def xw_plus_b_v1(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """xw_plus_b made with the older BiasAddV1 op; `tensorflow.python` code asks for it."""
    with name_scope(name, "xw_plus_b_v1", [x, weights, biases]) as scope:
        x, weights, biases = _layer_inputs(x, weights, biases)
        return BiasAddV1(matmul(x, weights), biases, name=scope)


@tf_export("nn.relu_layer")
def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """relu(matmul(x, weights) + biases). Source: TF 1.15 docs, tf.nn.relu_layer."""
    with name_scope(name, "relu_layer", [x, weights, biases]) as scope:
        x, weights, biases = _layer_inputs(x, weights, biases)
        return relu(bias_add(matmul(x, weights), biases), name=scope)


def _layer_inputs(x: Any, weights: Any, biases: Any) -> tuple[Tensor, Tensor, Tensor]:
    return (convert_to_tensor(x, name="x"), convert_to_tensor(weights, name="weights"),
            convert_to_tensor(biases, name="biases"))


@tf_export("nn.crelu")
def crelu(features: Any, name: str | None = None, axis: int = -1) -> Tensor:
    """relu of features and of -features, side by side: twice the depth.

    Source: TF 1.15 docs, tf.nn.crelu.
    """
    with name_scope(name, "CRelu", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        both = concat([features, -features], axis, name=scope)
        return relu(both)


@tf_export("nn.zero_fraction", "math.zero_fraction")
def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """The part of `value`'s elements that are 0: a float32 scalar.

    Source: TF 1.15 docs, tf.math.zero_fraction.
    """
    with name_scope(name, "zero_fraction", [value]):
        value = convert_to_tensor(value, name="value")
        size = tf_size(value, out_type=dtypes.int64)
        # Counting in int32 is faster, where the count fits.
        num_nonzero = cond(
            size <= dtypes.int32.max,
            true_fn=lambda: cast(_count_nonzero(value, dtypes.int32), dtype=dtypes.int64),
            false_fn=lambda: _count_nonzero(value, dtypes.int64))
        with name_scope("counts_to_fraction"):
            num_zero = cast(size - num_nonzero, dtype=dtypes.float32)
            fraction = num_zero / cast(size, dtype=dtypes.float32)
        return identity(fraction, "fraction")


def _count_nonzero(value: Tensor, dtype: dtypes.DType) -> Tensor:
    with name_scope("count_nonzero", values=[value]):
        zero = tf_zeros([], dtype=value.dtype)
        is_nonzero = cast(not_equal(value, zero), dtype=dtype)
        return reduce_sum(is_nonzero, name="nonzero_count")
