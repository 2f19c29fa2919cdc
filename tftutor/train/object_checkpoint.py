"""`tf.train.Checkpoint`: saves objects with variables, named by the way to them."""

from __future__ import annotations

import os
from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.default_graph import graph_as_default
from tftutor.framework.graph_functions import colocate_with, control_dependencies, device
from tftutor.ops.constant import constant
from tftutor.ops.identity import identity
from tftutor.ops.resource_variable import ResourceVariable
from tftutor.train.checkpoint_management import (
    new_checkpoint_reader,
    relative_to,
    update_checkpoint_state,
)
from tftutor.train.object_graph import GRAPH_KEY, ObjectGraph, is_trackable, read_proto
from tftutor.train.object_restore import (
    CheckpointLoadStatus,
    InitializationOnlyStatus,
    NameBasedSaverStatus,
    session_or_default,
)
from tftutor.train.object_saver import MultiDeviceSaver, NoRestoreSaveable
from tftutor.train.saveables import saveables_for


@tf_export("train.Checkpoint")
class Checkpoint:
    """Groups objects that have variables, to save and restore them.

        checkpoint = tf.train.Checkpoint(optimizer=optimizer, model=layer)
        path = checkpoint.save("logs/ckpt", session=session)              # "logs/ckpt-1"
        checkpoint.restore(tf.train.latest_checkpoint("logs")).initialize_or_restore(session)

    Objects are variables, optimizers, layers, cells, other Checkpoints, and lists and dictionaries
    of these; attributes may be added later.

    Raises: ValueError for other objects.
    Source: TF 1.15 docs, tf.train.Checkpoint.
    """

    def __init__(self, **kwargs: Any) -> None:
        for name, value in sorted(kwargs.items()):
            if not is_trackable(value) or isinstance(value, list | dict):
                raise ValueError(
                    "`Checkpoint` was expecting a trackable object (an object derived from "
                    f"`TrackableBase`), got {value}. If you believe this object should be "
                    "trackable (i.e. it is part of the TensorFlow Python API and manages state), "
                    "please open an issue.")
            setattr(self, name, value)
        self._save_counter: Any = None
        self._count: Any = None
        self._prefix: Any = None
        self._graph_text: Any = None
        self._saved_graph: Any = None
        self._save: Any = None
        self._restore_prefix: Any = None

    def _checkpoint_children(self) -> list[tuple[str, Any]]:
        found = [(name, value) for name, value in vars(self).items()
                 if not name.startswith("_") and is_trackable(value)]
        if self._save_counter is not None:
            found.append(("save_counter", self._save_counter))
        return found

    @property
    def save_counter(self) -> Any:
        """The variable that numbers the checkpoints."""
        if self._save_counter is None:
            with device("/cpu:0"):
                self._save_counter = ResourceVariable(0, name="save_counter", dtype=dtypes.int64,
                                                      trainable=False)
        return self._save_counter

    def write(self, file_prefix: str, session: Any = None) -> str:
        """Save all variables to the checkpoint `file_prefix`; return it."""
        session = session_or_default(session)
        if self._graph_text is None:
            with graph_as_default(session.graph), device("/cpu:0"):
                self._graph_text = constant("", dtype=dtypes.string)
                self._prefix = constant("", dtype=dtypes.string)
        os.makedirs(os.path.dirname(file_prefix) or ".", exist_ok=True)
        objects = ObjectGraph(self)
        proto = objects.to_proto()
        if proto != self._saved_graph:
            with graph_as_default(session.graph):
                self._save = self._new_save(objects)
            self._saved_graph = proto
        return session.run(self._save, {self._prefix: file_prefix,
                                        self._graph_text: proto.SerializeToString()}).decode()

    def _new_save(self, objects: ObjectGraph) -> Any:
        saveables = [saveable for key, variable in objects.variables()
                     for saveable in saveables_for(variable, key)]
        saver = MultiDeviceSaver([*saveables, NoRestoreSaveable(self._graph_text, GRAPH_KEY)])
        save = saver.save(self._prefix)
        with device("/cpu:0"), control_dependencies([save]):
            return identity(self._prefix)

    def save(self, file_prefix: str, session: Any = None) -> str:
        """Save to `<file_prefix>-<number>`, and note it in the directory; return it."""
        session = session_or_default(session)
        with graph_as_default(session.graph):
            if self._save_counter is None:
                session.run(self.save_counter.initializer)
            if self._count is None:
                with colocate_with(self.save_counter):
                    self._count = self.save_counter.assign_add(1, read_value=True)
        path = self.write(f"{file_prefix}-{session.run(self._count)}", session)
        folder = os.path.dirname(file_prefix)
        relative = relative_to(folder, path)
        update_checkpoint_state(folder, relative, [relative])
        return path

    def restore(self, save_path: str | None) -> Any:
        """Find the objects in a checkpoint; run nothing.

        Returns: an object with `assert_consumed()`, `initialize_or_restore(session)` and others.
        Variables that are made later are found as well, when that is called.
        """
        status: Any
        if save_path is None:
            status = InitializationOnlyStatus(self)
        else:
            proto = read_proto(new_checkpoint_reader(save_path))
            if proto is None:
                return NameBasedSaverStatus(self, save_path)
            if self._restore_prefix is None:
                with device("/cpu:0"):
                    self._restore_prefix = constant("model")
            status = CheckpointLoadStatus(self, proto, save_path, self._restore_prefix)
        self.save_counter  # noqa: B018 - made now, to be initialised with the other variables
        return status
