"""The Python side of accumulators: `tf.ConditionalAccumulator` and its sparse sibling.

Both build nodes. A step that calls `apply_grad` adds a gradient, another that calls `take_grad`
gets the mean once there are enough; see runtime/accumulators.py for what happens in between.
"""

from __future__ import annotations

from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.indexed_slices import IndexedSlices
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.tensor_shape import TensorShape, unknown_shape
from tftutor.ops import accumulator_ops as nodes
from tftutor.ops.cast import cast


@tf_export("ConditionalAccumulatorBase")
class ConditionalAccumulatorBase:
    """What both kinds of accumulators can do.

    An accumulator is at some step (0 at first). It takes gradients of that step and of later ones;
    those of earlier steps are stale and dropped.

    Args:
      dtype, shape: of the gradients; None: they may have any shape.
      accumulator_ref: the tensor that stands for the accumulator in the graph.

    Source: TF 1.15 docs, tf.ConditionalAccumulatorBase.
    """

    def __init__(self, dtype: Any, shape: Any, accumulator_ref: Tensor) -> None:
        self._dtype = dtype
        self._shape = unknown_shape() if shape is None else TensorShape(shape)
        self._accumulator_ref = accumulator_ref
        self._name = accumulator_ref.op.name.split("/")[-1]

    @property
    def accumulator_ref(self) -> Tensor:
        """The tensor that stands for the accumulator in the graph."""
        return self._accumulator_ref

    @property
    def name(self) -> str:
        """The last part of the node's name."""
        return self._name

    @property
    def dtype(self) -> Any:
        """The dtype of the gradients."""
        return self._dtype

    def num_accumulated(self, name: str | None = None) -> Tensor:
        """Scalar int32: how many gradients there are.

        Source: TF 1.15 docs, tf.ConditionalAccumulatorBase.num_accumulated.
        """
        return nodes.ResourceAccumulatorNumAccumulated(
            self._accumulator_ref, name=name or f"{self._name}_NumAccumulated")

    def set_global_step(self, new_global_step: Any, name: str | None = None) -> Operation:
        """Set the step that the accumulator is at; a step back is logged as a warning.

        Args:
          new_global_step: an integer scalar: a number, a tensor or a variable.

        Raises: ValueError for a static shape that isn't that of a scalar.
        Source: TF 1.15 docs, tf.ConditionalAccumulatorBase.set_global_step.
        """
        return nodes.ResourceAccumulatorSetGlobalStep(
            self._accumulator_ref, _step(new_global_step), name=name)


def _step(number: Any) -> Tensor:
    return cast(convert_to_tensor(number), dtypes.int64)


@tf_export("ConditionalAccumulator")
class ConditionalAccumulator(ConditionalAccumulatorBase):
    """Collects gradients of one shape and gives their mean.

    Args:
      dtype, shape: of the gradients; None: any shape, the same until they are taken.
      shared_name: nodes with the same one share the accumulator.
      reduction_type: "MEAN" or "SUM" of the gradients.

    Raises: ValueError for another reduction type.
    Source: TF 1.15 docs, tf.ConditionalAccumulator.
    """

    def __init__(self, dtype: Any, shape: Any = None, shared_name: str | None = None,
                 name: str = "conditional_accumulator", reduction_type: str = "MEAN") -> None:
        ref = nodes.ResourceConditionalAccumulator(
            dtype=dtype, shape=shape, shared_name=shared_name or "",
            reduction_type=reduction_type, name=name)
        super().__init__(dtype, shape, ref)

    def apply_grad(self, grad: Any, local_step: Any = 0, name: str | None = None) -> Operation:
        """Add a gradient; dropped without a word if `local_step` is before the accumulator's step.

        Args:
          grad: the gradient. local_step: the step that it was computed in.

        Raises: ValueError for a wrong dtype or static shape; in the step InvalidArgumentError for
        a wrong shape. Source: TF 1.15 docs, tf.ConditionalAccumulator.apply_grad.
        """
        grad = convert_to_tensor(grad, self._dtype)
        grad.get_shape().assert_is_compatible_with(self._shape)
        return nodes.ResourceAccumulatorApplyGradient(
            self._accumulator_ref, local_step=_step(local_step), gradient=grad, name=name)

    def take_grad(self, num_required: Any, name: str | None = None) -> Tensor:
        """The mean of the gradients; the step waits until there are `num_required`.

        Afterwards the accumulator is empty and one step further.

        In the step: InvalidArgumentError for less than 1.
        Source: TF 1.15 docs, tf.ConditionalAccumulator.take_grad.
        """
        average = nodes.ResourceAccumulatorTakeGradient(
            self._accumulator_ref, num_required, dtype=self._dtype, name=name)
        average.set_shape(self._shape)
        return average


@tf_export("sparse.SparseConditionalAccumulator", "SparseConditionalAccumulator")
class SparseConditionalAccumulator(ConditionalAccumulatorBase):
    """Collects sparse gradients (rows and their indices) and gives their mean.

    The mean of a row is over those gradients that had it.

    Args:
      dtype: of the gradients. shape: of the whole gradient, rows that it hasn't included.
      shared_name: nodes with the same one share the accumulator.
      reduction_type: "MEAN" or "SUM" of the gradients.

    Raises: ValueError for another reduction type.
    Source: TF 1.15 docs, tf.SparseConditionalAccumulator.
    """

    def __init__(self, dtype: Any, shape: Any = None, shared_name: str | None = None,
                 name: str = "sparse_conditional_accumulator", reduction_type: str = "MEAN"
                 ) -> None:
        ref = nodes.SparseConditionalAccumulator(
            dtype=dtype, shape=shape, shared_name=shared_name or "",
            reduction_type=reduction_type, name=name)
        super().__init__(dtype, shape, ref)

    def apply_indexed_slices_grad(self, grad: IndexedSlices, local_step: Any = 0,
                                  name: str | None = None) -> Operation:
        """Add a gradient that is an IndexedSlices; see `apply_grad`.

        Source: TF 1.15 docs, tf.SparseConditionalAccumulator.apply_indexed_slices_grad.
        """
        return self.apply_grad(grad_indices=grad.indices, grad_values=grad.values,
                               grad_shape=grad.dense_shape, local_step=local_step, name=name)

    def apply_grad(self, grad_indices: Any, grad_values: Any, grad_shape: Any = None,
                   local_step: Any = 0, name: str | None = None) -> Operation:
        """Add a gradient; dropped without a word if `local_step` is before the accumulator's step.

        Args:
          grad_indices: [n], the rows that aren't zero. grad_values: [n, ...], these rows.
          grad_shape: the shape of the whole gradient, or None.
          local_step: the step that it was computed in.

        In the step: InvalidArgumentError for shapes or indices that don't fit.
        Source: TF 1.15 docs, tf.SparseConditionalAccumulator.apply_grad.
        """
        step = _step(local_step)
        return nodes.SparseAccumulatorApplyGradient(
            self._accumulator_ref, local_step=step,
            gradient_indices=cast(grad_indices, dtypes.int64), gradient_values=grad_values,
            gradient_shape=cast([] if grad_shape is None else grad_shape, dtypes.int64),
            has_known_shape=grad_shape is not None, name=name)

    def take_grad(self, num_required: Any, name: str | None = None) -> Any:
        """(indices, values, shape) of the mean; the step waits until there are `num_required`.

        Afterwards the accumulator is empty and one step further. A size of the shape that nobody
        knows is -1.

        In the step: InvalidArgumentError for less than 1.
        Source: TF 1.15 docs, tf.SparseConditionalAccumulator.take_grad.
        """
        return nodes.SparseAccumulatorTakeGradient(
            self._accumulator_ref, num_required, dtype=self._dtype, name=name)

    def take_indexed_slices_grad(self, num_required: Any, name: str | None = None
                                 ) -> IndexedSlices:
        """The mean as an IndexedSlices; see `take_grad`.

        Source: TF 1.15 docs, tf.SparseConditionalAccumulator.take_indexed_slices_grad.
        """
        mean = self.take_grad(num_required, name)
        return IndexedSlices(values=mean.values, indices=mean.indices, dense_shape=mean.shape)

    def num_accumulated(self, name: str | None = None) -> Tensor:
        """Scalar int32: how many gradients there are.

        Source: TF 1.15 docs, tf.SparseConditionalAccumulator.num_accumulated.
        """
        return nodes.AccumulatorNumAccumulated(
            self._accumulator_ref, name=name or f"{self._name}_NumAccumulated")

    def set_global_step(self, new_global_step: Any, name: str | None = None) -> Operation:
        """Set the step that the accumulator is at; a step back is logged as a warning.

        Source: TF 1.15 docs, tf.SparseConditionalAccumulator.set_global_step.
        """
        return nodes.AccumulatorSetGlobalStep(self._accumulator_ref, _step(new_global_step),
                                              name=name)
