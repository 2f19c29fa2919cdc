"""Parts of a graph worth lighting up: what a run of something executes, and its gradient."""

from __future__ import annotations

from collections.abc import Iterable

from tftutor.inspection.graphs.model import GRADIENT, GraphModel
from tftutor.inspection.graphs.sizes import names_text

Names = frozenset[str]


def needed_for(model: GraphModel, targets: Iterable[str]) -> Names:
    """The nodes that running `targets` needs: all before them, but nothing behind what is fed.

    Unlike `sess.run` it also answers for what can't be fetched, such as the inside of a loop.
    """
    found: set[str] = set()
    fed = set(model.feeds)
    waiting = [name for name in targets if name in model.nodes]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        node = model.nodes[name]
        if not (node.outputs and all(tensor.name in fed for tensor in node.outputs)):
            waiting += [source for source in (*(t.source for t in node.inputs if t.name not in fed),
                                              *node.control_inputs) if source in model.nodes]
    return frozenset(found)


def backward(model: GraphModel, identity: str, members: Iterable[str]) -> tuple[Names, str]:
    """The part that computes the gradient of some nodes, or of everything; and a sentence.

    Asked about a node of the gradient, it is the other way round: the forward nodes it belongs to.

    Args:
      identity: what the members are called together; "" for the whole gradient.
      members: names of nodes.

    Returns: the names (empty when there is no gradient) and what they are.
    """
    if not identity:
        names = frozenset(n.name for n in model.nodes.values() if n.role == GRADIENT)
        if not names:
            return names, "This graph has no gradients: tf.gradients or an optimizer makes them."
        return names, f"The gradient has {len(names):,} operations"
    inside = set(members)
    names = frozenset(name for forward in inside for name in model.gradients.get(forward, ()))
    if names:
        return names | inside, f"{len(names):,} operations compute the gradient of {identity}"
    forward = frozenset(model.nodes[name].backward_of or "" for name in inside) & model.nodes.keys()
    if forward:
        return forward | inside, (f"{identity} computes the gradient of "
                                  f"{names_text(sorted(forward), 3)}")
    return frozenset(), f"{identity} has no part in a gradient."
