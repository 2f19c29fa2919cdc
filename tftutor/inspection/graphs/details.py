"""One node's page: everything there is to know about it, looked up when somebody asks."""

from __future__ import annotations

import dataclasses
import os
import re
from typing import Any, NamedTuple

from tftutor.inspection.graphs.model import GraphModel, GraphNode
from tftutor.inspection.graphs.op_notes import OpNote, note_on
from tftutor.inspection.graphs.sizes import names_text
from tftutor.runtime.attr_text import attr_text

_CELL_FILE = re.compile(r"ipykernel_\d+|<ipython-input-")
_LONGEST_ATTR = 120
_MOST_NAMES = 8


class SourceLine(NamedTuple):
    """The line of the user's program that made a node.

    `file` is a file's base name; "notebook" for a cell.
    """

    file: str
    line: int
    function: str
    text: str

    def __str__(self) -> str:
        where = "" if self.function == "<module>" else f" in {self.function}"
        return f"{self.file}, line {self.line}{where}: {self.text}".rstrip(": ")


@dataclasses.dataclass(frozen=True)
class NodeDetails:
    """A node with what its page shows.

    Attributes:
      node: the node itself.
      note: what it does, in words.
      attrs: attributes as text, by name.
      consumers: nodes that take its tensors.
      control_consumers: nodes that wait for it.
      source: the user's lines that made it, the innermost first.
      device_requested, device_actual: devices; the latter is None without a session.
      device_reason: why it runs there.
    """

    node: GraphNode
    note: OpNote
    attrs: dict[str, str]
    consumers: tuple[str, ...]
    control_consumers: tuple[str, ...]
    source: tuple[SourceLine, ...]
    device_requested: str
    device_actual: str | None
    device_reason: str | None

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON knows."""
        return {"node": self.node.to_dict(), "note": self.note.to_dict(), "attrs": self.attrs,
                "consumers": list(self.consumers),
                "control_consumers": list(self.control_consumers),
                "source": [line._asdict() for line in self.source],
                "device_requested": self.device_requested, "device_actual": self.device_actual,
                "device_reason": self.device_reason}

    def text(self) -> str:
        """The page as text."""
        node = self.node
        lines = [f"{node.name}: {node.type}", *(f"  {line}" for line in self.note.lines())]
        lines += _tensor_lines("takes", node.inputs)
        lines += _tensor_lines("gives", node.outputs)
        if node.control_inputs:
            lines.append(f"  runs after  {names_text(node.control_inputs, _MOST_NAMES)}")
        if self.consumers:
            lines.append(f"  used by     {names_text(self.consumers, _MOST_NAMES)}")
        if node.value is not None:
            lines.append(f"  value       {node.value}")
        if self.attrs:
            lines.append(f"  attributes  {', '.join(f'{k}={v}' for k, v in self.attrs.items())}")
        if node.context is not None:
            lines.append(f"  stands in   {node.context}")
        lines += self._device_lines()
        lines += [f"  made by     {line}" for line in self.source[:1]]
        return "\n".join(lines)

    def _device_lines(self) -> list[str]:
        lines = []
        if self.device_requested:
            lines.append(f"  asked for   {self.device_requested}")
        if self.device_actual is not None:
            why = f" ({self.device_reason})" if self.device_reason else ""
            lines.append(f"  runs on     {self.device_actual}{why}")
        return lines


def details_of(model: GraphModel, name: str) -> NodeDetails:
    """The page of a node. Raises: KeyError when the model has none of that name."""
    if name not in model.nodes:
        raise KeyError(f"The graph has no operation {name!r}.")
    node = model.nodes[name]
    op = model.operations.get(name)
    is_placed = model.placement is not None and node.runs_on is not None
    return NodeDetails(
        node, note_on(node, model), {} if op is None else _attrs(op),
        model.consumers[name], model.control_consumers[name],
        () if op is None else source_lines(op), node.device, node.runs_on,
        model.placement.reason_of(op) if is_placed else None)


def source_lines(op: Any) -> tuple[SourceLine, ...]:
    """The user's lines that made an operation, the innermost first."""
    return tuple(SourceLine(_file_name(file), line, function, text)
                 for file, line, function, text in reversed(op.traceback))


def _file_name(path: str) -> str:
    """`model.py`; "notebook" for a cell, whose file has a name that means nothing."""
    return "notebook" if _CELL_FILE.search(path) else os.path.basename(path)


def _attrs(op: Any) -> dict[str, str]:
    """The attributes that say something; a constant's value is shown apart."""
    found = {}
    for key in sorted(op._attrs):
        if key == "value" and op.type == "Const":
            continue
        text = attr_text(op._attrs[key])
        found[key] = text if len(text) <= _LONGEST_ATTR else f"{text[:_LONGEST_ATTR - 1]}…"
    return found


def _tensor_lines(word: str, tensors: tuple[Any, ...]) -> list[str]:
    return [f"  {word if index == 0 else '':<10}  {t.name}  {t.dtype} {t.shape_text}"
            for index, t in enumerate(tensors)]
