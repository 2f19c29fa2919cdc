"""Making nodes: from an OpDef, inputs and attributes to an Operation in a Graph.

The order of things follows TensorFlow, since names and ids depend on it: the name is taken first,
then control dependencies, static shapes, device and colocation are settled, then the
control-flow context (a cond branch, a loop body) may re-route inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tftutor.framework import dtypes as dtypes_module
from tftutor.framework.attr_values import from_proto_if_proto
from tftutor.framework.control_deps import control_inputs_for
from tftutor.framework.device import apply_device_stack
from tftutor.framework.graph_scopes import VALID_OP_NAME
from tftutor.framework.op_def import OpDef, find_op_def
from tftutor.framework.op_spec import MISSING
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.shape_inference import infer_shapes
from tftutor.framework.user_frames import user_frames

if TYPE_CHECKING:
    from tftutor.framework.graph import Graph


def add_node(graph: Graph, op_def: OpDef, name: str, inputs: list[Tensor],
             output_types: Sequence[dtypes_module.DType], attrs: dict[str, Any]) -> Operation:
    """Add a node with checked inputs and complete attributes.

    `name` may end with a slash: then it is used as it stands (an op that bears its scope's name).
    Raises: RuntimeError on a finalized graph, ValueError when the static shapes don't fit.
    """
    if graph._finalized:
        graph._check_not_finalized()
    if graph.building_function:
        inputs = graph.capture_inputs(inputs)
    if name and name[-1] == "/":
        name = name[:-1]
    else:
        name = graph.unique_name(name)
    if not VALID_OP_NAME.match(name):
        raise ValueError(f"'{name}' is not a valid node name")
    return add_named_node(graph, op_def, name, inputs, output_types, attrs)


def add_named_node(graph: Graph, op_def: OpDef, name: str, inputs: list[Tensor],
                   output_types: Sequence[dtypes_module.DType], attrs: dict[str, Any]
                   ) -> Operation:
    """Add a node under a name that is valid and taken already, to a graph that takes nodes."""
    control_stack = graph._control_stack
    control = (tuple(control_inputs_for(control_stack, {t.op for t in inputs}))
               if control_stack else ())
    op = Operation(graph, op_def, name, inputs, control, output_types, attrs,
                   user_frames(graph._user_frames))
    infer_shapes(op)
    graph._add_op(op)
    for tensor in inputs:
        tensor.add_consumer(op)
    _apply_scopes(graph, op)
    return op


def _apply_scopes(graph: Graph, op: Operation) -> None:
    """Let the scopes around the new node act on it."""
    op._original_op = graph._default_original_op
    context = op._control_flow_context = graph._control_flow_context
    for tensor in op._inputs:
        source_context = tensor.op._control_flow_context
        if source_context is not None:
            source_context.check_input(op, tensor.op)
    if context is not None:
        context.AddOp(op)
    if graph._has_scopes():
        _apply_rare_scopes(graph, op)
    if graph._container and op._op_def.is_stateful and op._attrs.get("container") == "":
        op._attrs["container"] = graph._container


def _apply_rare_scopes(graph: Graph, op: Operation) -> None:
    if graph._attr_scope_map:
        for key, value in graph._attr_scope_map.items():
            if key not in op._attrs:
                value = value(op.node_def) if callable(value) else value
                if value is not None:
                    op._attrs[key] = from_proto_if_proto(value)
    label = graph._op_to_kernel_label_map.get(op.type)
    if label is not None:
        op._attrs["_kernel"] = label
    override = graph._gradient_override_map.get(op.type)
    if override is not None:
        op._attrs["_gradient_op_type"] = override
    for block in graph._control_stack:
        block.add_op(op)
    devices = graph._device_stack
    if devices:
        apply_device_stack(op, devices)
        op._device_scopes = tuple(graph._stack_of("devices"))  # for the placer's errors
    _apply_colocation(graph, op)


def _apply_colocation(graph: Graph, op: Operation) -> None:
    stack = graph._stack_of("colocation")
    if not stack:
        return
    groups: set[bytes] = set()
    for other in stack:
        groups.update(other.colocation_groups())
        if other.device:
            op._device = other.device
    op._attrs["_class"] = sorted(groups)


def create_op(graph: Graph, op_type: str, inputs: Any, dtypes: Any, name: str | None,
              attrs: dict[str, Any] | None) -> Operation:
    """`Graph.create_op`: a node made by hand, attributes as plain values or AttrValue protos."""
    op_def = find_op_def(op_type)
    if op_def is None:
        raise RuntimeError(f"Op type not registered '{op_type}' in tftutor. See "
                           "docs/SUPPORT.md for the supported operations.")
    tensors = list(inputs)
    for position, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"Input #{position} is not a tensor: {tensor}")
    plain = {key: from_proto_if_proto(value) for key, value in (attrs or {}).items()}
    complete_attrs(op_def, plain, tensors)
    types = output_types(op_def, plain) if dtypes is None else [
        dtypes_module.as_dtype(d) for d in dtypes]
    return add_node(graph, op_def, name or op_type, tensors, types, plain)


def complete_attrs(op_def: OpDef, attrs: dict[str, Any], inputs: Sequence[Tensor]) -> None:
    """Fill `attrs` in place: type and number attributes from `inputs`, the rest from defaults."""
    position = 0
    for arg in op_def.spec.inputs:
        if arg.type_list_attr:
            count = len(attrs.get(arg.type_list_attr, inputs[position:]))
            attrs.setdefault(arg.type_list_attr,
                             [t.dtype.base_dtype for t in inputs[position:position + count]])
        else:
            count = 1
            if arg.number_attr:
                count = attrs.setdefault(arg.number_attr, len(inputs) - position)
            if arg.type_attr and position < len(inputs):
                attrs.setdefault(arg.type_attr, inputs[position].dtype.base_dtype)
        position += count
    if position != len(inputs):
        raise ValueError(f"Op '{op_def.name}' takes {position} inputs, but {len(inputs)} were "
                         "given.")
    for attr in op_def.spec.attrs.values():
        if attr.name not in attrs:
            if attr.default is MISSING:
                raise ValueError(f"Op '{op_def.name}' needs a value for attr '{attr.name}'.")
            attrs[attr.name] = attr_default(attr)


def attr_default(attr: Any) -> Any:
    """The default of an attribute, as a value of its own (lists are copied)."""
    if attr.kind == "shape":
        from tftutor.framework.attr_values import ShapeValue

        return ShapeValue(attr.default)
    return list(attr.default) if isinstance(attr.default, list) else attr.default


def output_types(op_def: OpDef, attrs: dict[str, Any]) -> list[dtypes_module.DType]:
    """The dtypes of the outputs of a node with these attributes."""
    types: list[dtypes_module.DType] = []
    for arg in op_def.spec.outputs:
        if arg.type_list_attr is not None:
            types.extend(attrs[arg.type_list_attr])
            continue
        dtype: Any = attrs[arg.type_attr] if arg.type_attr else arg.dtype
        if arg.is_ref:
            dtype = dtype._as_ref
        if arg.number_attr is not None:
            types.extend([dtype] * attrs[arg.number_attr])
        else:
            types.append(dtype)
    return types
