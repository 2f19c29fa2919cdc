"""What `tf.contrib.training` and `tf.contrib.slim` do to gradients before they are applied.

All functions take and return lists of (gradient, variable), as optimizers do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.compat.aliases import tf
from tftutor.framework.api import export_value, tf_export
from tftutor.framework.operation import Tensor
from tftutor.platform import tf_logging

Pairs = list[tuple[Any, Any]]


@tf_export("contrib.training.clip_gradient_norms", "contrib.slim.learning.clip_gradient_norms")
def clip_gradient_norms(gradients_to_variables: Pairs, max_norm: float) -> Pairs:
    """Each gradient scaled down to a norm of at most `max_norm`.

    Source: TF 1.15 docs, tf.contrib.training.clip_gradient_norms.
    """
    def clip(grad: Any) -> Any:
        return _on_values(grad, lambda values: tf.clip_by_norm(values, max_norm))

    return [(grad if grad is None else clip(grad), var) for grad, var in gradients_to_variables]


@tf_export("contrib.training.clip_gradient_norms_fn")
def clip_gradient_norms_fn(max_norm: float) -> Callable[[Pairs], Pairs]:
    """`clip_gradient_norms` as a function of the pairs alone.

    Source: TF 1.15 docs, tf.contrib.training.clip_gradient_norms_fn.
    """
    return lambda gradients_to_variables: clip_gradient_norms(gradients_to_variables, max_norm)


@tf_export("contrib.training.multiply_gradients", "contrib.slim.learning.multiply_gradients")
def multiply_gradients(grads_and_vars: Pairs, gradient_multipliers: dict[Any, Any]) -> Pairs:
    """The gradients of some variables (or names of variables) multiplied.

    Raises: ValueError for no list, for no dictionary or an empty one, and for a variable without a
    gradient.
    Source: TF 1.15 docs, tf.contrib.training.multiply_gradients.
    """
    if not isinstance(grads_and_vars, list):
        raise ValueError("`grads_and_vars` must be a list.")
    if not gradient_multipliers:
        raise ValueError("`gradient_multipliers` is empty.")
    if not isinstance(gradient_multipliers, dict):
        raise ValueError("`gradient_multipliers` must be a dict.")
    return [(_multiplied(grad, var, gradient_multipliers), var) for grad, var in grads_and_vars]


def _multiplied(grad: Any, var: Any, multipliers: dict[Any, Any]) -> Any:
    key = var if var in multipliers else var.op.name
    if key not in multipliers:
        return grad
    if grad is None:
        raise ValueError("Requested multiple of `None` gradient.")
    multiplier = multipliers[key]
    if not isinstance(multiplier, Tensor):
        multiplier = tf.convert_to_tensor(multiplier, dtype=grad.dtype)
    return _on_values(grad, lambda values: values * multiplier)


def _on_values(grad: Any, function: Callable[[Any], Any]) -> Any:
    """`function` of a gradient, or of the values of sparse ones."""
    if isinstance(grad, tf.IndexedSlices):
        return tf.IndexedSlices(function(grad.values), grad.indices, grad.dense_shape)
    return function(grad)


@tf_export("contrib.training.add_gradients_summaries")
def add_gradients_summaries(grads_and_vars: Pairs) -> list[Any]:
    """A histogram and the norm of each gradient as summaries.

    Source: TF 1.15 docs, tf.contrib.training.add_gradients_summaries.
    """
    return _summaries(grads_and_vars, "_")


def _add_summaries_of_slim(grads_and_vars: Pairs) -> list[Any]:
    """A histogram and the norm of each gradient as summaries.

    Source: TF 1.15 docs, tf.contrib.slim.learning.add_gradients_summaries.
    """
    return _summaries(grads_and_vars, "/")


def _summaries(grads_and_vars: Pairs, separator: str) -> list[Any]:
    summaries = []
    for grad, var in grads_and_vars:
        if grad is None:
            tf_logging.info("Var %s has no gradient", var.op.name)
            continue
        values = grad.values if isinstance(grad, tf.IndexedSlices) else grad
        name = f"{var.op.name}{separator}gradient"
        summaries.append(tf.summary.histogram(name, values))
        summaries.append(tf.summary.scalar(f"{name}_norm", tf.global_norm([values])))
    return summaries


export_value("contrib.slim.learning.add_gradients_summaries", _add_summaries_of_slim)
