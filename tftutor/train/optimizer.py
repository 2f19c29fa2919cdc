"""Optimizer: from a loss to the operation that updates the variables.

`minimize` = `compute_gradients` (tf.gradients with respect to the variables) followed by
`apply_gradients` (one fused update op a variable, see ops/training_ops.py). A subclass says which
update rule it uses, which slots that rule needs and which hyperparameters it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tftutor.composite.group import group, group_into_tuple
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.framework.conversion import convert
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.gradients import gradients
from tftutor.framework.graph_functions import colocate_with, control_dependencies
from tftutor.framework.indexed_slices import IndexedSlices, convert_to_tensor_or_indexed_slices
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import get_op_def
from tftutor.framework.operation import Tensor
from tftutor.ops.array_shape import shape
from tftutor.ops.cast import cast
from tftutor.ops.partition import unique
from tftutor.ops.segment import unsorted_segment_sum
from tftutor.ops.state import assign_add
from tftutor.ops.training_ops import UPDATES
from tftutor.ops.variables import Variable
from tftutor.train import slot_creator


def is_resource(variable: Any) -> bool:
    """True for a resource variable."""
    handle = getattr(variable, "handle", None)
    return isinstance(handle, Tensor) and handle.dtype == dtypes.resource


@tf_export("train.Optimizer")
class Optimizer:
    """Base class of optimizers. Source: TF 1.15 docs, tf.train.Optimizer.

    Subclasses set `_rule` (the update op), `_slots_wanted` ((slot name, how it starts) pairs in the
    rule's order) and `_hyperparameters` ((op argument, attribute, constant's name) triples).
    """

    GATE_NONE = 0
    GATE_OP = 1
    GATE_GRAPH = 2

    _rule = ""
    _hyperparameters: Sequence[tuple[str, str, str]] = ()
    _tensor_suffix = "_tensor"  # programs print `optimizer._learning_rate_tensor`
    _slots_wanted: Sequence[str] = ()

    def __init__(self, use_locking: bool, name: str) -> None:
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking = use_locking
        self._name = name
        self._slots: dict[str, dict[Any, Any]] = {}
        self._non_slots: dict[tuple[str, Any], Any] = {}
        self._tensors: dict[str, Tensor] = {}

    def get_name(self) -> str:
        """The optimizer's name."""
        return self._name

    # -- the public steps -------------------------------------------------------------------

    def minimize(self, loss: Any, global_step: Any = None, var_list: Any = None,
                 gate_gradients: int = GATE_OP, aggregation_method: Any = None,
                 colocate_gradients_with_ops: bool = False, name: str | None = None,
                 grad_loss: Any = None) -> Any:
        """Add the operations that lower `loss` by one step, and return the one to run.

        Args:
          loss: a float tensor.
          global_step: a variable to increment after each step.
          var_list: variables to update; by default the trainable ones of the graph.

        Raises: ValueError when no variable has a gradient.
        """
        pairs = self.compute_gradients(loss, var_list, gate_gradients, aggregation_method,
                                       colocate_gradients_with_ops, grad_loss)
        if not any(grad is not None for grad, _ in pairs):
            raise ValueError("No gradients provided for any variable, check your graph for ops "
                             "that do not support gradients, between variables "
                             f"{[str(v) for _, v in pairs]} and loss {loss}.")
        return self.apply_gradients(pairs, global_step, name)

    def compute_gradients(self, loss: Any, var_list: Any = None, gate_gradients: int = GATE_OP,
                          aggregation_method: Any = None,
                          colocate_gradients_with_ops: bool = False,
                          grad_loss: Any = None) -> list[tuple[Any, Any]]:
        """Return (gradient, variable) pairs; the gradient is None where loss doesn't depend on it.

        Raises: TypeError and ValueError for arguments that don't fit.
        """
        if callable(loss) and not isinstance(loss, Tensor):
            raise RuntimeError("`loss` is a function: that is eager execution's way. In a graph, "
                               "call it and pass the tensor: minimize(loss()).")
        if gate_gradients not in (self.GATE_NONE, self.GATE_OP, self.GATE_GRAPH):
            raise ValueError("gate_gradients must be one of: Optimizer.GATE_NONE, "
                             f"Optimizer.GATE_OP, Optimizer.GATE_GRAPH.  Not {gate_gradients}")
        self._assert_valid_dtypes([loss])
        if grad_loss is not None:
            self._assert_valid_dtypes([grad_loss])
        variables = self._variables_to_train(var_list)
        if not variables:
            raise ValueError("No variables to optimize.")
        grads = gradients(loss, [_target(v) for v in variables], grad_ys=grad_loss,
                          gate_gradients=gate_gradients == self.GATE_OP,
                          aggregation_method=aggregation_method,
                          colocate_gradients_with_ops=colocate_gradients_with_ops)
        if gate_gradients == self.GATE_GRAPH:
            grads = group_into_tuple(grads)
        pairs = list(zip(grads, variables, strict=True))
        self._assert_valid_dtypes([v for g, v in pairs if g is not None and not is_resource(v)])
        return pairs

    @staticmethod
    def _variables_to_train(var_list: Any) -> list[Any]:
        graph = get_default_graph()
        if var_list is None:
            found = (graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)
                     + graph.get_collection(GraphKeys.TRAINABLE_RESOURCE_VARIABLES))
        else:
            found = _flatten(var_list)
        found = found + graph.get_collection(GraphKeys._STREAMING_MODEL_PORTS)
        for variable in found:
            _target(variable)
        return found

    def apply_gradients(self, grads_and_vars: Any, global_step: Any = None,
                        name: str | None = None) -> Any:
        """Add the operations that apply (gradient, variable) pairs; return the one to run.

        Raises: TypeError for a pair that is malformed, ValueError when no pair has a gradient.
        """
        pairs = [(_as_gradient(grad), variable) for grad, variable in tuple(grads_and_vars)]
        if not pairs:
            raise ValueError("No variables provided.")
        for _, variable in pairs:
            _target(variable)
        variables = [v for g, v in pairs if g is not None]
        if not variables:
            raise ValueError("No gradients provided for any variable: "
                             f"{[str(v) for _, v in pairs]}.")
        with control_dependencies(None):
            self._create_slots(variables)
        with name_scope(name, self._name) as scope:
            self._prepare()
            updates = [self._update(grad, v) for grad, v in pairs if grad is not None]
            train_op = self._finish_with_step(updates, global_step, scope)
        train_op = getattr(train_op, "op", train_op)
        collection = get_default_graph().get_collection_ref(GraphKeys.TRAIN_OP)
        if train_op not in collection:
            collection.append(train_op)
        return train_op

    def _finish_with_step(self, updates: list[Any], global_step: Any, scope: str) -> Any:
        if global_step is None:
            return self._finish(updates, scope)
        with control_dependencies([self._finish(updates, "update")]):
            with colocate_with(getattr(global_step, "op", global_step)):
                if is_resource(global_step):
                    one = convert(1, dtype=global_step.dtype)
                    return get_op_def("AssignAddVariableOp")(global_step.handle, one, name=scope)
                return assign_add(global_step, 1, name=scope)

    # -- what subclasses may change ---------------------------------------------------------

    def _create_slots(self, variables: list[Any]) -> None:
        for variable in variables:
            for slot in self._slots_wanted:
                self._zeros_slot(variable, slot, self._name)

    def _prepare(self) -> None:
        """Make the hyperparameters' tensors, in the scope of the optimizer."""
        for argument, attribute, constant in self._hyperparameters:
            value = getattr(self, attribute)
            value = value() if callable(value) else value
            tensor = self._tensors[argument] = convert(value, name=constant)
            setattr(self, attribute + self._tensor_suffix, tensor)

    def _finish(self, update_ops: list[Any], name: str) -> Any:
        return group(*update_ops, name=name)

    def _extra_arguments(self, dtype: Any) -> dict[str, Any]:
        """More op arguments than the hyperparameters (Adam's powers)."""
        return {}

    def _flags(self) -> dict[str, bool]:
        """Attributes of the update op beside use_locking."""
        return {}

    def _valid_dtypes(self) -> set[Any]:
        return {dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64}

    # -- updates ----------------------------------------------------------------------------

    def _update(self, grad: Any, variable: Any) -> Any:
        with name_scope("update_" + variable.op.name), colocate_with(variable.op):
            if isinstance(variable, Tensor):
                raise NotImplementedError("Trying to update a Tensor ", variable)
            if not isinstance(grad, IndexedSlices):
                update = (self._resource_apply_dense(grad, variable) if is_resource(variable)
                          else self._apply_dense(grad, variable))
                if variable.constraint is None:
                    return update
                with control_dependencies([update]):
                    # TF passes the variable, whose one `read` node shows later updates too. Ours
                    # gives the value from before the update, so a ref variable is read again.
                    updated = variable if is_resource(variable) else variable.read_value()
                    return variable.assign(variable.constraint(updated))
            if variable.constraint is not None:
                raise RuntimeError("Cannot use a constraint function on a sparse variable.")
            if is_resource(variable):
                return self._resource_apply_sparse_duplicate_indices(grad.values, variable,
                                                                     grad.indices)
            return self._apply_sparse_duplicate_indices(grad, variable)

    def _apply_dense(self, grad: Any, variable: Any) -> Any:
        return self._call(UPDATES[self._rule].dense, variable, grad, variable.dtype.base_dtype,
                          self._slot_list(variable)).op

    def _resource_apply_dense(self, grad: Any, variable: Any) -> Any:
        return self._call(UPDATES[self._rule].resource, variable.handle, grad,
                          grad.dtype.base_dtype, [s.handle for s in self._slot_list(variable)])

    def _apply_sparse(self, grad: Any, variable: Any) -> Any:
        return self._call(self._sparse_op(False), variable, grad.values,
                          variable.dtype.base_dtype, self._slot_list(variable), grad.indices).op

    def _resource_apply_sparse(self, grad: Any, variable: Any, indices: Any) -> Any:
        return self._call(self._sparse_op(True), variable.handle, grad, grad.dtype,
                          [s.handle for s in self._slot_list(variable)], indices)

    def _sparse_op(self, resource: bool) -> Any:
        ops = UPDATES[self._rule]
        found = ops.resource_sparse if resource else ops.sparse
        if found is None:
            raise NotImplementedError(f"{type(self).__name__} has no sparse update")
        return found

    def _apply_sparse_duplicate_indices(self, grad: Any, variable: Any) -> Any:
        """Sum rows that come twice, then update: squares of sums, not sums of squares."""
        values, indices = sum_duplicates(grad.values, grad.indices)
        return self._apply_sparse(IndexedSlices(values, indices, grad.dense_shape), variable)

    def _resource_apply_sparse_duplicate_indices(self, grad: Any, variable: Any,
                                                 indices: Any) -> Any:
        values, unique = sum_duplicates(grad, indices)
        return self._resource_apply_sparse(values, variable, unique)

    def _slot_list(self, variable: Any) -> list[Any]:
        return [self.get_slot(variable, slot) for slot in self._slots_wanted]

    def _call(self, op_def: Any, target: Any, grad: Any, dtype: Any, slots: list[Any],
              indices: Any = None) -> Any:
        """Add an update op: arguments in the op's own order, hyperparameters cast to its dtype."""
        names = [arg.name for arg in op_def.spec.inputs]
        values: dict[str, Any] = dict(zip(names, [target, *slots], strict=False))
        values.update(self._extra_arguments(dtype))
        for argument, _, _ in self._hyperparameters:
            values[argument] = cast(self._tensors[argument], dtype)
        values["delta" if "delta" in names else "grad"] = grad
        values["indices"] = indices
        return op_def(*[values[name] for name in names], use_locking=self._use_locking,
                      **self._flags())

    # -- slots ------------------------------------------------------------------------------

    def get_slot(self, var: Any, name: str) -> Any:
        """The slot `name` of `var`, or None."""
        return self._slots.get(name, {}).get(_key(var))

    def get_slot_names(self) -> list[str]:
        """Names of the slots this optimizer has made."""
        return sorted(self._slots)

    def variables(self) -> list[Any]:
        """All variables that hold the optimizer's state in the current graph, by name."""
        graph = get_default_graph()
        found = list(self._non_slots.values())
        for slots in self._slots.values():
            found.extend(slots.values())
        return sorted((v for v in found if v.graph is graph), key=lambda v: v.name)

    def _zeros_slot(self, variable: Any, slot_name: str, op_name: str) -> Any:
        slots = self._slots.setdefault(slot_name, {})
        if _key(variable) not in slots:
            slots[_key(variable)] = slot_creator.create_zeros_slot(variable, op_name)
        return slots[_key(variable)]

    def _get_or_make_slot(self, variable: Any, value: Any, slot_name: str, op_name: str) -> Any:
        slots = self._slots.setdefault(slot_name, {})
        if _key(variable) not in slots:
            slots[_key(variable)] = slot_creator.create_slot(variable, value, op_name)
        return slots[_key(variable)]

    def _get_or_make_slot_with_initializer(self, variable: Any, initializer: Any, shape: Any,
                                           dtype: Any, slot_name: str, op_name: str) -> Any:
        slots = self._slots.setdefault(slot_name, {})
        if _key(variable) not in slots:
            slots[_key(variable)] = slot_creator.create_slot_with_initializer(
                variable, initializer, shape, dtype, op_name)
        return slots[_key(variable)]

    def _create_non_slot_variable(self, initial_value: Any, name: str, colocate_with: Any) -> Any:
        graph = colocate_with.graph
        if (name, graph) not in self._non_slots:
            with graph.colocate_with(colocate_with.op):
                self._non_slots[name, graph] = Variable(
                    initial_value, name=name, trainable=False,
                    use_resource=is_resource(colocate_with))
        return self._non_slots[name, graph]

    def _get_non_slot_variable(self, name: str, graph: Any = None) -> Any:
        return self._non_slots.get((name, graph or get_default_graph()))

    def _checkpoint_children(self) -> list[tuple[str, Any]]:
        """Its own variables in the current graph, for a tf.train.Checkpoint."""
        graph = get_default_graph()
        return [(name, variable) for (name, owner), variable
                in sorted(self._non_slots.items(), key=lambda item: item[0][0]) if owner is graph]

    def _assert_valid_dtypes(self, tensors: Sequence[Any]) -> None:
        valid = self._valid_dtypes()
        for tensor in tensors:
            dtype = tensor.dtype.base_dtype
            if dtype not in valid:
                raise ValueError(f"Invalid type {dtype!r} for {tensor.name}, expected: "
                                 f"{list(valid)}.")

    def _call_if_callable(self, value: Any) -> Any:
        return value() if callable(value) else value


def _key(variable: Any) -> Any:
    return (variable.op.graph, variable.op.name)


def _flatten(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _flatten(item)]
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in _flatten(value[key])]
    return [value]


def _target(variable: Any) -> Any:
    """What gradients are taken with respect to. Raises: AttributeError for no variable."""
    if variable.op.type == "VarHandleOp":
        return variable.handle
    if hasattr(variable, "_ref"):
        return variable._ref()
    if isinstance(variable, Tensor):
        return variable
    raise NotImplementedError("Trying to optimize unsupported type ", variable)


def _as_gradient(grad: Any) -> Any:
    if grad is None:
        return None
    try:
        return convert_to_tensor_or_indexed_slices(grad)
    except TypeError:
        raise TypeError("Gradient must be convertible to a Tensor or IndexedSlices, or None: "
                        f"{grad}") from None


def sum_duplicates(values: Any, indices: Any) -> tuple[Any, Any]:
    """Rows summed by index, and the distinct indices."""
    distinct, positions = unique(indices)
    total = unsorted_segment_sum(values, positions, shape(distinct)[0])
    return total, distinct
