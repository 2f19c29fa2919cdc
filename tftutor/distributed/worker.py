"""TaskService: what a task of a cluster does for masters and for other tasks.

A master registers its part of a step once, and runs it by number from then on. Variables, queues
and other resources belong to the task and outlive sessions. The service knows no sockets: it is
called by the server's transport, and directly by a session in the same process.
"""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.distributed.cluster_rendezvous import (
    IncomingChannel,
    OutgoingChannel,
    plain_value,
    wire_value,
)
from tftutor.distributed.partition_codec import rebuild
from tftutor.distributed.programs import Programs
from tftutor.distributed.pushes import Push, Ride, split
from tftutor.distributed.session_resources import SessionResources
from tftutor.distributed.task_report import Traffic, nbytes_of, variables_as_data
from tftutor.distributed.transfer_rows import write_rows
from tftutor.distributed.worker_state import SMALL, SessionTable, StepTable, WorkerSession
from tftutor.framework.graph import Graph
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.devices import Device
from tftutor.runtime.executor import run_plan
from tftutor.runtime.partitioned_plan import PartitionedPlan
from tftutor.runtime.resources import ResourceManager
from tftutor.runtime.step_state import StepState
from tftutor.runtime.transfers import Channel

# Operations that take no longer than what they read or receive, and wait for values alone.
_QUICK = frozenset({
    "ApplyGradientDescent", "Assign", "AssignAdd", "AssignAddVariableOp", "AssignSub",
    "AssignSubVariableOp", "AssignVariableOp", "Const", "Identity", "NoOp", "ReadVariableOp",
    "ResourceApplyGradientDescent", "VarHandleOp", "Variable", "VariableV2", "_Recv", "_Send"})
CLOSED = "Step was cancelled by an explicit call to `Session::Close()`."
_STALL = 5.0  # seconds: who waits longer for gradients is worth a word

Answer = tuple[dict[str, Any], list[Any]]
# header, tensors, and the connection over which they came
Method = Callable[[dict[str, Any], Sequence[Any], Any], Answer]


class TaskService:
    """The service of one task.

    Args:
      task: its name, `/job:ps/replica:0/task:0`.
      cluster: job -> task index -> address.
      devices: its devices, the first CPU first.
      push: sends a value to another task of the cluster.
    Attributes: is_partial: whether the ClusterSpec that it was given lists some tasks only.
    """

    def __init__(self, task: str, cluster: Mapping[str, Mapping[int, str]],
                 devices: Sequence[Device], push: Push) -> None:
        self.task = task
        self.cluster = cluster
        self.devices = {device.name: device for device in devices}
        self.is_partial = False
        self._is_stopped = False
        self.incarnation = secrets.randbits(62)
        self.resources = ResourceManager()
        self.started = time.time()
        self.counts = {"steps": 0, "bytes_in": 0, "bytes_out": 0}
        self._traffic = Traffic()
        self._host = devices[0]
        self._push = push
        self.refusals: Callable[[], dict[str, int]] = dict  # what the transport has refused
        self.programs = Programs(cluster)
        self._sessions = SessionTable(task)
        self._steps = StepTable(self._count_and_push)
        self._methods: dict[str, Method] = {
            "status": self._status, "heartbeat": self._heartbeat,
            "open_session": self._open_session, "register_graph": self._register_graph,
            "deregister_graph": self._deregister_graph,
            "run_graph": self._run_graph, "send_tensors": self._send_tensors,
            "confirm_step": self._confirm_step,
            "abort_step": self._abort_step, "close_session": self._close_session,
            "reset": self._reset}

    def answer(self, method: str, header: dict[str, Any], tensors: Sequence[Any],
               caller: Any = None) -> Answer:
        """Do what a request asks for; `caller` is the connection over which it came.

        Raises: tf.errors.OpError.
        """
        self._check_running()
        if "session" in header:
            self.programs.hear(header["session"], caller)
        function = self._methods.get(method)
        if function is None:
            raise errors.UnimplementedError(None, None, f"{self.task} knows no request {method!r}")
        return function(header, tensors, caller)

    def may_wait(self, method: str, header: dict[str, Any], tensors: Sequence[Any]) -> bool:
        """True for requests that need a thread of their own.

        To wake one costs as much as reading a few variables, and sending them, or as changing a few
        by values that are here already: such parts of steps need none.
        """
        if method == "run_graph":
            wanted = self._sessions.wanted(header["session"], header["handle"])
            if wanted is None or header.get("trace") or nbytes_of(tensors) > SMALL:
                return True
            missing = tuple(key for key in wanted if key not in (header.get("keys") or ()))
            return not self._steps.has_arrived(header["step"], missing)
        return method in ("confirm_step", "register_graph", "reset", "close_session")

    # -- what is here -----------------------------------------------------------------------

    def _status(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any) -> Answer:
        cluster = {job: {str(index): address for index, address in tasks.items()}
                   for job, tasks in self.cluster.items()}
        devices = [{"name": d.name, "type": d.device_type, "memory": d.memory_limit,
                    "incarnation": d.incarnation, "description": d.description}
                   for d in self.devices.values()]
        simulated = [d.name for d in self.devices.values() if d.is_simulated]
        return {"task": self.task, "cluster": cluster, "devices": devices,
                "incarnation": self.incarnation, "uptime": time.time() - self.started,
                "details": {"sessions": len(self._sessions), "simulated": simulated,
                            "partial": self.is_partial, "ended": self.programs.ended(),
                            "stalls": self._stalls(), "refused": self.refusals(),
                            **self.counts, **self._traffic.as_data(),
                            **variables_as_data(self.resources, list(self.devices.values()))}}, []

    def _stalls(self) -> list[str]:
        """Who waits here for gradients, and for whose."""
        accumulators = list(self.resources.accumulators())
        is_chief_here = any(accumulator.is_awaited for accumulator in accumulators)
        found = [accumulator.stall(_STALL, is_chief_here) for accumulator in accumulators]
        return sorted({text for text in found if text})

    def _heartbeat(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any) -> Answer:
        return {}, []

    # -- sessions ---------------------------------------------------------------------------

    def _open_session(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any) -> Answer:
        is_isolated = bool(header.get("isolate"))
        resources = ResourceManager() if is_isolated else SessionResources(self.resources)
        resources.default_container = self.resources.default_container
        resources.session_tensors = None  # as in TensorFlow
        origin = short_name(header.get("origin") or "")
        program = f"session {header['session'][:6]} of {origin or short_name(self.task)}"
        resources.origin = f"{program}, opened at {time.strftime('%H:%M:%S')}"
        session = WorkerSession(resources, _spaced(header.get("origin") or ""))
        session.used_by(caller)
        self._sessions.add(header["session"], session)
        if header.get("hosted"):
            self.programs.open(origin, header["session"], caller)
        return {}, []

    def _close_session(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any) -> Answer:
        name = header["session"]
        self.programs.close(name)
        try:
            session = self._sessions.find(name)
        finally:
            self._sessions.remove(name)
        self._cancel_steps_of([session])
        return {}, []

    def _cancel_steps_of(self, sessions: Sequence[WorkerSession]) -> None:
        for step in self._steps.all():
            if step.state.session in sessions:
                step.cancel(CLOSED)

    def _reset(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any) -> Answer:
        """Forget resources, of some containers or of the job's own, and one master's sessions."""
        self._cancel_steps_of(self._sessions.end_those_of(_spaced(header["origin"])))
        containers = header["containers"] or [self.resources.default_container]
        self.resources.clear(containers)
        for session in self._sessions.all():
            if isinstance(session.resources, SessionResources):
                session.resources.lose(containers)
                session.bind_anew(self._host)
        return {}, []

    def lose(self, caller: Any) -> None:
        """A connection has ended: nobody waits for the steps that were asked for over it."""
        self._sessions.lose(caller)
        self.programs.lose(caller)
        for step in self._steps.all():
            if step.caller is caller:
                step.cancel("The program that asked for this step is gone.")

    # -- graphs -----------------------------------------------------------------------------

    def _register_graph(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any
                       ) -> Answer:
        session = self._sessions.find(header["session"])
        graph = Graph()
        graph._functions = session.functions
        cut = rebuild(tensors[0].tobytes(), tensors[1].tobytes(), graph, self.devices,
                      self._channel)
        handle = session.register(cut, self._host)
        if all(op.type in _QUICK for partition in cut.partitions for op in partition.ops):
            session.quick[handle] = tuple(channel.edge for channel in cut.channels
                                          if isinstance(channel, IncomingChannel))
        return {"handle": handle, "is_first": session.quick.get(handle) == ()}, []

    def _deregister_graph(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any
                          ) -> Answer:
        self._sessions.find(header["session"]).deregister(header["handle"])
        return {}, []

    def _channel(self, entry: dict[str, Any], tensor: Tensor | None, sent: Tensor | None,
                 producer: Operation) -> Channel:
        source, target = self.devices.get(entry["source"]), self.devices.get(entry["target"])
        if source is not None and target is not None:
            return Channel(tensor, producer, source, target, entry["from_host_memory"], sent)
        if source is None and target is not None:
            return IncomingChannel(entry["key"], tensor, producer, self._elsewhere(entry["source"]),
                                   target)
        if target is None and source is not None:
            elsewhere = self._elsewhere(entry["target"])
            return OutgoingChannel(entry["key"], elsewhere.task, tensor, producer, source,
                                   elsewhere, entry["from_host_memory"], sent)
        raise errors.InvalidArgumentError(
            None, None, f"The edge {entry['key']} from {entry['source']} to {entry['target']} "
                        f"doesn't touch {self.task}")

    @staticmethod
    def _elsewhere(name: str) -> Device:
        task, _, device = name.partition("/device:")
        kind, _, index = device.partition(":")
        return Device(kind, int(index), task=task)

    def functions_of(self, session: str) -> dict[str, Any]:
        """Where a master in this process puts the functions of its graph (those of tf.data)."""
        return self._sessions.find(session).functions

    # -- steps ------------------------------------------------------------------------------

    def _count_and_push(self, task: str, header: dict[str, Any], tensors: Sequence[Any]) -> Any:
        self._count(task, tensors)
        return self._push(task, header, tensors)

    def _count(self, task: str, tensors: Sequence[Any]) -> None:
        self.counts["bytes_out"] += nbytes_of(tensors)
        self._traffic.send(short_name(task), tensors)

    def run(self, header: dict[str, Any], feeds: list[Any], caller: Any = None,
            watch: Callable[[], None] | None = None, ride: Ride | None = None
            ) -> tuple[list[Any], bytes | None]:
        """Run this task's part of a step: the values that it was asked for, a StepStats if traced.

        `watch` is called from time to time while the step waits; `ride` takes values that needn't
        be sent on their own, as the caller will send something when this is done.

        Raises: tf.errors.OpError; AbortedError for a session or step number that is not (or no
        longer) known.
        """
        self._check_running()
        session = self._sessions.find(header["session"])
        session.used_by(caller)
        plan = session.plans.get(header["handle"])
        if plan is None:
            raise errors.AbortedError(None, None, f"Graph handle {header['handle']} is not found.")
        step = self._steps.begin(header["step"])
        step.state.session, step.state.watch, step.caller = session, watch, caller
        if header.get("timeout_ms") is not None:
            step.state.deadline = time.monotonic() + header["timeout_ms"] / 1000
        self.counts["steps"] += 1
        is_traced = bool(header.get("trace"))
        if not is_traced:
            step.rendezvous.arrivals = None
        pushes = step.rendezvous.pushes
        pushes.ride = ride
        try:
            values, stats = _run(plan, feeds, step.state, is_traced)
            pushes.flush()
            if ride is not None:
                for task, (_, tensors) in ride.messages.items():
                    self._count(task, tensors)
            return values, stats
        except errors.CancelledError as error:
            if session.is_ended:
                raise errors.CancelledError(None, None, CLOSED) from None
            raise pushes.failure or error from None
        finally:
            step.state.watch = None  # the step may be kept until all that it sent has arrived
            self._steps.end(header["step"])

    def confirm(self, step_id: int) -> None:
        """Wait until what a part of a step has sent from here has arrived.

        Whoever runs the step asks when another part seems to miss something.
        Raises: tf.errors.OpError when it will not arrive.
        """
        pushes = self._steps.unconfirmed(step_id)
        if pushes is not None:
            pushes.wait_for_arrival()

    def _confirm_step(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any) -> Answer:
        self._sessions.find(header["session"])  # else this task has been restarted
        self.confirm(header["step"])
        return {}, []

    def _run_graph(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any) -> Answer:
        fed, others, edges = split(header, tensors)
        if edges:
            self.deliver(header["step"], edges, others)
        origin = header.get("origin") or ""
        is_first = self._sessions.wanted(header["session"], header["handle"]) == ()
        ride = Ride((origin,)) if origin and is_first else None
        values, stats = self.run(header, [plain_value(t) for t in fed], caller, ride=ride)
        sent = [wire_value(value) for value in values]
        self._traffic.serve(fed, sent)
        answer: dict[str, Any] = {}
        if stats is not None:  # it may be bigger than a header
            answer["traced"] = True
            sent.append(np.frombuffer(stats, np.uint8))
        if ride is not None:
            ride.join(origin, answer, sent)
        return answer, sent

    def deliver(self, step_id: int, edges: dict[str, Any], tensors: Sequence[Any]) -> None:
        """Take in values that another part of a step has sent, be it before this one begins.

        Raises: InvalidArgumentError when there are fewer or more than `edges` says.
        """
        self.counts["bytes_in"] += nbytes_of(tensors)
        step = self._steps.find(step_id)
        if step is not None:
            step.rendezvous.arrive(edges, tensors)

    def _send_tensors(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any) -> Answer:
        self.deliver(header["step"], header, tensors)
        return {}, []

    def _abort_step(self, header: dict[str, Any], tensors: Sequence[Any], caller: Any) -> Answer:
        step = self._steps.find(header["step"])
        if step is not None:
            step.cancel(header["message"])
            if not step.is_running:
                self._steps.end(header["step"], header["message"])
        return {}, []

    def stop(self) -> None:
        """Let every step go and free the resources; sessions of this process are refused now."""
        self._is_stopped = True
        for step in self._steps.all():
            step.cancel("The server was stopped.")
        self.resources.clear()


    def _check_running(self) -> None:
        if self._is_stopped:
            raise errors.UnavailableError(None, None, f"The server {self.task} was stopped")


@functools.lru_cache(256)  # it is asked for with every value that is sent
def short_name(task: str) -> str:
    """`/job:worker/replica:0/task:2` as "worker:2"."""
    parts = dict(part.split(":") for part in task.strip("/").split("/") if ":" in part)
    return f"{parts['job']}:{parts.get('task', 0)}" if "job" in parts else ""


def _spaced(task: str) -> str:
    """`/job:worker/replica:0/task:2` as "worker 2"."""
    return short_name(task).replace(":", " ")


def _run(plan: PartitionedPlan, feeds: list[Any], state: StepState, is_traced: bool
         ) -> tuple[list[Any], bytes | None]:
    """Run a plan; with a trace also what it did, as a serialized StepStats."""
    if not is_traced:
        return run_plan(plan, feeds, state), None
    from tensorboard.compat.proto.step_stats_pb2 import StepStats

    from tftutor.runtime.tracing import TracedStep

    rendezvous: Any = state.rendezvous
    traced, stats = TracedStep(plan), StepStats()
    state.copies = traced.copies
    begun = time.perf_counter_ns()
    values = run_plan(traced.plan, feeds, state)
    write_rows(stats, plan.channels, rendezvous.arrivals, begun, traced.epoch)
    traced.write_stats(stats)
    return values, stats.SerializeToString()
