"""Transfers: the edges of a graph along which a value leaves its device, and what it costs.

Where an edge crosses devices the partitioner puts a `_Send` node behind the producer and a `_Recv`
node before the first consumer. Inside a GPU's partition, values go to and from host memory where a
kernel wants its shapes or axes there (`copy_in`, `copy_out`). Every copy is counted.
"""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any, NamedTuple

from tftutor.framework.operation import Operation, Tensor
from tftutor.ops.control_flow_ops import DEAD
from tftutor.ops.sendrecv import Recv, Send
from tftutor.runtime.devices import Device

HOST_TO_DEVICE, DEVICE_TO_HOST, DEVICE_TO_DEVICE = "HtoD", "DtoH", "PtoP"  # as in CUDA's traces
BY_REFERENCE = "same memory"


class Copy(NamedTuple):
    """One value that was handed from one device to another (nanoseconds, bytes)."""

    name: str
    kind: str
    source: str
    target: str
    nbytes: int
    start: int
    end: int
    thread: int


class CopyCounts:
    """How often and how much was copied, by kind."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    def add(self, kind: str, nbytes: int) -> None:
        """Count one copy."""
        with self._lock:
            entry = self._counts.setdefault(kind, [0, 0])
            entry[0] += 1
            entry[1] += nbytes

    def as_dict(self) -> dict[str, tuple[int, int]]:
        """Kind -> (copies, bytes)."""
        with self._lock:
            return {kind: (count, nbytes) for kind, (count, nbytes) in self._counts.items()}


_counts: dict[str, CopyCounts] = {}


def copy_counts(device: Device) -> CopyCounts:
    """What has been copied into and out of a device, by all sessions of this process."""
    return _counts.setdefault(device.name, CopyCounts())


class _Counted:
    """Something that copies one tensor between two memories and keeps account."""

    kind = ""

    def __init__(self, name: str, source: Device, target: Device) -> None:
        self.name = name
        self.source = source
        self.target = target
        self._account = copy_counts(target if source.is_host else source)

    def _note(self, step: Any, kind: str, nbytes: int, start: int) -> None:
        if kind != BY_REFERENCE:
            self._account.add(kind, nbytes)
        if step.copies is not None:
            (self.source if self.target.is_host else self.target).library.synchronize()
            step.copies.append(Copy(self.name, kind, self.source.name, self.target.name, nbytes,
                                    start, time.perf_counter_ns(), threading.get_ident()))


class CopyIn(_Counted):
    """Host memory -> the memory of a device, inside its partition."""

    def __init__(self, tensor: Tensor, host: Device, device: Device) -> None:
        super().__init__(f"MEMCPY_HtoD:{tensor.name}", host, device)
        self._owner = tensor.op.name

    def __call__(self, value: Any, step: Any) -> Any:
        """The value in the device's memory."""
        start = time.perf_counter_ns()
        copy = self.target.library.from_host(value, self._owner)
        self._note(step, HOST_TO_DEVICE, self.target.library.nbytes(copy), start)
        return copy


class CopyOut(_Counted):
    """The memory of a device -> host memory, inside its partition."""

    def __init__(self, tensor: Tensor, device: Device, host: Device) -> None:
        super().__init__(f"MEMCPY_DtoH:{tensor.name}", device, host)

    def __call__(self, value: Any, step: Any) -> Any:
        """The value in host memory."""
        start = time.perf_counter_ns()
        copy = self.source.library.to_host(value)
        self._note(step, DEVICE_TO_HOST, int(copy.nbytes), start)
        return copy


class Channel(_Counted):
    """One edge between two devices.

    Attributes:
      tensor: what flows along it; None for a control edge.
      sent: what the sender reads: `tensor`, or the variable whose value of then it stands for.
      from_host_memory: the value lies in host memory where it is made.
      into_host_memory: the receiver takes it in host memory.
      gives_away: the receiver gets an array that nobody else has, unless it is read-only.
      edge: its name in `_Send` and `_Recv` nodes, as TensorFlow writes it.
    """

    gives_away = False
    _numbers = itertools.count(1)
    _edges = itertools.count(1)

    def __init__(self, tensor: Tensor | None, producer: Operation, source: Device, target: Device,
                 from_host_memory: bool, sent: Tensor | None = None) -> None:
        super().__init__(tensor.name if tensor is not None else f"^{producer.name}", source, target)
        self.tensor = tensor
        self.sent = tensor if sent is None else sent
        self.producer = producer
        self.edge = f"edge_{next(Channel._edges)}_{producer.name}"
        self.from_host_memory = from_host_memory
        # A value from host memory arrives by reference; `CopyIn` brings it into the device's.
        self.into_host_memory = target.is_host or from_host_memory
        self.nbytes: int | None = None  # of the value that was sent last

    def send(self, value: Any, step: Any) -> None:
        """Leave the value for the other device; doesn't wait."""
        token = None if self.from_host_memory else self.source.library.ready()
        step.rendezvous.send(self, (value, token))

    def recv(self, step: Any) -> Any:
        """The value, in the memory in which the receiver takes it; waits for it."""
        value, token = step.rendezvous.recv(self)
        if self.tensor is None or value is DEAD:
            return value
        start = time.perf_counter_ns()
        if self.from_host_memory:
            kind, nbytes = BY_REFERENCE, int(getattr(value, "nbytes", 0))
        elif self.into_host_memory:
            value = self.source.library.to_host(value, token)
            kind, nbytes = DEVICE_TO_HOST, int(value.nbytes)
        else:
            value = self.target.library.copy_from(self.source.library, value, token)
            kind, nbytes = DEVICE_TO_DEVICE, self.target.library.nbytes(value)
        self.nbytes = nbytes
        self._note(step, kind, nbytes, start)
        return value


class TransferNode(Operation):
    """A `_Send` or `_Recv` node of a partition; it belongs to no user's graph.

    Attributes: control_name: along a control edge, what its constant or Identity is called; None
      where nobody has named it.
    """

    control_name: str | None = None

    def __init__(self, channel: Channel, is_send: bool, name: str | None = None) -> None:
        producer, tensor = channel.producer, channel.tensor
        attrs = {"tensor_name": channel.edge,
                 "send_device": channel.source.name,
                 "send_device_incarnation": channel.source.incarnation,
                 "recv_device": channel.target.name, "client_terminated": False}
        if tensor is not None:
            attrs["T" if is_send else "tensor_type"] = tensor.dtype.base_dtype
        self.number = next(Channel._numbers)
        name = name or f"{producer.name}/_{self.number}"
        inputs = [channel.sent] if is_send and channel.sent is not None else []
        super().__init__(producer.graph, Send if is_send else Recv, name, inputs, (), [], attrs,
                         producer._frames)
        self._device = (channel.source if is_send else channel.target).name
        self._id = producer._id
        self.channel = channel
        if tensor is not None and not is_send:
            self.outputs = [tensor]  # in this partition the node gives what the producer gave
