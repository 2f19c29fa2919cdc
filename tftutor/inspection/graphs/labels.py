"""Where the texts beside the shapes stand: shapes along the edges, titles of open groups.

A label stands beside its edge where it covers nothing: several places are tried. A tensor that goes
to several nodes is labelled once.
"""

from __future__ import annotations

from typing import NamedTuple

from tftutor.inspection.graphs.layout import Box, Layout, Path
from tftutor.inspection.graphs.model import FORWARD, GRADIENT, TRAINING
from tftutor.inspection.graphs.sizes import BOLD, TITLE_SIZE, full_title, shortened, text_width
from tftutor.inspection.graphs.view import Cluster, View
from tftutor.inspection.graphs.view_edges import EdgeBundle

LABEL_SIZE = 9.0
_TRIED = (0.42, 0.6, 0.3, 0.75, 0.2)  # shares of the way along, first those near the middle


class _Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: _Area) -> bool:
        return (self.left < other.right and other.left < self.right
                and self.top < other.bottom and other.top < self.bottom)


def label_places(view: View, layout: Layout) -> list[tuple[EdgeBundle, tuple[float, float]]]:
    """The edges that are labelled, each with the place where its text begins."""
    taken = [_area(box) for box in layout.nodes.values()]
    taken += [_title_area(view.clusters[key], box) for key, box in layout.clusters.items()]
    places = []
    seen = set()
    for edge in view.edges:
        key = edge.source, edge.tensors
        if edge.label and key not in seen and not is_machinery(view, edge):
            seen.add(key)
            x, y, area = _place(edge.label, layout.edges[edge.source, edge.target], taken)
            taken.append(area)
            places.append((edge, (x, y)))
    return places


def is_machinery(view: View, edge: EdgeBundle) -> bool:
    """Whether an edge leads between the model and its gradient or update, not along either."""
    roles = {view.nodes[edge.source].role, view.nodes[edge.target].role}
    return FORWARD in roles and bool(roles & {GRADIENT, TRAINING})


def cluster_title(cluster: Cluster, width: float) -> str:
    """The text on an open group's box of this width."""
    title = full_title(cluster)
    longest = len(title)
    while longest > 4 and text_width(shortened(title, longest), BOLD * TITLE_SIZE) > width - 12:
        longest -= 1
    return shortened(title, longest)


def _place(text: str, path: Path, taken: list[_Area]) -> tuple[float, float, _Area]:
    """The first place that is free, else the first."""
    tried = []
    for share in _TRIED:
        x, y = path.point(share)
        area = _Area(x + 4, y - 5, x + 4 + text_width(text, LABEL_SIZE), y + 5)
        tried.append((x + 4, y + 3, area))
        if not any(area.covers(other) for other in taken):
            return tried[-1]
    return tried[0]


def _area(box: Box) -> _Area:
    return _Area(box.x - box.width / 2, box.y - box.height / 2,
                 box.x + box.width / 2, box.y + box.height / 2)


def _title_area(cluster: Cluster, box: Box) -> _Area:
    left, top = box.x - box.width / 2 + 8, box.y - box.height / 2
    width = text_width(cluster_title(cluster, box.width), BOLD * TITLE_SIZE)
    return _Area(left, top + 2, left + width, top + 18)
