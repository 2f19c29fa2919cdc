"""DeviceEmitter: writes the partition of a device that has a memory of its own.

On a GPU, too, some values lie in host memory: shapes, axes, all int32 arithmetic. TensorFlow's
kernels say which of their arguments and results do (`runtime/kernel_registry.py`). Where a value
lies in the one memory and a kernel wants it in the other, a counted copy is written.

    v7 = k3(f0, step)        # CopyIn: the feed, in the GPU's memory
    v8 = k4(v7, v6)          # a kernel of the GPU's array library
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tftutor.framework.op_arguments import group_inputs, takes_list
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.binding import BoundKernel, NodeBinder
from tftutor.runtime.control_flow import StructuredEmitter
from tftutor.runtime.devices import Device
from tftutor.runtime.emitter import ALIASES, Emitter
from tftutor.runtime.kernel_registry import is_array, memory_of
from tftutor.runtime.resources import ResourceManager
from tftutor.runtime.transfers import Channel, CopyIn, CopyOut, TransferNode


class DeviceBinder(NodeBinder):
    """Binds the nodes of one GPU: kernels of its library, or the host's for values of the host."""

    def __init__(self, resources: ResourceManager, feeds: Sequence[Tensor], device: Device) -> None:
        super().__init__(resources, feeds, device.library)
        self.host = NodeBinder(resources, feeds)
        self._on_device = getattr(device.library, "on_device", None)  # a simulated GPU's accounts

    def bind(self, op: Operation, may_overwrite: bool = False, user: Operation | None = None
             ) -> BoundKernel:
        """The kernel of a node."""
        memory = memory_of(op)
        if memory.is_all_host and not _touches_state(op):
            return self.host.bind(op, may_overwrite, user)
        bound = super().bind(op)
        if self._on_device is None:
            return bound
        return bound._replace(function=self._on_device(op, memory, bound.function))


def _touches_state(op: Operation) -> bool:
    """True when a kernel with nothing but host arguments makes or changes a value on the device."""
    return any(t.dtype.base_dtype.name == "resource" or t.dtype._is_ref_dtype for t in op._inputs)


class DeviceMemory(Emitter):
    """The part of an emitter that knows two memories; to be mixed with one that orders steps."""

    may_write_in_place = False
    device: Device
    host: Device

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.folding_binder = self.binder.host  # type: ignore[attr-defined]
        self._on_host: dict[Tensor, bool] = {}  # where a value lies, if it is known when it runs
        self._copies: dict[Tensor, str] = {}  # a name of it in the other memory
        self._constants_here: dict[Tensor, str] = {}
        self._copiers: dict[tuple[Tensor, bool], str] = {}
        self._user: Operation | None = None

    # -- where a value lies -------------------------------------------------------------------

    def lies_on_host(self, tensor: Tensor) -> bool:
        """True when the value that `raw` names lies in host memory."""
        if tensor in self._fed() or (tensor in self.constants and not tensor.dtype._is_ref_dtype):
            return True
        known = self._on_host.get(tensor)
        if known is not None:
            return known
        return memory_of(tensor.op).host_outputs[tensor.value_index]

    def text_in(self, tensor: Tensor, on_host: bool) -> str:
        """Source text for a value in the wanted memory."""
        text = self.read(tensor)
        if not is_array(tensor.dtype) or self.lies_on_host(tensor) == on_host:
            return text
        if tensor in self.constants and not tensor.dtype._is_ref_dtype:
            return self._constant_here(tensor)
        if tensor in self._copies:
            return self._copies[tensor]
        self.uses_step = True
        copy = f"{self._copier(tensor, on_host)}({text}, step)"
        if not self._at_top_level() or tensor.dtype._is_ref_dtype:
            return copy
        name = self._copies[tensor] = f"{text}_h" if on_host else f"{text}_d"
        self.write(f"{name} = {copy}", self._user)
        return name

    def _at_top_level(self) -> bool:
        return self.indent == 1

    def _constant_here(self, tensor: Tensor) -> str:
        name = self._constants_here.get(tensor)
        if name is None:
            value = self.device.library.from_host(self.constants[tensor], tensor.op.name)
            name = self._constants_here[tensor] = self.global_name("c", value)
        return name

    def _copier(self, tensor: Tensor, on_host: bool) -> str:
        key = (tensor, on_host)
        if key not in self._copiers:
            copier: Any = (CopyOut(tensor, self.device, self.host) if on_host
                           else CopyIn(tensor, self.host, self.device))
            self._copiers[key] = self.global_name("k", copier)
        return self._copiers[key]

    # -- operations ---------------------------------------------------------------------------

    def emit_op(self, op: Operation) -> None:
        """Write one operation; what it reads anew has no copy yet."""
        self._user = op
        late = self.read_anew_by(op)
        copies = {t: self._copies.pop(t) for t in late if t in self._copies}
        places = {t: self._on_host[t] for t in late if t in self._on_host}
        for tensor in late:
            received = self.late_values.get(op, {}).get(tensor)
            if received is not None:
                self._on_host[tensor] = self._on_host[received]
        super().emit_op(op)
        for tensor in late:
            self._copies.pop(tensor, None)
            self._on_host.pop(tensor, None)
        self._copies.update(copies)
        self._on_host.update(places)

    def emit_transfer(self, node: TransferNode) -> None:
        """Write one end of an edge; a value that arrives in host memory may be wanted here."""
        tensor = node.channel.tensor
        if node.type == "_Recv" and tensor is not None:
            self._on_host[tensor] = node.channel.into_host_memory
        super().emit_transfer(node)

    def sent_text(self, channel: Channel) -> str:
        """A constant lies in host memory, where its receiver may not expect it."""
        return self.text_in(channel.sent, channel.from_host_memory)  # type: ignore[arg-type]

    def returned(self, tensor: Tensor) -> str:
        """Source text for a value as it leaves the step: in host memory."""
        return self.text_in(tensor, True)

    def pass_on(self, source: Tensor, target: Tensor) -> None:
        """Let `target` name the value of `source`, in the memory that the kernel would give."""
        if target in self.names:
            return
        if source in self.constants and not source.dtype._is_ref_dtype:
            self.constants[target] = self.constants[source]
            return
        if source.dtype._is_ref_dtype and target.dtype._is_ref_dtype:
            super().pass_on(source, target)
            return
        on_host = memory_of(target.op).host_outputs[target.value_index]
        text = self.text_in(source, on_host)
        if not text.isidentifier():
            name = self.new_name(target)
            self.write(f"{name} = {text}", target.op)
        else:
            self.names[target] = text
        self._on_host[target] = on_host
        if not is_array(target.dtype):
            return
        if source in self._copies and self._copies[source] != text:
            self._copies[target] = self._copies[source]

    def _operands(self, op: Operation, shape: Any = None) -> list[str]:
        return [self.text_in(tensor, on_host) for tensor, on_host
                in zip(op._inputs, memory_of(op).host_inputs, strict=True)]

    def _emit_step(self, op: Operation) -> None:
        # What a simulated GPU computes is accounted for in the kernel: no inline arithmetic there.
        inline = op._op_def.inline_code
        if op.type in ALIASES:
            text = self._input_texts(op)[0]
            self.write(self._result_text(op, text) + self._releases(op), op)
        elif inline is None or hasattr(self.device.library, "on_device"):
            self.write(self._result_text(op, self._call(op, self._input_texts(op)))
                       + self._releases(op), op)
        else:
            super()._emit_step(op)

    def _input_texts(self, op: Operation) -> list[str]:
        on_host = iter(memory_of(op).host_inputs)
        texts: list[str] = []
        for arg, group in group_inputs(op, op._inputs):
            parts = [self.raw(t) if arg.is_ref else self.text_in(t, where)
                     for t, where in zip(group, on_host, strict=False)]
            texts.append(f"[{', '.join(parts)}]" if takes_list(arg) else parts[0])
        return texts

    def _releases_of(self, user: Any, tensors: Sequence[Tensor]) -> str:
        text = super()._releases_of(user, tensors)
        if not self._at_top_level():
            return text
        copies = [self._copies.pop(t) for t in dict.fromkeys(tensors)
                  if t in self._copies and self._last_use.get(t) is user
                  and self._has_no_other_name(t)]
        return text + "".join(f"; {name} = None" for name in copies)


class StraightDeviceEmitter(DeviceMemory, Emitter):
    """For a partition without branches and loops."""


class StructuredDeviceEmitter(DeviceMemory, StructuredEmitter):
    """For a partition with branches or loops."""

    def _at_top_level(self) -> bool:
        return not self._wanted and not self._open and self._loop_depth == 0

    def arm_text(self, merge: Operation, tensor: Tensor) -> str:
        """Source text for the value that comes into a Merge by one of its arms."""
        if merge.outputs[0].dtype._is_ref_dtype:
            return self.raw(tensor)
        return self.text_in(tensor, memory_of(merge).host_outputs[0])
