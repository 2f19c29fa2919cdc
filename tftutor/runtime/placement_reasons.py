"""Why an operation runs where it does, in a few words for the reader of a placement's table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tftutor.framework import dtypes
from tftutor.framework.device import DeviceParts, parse_node_device
from tftutor.framework.operation import Operation
from tftutor.runtime.device_kernels import has_kernel
from tftutor.runtime.device_merging import matching
from tftutor.runtime.devices import Device

if TYPE_CHECKING:
    from tftutor.runtime.colocation import ColocationGraph, Member


def request(op: Operation) -> DeviceParts | None:
    """The device an operation asked for, or None when any device of this process will do."""
    parts = parse_node_device(op._device) if op._device else None
    if parts is None or (parts.device_type is None and parts.device_index is None):
        return None
    return parts


def kernel_name(op: Operation) -> str:
    """An operation type with its data type, as `int32 Add`."""
    dtype = op._attrs.get("T") or op._attrs.get("dtype")
    return f"{dtype.base_dtype.name} {op.type}" if isinstance(dtype, dtypes.DType) else op.type


def trivial_reason(op: Operation, device: Device, is_only: bool) -> str:
    """The reason where all operations run on one device."""
    parts = request(op)
    if parts is None:
        return "default: the only device" if is_only else "default: the first device"
    if matching([device], parts):
        return f"asked for: {op._device}"
    return f"soft placement: {op._device} isn't there"


class Explainer:
    """Finds the reasons of a placement in the sets of operations it was made with."""

    def __init__(self, graph: ColocationGraph, kept: dict[Operation, Device],
                 moved: dict[Operation, str]) -> None:
        self._graph = graph
        self._kept = kept
        self._moved = moved
        self._groups: dict[Member, list[Operation]] | None = None

    def __call__(self, op: Operation) -> str:
        """The reason for one operation of the graph."""
        device = self._graph.assigned.get(op)
        if device is None:
            return "not in the graph"
        if op in self._kept:
            return "stateful: it stays where it was placed first"
        parts = request(op)
        if parts is not None and matching([device], parts):
            return f"asked for: {op._device}"
        if parts is not None:
            return self._overruled(op, device, parts)
        if op in self._moved:
            return self._moved[op]
        return self._by_group(op, device) or self._by_kernel(op, device) or (
            "default: best device that has a kernel")

    def _overruled(self, op: Operation, device: Device, parts: DeviceParts) -> str:
        found = matching(self._graph.devices, parts)
        if not found:
            return f"soft placement: {op._device} isn't there"
        if not any(has_kernel(op, each) for each in found):
            return f"soft placement: no {found[0].device_type} kernel for {kernel_name(op)}"
        return self._by_group(op, device) or f"soft placement: {op._device} can't be had"

    def _by_group(self, op: Operation, device: Device) -> str:
        """The member of its set that decided: one that asked, or one that lacks a kernel."""
        members = [each for each in self._members(op) if each is not op]
        for each in members:
            parts = request(each)
            if each in self._kept or (parts is not None and matching([device], parts)):
                return f"colocated with `{each.name}`"
        own = self._graph.supported_types(op)
        for each in members:
            lacking = [kind for kind in own if kind not in self._graph.supported_types(each)]
            if lacking and device.device_type != own[0]:
                return (f"colocated with `{each.name}`: no {lacking[0]} kernel for "
                        f"{kernel_name(each)}")
        return ""

    def _by_kernel(self, op: Operation, device: Device) -> str:
        own = self._graph.supported_types(op)
        missing = [kind for kind in self._graph.device_types if kind not in own]
        return f"no {missing[0]} kernel for {kernel_name(op)}" if missing else ""

    def _members(self, op: Operation) -> list[Operation]:
        if self._groups is None:
            self._groups = {}
            for each in self._graph.ops:
                self._groups.setdefault(self._graph.root(each), []).append(each)
        return self._groups[self._graph.root(op)]
