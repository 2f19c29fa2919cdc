"""ColocationGraph: which operations must share a device, and what that device must be.

A union-find over the operations. Its sets are joined along reference and resource edges (who
updates a variable runs where the variable is) and by colocation groups (`_class: loc:@x`); each
root holds what all members ask for and the types of device that have a kernel for each of them.
The rules are those of TensorFlow 1.15's placer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence

from tftutor.framework import dtypes
from tftutor.framework.device import DeviceParts, parse_node_device
from tftutor.framework.op_arguments import group_inputs
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Operation
from tftutor.runtime import placement_errors as texts
from tftutor.runtime.device_kernels import has_kernel
from tftutor.runtime.device_merging import (
    NOTHING,
    DeviceConflict,
    are_compatible,
    matching,
    merge_names,
    specified_by,
    type_order,
)
from tftutor.runtime.devices import Device
from tftutor.runtime.placement import is_resource_generator

# Operations that pass resources on to functions without touching them.
_MAY_STAND_APART = frozenset("""
    FilterDataset FlatMapDataset GeneratorDataset GroupByReducerDataset GroupByWindowDataset
    InterleaveDataset MapAndBatchDataset MapDataset ParallelInterleaveDataset
    ParallelInterleaveDatasetV2 ParallelMapDataset PartitionedCall ReduceDataset ScanDataset
    StatefulPartitionedCall TakeWhileDataset DeleteMultiDeviceIterator""".split())

# Operations whose kernels have priorities: the CPU's comes first, though a GPU has one too.
_CPU_FIRST = frozenset("""
    AnonymousIterator AnonymousIteratorV2 DeleteIterator GeneratorDataset IteratorFromStringHandleV2
    IteratorGetNext IteratorGetNextAsOptional IteratorGetNextSync IteratorToStringHandle IteratorV2
    MakeIterator OptionalFromValue OptionalGetValue OptionalHasValue OptionalNone PrefetchDataset
    """.split())
_PRIORITIES = {"CPU": 2, "GPU": 1}

Types = tuple[tuple[str, int], ...]  # (device type, priority), best first


class Member:
    """An operation in the forest; a root speaks for its whole set.

    Attributes:
      requested: what the members ask for together.
      assigned: the device a member already has.
      resource: the device that a variable or another resource among the members asked for; edges
        never override it.
      types: the device types with a kernel for every member and their priorities, best first.
      possible: the devices left, once computed.
    """

    __slots__ = ("op", "parent", "rank", "requested", "assigned", "resource", "types", "possible",
                 "assigned_index")

    def __init__(self, op: Operation, types: Types) -> None:
        self.op = op
        self.parent: Member = self
        self.rank = 0
        self.requested = NOTHING
        self.assigned = NOTHING
        self.resource = NOTHING
        self.types = types
        self.possible: list[Device] | None = None
        self.assigned_index = -1

    @property
    def type_names(self) -> list[str]:
        """The supported device types without their priorities."""
        return [name for name, _ in self.types]

    def assign(self, device: Device, index: int) -> None:
        """Confine the set to the device that one of its members got."""
        if index != self.assigned_index:
            self.assigned = self.resource = self.requested = device.parts
            self.assigned_index = index
            self.possible = None

    def absorb_names(self, other: Member, soft: bool) -> None:
        """Take over what another set asks for. Raises: DeviceConflict; nothing changed then."""
        assigned = merge_names(self.assigned, other.assigned)
        resource = merge_names(self.resource, other.resource)
        requested = merge_names(self.requested, other.requested, soft)
        self.requested = specified_by(specified_by(requested, assigned), resource)
        self.assigned, self.resource = assigned, resource


@functools.cache
def _touches_resources(definition: OpDef) -> bool:
    """False when no input of an operation type can be a reference or a resource."""
    return any(arg.is_ref or arg.type_attr is not None or arg.type_list_attr is not None
               or arg.dtype == dtypes.resource for arg in definition.spec.inputs)


def resource_edges(op: Operation) -> list[Operation]:
    """The operations whose references or resources an operation takes."""
    if op.type in _MAY_STAND_APART or not _touches_resources(op._op_def):
        return []
    if not any(t.dtype._is_ref_dtype or t.dtype == dtypes.resource for t in op._inputs):
        return []
    return [tensor.op for arg, group in group_inputs(op, op._inputs) for tensor in group
            if arg.is_ref or tensor.dtype == dtypes.resource]


class ColocationGraph:
    """The sets of operations that must share a device.

    Raises: tf.errors.InvalidArgumentError in TensorFlow's words, from the constructor when
    operations that must share a device cannot, from `devices_for` when no device is left.
    """

    def __init__(self, ops: Sequence[Operation], devices: Sequence[Device], soft: bool,
                 assigned: dict[Operation, Device], log: Callable[[str], None] | None) -> None:
        self.ops = ops
        self.devices = list(devices)
        self.soft = soft
        self.assigned = assigned
        self.log = log
        self._kinds = _one_of_each_type(devices)
        self._indices: dict[str, int] = {}
        self.members = {op: self._member(op) for op in ops}
        for op in ops:
            for source in resource_edges(op):
                self._colocate_along_edge(source, op)
        self._colocate_groups()

    # -- members ----------------------------------------------------------------------------

    @property
    def device_types(self) -> list[str]:
        """The types of the devices, best first."""
        return [kind.device_type for kind in self._kinds]

    def supported_types(self, op: Operation) -> list[str]:
        """The device types that have a kernel for one operation, best first."""
        return [name for name, _ in self._types(op)]

    def _types(self, op: Operation) -> Types:
        names = tuple(kind.device_type for kind in self._kinds if has_kernel(op, kind))
        if op.type in _CPU_FIRST:
            return sorted_types((name, _PRIORITIES.get(name, 0)) for name in names)
        return tuple((name, 0) for name in names)

    def _member(self, op: Operation) -> Member:
        member = Member(op, self._types(op))
        device = self.assigned.get(op)
        if device is not None:
            member.assigned = member.requested = device.parts
        elif not member.types:
            raise texts.no_kernel_at_all(op, self.devices)
        elif op._device:
            parts = parse_node_device(op._device)
            if parts is None:
                raise texts.malformed(op)
            member.requested = parts
            if is_resource_generator(op):
                member.resource = parts
        return member

    def root(self, op: Operation) -> Member:
        """The member that speaks for the operation's set."""
        return self._root(self.members[op])

    @staticmethod
    def _root(member: Member) -> Member:
        while member.parent is not member:
            member.parent = member.parent.parent
            member = member.parent
        return member

    def group(self, root: Member) -> list[Operation]:
        """The operations of a root's set, in the order of the graph."""
        return [op for op in self.ops if self.root(op) is root]

    # -- joining ----------------------------------------------------------------------------

    def _colocate_along_edge(self, source: Operation, target: Operation) -> None:
        if source not in self.members:
            return
        from_root, to_root = self.root(source), self.root(target)
        for kind in ("assigned", "resource"):
            ours, theirs = getattr(from_root, kind), getattr(to_root, kind)
            if not are_compatible(ours, theirs):
                raise texts.edge_conflict(source, target, kind, ours, theirs)
        if not are_compatible(from_root.requested, to_root.requested):
            self._say(f"Ignoring device specification {to_root.requested.text()} for node "
                      f"'{target.name}' because the input edge from '{source.name}' is a reference "
                      "connection and already has a device field set to "
                      f"{from_root.requested.text()}")
            to_root.requested = specified_by(
                specified_by(from_root.requested, to_root.assigned), to_root.resource)
        problem = self._join(source, target)
        if problem is not None:
            raise texts.reference_conflict(problem, source, target)

    def _colocate_groups(self) -> None:
        first: dict[str, Operation] = {}
        for op in self.ops:
            for name in _group_names(op):
                root = first.setdefault(name, op)
                problem = None if root is op else self._join(op, root)
                if problem is None:
                    continue
                if not self.soft:
                    raise texts.colocation_conflict(problem, op, root)
                self._say(f"Ignoring request to colocate node '{op.name}' with nodes in colocation "
                          f"group '{name}' because soft placement is on and an attempt at doing so "
                          "resulted in the following error: "
                          f"{texts.raw_colocation_conflict(problem, op)}")

    def _join(self, one: Operation, other: Operation) -> str | None:
        """Join two sets; a text that says what is in the way when they can't share a device."""
        x, y = self.root(one), self.root(other)
        if x is y:
            return None
        new, old = (y, x) if x.rank < y.rank else (x, y)
        nodes = f"{{{{colocation_node {one.name}}}}} and {{{{colocation_node {other.name}}}}}"
        try:
            new.absorb_names(old, self.soft)
        except DeviceConflict as conflict:
            return f"Cannot colocate nodes {nodes}: {conflict}"
        common = common_types(new.types, old.types)
        if not common:
            return (f"Cannot colocate nodes {nodes} because no device type supports both of those "
                    "nodes and the other nodes colocated with them."
                    f"{self.debug_info(x)}{self.debug_info(y)}")
        new.types = common
        old.parent = new
        if x.rank == y.rank:
            new.rank += 1
        return None

    def _say(self, text: str) -> None:
        if self.log is not None:
            self.log(text)

    # -- devices ----------------------------------------------------------------------------

    def assign(self, op: Operation, device: Device) -> None:
        """Record that an operation runs on a device: its whole set does from now on."""
        self.assigned[op] = device
        index = self._indices.setdefault(device.name, len(self._indices) + 1)
        self.root(op).assign(device, index)

    def devices_for(self, op: Operation) -> list[Device]:
        """The devices that an operation may run on, best first."""
        root = self.root(op)
        if root.possible is None:
            root.possible = self._possible(op, root)
        return root.possible

    def _possible(self, op: Operation, root: Member) -> list[Device]:
        found = self._supported(root, root.requested)
        if not found and self.soft and root.requested != NOTHING:
            found = self._soft_candidates(root)
        if not found:
            raise texts.no_device(op, root.requested, self.devices,
                                  functools.partial(self.debug_info, root))
        return found

    def _supported(self, root: Member, name: DeviceParts) -> list[Device]:
        priority = dict(root.types)
        found = [device for device in matching(self.devices, name)
                 if device.device_type in priority]
        return sorted(found, key=lambda device: (-priority[device.device_type],
                                                 -type_order(device.device_type), device.name))

    def _soft_candidates(self, root: Member) -> list[Device]:
        """Devices for what can't be had: first those that leave resources where they asked."""
        found = self._supported(root, _softened(root.requested, root.assigned, root.resource))
        if found:
            return found
        found = self._supported(root, _softened(root.requested, root.assigned, NOTHING))
        if found:
            names = "\n  ".join(device.name for device in found)
            self._say("Failed to place the graph without changing the devices of some resources. "
                      "Some of the operations (that had to be colocated with resource generating "
                      "operations) are not supported on the resources' devices. Current candidate "
                      f"devices are [\n  {names}].\nSee below for details of this colocation group:"
                      f"{self.debug_info(root)}")
        return found

    def debug_info(self, root: Member) -> str:
        """What TensorFlow tells about a colocation group in its errors."""
        members = self.group(root)
        return texts.debug_info(root, members, self.supported_types, self.assigned)


def sorted_types(types: Iterable[tuple[str, int]]) -> Types:
    """Types by priority, then by TensorFlow's preference."""
    return tuple(sorted(types, key=lambda item: (-item[1], -type_order(item[0]), item[0])))


def common_types(one: Types, other: Types) -> Types:
    """The types in both, with the priorities of the one that has any; none if they disagree."""
    if one == other:
        return one
    mine = sorted_types(item for item in one if item[0] in dict(other))
    theirs = sorted_types(item for item in other if item[0] in dict(one))
    if not any(priority for _, priority in theirs):
        return mine
    if not any(priority for _, priority in mine):
        return theirs
    if [name for name, _ in mine] == [name for name, _ in theirs]:
        return mine
    return sorted_types((name, 0) for name, _ in mine)


def _one_of_each_type(devices: Sequence[Device]) -> list[Device]:
    first: dict[str, Device] = {}
    for device in devices:
        first.setdefault(device.device_type, device)
    return sorted(first.values(), key=lambda device: -type_order(device.device_type))


def _softened(name: DeviceParts, *kept: DeviceParts) -> DeviceParts:
    """A name without the type and the number that none of `kept` insists on."""
    return name._replace(**{field: None for field in ("device_type", "device_index")
                            if all(getattr(other, field) is None for other in kept)})


def _group_names(op: Operation) -> list[str]:
    if "_class" not in op._attrs:
        return [op.name]
    return [group.decode()[len("loc:@"):] for group in op.colocation_groups()]
