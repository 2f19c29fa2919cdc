"""Which groups of a graph are open: what is asked for, as far as the page has room."""

from __future__ import annotations

from collections.abc import Iterable

from tftutor.inspection.graphs.hierarchy import ROOT, Group, Hierarchy
from tftutor.inspection.graphs.model import FORWARD, GraphNode

_FEW_NODES = 8  # an automatic view opens groups until it has as many ...
_PLENTY = 30  # ... but not more than these


def ancestors(group: Group) -> list[Group]:
    """The groups around, outer ones first, without the root."""
    found = []
    parent = group.parent
    while parent is not None and parent.id != ROOT:
        found.append(parent)
        parent = parent.parent
    return found[::-1]


def affordable(hierarchy: Hierarchy, expanded: tuple[str, ...], most: int
                ) -> tuple[set[str], tuple[str, ...]]:
    """The groups to open so that at most `most` nodes are visible, and those left closed.

    What was asked for last stays open longest.
    """
    asked = [identity for identity in expanded if identity != ROOT]
    if not asked:
        return set(), ()
    kept = {asked[-1], *(group.id for group in ancestors(hierarchy.groups[asked[-1]]))}
    refused = []
    opened = set(asked)
    for identity in asked:
        if _visible_count(hierarchy.root, opened) <= most:
            break
        if identity not in kept:
            opened.discard(identity)
            refused.append(identity)
    return opened, tuple(refused)


def _visible_count(group: Group, opened: set[str]) -> int:
    return sum(_visible_count(child, opened)
               if isinstance(child, Group) and child.id in opened else 1
               for child in group.children)


def first_expansion(hierarchy: Hierarchy) -> tuple[str, ...]:
    """Groups to open at first: a small graph whole, of a big one its outermost parts.

    Groups of like structure are opened together: of two towers not one only.
    """
    opened: list[str] = []
    while True:
        visible = list(_visible(hierarchy.root, set(opened)))
        forward = [item for item in visible if item.role == FORWARD]
        if len(forward) >= _FEW_NODES and hierarchy.root.count > _PLENTY:
            return tuple(opened)
        alike: dict[str, list[Group]] = {}
        for item in forward:
            if isinstance(item, Group) and item.own is None \
                    and item.kind in ("scope", "loop", "branch"):
                alike.setdefault(item.signature, []).append(item)
        fitting = [groups for groups in alike.values() if len(visible) + sum(
            len(group.children) - 1 for group in groups) <= _PLENTY]
        if not fitting:
            return tuple(opened)
        largest = max(fitting, key=lambda groups: max(group.count for group in groups))
        opened += [group.id for group in largest]


def _visible(group: Group, opened: set[str]) -> Iterable[Group | GraphNode]:
    for child in group.children:
        if isinstance(child, Group) and child.id in opened:
            yield from _visible(child, opened)
        else:
            yield child
