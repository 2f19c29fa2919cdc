"""ResourceVariable: a variable that is read by an operation, so each read has its place in time.

    w                        VarHandleOp        the handle
    w/IsInitialized/...      VarIsInitializedOp
    w/Assign                 AssignVariableOp   the initializer
    w/Read/ReadVariableOp    ReadVariableOp     what `sess.run(w)` fetches
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.indexed_slices import IndexedSlices
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import get_op_def
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.scope_names import prepend_name_scope, strip_name_scope
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops import resource_scatter, resource_state
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


class BaseResourceVariable(Variable):
    """What a resource variable and the result of an assignment to it share."""

    _handle: Tensor
    _handle_name: str
    _shape: TensorShape
    _dtype: dtypes.DType
    _graph_element: Tensor
    _cached_value: Tensor | None = None
    _is_initialized_op: Tensor | None = None
    _caching_device: Any = None
    _save_slice_info: Any = None
    _constraint: Any = None

    # -- what it is -------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._handle_name

    @property
    def handle(self) -> Tensor:
        """The tensor of dtype resource that stands for the variable."""
        return self._handle

    @property
    def op(self) -> Any:
        """The VarHandleOp operation."""
        return self._handle.op

    @property
    def graph(self) -> Any:
        """The graph of the variable."""
        return self._handle.graph

    @property
    def device(self) -> str:
        """The device asked for the variable."""
        return self._handle.device

    @property
    def dtype(self) -> Any:
        return self._dtype

    @property
    def shape(self) -> Any:
        return self._shape

    @property
    def create(self) -> Any:
        """The operation that initialises the variable."""
        return self._initializer_op

    def set_shape(self, shape: Any) -> None:
        """Refused: a resource variable's shape is fixed. Raises: NotImplementedError."""
        raise NotImplementedError("ResourceVariable does not implement set_shape()")

    def _as_graph_element(self) -> Tensor:
        return self._graph_element

    def _incompatible_text(self, dtype: Any) -> str:
        return (f"Incompatible type conversion requested to type {dtype.name!r} for variable of "
                f"type {self.dtype.name!r}")

    # -- its value --------------------------------------------------------------------------

    def _read_variable_op(self) -> Tensor:
        return resource_state.ReadVariableOp(self._handle, dtype=self._dtype)

    def value(self) -> Tensor:
        if self._cached_value is not None:
            return self._cached_value
        graph = get_default_graph()
        with graph.colocate_with(None, ignore_existing=True), graph.device(self._handle.device):
            return self._read_variable_op()

    def read_value(self) -> Tensor:
        with name_scope("Read"), get_default_graph().device(self._handle.device):
            value = self._read_variable_op()
        return identity(value)

    def _ref(self) -> Tensor:
        return self.read_value().op.inputs[0]

    def is_initialized(self, name: str | None = None) -> Tensor:
        """A bool scalar: whether the variable has a value."""
        return resource_state.VarIsInitializedOp(self.handle, name=name)

    def numpy(self) -> Any:
        """Refused, as in every graph: a graph's variable has its values in sessions.

        Raises: NotImplementedError.
        """
        raise NotImplementedError("numpy() is only available when eager execution is enabled.")

    def __bool__(self) -> bool:
        """Refused. Raises: TypeError, as for every tensor of a graph."""
        return bool(self.read_value())

    def eval(self, session: Any = None) -> Any:
        """The value in `session` (default: the default session)."""
        return self._graph_element.eval(session=session)

    def sparse_read(self, indices: Any, name: str | None = None) -> Tensor:
        """Rows of the variable, without reading it all."""
        with name_scope("Gather" if name is None else name) as scope:
            value = resource_scatter.ResourceGather(self._handle, indices, dtype=self._dtype,
                                                    name=scope)
        return identity(value)

    def gather_nd(self, indices: Any, name: str | None = None) -> Tensor:
        """Elements or slices of the variable, without reading it all."""
        with name_scope("GatherNd" if name is None else name) as scope:
            value = resource_scatter.ResourceGatherNd(self._handle, indices, dtype=self._dtype,
                                                      name=scope)
        return identity(value)

    # -- assignment -------------------------------------------------------------------------

    def _lazy_read(self, op: Operation) -> Variable:
        """What an assignment returns: reads the variable after `op`."""
        return UnreadVariable(self._handle, self._dtype, self._shape, op)

    def assign(self, value: Any, use_locking: bool | None = None, name: str | None = None,
               read_value: bool = True) -> Any:
        """Give the variable a new value. Raises: ValueError when the shapes differ."""
        tensor = convert_to_tensor(value, dtype=self.dtype)
        self._shape.assert_is_compatible_with(tensor.shape)
        op = resource_state.AssignVariableOp(self.handle, tensor, name=name)
        return self._lazy_read(op) if read_value else op

    def _change(self, kind: Any, delta: Any, name: str | None, read_value: bool) -> Any:
        cached = self._cached_value
        waiting = (nullcontext() if cached is None
                   else get_default_graph().control_dependencies([cached]))
        with waiting:
            op = kind(self.handle, convert_to_tensor(delta, dtype=self.dtype), name=name)
        return self._lazy_read(op) if read_value else op

    def assign_add(self, delta: Any, use_locking: bool | None = None, name: str | None = None,
                   read_value: bool = True) -> Any:
        """Add to the variable. Returns: the variable after it, or the operation."""
        return self._change(resource_state.AssignAddVariableOp, delta, name, read_value)

    def assign_sub(self, delta: Any, use_locking: bool | None = None, name: str | None = None,
                   read_value: bool = True) -> Any:
        """Subtract from the variable. Returns: the variable after it, or the operation."""
        return self._change(resource_state.AssignSubVariableOp, delta, name, read_value)

    def count_up_to(self, limit: int) -> Tensor:
        """Add 1 and give the old value; OutOfRangeError from `limit` on."""
        return resource_state.ResourceCountUpTo(self.handle, limit=limit, T=self.dtype)

    def _strided_slice_assign(self, value: Any, **kwargs: Any) -> Any:
        tensor = convert_to_tensor(value, dtype=self.dtype)
        return self._lazy_read(get_op_def("ResourceStridedSliceAssign")(
            self.handle, value=tensor, **kwargs))

    def _scatter(self, op: str, sparse_delta: Any, name: str | None) -> Variable:
        if not isinstance(sparse_delta, IndexedSlices):
            raise TypeError(f"sparse_delta is not IndexedSlices: {sparse_delta}")
        values = convert_to_tensor(sparse_delta.values, self.dtype)
        return self._lazy_read(get_op_def(op)(self.handle, sparse_delta.indices, values,
                                              name=name))

    def scatter_add(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Variable:
        """Add IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter("ResourceScatterAdd", sparse_delta, name)

    def scatter_sub(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Variable:
        """Subtract IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter("ResourceScatterSub", sparse_delta, name)

    def scatter_mul(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Variable:
        """Multiply rows by IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter("ResourceScatterMul", sparse_delta, name)

    def scatter_div(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Variable:
        """Divide rows by IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter("ResourceScatterDiv", sparse_delta, name)

    def scatter_min(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Variable:
        """Keep the smaller of rows and IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter("ResourceScatterMin", sparse_delta, name)

    def scatter_max(self, sparse_delta: Any, use_locking: bool = False,
                    name: str | None = None) -> Variable:
        """Keep the larger of rows and IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter("ResourceScatterMax", sparse_delta, name)

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False,
                       name: str | None = None) -> Variable:
        """Set rows to IndexedSlices. Raises: TypeError for anything else."""
        return self._scatter("ResourceScatterUpdate", sparse_delta, name)

    def _scatter_nd(self, op: str, indices: Any, updates: Any, name: str | None) -> Variable:
        values = convert_to_tensor(updates, self.dtype)
        return self._lazy_read(get_op_def(op)(self.handle, indices, values, name=name))

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Add at coordinates."""
        return self._scatter_nd("ResourceScatterNdAdd", indices, updates, name)

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Subtract at coordinates."""
        return self._scatter_nd("ResourceScatterNdSub", indices, updates, name)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Set at coordinates."""
        return self._scatter_nd("ResourceScatterNdUpdate", indices, updates, name)


@variable_kind(use_resource=True)
class ResourceVariable(BaseResourceVariable):
    """A variable reached through a handle: `tf.get_variable(..., use_resource=True)`.

    Source: TF 1.15, resource_variable_ops.ResourceVariable.
    """

    def __init__(self, initial_value: Any = None, trainable: bool | None = None,
                 collections: Any = None, validate_shape: bool = True, caching_device: Any = None,
                 name: str | None = None, dtype: Any = None, variable_def: Any = None,
                 import_scope: str | None = None, constraint: Any = None,
                 distribute_strategy: Any = None, synchronization: Any = None,
                 aggregation: Any = None, shape: Any = None) -> None:
        if distribute_strategy is not None:
            raise ValueError("A variable can't belong to a tf.distribute.Strategy here: use "
                             "tf.train.replica_device_setter to spread a model")
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
        self._constraint = constraint
        self._caching_device = caching_device
        graph = get_default_graph()
        with graph.control_dependencies(None):
            self._build(initial_value, name, dtype, shape, caching_device)
            graph.add_to_collections(collections, self)

    def _build(self, initial_value: Any, name: str | None, dtype: Any, shape: Any,
               caching_device: Any) -> None:
        graph = get_default_graph()
        values = [] if callable(initial_value) else [initial_value]
        with name_scope(name, "Variable", values) as scope:
            own_name = scope.rstrip("/")
            with colocated_with_name(graph, scope):
                value = initial_tensor(initial_value, dtype, always_scoped=True)
                if shape is not None and not value.shape.is_compatible_with(shape):
                    raise explained(ValueError(
                        f"The initial value's shape ({value.shape}) is not compatible "
                        f"with the explicitly supplied `shape` argument ({shape})."))
                self._shape = value.shape if shape is None else TensorShape(shape)
                self._dtype = value.dtype.base_dtype
                self._handle = resource_state.VarHandleOp(
                    shape=self._shape, dtype=self._dtype, shared_name=own_name, name=scope,
                    container=graph._container)
            check_outside_control_flow(value, scope)
            self._initial_value = value
            self._handle_name = f"{own_name}:0"
            with name_scope("IsInitialized"):
                self._is_initialized_op = resource_state.VarIsInitializedOp(self._handle)
            with name_scope("Assign") as assign_scope, \
                    graph.colocate_with(None, ignore_existing=True), \
                    graph.device(self._handle.device):
                self._initializer_op = resource_state.AssignVariableOp(
                    self._handle, guarded_initial_value(scope, value), name=assign_scope)
            self._build_read(caching_device)

    def _build_read(self, caching_device: Any) -> None:
        graph = get_default_graph()
        with name_scope("Read"):
            with graph.device(self._handle.device):
                self._graph_element = self._read_variable_op()
            if caching_device is not None:
                with graph.colocate_with(None, ignore_existing=True), graph.device(caching_device):
                    self._cached_value = identity(self._graph_element)

    # -- protos -----------------------------------------------------------------------------

    def _init_from_proto(self, proto: Any, import_scope: str | None) -> None:
        if not proto.is_resource:
            raise ValueError("Trying to restore Variable as ResourceVariable.")
        graph = get_default_graph()

        def element(name: str) -> Any:
            return graph.as_graph_element(prepend_name_scope(name, import_scope))

        self._handle = element(proto.variable_name)
        self._shape = TensorShape(self._handle.op.get_attr("shape"))
        self._dtype = self._handle.op.get_attr("dtype")
        self._handle_name = self._handle.name
        self._initializer_op = element(proto.initializer_name)
        self._initial_value = (element(proto.initial_value_name) if proto.initial_value_name
                               else None)
        policies = checked_policies(proto.synchronization, proto.aggregation, proto.trainable,
                                    proto.variable_name)
        self._synchronization, self._aggregation, self._trainable = policies
        snapshot = element(proto.snapshot_name or f"{proto.variable_name[:-2]}/Read/"
                           "ReadVariableOp:0")
        if snapshot.op.type != "ReadVariableOp":
            self._cached_value = snapshot
        while snapshot.op.type != "ReadVariableOp":
            snapshot = snapshot.op.inputs[0]
        self._graph_element = snapshot
        if proto.HasField("save_slice_info_def"):
            self._save_slice_info = SaveSliceInfo(save_slice_info_def=proto.save_slice_info_def,
                                                  import_scope=import_scope)

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The VariableDef proto, or None when the variable is outside `export_scope`."""
        from tensorboard.compat.proto.variable_pb2 import VariableDef

        if export_scope is not None and not self.handle.name.startswith(export_scope):
            return None
        snapshot = self._graph_element if self._cached_value is None else self._cached_value
        proto = VariableDef(
            variable_name=strip_name_scope(self.handle.name, export_scope),
            initializer_name=strip_name_scope(self.initializer.name, export_scope),
            snapshot_name=strip_name_scope(snapshot.name, export_scope),
            is_resource=True, trainable=self.trainable,
            synchronization=self.synchronization.value, aggregation=self.aggregation.value)
        if self._initial_value is not None:
            proto.initial_value_name = strip_name_scope(self._initial_value.name, export_scope)
        if self._save_slice_info is not None:
            proto.save_slice_info_def.MergeFrom(self._save_slice_info.to_proto(export_scope))
        return proto


class UnreadVariable(BaseResourceVariable):
    """A resource variable after an assignment: reading it waits for the assignment."""

    def __init__(self, handle: Tensor, dtype: dtypes.DType, shape: TensorShape,
                 parent_op: Operation) -> None:
        self._handle = handle
        self._handle_name = handle.name
        self._dtype = dtype
        self._shape = shape
        self._parent_op = parent_op
        self._initial_value = None
        self._initializer_op = None
        policies = checked_policies(None, None, None, handle.name)
        self._synchronization, self._aggregation, self._trainable = policies
        with get_default_graph().control_dependencies([parent_op]):
            self._graph_element = resource_state.ReadVariableOp(handle, dtype=dtype)

    @property
    def name(self) -> str:
        return self._parent_op.name

    @property
    def op(self) -> Any:
        """The assignment."""
        return self._parent_op

    def _read_variable_op(self) -> Tensor:
        with get_default_graph().control_dependencies([self._parent_op]):
            return resource_state.ReadVariableOp(self._handle, dtype=self._dtype)

    def value(self) -> Tensor:
        return self._read_variable_op()

    def read_value(self) -> Tensor:
        return self._read_variable_op()
