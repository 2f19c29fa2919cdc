"""PartNames: what the nodes of one device's part of a step are called.

In a partition graph a fed tensor comes from an `_Arg`, a value of another device from its `_Recv`,
and what is fetched goes to a `_Retval`. On the tasks of a cluster `_recv_x_0` and `_send_y_0` do
what these two do in this process. Traces name inputs in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.devices import HERE
from tftutor.runtime.transfers import TransferNode


class StepPart(Protocol):
    """What one device runs in a step: a Plan, or its part of a step on a cluster."""

    @property
    def device_name(self) -> str:
        """The device's full name."""

    @property
    def ops(self) -> Sequence[Any]:
        """Its nodes, in order."""

    @property
    def feeds(self) -> Collection[Tensor]:
        """What is fed to it."""

    @property
    def fetches(self) -> Collection[Tensor]:
        """What is fetched from it."""


class PartNames:
    """Names of the inputs and ends of one part.

    Args:
      plan: the plan of the part.
      whole: the plan of the step (the same, where the host runs it alone).

    Attributes:
      is_on_cluster: whether a task of a cluster runs the part.
      args: fed tensor -> (name of what gives it, its position).
      retvals: (name of what takes it, its position, the fetched tensor).
      received: what comes from another device -> its `_Recv`.
    """

    def __init__(self, plan: StepPart, whole: Any) -> None:
        fed = sorted(set(whole.feeds), key=_name)
        fetched = sorted(set(whole.fetches) - set(fed), key=_name)
        taken = {t for op in plan.ops for t in op._inputs}
        self.is_on_cluster = not plan.device_name.startswith(f"{HERE}/")
        self.args = {t: (self._end("arg", "recv", t, i), i) for i, t in enumerate(fed)
                     if t in plan.feeds and t in taken}
        self.retvals = [(self._end("retval", "send", t, i), i, t)
                        for i, t in enumerate(fetched) if t in plan.fetches]
        self.received: dict[Tensor | Operation, TransferNode] = {}
        for op in plan.ops:
            if isinstance(op, TransferNode) and op.type == "_Recv":
                tensor = op.channel.tensor
                self.received[op.channel.producer if tensor is None else tensor] = op
        self._here = {op for op in plan.ops if not isinstance(op, TransferNode)}

    def _end(self, here: str, on_cluster: str, tensor: Tensor, position: int) -> str:
        name = f"{tensor.op.name}_{tensor.value_index}"
        return f"_{on_cluster}_{name}" if self.is_on_cluster else f"_{here}_{name}_{position}"

    def data_input(self, tensor: Tensor) -> str:
        """The name of a tensor as an input: `x`, `x:1`, `_arg_x_0_0`, `x/_3`."""
        if tensor in self.args:
            return self.args[tensor][0]
        node = self.received.get(tensor)
        return node.name if node is not None else tensor.name.removesuffix(":0")

    def control_inputs(self, op: Operation) -> list[str]:
        """The names of the control inputs that count here: some belong to steps that are done."""
        found = []
        for control in op._control_inputs:
            node = self.received.get(control)
            if node is not None:
                found.append(f"^{node.name}")
            elif control in self._here:
                found.append(f"^{control.name}")
        return found

    def label(self, op: Operation) -> str:
        """`y = MatMul(x, w, ^init)`; `x/_3 = _Recv(edge_5_x @ <receiving device>, x)`."""
        if isinstance(op, TransferNode):
            channel = op.channel
            inputs = [f"{channel.edge} @ {channel.target.name}"]
            if op.type == "_Recv":  # who made it: arrows in a timeline lead across devices by it
                inputs.append(channel.name.removesuffix(":0"))
            else:
                inputs += [self.data_input(t) for t in op._inputs] or [channel.name]
        else:
            inputs = [self.data_input(t) for t in op._inputs] + self.control_inputs(op)
        return f"{op.name} = {op.type}({', '.join(inputs)})"


def _name(tensor: Tensor) -> str:
    return tensor.name
