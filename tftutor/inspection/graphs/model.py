"""A graph as plain data: nodes, the tensors between them, and what each part is for.

`GraphModel` is what every picture and text of a graph is made from. It is read from a `tf.Graph`
(read_graph.py), put in order as a tree of scopes (hierarchy.py), cut down to what fits on a page
(view.py) and drawn (graph_drawing.py). What only one node's page needs - attributes, the user's
line, why it runs where it runs - is looked up when somebody asks (details.py).
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tftutor.framework.shape_merge import Shape, shape_text

FORWARD, GRADIENT, TRAINING, INIT, SAVE, SUMMARY = (
    "forward", "gradient", "training", "init", "save", "summary")
ROLES = (FORWARD, GRADIENT, TRAINING, INIT, SAVE, SUMMARY)


class TensorInfo(NamedTuple):
    """One output of a node: what is known of it before anything runs."""

    name: str  # "conv1/Relu:0"
    dtype: str  # "float32"; "float32_ref" for a variable's reference
    shape: Shape  # (None, 784); None when not even the rank is known

    @property
    def source(self) -> str:
        """The name of the node that makes it."""
        return self.name.rpartition(":")[0]

    @property
    def shape_text(self) -> str:
        """`(?, 784)`, as TensorFlow prints it."""
        return shape_text(self.shape)

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON knows."""
        return {"name": self.name, "dtype": self.dtype, "shape": self.shape_text}


@dataclasses.dataclass(frozen=True, slots=True)
class GraphNode:
    """One operation.

    Attributes:
      name, type: "conv1/Relu", "Relu".
      inputs, outputs: tensors, in order. An input's name says which node makes it.
      control_inputs: names of nodes that must have run before.
      role: what it is there for, one of ROLES.
      backward_of: for a part of the gradient, the forward node whose gradient it computes.
      device: the device asked for; "" for any.
      runs_on: the device it runs on ("/device:GPU:0 (simulated)"), when a session was given.
      value: a constant's value, in short.
      context: name of the loop or branch it stands in.
    """

    name: str
    type: str
    inputs: tuple[TensorInfo, ...] = ()
    outputs: tuple[TensorInfo, ...] = ()
    control_inputs: tuple[str, ...] = ()
    role: str = FORWARD
    backward_of: str | None = None
    device: str = ""
    runs_on: str | None = None
    value: str | None = None
    context: str | None = None

    @property
    def scope(self) -> str:
        """The name scope around it: "conv1"; "" at the top."""
        return self.name.rpartition("/")[0]

    @property
    def label(self) -> str:
        """The last part of its name."""
        return self.name.rpartition("/")[2]

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON knows; what is empty is left out."""
        found: dict[str, Any] = {"name": self.name, "type": self.type, "role": self.role}
        for key in ("inputs", "outputs"):
            if tensors := getattr(self, key):
                found[key] = [tensor.to_dict() for tensor in tensors]
        for key in ("control_inputs", "backward_of", "device", "runs_on", "value", "context"):
            if value := getattr(self, key):
                found[key] = list(value) if isinstance(value, tuple) else value
        return found


@dataclasses.dataclass(eq=False)
class GraphModel:
    """A whole graph, or the part of it that somebody asked about.

    Attributes:
      nodes: by name, in the order of their creation.
      fetches: names of tensors ("loss:0") and operations ("train") that are asked for.
      feeds: names of tensors whose values come from outside.
      has_placement: whether `runs_on` is known.
      operations: the operations behind the nodes, for details.py; not part of the plain data.
      placement: the session's Placement, for details.py.
    """

    nodes: dict[str, GraphNode]
    fetches: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    has_placement: bool = False
    operations: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)
    placement: Any = dataclasses.field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.nodes)

    @functools.cached_property
    def consumers(self) -> dict[str, tuple[str, ...]]:
        """For each node the nodes that take one of its tensors, in order of creation."""
        found: dict[str, dict[str, None]] = {name: {} for name in self.nodes}
        for node in self.nodes.values():
            for tensor in node.inputs:
                if tensor.source in found:
                    found[tensor.source][node.name] = None
        return {name: tuple(users) for name, users in found.items()}

    @functools.cached_property
    def control_consumers(self) -> dict[str, tuple[str, ...]]:
        """For each node the nodes that wait for it by a control dependency."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for node in self.nodes.values():
            for source in node.control_inputs:
                if source in found:
                    found[source].append(node.name)
        return {name: tuple(users) for name, users in found.items()}

    @functools.cached_property
    def gradients(self) -> dict[str, tuple[str, ...]]:
        """For each forward node that has any the nodes that compute its gradient."""
        found: dict[str, list[str]] = {}
        for node in self.nodes.values():
            if node.backward_of is not None:
                found.setdefault(node.backward_of, []).append(node.name)
        return {name: tuple(backward) for name, backward in found.items()}

    @functools.cached_property
    def fetched_nodes(self) -> frozenset[str]:
        """The nodes that make the fetches."""
        return frozenset(name.rpartition(":")[0] or name for name in self.fetches)

    @functools.cached_property
    def fed_nodes(self) -> frozenset[str]:
        """The nodes whose value is fed."""
        return frozenset(name.rpartition(":")[0] or name for name in self.feeds)

    def restricted(self, names: Iterable[str], fetches: tuple[str, ...] | None = None
                   ) -> GraphModel:
        """The model of some of the nodes; their edges to the others stay in their records."""
        wanted = set(names)
        return GraphModel({name: node for name, node in self.nodes.items() if name in wanted},
                          self.fetches if fetches is None else fetches, self.feeds,
                          self.has_placement, self.operations, self.placement)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the pages of the nodes, as values that JSON knows."""
        return {"nodes": [node.to_dict() for node in self.nodes.values()],
                "fetches": list(self.fetches), "feeds": list(self.feeds),
                "has_placement": self.has_placement}
