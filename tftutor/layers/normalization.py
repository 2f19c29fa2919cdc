"""`tf.layers`: batch normalization.

While training, each channel is normalized by its mean and variance in the batch, and moving
averages of both are updated - by operations in UPDATE_OPS, which the training step must run. Else
the moving averages take the place of the batch's values.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

from tftutor import errors
from tftutor.composite.cond import smart_cond, smart_constant_value
from tftutor.composite.nn_moments import batch_normalization as tf_batch_normalization
from tftutor.composite.nn_moments import moments
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.tensor_shape import TensorShape, as_shape
from tftutor.layers.base import Layer
from tftutor.layers.input_spec import InputSpec
from tftutor.layers.layer_function import layer_function
from tftutor.ops.array_reshape import reshape
from tftutor.ops.cast import cast
from tftutor.ops.constant import constant as tf_constant
from tftutor.ops.init_ops import Ones, Zeros
from tftutor.ops.nn_norm import fused_batch_norm
from tftutor.ops.state import assign_sub
from tftutor.ops.variable_policies import VariableAggregation, VariableSynchronization

_ZEROS, _ONES = Zeros(), Ones()


@tf_export("layers.BatchNormalization")
class BatchNormalization(Layer):
    """gamma * (inputs - mean) / sqrt(variance + epsilon) + beta, per channel.

    Args:
      axis: the channel axis, or a list of axes that keep their own mean and variance.
      momentum: of the moving averages.
      center, scale: whether there are `beta` and `gamma`.
      training: (argument of the call) bool or boolean scalar tensor: use the batch's mean and
        variance, and add updates of the moving averages to UPDATE_OPS.
      fused: None: use one fused op for images.

    Example:
        h = tf.layers.batch_normalization(h, training=is_training)
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            train = optimizer.minimize(loss)

    Raises: TypeError and ValueError for axes that don't fit; UnsupportedError for `renorm`,
    `virtual_batch_size` and `adjustment`.
    Source: TF 1.15 docs, tf.layers.batch_normalization.
    """

    supports_masking = True

    def __init__(self, axis: Any = -1, momentum: float = 0.99, epsilon: float = 1e-3,
                 center: bool = True, scale: bool = True, beta_initializer: Any = _ZEROS,
                 gamma_initializer: Any = _ONES, moving_mean_initializer: Any = _ZEROS,
                 moving_variance_initializer: Any = _ONES, beta_regularizer: Any = None,
                 gamma_regularizer: Any = None, beta_constraint: Any = None,
                 gamma_constraint: Any = None, renorm: bool = False, renorm_clipping: Any = None,
                 renorm_momentum: float = 0.99, fused: bool | None = None, trainable: bool = True,
                 virtual_batch_size: int | None = None, adjustment: Any = None, name: Any = None,
                 **kwargs: Any) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        if not isinstance(axis, list | int):
            raise explained(TypeError(f"axis must be int or list, type given: {type(axis)}"))
        _refuse(renorm=renorm, virtual_batch_size=virtual_batch_size, adjustment=adjustment)
        self.axis: Any = axis[:] if isinstance(axis, list) else axis
        self.momentum = momentum
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = beta_initializer
        self.gamma_initializer = gamma_initializer
        self.moving_mean_initializer = moving_mean_initializer
        self.moving_variance_initializer = moving_variance_initializer
        self.beta_regularizer = beta_regularizer
        self.gamma_regularizer = gamma_regularizer
        self.beta_constraint = beta_constraint
        self.gamma_constraint = gamma_constraint
        self.fused = True if fused is None else fused
        self._gamma_const: Any = None
        self._beta_const: Any = None

    @property
    def _param_dtype(self) -> dtypes.DType:
        dtype = dtypes.as_dtype(self.dtype or dtypes.float32)
        return dtypes.float32 if dtype in (dtypes.float16, dtypes.bfloat16) else dtype

    # -- variables --------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta and the moving averages."""
        input_shape = as_shape(input_shape)
        if not input_shape.ndims:
            raise explained(ValueError("Input has undefined rank:", input_shape))
        ndims = input_shape.ndims
        self.axis = self._checked_axes(ndims)
        self.fused = bool(self.fused) and ndims == 4 and self.axis in ([1], [3])
        self._data_format = "NCHW" if self.axis == [1] else "NHWC"
        sizes = {axis: input_shape.as_list()[axis] for axis in self.axis}
        if None in sizes.values():
            raise explained(ValueError(
                "Input has undefined `axis` dimension. Input shape: ", input_shape))
        self.input_spec = InputSpec(ndim=ndims, axes=sizes)
        shape: Any = tuple(sizes.values()) if len(sizes) == 1 else [sizes.get(i, 1)
                                                                    for i in range(ndims)]
        self.gamma = self._parameter("gamma", shape, self.scale, 1.0)
        self.beta = self._parameter("beta", shape, self.center, 0.0)
        with self._whole_variables():
            self.moving_mean = self._moving("moving_mean", shape)
            self.moving_variance = self._moving("moving_variance", shape)
        self.built = True

    def _checked_axes(self, ndims: int) -> list[int]:
        given = [self.axis] if isinstance(self.axis, int) else self.axis
        axes = [axis + ndims if axis < 0 else axis for axis in given]
        for axis in axes:
            if axis < 0 or axis >= ndims:
                raise explained(ValueError(f"Invalid axis: {axis}"))
        if len(axes) != len(set(axes)):
            raise explained(ValueError(f"Duplicate axis: {axes}"))
        return axes

    def _parameter(self, name: str, shape: Any, wanted: bool, constant: float) -> Any:
        """gamma or beta; without it, None - or a constant that the fused op needs."""
        if wanted:
            return self.add_weight(
                name, shape=shape, dtype=self._param_dtype,
                initializer=getattr(self, f"{name}_initializer"),
                regularizer=getattr(self, f"{name}_regularizer"),
                constraint=getattr(self, f"{name}_constraint"), trainable=True)
        if self.fused:
            fill = tf_constant(constant, dtype=self._param_dtype, shape=shape)
            setattr(self, f"_{name}_const", fill)
        return None

    @contextlib.contextmanager
    def _whole_variables(self) -> Iterator[None]:
        """Split no variable in the block: a moving average is assigned to as a whole."""
        scope = self._scope
        assert scope is not None
        partitioner = scope.partitioner
        scope.set_partitioner(None)
        try:
            yield
        finally:
            scope.set_partitioner(partitioner)

    def _moving(self, name: str, shape: Any) -> Any:
        return self.add_weight(
            name, shape=shape, dtype=self._param_dtype,
            initializer=getattr(self, f"{name}_initializer"),
            synchronization=VariableSynchronization.ON_READ, trainable=False,
            aggregation=VariableAggregation.MEAN)

    def _update_average(self, variable: Any, value: Any, momentum: Any) -> Any:
        """variable -= (variable - value) * (1 - momentum)."""
        with name_scope("AssignMovingAvg") as scope, get_default_graph().colocate_with(variable.op):
            decay = convert_to_tensor(1.0 - momentum, name="decay")
            if decay.dtype != variable.dtype.base_dtype:
                decay = cast(decay, variable.dtype.base_dtype)
            change = (variable - cast(value, variable.dtype.base_dtype)) * decay
            return assign_sub(variable, change, name=scope)

    # -- the function -----------------------------------------------------------------------------

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The layer's nodes."""
        return self._fused(inputs, training) if self.fused else self._plain(inputs, training)

    def _fused(self, inputs: Any, training: Any) -> Any:
        scale = self.gamma if self.scale else self._gamma_const
        offset = self.beta if self.center else self._beta_const
        common: dict[str, Any] = {"epsilon": self.epsilon, "data_format": self._data_format}
        output, mean, variance = smart_cond(
            training,
            lambda: fused_batch_norm(inputs, scale, offset, **common),
            lambda: fused_batch_norm(inputs, scale, offset, mean=self.moving_mean,
                                     variance=self.moving_variance, is_training=False, **common))
        known = smart_constant_value(training)
        if known is None:
            momentum = smart_cond(training, lambda: self.momentum, lambda: 1.0)
        else:
            momentum = convert_to_tensor(self.momentum)
        if known or known is None:
            self.add_update(lambda: self._update_average(self.moving_mean, mean, momentum))
            self.add_update(lambda: self._update_average(self.moving_variance, variance,
                                                         momentum))
        return output

    def _plain(self, inputs: Any, training: Any) -> Any:
        shape = inputs.shape
        ndims = shape.ndims
        reduced = [i for i in range(ndims) if i not in self.axis]
        broadcast_shape = [1] * ndims
        broadcast_shape[self.axis[0]] = shape.as_list()[self.axis[0]]

        def broadcast(v: Any) -> Any:
            if v is not None and v.shape.ndims != ndims and reduced != list(range(ndims - 1)):
                return reshape(v, broadcast_shape)
            return v

        scale, offset = broadcast(self.gamma), broadcast(self.beta)
        mean, variance = self.moving_mean, self.moving_variance
        if smart_constant_value(training) is not False:
            mean, variance = self._batch_moments(inputs, reduced, training)
        mean, variance = cast(mean, inputs.dtype), cast(variance, inputs.dtype)
        offset = None if offset is None else cast(offset, inputs.dtype)
        scale = None if scale is None else cast(scale, inputs.dtype)
        outputs = tf_batch_normalization(
            inputs, broadcast(mean), broadcast(variance), offset, scale, self.epsilon)
        outputs.set_shape(shape)
        return outputs

    def _batch_moments(self, inputs: Any, reduced: list[int], training: Any) -> Any:
        """Mean and variance: the batch's, or the moving ones where `training` turns out False."""
        batch_mean, batch_variance = moments(
            cast(inputs, self._param_dtype), reduced, keep_dims=len(self.axis) > 1)
        mean = smart_cond(training, lambda: batch_mean,
                          lambda: convert_to_tensor(self.moving_mean))
        variance = smart_cond(training, lambda: batch_variance,
                              lambda: convert_to_tensor(self.moving_variance))
        for variable, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            update = functools.partial(self._update_average, variable, value, self.momentum)
            self.add_update(smart_cond(training, update, functools.partial(_same, variable)))
        return mean, variance

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The input's shape."""
        return as_shape(input_shape)


def _same(value: Any) -> Any:
    return value


def _refuse(**given: Any) -> None:
    for name, value in given.items():
        if value:
            raise errors.UnsupportedError(f"Batch normalization with `{name}`",
                                          f"leave out `{name}`")


batch_normalization = layer_function("batch_normalization", BatchNormalization,
                                     call_arguments={"training": False}, before="trainable",
                                     tail_after="gamma_constraint")
