"""What a node does, in plain language: for its type, and for its place in this graph."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from tftutor.framework.op_def import find_op_def
from tftutor.framework.op_docs import describe_op
from tftutor.inspection.graphs.model import GRADIENT, INIT, TRAINING, GraphModel, GraphNode
from tftutor.inspection.graphs.op_notes_math import MATH
from tftutor.inspection.graphs.op_notes_structure import STRUCTURE
from tftutor.inspection.graphs.roles import VARIABLES

_SOURCE = re.compile(r"\s*Source: TF [^\n]*")
_SECTIONS = re.compile(r"\n\s*(Args|Raises|Returns|Shapes|Example)s?:")


class OpNote(NamedTuple):
    """A note on an op type, or on one node.

    Attributes:
      formula: in text, such as `y = max(x, 0)`; "" when there is none.
      text: one or more sentences.
      here: what the node is in this graph; "" when that adds nothing.
    """

    formula: str
    text: str
    here: str = ""

    def lines(self) -> list[str]:
        """The note as lines of text."""
        return [part for part in (self.here, self.formula, self.text) if part]

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON knows."""
        return self._asdict()


def note_on_type(op_type: str) -> OpNote:
    """The note on an op type: our own, else what its documentation says first."""
    if op_type in MATH:
        return OpNote(*MATH[op_type])
    if op_type in STRUCTURE:
        return OpNote(*STRUCTURE[op_type])
    resource_form = f"Apply{op_type.removeprefix('ResourceApply')}"
    if op_type.startswith("ResourceApply") and resource_form in MATH:
        return OpNote(*MATH[resource_form])
    definition = find_op_def(op_type)
    text = "" if definition is None else _first_words(describe_op(definition))
    return OpNote("", text)


def note_on(node: GraphNode, model: GraphModel) -> OpNote:
    """The note on a node: its type's, and what the node is in this graph."""
    return note_on_type(node.type)._replace(here=_place(node, model))


def _first_words(documentation: str) -> str:
    """The sentences before the details, without references."""
    text = _SECTIONS.split(_SOURCE.sub("", documentation))[0]
    return " ".join(text.split())


def _place(node: GraphNode, model: GraphModel) -> str:
    for rule in (_variable_part, _gradient_part, _waiting_node, _constant_argument):
        if found := rule(node, model):
            return found
    return ""


def _variable_part(node: GraphNode, model: GraphModel) -> str:
    """`w/read`, `w/Assign`, `w/Initializer/...` and the variable itself."""
    if node.type in VARIABLES:
        if node.role == TRAINING:
            return "A variable of the optimizer's own, not one that you made."
        return ""
    source = model.nodes.get(node.inputs[0].source) if node.inputs else None
    if source is not None and source.type in VARIABLES:
        if node.type == "Identity":
            return f"Reads the current value of the variable {source.name!r}."
        if node.role == INIT and node.type.startswith("Assign"):
            return f"Gives the variable {source.name!r} its first value: its initializer."
    if node.role == INIT and node.outputs:
        return "Computes the first value of a variable; runs once, with the initializer."
    return ""


def _gradient_part(node: GraphNode, model: GraphModel) -> str:
    if node.role != GRADIENT:
        return ""
    if node.backward_of is not None:
        forward = model.nodes.get(node.backward_of)
        kind = f" ({forward.type})" if forward is not None else ""
        return f"Part of the gradient of {node.backward_of!r}{kind}, made by tf.gradients."
    if node.label.startswith("grad_ys"):
        return "Where the gradient begins: the derivative of the loss by itself, usually 1."
    return "Part of the gradient, made by tf.gradients."


def _waiting_node(node: GraphNode, model: GraphModel) -> str:
    """What a NoOp runs."""
    if node.type != "NoOp" or not node.control_inputs:
        return ""
    number = len(node.control_inputs)
    some = ", ".join(node.control_inputs[:3]) + (", ..." if number > 3 else "")
    if node.role == INIT:
        return f"Running it gives {number} variables their first values: {some}."
    return f"Running it runs {number} other operation{'s' if number > 1 else ''}: {some}."


def _constant_argument(node: GraphNode, model: GraphModel) -> str:
    """The argument of which operation a constant is."""
    users = model.consumers.get(node.name, ())
    if node.type != "Const" or len(users) != 1:
        return ""
    user = model.nodes[users[0]]
    definition = find_op_def(user.type)
    names = [] if definition is None else [arg.name for arg in definition.spec.inputs]
    position = [tensor.source for tensor in user.inputs].index(node.name)
    if position < len(names) and len(names) == len(user.inputs):
        return f"The argument {names[position]!r} of {user.name!r} ({user.type})."
    return f"An input of {user.name!r} ({user.type})."
