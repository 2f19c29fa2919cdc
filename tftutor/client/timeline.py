"""Timeline: a step's trace as a Chrome trace, for chrome://tracing or ui.perfetto.dev.

Each device of the StepStats becomes two processes, one that computes and one that holds tensors.
Operations are spread over lanes so that none overlap, arrows lead from the maker of a tensor to
its users, and with `show_memory` each allocator gets a curve. Times are microseconds.

Source: TF 1.15, tensorflow/python/client/timeline.py (`from tensorflow.python.client import
timeline`).
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_LABEL = re.compile(r"(.*) = (.*)\((.*)\)")


class AllocationMaximum(NamedTuple):
    """When an allocator held most, how many bytes, and the names of the tensors it held."""

    timestamp: int
    num_bytes: int
    tensors: set[str]


class StepStatsAnalysis(NamedTuple):
    """The trace, and each allocator's AllocationMaximum."""

    chrome_trace: ChromeTrace
    allocator_maximums: dict[str, AllocationMaximum]


class ChromeTrace:
    """The events of a trace, in the order in which they were added."""

    def __init__(self) -> None:
        self._names: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []

    def name_process(self, pid: int, name: str) -> None:
        """Give a process the name that the viewer shows."""
        self._names.append({"name": "process_name", "ph": "M", "pid": pid, "args": {"name": name}})

    def add(self, phase: str, category: str, name: str, pid: int, tid: int, time: int,
            **details: Any) -> None:
        """Add an event: phase X (a stretch), s and t (an arrow's ends), N, O, D (an object), C."""
        self._events.append({"ph": phase, "cat": category, "name": name, "pid": pid, "tid": tid,
                             "ts": time, **details})

    def format_to_string(self, pretty: bool = False) -> str:
        """The trace as JSON."""
        layout: dict[str, Any] = ({"indent": 4, "separators": (",", ": ")} if pretty
                                  else {"separators": (",", ":")})
        return json.dumps({"traceEvents": self._names + self._events}, **layout)


@dataclasses.dataclass
class _TracedTensor:
    """A tensor from when its operation began to when the last user was done."""

    name: str
    number: int
    pid: int
    allocator: str
    num_bytes: int
    created: int
    unused: int
    origin: tuple[int, int, int]  # (time, pid, tid) at which an arrow to a user starts


class Timeline:
    """A step as a Chrome trace.

        run_metadata = tf.RunMetadata()
        sess.run(y, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                 run_metadata=run_metadata)
        trace = timeline.Timeline(run_metadata.step_stats).generate_chrome_trace_format()

    Args:
      step_stats: a StepStats proto. Its `thread_id`s become the lanes drawn, as in TensorFlow.
      graph: the graph that ran; not used, as in TensorFlow.
    """

    def __init__(self, step_stats: Any, graph: Any = None) -> None:
        self._step_stats = step_stats
        self._graph = graph
        self._trace = ChromeTrace()
        self._tensors: dict[str, _TracedTensor] = {}
        self._arrows = 0

    def generate_chrome_trace_format(self, show_dataflow: bool = True, show_memory: bool = False
                                     ) -> str:
        """The trace as JSON; with arrows for the dataflow, and tensors and memory curves.

        Source: TF 1.15, Timeline.generate_chrome_trace_format.
        """
        analysis = self.analyze_step_stats(show_dataflow, show_memory)
        return analysis.chrome_trace.format_to_string(pretty=True)

    def analyze_step_stats(self, show_dataflow: bool = True, show_memory: bool = True
                           ) -> StepStatsAnalysis:
        """The trace as an object, with each allocator's maximum (when memory is shown).

        Source: TF 1.15, Timeline.analyze_step_stats.
        """
        self._trace.name_process(0, "Allocators")
        devices = list(enumerate(self._step_stats.dev_stats))
        for number, device in devices:
            name = _shown_name(device)
            self._trace.name_process(2 * number + 1, f"{name} Compute")
            self._trace.name_process(2 * number + 2, f"{name} Tensors")
            _assign_lanes(device.node_stats)
        for number, device in devices:
            for node in device.node_stats:
                self._produce(node, 2 * number + 1, 2 * number + 2, show_memory)
        for number, device in devices:
            traced = "/stream:" in device.device or "/memcpy" in device.device
            for node in device.node_stats:
                self._show_node(node, 2 * number + 1, traced, show_dataflow)
        maximums = self._show_memory() if show_memory else {}
        return StepStatsAnalysis(self._trace, maximums)

    def _produce(self, node: Any, pid: int, tensors_pid: int, show_memory: bool) -> None:
        """Note the tensors that an operation makes."""
        start, end, tid = node.all_start_micros, _end(node), node.thread_id
        for index, output in enumerate(node.output):
            name = f"{node.node_name}:{index}" if index else node.node_name
            allocation = output.tensor_description.allocation_description
            tensor = _TracedTensor(name, len(self._tensors), tensors_pid,
                                   allocation.allocator_name, allocation.requested_bytes,
                                   start, end, (end, pid, tid))
            self._tensors[name] = tensor
            if show_memory:
                self._trace.add("N", "Tensor", name, tensors_pid, tid, start, id=tensor.number)
                description = str(output.tensor_description).replace('"', "")
                self._trace.add("O", "Tensor", name, tensors_pid, tid, end - 1, id=tensor.number,
                                args={"snapshot": {"tensor_description": description}})

    def _show_node(self, node: Any, pid: int, traced: bool, show_dataflow: bool) -> None:
        """An operation as a stretch of time, with an arrow from each input made elsewhere."""
        name, op, inputs = _describe(node, traced)
        args = {"name": name, "op": op, **{f"input{i}": x for i, x in enumerate(inputs)}}
        start, tid = node.all_start_micros, node.thread_id
        self._trace.add("X", "Op", op, pid, tid, start, dur=node.all_end_rel_micros, args=args)
        for tensor in self._known(inputs):
            tensor.unused = max(tensor.unused, _end(node) - 1)
            time, from_pid, from_tid = tensor.origin
            if show_dataflow and (from_pid, from_tid) != (pid, tid):
                arrow, self._arrows = self._arrows, self._arrows + 1
                self._trace.add("s", "DataFlow", tensor.name, from_pid, from_tid, time, id=arrow)
                self._trace.add("t", "DataFlow", tensor.name, pid, tid, start, id=arrow)

    def _known(self, inputs: list[str]) -> Iterator[_TracedTensor]:
        """The traced tensors among an operation's inputs.

        `x/_1` is what a Recv gives for x when the graph was split among devices.
        """
        for name in inputs:
            found = self._tensors.get(name)
            if found is None and name.rfind("/_") > 0:
                found = self._tensors.get(name[:name.rfind("/_")])
            if found is not None:
                yield found

    def _show_memory(self) -> dict[str, AllocationMaximum]:
        """The ends of tensors, and for each allocator the curve of the bytes that it holds."""
        changes: dict[str, list[tuple[int, int, str]]] = {}
        for tensor in self._tensors.values():
            self._trace.add("D", "Tensor", tensor.name, tensor.pid, 0, tensor.unused,
                            id=tensor.number)
            changes.setdefault(tensor.allocator, []).extend((
                (tensor.created, tensor.num_bytes, tensor.name),
                (tensor.unused, -tensor.num_bytes, tensor.name)))
        return {allocator: self._memory_curve(allocator, sorted(found))
                for allocator, found in changes.items()}

    def _memory_curve(self, allocator: str, changes: list[tuple[int, int, str]]
                      ) -> AllocationMaximum:
        total, held, most = 0, set[str](), AllocationMaximum(0, 0, set())
        for time, num_bytes, name in changes:
            total += num_bytes
            (held.discard if num_bytes < 0 else held.add)(name)
            if total > most.num_bytes:
                most = AllocationMaximum(time, total, set(held))
            self._trace.add("C", "Memory", allocator, 0, 0, time, args={allocator: total})
        return most


def _shown_name(device: Any) -> str:
    """The name of a device; a simulated one is called so."""
    simulated = any("simulated" in name for name in device.thread_names.values())
    return f"{device.device}{' (simulated)' if simulated else ''}"


def _end(node: Any) -> int:
    return node.all_start_micros + node.all_end_rel_micros


def _assign_lanes(nodes: Any) -> None:
    """Give each operation the first lane that is free when it starts, as its thread."""
    free_from = [0]
    for node in nodes:
        start = node.all_start_micros
        lane = next((i for i, time in enumerate(free_from) if start > time), len(free_from))
        free_from[lane:lane + 1] = [_end(node)]
        node.thread_id = lane


def _describe(node: Any, traced: bool) -> tuple[str, str, list[str]]:
    """(name, op type, input names); from "name:op" where a GPU's tracer wrote the entry."""
    if traced:
        fields: list[str] = f"{node.node_name}:unknown".split(":")
        return fields[0], fields[1], []
    if node.node_name == "RecvTensor":
        return node.node_name, "RecvTensor", []
    match = _LABEL.match(node.timeline_label)
    if match is None:
        return node.node_name, "unknown", []
    return node.node_name, match[2], match[3].split(", ") if match[3] else []
