"""PartNames: what the nodes of one device's part of a step are called.

In a partition graph a fed tensor comes from an `_Arg`, a value of another device from its `_Recv`,
and what is fetched goes to a `_Retval`. Traces name inputs in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from tftutor.framework.operation import Operation, Tensor
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
      args: fed tensor -> (name of its `_Arg`, its position).
      retvals: (name of the `_Retval`, its position, the fetched tensor).
      received: what comes from another device -> its `_Recv`.
    """

    def __init__(self, plan: StepPart, whole: Any) -> None:
        fed = sorted(set(whole.feeds), key=_name)
        fetched = sorted(set(whole.fetches) - set(fed), key=_name)
        taken = {t for op in plan.ops for t in op._inputs}
        self.args = {t: (f"_arg_{t.op.name}_{t.value_index}_{i}", i) for i, t in enumerate(fed)
                     if t in plan.feeds and t in taken}
        self.retvals = [(f"_retval_{t.op.name}_{t.value_index}_{i}", i, t)
                        for i, t in enumerate(fetched) if t in plan.fetches]
        self.received: dict[Tensor | Operation, TransferNode] = {}
        for op in plan.ops:
            if isinstance(op, TransferNode) and op.type == "_Recv":
                tensor = op.channel.tensor
                self.received[op.channel.producer if tensor is None else tensor] = op
        self._here = {op for op in plan.ops if not isinstance(op, TransferNode)}

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
