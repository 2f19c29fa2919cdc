"""The edges of a view: what flows between two things on the page, taken together."""

from __future__ import annotations

import dataclasses
from typing import Any

from tftutor.inspection.graphs.model import GraphModel, TensorInfo

_LOOP_ENDS = ("NextIteration", "RefNextIteration")


@dataclasses.dataclass(frozen=True, slots=True)
class EdgeBundle:
    """All edges of one sort from one visible node to another.

    Attributes:
      source, target: ids of view nodes.
      is_control: a control dependency: "runs before", nothing flows.
      count: how many different tensors flow (of a control edge: how many wait).
      tensors: some of them, at most MOST_TENSORS.
      label: their shape when all have the same one, else how many there are.
      is_back: the edge of a loop that leads to the next iteration.
    """

    source: str
    target: str
    is_control: bool
    count: int
    tensors: tuple[TensorInfo, ...]
    label: str
    is_back: bool = False

    @property
    def description(self) -> str:
        """What flows, in words: `conv1/Relu:0  float32 (?, 28, 28, 32)`."""
        if self.is_control:
            return f"control dependency: {self.target} runs after {self.source}"
        lines = [f"{t.name}  {t.dtype} {t.shape_text}" for t in self.tensors]
        if self.count > len(self.tensors):
            lines.append(f"and {self.count - len(self.tensors)} more tensors")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Values that JSON knows."""
        return {"source": self.source, "target": self.target, "is_control": self.is_control,
                "count": self.count, "label": self.label, "is_back": self.is_back,
                "tensors": [tensor.to_dict() for tensor in self.tensors]}


MOST_TENSORS = 8


def bundle_edges(model: GraphModel, shown_as: dict[str, str]) -> list[EdgeBundle]:
    """The edges between what stands on the page; those within one closed group are hidden."""
    data: dict[tuple[str, str], dict[TensorInfo, None]] = {}
    back: dict[tuple[str, str], bool] = {}
    control: dict[tuple[str, str], int] = {}
    for node in model.nodes.values():
        target = shown_as[node.name]
        for tensor in node.inputs:
            source = shown_as.get(tensor.source)
            if source is not None and source != target:
                key = (source, target)
                data.setdefault(key, {})[tensor] = None
                is_back = model.nodes[tensor.source].type in _LOOP_ENDS
                back[key] = back.get(key, True) and is_back
        for name in node.control_inputs:
            source = shown_as.get(name)
            if source is not None and source != target:
                control[source, target] = control.get((source, target), 0) + 1
    bundles = [EdgeBundle(source, target, False, len(tensors), tuple(tensors)[:MOST_TENSORS],
                          _label(tuple(tensors)), back[source, target])
               for (source, target), tensors in data.items()]
    bundles += [EdgeBundle(source, target, True, count, (), "")
                for (source, target), count in control.items() if (source, target) not in data]
    return bundles


def _label(tensors: tuple[TensorInfo, ...]) -> str:
    shapes = {"?" if tensor.shape is None else tensor.shape_text for tensor in tensors}
    if len(tensors) == 1:
        return shapes.pop()
    return f"{len(tensors)} × {shapes.pop()}" if len(shapes) == 1 else f"{len(tensors)} tensors"
