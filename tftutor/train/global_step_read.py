"""The node from which hooks read the global step: its value, even before it is initialised."""

from __future__ import annotations

from typing import Any

from tftutor.framework.default_graph import get_default_graph, graph_as_default
from tftutor.ops.variables import Variable
from tftutor.train.global_step_variable import get_global_step

_KEY = "global_step_read_op_cache"  # of the collection in which TF keeps it, too

def global_step_read(graph: Any = None) -> Any:
    """The tensor that holds the global step, made when there is none yet.

    Returns: a scalar tensor; None when the graph has no global step.
    Raises: RuntimeError when several were recorded in the graph.
    """
    graph = graph or get_default_graph()
    found = graph.get_collection(_KEY)
    if len(found) > 1:
        raise RuntimeError(f"There are multiple items in collection {_KEY}. There should be only "
                           "one.")
    read = found[0] if found else _new_read(graph)
    if read is not None:
        # Hooks count on the value before the training. In TF it has been read long before the
        # gradients are there; here it would come after them, as hooks make their nodes last.
        read.op._runs_early = True
    return read


def _new_read(graph: Any) -> Any:
    step = get_global_step(graph)
    if step is None:
        return None
    with graph_as_default(graph), graph.name_scope(None), graph.name_scope(f"{step.op.name}/"):
        # A hook may read it in the very run that initialises variables; and `+ 0` copies it, so
        # that an update in the same run doesn't change what was read.
        value = step.initialized_value() if isinstance(step, Variable) else step
        read = value + 0
        graph.add_to_collection(_KEY, read)
    return read


def required_global_step_read(user: str) -> Any:
    """The same, for a hook that can't do without. Raises: RuntimeError that names the `user`."""
    read = global_step_read()
    if read is None:
        raise RuntimeError(f"Global step should be created to use {user}.")
    return read
