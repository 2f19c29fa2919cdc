"""A view in text: what the picture shows, for terminals, screen readers and untrusted notebooks.

First a line about the whole graph, then one row for each thing on the page with lines for the
tensors (lanes.py), then what stands aside, then what is inside the closed groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tftutor.inspection.graphs.engine import engine_name
from tftutor.inspection.graphs.hierarchy import ROOT, Group
from tftutor.inspection.graphs.lanes import FETCHED, NODE, draw_lanes, reading_order
from tftutor.inspection.graphs.model import FORWARD, GraphModel
from tftutor.inspection.graphs.roles import VARIABLES
from tftutor.inspection.graphs.sizes import names_text, shortened
from tftutor.inspection.graphs.svg import ROLE_NAMES
from tftutor.inspection.graphs.view import View, ViewNode

_LONGEST_NAME, _LONGEST_WHAT = 44, 58
_MOST_LANES = 16
_MOST_NAMES, _MOST_LINKS = 6, 4
_PLAIN = {"Const", "Identity", "Assign", "NoOp", "Placeholder", "IsVariableInitialized"}


def graph_text(view: View) -> str:
    """A view as lines of text; the same for the same view."""
    if not view.nodes:
        return "An empty graph: no operations yet."
    parts = [_headline(view.model)]
    main = view.in_region(ROOT)
    if main:
        parts.append("\n".join(_rows(view, main)))
    if aside := list(_aside(view)):
        parts.append("\n".join(["Aside, connected with the above:", *aside]))
    if closed := list(_closed(view)):
        parts.append("\n".join(["Inside the closed groups (open them with expanded=[...]):",
                                *closed]))
    parts += _notes(view)
    return "\n\n".join(parts)


def _headline(model: GraphModel) -> str:
    types = Counter(node.type for node in model.nodes.values())
    common = ", ".join(f"{count} {kind}" for kind, count in
                       sorted(types.items(), key=lambda pair: (-pair[1], pair[0]))[:4])
    what = f"{len(model)} operation{'s' if len(model) != 1 else ''} ({common}" + (
        ", ...)" if len(types) > 4 else ")")
    if model.fetches:
        fed = f", feeding {names_text(model.feeds, _MOST_NAMES)}" if model.feeds else ""
        return f"What sess.run({names_text(model.fetches, _MOST_NAMES)}{fed}) executes: {what}"
    return f"Graph of {what}"


# -- rows -----------------------------------------------------------------------------------------


def _rows(view: View, nodes: list[ViewNode]) -> list[str]:
    """One line for each node: lanes, name, what it does with which inputs, what comes out."""
    inputs = _inputs(view, nodes)
    order = reading_order([node.id for node in nodes], inputs)
    fetched = {node.id for node in nodes if node.is_fetched}
    lanes = draw_lanes(order, inputs, fetched)
    if max(map(len, lanes)) > 2 * _MOST_LANES:
        lanes = [FETCHED if identity in fetched else NODE for identity in order]
    names = [shortened(_full_name(view.nodes[identity]), _LONGEST_NAME) for identity in order]
    whats = [_what(view, view.nodes[identity]) for identity in order]
    outs = _outputs(view)
    table = [[lane, name, what, outs.get(identity, "")] for lane, name, what, identity in
             zip(lanes, names, whats, order, strict=True)]
    if view.model.has_placement:
        for row, identity in zip(table, order, strict=True):
            row.append(_devices_text(view.nodes[identity]))
    return _aligned(table)


def _aligned(table: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in table]


def _inputs(view: View, nodes: list[ViewNode]) -> dict[str, list[str]]:
    """For each node those of its neighbours whose tensors it takes, in the order of its inputs."""
    inside = {node.id for node in nodes}
    found: dict[str, list[str]] = {}
    for edge in view.edges:
        if edge.target in inside and not edge.is_control and not edge.is_back:
            found.setdefault(edge.target, []).append(edge.source)
    return found


def _full_name(node: ViewNode) -> str:
    """Its own name: what stands in an open group is named in full."""
    return node.id if node.cluster else node.label


def _what(view: View, node: ViewNode) -> str:
    """`MatMul(x, W)`; `35 operations <- reshape`; `Const 2.0`."""
    edges = [edge for edge in view.edges if edge.target == node.id]
    sources = [_name_beside(view.nodes[edge.source], node) for edge in edges if not edge.is_control]
    sources += [stub.label for stub in node.stubs
                if stub.is_shared and stub.direction == "in" and not stub.is_control]
    waits = [_name_beside(view.nodes[edge.source], node) for edge in edges if edge.is_control]
    text = node.detail
    if sources:
        names = _fitting(sources, _LONGEST_WHAT - len(text))
        text += f"({names})" if node.kind == "op" else f" <- {names}"
    if waits:
        text += f" after {names_text(waits, 3)}"
    marks = [word for word, there in (("fetch", node.is_fetched), ("fed", node.is_fed)) if there]
    return f"{text}  [{', '.join(marks)}]" if marks else text


def _name_beside(other: ViewNode, node: ViewNode) -> str:
    """What to call a node in another's row: within one scope the last part will do."""
    return other.label if other.cluster == node.cluster else _full_name(other)


def _fitting(names: list[str], width: int) -> str:
    """As many names as there is room for, at least one: `a, b and 3 more`."""
    number = len(names)
    while number > 1 and len(names_text(names, number)) > width:
        number -= 1
    return names_text([shortened(name, _LONGEST_NAME) for name in names], number)


def _outputs(view: View) -> dict[str, str]:
    """For each node the shape of what it gives away, where that is one shape."""
    found: dict[str, set[str]] = {}
    for edge in view.edges:
        if edge.label and view.nodes[edge.source].role == view.nodes[edge.target].role:
            found.setdefault(edge.source, set()).add(edge.label)
    shapes = {}
    for identity, node in view.nodes.items():
        graph_node = view.model.nodes.get(identity)
        if node.kind == "op" and graph_node is not None and graph_node.outputs:
            first = graph_node.outputs[0]
            kind = "" if first.dtype.startswith("float32") else f"{first.dtype} "
            shapes[identity] = kind + ("?" if first.shape is None else first.shape_text)
        elif len(found.get(identity, ())) == 1 and node.kind != "variable":
            shapes[identity] = next(iter(found[identity]))
    return shapes


def _devices_text(node: ViewNode) -> str:
    if len(node.devices) == 1:
        return node.devices[0][0]
    return ", ".join(f"{count} on {device}" for device, count in node.devices)


# -- the rest -------------------------------------------------------------------------------------


def _aside(view: View) -> Iterator[str]:
    """What stands apart: its purpose and its connections; an open one with rows of its own."""
    table = []
    opened = []
    for region in view.aside:
        nodes = view.in_region(region)
        purpose = ROLE_NAMES.get(nodes[0].role, "used by many")
        links = _links(nodes)
        if len(nodes) > 1:
            opened.append((f"{region}, {purpose}:{links}", nodes))
        else:
            table.append([f"  {purpose}", _full_name(nodes[0]), nodes[0].detail, links.strip()])
    yield from _aligned(table) if table else ()
    for title, nodes in opened:
        yield f"  {title}"
        yield from (f"    {row}" for row in _rows(view, nodes))


def _links(nodes: list[ViewNode]) -> str:
    text = ""
    for direction, words in (("in", "takes from"), ("out", "goes to")):
        others = list(dict.fromkeys(stub.id for node in nodes for stub in node.stubs
                                    if stub.direction == direction))
        if others:
            text += f"  {words} {names_text(others, _MOST_LINKS)}"
    return text


def _closed(view: View) -> Iterator[str]:
    """What the closed groups of the main drawing do: operations that compute, and variables."""
    table = []
    for node in view.in_region(ROOT):
        group = view.hierarchy.groups.get(node.id)
        if group is None or node.kind in ("op", "variable", "op with constants") or not any(
                isinstance(child, Group) for child in group.children[:1 + (group.own is not None)]
        ) and node.kind in ("series", "chunk"):
            continue
        table.append([f"  {_full_name(node)}", _inside(group)])
    yield from _aligned(table) if table else ()


def _inside(group: Group) -> str:
    """`Conv2D, AddV2, Relu; variables weights (5, 5, 1, 32)`."""
    if group.kind == "series" and isinstance(group.children[0], Group):
        return f"each: {_inside(group.children[0])}"
    forward = [node for node in group.nodes() if node.role == FORWARD]
    types = Counter(node.type for node in forward
                    if node.type not in _PLAIN and node.type not in VARIABLES)
    names = [kind if count == 1 else f"{count} {kind}" for kind, count in types.items()]
    variables = [f"{node.name.removeprefix(f'{group.id}/')} {node.outputs[0].shape_text}"
                 for node in forward if node.type in VARIABLES]
    text = names_text(names, 8) if names else f"{group.count} operations"
    return f"{text}; variables {names_text(variables, 4)}" if variables else text


def _notes(view: View) -> list[str]:
    notes = []
    if any(node.outputs and (node.outputs[0].shape is None or None in node.outputs[0].shape)
           for node in view.model.nodes.values()):
        notes.append("? is a size that is known only when the graph runs.")
    if view.refused:
        notes.append("Left closed, because the page would be too full: "
                     + names_text(view.refused, _MOST_NAMES))
    if engine_name() is None:
        notes.append("There is no picture: pip install 'tftutor[lab]' brings what draws it.")
    return notes
