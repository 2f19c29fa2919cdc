"""Calling an OpDef: converting inputs, inferring attributes, checking dtypes, adding the node.

This is where `tf.add(int_tensor, float_tensor)` is refused. The order of steps and the texts are
TensorFlow's, since node names (`mul/y`) and error messages depend on them.
"""

from __future__ import annotations

import collections
from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.attr_check import check_attr
from tftutor.framework.conversion import convert, convert_n
from tftutor.framework.default_graph import get_default_graph, graph_as_default
from tftutor.framework.graph_elements import graph_of_inputs
from tftutor.framework.node_builder import add_named_node, add_node, output_types
from tftutor.framework.op_def import OpDef
from tftutor.framework.op_spec import MISSING, ArgSpec, AttrSpec
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.signature import Signature, signature_of

_result_types: dict[str, Any] = {}


def apply_op(op_def: OpDef, args: tuple[Any, ...], kwargs: dict[str, Any],
             name: str | None = None) -> Any:
    """Add a node of type `op_def` and return its outputs (or the Operation when it has none)."""
    values = _arguments(op_def, args, kwargs)
    signature = signature_of(op_def)
    default = get_default_graph()
    # A cond or loop context adds nodes of its own in the scope of the new one: the long way.
    if signature.is_simple and default._control_flow_context is None:
        attrs = signature.bind(values, kwargs)
        if attrs is not None and all(value.op.graph is default for value in values):
            op = _build_simple(default, op_def, signature, values, attrs, name)
            return op.outputs[0] if signature.sole_output else _results(op, op_def)
    flat: list[Any] = []
    for value in values:
        if isinstance(value, list | tuple):
            flat.extend(value)
        else:
            flat.append(value)
    graph = default if default.building_function else graph_of_inputs(flat) or default
    if name is None:
        name = op_def.name
    if graph is not default:
        with graph_as_default(graph):
            return _results(_build(graph, op_def, values, kwargs, name), op_def)
    return _results(_build(graph, op_def, values, kwargs, name), op_def)


OpDef.apply = staticmethod(apply_op)


def _arguments(op_def: OpDef, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """The input values in the order of the definition; what is left in kwargs are attributes."""
    inputs = op_def.spec.inputs
    if len(args) > len(inputs):
        raise TypeError(f"Op '{op_def.name}' takes {len(inputs)} inputs, but {len(args)} were "
                        "given")
    values = list(args)
    for arg in inputs[len(args):]:
        if arg.name not in kwargs:
            raise TypeError(f"No argument for input {arg.name}")
        values.append(kwargs.pop(arg.name))
    return values


def _build_simple(graph: Any, op_def: OpDef, signature: Signature, inputs: list[Tensor],
                  attrs: dict[str, Any], name: str | None) -> Operation:
    """Add a node whose inputs and attributes need no conversion."""
    if graph._finalized:
        graph._check_not_finalized()
    scope = graph._enter_name(op_def.name if name is None else name)
    types = signature.output_types(attrs)
    if not scope:
        return add_node(graph, op_def, "/", inputs, types, attrs)
    return add_named_node(graph, op_def, scope, inputs, types, attrs)


def _build(graph: Any, op_def: OpDef, values: list[Any], kwargs: dict[str, Any],
           name: str) -> Operation:
    old_stack = graph._name_stack
    scope = graph._enter_name(name)
    graph._name_stack = scope
    try:
        binder = _InputBinder(op_def, kwargs)
        for arg, value in zip(op_def.spec.inputs, values, strict=True):
            binder.bind(arg, value)
        attrs = binder.attrs
        for attr in op_def.spec.attrs.values():
            if attr.name not in attrs:
                attrs[attr.name] = check_attr(op_def.name, attr, kwargs.pop(attr.name, None))
            elif attr.name in kwargs:
                raise TypeError(f"Should not specify value for inferred attr '{attr.name}'.")
        if kwargs:
            raise TypeError("apply_op() got unexpected keyword arguments: "
                            + ", ".join(sorted(kwargs)))
        types = output_types(op_def, attrs)
        ref_inputs = binder.ref_inputs
        if ref_inputs:
            return _with_colocation(graph, ref_inputs, op_def, scope, binder.inputs, types, attrs)
        return add_node(graph, op_def, scope + "/", binder.inputs, types, attrs)
    finally:
        graph._name_stack = old_stack


def _with_colocation(graph: Any, ref_inputs: list[Tensor], op_def: OpDef, scope: str,
                     inputs: list[Tensor], types: Any, attrs: dict[str, Any]) -> Operation:
    """Add a node that must live where its Ref inputs live."""
    if not ref_inputs:
        return add_node(graph, op_def, scope + "/", inputs, types, attrs)
    with graph.colocate_with(ref_inputs[0].op):
        return _with_colocation(graph, ref_inputs[1:], op_def, scope, inputs, types, attrs)


def _results(op: Operation, op_def: OpDef) -> Any:
    """Shape the outputs as TF's generated functions do: tensor, list, named tuple or operation."""
    specs = op_def.spec.outputs
    if not specs:
        return op
    outputs = op.outputs
    if len(specs) == 1 and specs[0].number_attr is None and specs[0].type_list_attr is None:
        return outputs[0]
    parts: list[Any] = []
    position = 0
    for arg in specs:
        if arg.number_attr is not None or arg.type_list_attr is not None:
            count = (op._attrs[arg.number_attr] if arg.number_attr is not None
                     else len(op._attrs[arg.type_list_attr]))  # type: ignore[index]
            parts.append(outputs[position:position + count])
            position += count
        else:
            parts.append(outputs[position])
            position += 1
    if len(parts) == 1:
        return op if not parts[0] and op_def.is_stateful else parts[0]
    result_type = _result_types.get(op_def.name)
    if result_type is None:
        result_type = _result_types[op_def.name] = collections.namedtuple(
            op_def.name, [arg.name for arg in specs], rename=True)
    return result_type(*parts)


class _InputBinder:
    """Binds values to an op's inputs one by one, inferring type and number attributes."""

    def __init__(self, op_def: OpDef, given: dict[str, Any]) -> None:
        self.op_def = op_def
        self.given = given
        self.attrs: dict[str, Any] = {}
        self.inferred_from: dict[str, str] = {}
        self.inputs: list[Tensor] = []
        self.ref_inputs: list[Tensor] = []

    def bind(self, arg: ArgSpec, value: Any) -> None:
        """Convert `value` for the input `arg` and infer what follows from it."""
        if arg.number_attr is not None or arg.type_list_attr is not None:
            tensors = self._convert_list(arg, value)
            self._infer_number(arg, tensors)
        else:
            tensors = [self._convert_one(arg, value)]
        self._infer_types(arg, tensors)
        if arg.is_ref:
            if not all(t.dtype._is_ref_dtype for t in tensors):
                raise TypeError(f"'{self.op_def.name}' Op requires that input '{arg.name}' be a "
                                "mutable tensor (e.g.: a tf.Variable)")
            self.ref_inputs.extend(tensors)
        self.inputs.extend(tensors)

    def _wanted(self, arg: ArgSpec) -> tuple[Any, Any]:
        """(dtype demanded, dtype preferred) for an input."""
        if arg.dtype is not None:
            return arg.dtype, None
        if arg.type_attr in self.attrs:
            return self.attrs[arg.type_attr], None
        if arg.type_attr is not None:
            default = self.op_def.spec.attrs[arg.type_attr].default
            if default is not MISSING:
                return None, default
        return None, None

    def _convert_one(self, arg: ArgSpec, value: Any) -> Tensor:
        dtype, preferred = self._wanted(arg)
        try:
            return convert(value, dtype, arg.name, arg.is_ref, preferred)
        except TypeError as error:
            if dtype is None:
                raise
            raise TypeError(f"Expected {dtype.name} passed to parameter '{arg.name}' of op "
                            f"'{self.op_def.name}', got {value!r} of type "
                            f"'{type(value).__name__}' instead. Error: {error}") from None
        except ValueError:
            raise self._mismatch(arg, value) from None

    def _mismatch(self, arg: ArgSpec, value: Any) -> Exception:
        try:
            observed = convert(value, as_ref=arg.is_ref).dtype.name
        except ValueError as error:
            return ValueError(f"Tried to convert '{arg.name}' to a tensor and failed. Error: "
                              f"{error}")
        prefix = (f"Input '{arg.name}' of '{self.op_def.name}' Op has type {observed} that does "
                  "not match")
        if arg.dtype is not None:
            return TypeError(f"{prefix} expected type of {arg.dtype.name}.")
        attr = str(arg.type_attr)
        source = self.inferred_from.get(attr, "Default in OpDef")
        wanted = self.attrs.get(attr, self.op_def.spec.attrs[attr].default)
        return TypeError(f"{prefix} type {wanted.name} of argument '{source}'.")

    def _convert_list(self, arg: ArgSpec, value: Any) -> list[Tensor]:
        if not isinstance(value, list | tuple):
            raise TypeError(f"Expected list for '{arg.name}' argument to '{self.op_def.name}' Op, "
                            f"not {value}.")
        dtype, preferred = (None, None) if arg.type_list_attr else self._wanted(arg)
        if dtype is None and arg.number_attr is not None:
            dtype = next((t.dtype for t in value if isinstance(t, Tensor)), None)
            if dtype is not None:
                preferred = None
                dtype = dtype if arg.is_ref else dtype.base_dtype
        try:
            tensors = convert_n(value, dtype, arg.name, arg.is_ref, preferred)
            if arg.number_attr is not None and len({t.dtype.base_dtype for t in tensors}) > 1:
                raise TypeError("All types should match.")
            return tensors
        except (TypeError, ValueError):
            raise self._list_mismatch(arg, value, dtype) from None

    def _list_mismatch(self, arg: ArgSpec, values: Any, dtype: Any) -> TypeError:
        observed = []
        for value in values:
            try:
                observed.append(convert(value, as_ref=arg.is_ref).dtype.base_dtype.name)
            except (TypeError, ValueError):
                observed.append("<NOT CONVERTIBLE TO TENSOR>")
        prefix = (f"Tensors in list passed to '{arg.name}' of '{self.op_def.name}' Op have types "
                  f"[{', '.join(observed)}]")
        if arg.number_attr is None:
            return TypeError(f"{prefix} that are invalid. Tensors: {values}")
        if arg.dtype is not None:
            return TypeError(f"{prefix} that do not match expected type {dtype.name}.")
        if arg.type_attr in self.attrs:
            return TypeError(f"{prefix} that do not match type {dtype.name} inferred from earlier "
                             "arguments.")
        return TypeError(f"{prefix} that don't all match.")

    def _infer_number(self, arg: ArgSpec, tensors: list[Tensor]) -> None:
        attr = arg.number_attr
        if attr is None:
            return
        if attr in self.attrs:
            if len(tensors) != self.attrs[attr]:
                raise ValueError(f"List argument '{arg.name}' to '{self.op_def.name}' Op with "
                                 f"length {len(tensors)} must match length {self.attrs[attr]} of "
                                 f"argument '{self.inferred_from[attr]}'.")
            return
        minimum = self.op_def.spec.attrs[attr].minimum
        if minimum is not None and len(tensors) < minimum:
            raise ValueError(f"List argument '{arg.name}' to '{self.op_def.name}' Op with length "
                             f"{len(tensors)} shorter than minimum length {minimum}.")
        self.attrs[attr] = len(tensors)
        self.inferred_from[attr] = arg.name

    def _infer_types(self, arg: ArgSpec, tensors: list[Tensor]) -> None:
        if arg.type_attr is not None:
            if arg.type_attr in self.attrs:
                self._check_same_type(arg, tensors)
                return
            if not tensors:
                raise TypeError("Don't know how to infer type variable from empty input list "
                                f"passed to input '{arg.name}' of '{self.op_def.name}' Op.")
            value: Any = tensors[0].dtype.base_dtype
            _check_allowed(self.op_def.spec.attrs[arg.type_attr], value, arg.name)
            self.attrs[arg.type_attr] = value
            self.inferred_from[arg.type_attr] = arg.name
        elif arg.type_list_attr is not None:
            types = [t.dtype.base_dtype for t in tensors]
            if arg.type_list_attr in self.attrs:
                if self.attrs[arg.type_list_attr] != types:
                    raise TypeError(
                        f"Input '{arg.name}' of '{self.op_def.name}' Op has type list of "
                        f"{', '.join(t.name for t in types)} that does not match type list "
                        f"{', '.join(t.name for t in self.attrs[arg.type_list_attr])} of argument "
                        f"'{self.inferred_from[arg.type_list_attr]}'.")
                return
            for dtype in types:
                _check_allowed(self.op_def.spec.attrs[arg.type_list_attr], dtype, arg.name)
            self.attrs[arg.type_list_attr] = types
            self.inferred_from[arg.type_list_attr] = arg.name

    def _check_same_type(self, arg: ArgSpec, tensors: list[Tensor]) -> None:
        wanted = self.attrs[str(arg.type_attr)]
        for tensor in tensors:
            if tensor.dtype.base_dtype is not wanted:
                raise TypeError(
                    f"Input '{arg.name}' of '{self.op_def.name}' Op has type "
                    f"{tensor.dtype.base_dtype.name} that does not match type {wanted.name} of "
                    f"argument '{self.inferred_from[str(arg.type_attr)]}'.")


def _check_allowed(attr: AttrSpec, dtype: dtypes.DType, parameter: str) -> None:
    if attr.allowed is not None and dtype not in attr.allowed:
        raise TypeError(f"Value passed to parameter '{parameter}' has DataType {dtype.name} not in "
                        f"list of allowed values: {', '.join(d.name for d in attr.allowed)}")
