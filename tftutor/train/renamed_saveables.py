"""What a Saver restores from a checkpoint of tf.train.Checkpoint: the variables, renamed."""

from __future__ import annotations

from typing import Any

from tftutor import errors
from tftutor.framework.collections import GraphKeys
from tftutor.framework.default_graph import get_default_graph
from tftutor.platform import tf_logging
from tftutor.train.checkpoint_management import new_checkpoint_reader
from tftutor.train.object_graph import keys_by_full_name, read_proto
from tftutor.train.saveables import SaveableObject, saveables_of


def all_saveables() -> list[Any]:
    """The variables of the default graph, and what else it wants saved."""
    graph = get_default_graph()
    return (graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
            + graph.get_collection(GraphKeys.SAVEABLE_OBJECTS))


def renamed_saveables(path: str, var_list: Any) -> list[SaveableObject] | None:
    """The saveables of a Saver with their names in the checkpoint; None for an ordinary one.

    Raises: NotFoundError for variables that the checkpoint hasn't.
    """
    proto = read_proto(new_checkpoint_reader(path))
    if proto is None:
        return None
    keys = keys_by_full_name(proto)
    saveables = saveables_of(all_saveables() if var_list is None else var_list)
    specs = [spec for saveable in saveables for spec in saveable.specs]
    now, then = {spec.name for spec in specs}, set(keys)
    if now - then:
        raise errors.NotFoundError(
            None, None,
            f"\n\nExisting variables not in the checkpoint: {', '.join(sorted(now - then))}\n\n"
            "Variables names when this checkpoint was written which don't exist now: "
            f"{', '.join(sorted(then - now))}\n\n({len(now & then)} variable name(s) did match)\n\n"
            "The checkpoint was written by tf.train.Checkpoint, and a tf.train.Saver finds "
            "variables in it by the names that they had then. Give Saver(var_list=...) only the "
            "variables that are in it, or a dictionary from their names then.")
    tf_logging.warning(
        "Restoring an object-based checkpoint using a name-based saver. This may be somewhat "
        "fragile, and will re-build the Saver. Instead, consider loading object-based checkpoints "
        "using tf.train.Checkpoint().")
    for spec in specs:
        spec.name = keys[spec.name]
    return saveables
