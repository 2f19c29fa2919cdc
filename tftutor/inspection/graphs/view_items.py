"""What stands on a page: operations and closed groups, where they stand and how they are named."""

from __future__ import annotations

import dataclasses
from collections import Counter

from tftutor.inspection.graphs.hierarchy import ROOT, Group, Hierarchy
from tftutor.inspection.graphs.model import GraphModel, GraphNode

_FOLDED_VALUES = 2  # so many constant arguments are shown in an operation's second line
_KIND_WORDS = {"loop": "while loop, ", "branch": "tf.cond, ", "function": "function, "}


@dataclasses.dataclass(slots=True)
class Item:
    """One operation or closed group.

    Attributes:
      thing: the node or group.
      path: the open groups around it, outer ones first, without the root.
      region: "" in the main drawing, else the id of what is aside.
      name: what the hierarchy calls it.
    """

    thing: Group | GraphNode
    path: list[Group]
    name: str
    region: str = ROOT

    @property
    def id(self) -> str:
        return identity_of(self.thing)

    @property
    def role(self) -> str:
        return self.thing.role

    @property
    def clusters(self) -> list[Group]:
        """The open groups around it that are drawn: those within its region."""
        if self.region == ROOT:
            return self.path
        ids = [group.id for group in self.path]
        return self.path[ids.index(self.region):] if self.region in ids else []

    @property
    def label(self) -> str:
        """Its name; in full where the boxes around it aren't drawn."""
        if self.path and not self.clusters:
            return f"{self.path[-1].id}/{self.name}"
        return self.name

    @property
    def kind(self) -> str:
        if isinstance(self.thing, GraphNode):
            return "op"
        return "op with constants" if _constants(self.thing) else self.thing.kind

    @property
    def type(self) -> str:
        own = self.thing.own if isinstance(self.thing, Group) else self.thing
        return "" if own is None else own.type

    @property
    def count(self) -> int:
        return self.thing.count if isinstance(self.thing, Group) else 1

    @property
    def detail(self) -> str:
        """The second line: what it is."""
        if isinstance(self.thing, GraphNode):
            node = self.thing
            return node.type if node.value is None else f"{node.type} {node.value}"
        return _group_detail(self.thing)

    @property
    def devices(self) -> tuple[tuple[str, int], ...]:
        """(device, number of operations), the most first."""
        nodes = self.thing.nodes() if isinstance(self.thing, Group) else (self.thing,)
        counts = Counter(node.runs_on for node in nodes if node.runs_on is not None)
        return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def identity_of(thing: Group | GraphNode) -> str:
    """A group's id, a node's name."""
    return thing.id if isinstance(thing, Group) else thing.name


def visible_items(hierarchy: Hierarchy, opened: set[str]) -> dict[str, Item]:
    """What is visible when these groups are open, by id."""
    items: dict[str, Item] = {}

    def walk(group: Group, path: list[Group]) -> None:
        for child in group.children:
            if isinstance(child, Group) and child.id in opened:
                walk(child, [*path, child])
                continue
            items[identity_of(child)] = Item(child, path, hierarchy.label_of(child))

    walk(hierarchy.root, [])
    return items


def representatives(items: dict[str, Item]) -> dict[str, str]:
    """For each node of the model the visible id that stands for it."""
    found = {}
    for identity, item in items.items():
        if isinstance(item.thing, Group):
            for node in item.thing.nodes():
                found[node.name] = identity
        else:
            found[item.thing.name] = identity
    return found


def _constants(group: Group) -> list[GraphNode]:
    """The constant arguments of the operation that a group is, when it has nothing else inside."""
    rest = [child for child in group.children if child is not group.own]
    if group.own is None or group.kind == "variable":
        return []
    constants = [child for child in rest if isinstance(child, GraphNode) and child.type == "Const"]
    return constants if len(constants) == len(rest) else []


def _group_detail(group: Group) -> str:
    if group.kind == "variable" and group.own is not None:
        return f"{group.own.type} {group.own.outputs[0].shape_text}"
    if group.kind in ("series", "chunk"):
        return _gathered_detail(group)
    constants = _constants(group)
    if group.own is not None and constants:
        if len(constants) > _FOLDED_VALUES:
            return f"{group.own.type}, {len(constants)} constants"
        return f"{group.own.type} ({', '.join(f'{c.label} = {c.value}' for c in constants)})"
    if group.own is not None and any(isinstance(child, Group) and child.kind == "function"
                                     for child in group.children):
        return f"{group.own.type}, calls a function"
    return f"{_KIND_WORDS.get(group.kind, '')}{group.count} operations"


def _gathered_detail(group: Group) -> str:
    members = group.children
    if group.kind == "series" and all(isinstance(m, Group) and m.kind != "chunk" for m in members):
        return f"{len(members)} alike, {group.count} operations"
    if len(group.types) == 1:
        return f"{group.count} × {next(iter(group.types))}"
    return f"{group.count} operations" if group.kind == "chunk" else f"{group.count} alike"


def stands_in_a_row(group: Group, model: GraphModel) -> bool:
    """Whether each member of a series takes a tensor from the one before it."""
    places = {node.name: index for index, member in enumerate(group.children)
              for node in (member.nodes() if isinstance(member, Group) else (member,))}
    links = {(places.get(tensor.source), index) for name, index in places.items()
             for tensor in model.nodes[name].inputs}
    return all((index - 1, index) in links for index in range(1, len(group.children)))
