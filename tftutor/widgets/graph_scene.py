"""What the front end needs to show a view: the picture, and where everything in it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tftutor.inspection.graphs.engine import LayoutUnavailable
from tftutor.inspection.graphs.hierarchy import ROOT
from tftutor.inspection.graphs.layout import layout_of
from tftutor.inspection.graphs.sizes import names_text
from tftutor.inspection.graphs.svg import node_title, svg_of
from tftutor.inspection.graphs.view import View

_MOST_NAMES = 8


def scene(view: View, title: str) -> dict[str, Any]:
    """The picture of a view as plain data.

    Returns: `svg`; `nodes` and `clusters`, each with id, the rectangle (left, top, width, height),
      label and a sentence; `outline`, the same as a tree: (id, label, level, state) with state
      "open", "closed" or "" for an operation; `refused`, a sentence about groups that had to close.
    """
    try:
        layout = layout_of(view)
    except LayoutUnavailable as error:
        return {"svg": "", "missing": str(error), "nodes": [], "clusters": [],
                "outline": outline(view), "refused": ""}
    nodes = []
    for node in view.nodes.values():
        x, y, width, height = layout.nodes[node.id]
        nodes.append({"id": node.id, "box": [x - width / 2, y - height / 2, width, height],
                      "group": node.is_group, "label": node.label, "says": node_title(node)})
    clusters = []
    for cluster in view.clusters.values():
        if cluster.id in layout.clusters:
            x, y, width, height = layout.clusters[cluster.id]
            clusters.append({"id": cluster.id, "label": cluster.label,
                             "box": [x - width / 2, y - height / 2, width, height],
                             "says": f"{cluster.id}: open {cluster.kind}, {cluster.count} "
                                     "operations"})
    return {"svg": svg_of(view, layout, title), "size": [layout.width, layout.height],
            "nodes": nodes, "clusters": clusters, "outline": outline(view),
            "refused": ("Closed again, or the page would be too full: "
                        + names_text(view.refused, _MOST_NAMES)) if view.refused else ""}


def outline(view: View) -> list[list[Any]]:
    """The page as a tree: open groups with their parts below them."""
    below: dict[str, list[tuple[str, bool]]] = {}  # group -> (id, is it an open group)
    for node in view.nodes.values():
        below.setdefault(node.cluster, []).append((node.id, False))
    for cluster in reversed(view.clusters.values()):
        below.setdefault(cluster.parent, []).insert(0, (cluster.id, True))
    rows: list[list[Any]] = []
    waiting = [(*item, 1) for item in reversed(below.get(ROOT, []))]
    while waiting:
        identity, is_open, level = waiting.pop()
        if is_open:
            rows.append([identity, view.clusters[identity].label, level, "open"])
            waiting += [(*item, level + 1) for item in reversed(below.get(identity, []))]
        else:
            node = view.nodes[identity]
            rows.append([identity, node.label, level, "closed" if node.is_group else ""])
    return rows


def lit_counts(view: View, names: Iterable[str]) -> dict[str, list[int]]:
    """For what stands on the page and holds some of the named nodes: how many, and of how many."""
    return {identity: [count, view.nodes[identity].count]
            for identity, count in view.ids_of(names).items() if identity in view.nodes}
