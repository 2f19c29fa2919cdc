"""What is moved aside: parts with a purpose of their own, and nodes that half of the graph uses."""

from __future__ import annotations

import dataclasses
from typing import Any

from tftutor.inspection.graphs.hierarchy import ROOT, Group
from tftutor.inspection.graphs.model import FORWARD, INIT, GraphNode
from tftutor.inspection.graphs.view_edges import EdgeBundle

MOST_EDGES = 200
_MANY_NEIGHBOURS = 8


@dataclasses.dataclass(frozen=True, slots=True)
class Stub:
    """The end of an edge that isn't drawn: the other end is aside."""

    id: str  # of the visible node at the other end
    label: str
    direction: str  # "in": its tensor comes here; "out": it takes one from here
    count: int  # of tensors; of control dependencies when is_control
    is_control: bool

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON knows."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


def serves_apart(item: Group | GraphNode) -> bool:
    """Whether the purpose of a node or group is not the model's own computation."""
    if item.role == INIT:
        return not isinstance(item, Group) and not item.outputs  # `init` itself
    return item.role != FORWARD


def move_busy_nodes(bundles: list[EdgeBundle], regions: dict[str, str],
                     main: frozenset[str]) -> None:
    """Move nodes aside that very many others use or wait for, until few enough edges are left."""
    while True:
        drawn = [b for b in bundles if regions[b.source] == regions[b.target] == ROOT]
        sources: dict[str, set[str]] = {}
        targets: dict[str, set[str]] = {}
        for bundle in drawn:
            targets.setdefault(bundle.source, set()).add(bundle.target)
            sources.setdefault(bundle.target, set()).add(bundle.source)
        busy = [identity for identity in {**sources, **targets} if identity not in main
                and _is_busy(len(sources.get(identity, ())), len(targets.get(identity, ())),
                             len(drawn) > MOST_EDGES)]
        if not busy:
            return
        worst = max(busy, key=lambda i: (len(sources.get(i, ())) + len(targets.get(i, ())), i))
        regions[worst] = worst


def _is_busy(incoming: int, outgoing: int, crowded: bool) -> bool:
    """A source that many use, a sink that waits for many; on a crowded page any node of these."""
    if crowded and incoming + outgoing >= _MANY_NEIGHBOURS:
        return True
    return (outgoing >= _MANY_NEIGHBOURS and not incoming) or (
        incoming >= _MANY_NEIGHBOURS and not outgoing)


def stubs_of(bundles: list[EdgeBundle], regions: dict[str, str], labels: dict[str, str]
           ) -> dict[str, tuple[Stub, ...]]:
    """For each visible id the ends of the edges that leave its region."""
    found: dict[str, list[Stub]] = {}
    for bundle in bundles:
        if regions[bundle.source] == regions[bundle.target]:
            continue
        for here, there, direction in ((bundle.source, bundle.target, "out"),
                                       (bundle.target, bundle.source, "in")):
            found.setdefault(here, []).append(
                Stub(there, labels[there], direction, bundle.count, bundle.is_control))
    return {identity: tuple(stubs) for identity, stubs in found.items()}
