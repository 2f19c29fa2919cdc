"""Adam."""

from __future__ import annotations

from typing import Any

from tftutor.composite.group import group
from tftutor.framework.api import tf_export
from tftutor.framework.graph_functions import colocate_with, control_dependencies
from tftutor.ops.cast import cast
from tftutor.ops.elementwise_power import sqrt
from tftutor.ops.state import assign, assign_sub
from tftutor.ops.state_scatter import scatter_add
from tftutor.train.optimizer import Optimizer, is_resource


@tf_export("train.AdamOptimizer")
class AdamOptimizer(Optimizer):
    """Adaptive moment estimation (Kingma and Ba, 2014).

    m and v are running means of the gradient and of its square:
    var -= learning_rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon).

    Source: TF 1.15 docs, tf.train.AdamOptimizer.
    """

    _rule = "Adam"
    _tensor_suffix = "_t"
    _slots_wanted = ("m", "v")
    _hyperparameters = (("lr", "_lr", "learning_rate"), ("beta1", "_beta1", "beta1"),
                        ("beta2", "_beta2", "beta2"), ("epsilon", "_epsilon", "epsilon"))

    def __init__(self, learning_rate: Any = 0.001, beta1: Any = 0.9, beta2: Any = 0.999,
                 epsilon: Any = 1e-8, use_locking: bool = False, name: str = "Adam") -> None:
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._beta1 = beta1
        self._beta2 = beta2
        self._epsilon = epsilon

    def _create_slots(self, variables: list[Any]) -> None:
        first = min(variables, key=lambda v: v.name)
        self._create_non_slot_variable(self._call_if_callable(self._beta1), "beta1_power", first)
        self._create_non_slot_variable(self._call_if_callable(self._beta2), "beta2_power", first)
        super()._create_slots(variables)

    def _get_beta_accumulators(self) -> tuple[Any, Any]:
        return (self._get_non_slot_variable("beta1_power"),
                self._get_non_slot_variable("beta2_power"))

    def _extra_arguments(self, dtype: Any) -> dict[str, Any]:
        power1, power2 = self._get_beta_accumulators()
        return {"beta1_power": cast(power1, dtype), "beta2_power": cast(power2, dtype)}

    def _apply_sparse(self, grad: Any, variable: Any) -> Any:
        return self._sparse_update(grad.values, variable, grad.indices)

    def _resource_apply_sparse(self, grad: Any, variable: Any, indices: Any) -> Any:
        return self._sparse_update(grad, variable, indices)

    def _sparse_update(self, grad: Any, variable: Any, indices: Any) -> Any:
        """Decay all of m and v, add the rows, move all of the variable (as TF does)."""
        dtype = variable.dtype.base_dtype
        power1, power2 = self._extra_arguments(dtype).values()
        lr, beta1, beta2, epsilon = (cast(self._tensors[key], dtype)
                                     for key in ("lr", "beta1", "beta2", "epsilon"))
        rate = lr * sqrt(1 - power2) / (1 - power1)
        m = self._decay_and_add(variable, "m", beta1, grad * (1 - beta1), indices)
        v = self._decay_and_add(variable, "v", beta2, (grad * grad) * (1 - beta2), indices)
        root = sqrt(v)
        step = assign_sub(variable, rate * m / (root + epsilon), use_locking=self._use_locking)
        return group(step, m, v)

    def _decay_and_add(self, variable: Any, slot_name: str, beta: Any, rows: Any,
                       indices: Any) -> Any:
        slot = self.get_slot(variable, slot_name)
        decayed = assign(slot, slot * beta, use_locking=self._use_locking)
        with control_dependencies([decayed]):
            added = scatter_add(slot, indices, rows, use_locking=self._use_locking)
            if not is_resource(slot):
                return added
        with control_dependencies([added]):
            return slot.value()

    def _finish(self, update_ops: list[Any], name: str) -> Any:
        power1, power2 = self._get_beta_accumulators()
        with control_dependencies(update_ops), colocate_with(power1.op):
            updates = [power.assign(power * self._tensors[key], use_locking=self._use_locking)
                       for power, key in ((power1, "beta1"), (power2, "beta2"))]
        return group(*update_ops, *updates, name=name)
