"""Views in the DOT language: for Graphviz to lay out, and for people to save.

`layout_source` asks only for places: nodes are boxes of given sizes without texts, named `n0`,
`n1`, ... `export_source` is a drawing of its own, with names, shapes and shape labels.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Mapping, Sequence

from tftutor.inspection.graphs.engine import LayoutUnavailable
from tftutor.inspection.graphs.sizes import (
    BOLD,
    TITLE_SIZE,
    NodeSize,
    full_title,
    node_lines,
    shape_of,
    text_width,
)
from tftutor.inspection.graphs.view import Cluster, View, ViewNode

_INCH = 72.0
# Bounds on the layout's searches: without them Graphviz may take minutes for long edges.
_HEADER = ('graph [rankdir=TB, nodesep=0.28, ranksep=0.42, nslimit=2, nslimit1=2, mclimit=0.7]; '
           'node [shape=box, fixedsize=true, label=""]; edge [arrowsize=0.6];')
_EXPORT_SHAPES = {"op": "ellipse", "const": "plaintext", "placeholder": "parallelogram",
                  "variable": "cylinder", "series": "box3d"}


def layout_source(view: View, region: str, sizes: Mapping[str, NodeSize],
                  numbers: Mapping[str, int]) -> str:
    """DOT of one region of a view, in which node `i` of `numbers` is called `ni`."""
    nodes = view.in_region(region)
    lines = ["digraph {", _HEADER]
    lines += _nested(view, nodes, lambda node: (
        f'n{numbers[node.id]} [width={sizes[node.id].width / _INCH:.4f}, '
        f'height={sizes[node.id].height / _INCH:.4f}];'),
        lambda cluster, index: (f'subgraph cluster_{index} {{ margin=14; fontsize={TITLE_SIZE:g}; '
                                f'label="{_placeholder_text(full_title(cluster))}";'))
    inside = {node.id for node in nodes}
    for edge in view.edges:
        if edge.source in inside and edge.target in inside:
            is_main = view.nodes[edge.source].role == view.nodes[edge.target].role
            attributes = "constraint=false" if edge.is_back else f"weight={4 if is_main else 1}"
            lines.append(f"n{numbers[edge.source]} -> n{numbers[edge.target]} [{attributes}];")
    return "\n".join([*lines, "}"])


def _placeholder_text(title: str) -> str:
    """A text about as wide for Graphviz as a title is for us: it reckons with another font."""
    return "0" * math.ceil((text_width(title, BOLD * TITLE_SIZE) + 12) / (0.5 * TITLE_SIZE))


def export_source(view: View) -> str:
    """A whole view as a DOT drawing: what `tf.show(x).dot()` gives.

    Raises: LayoutUnavailable when the package graphviz, which knows DOT's quoting, isn't there.
    """
    if importlib.util.find_spec("graphviz") is None:
        raise LayoutUnavailable("Writing DOT needs the package graphviz: "
                                "pip install 'tftutor[lab]' (or graphviz).")
    from graphviz import quoting

    def statement(node: ViewNode) -> str:
        label = "\n".join(node_lines(node))
        style = ' style="rounded"' if node.is_group and node.kind not in _EXPORT_SHAPES else ""
        shape = _EXPORT_SHAPES.get(shape_of(node), "box")
        return f"{quoting.quote(node.id)} [label={_label(label)} shape={shape}{style}]"

    lines = ["digraph {", "  node [fontname=\"sans-serif\" fontsize=11]",
             "  edge [fontname=\"sans-serif\" fontsize=9]"]
    lines += _nested(view, list(view.nodes.values()), statement, lambda cluster, index: (
        f"subgraph {quoting.quote(f'cluster_{cluster.id}')} {{ label={_label(cluster.label)};"))
    for edge in view.edges:
        style = " style=dashed" if edge.is_control else ""
        lines.append(f"{quoting.quote(edge.source)} -> {quoting.quote(edge.target)} "
                     f"[label={_label(edge.label)}{style}]")
    return "\n".join([*lines, "}"]) + "\n"


def _label(text: str) -> str:
    """A quoted label; its lines are centred."""
    from graphviz import quoting

    return quoting.quote(quoting.escape(text).replace("\n", r"\n"))


def _nested(view: View, nodes: Sequence[ViewNode], statement: Callable[[ViewNode], str],
            opening: Callable[[Cluster, int], str]) -> list[str]:
    """The statements of nodes, inside the braces of their clusters."""
    by_cluster: dict[str, list[str]] = {}
    needed: dict[str, None] = {}
    for node in nodes:
        by_cluster.setdefault(node.cluster, []).append(statement(node))
        cluster = node.cluster
        while cluster and cluster not in needed:
            needed[cluster] = None
            cluster = view.clusters[cluster].parent
    clusters = [cluster for identity, cluster in view.clusters.items() if identity in needed]
    numbers = {identity: index for index, identity in enumerate(view.clusters)}

    def block(parent: str) -> list[str]:
        lines = list(by_cluster.get(parent, ()))
        for cluster in clusters:
            if cluster.parent == parent:
                lines.append(opening(cluster, numbers[cluster.id]))
                lines += block(cluster.id)
                lines.append("}")
        return lines

    return block("")
