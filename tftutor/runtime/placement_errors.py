"""The placer's errors, in TensorFlow 1.15's words.

A node's tag `{{node x}}` is written out as TensorFlow's session does: with the file and line where
the user made it, and for a colocation with the `tf.device` blocks around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tftutor import errors
from tftutor.framework.device import DeviceParts, parse_node_device
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.attr_text import attrs_text, type_list
from tftutor.runtime.device_merging import NOTHING, matching
from tftutor.runtime.devices import Device
from tftutor.runtime.kernel_listing import registered_kernels

if TYPE_CHECKING:
    from tftutor.runtime.colocation import Member


def _error(text: str, op: Operation | None = None) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None if op is None else op.node_def, op, text)


def node_text(op: Operation) -> str:
    """`node x (defined at model.py:12) `."""
    if not op._frames:
        return f"node {op.name}"
    code, line = op._frames[0]
    return f"node {op.name} (defined at {code.co_filename}:{line}) "


def malformed(op: Operation) -> Exception:
    """A device function may answer any string; only the runtime finds that it means nothing."""
    attrs = ", ".join(filter(None, [attrs_text(op._attrs), f'_device="{op._device}"']))
    inputs = ", ".join([_input_name(tensor) for tensor in op._inputs]
                       + [f"^{control.name}" for control in op._control_inputs])
    return _error(f"Malformed device specification '{op._device}' in node: {{name:'{op.name}' "
                  f"id:{op._id + 1} op device:{{}} def:{{{node_text(op)} = {op.type}[{attrs}]"
                  f"({inputs})}}}}\n\t [[{op.name}]]")


def _input_name(tensor: Tensor) -> str:
    return tensor.op.name if tensor.value_index == 0 else tensor.name


# -- one operation ----------------------------------------------------------------------------


def no_device(op: Operation, wanted: DeviceParts, devices: Sequence[Device],
              debug_info: Callable[[], str]) -> Exception:
    """No device of this process is left for an operation; `wanted` is what its group asks for."""
    start = f"Cannot assign a device for operation {op.name}: "
    if wanted == NOTHING:
        inputs = type_list([tensor.dtype for tensor in op._inputs])
        return _at_node(f"{start}Node had no OpKernel registered to support this operation: "
                        f"Operation was {op.type} and inputs were [{inputs}].\n{debug_info()}", op)
    if parse_node_device(op._device) != wanted:
        names = ", ".join(device.name for device in devices)
        return _at_colocated_node(
            f"{start}Could not satisfy explicit device specification '{op._device}' because the "
            f"node {colocated_text(op)} was colocated with a group of nodes that required "
            f"incompatible device '{wanted.text()}'. All available devices [{names}]. "
            f"{debug_info()}", [op], op)
    if not matching(devices, wanted):
        return _not_available(start, op, wanted, devices)
    return _at_node(start + _no_kernel(op, wanted, debug_info()), op)


def _not_available(start: str, op: Operation, wanted: DeviceParts, devices: Sequence[Device]
                   ) -> Exception:
    names = ", ".join(sorted(device.name for device in devices))
    text = (f"{start}{node_text(op)} was explicitly assigned to {op._device} but available devices "
            f"are [ {names} ]. Make sure the device specification refers to a valid device.")
    cuda = any(device.device_type == "GPU" for device in devices)
    if not cuda and (wanted.device_type or "").lower() == "gpu":
        text += " The requested device appears to be a GPU, but CUDA is not enabled."
    return _error(f"{text}\n\t [[{op.name}]]")


def _no_kernel(op: Operation, wanted: DeviceParts, debug_info: str) -> str:
    text = f"Could not satisfy explicit device specification '{op._device}'"
    if wanted.device_type is None:
        return text + debug_info
    return (f"{text} because no supported kernel for {wanted.device_type} devices is available."
            f"{debug_info}\nOp: {op.type}\nNode attrs: {attrs_text(op._attrs)}\n"
            f"Registered kernels:\n{registered_kernels(op.type)}")


def no_kernel_at_all(op: Operation, devices: Sequence[Device]) -> Exception:
    """No device type of this process has a kernel for an operation."""
    types = ", ".join(sorted({device.device_type for device in devices}))
    return _error(f"No OpKernel was registered to support Op '{op.type}' used by {node_text(op)}"
                  f"with these attrs: [{attrs_text(op._attrs)}]\nRegistered devices: [{types}]\n"
                  f"Registered kernels:\n{registered_kernels(op.type)}\n\t [[{op.name}]]")


def _at_node(text: str, op: Operation) -> Exception:
    return _error(f"{text}\n\t [[{node_text(op)}]]", op)


# -- operations that must share a device --------------------------------------------------------


def edge_conflict(source: Operation, target: Operation, kind: str, ours: DeviceParts,
                  theirs: DeviceParts) -> Exception:
    """A reference or resource edge between groups whose devices contradict each other."""
    return _error("Cannot place the graph because a reference or resource edge connects colocation "
                  f"groups with incompatible {kind} devices: {ours.text()} vs {theirs.text()}. The "
                  f"edge src node is {source.name} , and the dst node is {target.name}")


def reference_conflict(problem: str, source: Operation, target: Operation) -> Exception:
    """Two nodes at a reference edge that can't share a device."""
    text = ("Nodes were connected by a reference connection (requiring them to be on the same "
            "device), but the two nodes were assigned two different devices: "
            f"{_written_out(problem, (source, target))}")
    return _at_colocated_node(text, [source, target], target)


def colocation_conflict(problem: str, op: Operation, root: Operation) -> Exception:
    """Two nodes of a colocation group that can't share a device."""
    return _at_colocated_node(_written_out(problem, (op, root)), [op, root], op)


def raw_colocation_conflict(problem: str, op: Operation) -> str:
    """The same as a status that is only logged: tags stay tags."""
    return f"Invalid argument: {problem}\n\t [[{{{{node {op.name}}}}}]]"


def _at_colocated_node(text: str, tagged: Sequence[Operation], op: Operation) -> Exception:
    summaries = "\n".join(f"{_colocation_summary(each)}\n{_device_summary(each)}"
                          for each in tagged)
    return _error(f"{text}\n\t [[{node_text(op)}]]Additional information about colocations:"
                  f"{summaries}", op)


def _written_out(problem: str, ops: Sequence[Operation]) -> str:
    for op in ops:
        problem = problem.replace(f"{{{{colocation_node {op.name}}}}}", colocated_text(op))
    return problem


def colocated_text(op: Operation) -> str:
    """A node with the `tf.device` blocks around it."""
    return f"{node_text(op)}placed on device {_device_summary(op)} "


def _device_summary(op: Operation) -> str:
    scopes = getattr(op, "_device_scopes", ())
    if not scopes:
        return f"No device assignments were active during op '{op.name}' creation."
    return "\n".join([f"Device assignments active during op '{op.name}' creation:",
                      *(f"  {scope.text()}" for scope in reversed(scopes))])


def _colocation_summary(op: Operation) -> str:
    groups = [group.decode().removeprefix("loc:@") for group in op.colocation_groups()]
    groups = [group for group in groups if group != op.name]
    if not groups:
        return f"No node-device colocations were active during op '{op.name}' creation."
    return "\n".join([f"Node-device colocations active during op '{op.name}' creation:",
                      *(f"  with tf.colocate_with({group})" for group in groups)])


# -- a group ------------------------------------------------------------------------------------


def debug_info(root: Member, members: Sequence[Operation],
               supported_types: Callable[[Operation], Sequence[str]],
               assigned: Mapping[Operation, Device]) -> str:
    """A colocation group: what its root demands, which devices its types have, who is in it."""
    kinds: dict[str, str] = {}
    for op in members:
        kinds[op.type] = "".join(f"{kind} " for kind in supported_types(op))
    lines = ["", "Colocation Debug Info:",
             "Colocation group had the following types and supported devices: ",
             f"Root {_member_text(root)}",
             *(f"{kind}: {devices}" for kind, devices in kinds.items()), "",
             "Colocation members, user-requested devices, and framework assigned devices, if any:"]
    for op in members:
        device = assigned.get(op)
        given = "" if device is None else f" framework assigned device={device.name}"
        lines.append(f"  {op.name} ({op.type}) {op._device}{given}")
    return "\n".join(lines) + "\n"


def _member_text(member: Member) -> str:
    possible = ", ".join(device.name for device in member.possible or ())
    return (f"Member(assigned_device_name_index_={member.assigned_index} "
            f"requested_device_name_='{member.requested.text()}' "
            f"assigned_device_name_='{member.assigned.text()}' "
            f"resource_device_name_='{member.resource.text()}' "
            f"supported_device_types_=[{', '.join(member.type_names)}] "
            f"possible_devices_=[{possible}]")
