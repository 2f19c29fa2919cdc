"""The page of an operation or a group: what a reader wants to know of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tftutor.inspection.graphs.details import NodeDetails, details_of
from tftutor.inspection.graphs.hierarchy import Group
from tftutor.inspection.graphs.model import GraphModel, GraphNode, TensorInfo
from tftutor.inspection.graphs.svg import ROLE_NAMES
from tftutor.inspection.graphs.view import View
from tftutor.inspection.graphs.view_opening import ancestors
from tftutor.inspection.quantities import bytes_text, micros_text
from tftutor.widgets.graph_colours import Cost

_MOST_USERS = 8
_MOST_TYPES = 8
_MOST_TENSORS = 12
_KINDS = {"scope": "a name scope", "variable": "a variable with what belongs to it",
          "loop": "the inside of a tf.while_loop", "branch": "one branch of a tf.cond",
          "function": "a function that a dataset calls", "series": "groups that are alike",
          "chunk": "a stretch of neighbours, put together to save space"}


def page(view: View, identity: str, costs: Mapping[str, Cost]) -> dict[str, Any]:
    """The page of an id: of the operation of that name, or of the group where it is closed."""
    group = view.group_at(identity)
    found = (_node_page(view, view.model.nodes[identity]) if group is None
             else _group_page(view, group))
    box = view.nodes.get(identity) or view.clusters.get(identity)
    found["isAside"] = bool(box is not None and box.region)
    found["cost"] = _cost_text(view, identity, costs)
    return found


def _empty(identity: str, label: str, kind: str, path: list[list[str]]) -> dict[str, Any]:
    return {"id": identity, "label": label, "type": kind, "path": path, "note": "", "formula": "",
            "doc": "", "value": "", "counts": [], "others": "", "inputs": [], "outputs": [],
            "control": [], "attrs": [], "device": None, "source": None, "hasGradient": False,
            "isBackward": False}


def _node_page(view: View, node: GraphNode) -> dict[str, Any]:
    model = view.model
    path = [[group.id, group.label] for group in view.hierarchy.path(node.name)[1:]]
    found = _empty(node.name, node.label, node.type, [*path, [node.name, node.label]])
    found |= {"value": node.value or "", "isBackward": node.backward_of is not None,
              "hasGradient": node.name in model.gradients or node.backward_of is not None,
              "inputs": [_tensor(model, tensor) for tensor in node.inputs[:_MOST_TENSORS]],
              "outputs": [_output(model, node, tensor) for tensor in node.outputs[:_MOST_TENSORS]],
              "control": list(node.control_inputs[:_MOST_USERS])}
    return found | _looked_up(details_of(model, node.name))


def _looked_up(details: NodeDetails) -> dict[str, Any]:
    """What the graph itself doesn't say: notes, attributes, the device, the user's line."""
    note = details.note
    source = details.source[0]._asdict() if details.source else None
    return {"note": note.here or note.text, "formula": note.formula,
            "doc": note.text if note.here else "", "attrs": list(details.attrs.items()),
            "source": source,
            "device": {"requested": details.device_requested, "actual": details.device_actual,
                       "why": details.device_reason}}


def _tensor(model: GraphModel, tensor: TensorInfo) -> dict[str, Any]:
    source = tensor.source
    return {"name": tensor.name, "dtype": tensor.dtype, "shape": tensor.shape_text,
            "id": source if source in model.nodes else None}


def _output(model: GraphModel, node: GraphNode, tensor: TensorInfo) -> dict[str, Any]:
    users = [user for user in model.consumers[node.name]
             if any(taken.name == tensor.name for taken in model.nodes[user].inputs)]
    return _tensor(model, tensor) | {"id": None, "users": users[:_MOST_USERS],
                                     "more": max(len(users) - _MOST_USERS, 0)}


def _group_page(view: View, group: Group) -> dict[str, Any]:
    path = [[each.id, each.label] for each in (*ancestors(group), group)]
    found = _empty(group.id, group.label, group.kind, path)
    nodes = list(group.nodes())
    inside = {node.name for node in nodes}
    entering = {tensor.name: tensor for node in nodes for tensor in node.inputs
                if tensor.source not in inside}
    taken = {tensor.name for node in view.model.nodes.values() if node.name not in inside
             for tensor in node.inputs}
    leaving = [tensor for node in nodes for tensor in node.outputs if tensor.name in taken]
    counts = Counter(node.type for node in nodes if node.role == group.role)
    others = [f"{count:,} for {ROLE_NAMES.get(role, 'the model')}"
              for role, count in group.roles.most_common() if role != group.role]
    found |= {"note": f"{_KINDS.get(group.kind, group.kind)} with {group.count:,} operations".
              capitalize() + ".", "others": ", ".join(others),
              "counts": [list(item) for item in counts.most_common(_MOST_TYPES)],
              "inputs": [_tensor(view.model, t) for t in list(entering.values())[:_MOST_TENSORS]],
              "outputs": [_tensor(view.model, t) | {"users": [], "more": 0}
                          for t in leaving[:_MOST_TENSORS]],
              "hasGradient": any(node.name in view.model.gradients or node.backward_of
                                 for node in nodes),
              "isBackward": any(node.backward_of for node in nodes)}
    return found


def _cost_text(view: View, identity: str, costs: Mapping[str, Cost]) -> str:
    """`12 us and 4 KiB in the traced step`."""
    known = [costs[node.name] for node in view.members(identity) if node.name in costs]
    if not known:
        return ""
    return (f"{micros_text(sum(cost.micros for cost in known))} and "
            f"{bytes_text(sum(cost.nbytes for cost in known))} of results in the traced step")
