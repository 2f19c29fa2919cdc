"""The objects of a `tf.train.Checkpoint`: which there are, and what their values are called.

A value's name is the way to it from the root: attribute by attribute, item by item. So it stays
when a variable's own name changes.

    model/kernel/.ATTRIBUTES/VARIABLE_VALUE
    model/kernel/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE

The graph of the objects is saved too, as a TrackableObjectGraph: numbered nodes, the root first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from tftutor.ops.variables import Variable

GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE = "VARIABLE_VALUE"
Children = list[tuple[str, Any]]


def is_trackable(item: Any) -> bool:
    """True for what can be part of a checkpoint."""
    return isinstance(item, Variable | list | dict) or hasattr(item, "_checkpoint_children")


def children_of(item: Any) -> Children:
    """(name, object) of what is directly below an object.

    Raises: ValueError for a dictionary with keys that aren't text.
    """
    if isinstance(item, Variable):
        return []
    if isinstance(item, list):
        return [(str(index), each) for index, each in enumerate(item) if is_trackable(each)]
    if isinstance(item, dict):
        if not all(isinstance(key, str) for key in item):
            raise ValueError(f"Unable to save the object {item} (a dictionary wrapper constructed "
                             "automatically on attribute assignment). The wrapped dictionary "
                             "contains a non-string key which maps to a trackable object or "
                             "mutable data structure.")
        return [(key, each) for key, each in item.items() if is_trackable(each)]
    return list(item._checkpoint_children())


def walk(root: Any) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Every object once, with the shortest way to it; near ones first."""
    waiting: deque[tuple[Any, tuple[str, ...]]] = deque([(root, ())])
    seen = {id(root)}
    while waiting:
        item, way = waiting.popleft()
        yield item, way
        for name, child in children_of(item):
            if id(child) not in seen:
                seen.add(id(child))
                waiting.append((child, (*way, name)))


class Slot:
    """A variable that an optimizer keeps for another one."""

    def __init__(self, optimizer: int, name: str, original: int, variable: Any) -> None:
        self.optimizer, self.name = optimizer, name
        self.original, self.variable = original, variable


class ObjectGraph:
    """All objects below `root`, numbered.

    Attributes:
      objects: variables of slots come last.
      slots: of all optimizers.
      keys: number of a variable -> its name in the checkpoint.
    """

    def __init__(self, root: Any) -> None:
        found = list(walk(root))
        self.objects = [item for item, _ in found]
        self.numbers = {id(item): number for number, item in enumerate(self.objects)}
        ways = ["/".join(map(_escaped, way)) for _, way in found]
        self.keys = {number: f"{ways[number]}/.ATTRIBUTES/{_VALUE}"
                     for number, item in enumerate(self.objects) if isinstance(item, Variable)}
        self.slots = list(self._slots())
        for slot in self.slots:
            number = len(self.objects)
            self.objects.append(slot.variable)
            self.numbers[id(slot.variable)] = number
            self.keys[number] = (f"{ways[slot.original]}/.OPTIMIZER_SLOT/{ways[slot.optimizer]}/"
                                 f"{_escaped(slot.name)}/.ATTRIBUTES/{_VALUE}")

    def _slots(self) -> Iterator[Slot]:
        for number, item in enumerate(list(self.objects)):
            if not hasattr(item, "get_slot_names"):
                continue
            for name in item.get_slot_names():
                for original in sorted(self.keys):
                    slot = item.get_slot(self.objects[original], name)
                    if slot is not None:
                        yield Slot(number, name, original, slot)

    def variables(self) -> Iterator[tuple[str, Any]]:
        """(name in the checkpoint, variable)."""
        for number, key in self.keys.items():
            yield key, self.objects[number]

    def to_proto(self) -> Any:
        """The TrackableObjectGraph."""
        from tensorboard.compat.proto.trackable_object_graph_pb2 import TrackableObjectGraph

        proto = TrackableObjectGraph()
        for number, item in enumerate(self.objects):
            node = proto.nodes.add()
            for name, child in children_of(item):
                node.children.add(node_id=self.numbers[id(child)], local_name=name)
            if number in self.keys:
                node.attributes.add(name=_VALUE, full_name=item.op.name,
                                    checkpoint_key=self.keys[number])
        for slot in self.slots:
            proto.nodes[slot.optimizer].slot_variables.add(
                original_variable_node_id=slot.original, slot_name=slot.name,
                slot_variable_node_id=self.numbers[id(slot.variable)])
        return proto


def _escaped(name: str) -> str:
    """A name without the separator of names."""
    return name.replace(".", "..").replace("/", ".S")


def read_proto(reader: Any) -> Any:
    """The object graph of a checkpoint; None for one that tf.train.Saver wrote."""
    from tensorboard.compat.proto.trackable_object_graph_pb2 import TrackableObjectGraph

    if not reader.has_tensor(GRAPH_KEY):
        return None
    proto = TrackableObjectGraph()
    proto.ParseFromString(reader.get_tensor(GRAPH_KEY))
    return proto


def names_of_nodes(proto: Any) -> dict[int, str]:
    """Number of a node -> how messages call it: "(root).model.kernel"."""
    names = {0: "(root)"}
    waiting = deque([0])
    while waiting:
        number = waiting.popleft()
        for child in proto.nodes[number].children:
            if child.node_id not in names:
                names[child.node_id] = f"{names[number]}.{child.local_name}"
                waiting.append(child.node_id)
    for number, node in enumerate(proto.nodes):
        for slot in node.slot_variables:
            names[slot.slot_variable_node_id] = (
                f"{names[number]}'s state '{slot.slot_name}' for "
                f"{names[slot.original_variable_node_id]}")
    return names


def keys_by_full_name(proto: Any) -> dict[str, str]:
    """A variable's own name -> its name in the checkpoint."""
    return {attribute.full_name: attribute.checkpoint_key
            for node in proto.nodes for attribute in node.attributes if attribute.full_name}
