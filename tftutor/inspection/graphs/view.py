"""A view: the part of a graph that stands on the page, groups closed or open.

    view = View(model)                      # what is worth seeing first
    view = view.expanded_with("conv1")      # a new view; the old one stays as it is
    view.nodes, view.edges, view.clusters   # what to draw

Nothing here depends on anything but the model and the arguments, so equal arguments give equal
views. What would cover the page with edges is moved aside, as TensorBoard does: parts that serve
another purpose (gradients, optimizer, saver, summaries) and nodes that half of the graph uses. They
are drawn apart; each end of a left-out edge has a stub that names the other end.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tftutor.inspection.graphs.hierarchy import ROOT, Group, Hierarchy
from tftutor.inspection.graphs.model import (
    FORWARD,
    GRADIENT,
    ROLES,
    TRAINING,
    GraphModel,
    GraphNode,
)
from tftutor.inspection.graphs.view_aside import Stub, move_busy_nodes, serves_apart, stubs_of
from tftutor.inspection.graphs.view_edges import bundle_edges
from tftutor.inspection.graphs.view_items import (
    Item,
    identity_of,
    representatives,
    stands_in_a_row,
    visible_items,
)
from tftutor.inspection.graphs.view_opening import affordable, ancestors, first_expansion

MOST_NODES = 120  # drawn at once; more is neither readable nor quickly laid out


@dataclasses.dataclass(frozen=True, slots=True)
class ViewNode:
    """What is drawn as one: an operation or a closed group.

    Attributes:
      id: the operation's name, or the group's id (a variable's group has the variable's name).
      label: its name within the box it stands in.
      kind: "op"; "op with constants" (an operation whose group has but its constant arguments);
        or the kind of the group.
      type: an operation's type ("Conv2D"); a variable's; "" for other groups.
      detail: the second line: "Conv2D", "35 operations", "(5, 5, 1, 32)".
      count: how many operations it stands for.
      role: what it is there for, see model.ROLES.
      cluster: id of the open group it stands in; "" at the top.
      region: "" in the main drawing; otherwise id of what was moved aside, itself or around it.
      is_fetched, is_fed: whether it is, or holds, a fetch or a feed.
      devices: (device, number of operations), when the model has a placement.
      stubs: edges to other regions.
    """

    id: str
    label: str
    kind: str
    type: str
    detail: str
    count: int
    role: str
    cluster: str
    region: str
    is_fetched: bool = False
    is_fed: bool = False
    devices: tuple[tuple[str, int], ...] = ()
    stubs: tuple[Stub, ...] = ()

    @property
    def is_group(self) -> bool:
        """Whether it can be opened."""
        return self.kind != "op"

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON knows."""
        found = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        found["devices"] = [list(pair) for pair in self.devices]
        found["stubs"] = [stub.to_dict() for stub in self.stubs]
        return found


@dataclasses.dataclass(frozen=True, slots=True)
class Cluster:
    """An open group: a box around its parts."""

    id: str
    label: str
    kind: str
    role: str
    count: int
    parent: str  # id of the cluster around; "" at the top
    region: str

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON knows."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


class View:
    """What to draw of a model.

    Attributes:
      model, hierarchy: what it is a view of.
      expanded: ids of the groups that are asked to be open, in the order of asking.
      nodes: ViewNodes by id, in the order of creation.
      edges: EdgeBundles between nodes of one region.
      clusters: the open groups by id, outer ones first.
      refused: ids of groups that were closed again because the page would be too full.
    """

    def __init__(self, model: GraphModel, expanded: Iterable[str] | None = None,
                 aside: Iterable[str] = (), main: Iterable[str] = (),
                 hierarchy: Hierarchy | None = None) -> None:
        """Choose what to draw.

        Args:
          expanded: ids of groups to open; a group inside a closed one stays hidden. None: open
            what makes a good first view.
          aside: ids to move aside besides those that are moved anyway.
          main: ids to keep in the main drawing whatever they are.
          hierarchy: the model's tree, when somebody has made it already.

        Raises: KeyError for an id in `expanded` that no group has.
        """
        self.model = model
        self.hierarchy = hierarchy or Hierarchy(model)
        self._aside = frozenset(aside)
        self._main = frozenset(main)
        if expanded is None:
            self.expanded = first_expansion(self.hierarchy)
        else:
            self.expanded = tuple(dict.fromkeys(expanded))
        for identity in self.expanded:
            if identity not in self.hierarchy.groups:
                raise KeyError(f"The graph has no group {identity!r}.")
        self._open, self.refused = affordable(self.hierarchy, self.expanded, MOST_NODES)
        self._build()

    # -- other views of the same model ----------------------------------------------------------

    def expanded_with(self, identity: str) -> View:
        """The view with one more group open, and those around it."""
        around = [group.id for group in ancestors(self.hierarchy.groups[identity])]
        rest = [each for each in self.expanded if each != identity]
        return self._with(expanded=(*around, *rest, identity))

    def collapsed(self, identity: str) -> View:
        """The view with a group closed. Groups inside stay open for the next time."""
        return self._with(expanded=[each for each in self.expanded if each != identity])

    def toggled(self, identity: str) -> View:
        """The view with a group opened if it is closed and closed if it is open."""
        return (self.collapsed(identity) if identity in self._open
                else self.expanded_with(identity))

    def revealing(self, node: str) -> View:
        """The view in which an operation stands by itself: the groups around it open."""
        around = [group.id for group in self.hierarchy.path(node)[1:]]
        rest = [each for each in self.expanded if each not in around]
        return self._with(expanded=(*rest, *around))

    def moved_aside(self, identity: str) -> View:
        """The view with a node or group moved aside."""
        return self._with(aside=self._aside | {identity}, main=self._main - {identity})

    def moved_to_main(self, identity: str) -> View:
        """The view with a node or group in the main drawing."""
        return self._with(aside=self._aside - {identity}, main=self._main | {identity})

    def _with(self, **changes: Any) -> View:
        same: dict[str, Any] = {"expanded": self.expanded, "aside": self._aside,
                                "main": self._main, "hierarchy": self.hierarchy}
        return View(self.model, **{**same, **changes})

    # -- look-up --------------------------------------------------------------------------------

    def where(self, node: str) -> str:
        """The id of what stands for a node on the page: itself or the closed group around it."""
        return self._shown_as[node]

    def group_at(self, identity: str) -> Group | None:
        """The group that an id stands for; None where it stands for an operation.

        Where a group bears its operation's name, it is the group while that is closed on the page.
        """
        on_page = self.nodes.get(identity)
        if identity in self.model.nodes and (on_page is None or not on_page.is_group):
            return None
        return self.hierarchy.groups[identity]

    def members(self, identity: str) -> list[GraphNode]:
        """The operations that an id stands for: of a group all inside."""
        group = self.group_at(identity)
        return [self.model.nodes[identity]] if group is None else list(group.nodes())

    def ids_of(self, names: Iterable[str]) -> dict[str, int]:
        """For what stands on the page, how many of the named nodes it holds."""
        return dict(Counter(self._shown_as[name] for name in names if name in self._shown_as))

    @property
    def aside(self) -> tuple[str, ...]:
        """Ids of the regions beside the main drawing, those with one purpose together."""
        found = {node.region: node.role for node in self.nodes.values() if node.region}
        return tuple(sorted(found, key=lambda region: ROLES.index(found[region])))

    def in_region(self, region: str) -> list[ViewNode]:
        """The nodes of a region, "" being the main drawing."""
        return [node for node in self.nodes.values() if node.region == region]

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON knows."""
        return {"nodes": [node.to_dict() for node in self.nodes.values()],
                "edges": [edge.to_dict() for edge in self.edges],
                "clusters": [cluster.to_dict() for cluster in self.clusters.values()],
                "expanded": list(self.expanded), "refused": list(self.refused),
                "aside": list(self.aside)}

    # -- making ---------------------------------------------------------------------------------

    def _build(self) -> None:
        items = visible_items(self.hierarchy, self._open)
        self._shown_as = representatives(items)
        bundles = bundle_edges(self.model, self._shown_as)
        regions = self._regions(items)
        shared = move_busy_nodes(bundles, regions, self._main)
        for identity, item in items.items():
            item.region = regions[identity]
        stubs = stubs_of(bundles, regions, {key: item.label for key, item in items.items()}, shared)
        fetched = {self._shown_as.get(name) for name in self.model.fetched_nodes}
        fed = {self._shown_as.get(name) for name in self.model.fed_nodes}
        self.nodes = {
            identity: ViewNode(
                identity, item.label, item.kind, item.type, self._detail(item), item.count,
                item.role, item.clusters[-1].id if item.clusters else ROOT, item.region,
                identity in fetched, identity in fed,
                item.devices if self.model.has_placement else (), stubs.get(identity, ()))
            for identity, item in items.items()}
        self.edges = tuple(b for b in bundles if regions[b.source] == regions[b.target])
        self.clusters = _clusters(items)

    def _detail(self, item: Item) -> str:
        if item.kind == "series" and isinstance(item.thing, Group):
            order = "in a row" if stands_in_a_row(item.thing, self.model) else "side by side"
            return item.detail.replace("alike", order, 1)
        return item.detail

    def _regions(self, items: dict[str, Item]) -> dict[str, str]:
        """For each visible id: "" or the outermost thing around it that is aside."""
        has_forward = any(item.role == FORWARD for item in items.values())
        wanted = {self.model.nodes[name].role for name in self.model.fetched_nodes
                  if name in self.model.nodes}
        if wanted & {GRADIENT, TRAINING}:  # who asks for an update wants to see where it comes from
            wanted |= {GRADIENT, TRAINING}

        def is_aside(thing: Group | GraphNode) -> bool:
            key = identity_of(thing)
            return key in self._aside or (has_forward and key not in self._main
                                          and thing.role not in wanted and serves_apart(thing))

        return {identity: next((identity_of(thing) for thing in (*item.path, item.thing)
                                if is_aside(thing)), ROOT)
                for identity, item in items.items()}


def _clusters(items: dict[str, Item]) -> dict[str, Cluster]:
    """The boxes around what is visible, outer ones first."""
    found: dict[str, Cluster] = {}
    for item in items.values():
        parent = ROOT
        for group in item.clusters:
            if group.id not in found:
                found[group.id] = Cluster(group.id, group.label, group.kind, group.role,
                                          group.count, parent, item.region)
            parent = group.id
    return found
