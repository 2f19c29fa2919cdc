"""The nodes of a GraphDef that is being imported: reading, checking and making them."""

from __future__ import annotations

import difflib
import re
import socket
from collections.abc import Iterable, Sequence
from typing import Any

from tftutor import errors
from tftutor.framework.attr_values import from_proto
from tftutor.framework.control_deps import control_inputs_for
from tftutor.framework.device import apply_device_stack, canonical_device
from tftutor.framework.node_builder import output_types
from tftutor.framework.op_def import OpDef, all_op_defs, find_op_def, get_op_def
from tftutor.framework.op_spec import MISSING, ArgSpec, AttrSpec
from tftutor.framework.op_text import default_value, signature_text, type_text, value_text
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.shape_inference import infer_shapes
from tftutor.framework.shape_merge import merge_shapes
from tftutor.framework.user_frames import user_frames

_NODE_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\\-/>]*$")
_MERGES = ("Merge", "RefMerge")
_NEXT_ITERATIONS = ("NextIteration", "RefNextIteration")
_KIND_OF_FIELD = {"s": "string", "i": "int", "f": "float", "b": "bool", "type": "type",
                  "shape": "shape", "tensor": "tensor", "func": "func"}


def parse_tensor_name(name: str) -> tuple[str, int]:
    """("foo", 7) for "foo:7", ("foo", 0) for "foo". Raises: ValueError for anything else."""
    parts = name.split(":")
    if len(parts) == 1:
        return name, 0
    if len(parts) == 2 and re.fullmatch(r"[+-]?\d+", parts[1]):
        return parts[0], int(parts[1])
    raise ValueError(f"Cannot convert {name!r} to a tensor name.")


class ParsedNode:
    """A NodeDef with its inputs taken apart."""

    def __init__(self, proto: Any) -> None:
        self.proto = proto
        self.name: str = proto.name
        self.is_merge = proto.op in _MERGES
        self.is_next_iteration = proto.op in _NEXT_ITERATIONS
        self.controls = [text[1:] for text in proto.input if text.startswith("^")]
        count = len(proto.input) - len(self.controls)
        self.input_texts = list(proto.input[:count])
        if any(text.startswith("^") for text in self.input_texts):
            raise ValueError(f"Node '{self.name}': Control dependencies must come after regular "
                             "dependencies")
        self.inputs = [parse_tensor_name(text) for text in self.input_texts]
        groups = [raw.decode() for raw in proto.attr["_class"].list.s] \
            if "_class" in proto.attr else []
        self.classes = [(group.removeprefix("loc:@"), group.startswith("loc:@"))
                        for group in groups]
        self.colocated = [group for group, is_location in self.classes if is_location]

    def is_back_edge(self, source: str, built: dict[str, Operation]) -> bool:
        """True for a loop's edge from a NextIteration that has not been built yet."""
        return self.is_merge and source not in built


def parse_nodes(protos: Iterable[Any]) -> dict[str, ParsedNode]:
    """The nodes by name. Raises: ValueError for names that are malformed or not unique."""
    nodes: dict[str, ParsedNode] = {}
    for proto in protos:
        if not _NODE_NAME.match(proto.name):
            raise ValueError(f"Node '{proto.name}': Node name contains invalid characters")
        if proto.name in nodes:
            raise ValueError(f"Node '{proto.name}' is not unique")
        nodes[proto.name] = ParsedNode(proto)
    return nodes


class NodeReader:
    """Makes operations of NodeDefs, checking them against the OpDefs known here."""

    def __init__(self, producer_op_list: Any = None) -> None:
        self.producer_attrs = {
            op.name: {attr.name: attr for attr in op.attr}
            for op in (producer_op_list.op if producer_op_list is not None else ())}

    @staticmethod
    def check_types(protos: Iterable[Any]) -> None:
        """Raises: tf.errors.NotFoundError, naming what is near, for a type that isn't known."""
        for proto in protos:
            if find_op_def(proto.op) is None:
                raise _unknown_type(proto)

    def make_operation(self, graph: Any, node: ParsedNode, name: str,
                       inputs: Sequence[Tensor | None]) -> Operation:
        """Make the operation, not yet part of the graph; None stands for a loop's back edge."""
        op_def = get_op_def(node.proto.op)
        attrs, shapes = self._attrs(op_def, node.proto, name)
        expected = _input_types(op_def, attrs)
        given = [_unknown_tensor(dtype) if tensor is None else tensor
                 for tensor, dtype in zip(inputs, expected, strict=False)]
        if len(inputs) != len(expected):
            texts = ", ".join(map(type_text, expected))
            raise ValueError(f"NodeDef expected inputs '{texts}' do not match {len(inputs)} inputs "
                             f"specified; {signature_text(op_def)}; "
                             f"NodeDef: {{{{node {name}}}}}")
        for index, (tensor, dtype) in enumerate(zip(given, expected, strict=True)):
            if tensor.dtype != dtype and tensor.dtype.base_dtype != dtype:
                raise ValueError(f"Input {index} of node {name} was passed "
                                 f"{type_text(tensor.dtype)} from {tensor.name} incompatible with "
                                 f"expected {type_text(dtype)}.")
        op = Operation(graph, op_def, name, given, (), output_types(op_def, attrs), attrs,
                       user_frames(graph._user_frames))
        op._device = canonical_device(node.proto.device)
        infer_shapes(op)
        for tensor, shape in zip(op.outputs, shapes, strict=False):
            tensor._shape = merge_shapes(tensor._shape, shape.shape)
        return op

    def attrs_of(self, op_def: OpDef, proto: Any) -> dict[str, Any]:
        """All attributes of a NodeDef in plain form, defaults included. Raises: ValueError."""
        return self._attrs(op_def, proto, proto.name)[0]

    def _attrs(self, op_def: OpDef, proto: Any, name: str) -> tuple[dict[str, Any], list[Any]]:
        """(all attributes in plain form, the shapes of `_output_shapes`)."""
        specs = op_def.spec.attrs
        where = f"NodeDef: {{{{node {name}}}}}"
        attrs: dict[str, Any] = {}
        shapes: list[Any] = []
        for key, value in proto.attr.items():
            if key == "_output_shapes":
                shapes = from_proto(value)
            elif key.startswith("_"):
                attrs[key] = from_proto(value)
            elif key not in specs:
                if not self._is_producer_default(op_def.name, key, value):
                    raise ValueError(
                        f"NodeDef mentions attr '{key}' not in {signature_text(op_def)}; {where}. "
                        "(Check whether your GraphDef-interpreting binary is up to date with your "
                        "GraphDef-generating binary.).")
            elif value.WhichOneof("value") is not None:
                _check_value(op_def, specs[key], value, where)
                attrs[key] = from_proto(value)
        for spec in specs.values():
            if spec.name not in attrs:
                if spec.default is MISSING:
                    raise ValueError(f"NodeDef missing attr '{spec.name}' from "
                                     f"{signature_text(op_def)}; {where}")
                default = default_value(spec)
                attrs[spec.name] = list(default) if type(default) is list else default
        return attrs, shapes

    def _is_producer_default(self, op_type: str, key: str, value: Any) -> bool:
        attr = self.producer_attrs.get(op_type, {}).get(key)
        return attr is not None and attr.HasField("default_value") and attr.default_value == value


def _unknown_type(proto: Any) -> errors.NotFoundError:
    error = errors.NotFoundError(
        None, None,
        f"Op type not registered '{proto.op}' in binary running on {socket.gethostname()}. Make "
        "sure the Op and Kernel are registered in the binary running in this process. Note that "
        "if you are loading a saved graph which used ops from tf.contrib, accessing (e.g.) "
        "`tf.contrib.resampler` should be done before importing the graph, as contrib ops are "
        "lazily registered when the module is first accessed.")
    near = difflib.get_close_matches(proto.op, [each.name for each in all_op_defs()], n=3)
    hint = f"tftutor has no op type {proto.op!r}, which node {proto.name!r} needs."
    error.add_note(f"{hint} Near: {', '.join(near)}." if near else
                   f"{hint} Extract a part of the graph without it "
                   "(tf.graph_util.extract_sub_graph) or replace the node.")
    return error


def _check_value(op_def: OpDef, spec: AttrSpec, value: Any, where: str) -> None:
    """Raises: ValueError when an attribute has another kind or value than its definition allows."""
    kind = _kind_of(value, spec.kind)
    tail = f"\n\t; {where}; {signature_text(op_def)}"
    if kind != spec.kind:
        raise ValueError(f"AttrValue had value with type '{kind}' when '{spec.kind}' expected\n\t "
                         f"for attr '{spec.name}'{tail}")
    plain = from_proto(value)
    items = plain if spec.kind.startswith("list(") else [plain]
    if spec.allowed is not None:
        for item in items:
            if item not in spec.allowed:
                allowed = ", ".join(type_text(a) if spec.kind.endswith(("type", "type)"))
                                    else value_text(a) for a in spec.allowed)
                shown = type_text(item) if hasattr(item, "as_datatype_enum") else value_text(item)
                raise ValueError(f"Value for attr '{spec.name}' of {shown} is not in the list of "
                                 f"allowed values: {allowed}{tail}")
    if spec.minimum is not None:
        if spec.kind == "int" and plain < spec.minimum:
            raise ValueError(f"Value for attr '{spec.name}' of {plain} must be at least minimum "
                             f"{spec.minimum}{tail}")
        if spec.kind.startswith("list(") and len(plain) < spec.minimum:
            raise ValueError(f"Length for attr '{spec.name}' of {len(plain)} must be at least "
                             f"minimum {spec.minimum}{tail}")


def _kind_of(value: Any, expected: str) -> str:
    field = value.WhichOneof("value")
    if field != "list":
        return _KIND_OF_FIELD.get(field, str(field))
    for name, kind in _KIND_OF_FIELD.items():
        if len(getattr(value.list, name)):
            return f"list({kind})"
    return expected if expected.startswith("list(") else "list"


def _unknown_tensor(dtype: Any) -> Any:
    """What stands for a loop's back edge until its source has been made: nothing is known of it."""
    return Tensor(None, 0, dtype)  # type: ignore[arg-type]


def _input_types(op_def: OpDef, attrs: dict[str, Any]) -> list[Any]:
    types: list[Any] = []
    for arg in op_def.spec.inputs:
        types.extend(_arg_types(arg, attrs))
    return types


def _arg_types(arg: ArgSpec, attrs: dict[str, Any]) -> list[Any]:
    if arg.type_list_attr is not None:
        return list(attrs[arg.type_list_attr])
    dtype: Any = arg.dtype if arg.type_attr is None else attrs[arg.type_attr]
    if arg.is_ref:
        dtype = dtype._as_ref
    return [dtype] * (attrs[arg.number_attr] if arg.number_attr is not None else 1)


def settle_devices(graph: Any, ops: Sequence[Operation]) -> None:
    """Let the scopes around the import act on the new operations: control inputs, devices."""
    colocated = []
    context = graph._control_flow_context
    for op in ops:
        groups = [group[5:].decode() for group in op.colocation_groups()]
        groups = [group for group in groups if group != op.name]
        if groups:
            op._device = ""
            colocated.append((op, groups))
        else:
            apply_device_stack(op, graph._device_stack)
        stack = graph._control_stack
        if stack:
            op._add_control_inputs(control_inputs_for(stack, {t.op for t in op._inputs}))
            for block in stack:
                block.add_op(op)
        if context is not None:
            op._control_flow_context = context
            context.AddOp(op)
    for op, groups in colocated:
        for group in groups:
            device = graph.get_operation_by_name(group).device
            if device:
                op._device = device
                break
