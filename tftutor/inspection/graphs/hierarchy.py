"""The tree of a graph: name scopes, and what is gathered further so that no page is too full.

Every group has at most `MOST_CHILDREN` children. The tree is made from the graph alone, once; which
groups are open is the view's business (view.py). Below a scope stand, in this order of making,

- its scopes and operations; a scope whose name is also an operation's holds that operation
  (a variable and its `Assign`, `read` and initial value are one group, of kind `variable`);
- series: at least `SERIES` siblings of like names and like structure (`layer_1` ... `layer_30`),
  in groups that have more than `ROOMY` children: a handful of layers is easier to read one by one;
- chunks: stretches of siblings, where there would still be too many.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tftutor.inspection.graphs.model import FORWARD, INIT, GraphModel, GraphNode
from tftutor.inspection.graphs.roles import VARIABLES

SERIES = 5
ROOMY = 30
MOST_CHILDREN = 60
_CHUNK = 40
ROOT = ""
_TRAILING_NUMBER = re.compile(r"_\d+$")
_NUMBERS = re.compile(r"\d+")


@dataclasses.dataclass(eq=False)
class Group:
    """A group of nodes that can be drawn as one.

    Attributes:
      id: the scope's name ("conv1/weights"), or for a gathered group its scope and what it gathers
        ("conv1/Const_[4 to 19]"). Unique in the graph, and never a node's name unless `own` is it.
      label: what to call it: the last part of the name.
      kind: "scope", "variable", "loop", "branch", "function", "series" or "chunk".
      parent: the group around; None for the root.
      children: groups and nodes, in the order of creation.
      own: the node whose name is the scope's.
      count: how many operations are inside.
      roles: how many of them have which role.
      types: how many of them are of which type.
    """

    id: str
    label: str
    kind: str = "scope"
    parent: Group | None = None
    children: list[Group | GraphNode] = dataclasses.field(default_factory=list)
    own: GraphNode | None = None
    count: int = 0
    roles: Counter[str] = dataclasses.field(default_factory=Counter)
    types: Counter[str] = dataclasses.field(default_factory=Counter)
    signature: str = ""

    @property
    def role(self) -> str:
        """What it is there for: forward when any part of it is; else what most of it is for.

        The values that variables begin with count as part of the scope they stand in.
        """
        if self.own is not None:
            return self.own.role
        rest = self.roles - Counter({INIT: self.roles[INIT]})
        if rest[FORWARD] or not self.roles:
            return FORWARD
        return max(rest or self.roles, key=lambda role: ((rest or self.roles)[role], role))

    def nodes(self) -> Iterator[GraphNode]:
        """All nodes inside."""
        for child in self.children:
            if isinstance(child, Group):
                yield from child.nodes()
            else:
                yield child


class Hierarchy:
    """The tree of a model.

    Attributes:
      root: the whole graph.
      groups: every group by its id.
      home: for each node the group it stands in directly.
      labels: what to call nodes for which the last part of the name isn't enough.
    """

    def __init__(self, model: GraphModel) -> None:
        self.root = Group(ROOT, "")
        self.groups: dict[str, Group] = {ROOT: self.root}
        self.home: dict[str, Group] = {}
        self.labels: dict[str, str] = {}
        for node in model.nodes.values():
            self._scope(node.scope).children.append(node)
        self._adopt_own_nodes()
        self._settle(self.root)
        self._set_homes(self.root)

    def path(self, node: str) -> list[Group]:
        """The groups around a node, from the root inwards."""
        found = []
        group: Group | None = self.home[node]
        while group is not None:
            found.append(group)
            group = group.parent
        return found[::-1]

    def _scope(self, name: str) -> Group:
        group = self.groups.get(name)
        if group is None:
            outer, _, label = name.rpartition("/")
            parent = self._scope(outer)
            kind = "function" if label.startswith("[") else "scope"
            group = self.groups[name] = Group(name, label, kind, parent)
            parent.children.append(group)
        return group

    def _adopt_own_nodes(self) -> None:
        """Move a node into the scope that bears its name."""
        for group in list(self.groups.values()):
            for child in list(group.children):
                if isinstance(child, GraphNode) and child.name in self.groups:
                    scope = self.groups[child.name]
                    group.children.remove(child)
                    scope.children.insert(0, child)
                    scope.own = child

    # -- from the leaves up ---------------------------------------------------------------------

    def _settle(self, group: Group) -> None:
        """Gather series and chunks, and count."""
        for child in group.children:
            if isinstance(child, Group):
                self._settle(child)
        self._flatten_single_nodes(group)
        self._gather_series(group)
        self._gather_chunks(group)
        _count(group)
        group.kind = _kind(group)
        group.signature = self._signature(group)

    def _flatten_single_nodes(self, group: Group) -> None:
        """A scope around a single node is no group: `Merge/MergeSummary` is called `Merge`."""
        for position, child in enumerate(group.children):
            if isinstance(child, Group) and child.count == 1:
                node = next(child.nodes())
                prefix = f"{group.id}/" if group.id else ""
                name = node.name if node.type == "Const" else node.scope
                self.labels[node.name] = name.removeprefix(prefix)
                group.children[position] = node
                del self.groups[child.id]

    def _gather_series(self, group: Group) -> None:
        if len(group.children) <= ROOMY:
            return
        members: dict[tuple[str, str], list[Group | GraphNode]] = {}
        for child in group.children:
            if child is not group.own:
                key = _pattern(self.label_of(child)), _structure(child)
                members.setdefault(key, []).append(child)
        for found in members.values():
            if SERIES <= len(found) < len(group.children):
                self._gather(group, found, "series")

    def _gather_chunks(self, group: Group) -> None:
        while len(group.children) > MOST_CHILDREN:
            rest = [child for child in group.children if child is not group.own]
            for start in range(0, len(rest), _CHUNK):
                self._gather(group, rest[start:start + _CHUNK], "chunk")

    def _gather(self, group: Group, members: Sequence[Group | GraphNode], kind: str) -> None:
        """Put siblings into a group of their own, at the place of the first."""
        label = _gathered_label(self.label_of(members[0]), self.label_of(members[-1]))
        prefix = f"{group.id}/" if group.id else ""
        identity = f"{prefix}{label}"
        while identity in self.groups:
            identity += "'"
        gathered = Group(identity, label, kind, group, list(members))
        position = group.children.index(members[0])
        taken = set(map(id, members))
        group.children = [child for child in group.children if id(child) not in taken]
        group.children.insert(position, gathered)
        for member in members:
            if isinstance(member, Group):
                member.parent = gathered
        self.groups[identity] = gathered
        self._gather_chunks(gathered)
        _count(gathered)
        gathered.signature = self._signature(gathered)

    def label_of(self, child: Group | GraphNode) -> str:
        """What to call a group or node beside its siblings."""
        return child.label if isinstance(child, Group) else self.labels.get(child.name, child.label)

    def _signature(self, group: Group) -> str:
        """A digest of the names and types inside, numbers aside."""
        parts = sorted(f"{_pattern(self.label_of(child))}:{_structure(child)}"
                       for child in group.children)
        return hashlib.sha1("\n".join([group.kind, *parts]).encode()).hexdigest()

    def _set_homes(self, group: Group) -> None:
        for child in group.children:
            if isinstance(child, Group):
                self._set_homes(child)
            else:
                self.home[child.name] = group


def _count(group: Group) -> None:
    group.count, group.roles, group.types = 0, Counter(), Counter()
    for child in group.children:
        if isinstance(child, Group):
            group.count += child.count
            group.roles += child.roles
            group.types += child.types
        else:
            group.count += 1
            group.roles[child.role] += 1
            group.types[child.type] += 1


def _kind(group: Group) -> str:
    if group.kind != "scope" or not group.id:
        return group.kind
    if group.own is not None and group.own.type in VARIABLES:
        return "variable"
    names = {child.label for child in group.children}  # those that TensorFlow gives such nodes
    if "LoopCond" in names:
        return "loop"
    return "branch" if "switch_t" in names else group.kind


def _pattern(name: str) -> str:
    """The name without its numbers: `layer` for `layer_1`, `conv#` for `conv1`."""
    return _NUMBERS.sub("#", _TRAILING_NUMBER.sub("", name))


def _structure(child: Group | GraphNode) -> str:
    """What two siblings of a series have in common."""
    return child.signature if isinstance(child, Group) else f"{child.type}/{child.role}"


def _gathered_label(first: str, last: str) -> str:
    """`layer_[1 to 30]`; `Add ... Mul_3` for members of different names."""
    if _pattern(first) != _pattern(last):
        return f"{first} ... {last}"
    if not _TRAILING_NUMBER.search(last):
        return f"[{first} to {last}]"
    base = _TRAILING_NUMBER.sub("", last)
    start = first.removeprefix(base).lstrip("_") if first.startswith(base) else first
    return f"{base}_[{start or 0} to {last.removeprefix(base).lstrip('_')}]"
