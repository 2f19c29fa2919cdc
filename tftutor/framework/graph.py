"""Graph: the operations, their names, the collections, the state that scopes change.

Data and look-up only. Scopes live in `scopes.py` and `control_deps.py`, the making of nodes in
`node_builder.py`, static shapes in `shape_inference.py`, GraphDef in `graph_def.py`.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from tftutor.framework.api import tf_export
from tftutor.framework.collections import CollectionsMixin
from tftutor.framework.graph_elements import GraphElementsMixin
from tftutor.framework.graph_scopes import GraphScopesMixin

if TYPE_CHECKING:
    from tftutor.framework.operation import Operation


@tf_export("Graph")
class Graph(GraphScopesMixin, CollectionsMixin, GraphElementsMixin):
    """A TensorFlow computation, represented as a data-flow graph.

    Nodes are `Operation`s (units of computation), edges are `Tensor`s (units of data). Operations
    are added to the default graph; `with graph.as_default():` makes a graph the default one.

    Source: TF 1.15 docs, tf.Graph.
    """

    building_function = False  # True: it takes tensors of other graphs in, as captures

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._nodes: list[Operation] = []
        self._nodes_by_name: dict[str, Operation] = {}
        self._names_in_use: dict[str, int] = {}
        self._user_frames: dict[Any, Any] = {}  # where users made nodes, see user_frames.py
        self._next_id = 0
        self._mutations = 0  # counts changes of existing nodes: plans made before are stale
        self._finalized = False
        self._seed: int | None = None
        self._collections: dict[Any, list[Any]] = {}
        self._unfeedable: set[Any] = set()
        self._unfetchable: set[Any] = set()
        self._functions: dict[str, Any] = {}
        self._thread_local = threading.local()
        self._init_scopes()

    # -- nodes ------------------------------------------------------------------------------

    def _add_op(self, op: Operation) -> None:
        """Record a finished operation and give it its id (1 for the first)."""
        with self._lock:
            self._next_id += 1
            op._id = self._next_id
            self._nodes.append(op)
            self._nodes_by_name[op.name] = op

    @property
    def _last_id(self) -> int:
        """Number of operations made so far: op seeds are derived from it."""
        return self._next_id

    @property
    def version(self) -> int:
        """The id of the newest operation."""
        return self._next_id

    def get_operations(self) -> list[Operation]:
        """All operations in the order of their creation."""
        return list(self._nodes)

    def create_op(self, op_type: str, inputs: Any, dtypes: Any = None, input_types: Any = None,
                  name: str | None = None, attrs: dict[str, Any] | None = None, op_def: Any = None,
                  compute_shapes: bool = True, compute_device: bool = True) -> Operation:
        """Add an operation of a registered type by hand.

        Source: TF 1.15 docs, tf.Graph.create_op.
        Raises: TypeError when an input is not a Tensor; ValueError when shapes don't fit.
        """
        from tftutor.framework import node_builder

        return node_builder.create_op(self, op_type, inputs, dtypes, name, attrs)

    def capture_inputs(self, tensors: list[Any]) -> list[Any]:
        """What a node gets for `tensors`; a function's graph has placeholders for foreign ones."""
        return tensors

    # -- names ------------------------------------------------------------------------------

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """Return `name`, put into the current name scope and made unique with a `_N` suffix.

        Names are compared without regard to case, as in TF 1.15: after `mul`, `Mul` is `Mul_1`.
        """
        stack = self._name_stack
        if stack:
            name = f"{stack}/{name}"
        key = name.lower()
        used = self._names_in_use
        count = used.get(key, 0)
        if mark_as_used:
            used[key] = count + 1
        if count > 0:
            base = key
            while key in used:
                key = f"{base}_{count}"
                count += 1
            if mark_as_used:
                used[key] = 1
            name = f"{name}_{count - 1}"
        return name

    # -- state ------------------------------------------------------------------------------

    @property
    def seed(self) -> int | None:
        """The graph-level random seed, or None."""
        return self._seed

    @seed.setter
    def seed(self, seed: int | None) -> None:
        self._seed = seed

    @property
    def finalized(self) -> bool:
        """True when no operation may be added any more."""
        return self._finalized

    def finalize(self) -> None:
        """Make the graph read-only."""
        self._finalized = True

    def _unsafe_unfinalize(self) -> None:
        self._finalized = False

    def _check_not_finalized(self) -> None:
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")

    def prevent_feeding(self, tensor: Any) -> None:
        """Refuse `tensor` as a key of a feed_dict."""
        if tensor not in self._unfeedable:
            self._unfeedable.add(tensor)
            self._mutations += 1

    def is_feedable(self, tensor: Any) -> bool:
        """True when `tensor` may be fed."""
        return tensor not in self._unfeedable

    def prevent_fetching(self, op: Any) -> None:
        """Refuse `op` and its outputs as fetches."""
        self._unfetchable.add(op)
        self._mutations += 1

    def is_fetchable(self, tensor_or_op: Any) -> bool:
        """True when `tensor_or_op` may be fetched."""
        return getattr(tensor_or_op, "op", tensor_or_op) not in self._unfetchable

    def switch_to_thread_local(self) -> None:
        """Give each thread its own device and control-dependency stacks (TF's name for it)."""
        self._scopes_are_thread_local = True

    # -- serialisation ----------------------------------------------------------------------

    @property
    def graph_def_versions(self) -> Any:
        """The VersionDef that `as_graph_def` writes (producer 134, as TF 1.15)."""
        from tftutor.framework import graph_def

        return graph_def.versions_proto()

    def as_graph_def(self, from_version: int | None = None, add_shapes: bool = False) -> Any:
        """Return a serialisable GraphDef of this graph.

        Args:
          from_version: only nodes added after this version.
          add_shapes: add the attribute `_output_shapes` to each node.
        """
        from tftutor.framework import graph_def

        return graph_def.export_graph_def(self, from_version=from_version, add_shapes=add_shapes)
