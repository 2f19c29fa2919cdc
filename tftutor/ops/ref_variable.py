"""RefVariable: the variable of TF 1 programs, three nodes: the place, `Assign` and `read`.

    w          VariableV2   the place; its output is a reference
    w/Assign   Assign       the initializer
    w/read     Identity     what `w + 1` uses
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.indexed_slices import IndexedSlices
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor
from tftutor.framework.scope_names import prepend_name_scope, strip_name_scope
from tftutor.ops import state, state_scatter
from tftutor.ops.identity import identity
from tftutor.ops.variable_guard import guarded_initial_value
from tftutor.ops.variable_initial import (
    check_outside_control_flow,
    checked_collections,
    colocated_with_name,
    initial_tensor,
)
from tftutor.ops.variable_policies import checked_policies
from tftutor.ops.variables import SaveSliceInfo, Variable, variable_kind
from tftutor.platform.tf_logging import warn_deprecated_once

_IN_PLACE = {"iadd": ("+", "assign_add"), "isub": ("-", "assign_sub"), "imul": ("*", "assign"),
             "itruediv": ("/", "assign"), "ipow": ("**", "assign")}


@variable_kind(use_resource=False)
class RefVariable(Variable):
    """A variable whose value is reached through a reference. Source: TF 1.15 docs, tf.Variable."""

    def __init__(self, initial_value: Any = None, trainable: bool | None = None,
                 collections: Any = None, validate_shape: bool = True, caching_device: Any = None,
                 name: str | None = None, variable_def: Any = None, dtype: Any = None,
                 expected_shape: Any = None, import_scope: str | None = None,
                 constraint: Any = None, synchronization: Any = None, aggregation: Any = None,
                 shape: Any = None) -> None:
        self._constraint = None
        self._caching_device = None
        self._save_slice_info = None
        if variable_def is not None:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive.")
            self._init_from_proto(variable_def, import_scope)
            return
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        policies = checked_policies(synchronization, aggregation, trainable, name)
        self._synchronization, self._aggregation, self._trainable = policies
        collections = checked_collections(collections, constraint, self._trainable)
        graph = get_default_graph()
        with graph.control_dependencies(None):
            self._build(initial_value, name, dtype, shape, validate_shape, caching_device)
            graph.add_to_collections(collections, self)
        self._caching_device = caching_device
        self._constraint = constraint

    def _build(self, initial_value: Any, name: str | None, dtype: Any, shape: Any,
               validate_shape: bool, caching_device: Any) -> None:
        is_function = callable(initial_value)
        graph = get_default_graph()
        with name_scope(name, "Variable", [] if is_function else [initial_value]) as scope:
            place = colocated_with_name(graph, scope) if is_function else nullcontext()
            with place:
                self._initial_value = initial_tensor(initial_value, dtype)
                if not is_function:
                    check_outside_control_flow(self._initial_value, scope)
                if shape is None and validate_shape:
                    shape = self._initial_value.shape
                self._variable = state.VariableV2(
                    shape=shape, dtype=self._initial_value.dtype.base_dtype, name=scope)
            if validate_shape and not self._initial_value.shape.is_fully_defined():
                raise explained(ValueError(f"initial_value must have a shape specified: "
                                           f"{self._initial_value}"))
            value = guarded_initial_value(scope, self._initial_value)
            self._initializer_op = state.assign(self._variable, value,
                                                validate_shape=validate_shape).op
            where = (graph.device(caching_device) if caching_device is not None
                     else graph.colocate_with(self._variable.op))
            with where:
                self._snapshot = identity(self._variable, name="read")

    # -- protos -----------------------------------------------------------------------------

    def _init_from_proto(self, proto: Any, import_scope: str | None) -> None:
        graph = get_default_graph()

        def element(name: str) -> Any:
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        self._variable = element(proto.variable_name)
        self._initializer_op = element(proto.initializer_name)
        self._initial_value = (element(proto.initial_value_name) if proto.initial_value_name
                               else None)
        self._snapshot = element(proto.snapshot_name)
        policies = checked_policies(proto.synchronization, proto.aggregation, proto.trainable,
                                    proto.variable_name)
        self._synchronization, self._aggregation, self._trainable = policies
        if proto.HasField("save_slice_info_def"):
            self._save_slice_info = SaveSliceInfo(save_slice_info_def=proto.save_slice_info_def,
                                                  import_scope=import_scope)

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The VariableDef proto, or None when the variable is outside `export_scope`."""
        from tensorboard.compat.proto.variable_pb2 import VariableDef

        if export_scope is not None and not self._variable.name.startswith(export_scope):
            return None
        proto = VariableDef(
            variable_name=strip_name_scope(self._variable.name, export_scope),
            initializer_name=strip_name_scope(self.initializer.name, export_scope),
            snapshot_name=strip_name_scope(self._snapshot.name, export_scope),
            trainable=self.trainable, synchronization=self.synchronization.value,
            aggregation=self.aggregation.value)
        if self._initial_value is not None:
            proto.initial_value_name = strip_name_scope(self._initial_value.name, export_scope)
        if self._save_slice_info is not None:
            proto.save_slice_info_def.MergeFrom(self._save_slice_info.to_proto(export_scope))
        return proto

    # -- what it is -------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._variable.name

    @property
    def op(self) -> Any:
        """The VariableV2 operation."""
        return self._variable.op

    @property
    def graph(self) -> Any:
        """The graph of the variable."""
        return self._variable.graph

    @property
    def device(self) -> str:
        """The device asked for the variable."""
        return self._variable.device

    @property
    def dtype(self) -> Any:
        return self._variable.dtype

    @property
    def shape(self) -> Any:
        return self._variable.shape

    def set_shape(self, shape: Any) -> None:
        """Merge `shape` into the static shape. Raises: ValueError when they contradict."""
        self._ref().set_shape(shape)
        self.value().set_shape(shape)

    # -- its value --------------------------------------------------------------------------

    def _as_graph_element(self) -> Tensor:
        return self._variable

    def _ref(self) -> Tensor:
        """The reference: what assignment ops take."""
        return self._variable

    def _incompatible_text(self, dtype: Any) -> str:
        return (f"Incompatible type conversion requested to type '{dtype.name}' for variable of "
                f"type '{self.dtype.name}'")

    def value(self) -> Tensor:
        return self._snapshot

    def read_value(self) -> Tensor:
        return identity(self._variable, name="read")

    def eval(self, session: Any = None) -> Any:
        """The value in `session` (default: the default session)."""
        return self._variable.eval(session=session)

    # -- assignment -------------------------------------------------------------------------

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None,
               read_value: bool = True) -> Any:
        """Give the variable a new value. Returns: its reference, or the operation."""
        result = state.assign(self._variable, value, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def assign_add(self, delta: Any, use_locking: bool = False, name: str | None = None,
                   read_value: bool = True) -> Any:
        """Add to the variable. Returns: its reference, or the operation."""
        result = state.assign_add(self._variable, delta, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def assign_sub(self, delta: Any, use_locking: bool = False, name: str | None = None,
                   read_value: bool = True) -> Any:
        """Subtract from the variable. Returns: its reference, or the operation."""
        result = state.assign_sub(self._variable, delta, use_locking=use_locking, name=name)
        return result if read_value else result.op

    def count_up_to(self, limit: int) -> Tensor:
        """Add 1 and give the old value; OutOfRangeError from `limit` on."""
        return state.count_up_to(self._variable, limit=limit)

    def _strided_slice_assign(self, value: Any, **kwargs: Any) -> Tensor:
        return get_op_def("StridedSliceAssign")(self._ref(), value=value, **kwargs)

    def _scatter(self, op: OpDef, sparse_delta: Any, use_locking: bool, name: str | None) -> Tensor:
        if not isinstance(sparse_delta, IndexedSlices):
            raise TypeError(f"sparse_delta is not IndexedSlices: {sparse_delta}")
        return op(self._variable, sparse_delta.indices, sparse_delta.values,
                  use_locking=use_locking, name=name)

    def scatter_add(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:
        """Add IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter(state_scatter.ScatterAdd, sparse_delta, use_locking, name)

    def scatter_sub(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:
        """Subtract IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter(state_scatter.ScatterSub, sparse_delta, use_locking, name)

    def scatter_mul(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:
        """Multiply rows by IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter(state_scatter.ScatterMul, sparse_delta, use_locking, name)

    def scatter_div(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:
        """Divide rows by IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter(state_scatter.ScatterDiv, sparse_delta, use_locking, name)

    def scatter_min(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:
        """Keep the smaller of rows and IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter(state_scatter.ScatterMin, sparse_delta, use_locking, name)

    def scatter_max(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Tensor:
        """Keep the larger of rows and IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter(state_scatter.ScatterMax, sparse_delta, use_locking, name)

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False,
                       name: str | None = None) -> Tensor:
        """Set rows to IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter(state_scatter.ScatterUpdate, sparse_delta, use_locking, name)

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """Add at coordinates."""
        return state_scatter.ScatterNdAdd(self._variable, indices, updates, use_locking=True,
                                          name=name)

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """Subtract at coordinates."""
        return state_scatter.ScatterNdSub(self._variable, indices, updates, use_locking=True,
                                          name=name)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """Set at coordinates."""
        return state_scatter.ScatterNdUpdate(self._variable, indices, updates, use_locking=True,
                                             name=name)


def _in_place_operator(symbol: str, method: str, plain: str) -> Any:
    def operator(self: Any, other: Any) -> Any:
        warn_deprecated_once(f"Variable {symbol}=",
                             f"use variable.{method} to change the variable, or x = x {symbol} y "
                             "for a new tensor")
        return getattr(self, plain)(other)

    return operator


for _name, (_symbol, _method) in _IN_PLACE.items():
    setattr(RefVariable, f"__{_name}__",
            _in_place_operator(_symbol, _method, f"__{_name[1:]}__"))
