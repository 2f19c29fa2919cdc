"""The context managers of a Graph that change how nodes made inside them look.

Name scopes, devices, colocation, control dependencies, kernel labels, gradient overrides,
containers and attribute scopes.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tftutor.framework.control_deps import ControlDependencies
from tftutor.framework.user_frames import user_frames

if TYPE_CHECKING:
    from tftutor.framework.operation import Operation

VALID_OP_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\\-/]*$")
VALID_SCOPE_NAME = re.compile(r"^[A-Za-z0-9_.\\\-/]*$")


class GraphScopesMixin:
    """Scope state and scope methods of a Graph."""

    _thread_local: threading.local
    _mutations: int
    _user_frames: dict[Any, Any]

    def _init_scopes(self) -> None:
        self._scopes_are_thread_local = False
        self._shared_devices: list[Any] = []
        self._shared_control: list[ControlDependencies] = []
        self._shared_colocation: list[Operation] = []
        self._control_flow_context: Any = None
        self._gradient_override_map: dict[str, str] = {}
        self._op_to_kernel_label_map: dict[str, str] = {}
        self._attr_scope_map: dict[str, Any] = {}
        self._container = ""
        self._default_original_op: Any = None

    # -- names ------------------------------------------------------------------------------

    @property
    def _name_stack(self) -> str:
        return getattr(self._thread_local, "name_stack", "")

    @_name_stack.setter
    def _name_stack(self, name: str) -> None:
        self._thread_local.name_stack = name

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        raise NotImplementedError

    def get_name_scope(self) -> str:
        """The current name scope without its trailing slash."""
        return self._name_stack

    @contextlib.contextmanager
    def name_scope(self, name: str | bytes | None) -> Iterator[str]:
        """Put nodes made inside into the name scope `name`, made unique with a `_N` suffix.

        A name with a trailing slash re-enters that very scope; None or "" goes to the top level.
        Yields: the scope's name with a trailing slash (or "").
        Raises: ValueError when `name` isn't a valid scope name.
        """
        old = self._name_stack
        new = self._enter_name(name)
        self._name_stack = new
        try:
            yield f"{new}/" if new else ""
        finally:
            self._name_stack = old

    def _enter_name(self, name: str | bytes | None) -> str:
        if not name:
            return ""
        if not isinstance(name, str):
            if not isinstance(name, bytes):
                raise TypeError("expected string or bytes-like object")
            name = name.decode()
        if not name.isidentifier() or name[0] == "_" or not name.isascii():
            pattern = VALID_SCOPE_NAME if self._name_stack else VALID_OP_NAME
            if not pattern.match(name):
                raise ValueError(f"'{name}' is not a valid scope name")
        return name[:-1] if name[-1] == "/" else self.unique_name(name)

    # -- devices and colocation -------------------------------------------------------------

    def _stack_of(self, kind: str) -> list[Any]:
        if not self._scopes_are_thread_local:
            return getattr(self, f"_shared_{kind}")
        if not hasattr(self._thread_local, kind):
            setattr(self._thread_local, kind, [])
        return getattr(self._thread_local, kind)

    def _has_scopes(self) -> bool:
        """False when certainly no scope but names and control flow acts on a new node."""
        return bool(self._scopes_are_thread_local or self._shared_control or self._shared_devices
                    or self._shared_colocation or self._attr_scope_map
                    or self._op_to_kernel_label_map or self._gradient_override_map)

    def _set_stack(self, kind: str, stack: list[Any]) -> None:
        if self._scopes_are_thread_local:
            setattr(self._thread_local, kind, stack)
        else:
            setattr(self, f"_shared_{kind}", stack)

    @property
    def _device_stack(self) -> list[Any]:
        return [scope.entry for scope in self._stack_of("devices")]

    @contextlib.contextmanager
    def device(self, device_name_or_function: Any) -> Iterator[None]:
        """Ask for a device (a string, a function of the node, or None) for nodes made inside."""
        from tftutor.framework.device import DeviceScope, canonical_device

        entry = device_name_or_function
        if entry is not None and not callable(entry):
            entry = canonical_device(entry)
        stack = self._stack_of("devices")
        stack.append(DeviceScope(entry, device_name_or_function, user_frames(self._user_frames)))
        try:
            yield
        finally:
            stack.pop()

    @contextlib.contextmanager
    def colocate_with(self, op: Any, ignore_existing: bool = False) -> Iterator[None]:
        """Put nodes made inside on the device of `op`."""
        if op is None and not ignore_existing:
            raise ValueError("Trying to reset colocation (op is None) but ignore_existing is not "
                             "True")
        target = getattr(op, "op", op)
        devices, colocation = self._stack_of("devices"), self._stack_of("colocation")
        self._set_stack("devices", [])
        new = [] if ignore_existing else list(colocation)
        if target is not None:
            new.append(target)
        self._set_stack("colocation", new)
        try:
            yield
        finally:
            self._set_stack("devices", devices)
            self._set_stack("colocation", colocation)

    @contextlib.contextmanager
    def _colocate_with_for_gradient(self, op: Any, gradient_uid: Any = None,
                                    ignore_existing: bool = False) -> Iterator[None]:
        with self.colocate_with(op, ignore_existing):
            context = self._control_flow_context
            if gradient_uid is not None and context is not None:
                context.EnterGradientColocation(op, gradient_uid)
                try:
                    yield
                finally:
                    context.ExitGradientColocation(op, gradient_uid)
            else:
                yield

    # -- control dependencies ---------------------------------------------------------------

    @property
    def _control_stack(self) -> list[ControlDependencies]:
        return (self._stack_of("control") if self._scopes_are_thread_local
                else self._shared_control)

    def control_dependencies(self, control_inputs: Any) -> ControlDependencies:
        """Make nodes made inside run after `control_inputs`; None clears those around it.

        Raises: TypeError when `control_inputs` is no list of Operations and Tensors.
        """
        return ControlDependencies(self, control_inputs)

    def _get_control_flow_context(self) -> Any:
        return self._control_flow_context

    def _set_control_flow_context(self, context: Any) -> None:
        self._control_flow_context = context

    # -- labels and overrides ---------------------------------------------------------------

    @contextlib.contextmanager
    def gradient_override_map(self, op_type_map: dict[str, str]) -> Iterator[None]:
        """Use other registered gradient functions for op types made inside.

        Example: `with g.gradient_override_map({"Square": "MySquareGrad"}): ...`
        Raises: TypeError when the map isn't one of strings to strings.
        """
        with self._mapped("_gradient_override_map", "op_type_map", op_type_map):
            yield

    @contextlib.contextmanager
    def _kernel_label_map(self, op_to_kernel_label_map: dict[str, str]) -> Iterator[None]:
        """Choose labelled kernels for op types made inside."""
        with self._mapped("_op_to_kernel_label_map", "op_to_kernel_label_map",
                          op_to_kernel_label_map):
            yield

    @contextlib.contextmanager
    def _mapped(self, attribute: str, argument: str, new: dict[str, str]) -> Iterator[None]:
        if not isinstance(new, dict):
            raise TypeError(f"{argument} must be a dictionary mapping strings to strings")
        for key, value in new.items():
            if not (isinstance(key, str) and isinstance(value, str)):
                raise TypeError(f"{argument} must be a dictionary mapping strings to strings")
        old = getattr(self, attribute)
        setattr(self, attribute, {**old, **new})
        try:
            yield
        finally:
            setattr(self, attribute, old)

    @contextlib.contextmanager
    def _attr_scope(self, attr_map: dict[str, Any]) -> Iterator[None]:
        """Set attributes (AttrValue protos or plain values; None removes) on nodes made inside."""
        old = self._attr_scope_map
        merged = {**old, **attr_map}
        self._attr_scope_map = {k: v for k, v in merged.items() if v is not None}
        try:
            yield
        finally:
            self._attr_scope_map = old

    @contextlib.contextmanager
    def container(self, container_name: str) -> Iterator[str]:
        """Keep stateful nodes made inside in the resource container `container_name`."""
        old = self._container
        self._container = container_name
        try:
            yield container_name
        finally:
            self._container = old

    @contextlib.contextmanager
    def _original_op(self, op: Any) -> Iterator[None]:
        """Mark nodes made inside as derived from `op` (gradients)."""
        old = self._default_original_op
        self._default_original_op = op
        try:
            yield
        finally:
            self._default_original_op = old
