"""Operation and Tensor: the nodes and edges of a Graph."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.attr_values import public_attr
from tftutor.framework.tensor import Tensor

if TYPE_CHECKING:
    from types import CodeType

    from tftutor.framework.graph import Graph
    from tftutor.framework.op_def import OpDef

__all__ = ["Operation", "Tensor"]


@tf_export("Operation")
class Operation:
    """A node of a Graph: takes Tensors, gives Tensors.

    Source: TF 1.15 docs, tf.Operation.
    """

    __slots__ = ("graph", "name", "type", "_id", "_inputs", "_control_inputs", "outputs", "_attrs",
                 "_device", "_op_def", "_frames", "_control_flow_context", "_original_op",
                 "_gradient_function", "__dict__", "__weakref__")

    _device_scopes: tuple[Any, ...]  # the tf.device blocks around it; missing where there are none
    _runs_early = False  # whether it comes before all that it doesn't depend on, in each step

    def __init__(self, graph: Graph, op_def: OpDef, name: str, inputs: list[Tensor],
                 control_inputs: tuple[Operation, ...], output_types: Sequence[dtypes.DType],
                 attrs: dict[str, Any], frames: tuple[tuple[CodeType, int], ...]) -> None:
        self.graph = graph
        self.name = name
        self.type = op_def.name
        self._id = 0
        self._inputs = inputs
        self._control_inputs = control_inputs
        self._attrs = attrs
        self._device = ""
        self._op_def = op_def
        self._frames = frames
        self._control_flow_context: Any = None
        self._original_op: Operation | None = None
        self._gradient_function: Any = None
        self.outputs = [Tensor(self, index, dtype) for index, dtype in enumerate(output_types)]

    # -- structure --------------------------------------------------------------------------

    @property
    def inputs(self) -> list[Tensor]:
        """The data inputs, in order."""
        return list(self._inputs)

    @property
    def control_inputs(self) -> list[Operation]:
        """Operations that must run before this one."""
        return list(self._control_inputs)

    @property
    def _control_outputs(self) -> list[Operation]:
        return [op for op in self.graph._nodes if self in op._control_inputs]

    @property
    def op_def(self) -> Any:
        """The OpDef proto of this operation's type."""
        from tftutor.framework import graph_def

        return graph_def.op_def_proto(self._op_def)

    @property
    def node_def(self) -> Any:
        """The NodeDef proto of this operation."""
        from tftutor.framework import graph_def

        return graph_def.node_proto(self)

    @property
    def _is_stateful(self) -> bool:
        return self._op_def.is_stateful

    def values(self) -> tuple[Tensor, ...]:
        """The outputs as a tuple (TF's name for it)."""
        return tuple(self.outputs)

    @property
    def _output_types(self) -> list[int]:
        return [t.dtype.as_datatype_enum for t in self.outputs]

    @property
    def _input_types(self) -> list[dtypes.DType]:
        return [t.dtype for t in self._inputs]

    # -- changes, for control flow and import -----------------------------------------------

    def _update_input(self, index: int, tensor: Tensor) -> None:
        self._inputs[index].remove_consumer(self)
        self._inputs[index] = tensor
        tensor.add_consumer(self)
        self.graph._mutations += 1

    def _add_while_inputs(self, tensors: Sequence[Tensor]) -> None:
        for tensor in tensors:
            self._inputs.append(tensor)
            tensor.add_consumer(self)
        self.graph._mutations += 1

    def _add_control_inputs(self, ops: Sequence[Operation]) -> None:
        for op in ops:
            if op not in self._control_inputs:
                self._control_inputs = (*self._control_inputs, op)
        self.graph._mutations += 1

    def _add_control_input(self, op: Operation) -> None:
        self._add_control_inputs([op])

    def _remove_all_control_inputs(self) -> None:
        self._control_inputs = ()
        self.graph._mutations += 1

    def _get_control_flow_context(self) -> Any:
        return self._control_flow_context

    def _set_control_flow_context(self, context: Any) -> None:
        self._control_flow_context = context

    # -- attributes, device, colocation -----------------------------------------------------

    def get_attr(self, name: str) -> Any:
        """Value of the attribute `name`. Raises: ValueError when there is none of that name."""
        try:
            value = self._attrs[name]
        except KeyError:
            raise ValueError(f"Operation {self.name!r} has no attr named {name!r}.") from None
        return public_attr(value)

    def _set_attr(self, name: str, value: Any) -> None:
        from tftutor.framework.attr_values import from_proto_if_proto

        self._attrs[name] = from_proto_if_proto(value)
        self.graph._mutations += 1

    @property
    def device(self) -> str:
        """The device asked for, as a string; empty when any device will do."""
        return self._device

    def _set_device(self, device: Any) -> None:
        from tftutor.framework.device import canonical_device

        self._device = canonical_device(device)
        self.graph._mutations += 1

    def colocation_groups(self) -> list[bytes]:
        """Names of the colocation groups (`loc:@name`) this operation belongs to."""
        groups = self._attrs.get("_class")
        own = [f"loc:@{self.name}".encode()]
        if groups is None:
            return own
        found = [g if isinstance(g, bytes) else g.encode() for g in groups]
        found = [g for g in found if g.startswith(b"loc:@")]
        return found or own

    # -- where the user made it -------------------------------------------------------------

    @property
    def traceback(self) -> list[tuple[str, int, str, str]]:
        """(file, line, function, source text) of the user's frames, outermost first."""
        return [(code.co_filename, line, code.co_name,
                 linecache.getline(code.co_filename, line).strip())
                for code, line in reversed(self._frames)]

    @property
    def traceback_with_start_lines(self) -> list[tuple[str, int, str, str, int]]:
        """Like `traceback`, with the first line of the function appended."""
        return [(*entry, code.co_firstlineno)
                for entry, (code, _) in zip(self.traceback, reversed(self._frames), strict=True)]

    # -- running and printing ---------------------------------------------------------------

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Run this operation in `session` (default: the default session)."""
        from tftutor.framework.default_session import run_using_default_session

        run_using_default_session(self, feed_dict, self.graph, session)

    def __str__(self) -> str:
        from google.protobuf import text_format

        return text_format.MessageToString(self.node_def)  # attributes sorted, unlike str()

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}' type={self.type}>"

    def __lt__(self, other: Operation) -> bool:
        return self._id < other._id
