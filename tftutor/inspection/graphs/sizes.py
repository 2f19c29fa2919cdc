"""How large texts and shapes are, without asking any font: an estimate that is the same everywhere.

Widths are those of a common sans-serif face, rounded up: a text never leaves its shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tftutor.inspection.devices.names import device_title
from tftutor.inspection.graphs.view import Cluster, ViewNode

NAME_SIZE, DETAIL_SIZE, TITLE_SIZE = 12.0, 10.0, 11.0  # font sizes, px
BOLD = 1.16  # how much wider bold letters are
_LONGEST_NAME, _LONGEST_DETAIL, _LONGEST_TITLE = 30, 34, 36
_NARROW, _WIDE = set("iIjltf.,:;|!'()[]/ "), set("mwMWGOQ@%")
_MARGIN = {"op": 13.0, "const": 7.0, "placeholder": 20.0, "variable": 12.0}
_GROUP_MARGIN = 18.0  # there is room for the plus


class NodeSize(NamedTuple):
    """A shape and its texts: width and height in px, the lines of text in it."""

    width: float
    height: float
    lines: tuple[str, ...]


def text_width(text: str, size: float) -> float:
    """About how wide a text is, in px."""
    units = sum(0.33 if c in _NARROW else 0.9 if c in _WIDE else 0.72 if c.isupper() else 0.58
                for c in text)
    return units * size


def shortened(text: str, longest: int) -> str:
    """The text with its middle left out when it is too long."""
    if len(text) <= longest:
        return text
    head = (longest - 1) * 2 // 3
    return f"{text[:head]}…{text[head + 1 - longest:]}"


def names_text(names: Sequence[str], most: int) -> str:
    """`a, b, c and 4 more`."""
    text = ", ".join(names[:most])
    return text if len(names) <= most else f"{text} and {len(names) - most} more"


def shape_of(node: ViewNode) -> str:
    """Which shape it is drawn as."""
    if node.kind == "op with constants":
        return "op"
    if node.kind != "op":
        return node.kind
    if node.type == "Const":
        return "const"
    if node.type.startswith("Placeholder"):
        return "placeholder"
    if node.type in ("Variable", "VariableV2", "VarHandleOp"):
        return "variable"
    return "op"


def size_of(node: ViewNode) -> NodeSize:
    """The size of a node's shape, from its texts."""
    lines = node_lines(node)
    widths = [text_width(line, BOLD * NAME_SIZE if index == 0 else DETAIL_SIZE)
              for index, line in enumerate(lines)]
    shape = shape_of(node)
    width = max(widths) + 2 * _MARGIN.get(shape, _GROUP_MARGIN)
    height = 8.0 + 14.0 * len(lines)
    if shape == "op":
        height += 4.0
    if shape == "series":
        width, height = width + 8.0, height + 8.0
    if shape == "variable":
        height += 8.0
    return NodeSize(round(max(width, 36.0), 1), height, lines)


def node_lines(node: ViewNode) -> tuple[str, ...]:
    """The texts in a node's shape: its name, what it is, busy nodes it uses, its device."""
    name = shortened(node.label, _LONGEST_NAME)
    detail = shortened(node.detail, _LONGEST_DETAIL)
    lines = [name] if detail in (node.label, node.id) else [name, detail]
    used = [stub.label for stub in node.stubs if stub.is_shared and stub.direction == "in"]
    if used:
        more = f" +{len(used) - 2}" if len(used) > 2 else ""
        lines.append(shortened(f"uses {', '.join(used[:2])}{more}", _LONGEST_DETAIL))
    if node.devices:
        lines.append(device_title(node.devices[0][0]) if len(node.devices) == 1
                     else f"on {len(node.devices)} devices")
    return tuple(lines)


def full_title(cluster: Cluster) -> str:
    """The title of an open group: its name, and what it is when it is no plain scope."""
    label = cluster.label.strip("[]") if cluster.kind == "function" else cluster.label
    kind = f" ({cluster.kind})" if cluster.kind in ("loop", "branch", "function") else ""
    return f"− {shortened(label, _LONGEST_TITLE)}{kind}"
