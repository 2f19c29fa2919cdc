"""What is moved aside: parts with a purpose of their own, and nodes that half of the graph uses."""

from __future__ import annotations

import dataclasses
from typing import Any

from tftutor.inspection.graphs.hierarchy import Group
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
    is_shared: bool  # a forward node or group that many use, not machinery

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON knows."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


def serves_apart(item: Group | GraphNode) -> bool:
    """Whether the purpose of a node or group is not the model's own computation."""
    if item.role == INIT:
        return not isinstance(item, Group) and not item.outputs  # `init` itself
    return item.role != FORWARD


def move_busy_nodes(bundles: list[EdgeBundle], regions: dict[str, str],
                    main: frozenset[str]) -> set[str]:
    """Move aside what very many others use or wait for, until few enough edges are left.

    Changes `regions`. Returns: what was moved.
    """
    moved: set[str] = set()
    while True:
        drawn = [b for b in bundles if regions[b.source] == regions[b.target]]
        neighbours: dict[str, _Neighbours] = {}
        for bundle in drawn:
            neighbours.setdefault(bundle.source, _Neighbours()).users.add(bundle.target)
            target = neighbours.setdefault(bundle.target, _Neighbours())
            (target.waited_for if bundle.is_control else target.sources).add(bundle.source)
        is_crowded = len(drawn) > MOST_EDGES
        fixed = main.union(regions.values())  # a region can't leave itself
        busy = {identity: found.count for identity, found in neighbours.items()
                if identity not in fixed and found.is_too_many(is_crowded)}
        if not busy:
            return moved
        worst = max(busy, key=lambda identity: (busy[identity], identity))
        regions[worst] = worst
        moved.add(worst)


@dataclasses.dataclass(slots=True)
class _Neighbours:
    """What a node on the page is connected with."""

    users: set[str] = dataclasses.field(default_factory=set)
    sources: set[str] = dataclasses.field(default_factory=set)
    waited_for: set[str] = dataclasses.field(default_factory=set)

    @property
    def count(self) -> int:
        return len(self.users) + len(self.sources) + len(self.waited_for)

    def is_too_many(self, crowded: bool) -> bool:
        """A source that many use, or one that only waits for many; if crowded, any busy node."""
        if crowded and self.count >= _MANY_NEIGHBOURS:
            return True
        if self.sources:
            return False
        return max(len(self.users), len(self.waited_for)) >= _MANY_NEIGHBOURS


def stubs_of(bundles: list[EdgeBundle], regions: dict[str, str], labels: dict[str, str],
             shared: set[str]) -> dict[str, tuple[Stub, ...]]:
    """For each visible id the ends of the edges that leave its region.

    Args:
      labels: of the visible ids.
      shared: those that are aside because many use them.
    """
    found: dict[str, list[Stub]] = {}
    for bundle in bundles:
        if regions[bundle.source] == regions[bundle.target]:
            continue
        for here, there, direction in ((bundle.source, bundle.target, "out"),
                                       (bundle.target, bundle.source, "in")):
            found.setdefault(here, []).append(
                Stub(there, labels[there], direction, bundle.count, bundle.is_control,
                     there in shared))
    return {identity: tuple(stubs) for identity, stubs in found.items()}
