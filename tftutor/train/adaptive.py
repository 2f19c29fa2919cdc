"""Optimizers with a step size of their own for each weight: Adagrad, Adadelta, RMSProp, FTRL."""

from __future__ import annotations

from typing import Any

from tftutor.framework.api import tf_export
from tftutor.framework.graph_functions import colocate_with
from tftutor.ops.array_fill import fill, ones_like
from tftutor.ops.array_shape import shape
from tftutor.ops.cast import cast
from tftutor.ops.constant import constant
from tftutor.ops.identity import identity
from tftutor.ops.init_ops import Constant, Ones
from tftutor.train.optimizer import Optimizer


@tf_export("train.AdagradOptimizer")
class AdagradOptimizer(Optimizer):
    """Steps shrink with the sum of squared gradients (Duchi et al., 2011).

    Raises: ValueError when `initial_accumulator_value` isn't positive.
    Source: TF 1.15 docs, tf.train.AdagradOptimizer.
    """

    _rule = "Adagrad"
    _slots_wanted = ("accumulator",)
    _hyperparameters = (("lr", "_learning_rate", "learning_rate"),)

    def __init__(self, learning_rate: Any, initial_accumulator_value: float = 0.1,
                 use_locking: bool = False, name: str = "Adagrad") -> None:
        if initial_accumulator_value <= 0.0:
            raise ValueError("initial_accumulator_value must be positive: "
                             f"{initial_accumulator_value}")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial = initial_accumulator_value

    def _create_slots(self, variables: list[Any]) -> None:
        for variable in variables:
            dtype = variable.dtype.base_dtype
            if variable.get_shape().is_fully_defined():
                start = Constant(self._initial, dtype=dtype)
            else:
                start = self._filled_like(variable, dtype)
            self._get_or_make_slot_with_initializer(variable, start, variable.get_shape(), dtype,
                                                    "accumulator", self._name)

    def _filled_like(self, variable: Any, dtype: Any) -> Any:
        def start() -> Any:
            filled = fill(shape(variable), self._initial)
            return cast(filled, dtype)

        return start


@tf_export("train.ProximalAdagradOptimizer")
class ProximalAdagradOptimizer(Optimizer):
    """Adagrad with l1 and l2 shrinkage. Source: TF 1.15, tf.train.ProximalAdagradOptimizer."""

    _rule = "ProximalAdagrad"
    _slots_wanted = ("accumulator",)
    _hyperparameters = (("lr", "_learning_rate", "learning_rate"),
                        ("l1", "_l1", "l1_regularization_strength"),
                        ("l2", "_l2", "l2_regularization_strength"))

    def __init__(self, learning_rate: Any, initial_accumulator_value: float = 0.1,
                 l1_regularization_strength: float = 0.0, l2_regularization_strength: float = 0.0,
                 use_locking: bool = False, name: str = "ProximalAdagrad") -> None:
        if initial_accumulator_value <= 0.0:
            raise ValueError("initial_accumulator_value must be positive: "
                             f"{initial_accumulator_value}")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial = initial_accumulator_value
        self._l1 = l1_regularization_strength
        self._l2 = l2_regularization_strength

    def _create_slots(self, variables: list[Any]) -> None:
        for variable in variables:
            with colocate_with(variable.op):
                value = constant(self._initial, shape=variable.get_shape(),
                                 dtype=variable.dtype.base_dtype)
            self._get_or_make_slot(variable, value, "accumulator", self._name)


@tf_export("train.AdagradDAOptimizer")
class AdagradDAOptimizer(Optimizer):
    """Adagrad by dual averaging, for sparse linear models.

    Source: TF 1.15 docs, tf.train.AdagradDAOptimizer.
    """

    _rule = "AdagradDA"
    _slots_wanted = ("gradient_accumulator", "gradient_squared_accumulator")
    _hyperparameters = (("lr", "_learning_rate", "learning_rate"),)

    def __init__(self, learning_rate: Any, global_step: Any,
                 initial_gradient_squared_accumulator_value: float = 0.1,
                 l1_regularization_strength: float = 0.0, l2_regularization_strength: float = 0.0,
                 use_locking: bool = False, name: str = "AdagradDA") -> None:
        if initial_gradient_squared_accumulator_value <= 0.0:
            raise ValueError("initial_gradient_squared_accumulator_value must be positive: "
                             f"{initial_gradient_squared_accumulator_value}")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._global_step = global_step
        self._initial = initial_gradient_squared_accumulator_value
        self._l1 = l1_regularization_strength
        self._l2 = l2_regularization_strength

    def _create_slots(self, variables: list[Any]) -> None:
        for variable in variables:
            with colocate_with(variable.op):
                zeros = constant(0.0, shape=variable.get_shape(), dtype=variable.dtype.base_dtype)
                filled = constant(self._initial, shape=variable.get_shape(),
                                  dtype=variable.dtype.base_dtype)
            self._get_or_make_slot(variable, zeros, "gradient_accumulator", self._name)
            self._get_or_make_slot(variable, filled, "gradient_squared_accumulator", self._name)

    def _prepare(self) -> None:
        super()._prepare()
        with colocate_with(self._tensors["lr"].op):
            self._step_here = identity(self._global_step) + 1

    def _extra_arguments(self, dtype: Any) -> dict[str, Any]:
        step = identity(self._step_here)
        return {"l1": cast(self._l1, dtype), "l2": cast(self._l2, dtype), "global_step": step}


@tf_export("train.AdadeltaOptimizer")
class AdadeltaOptimizer(Optimizer):
    """Steps scaled by running means of gradients and of updates (Zeiler, 2012).

    Source: TF 1.15 docs, tf.train.AdadeltaOptimizer.
    """

    _rule = "Adadelta"
    _tensor_suffix = "_t"
    _slots_wanted = ("accum", "accum_update")
    _hyperparameters = (("lr", "_lr", "lr"), ("rho", "_rho", "rho"),
                        ("epsilon", "_epsilon", "epsilon"))

    def __init__(self, learning_rate: Any = 0.001, rho: float = 0.95, epsilon: float = 1e-8,
                 use_locking: bool = False, name: str = "Adadelta") -> None:
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._rho = rho
        self._epsilon = epsilon


@tf_export("train.RMSPropOptimizer")
class RMSPropOptimizer(Optimizer):
    """Steps divided by a running root mean square of the gradients (Tieleman and Hinton, 2012).

    With `centered`, by their running standard deviation.

    Source: TF 1.15 docs, tf.train.RMSPropOptimizer.
    """

    _hyperparameters = (("lr", "_learning_rate", "learning_rate"), ("rho", "_decay", "decay"),
                        ("momentum", "_momentum", "momentum"), ("epsilon", "_epsilon", "epsilon"))

    def __init__(self, learning_rate: Any, decay: float = 0.9, momentum: float = 0.0,
                 epsilon: float = 1e-10, use_locking: bool = False, centered: bool = False,
                 name: str = "RMSProp") -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._decay = decay
        self._momentum = momentum
        self._epsilon = epsilon
        self._centered = centered
        self._rule = "CenteredRMSProp" if centered else "RMSProp"
        self._slots_wanted = ("mg", "rms", "momentum") if centered else ("rms", "momentum")

    def _create_slots(self, variables: list[Any]) -> None:
        for variable in variables:
            dtype = variable.dtype.base_dtype
            if variable.get_shape().is_fully_defined():
                ones: Any = Ones(dtype=dtype)
            else:
                ones = ones_like(variable)
            self._get_or_make_slot_with_initializer(variable, ones, variable.get_shape(), dtype,
                                                    "rms", self._name)
            if self._centered:
                self._zeros_slot(variable, "mg", self._name)
            self._zeros_slot(variable, "momentum", self._name)


@tf_export("train.FtrlOptimizer")
class FtrlOptimizer(Optimizer):
    """Follow the regularised leader (McMahan et al., 2013): sparse weights by l1.

    Raises: ValueError for negative strengths or a positive `learning_rate_power`.
    Source: TF 1.15 docs, tf.train.FtrlOptimizer.
    """

    _slots_wanted = ("accum", "linear")

    def __init__(self, learning_rate: Any, learning_rate_power: float = -0.5,
                 initial_accumulator_value: float = 0.1, l1_regularization_strength: float = 0.0,
                 l2_regularization_strength: float = 0.0, use_locking: bool = False,
                 name: str = "Ftrl", accum_name: str | None = None, linear_name: str | None = None,
                 l2_shrinkage_regularization_strength: float = 0.0) -> None:
        super().__init__(use_locking, name)
        if learning_rate_power > 0.0:
            raise ValueError(f"learning_rate_power {learning_rate_power:f} needs to be negative or "
                             "zero")
        for label, value in (("initial_accumulator_value", initial_accumulator_value),
                             ("l1_regularization_strength", l1_regularization_strength),
                             ("l2_regularization_strength", l2_regularization_strength),
                             ("l2_shrinkage_regularization_strength",
                              l2_shrinkage_regularization_strength)):
            if value < 0.0:
                raise ValueError(f"{label} {value:f} needs to be positive or zero")
        self._learning_rate = learning_rate
        self._learning_rate_power = learning_rate_power
        self._initial = initial_accumulator_value
        self._l1 = l1_regularization_strength
        self._l2 = l2_regularization_strength
        self._l2_shrinkage = l2_shrinkage_regularization_strength
        self._accum_name = accum_name
        self._linear_name = linear_name
        self._rule = "FtrlV2" if self._l2_shrinkage > 0.0 else "Ftrl"

    @property
    def _hyperparameters(self) -> Any:  # type: ignore[override]
        shrinkage = (("l2_shrinkage", "_l2_shrinkage", "l2_shrinkage_regularization_strength"),)
        return (("lr", "_learning_rate", "learning_rate"),
                ("l1", "_l1", "l1_regularization_strength"),
                ("l2", "_l2", "l2_regularization_strength"), *shrinkage,
                ("lr_power", "_learning_rate_power", "learning_rate_power"))

    def _create_slots(self, variables: list[Any]) -> None:
        for variable in variables:
            with colocate_with(variable.op):
                value = constant(self._initial, dtype=variable.dtype.base_dtype,
                                 shape=variable.get_shape())
                self._get_or_make_slot(variable, value, "accum", self._accum_name or self._name)
                self._zeros_slot(variable, "linear", self._linear_name or self._name)
