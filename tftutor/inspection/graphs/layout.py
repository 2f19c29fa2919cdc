"""Where everything of a view stands: Graphviz's places, put together to one page, in px.

The main drawing stands at the left; what is aside stands at the right in columns, each part laid
out by itself. y grows downwards.
"""

from __future__ import annotations

import dataclasses
import json
from collections import OrderedDict
from typing import Any, NamedTuple

from tftutor.inspection.graphs.dot import layout_source
from tftutor.inspection.graphs.engine import lay_out
from tftutor.inspection.graphs.hierarchy import ROOT
from tftutor.inspection.graphs.sizes import NodeSize, size_of
from tftutor.inspection.graphs.view import View

_GAP, _COLUMN_GAP, _CAPTION = 18.0, 40.0, 30.0
_ASIDE_HEIGHT = 320.0  # an aside column is at least as high before the next one begins
_SINGLE_MARGIN = 8.0
_CACHED = 64
_cache: OrderedDict[str, str] = OrderedDict()


class Box(NamedTuple):
    """A rectangle: its middle, width and height."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, dx: float, dy: float) -> Box:
        return self._replace(x=round(self.x + dx, 1), y=round(self.y + dy, 1))


class Path(NamedTuple):
    """An edge: control points of cubic Bezier curves, then the arrow's tip."""

    points: tuple[tuple[float, float], ...]
    tip: tuple[float, float]

    def moved(self, dx: float, dy: float) -> Path:
        return Path(tuple((round(x + dx, 1), round(y + dy, 1)) for x, y in self.points),
                    (round(self.tip[0] + dx, 1), round(self.tip[1] + dy, 1)))

    def point(self, share: float) -> tuple[float, float]:
        """The point that lies this share (0 to 1) of the way along, counted in curves."""
        pieces = (len(self.points) - 1) // 3
        piece, t = divmod(share * pieces, 1)
        start = 3 * int(piece)
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3)
        near = self.points[start:start + 4]
        return (sum(w * x for w, (x, _) in zip(weights, near, strict=True)),
                sum(w * y for w, (_, y) in zip(weights, near, strict=True)))


@dataclasses.dataclass
class Layout:
    """The places of one view.

    Attributes:
      width, height: of the page.
      nodes: by the id of the view's nodes.
      sizes: the shapes and texts of the nodes.
      clusters: by the id of the open groups.
      edges: by (source, target).
      regions: what is aside: the box around each, its caption's line included.
    """

    width: float
    height: float
    nodes: dict[str, Box]
    sizes: dict[str, NodeSize]
    clusters: dict[str, Box]
    edges: dict[tuple[str, str], Path]
    regions: dict[str, Box]


def layout_of(view: View) -> Layout:
    """Lay a view out. Raises: engine.LayoutUnavailable when there is no Graphviz."""
    sizes = {identity: size_of(node) for identity, node in view.nodes.items()}
    page = Layout(0.0, 0.0, {}, sizes, {}, {}, {})
    main_width, main_height = 0.0, 0.0
    if view.in_region(ROOT):
        part = _part(view, ROOT, sizes)
        _place(page, part, _GAP, _GAP)
        main_width, main_height = part.width, part.height
    parts = {region: _part(view, region, sizes) for region in view.aside}
    right, bottom = _place_aside(page, parts, main_width and _GAP + main_width + _COLUMN_GAP,
                                 max(main_height, _ASIDE_HEIGHT))
    page.width = round(max(main_width + 2 * _GAP, right), 1)
    page.height = round(max(main_height + 2 * _GAP, bottom), 1)
    return page


def _place(page: Layout, part: Layout, dx: float, dy: float) -> None:
    """Put a part on the page."""
    for name in ("nodes", "clusters", "edges"):
        target = getattr(page, name)
        for key, thing in getattr(part, name).items():
            target[key] = thing.moved(dx, dy)


def _place_aside(page: Layout, parts: dict[str, Layout], left: float, height: float
                 ) -> tuple[float, float]:
    """Put what is aside in columns; returns the right and the bottom end."""
    x, y, widest, bottom = left or _GAP, _GAP, 0.0, 0.0
    for region, part in parts.items():
        needed = part.height + _CAPTION
        if y > _GAP and y + needed > height + _GAP:
            x, y, widest = x + widest + _GAP, _GAP, 0.0
        _place(page, part, x, y + _CAPTION)
        page.regions[region] = Box(round(x + part.width / 2, 1), round(y + needed / 2, 1),
                                   part.width, needed)
        widest = max(widest, part.width)
        y += needed + _GAP
        bottom = max(bottom, y)
    return x + widest + _GAP, bottom


def _part(view: View, region: str, sizes: dict[str, NodeSize]) -> Layout:
    """Lay out one region by itself, from (0, 0)."""
    nodes = view.in_region(region)
    if len(nodes) == 1 and not nodes[0].cluster:
        size = sizes[nodes[0].id]
        box = Box(size.width / 2 + _SINGLE_MARGIN, size.height / 2, size.width, size.height)
        return Layout(size.width + 2 * _SINGLE_MARGIN, size.height, {nodes[0].id: box}, sizes,
                      {}, {}, {})
    numbers = {node.id: index for index, node in enumerate(nodes)}
    found = json.loads(_cached_layout(layout_source(view, region, sizes, numbers)))
    names = {f"n{index}": identity for identity, index in numbers.items()}
    return _read(found, names, list(view.clusters), sizes)


def _cached_layout(dot: str) -> str:
    """Graphviz's answer; the last few are kept, so that closing a group again costs nothing."""
    if dot in _cache:
        _cache.move_to_end(dot)
        return _cache[dot]
    _cache[dot] = answer = lay_out(dot)
    if len(_cache) > _CACHED:
        _cache.popitem(last=False)
    return answer


def _read(found: dict[str, Any], names: dict[str, str], clusters: list[str],
          sizes: dict[str, NodeSize]) -> Layout:
    """Geometry out of Graphviz's JSON: points, y upwards -> px, y downwards."""
    _, _, width, height = map(float, found["bb"].split(","))
    part = Layout(width, height, {}, sizes, {}, {}, {})
    by_number = {}
    for thing in found.get("objects", ()):
        if "bb" in thing:
            left, bottom, right, top = map(float, thing["bb"].split(","))
            identity = clusters[int(thing["name"].removeprefix("cluster_"))]
            part.clusters[identity] = Box((left + right) / 2, height - (bottom + top) / 2,
                                          right - left, top - bottom)
        elif thing["name"] in names:
            identity = by_number[thing["_gvid"]] = names[thing["name"]]
            x, y = map(float, thing["pos"].split(","))
            size = sizes[identity]
            part.nodes[identity] = Box(x, height - y, size.width, size.height)
    for edge in found.get("edges", ()):
        key = by_number[edge["tail"]], by_number[edge["head"]]
        part.edges[key] = _path(edge["pos"], height)
    return part


def _path(text: str, height: float) -> Path:
    """`e,x,y x,y x,y ...`: the tip, then the curve."""
    tip, *points = text.split(" ")
    x, y = map(float, tip.removeprefix("e,").split(","))
    pairs = [tuple(map(float, point.split(","))) for point in points]
    return Path(tuple((px, height - py) for px, py in pairs), (x, height - y))
