"""Partition graphs: what each device of a step ran, as GraphDefs, for `RunMetadata`.

A partition stands alone: what is fed comes from `_Arg` nodes, what is fetched goes to `_Retval`
nodes (on a cluster from `_Recv` and to `_Send`), and what crosses devices goes by these two. Along
a control edge that crosses an empty constant is sent, and received by an Identity that passes the
control on, as in TensorFlow.

Unlike TensorFlow, a GPU takes feeds and returns fetches itself, not by way of the first CPU.
Source: TF 1.15 docs, tf.RunOptions (`output_partition_graphs`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from tftutor.framework.attr_values import to_proto
from tftutor.framework.dtypes import float32
from tftutor.framework.graph_def import fill_node, versions_proto
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.part_names import PartNames, StepPart
from tftutor.runtime.transfers import TransferNode


def partition_graphs(plan: Any) -> list[Any]:
    """One GraphDef a device, for a Plan, a PartitionedPlan or a ClusterPlan.

    The tasks of a cluster needn't be asked: the session has cut the step for them.
    """
    if hasattr(plan, "device_parts"):
        plans = plan.device_parts
    else:
        plans = [plan] if plan.parts is None else [part.plan for part in plan.parts]
    taken = [node.number for part in plans for node in part.ops if isinstance(node, TransferNode)]
    free = itertools.count(max(taken, default=0) + 1)
    return [_PartGraph(part, plan, free).graph for part in plans]


class _PartGraph:
    """The GraphDef of one part."""

    def __init__(self, plan: StepPart, whole: Any, free_numbers: Iterator[int]) -> None:
        from tensorboard.compat.proto.graph_pb2 import GraphDef

        self.plan = plan
        self.names = PartNames(plan, whole)
        self._free_numbers = free_numbers
        self._passed_on = {
            f"^{node.name}": node.control_name or f"{source.name}/_{next(free_numbers)}"
            for source, node in self.names.received.items() if isinstance(source, Operation)}
        self.graph = GraphDef()
        self.graph.versions.CopyFrom(versions_proto())
        self.graph.library.SetInParent()
        for tensor, (name, index) in self.names.args.items():
            dtype = tensor.dtype.base_dtype
            if self.names.is_on_cluster:
                self._add(name, "_Recv", [], tensor_type=dtype, **self._to_client(tensor))
            else:
                self._add(name, "_Arg", [], T=dtype, index=index)
        missing = dict.fromkeys(self._loop_conditions())
        for op in (*missing, *plan.ops):
            if isinstance(op, TransferNode):
                self._add_transfer(op)
            else:
                self._add_operation(op)
        for name, index, tensor in self.names.retvals:
            inputs, dtype = [self.names.data_input(tensor)], tensor.dtype.base_dtype
            if self.names.is_on_cluster:
                self._add(name, "_Send", inputs, T=dtype, **self._to_client(tensor))
            else:
                self._add(name, "_Retval", inputs, T=dtype, index=index)

    def _to_client(self, tensor: Tensor) -> dict[str, Any]:
        """The attributes of the ends of what is fed to a task, or fetched from it."""
        here = self.plan.device_name
        return {"tensor_name": tensor.name, "send_device": here, "recv_device": here,
                "send_device_incarnation": getattr(self.plan, "incarnation", 0),
                "client_terminated": True}

    def _add(self, name: str, kind: str, inputs: list[str], **attrs: Any) -> Any:
        node = self.graph.node.add(name=name, op=kind, input=inputs, device=self.plan.device_name)
        for key, value in attrs.items():
            node.attr[key].CopyFrom(to_proto(value))
        return node

    def _add_operation(self, op: Operation) -> None:
        node = self.graph.node.add()
        fill_node(node, op)
        node.device = self.plan.device_name
        del node.input[:]
        node.input.extend(self.names.data_input(tensor) for tensor in op._inputs)
        node.input.extend(sorted(f"^{self._passed_on[name]}" if name in self._passed_on else name
                                 for name in self.names.control_inputs(op)))

    def _add_transfer(self, node: TransferNode) -> None:
        """A `_Send` or `_Recv`; for a control edge with the constant that stands for it."""
        tensor, sends = node.channel.tensor, node.type == "_Send"
        producer = node.channel.producer.name
        attrs = {key: value for key, value in node._attrs.items() if value is not None}
        if tensor is not None:
            inputs = [self.names.data_input(t) for t in node._inputs]
            self._add(node.name, node.type, inputs, **attrs)
        elif sends:
            constant = node.control_name or f"{producer}/_{next(self._free_numbers)}"
            self._add(constant, "Const", [f"^{producer}"], dtype=float32,
                      value=np.zeros(0, np.float32))
            self._add(node.name, node.type, [constant], T=float32, **attrs)
        else:
            self._add(node.name, node.type, [], tensor_type=float32, **attrs)
            self._add(self._passed_on[f"^{node.name}"], "Identity", [node.name], T=float32)

    def _loop_conditions(self) -> Iterator[Operation]:
        """The LoopCond nodes of other devices: every device that has a part of a loop runs one."""
        here = set(self.plan.ops)
        for op in self.plan.ops:
            for tensor in op._inputs:
                if _is_elsewhere(tensor, here, self.names) and tensor.op.type == "LoopCond":
                    yield tensor.op


def _is_elsewhere(tensor: Tensor, here: set[Operation], names: PartNames) -> bool:
    return tensor.op not in here and tensor not in names.args and tensor not in names.received
