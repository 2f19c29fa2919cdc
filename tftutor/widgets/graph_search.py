"""Search in a graph: `relu type:MatMul shape:[?,784] device:gpu role:gradient`.

Words are looked for in the name. All conditions must hold. In a shape `?` is an unknown size and
`*` any; a shape without brackets, `shape:784`, asks for that size on any axis.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tftutor.inspection.graphs.model import GraphModel, GraphNode

KEYS = ("name", "type", "shape", "device", "role")
_WORD = re.compile(r"(?:(\w+):)?(\[[^\]]*\]|\([^)]*\)|\S+)")

Condition = Callable[[GraphNode], bool]


class SearchError(ValueError):
    """A search that makes no sense; the text says why."""


def search(model: GraphModel, query: str) -> list[GraphNode]:
    """The nodes that meet all conditions; names that match best come first, else in graph order.

    Raises: SearchError for an unknown key or a shape that is none.
    """
    conditions: list[Condition] = []
    words: list[str] = []
    for key, text in _WORD.findall(query):
        if not key:
            words.append(text.lower())
        conditions.append(_condition(key or "name", text))
    if not conditions:
        return []
    found = [node for node in model.nodes.values() if all(holds(node) for holds in conditions)]
    return sorted(found, key=lambda node: _distance(node, words)) if words else found


def _distance(node: GraphNode, words: list[str]) -> int:
    """0 when the node is called exactly so, 1 for the beginning of its label, 2 for its label."""
    label, name = node.label.lower(), node.name.lower()
    distances = [0 if word in (label, name) else 1 if label.startswith(word)
                 else 2 if word in label else 3 for word in words]
    return min(distances)


def _condition(key: str, text: str) -> Condition:
    key = key.lower()
    wanted = text.lower()
    if key == "name":
        return lambda node: wanted in node.name.lower()
    if key == "type":
        return lambda node: wanted in node.type.lower()
    if key == "device":
        return lambda node: (wanted in (node.runs_on or "").lower()
                             or wanted in node.device.lower())
    if key == "role":
        return lambda node: node.role.startswith(wanted)
    if key == "shape":
        return _shape_condition(text)
    raise SearchError(f"There is no key {key!r}: {', '.join(KEYS)} can be searched.")


def _shape_condition(text: str) -> Condition:
    inner = text.strip("[]()")
    sizes = [part.strip() for part in inner.split(",") if part.strip()]
    odd = [size for size in sizes if size not in ("?", "*") and not size.isdigit()]
    if odd:
        raise SearchError(f"{odd[0]!r} is no size: a shape is written like [?,784], with ? for an "
                          "unknown size and * for any.")
    if text[0] not in "[(":
        return lambda node: any(_has_size(tensor.shape, sizes) for tensor in node.outputs)
    return lambda node: any(_fits(tensor.shape, sizes) for tensor in node.outputs)


def _has_size(shape: tuple[int | None, ...] | None, sizes: list[str]) -> bool:
    return shape is not None and all(
        any(_same(size, wanted) for size in shape) for wanted in sizes)


def _fits(shape: tuple[int | None, ...] | None, sizes: list[str]) -> bool:
    return (shape is not None and len(shape) == len(sizes)
            and all(map(_same, shape, sizes)))


def _same(size: int | None, wanted: str) -> bool:
    if wanted == "*":
        return True
    return size is None if wanted == "?" else size is not None and size == int(wanted)
