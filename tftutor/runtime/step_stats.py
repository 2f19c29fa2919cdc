"""StepStats: what a traced step noted, as TensorFlow's own protocol buffer.

For each device there is one DeviceStepStats with the nodes it ran. `_SOURCE`, `_Arg`, `_Retval`,
constants, folded nodes and nodes like Identity are listed, too, with no length: in the step they
take no time. (Inside branches and loops only what ran is listed.) A GPU has two more:
`/device:GPU:0/stream:all` with its kernels and `/device:GPU:0/memcpy` with the copies. TensorFlow
lists no `_Send` and `_Recv`; they are listed here because they show who waits for whom.

Source: TF 1.15, tensorflow/core/framework/step_stats.proto.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.device_emitter import memory_of
from tftutor.runtime.devices import Device
from tftutor.runtime.emitter import ALIASES
from tftutor.runtime.frames import CONTROL_FLOW_TYPES
from tftutor.runtime.memory_trace import Allocation, Lifetimes, Ran
from tftutor.runtime.part_names import PartNames
from tftutor.runtime.plan import Plan
from tftutor.runtime.resources import VariableCell
from tftutor.runtime.traced_source import Seen, seen
from tftutor.runtime.transfers import BY_REFERENCE, Copy, TransferNode

_HOST_ALLOCATOR = "cpu"
_NOTHING: tuple[Allocation, ...] = ()
_WITHOUT_KERNEL = CONTROL_FLOW_TYPES | ALIASES | {"_Send", "_Recv"}
_MEMORIES = {"HtoD": "Pageable to Device", "DtoH": "Device to Pageable",
             "PtoP": "Device to Device"}

# Of each plan, the parts of a node's proto that don't change from run to run.
_templates: weakref.WeakKeyDictionary[Plan, dict[Any, Any]] = weakref.WeakKeyDictionary()


class StepStatsWriter:
    """Writes one TracedStep into an empty StepStats proto."""

    def __init__(self, traced: Any, stats: Any) -> None:
        self.traced = traced
        self.stats = stats
        self._simulated = {
            part.device.short_name: _simulated(part.device) for part in traced.parts
            if part.device is not None and part.device.is_simulated}

    def write(self) -> None:
        """Fill the proto."""
        parts = [_PartWriter(part, self.traced) for part in self.traced.parts]
        for part in parts:
            part.write(self.stats.dev_stats.add(device=part.device_name))
        for part in parts:
            part.write_stream(self.stats)
        self._write_copies()

    def _write_copies(self) -> None:
        edges = {(c.name, c.target.name): c.edge
                 for c in getattr(self.traced.original, "channels", ())}
        tables: dict[str, Any] = {}
        for copy in sorted(self.traced.copies, key=lambda c: c.start):
            if copy.kind == BY_REFERENCE:
                continue
            on = copy.source if copy.kind == "DtoH" else copy.target
            short = on[on.index("/device:"):]
            if short not in tables:
                tables[short] = self.stats.dev_stats.add(device=f"{short}/memcpy")
                if short in self._simulated:
                    tables[short].thread_names[0] = self._simulated[short]
            node = tables[short].node_stats.add()
            edge = edges.get((copy.name, copy.target)) or _inner_edge(copy)
            node.node_name = f"{edge}:MEMCPY{copy.kind}"
            node.timeline_label = (f"MEMCPY{copy.kind} {copy.nbytes} bytes "
                                   f"({_MEMORIES[copy.kind]}) {copy.source} -> {copy.target}")
            _set_times(node, copy.start + self.traced.epoch, 0, copy.end - copy.start)


def _simulated(device: Device) -> str:
    """What the trace says of the thread that acts a GPU."""
    return f"GPU:{device.index} simulated by NumPy"


def _inner_edge(copy: Copy) -> str:
    """`edge_x` for a copy between the two memories that one device's part uses."""
    return f"edge_{copy.name.partition(':')[2].removesuffix(':0').replace(':', '_')}"


class _PartWriter:
    """Writes what one device did."""

    def __init__(self, part: Any, traced: Any) -> None:
        self.part = part
        self.plan: Plan = part.original
        self.device: Device | None = part.device
        self.device_name = self.plan.device_name
        self.epoch = traced.epoch
        self.thread_id = part.thread & 0xFFFFFFFF
        self.templates = _templates.setdefault(self.plan, {})
        if "names" not in self.templates:
            self.templates["names"] = PartNames(self.plan, traced.original)
        self.names: PartNames = self.templates["names"]
        self.ran = list(_entries(part, [c for c in traced.copies if c.thread == part.thread]))
        self.lifetimes = Lifetimes(self.ran, _foreign(part), self._kept(), part.end)
        self._looks = dict(zip((self.plan.names[t] for t in self.plan.feeds), part.given,
                               strict=True))
        self._on_gpu = self.device is not None and not self.device.is_host

    def _kept(self) -> set[str]:
        """The names whose values leave the step; what leaves a GPU is a copy."""
        if self.device is not None and not self.device.is_host:
            return set()
        return {self.plan.names[t] for t in self.plan.fetches if t in self.plan.names}

    @property
    def allocator(self) -> str:
        """The name of the device's allocator."""
        if not self._on_gpu or self.device is None:
            return _HOST_ALLOCATOR
        memory = getattr(self.device.library, "memory", None)
        return memory.name if memory is not None else f"GPU_{self.device.index}_bfc"

    # -- the device's nodes ---------------------------------------------------------------------

    def write(self, table: Any) -> None:
        """Fill the DeviceStepStats with all nodes, in the order in which they began."""
        if self.device is not None and self.device.is_simulated:
            table.thread_names[self.thread_id] = _simulated(self.device)
        add = table.node_stats.add
        self._source(add())
        for tensor in self.names.args:
            self._write_arg(add(), tensor)
        still = deque(sorted(self._still(), key=itemgetter(1)))
        for position, entry in enumerate(self.ran):
            while still and still[0][1] <= entry.start:
                self._write_still(add(), *still.popleft())
            if entry.lines.op is not None:
                self._write_ran(add(), position, entry)
        for op, time in still:
            self._write_still(add(), op, time)
        for name, _, tensor in self.names.retvals:
            self._write_retval(add(), name, tensor)

    def _source(self, node: Any) -> None:
        self._head(node, "_SOURCE", "_SOURCE = NoOp()", self.part.start)
        if self.part.in_use is not None:
            node.memory.add(allocator_name=self.allocator, allocator_bytes_in_use=self.part.in_use)

    def _head(self, node: Any, name: str, label: str, start: int) -> None:
        node.node_name, node.timeline_label = name, label
        node.memory_stats.SetInParent()
        node.thread_id = self.thread_id
        _set_times(node, start + self.epoch, 0, 0)

    def _write_arg(self, node: Any, tensor: Tensor) -> None:
        name = self.names.args[tensor][0]
        self._head(node, name, f"{name} = _Arg()", self.part.start)
        self._fill_output(node, 0, tensor, self._looks[self.plan.names[tensor]], _HOST_ALLOCATOR)

    def _write_retval(self, node: Any, name: str, tensor: Tensor) -> None:
        self._head(node, name, f"{name} = _Retval({self.names.data_input(tensor)})", self.part.end)

    def _still(self) -> Iterator[tuple[Operation, int]]:
        """(operation, time) of what takes no time: from when its inputs were there."""
        found = self.templates.get("still")
        if found is None:
            found = self.templates["still"] = self._without_time()
        if not found:
            return
        ends: dict[Operation, int] = {}
        for entry in self.ran:
            op = entry.lines.op
            if isinstance(op, TransferNode) and op.type == "_Recv":
                op = op.channel.producer
            if op is not None:
                ends[op] = entry.end
            for (name, _), look in zip(entry.lines.values, entry.values, strict=True):
                self._looks[name] = look
        for op, before in found:
            ends[op] = max((ends[b] for b in before if b in ends), default=self.part.start)
            yield op, ends[op]

    def _without_time(self) -> list[tuple[Operation, list[Operation]]]:
        """(operation, what it follows) of what takes no time and isn't in a branch or loop."""
        written = {lines.op for lines in self.part.steps}
        inside: set[Operation] = set()
        found = []
        for op in self.plan.ops:
            before = [*(t.op for t in op._inputs if t not in self.names.args),
                      *op._control_inputs]
            if op.type in CONTROL_FLOW_TYPES or any(
                    b in inside or b.type in CONTROL_FLOW_TYPES for b in before):
                inside.add(op)
            elif op not in written and not isinstance(op, TransferNode):
                found.append((op, before))
        return found

    def _write_still(self, node: Any, op: Operation, time: int) -> None:
        self._head(node, op.name, self.names.label(op), time)
        held = 0
        for slot, tensor in enumerate(op.outputs):
            value = self.plan.constants.get(tensor)
            look = (seen(value) if value is not None
                    else self._looks.get(self.plan.names.get(tensor, "")))
            self._fill_output(node, slot, tensor, look, self._allocator_of(op, slot))
            if look is not None and (op.type == "Const" or isinstance(value, VariableCell)
                                     and not op._inputs):
                held += look[1]
        if held:
            node.memory_stats.persistent_memory_size = held

    # -- a node that ran ------------------------------------------------------------------------

    def _write_ran(self, node: Any, position: int, entry: Ran) -> None:
        number, _, start, began, end, values, in_use = entry
        allocations = self.lifetimes.of.get(position, _NOTHING)
        before = self.ran[position - 1].in_use if position else self.part.in_use
        samples = in_use != before or (in_use is not None and bool(allocations))
        key: tuple[Any, ...]
        if len(values) == len(allocations) == 1:  # most operations; not worth the loops below
            look, made = values[0], allocations[0]
            key = (number, samples, look and look[0], made.slot, made.end is None)
        else:
            key = (number, samples, *[look and look[0] for look in values],
                   *[(a.slot, a.end is None) for a in allocations])
        template = self.templates.get(key)
        if template is None:
            template = self.templates[key] = self._template(entry, allocations, samples)
        prepared, places = template
        node.CopyFrom(prepared)
        node.thread_id = self.thread_id
        epoch = self.epoch
        _set_times(node, start + epoch, began - start, end - start)
        if not places and not samples:
            return
        memory = node.memory
        if samples:
            memory[0].allocator_bytes_in_use = in_use
        for (used, taken, given), made in zip(places, allocations, strict=True):
            records = memory[used].allocation_records
            records[taken].alloc_micros = (made.start + epoch) // 1000
            if made.end is not None:
                records[given].alloc_micros = (made.end + epoch) // 1000

    def _template(self, entry: Ran, allocations: Sequence[Allocation], samples: bool
                  ) -> tuple[Any, list[tuple[int, int, int]]]:
        """A node without times, and where they go: (allocator, record taken, record given)."""
        from tensorboard.compat.proto.step_stats_pb2 import NodeExecStats

        op = entry.lines.op
        assert op is not None  # only lines of operations get a node
        node = NodeExecStats(node_name=op.name, timeline_label=self.names.label(op))
        node.memory_stats.SetInParent()
        for (_, slot), look in zip(entry.lines.values, entry.values, strict=True):
            if slot >= 0:
                self._fill_output(node, slot, op.outputs[slot], look,
                                  self._allocator_of(op, slot))
        allocators = [self.allocator] if samples else []
        allocators += [self._allocator_of(op, a.slot) for a in allocations]
        names = list(dict.fromkeys(allocators))
        for name in names:
            node.memory.add(allocator_name=name)
        return node, [self._write_allocation(node, names, op, a) for a in allocations]

    def _write_allocation(self, node: Any, names: list[str], op: Operation, allocation: Allocation
                          ) -> tuple[int, int, int]:
        used = names.index(self._allocator_of(op, allocation.slot))
        memory, nbytes = node.memory[used], allocation.nbytes
        memory.total_bytes = memory.peak_bytes = memory.live_bytes = memory.total_bytes + nbytes
        records = memory.allocation_records
        taken = len(records)
        records.add(alloc_bytes=nbytes)
        if allocation.end is not None:
            records.add(alloc_bytes=-nbytes)
        return used, taken, taken + 1

    def _allocator_of(self, op: Any, slot: int) -> str:
        if not self._on_gpu:
            return _HOST_ALLOCATOR
        found: str | None = self.templates.get((op, slot))
        if found is None:
            if slot < 0:
                on_host = slot == -2
            elif isinstance(op, TransferNode):
                on_host = op.channel.into_host_memory
            else:
                on_host = memory_of(op).host_outputs[slot]
            found = self.templates[op, slot] = _HOST_ALLOCATOR if on_host else self.allocator
        return found

    def _fill_output(self, node: Any, slot: int, tensor: Tensor, look: Seen | None,
                     allocator: str) -> None:
        if look is None:
            return
        description = node.output.add(slot=slot).tensor_description
        description.dtype = tensor.dtype.base_dtype.as_datatype_enum
        description.shape.SetInParent()
        for size in look[0]:
            description.shape.dim.add(size=size)
        description.allocation_description.requested_bytes = look[1]
        description.allocation_description.allocator_name = allocator

    # -- the device's kernels -------------------------------------------------------------------

    def write_stream(self, stats: Any) -> None:
        """Fill `/device:GPU:0/stream:all`."""
        if not self._on_gpu or self.device is None:
            return
        table = stats.dev_stats.add(device=f"{self.device.short_name}/stream:all")
        if self.device.is_simulated:
            table.thread_names[0] = _simulated(self.device)
        names: dict[Operation, str] | None = self.templates.get("launches")
        if names is None:
            names = self.templates["launches"] = {
                op: f"{op.name}:{op.type}" for op in (lines.op for lines in self.part.steps)
                if op is not None and op.type not in _WITHOUT_KERNEL
                and not memory_of(op).is_all_host}
        add = table.node_stats.add
        for _, lines, _, began, end, _, _ in self.ran:
            if lines.op is not None and lines.op in names:
                node = add()
                node.node_name = names[lines.op]
                start = (began + self.epoch) // 1000
                node.all_start_micros = start
                # As TensorFlow's device tracer has it: no shorter than a microsecond.
                node.op_end_rel_micros = node.all_end_rel_micros = max(
                    (end + self.epoch) // 1000 - start, 1)


def _entries(part: Any, copies: list[Copy]) -> Iterator[Ran]:
    """What was logged; an operation began when the last copy of its inputs had arrived.

    A `_Recv` has waited until its copy begins.
    """
    copies = sorted(copies, key=lambda copy: copy.start)
    following = 0
    for index, start, end, values, in_use in part.log:
        lines = part.steps[index]
        began = start
        while following < len(copies) and copies[following].end <= end:
            copy = copies[following]
            following += 1
            if copy.start >= start:
                began = copy.start if isinstance(lines.op, TransferNode) else copy.end
        if lines.op is None:
            start = began = end = copies[following - 1].end if following else part.start
        yield Ran(index, lines, start, began, end, values, in_use)


def _foreign(part: Any) -> Iterator[int]:
    """The numbers of the buffers that were there before the step."""
    for look in part.given:
        if look is not None:
            yield look[2]
    for value in part.plan.namespace.values():
        if isinstance(value, VariableCell):
            value = value.value if value.is_initialized else None
        look = seen(value)
        if look is not None:
            yield look[2]


def _set_times(node: Any, start: int, began: int, end: int) -> None:
    """Set the times of a node: absolute nanoseconds, and two relative to them.

    Microseconds are differences of whole ones, as in TensorFlow.
    """
    micros = start // 1000
    node.all_start_micros = node.scheduled_micros = micros
    node.all_start_nanos = node.scheduled_nanos = start
    if began:  # else both are 0 already
        node.op_start_rel_micros = (start + began) // 1000 - micros
        node.op_start_rel_nanos = began
    node.op_end_rel_micros = node.all_end_rel_micros = (start + end) // 1000 - micros
    node.op_end_rel_nanos = node.all_end_rel_nanos = end
