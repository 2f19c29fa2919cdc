"""Cases for accumulator ops: each fills an accumulator and looks at it within the same step."""

import numpy as np

import tftutor as tf
from tests.op_cases.op_case import OpCase
from tftutor.ops.accumulator_ops import (
    AccumulatorApplyGradient,
    AccumulatorTakeGradient,
)
from tftutor.ops.accumulator_ops import ConditionalAccumulator as OldConditionalAccumulator


def _after(operations, look):
    """What `look()` gives once the operations have run."""
    with tf.control_dependencies(operations):
        return look()


def _mean(a, b, reduction="MEAN"):
    gradients = tf.ConditionalAccumulator(tf.float32, [2], reduction_type=reduction)
    return _after([gradients.apply_grad(a), gradients.apply_grad(b)],
                  lambda: gradients.take_grad(2))


def _count(gradient):
    gradients = tf.ConditionalAccumulator(tf.float32)
    stale = _after([gradients.set_global_step(1)], lambda: gradients.apply_grad(gradient))
    fresh = _after([stale], lambda: gradients.apply_grad(gradient, local_step=1))
    return _after([fresh], gradients.num_accumulated)


def _old_mean(a, b):
    handle = OldConditionalAccumulator(dtype=tf.float32, shape=None)
    applied = [AccumulatorApplyGradient(handle, tf.constant(0, tf.int64), g) for g in (a, b)]
    return _after(applied, lambda: AccumulatorTakeGradient(handle, 2, dtype=tf.float32))


def _sparse_mean(rows, values, more_rows, more_values, reduction="MEAN"):
    gradients = tf.SparseConditionalAccumulator(tf.float32, [5, 2], reduction_type=reduction)
    first = gradients.apply_grad(rows, values, [5, 2])
    second = _after([first], lambda: gradients.apply_grad(more_rows, more_values))
    return list(_after([second], lambda: gradients.take_grad(2)))


def _sparse_count(rows, values):
    gradients = tf.SparseConditionalAccumulator(tf.float32)
    stale = _after([gradients.set_global_step(1)], lambda: gradients.apply_grad(rows, values))
    fresh = _after([stale], lambda: gradients.apply_grad(rows, values, local_step=1))
    return _after([fresh], gradients.num_accumulated)


A, B = np.float32([1, 2]), np.float32([3, 8])
ROWS, VALUES = np.array([0, 2]), np.float32([[1, 2], [3, 4]])
MORE_ROWS, MORE_VALUES = np.array([2, 4]), np.float32([[5, 6], [7, 8]])
SPARSE = [ROWS, VALUES, MORE_ROWS, MORE_VALUES]

CASES = [
    OpCase("ResourceAccumulatorTakeGradient", _mean, [A, B], (A + B) / 2,
           covers=["ResourceConditionalAccumulator", "ResourceAccumulatorApplyGradient"]),
    OpCase("ResourceAccumulatorTakeGradient", lambda a, b: _mean(a, b, "SUM"), [A, B], A + B,
           label="sum"),
    OpCase("ResourceAccumulatorNumAccumulated", _count, [A], np.int32(1),
           covers=["ResourceAccumulatorSetGlobalStep"]),
    OpCase("AccumulatorTakeGradient", _old_mean, [A, B], (A + B) / 2,
           covers=["ConditionalAccumulator", "AccumulatorApplyGradient"]),
    OpCase("SparseAccumulatorTakeGradient", _sparse_mean, SPARSE,
           [np.array([0, 2, 4]), np.float32([[1, 2], [4, 5], [7, 8]]), np.array([5, 2])],
           covers=["SparseConditionalAccumulator", "SparseAccumulatorApplyGradient"]),
    OpCase("SparseAccumulatorTakeGradient", lambda *g: _sparse_mean(*g, reduction="SUM"), SPARSE,
           [np.array([0, 2, 4]), np.float32([[1, 2], [8, 10], [7, 8]]), np.array([5, 2])],
           label="sum"),
    OpCase("AccumulatorNumAccumulated", _sparse_count, [ROWS, VALUES], np.int32(1),
           covers=["AccumulatorSetGlobalStep"]),
]
