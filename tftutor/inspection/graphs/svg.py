"""A view as SVG.

Everything that can be pointed at carries its id: `data-node`, `data-cluster`, `data-region`,
`data-source` and `data-target`; a panel finds the parts by these. Titles are what a screen reader
says and a mouse pointer shows.
"""

from __future__ import annotations

from tftutor.inspection.graphs.labels import (
    LABEL_SIZE,
    cluster_title,
    is_machinery,
    label_places,
)
from tftutor.inspection.graphs.layout import Box, Layout, Path
from tftutor.inspection.graphs.model import GRADIENT, INIT, SAVE, SUMMARY, TRAINING
from tftutor.inspection.graphs.shapes import (
    EDGE,
    QUIET,
    attribute,
    colours_of,
    escaped,
    number,
    outline,
    plus_mark,
    texts,
)
from tftutor.inspection.graphs.sizes import names_text, shape_of, shortened, text_width
from tftutor.inspection.graphs.view import Cluster, View, ViewNode
from tftutor.inspection.graphs.view_edges import EdgeBundle

_FONT = "system-ui, 'DejaVu Sans', 'Helvetica Neue', Arial, sans-serif"
_DASHED = ("function", "loop", "branch")
ROLE_NAMES = {GRADIENT: "gradient", TRAINING: "optimizer", INIT: "initialisation",
              SAVE: "save and restore", SUMMARY: "summaries"}


def svg_of(view: View, layout: Layout, title: str = "Graph", description: str = "") -> str:
    """Draw a view.

    Args:
      layout: its places (layout.layout_of).
      title, description: for those who don't see the picture.
    """
    width, height = number(layout.width), number(layout.height)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" '
             f'height="{height}" viewBox="0 0 {width} {height}" font-family="{_FONT}">',
             f"<title>{escaped(title)}</title><desc>{escaped(description)}</desc>"]
    parts += [_region(region, view, box) for region, box in layout.regions.items()]
    parts += [_cluster(view.clusters[identity], box) for identity, box in layout.clusters.items()]
    edges = [(edge, layout.edges[edge.source, edge.target]) for edge in view.edges]
    parts += [_edge(edge, path, is_machinery(view, edge)) for edge, path in edges]
    parts += [_node(node, layout) for node in view.nodes.values()]
    parts += [_edge_label(edge, *place) for edge, place in label_places(view, layout)]
    return "".join([*parts, "</svg>"])


def _node(node: ViewNode, layout: Layout) -> str:
    box, shape = layout.nodes[node.id], shape_of(node)
    fill, line = colours_of(shape, node.role)
    marks = outline(shape, box, fill, line, 2.6 if node.is_fetched else 1.3)
    marks += texts(shape, box, layout.sizes[node.id].lines)
    if node.is_group and shape not in ("op", "series", "chunk", "variable"):
        marks += plus_mark(box, line)
    marks += _tags(node, box) + _stub_mark(node, box)
    return (f'<g class="tf-node tf-{shape} tf-role-{node.role}" data-node="{attribute(node.id)}">'
            f"<title>{escaped(node_title(node))}</title>{marks}</g>")


def node_title(node: ViewNode) -> str:
    """What a node is, in one sentence or two."""
    lines = [f"{node.id}: {node.type or node.kind}" if not node.is_group
             else f"{node.id}: {node.kind}, {node.count} operations"]
    for direction, words in (("in", "takes from"), ("out", "is used by")):
        others = list(dict.fromkeys(s.id for s in node.stubs if s.direction == direction))
        if others:
            lines.append(f"{words} (aside): {names_text(others, 8)}")
    lines += [f"{count} on {device}" if node.is_group else f"runs on {device}"
              for device, count in node.devices]
    return "\n".join(lines)


def _tags(node: ViewNode, box: Box) -> str:
    """`fetch` and `fed`, beside the node."""
    words = [word for word, there in (("fetch", node.is_fetched), ("fed", node.is_fed)) if there]
    if not words:
        return ""
    text = ", ".join(words)
    width = text_width(text, LABEL_SIZE) + 8
    x, y = box.x - box.width / 2 - 4, box.y - box.height / 2 - 8
    return (f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="13" rx="3" '
            f'fill="#1b1b1b" stroke="#ffffff" stroke-width="0.6"/>'
            f'<text x="{number(x + 4)}" y="{number(y + 9.5)}" font-size="{LABEL_SIZE:g}" '
            f'fill="#ffffff">{text}</text>')


def _stub_mark(node: ViewNode, box: Box) -> str:
    """A dotted end that shows: something aside is connected here."""
    if node.region or not any(not stub.is_shared for stub in node.stubs):
        return ""
    x, y = box.x + box.width / 2, box.y
    return (f'<path class="tf-stub" d="M{number(x)},{number(y)}h9" stroke="{EDGE}" '
            f'stroke-width="1" stroke-dasharray="2 2" fill="none"/>'
            f'<circle cx="{number(x + 11)}" cy="{number(y)}" r="2" fill="none" stroke="{EDGE}"/>')


def _edge(edge: EdgeBundle, path: Path, is_thin: bool) -> str:
    (x, y), *rest = path.points
    curve = " ".join(f"{number(px)},{number(py)}" for px, py in rest)
    dash = ' stroke-dasharray="4 3"' if edge.is_control else ""
    width = 1.1 if edge.count == 1 or edge.is_control else min(1.1 + 0.3 * edge.count, 3.0)
    if is_thin:
        width = 0.7
    return (f'<g class="tf-edge{" tf-control" if edge.is_control else ""}" '
            f'data-source="{attribute(edge.source)}" data-target="{attribute(edge.target)}">'
            f"<title>{escaped(edge.description)}</title>"
            f'<path d="M{number(x)},{number(y)} C{curve}" fill="none" stroke="{EDGE}" '
            f'stroke-width="{width:.2g}"{dash}/>{_arrow(path)}</g>')


def _edge_label(edge: EdgeBundle, x: float, y: float) -> str:
    return (f'<text class="tf-edge-label" x="{number(x)}" y="{number(y)}" '
            f'font-size="{LABEL_SIZE:g}" fill="{QUIET}">{escaped(edge.label)}</text>')


def _arrow(path: Path) -> str:
    """The arrow's head, from the end of the curve to its tip."""
    (bx, by), (tx, ty) = path.points[-1], path.tip
    dx, dy = tx - bx, ty - by
    length = max((dx * dx + dy * dy) ** 0.5, 0.1)
    ox, oy = -dy / length * 2.8, dx / length * 2.8
    corners = ((tx, ty), (bx + ox, by + oy), (bx - ox, by - oy))
    return (f'<path d="M{" L".join(f"{number(x)},{number(y)}" for x, y in corners)}Z" '
            f'fill="{EDGE}"/>')


def _cluster(cluster: Cluster, box: Box) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    dash = ' stroke-dasharray="6 3"' if cluster.kind in _DASHED else ""
    title = escaped(cluster_title(cluster, box.width))
    return (f'<g class="tf-cluster" data-cluster="{attribute(cluster.id)}">'
            f"<title>{escaped(cluster.id)}: open {cluster.kind}, {cluster.count} operations"
            f'</title><rect x="{number(left)}" y="{number(top)}" width="{number(box.width)}" '
            f'height="{number(box.height)}" rx="8" fill="#808080" fill-opacity="0.08" '
            f'stroke="{QUIET}" stroke-width="1"{dash}/>'
            f'<text x="{number(left + 8)}" y="{number(top + 14)}" font-size="11" '
            f'font-weight="600" fill="{QUIET}">{title}</text></g>')


def _region(region: str, view: View, box: Box) -> str:
    """The caption of what is aside: what it is there for."""
    nodes = view.in_region(region)
    role = ROLE_NAMES.get(nodes[0].role, "used by many")
    users = {stub.label for node in nodes for stub in node.stubs}
    caption = role if role != "used by many" else f"used by {len(users)}"
    left, top = box.x - box.width / 2, box.y - box.height / 2
    return (f'<g class="tf-region" data-region="{attribute(region)}">'
            f'<text x="{number(left + 8)}" y="{number(top + 22)}" font-size="{LABEL_SIZE + 1:g}" '
            f'font-style="italic" fill="{QUIET}">{escaped(shortened(caption, 30))}</text></g>')
