"""CutStep: a step after it has been cut, as the partitioner leaves it and plans are made of it.

It holds all that the functions of the devices need to know of the whole step, so it can also be
sent to another process, part by part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.devices import Device
from tftutor.runtime.frames import Arm, FlowAnalysis, Frame, Guard
from tftutor.runtime.late_reads import LateReads
from tftutor.runtime.partitioner import Partition, Partitioner
from tftutor.runtime.plan import Step
from tftutor.runtime.step_order import straight_flow
from tftutor.runtime.transfers import Channel


@dataclass
class CutStep:
    """A step in parts.

    Attributes:
      fetches, feeds, ops: those of the whole step.
      partitions: one a device that has something to do.
      channels: the edges between them.
      tensor_guard, frame_of, arms: the control flow of the whole step.
      late: which operations read a variable anew, and what is received for variables elsewhere.
      early: variables that are fetched as they are before updates without an order.
    """

    fetches: Sequence[Tensor]
    feeds: Sequence[Tensor]
    ops: list[Operation]
    partitions: list[Partition]
    channels: list[Channel]
    tensor_guard: Mapping[Tensor, Guard] = field(default_factory=dict)
    frame_of: Mapping[Operation, Frame] = field(default_factory=dict)
    arms: Mapping[Operation, list[Arm]] = field(default_factory=dict)
    late: LateReads = field(default_factory=lambda: LateReads((), ()))
    late_values: dict[Operation, dict[Tensor, Tensor]] = field(default_factory=dict)
    early: frozenset[Tensor] = frozenset()


def cut_step(step: Step, device_of: Callable[[Operation], Device], host: Device,
             keep_targets: bool = False) -> CutStep:
    """Cut a step by device. Fed tensors that are fetched are returned by `host`.

    With `keep_targets` the device of a NoOp that is asked for takes part in the step: it may be
    gone, and whoever asks wants to know.
    """
    flow = (FlowAnalysis(step.ops, step.feeds) if step.is_structured
            else straight_flow(step.ops, device_of, step.feeds, step.waits))
    late = LateReads(step.ops, step.feeds, step.waits)
    partitioner = Partitioner(flow, device_of, step.fetches, step.feeds, host, late,
                              step.waits, step.targets if keep_targets else ())
    partitions = partitioner.partitions()
    return CutStep(step.fetches, step.feeds, step.ops, partitions, partitioner.channels,
                   flow.tensor_guard, flow.frame_of, flow.arms, late, partitioner.late_values)
