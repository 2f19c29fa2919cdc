"""Reading a `tf.Graph`, a GraphDef, a session, or the tensors somebody asks about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from tftutor.client.base_session import BaseSession
from tftutor.client.fetches import FetchMapper
from tftutor.framework.attr_values import FuncName
from tftutor.framework.default_graph import graph_as_default
from tftutor.framework.graph import Graph
from tftutor.framework.graph_def_import import import_graph_def
from tftutor.framework.graph_elements import graph_element_of
from tftutor.framework.operation import Operation, Tensor
from tftutor.inspection.graphs.model import GraphModel, GraphNode, TensorInfo
from tftutor.inspection.graphs.roles import backward_of, roles_of
from tftutor.runtime.placement import Placement
from tftutor.runtime.pruning import reachable_ops

_SHOWN_VALUES = 6  # longer constants are shown by their shape
_LONGEST_TEXT = 24


def graph_model(x: Any, fetches: Any = None, feeds: Iterable[Any] = (),
                session: Any = None) -> GraphModel:
    """Read a graph.

    Args:
      x: a Graph; a GraphDef; a Session (its graph, with the devices it places it on); a Tensor,
        Operation, Variable or a list of these: what `sess.run(x)` would execute; or a GraphModel.
      fetches: only what `sess.run(fetches)` executes: tensors, operations, names, any structure.
      feeds: tensors whose values come from outside: nothing behind them runs.
      session: the session that places the operations.

    Raises: TypeError for what is none of these; ValueError for a fetch that the graph can't give.
    """
    if isinstance(x, GraphModel):
        return x
    if isinstance(x, BaseSession):
        session = x if session is None else session
        x = x.graph
    if hasattr(x, "node") and hasattr(x, "versions"):
        x = _graph_of_graph_def(x)
    if not isinstance(x, Graph):
        fetches = x if fetches is None else [x, fetches]
        x = _graph_of(fetches)
    placement = None if session is None else session.placement()
    if fetches is None:
        return _model_of(x, _feed_tensors(x, feeds), placement)
    wanted = FetchMapper(x, fetches)
    fed = _feed_tensors(x, feeds)
    needed = reachable_ops([t.op for t in wanted.tensors if t not in fed] + wanted.targets,
                           set(fed))
    needed.update(t.op for t in (*wanted.tensors, *fed))
    asked = [*(t.name for t in wanted.tensors), *(op.name for op in wanted.targets)]
    return _model_of(x, fed, placement).restricted((op.name for op in needed), tuple(asked))


def _graph_of_graph_def(graph_def: Any) -> Graph:
    """The graph that a GraphDef describes; its shapes are inferred."""
    graph = Graph()
    with graph_as_default(graph):
        import_graph_def(graph_def, name="")
    return graph


def _model_of(graph: Graph, feeds: Sequence[Tensor], placement: Placement | None) -> GraphModel:
    """The model of a whole graph."""
    ops = graph.get_operations()
    names = {op.name: op for op in ops}
    roles = roles_of(ops)
    reader = _Reader(names, roles, placement)
    nodes = {op.name: reader.node(op) for op in ops}
    operations: dict[str, Operation] = dict(names)
    for op in ops:
        for function in _functions_of(op, graph._functions):
            _add_body(op.name, function, roles[op], nodes, operations)
    return GraphModel(nodes, feeds=tuple(t.name for t in feeds),
                      has_placement=placement is not None, operations=operations,
                      placement=placement)


class _Reader:
    """Makes the nodes of one graph; every tensor is described once."""

    def __init__(self, names: Mapping[str, object], roles: Mapping[Operation, str],
                 placement: Placement | None, prefix: str = "") -> None:
        self.names = names
        self.roles = roles
        self.placement = placement
        self.prefix = prefix
        self.tensors: dict[Tensor, TensorInfo] = {}

    def tensor(self, tensor: Tensor) -> TensorInfo:
        found = self.tensors.get(tensor)
        if found is None:
            found = self.tensors[tensor] = TensorInfo(
                f"{self.prefix}{tensor.op.name}:{tensor.value_index}", tensor.dtype.name,
                tensor._shape)
        return found

    def node(self, op: Operation) -> GraphNode:
        context = op._control_flow_context
        return GraphNode(
            self.prefix + op.name, op.type,
            tuple(map(self.tensor, op._inputs)), tuple(map(self.tensor, op.outputs)),
            tuple([self.prefix + source.name for source in op._control_inputs]),
            self.roles[op], backward_of(op, self.names), op._device,
            None if self.placement is None else device_text(self.placement, op),
            constant_text(op._attrs["value"]) if op.type == "Const" else None,
            None if context is None else context.name)


def device_text(placement: Placement, op: Operation) -> str:
    """`/device:GPU:0 (simulated)`."""
    device = placement.device_of(op)
    return f"{device.shown_name} (simulated)" if device.is_simulated else device.shown_name


def constant_text(value: Any) -> str:
    """A constant's value in short: `2.0`, `[1, 2]`, `784 x 10 numbers`."""
    array = np.asarray(value)
    if array.size > _SHOWN_VALUES:
        if array.dtype != object and (array == array.flat[0]).all():
            return f"all {_item_text(array.flat[0])}"
        return f"{' x '.join(map(str, array.shape))} values"
    return _nested_text(array)


def _nested_text(array: np.ndarray) -> str:
    if array.ndim == 0:
        return _item_text(array[()])
    return f"[{', '.join(_nested_text(np.asarray(item)) for item in array)}]"


def _item_text(item: Any) -> str:
    if isinstance(item, bytes):
        item = item.decode("utf-8", "replace")
    if isinstance(item, str):
        text = item if len(item) <= _LONGEST_TEXT else f"{item[:_LONGEST_TEXT - 1]}…"
        return f"'{text}'"
    if isinstance(item, float | np.floating):
        number = float(item)
        return f"{number:.1f}" if number.is_integer() and abs(number) < 1e6 else f"{number:.6g}"
    return str(item)


# -- functions ------------------------------------------------------------------------------------


def _functions_of(op: Operation, functions: Mapping[str, Any]) -> list[Any]:
    """The functions that the operation's attributes name (`map` of a dataset)."""
    if not functions:
        return []
    values = [item for value in op._attrs.values()
              for item in (value if isinstance(value, list) else [value])]
    return [functions[value.name] for value in values
            if isinstance(value, FuncName)
            and hasattr(functions.get(value.name), "graph")]


def _add_body(name: str, function: Any, role: str, nodes: dict[str, GraphNode],
              operations: dict[str, Operation]) -> None:
    """Add a function's operations below the node that calls it: `MapDataset/[f]/mul`."""
    body = function.graph.get_operations()
    reader = _Reader({inner.name: inner for inner in body}, dict.fromkeys(body, role), None,
                     f"{name}/[{_short_function_name(function.name)}]/")
    for inner in body:
        node = reader.node(inner)
        nodes[node.name] = node
        operations[node.name] = inner
        for deeper in _functions_of(inner, function.graph._functions):
            _add_body(node.name, deeper, role, nodes, operations)


def _short_function_name(name: str) -> str:
    """`Dataset_map_f` of `__inference_Dataset_map_f_12`: the number changes from run to run."""
    return name.removeprefix("__inference_").rpartition("_")[0] or name


# -- what is asked for ----------------------------------------------------------------------------


def _graph_of(fetches: Any) -> Graph:
    """The graph of the first tensor or operation in a structure of fetches."""
    stack = [fetches]
    while stack:
        item = stack.pop(0)
        if isinstance(item, Tensor | Operation):
            return item.graph
        element = graph_element_of(item)
        if element is not None:
            return element.graph
        if isinstance(item, Mapping):
            stack = [*item.values(), *stack]
        elif isinstance(item, list | tuple):
            stack = [*item, *stack]
    raise TypeError(f"Can't draw {type(fetches).__name__} as a graph: give a tf.Graph, a GraphDef, "
                    "a tf.Session, or tensors and operations.")


def _feed_tensors(graph: Graph, feeds: Iterable[Any]) -> list[Tensor]:
    if isinstance(feeds, Tensor | str) or graph_element_of(feeds) is not None:
        feeds = [feeds]
    return [graph.as_graph_element(feed, allow_operation=False) for feed in feeds]
