"""Parts of a graph to highlight: what a run executes, the gradient, the initialisation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tftutor.client.fetches import FetchMapper
from tftutor.inspection.graphs.model import GRADIENT, INIT, TRAINING, GraphModel
from tftutor.runtime.pruning import reachable_ops, topological_order


def executed(model: GraphModel, fetches: Any, feeds: Iterable[Any] = ()) -> list[str]:
    """The operations that `sess.run(fetches)` executes, in one order in which they may run.

    Args:
      model: of a graph that lives in this process.
      fetches: tensors, operations, names, or a structure of them.
      feeds: tensors that are fed: what only they need doesn't run, nor do they themselves.

    Raises: ValueError or TypeError for what can't be fetched; LookupError for an empty model.
    """
    if not model.operations:
        raise LookupError("A model without operations can't say what a run executes.")
    graph = next(iter(model.operations.values())).graph
    wanted = FetchMapper(graph, fetches)
    fed = {graph.as_graph_element(feed, allow_operation=False) for feed in feeds}
    targets = [tensor.op for tensor in wanted.tensors if tensor not in fed] + wanted.targets
    return [op.name for op in topological_order(reachable_ops(targets, fed), fed)]


def gradient_part(model: GraphModel) -> frozenset[str]:
    """What tf.gradients and the optimizers have added: backward pass and updates."""
    return _with_roles(model, {GRADIENT, TRAINING})


def init_part(model: GraphModel) -> frozenset[str]:
    """What runs once, to give the variables their first values."""
    return _with_roles(model, {INIT})


def backward_pairs(model: GraphModel) -> dict[str, list[str]]:
    """For each forward operation the operations that compute its gradient."""
    found: dict[str, list[str]] = {}
    for node in model.nodes.values():
        if node.backward_of is not None:
            found.setdefault(node.backward_of, []).append(node.name)
    return found


def _with_roles(model: GraphModel, roles: set[str]) -> frozenset[str]:
    return frozenset(name for name, node in model.nodes.items() if node.role in roles)
