"""PartitionedPlan: a step that several devices run, each its part at the same time.

The host's part runs in the thread that called `run`, every other in a thread of its device. They
meet in the step's rendezvous. When one fails, the others are let go, and the error is raised.
"""

from __future__ import annotations

import contextlib
import functools
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from tftutor.backends.blas import single_threaded_blas
from tftutor.backends.threads import alone
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.binding import NodeBinder
from tftutor.runtime.control_flow import StructuredEmitter
from tftutor.runtime.cut_step import CutStep, cut_step
from tftutor.runtime.device_emitter import (
    DeviceBinder,
    StraightDeviceEmitter,
    StructuredDeviceEmitter,
)
from tftutor.runtime.device_threads import Work, start
from tftutor.runtime.devices import Device
from tftutor.runtime.emitter import Emitter
from tftutor.runtime.frames import FlowAnalysis
from tftutor.runtime.partitioner import Partition
from tftutor.runtime.plan import Plan, Step, emitter_for
from tftutor.runtime.rendezvous import StepAborted
from tftutor.runtime.resources import ResourceManager
from tftutor.runtime.shape_regions import StraightEmitter
from tftutor.runtime.step_state import StepState
from tftutor.runtime.transfers import Channel

_LONGEST_SLEEP = 0.5  # seconds: not every platform lets Ctrl-C into a long wait
_nothing = contextlib.nullcontext()
PartRunner = Callable[[Plan, Sequence[Any], StepState], list[Any]]


class Part:
    """One device's part of a step: its plan, and which feeds and fetches of the step are its.

    Attributes: is_plain: whether NumPy computes it in the caller's thread, with all that it has.
    """

    __slots__ = ("device", "plan", "feed_positions", "fetch_positions", "is_plain")

    def __init__(self, device: Device, plan: Plan, feed_positions: list[int],
                 fetch_positions: list[list[int]]) -> None:
        self.device = device
        self.plan = plan
        self.feed_positions = feed_positions
        self.fetch_positions = fetch_positions
        self.is_plain = device.is_host and not device.is_simulated


class PartitionedPlan:
    """A compiled step on several devices.

    Attributes:
      parts: one a device that has something to do; the host's, if any, first.
      channels: the edges between them.
      ops, fetches, feeds, mutations, uses_step: as those of a Plan.
    """

    uses_step = True

    def __init__(self, cut: CutStep, host: Device, resources: ResourceManager) -> None:
        self.fetches, self.feeds, self.ops = tuple(cut.fetches), tuple(cut.feeds), cut.ops
        self.mutations = cut.ops[0].graph._mutations if cut.ops else 0
        self.parts = [self._part(partition, cut, host, resources) for partition in cut.partitions]
        self.channels: list[Channel] = cut.channels
        self.has_simulated_parts = any(part.device.is_simulated for part in self.parts)

    def _part(self, partition: Partition, cut: CutStep, host: Device, resources: ResourceManager
              ) -> Part:
        positions = [i for i, t in enumerate(self.feeds) if t in partition.taken]
        feeds = [self.feeds[i] for i in positions]
        emitter = _emitter(partition, feeds, cut, host, resources)
        emitter.late, emitter.late_values = cut.late, cut.late_values
        emitter.early = cut.early
        emitter.fetch_positions = {t: self.fetches.index(t) for t in partition.fetches}
        plan = Plan.of_emitter(emitter, partition.device.name)
        fetched = [[i for i, t in enumerate(self.fetches) if t is tensor]
                   for tensor in partition.fetches]
        return Part(partition.device, plan, positions, fetched)

    def forget(self) -> None:
        """Let go of constants and variables at once, and not when cycles are collected.

        The plan can't be run any more; nobody may be running it.
        """
        for part in self.parts:
            part.plan.namespace.clear()
            part.plan.constants.clear()

    def run(self, feeds: Sequence[Any], step: StepState, run_part: PartRunner) -> list[Any]:
        """Run all parts; `run_part` runs one plan and explains its errors."""
        return _Run(self, feeds, step, run_part).results()


def _emitter(partition: Partition, feeds: list[Tensor], cut: CutStep, host: Device,
             resources: ResourceManager) -> Emitter:
    on_host, structured = partition.device.is_host, partition.is_structured
    kinds: dict[tuple[bool, bool], type[Emitter]] = {
        (True, True): StructuredEmitter, (True, False): StraightEmitter,
        (False, True): StructuredDeviceEmitter, (False, False): StraightDeviceEmitter}
    binder = (NodeBinder(resources, feeds) if on_host
              else DeviceBinder(resources, feeds, partition.device))
    binder.device_name = partition.device.name
    emitter = kinds[on_host, structured](partition.ops, partition.fetches, feeds, binder)
    if structured:
        emitter.flow = PartFlow(cut, partition)  # type: ignore[attr-defined]
        emitter.checks_for_abort = True  # type: ignore[attr-defined]
    if not on_host:
        emitter.device, emitter.host = partition.device, host  # type: ignore[attr-defined]
    return emitter


class PartFlow:
    """The control flow of a whole step, of which one device runs the part under `root`."""

    def __init__(self, cut: CutStep, partition: Partition) -> None:
        self.root = partition.root
        self.frame_of = cut.frame_of
        self.tensor_guard = cut.tensor_guard
        self.arms = cut.arms
        self.is_loop_merge = FlowAnalysis.is_loop_merge


class _Run:
    """One run of all parts."""

    def __init__(self, plan: PartitionedPlan, feeds: Sequence[Any], step: StepState,
                 run_part: PartRunner) -> None:
        self.plan = plan
        self.feeds = feeds
        self.step = step
        self.rendezvous = step.rendezvous
        self.run_part = run_part
        self.error: BaseException | None = None  # of the part that failed first

    def results(self) -> list[Any]:
        """The fetched values, in the order of the plan. Raises: what a part raised first."""
        parts = self.plan.parts
        if len(parts) == 1 and parts[0].is_plain:
            found = [(parts[0], self._run_part(parts[0]))]
        else:
            with single_threaded_blas() if self.plan.has_simulated_parts else _nothing:
                found = self._run_parts(parts)
        if self.error is not None:
            error, self.error = self.error, None
            try:
                raise error
            finally:
                del error  # with its traceback it would hold this frame, and so itself
        values: list[Any] = [None] * len(self.plan.fetches)
        for part, results in found:
            for positions, value in zip(part.fetch_positions, results, strict=True):
                for position in positions:
                    values[position] = value
        return values

    def _run_parts(self, parts: list[Part]) -> list[tuple[Part, list[Any]]]:
        here = parts[0] if parts and parts[0].device.is_host else None
        works = [(part, start(functools.partial(self._run_part, part), part.device.short_name))
                 for part in parts if part is not here]
        found = [(here, self._run_part(here))] if here is not None else []
        for part, work in works:
            self._wait(work)
            found.append((part, work.result))
        return found

    def _wait(self, work: Work) -> None:
        while True:
            try:
                while not work.done.wait(_LONGEST_SLEEP):
                    pass
                return
            except BaseException as error:  # noqa: BLE001 - Ctrl-C: raised when all parts have ended
                self._fail(error)

    def _run_part(self, part: Part) -> list[Any]:
        """Run one part in this thread; a failure ends the step."""
        feeds = [self.feeds[i] for i in part.feed_positions]
        self.rendezvous.begin_turn()
        try:
            if part.is_plain:
                return self.run_part(part.plan, feeds, self.step)
            with part.device.library.activate(), alone(part.device.is_simulated):
                results = self.run_part(part.plan, feeds, self.step)
                part.device.library.synchronize()
                return results
        except BaseException as error:  # noqa: BLE001 - `results` raises it in the caller's thread
            self._fail(error)
            _let_go(error)
            return []
        finally:
            self.rendezvous.end_turn()

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, StepAborted) and (
                self.error is None or not isinstance(error, Exception)):
            self.error = error
        elif self.error is None and self.step.cancelled is not None:
            self.error = _cancelled(self.step.cancelled)
        if self.step.cancelled is None:
            self.step.cancelled = "Step was cancelled by an error in another part of it"
        self.rendezvous.abort()


def _let_go(error: BaseException | None) -> None:
    """Forget what a failed part had computed: now, not when the error itself is forgotten."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        for frame, _ in traceback.walk_tb(error.__traceback__):
            # Python 3.11 keeps what was once asked for here, until it is asked again.
            frame.f_locals  # noqa: B018
        error = error.__cause__ or error.__context__


def _cancelled(text: str) -> Exception:
    from tftutor import errors

    error = errors.CancelledError(None, None, text)
    error.concerns_step = True  # type: ignore[attr-defined]
    return error


def plan_for_devices(step: Step, device_of: Callable[[Operation], Device],
                     devices: Sequence[Device], resources: ResourceManager
                     ) -> Plan | PartitionedPlan:
    """A Plan for the first of `devices`, or a PartitionedPlan when anything runs beyond it."""
    host = devices[0]
    if all(device_of(op) is host for op in step.ops):
        return Plan.of_emitter(emitter_for(step, resources), host.name)
    return PartitionedPlan(cut_step(step, device_of, host), host, resources)
