"""Binding: from a node to something callable, for one array library and one session."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tftutor import errors
from tftutor.backends.array_library import ArrayLibrary, NumpyLibrary
from tftutor.framework.attr_values import plain_attr
from tftutor.framework.operation import Operation, Tensor
from tftutor.kernels import load_kernels
from tftutor.kernels.acceleration import ACCELERATED, Acceleration
from tftutor.runtime.devices import HERE
from tftutor.runtime.resources import KernelContext, ResourceManager

_PLACEHOLDERS = {"Placeholder", "PlaceholderV2", "PlaceholderWithDefault"}


class BoundKernel(NamedTuple):
    """A callable and the keyword arguments to give it; `wants_step` adds the running step."""

    function: Callable[..., Any]
    keywords: dict[str, Any]
    wants_step: bool


class NodeBinder:
    """Finds kernels and plan-time values for the nodes of one session, for one array library.

    Attributes: device_name: where the nodes run.
    """

    device_name = f"{HERE}/device:CPU:0"

    def __init__(self, resources: ResourceManager, feeds: Iterable[Tensor] = (),
                 library: ArrayLibrary | None = None) -> None:
        self.resources = resources
        self.library: ArrayLibrary = NumpyLibrary() if library is None else library
        self.xp = self.library.xp
        if self.library.name != "numpy":
            load_kernels(self.library.name)
        self._acceleration = Acceleration()
        # A binder may look at static values. A feed for a computed tensor can overrule them.
        self._may_bind = all(t.op.type in _PLACEHOLDERS for t in feeds)

    def context(self, op: Operation) -> KernelContext:
        """The kernel context of a node."""
        return KernelContext(op, self.resources, self.xp, self.device_name)

    def static_value(self, op: Operation) -> Any:
        """The value that a node has already at plan time (constants, variable cells)."""
        return op._op_def.static_value_fn(self.context(op))  # type: ignore[misc]

    def bind(self, op: Operation, may_overwrite: bool = False, user: Operation | None = None
             ) -> BoundKernel:
        """The kernel of a node; it `may_overwrite` its first input. `user` alone sees its output.

        Raises: tf.errors.InvalidArgumentError when the node has none here.
        """
        bound = self._bind(op)
        if op.type in ACCELERATED and self.library.is_host:  # not where NumPy acts a GPU
            faster = self._acceleration.kernel(op, bound.function, bound.keywords,
                                               may_overwrite, user)
            if faster is not None:
                return BoundKernel(faster, {}, False)
        return bound

    def _bind(self, op: Operation) -> BoundKernel:
        definition = op._op_def
        if definition.binder is not None and self._may_bind and self.library.name == "numpy":
            function = definition.binder(op, self.xp)
            if function is not None:
                return BoundKernel(function, {}, False)
        kernel = definition.library_kernels.get(self.library.name)
        if kernel is None:
            if definition.kernel_fn is None:
                raise errors.InvalidArgumentError(
                    op.node_def, op,
                    f"No OpKernel was registered to support Op '{op.type}' used by node "
                    f"{op.name}: it can be built into a graph and exported, but not run.")
            kernel = (definition.kernel_fn, definition.kernel_params)
        function, params = kernel
        keywords: dict[str, Any] = {}
        for param in params:
            if param == "xp":
                keywords[param] = self.xp
            elif param == "ctx":
                keywords[param] = self.context(op)
            elif param == "may_take":  # the plan says otherwise where it may
                keywords[param] = False
            elif param != "step":
                keywords[param] = plain_attr(op._attrs[param])
        return BoundKernel(function, keywords, "step" in params)
