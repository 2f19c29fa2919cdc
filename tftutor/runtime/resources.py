"""What a session owns between steps: variables, handles, per-node kernel state.

A variable's value is never changed in place while somebody else may look at it. An update writes
into the cell's spare buffer and swaps: readers of the old array keep a whole old value, and a step
that fails or is interrupted leaves every variable wholly old or wholly new. The one exception is
Adam on big variables through torch: it changes an array in place that nobody holds when it begins.
A thread that reads it in that millisecond may see a part of the update, as in TensorFlow without
`use_locking`.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_copies import copy_of
from tftutor.framework.attr_values import plain_attr
from tftutor.runtime.queue_resources import private_name
from tftutor.runtime.session_tensors import SessionTensors

_SMALL = 1 << 14  # bytes: copying so little costs less than it takes to tell who holds it


class VariableCell:
    """The mutable place behind a variable: `value` is unset until the first assignment.

    The value is an array of the library of the variable's device. Only NumPy's say who holds them,
    so only they have a spare buffer; others are replaced by new arrays from their library's pool.
    """

    __slots__ = ("name", "value", "spare", "dtype", "lock", "origin")

    def __init__(self, name: str, dtype: Any = None, origin: str = "") -> None:
        self.name = name
        self.origin = origin
        self.dtype = dtype
        self.spare: Any = None
        self.lock = threading.RLock()

    @property
    def is_initialized(self) -> bool:
        """True after the first assignment."""
        return hasattr(self, "value")

    def write_buffer(self) -> np.ndarray:
        """An array like `value`, a NumPy array, that nobody else holds; its contents are undefined.

        Fill it and hand it to `commit`. The caller must hold `lock`.
        """
        value = self.value
        spare, self.spare = self.spare, None
        # 2 references: the local name and getrefcount's argument. More: somebody reads it still.
        if (spare is not None and spare.shape == value.shape and spare.dtype == value.dtype
                and sys.getrefcount(spare) == 2):
            return spare
        return np.empty_like(value)

    def commit(self, new: Any) -> None:
        """Make `new` the value; the old array becomes the spare buffer."""
        old = getattr(self, "value", None)
        self.value = new
        self.spare = old if isinstance(old, np.ndarray) and old.base is None and old.ndim else None

    def clear(self) -> None:
        """Forget the value: the variable is uninitialised again."""
        if hasattr(self, "value"):
            del self.value
        self.spare = None

    def exclusive_array(self) -> Any:
        """`value` itself when it is NumPy's, big and held by nobody else; else a copy of it.

        For updates of a few rows of a big table. Change it and hand it to `commit_array`; check
        everything that may fail before changing it. The caller must hold `lock`.
        """
        value = self.value
        # 3 references: the cell's, the local name and getrefcount's argument.
        if (isinstance(value, np.ndarray) and value.nbytes > _SMALL and value.base is None
                and value.flags.writeable and sys.getrefcount(value) == 3):
            return value
        return copy_of(value)

    def commit_array(self, new: Any) -> None:
        """Make what `exclusive_array` gave the value."""
        if new is not self.value:
            self.commit(new)

    def uninitialized_error(self, op_type: str) -> tuple[type[errors.OpError], str]:
        """Class and text of the error when an operation needs the value and there is none."""
        return (errors.FailedPreconditionError,
                f"Attempting to use uninitialized value {self.name}")


class ResourceVariableCell(VariableCell):
    """The place behind a resource variable; it differs in what TF says when there is no value."""

    __slots__ = ("container", "resources")

    def __init__(self, name: str, container: str, resources: ResourceManager) -> None:
        super().__init__(name)
        self.container = container or resources.default_container
        self.resources = resources

    def uninitialized_error(self, op_type: str) -> tuple[type[errors.OpError], str]:
        """FailedPreconditionError for a read, NotFoundError for any other use, as in TF."""
        place = f"{self.container}/{self.name}"
        siblings = self.resources.of_kind("resource_variable")
        if (any(cell.is_initialized and cell.container == self.container for cell in siblings)
                or self.resources.has_variables(self.container)):
            why = f"Resource {place}/N10tensorflow3VarE does not exist."
        else:
            why = (f"Container {self.container} does not exist. "
                   f"(Could not find resource: {place})")
        if op_type != "ReadVariableOp":
            return errors.NotFoundError, why
        return (errors.FailedPreconditionError,
                f"Error while reading resource variable {self.name} from Container: "
                f"{self.container}. This could mean that the variable was uninitialized. Not "
                f"found: {why}")


class ResourceManager:
    """Named resources of one session (or of one server task), by container, kind and name.

    A resource that a node keeps to itself, as a queue without `shared_name`, is its session's own,
    on a server too, and goes with it.

    Attributes:
      default_container: what the container is called of resources that name none: on a server the
        job, by which `tf.Session.reset` finds them.
      origin: which session makes resources through this object, in words, where several share them;
        its variables remember it.
      session_tensors: what the session keeps for handles; None where it keeps none.
    """

    origin = ""
    default_container = "localhost"

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._resources: dict[tuple[str, str, str], Any] = {}
        self._private: dict[tuple[str, str, str], Any] = {}
        self._node_states: dict[str, dict[str, Any]] = {}
        self.session_tensors: SessionTensors | None = SessionTensors()

    def lookup_or_create(self, kind: str, container: str, name: str,
                         create: Callable[[], Any], is_private: bool = False) -> Any:
        """Return the resource, making it by `create()` when there is none yet."""
        key = (container, kind, name)
        with self._lock:
            resources = self._private if is_private else self._resources
            found = resources.get(key)
            if found is None:
                found = resources[key] = create()
            return found

    def lookup(self, kind: str, container: str, name: str) -> Any:
        """Return the resource, or None."""
        key = (container, kind, name)
        found = self._private.get(key)
        return self._resources.get(key) if found is None else found

    def delete(self, kind: str, container: str, name: str) -> bool:
        """Forget a resource; False when there was none."""
        with self._lock:
            return self._resources.pop((container, kind, name), None) is not None

    def variable(self, container: str, name: str, dtype: Any = None) -> VariableCell:
        """Return the cell of a variable."""
        return self.lookup_or_create("variable", container, name,
                                     lambda: VariableCell(name, dtype, self.origin))

    def has_variables(self, container: str) -> bool:
        """Whether a container has variables that aren't resource variables."""
        return any(kind == "variable" and (where or self.default_container) == container
                   for (where, kind, _), _ in self._all())

    @staticmethod
    def temporary_variable(name: str) -> VariableCell:
        """A cell that belongs to one step only."""
        return VariableCell(name)

    def resource_variable(self, container: str, name: str) -> ResourceVariableCell:
        """Return the cell of a resource variable."""
        return self.lookup_or_create("resource_variable", container, name,
                                     lambda: ResourceVariableCell(name, container, self))

    def variables(self) -> list[VariableCell]:
        """The cells of all variables, of both kinds."""
        with self._lock:
            return [value for value in self._resources.values() if isinstance(value, VariableCell)]

    def queue(self, op_type: str, container: str, shared_name: str, node: str,
              settings: dict[str, Any]) -> Any:
        """Return the queue of a node, made at first use.

        Raises: tf.errors.InvalidArgumentError for settings that no queue can have, or that differ
        from those of the queue with which the node shares its name.
        """
        from tftutor.runtime.queue_kinds import make_queue

        found = self.lookup_or_create(
            "queue", container, shared_name or node,
            lambda: make_queue(op_type, shared_name, node, settings), not shared_name)
        found.check_same_settings(settings, op_type)
        return found

    def accumulator(self, op: Any) -> Any:
        """Return the accumulator of a node, made at first use; nodes may share it by name.

        Raises: tf.errors.InvalidArgumentError for gradients that aren't floating-point numbers.
        """
        from tftutor.runtime.accumulators import make_accumulator

        container, shared_name = (_as_text(op._attrs[key]) for key in ("container", "shared_name"))
        kind = "sparse accumulator" if op.type.startswith("Sparse") else "accumulator"
        return self.lookup_or_create(kind, container, shared_name or op.name,
                                     lambda: make_accumulator(op, self.default_container),
                                     not shared_name)

    def accumulators(self) -> list[Any]:
        """All accumulators."""
        return [value for (_, kind, _), value in self._all() if "accumulator" in kind]

    def of_kind(self, kind: str) -> list[Any]:
        """All resources of a kind."""
        return [value for (_, k, _), value in self._all() if k == kind]

    def _all(self) -> list[tuple[tuple[str, str, str], Any]]:
        with self._lock:
            return [*self._resources.items(), *self._private.items()]

    def node_state(self, node: str) -> dict[str, Any]:
        """The state that a node's kernel keeps between steps (a random generator, a counter)."""
        with self._lock:
            return self._node_states.setdefault(node, {})

    def clear(self, containers: list[str] | None = None) -> None:
        """Forget all resources, or those in the given containers."""
        with self._lock:
            for resources in (self._resources, self._private):
                for key in list(resources):
                    if containers is None or (key[0] or self.default_container) in containers:
                        close = getattr(resources.pop(key), "close", None)
                        if callable(close):
                            close()
            if containers is None:
                self._node_states.clear()
                if self.session_tensors is not None:
                    self.session_tensors.clear()


class KernelContext:
    """What a kernel may know of its node and session, bound when the plan is made."""

    __slots__ = ("op", "resources", "xp", "device_name")

    def __init__(self, op: Any, resources: ResourceManager, xp: Any, device_name: str) -> None:
        self.op = op
        self.resources = resources
        self.xp = xp
        self.device_name = device_name

    @property
    def state(self) -> dict[str, Any]:
        """A dictionary of this node, kept between steps of the session."""
        return self.resources.node_state(self.op.name)

    def attr(self, name: str) -> Any:
        """An attribute of the node; a shape attribute comes as a plain shape."""
        return plain_attr(self.op._attrs[name])

    def resource_name(self) -> tuple[str, str]:
        """(container, name) under which this node's resource is shared."""
        attrs = self.op._attrs
        return (_as_text(attrs.get("container", "")),
                _as_text(attrs.get("shared_name", "")) or self.op.name)

    def resource(self, kind: str, make: Callable[[str, str], Any]) -> Any:
        """This node's resource, made at first use by `make(container, name)`.

        Without `shared_name` it is the node's own. Its number is used up in the names of queues.
        """
        is_private = not self.op._attrs.get("shared_name")
        container, name = self.resource_name()

        def made() -> Any:
            if is_private:
                private_name(name)
            return make(container, name)

        return self.resources.lookup_or_create(kind, container, name, made, is_private)


def _as_text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""
