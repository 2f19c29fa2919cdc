"""SessionResources: what a task keeps, as one of its sessions sees it.

Variables, queues and accumulators with a name belong to the task; the state of nodes, and what a
node keeps to itself, to the session.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tftutor import errors
from tftutor.runtime.resources import ResourceManager

_KINDS = ("queue", "accumulator", "sparse accumulator")
_OF_ARRAYS = ("nbytes", "shape", "dtype", "value")  # traces look for these


class SessionResources(ResourceManager):
    """The resources of a task as one session sees them."""

    def __init__(self, task: ResourceManager) -> None:
        super().__init__()
        self._task = task
        self._lock, self._resources = task._lock, task._resources  # one and the same

    def lose(self, containers: Collection[str]) -> None:
        """The task has cleared containers: the session's own queues and accumulators there go too.

        Nodes that know one of those that are gone say so from now on, as in TensorFlow.
        """
        with self._lock:
            for key in list(self._private):
                if key[1] in _KINDS and (key[0] or self.default_container) in containers:
                    self._private.pop(key).close()
            kept = {id(resource) for _, resource in self._all()}
            for state in self._node_states.values():
                for kind in ("queue", "accumulator"):
                    found = state.get(kind)
                    if id(found) not in kept and not isinstance(found, LostResource | None):
                        state[kind] = LostResource(found, self.default_container)


class LostResource:
    """Stands for a queue or an accumulator that is gone: whoever uses it is told.

    Raises: NotFoundError when it is used.
    """

    def __init__(self, lost: Any, container: str) -> None:
        where = getattr(lost, "container", container)
        self._text = (f"Container {where} does not exist. (Could not find resource: "
                      f"{where}/{lost.name})")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in _OF_ARRAYS:
            raise AttributeError(name)
        raise errors.NotFoundError(None, None, self._text)
