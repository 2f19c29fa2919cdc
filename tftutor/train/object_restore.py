"""What `tf.train.Checkpoint.restore` returns: which objects match a checkpoint, and their values.

Matching happens when it is asked for, so variables that were made after `restore` are found too.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from tftutor.framework.api import exported
from tftutor.framework.default_graph import graph_as_default
from tftutor.framework.default_session import get_default_session
from tftutor.ops.variables import Variable
from tftutor.platform import tf_logging
from tftutor.train.checkpoint_management import new_checkpoint_reader
from tftutor.train.object_graph import ObjectGraph, children_of, names_of_nodes
from tftutor.train.object_saver import MultiDeviceSaver
from tftutor.train.saveables import saveables_for

_NOTHING = "No checkpoint specified (save_path=None); nothing is being restored."


def session_or_default(session: Any) -> Any:
    """The session given, or the default one. Raises: ValueError without either."""
    found = session if session is not None else get_default_session()
    if found is None:
        raise ValueError("A tf.train.Checkpoint needs a session: give `session`, or save and "
                         "restore inside `with tf.Session():`")
    return found


class Match:
    """The objects below `root` that are in the object graph of a checkpoint.

    Attributes:
      objects: number of a node -> the object.
      slots, variables: (name in the checkpoint, variable), in the order of TF's restore nodes.
    """

    def __init__(self, root: Any, proto: Any) -> None:
        self.proto = proto
        self.objects: dict[int, Any] = {}
        self.slots: list[tuple[str, Any]] = []
        self.variables: list[tuple[str, Any]] = []
        self._slots_of: dict[int, list[tuple[int, Any]]] = {}  # by the number of the variable
        self._late: dict[int, list[Any]] = {}  # by the number of an optimizer that comes later
        for number, node in enumerate(proto.nodes):
            for slot in node.slot_variables:
                self._slots_of.setdefault(slot.original_variable_node_id, []).append((number, slot))
        self._bind(root, 0)
        waiting = deque([0])
        while waiting:
            number = waiting.popleft()
            below = {child.local_name: child.node_id for child in proto.nodes[number].children}
            for name, child in children_of(self.objects[number]):
                if name in below and self._bind(child, below[name]):
                    waiting.append(below[name])
        self.variables.sort(key=lambda pair: pair[0])

    def _bind(self, item: Any, number: int) -> bool:
        """Let an object match a node; False when the node has one already."""
        known = self.objects.get(number)
        if known is not None:
            if known is not item:
                tf_logging.warning(
                    "Inconsistent references when loading the checkpoint into this object graph. "
                    "Either the Trackable object references in the Python program have changed in "
                    "an incompatible way, or the checkpoint was generated in an incompatible "
                    "program.\n\nTwo checkpoint references resolved to different objects (%s and "
                    "%s).", known, item)
            return False
        self.objects[number] = item
        self.variables += [(attribute.checkpoint_key, item)
                           for attribute in self.proto.nodes[number].attributes]
        for slot in self._late.pop(number, ()):
            self._add_slot(item, slot)
        for optimizer, slot in self._slots_of.get(number, ()):
            if optimizer in self.objects:
                self._add_slot(self.objects[optimizer], slot)
            else:
                self._late.setdefault(optimizer, []).append(slot)
        return True

    def _add_slot(self, optimizer: Any, reference: Any) -> None:
        original = self.objects[reference.original_variable_node_id]
        slot = optimizer.get_slot(original, reference.slot_name)
        if slot is not None:
            self.objects[reference.slot_variable_node_id] = slot
            node = self.proto.nodes[reference.slot_variable_node_id]
            self.slots += [(attribute.checkpoint_key, slot) for attribute in node.attributes]


class CheckpointLoadStatus:
    """What of a checkpoint matches the objects of a program.

    Source: TF 1.15 docs, tf.train.Checkpoint.restore.
    """

    def __init__(self, root: Any, proto: Any, path: str, prefix: Any) -> None:
        self._root, self._proto = root, proto
        self._path, self._prefix = path, prefix
        self._restored: dict[int, Any] = {}  # id -> a variable that has its nodes
        self._operations: list[Any] = []
        self._make_restores()

    def _make_restores(self) -> Match:
        """Add nodes for variables that have none yet."""
        match = Match(self._root, self._proto)
        graph = self._prefix.graph
        new = [pair for pair in match.variables if id(pair[1]) not in self._restored]
        with graph_as_default(graph):
            for key, slot in match.slots:
                if id(slot) not in self._restored:
                    self._restore([(key, slot)])
            self._restore(new)
        return match

    def _restore(self, pairs: list[tuple[str, Any]]) -> None:
        if not pairs:
            return
        saveables = [saveable for key, variable in pairs
                     for saveable in saveables_for(variable, key)]
        self._operations += MultiDeviceSaver(saveables).restore(self._prefix)
        self._restored.update({id(variable): variable for _, variable in pairs})

    def assert_existing_objects_matched(self) -> CheckpointLoadStatus:
        """Raise AssertionError unless all objects of the program are in the checkpoint."""
        match = self._make_restores()
        bound = {id(item) for item in match.objects.values()}
        missing = [item for item in ObjectGraph(self._root).objects if id(item) not in bound
                   and not (isinstance(item, list | dict) and not children_of(item))]
        if missing:
            raise AssertionError("Some Python objects were not bound to checkpointed values, "
                                 f"likely due to changes in the Python program: {missing}")
        return self

    def assert_consumed(self) -> CheckpointLoadStatus:
        """Raise AssertionError unless program and checkpoint have the same objects."""
        self.assert_existing_objects_matched()
        match = self._make_restores()
        names = names_of_nodes(self._proto)
        for number, node in enumerate(self._proto.nodes):
            if number not in match.objects:
                raise AssertionError(f"Unresolved object in checkpoint {names[number]}: {node}")
        return self

    def assert_nontrivial_match(self) -> CheckpointLoadStatus:
        """Raise AssertionError when nothing but the root is in the checkpoint."""
        if len(self._make_restores().objects) <= 1:
            missing = ObjectGraph(self._root).objects[1:]
            if missing:
                raise AssertionError(
                    "Nothing except the root object matched a checkpointed value. Typically this "
                    "means that the checkpoint does not match the Python program. The following "
                    f"objects have no matching checkpointed value: {missing}")
            raise AssertionError("Nothing to load. No dependencies have been added to "
                                 f"{self._root} yet.")
        return self

    def expect_partial(self) -> CheckpointLoadStatus:
        """For programs that restore a part on purpose; changes nothing here."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Give all variables that match their values."""
        self._make_restores()
        session_or_default(session).run(self._operations, {self._prefix: self._path})

    def initialize_or_restore(self, session: Any = None) -> None:
        """Give all variables their values: those of the checkpoint, or their initial ones."""
        match = self._make_restores()
        bound = {id(item) for item in match.objects.values()}
        others = [item.initializer for item in ObjectGraph(self._root).objects
                  if isinstance(item, Variable) and id(item) not in bound]
        session = session_or_default(session)
        self.run_restore_ops(session)
        session.run(others)


class InitializationOnlyStatus:
    """What `restore(None)` returns: there is no checkpoint yet."""

    def __init__(self, root: Any) -> None:
        self._root = root

    def assert_consumed(self) -> Any:
        """Raises: AssertionError."""
        raise AssertionError(_NOTHING)

    assert_existing_objects_matched = assert_nontrivial_match = assert_consumed

    def expect_partial(self) -> InitializationOnlyStatus:
        """Nothing to expect."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Raises: AssertionError."""
        raise AssertionError("No checkpoint specified, so no restore ops are available "
                             "(save_path=None to Saver.restore).")

    def initialize_or_restore(self, session: Any = None) -> None:
        """Give all variables their initial values."""
        session_or_default(session).run([
            item.initializer for item in ObjectGraph(self._root).objects
            if isinstance(item, Variable)])


class NameBasedSaverStatus:
    """A checkpoint that tf.train.Saver wrote: variables are found by their own names."""

    def __init__(self, root: Any, path: str) -> None:
        tf_logging.warning(
            "Restoring a name-based tf.train.Saver checkpoint using the object-based restore API. "
            "This mode uses global names to match variables, and so is somewhat fragile. It also "
            "adds new restore ops to the graph each time it is called when graph building. Prefer "
            "re-encoding training checkpoints in the object-based format: run save() on the "
            "object-based saver (the same one this message is coming from) and use that checkpoint "
            "in the future.")
        self._root, self._path = root, path

    def _variables(self) -> dict[str, Any]:
        return {variable.op.name: variable for _, variable in ObjectGraph(self._root).variables()}

    def assert_consumed(self) -> NameBasedSaverStatus:
        """Raise AssertionError unless all variables are in the checkpoint."""
        reader = new_checkpoint_reader(self._path)
        missing = [name for name in self._variables() if not reader.has_tensor(name)]
        if missing:
            raise AssertionError("Some objects had attributes which were not restored:"
                                 + "".join(f"\n    {name}" for name in missing))
        return self

    assert_existing_objects_matched = assert_nontrivial_match = assert_consumed

    def expect_partial(self) -> NameBasedSaverStatus:
        """Changes nothing here."""
        return self

    def run_restore_ops(self, session: Any = None) -> None:
        """Give the variables their values. Raises: NotFoundError for one that isn't there."""
        exported("train.Saver")(self._variables()).restore(session_or_default(session), self._path)

    initialize_or_restore = run_restore_ops
