"""Emitter: writes the Python source of a plan, one line a step.

Names in the source: `v12` a value, `k3` a kernel, `c5` a value known at plan time, `a7` an
attribute. Nodes with constant inputs are folded here; Identity and its like cost nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from tftutor.framework.op_arguments import (
    gives_one_list,
    group_inputs,
    kernel_arguments,
    takes_list,
)
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.shape_merge import Shape, is_fully_defined, num_elements
from tftutor.kernels.acceleration import MAKING_ARRAYS, OVERWRITING
from tftutor.runtime.binding import NodeBinder
from tftutor.runtime.late_reads import LateReads
from tftutor.runtime.transfers import Channel, TransferNode

ALIASES = {"Identity", "StopGradient", "PreventGradient", "Snapshot", "PlaceholderWithDefault",
            "CheckNumericsOff"}
_FOLD_LIMIT = 1 << 16  # elements: larger results are computed in the step, not kept for ever
_BIG = 4096  # elements: larger values are released right after their last use
_SMALL = 64  # elements: a constant scalar is repeated to fill a shape no larger than this
_UFUNCS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_OPERATOR = re.compile(r"\{0\} ([-+*/]) \{1\}")
_MAKES_ARRAY = re.compile(r"\{0\} \S+ \{1\}|[-~]\{0\}")  # an inline `{0}.value` doesn't


class Emitter:
    """Turns an ordered list of operations into source lines and the names they use."""

    may_write_in_place = True

    def __init__(self, ops: Sequence[Operation], fetches: Sequence[Tensor],
                 feeds: Sequence[Tensor], binder: NodeBinder) -> None:
        self.ops = ops
        self.fetches = fetches
        self.feeds = feeds
        self.binder = binder
        self.folding_binder = binder  # for what is computed when the plan is made
        self.fetch_positions = {tensor: index for index, tensor in enumerate(fetches)}
        self.namespace: dict[str, Any] = {}
        self.lines: list[str] = []
        self.line_ops: dict[int, Operation] = {}
        self.uses_step = False
        self.names: dict[Tensor, str] = {}
        self._numbers = itertools.count()
        self.constants: dict[Tensor, Any] = {}
        self._globals_of: dict[int, str] = {}
        self._kept: list[Any] = []  # keeps ids in _globals_of alive
        self._last_use: dict[Tensor, Any] = {}  # the operation (or region) that takes it last
        self._uses: dict[Tensor, int] = {}  # how many operations take it
        self._arrays: dict[tuple[Tensor, Shape], np.ndarray] = {}  # constant scalars as arrays
        self._received: set[Tensor] = set()  # come from another device: values, never cells
        self._given: set[Tensor] = set()  # of those, what nobody else has
        self.late: LateReads | None = None  # of the whole step, when this is a part of one
        self._late = LateReads((), ())
        # Operation -> variables of another device that it reads anew -> what it receives for them.
        self.late_values: dict[Operation, dict[Tensor, Tensor]] = {}
        self.early: frozenset[Tensor] = frozenset()  # fetched as they are when they are made
        self._early_names: dict[Tensor, str] = {}
        self.indent = 1

    # -- the whole --------------------------------------------------------------------------

    def emit(self) -> None:
        """Write all lines."""
        self._late = self.late or LateReads(self.ops, self.feeds)
        self._find_last_uses()
        self.write("def step_function(feeds, step):", indent=0)
        for index, tensor in enumerate(self.feeds):
            self.names[tensor] = f"f{index}"
        if self.feeds:
            self.write(f"{', '.join(self.names[t] for t in self.feeds)}, = feeds")
        self.emit_ops(self.ops)
        values = ", ".join(self.fetch_text(t) for t in self.fetches)
        self.write(f"return [{values}]")

    def source(self) -> str:
        """The text of the plan."""
        return "\n".join(self.lines) + "\n"

    def write(self, text: str, op: Operation | None = None, indent: int | None = None) -> None:
        """Append one line, remembering which operation it belongs to."""
        self.lines.append("    " * (self.indent if indent is None else indent) + text)
        if op is not None:
            self.line_ops[len(self.lines)] = op

    def emit_ops(self, ops: Sequence[Operation]) -> None:
        """Write the steps of `ops`, in order."""
        for op in ops:
            self.emit_op(op)

    # -- names ------------------------------------------------------------------------------

    def global_name(self, prefix: str, value: Any) -> str:
        """The global under which `value` stands in the plan's namespace."""
        key = id(value)
        name = self._globals_of.get(key)
        if name is None:
            name = f"{prefix}{len(self._globals_of)}"
            self._globals_of[key] = name
            self._kept.append(value)
            self.namespace[name] = value
        return name

    def new_name(self, tensor: Tensor) -> str:
        """A fresh local for a tensor."""
        name = self.names[tensor] = f"v{next(self._numbers)}"
        return name

    def raw(self, tensor: Tensor) -> str:
        """Source text for what flows along the edge: a value, or a variable's cell."""
        name = self.names.get(tensor)
        if name is not None:
            return name
        return self.global_name("c", self.constants[tensor])

    def read(self, tensor: Tensor) -> str:
        """Source text for a value: a variable's cell is read."""
        text = self.raw(tensor)
        if (tensor.dtype._is_ref_dtype and tensor not in self._received
                and tensor not in self._fed()):
            return f"{text}.value"
        return text

    def fetch_text(self, tensor: Tensor) -> str:
        """Source text for a value to return."""
        early = self._early_names.get(tensor)
        text = self.returned(self.fetched(tensor))
        return text if early is None else f"{text} if {early} is None else {early}"

    def returned(self, tensor: Tensor) -> str:
        """Source text for a value as it leaves the step."""
        return self.read(tensor)

    def fetched(self, tensor: Tensor) -> Tensor:
        """What is read for a fetched tensor: a variable that the step updates, as it is now."""
        updated = tensor if tensor in self.early else self._late.updated.get(tensor, tensor)
        return updated if self._has(updated) else tensor

    def _has(self, tensor: Tensor) -> bool:
        return tensor in self.names or tensor in self.constants

    def _fed(self) -> dict[Tensor, None]:
        return dict.fromkeys(self.feeds)

    # -- one operation ----------------------------------------------------------------------

    def emit_op(self, op: Operation) -> None:
        """Write one operation, after reading anew what has been updated before it."""
        anew = self.read_anew_by(op)
        if not anew:
            self.emit_one(op)
            self._read_early(op)
            return
        before = {tensor: self.names.get(tensor) for tensor in anew}
        for tensor in anew:
            self._read_anew(op, tensor)
        self.emit_one(op)
        self._read_early(op)
        for tensor, name in before.items():
            if name is not None:
                self.names[tensor] = name
            elif self.names.pop(tensor, None) is not None:
                self._received.discard(tensor)

    def read_anew_by(self, op: Operation) -> Sequence[Tensor]:
        """What an operation must see as it is now, and not as it was first read or sent."""
        return tuple(dict.fromkeys((*self._late.of.get(op, ()), *self.late_values.get(op, ()))))

    def _read_anew(self, op: Operation, tensor: Tensor) -> None:
        """Let `tensor` name the value that its variable has now, for one operation."""
        received = self.late_values.get(op, {}).get(tensor)
        if received is not None:
            self.names[tensor] = self.names[received]
            if tensor.dtype._is_ref_dtype:
                self._received.add(tensor)
        elif tensor in self.names and self._has(self._late.updated[tensor]):
            text = self.read(self._late.updated[tensor])
            self.names[tensor] = f"{self.names[tensor]}_{op._id}"
            self.write(f"{self.names[tensor]} = {text}", op)

    def _read_early(self, op: Operation) -> None:
        """Keep the value that a variable has now for who fetches it; None if it has none yet."""
        for tensor in op.outputs if self.early else ():
            if tensor in self.early and tensor.dtype._is_ref_dtype and self.indent == 1:
                name = self._early_names[tensor] = f"e{len(self._early_names)}"
                value = self.returned(tensor)
                self.write(f"{name} = {value} if {self.raw(tensor)}.is_initialized else None", op)

    def emit_one(self, op: Operation) -> None:
        """Write one operation: as nothing, an alias, a folded constant or a step."""
        definition = op._op_def
        if op.type == "NoOp":
            return
        if isinstance(op, TransferNode):
            self.emit_transfer(op)
        elif definition.static_value_fn is not None:
            self._set_constants(op, [self.folding_binder.static_value(op)])
        elif op.type in ALIASES and not op._inputs[0].dtype._is_ref_dtype:
            self._alias(op)
        elif not self._fold(op):
            self._emit_step(op)

    def emit_transfer(self, node: TransferNode) -> None:
        """Write the sending or receiving end of an edge between two devices."""
        self.uses_step = True
        channel = node.channel
        if node.type == "_Send":
            value = self.sent_text(channel) if channel.sent is not None else "None"
            self.write(f"{self.global_name('k', channel.send)}({value}, step)"
                       + self._releases(node), node)
            return
        target = ""
        if channel.tensor is not None:
            self._received.add(channel.tensor)
            if channel.gives_away:
                self._given.add(channel.tensor)
            target = f"{self._output_name(channel.tensor)} = "
        self.write(f"{target}{self.global_name('k', channel.recv)}(step)", node)

    def sent_text(self, channel: Channel) -> str:
        """Source text for the value that goes to another device."""
        return self.read(channel.sent)  # type: ignore[arg-type]

    def _alias(self, op: Operation) -> None:
        self.pass_on(op._inputs[0], op.outputs[0])

    def pass_on(self, source: Tensor, target: Tensor) -> None:
        """Let `target` be another name for the value of `source`."""
        if target in self.names:  # fed
            return
        if source in self.constants:
            self.constants[target] = self.constants[source]
        else:
            self.names[target] = self.names[source]

    def _set_constants(self, op: Operation, values: Sequence[Any]) -> None:
        for tensor, value in zip(op.outputs, values, strict=True):
            if tensor not in self.names:  # a fed tensor keeps its feed
                self.constants[tensor] = value

    # -- folding ----------------------------------------------------------------------------

    def _fold(self, op: Operation) -> bool:
        """Compute a node now when its inputs are known and it has no effects."""
        if op._op_def.is_stateful or not op.outputs:
            return False
        if op.type == "Shape" and is_fully_defined(op._inputs[0]._shape):
            dtype = op._attrs["out_type"].as_numpy_dtype
            self._set_constants(op, [np.array(op._inputs[0]._shape, dtype)])
            return True
        if any(t not in self.constants or t.dtype._is_ref_dtype for t in op._inputs):
            return False
        if not all((num_elements(t._shape) or 0) <= _FOLD_LIMIT for t in op.outputs):
            return False
        if op.type in NEVER_FOLDED:
            return False
        kernel = self.folding_binder.bind(op)
        if kernel.wants_step:
            return False
        try:
            with np.errstate(all="ignore"):
                inputs = kernel_arguments(op, [self.constants[t] for t in op._inputs])
                result = kernel.function(*inputs, **kernel.keywords)
        except Exception:  # noqa: BLE001 - a node that fails must fail when the step runs it
            return False
        self._set_constants(op, [result] if len(op.outputs) == 1 and not gives_one_list(op)
                            else list(result))
        return True

    # -- steps ------------------------------------------------------------------------------

    def _emit_step(self, op: Operation) -> None:
        if op._op_def.inline_code is not None:
            if self._emit_in_place(op):
                return
            expression = op._op_def.inline_code.format(*self._operands(op))
        elif op.type in ALIASES:
            expression = self._input_texts(op)[0]
        else:
            expression = self._call(op, self._input_texts(op))
        self.write(self._result_text(op, expression) + self._releases(op), op)

    def _result_text(self, op: Operation, expression: str) -> str:
        """`v5, v6 = <expression>`."""
        outputs = [self._output_name(t) for t in op.outputs]
        if not outputs:
            return expression
        if len(outputs) == 1:
            return f"{outputs[0]}{',' if gives_one_list(op) else ''} = {expression}"
        return f"{', '.join(outputs)} = {expression}"

    def _operands(self, op: Operation, shape: Shape = None) -> list[str]:
        """Texts of an inline op's inputs; a constant scalar beside an array is an array too.

        NumPy multiplies an array by a 0-d array faster than by a scalar, by one of the same small
        `shape` faster still, and a scalar by a scalar fastest of all.
        """
        texts = [self.read(t) for t in op._inputs]
        if op.outputs[0]._shape:  # known to be no scalar
            for index, tensor in enumerate(op._inputs):
                value = self.constants.get(tensor)
                if isinstance(value, np.generic):
                    small = (num_elements(shape) or _SMALL + 1) <= _SMALL
                    dims: Any = shape if small else ()
                    key = (tensor, dims)
                    if key not in self._arrays:
                        self._arrays[key] = np.full(dims, value)
                    texts[index] = self.global_name("c", self._arrays[key])
        return texts

    def _emit_in_place(self, op: Operation) -> bool:
        """Write `multiply(v4, v5, v4)` where an operator's input is a temporary of its very shape.

        Only in straight-line plans, and only when this op is the one consumer of an array that an
        operator made just for it: then nobody can see the change.
        """
        match = _OPERATOR.fullmatch(op._op_def.inline_code or "")
        if match is None or not self.may_write_in_place:
            return False
        first, second = op._inputs
        if self._is_own_temporary(first, op) and _keeps_shape(first._shape, second._shape):
            target, left, right = first, 0, 1
        elif (match[1] in "+*" and self._is_own_temporary(second, op)
              and _keeps_shape(second._shape, first._shape)):
            target, left, right = second, 1, 0
        else:
            return False
        texts = self._operands(op, target._shape)
        function = self.global_name("k", getattr(self.binder.xp, _UFUNCS[match[1]]))
        self.write(f"{function}({texts[left]}, {texts[right]}, {texts[left]})"
                   + self._releases(op, target), op)
        self.names[op.outputs[0]] = self.names[target]
        return True

    def _is_own_temporary(self, tensor: Tensor, op: Operation) -> bool:
        return (self._uses.get(tensor) == 1 and self._last_use.get(tensor) is op
                and bool(tensor._shape) and tensor not in self._received
                and _MAKES_ARRAY.fullmatch(tensor.op._op_def.inline_code or "") is not None
                and op._inputs.count(tensor) == 1 and op.outputs[0] not in self.names
                and self.names.get(tensor, "").startswith("v"))

    def _may_overwrite(self, op: Operation) -> bool:
        """Whether a kernel may write its result over its first input, which nobody sees again."""
        if op.type not in OVERWRITING or not self.may_write_in_place:
            return False
        tensor = op._inputs[0]
        return (tensor.op.type in MAKING_ARRAYS and self._uses.get(tensor) == 1
                and self._last_use.get(tensor) is op and tensor not in self._received
                and op._inputs.count(tensor) == 1 and self.names.get(tensor, "").startswith("v"))

    def _may_take(self, op: Operation) -> bool:
        """Whether a kernel may keep its last input, which nobody else has or sees again."""
        tensor = op._inputs[-1]
        return (tensor in self._given and self._uses.get(tensor) == 1 and not self.late_values
                and self._last_use.get(tensor) is op)

    def _only_user(self, op: Operation) -> Operation | None:
        """The operation that alone sees what this one makes, if it makes one thing."""
        if len(op.outputs) != 1 or self._uses.get(op.outputs[0]) != 1:
            return None
        return self._last_use.get(op.outputs[0])

    def _output_name(self, tensor: Tensor) -> str:
        return "_" if tensor in self.names else self.new_name(tensor)

    def _input_texts(self, op: Operation) -> list[str]:
        texts: list[str] = []
        for arg, group in group_inputs(op, op._inputs):
            parts = [self.raw(t) if arg.is_ref else self.read(t) for t in group]
            texts.append(f"[{', '.join(parts)}]" if takes_list(arg) else parts[0])
        return texts

    def _call(self, op: Operation, inputs: list[str]) -> str:
        kernel = self.binder.bind(op, self._may_overwrite(op), self._only_user(op))
        arguments = list(inputs)
        for key, value in kernel.keywords.items():
            if key == "may_take":
                value = self._may_take(op)
            literal = repr(value) if value is None or type(value) in (bool, int, str) \
                else self.global_name("a", value)
            arguments.append(f"{key}={literal}")
        if kernel.wants_step:
            self.uses_step = True
            arguments.append("step=step")
        return f"{self.global_name('k', kernel.function)}({', '.join(arguments)})"

    # -- lifetimes --------------------------------------------------------------------------

    def _find_last_uses(self) -> None:
        for op in self.ops:
            for tensor in op._inputs:
                self._last_use[tensor] = op
                self._uses[tensor] = self._uses.get(tensor, 0) + 1
        for tensor in self.fetches:
            self._last_use.pop(tensor, None)

    def _releases(self, op: Operation, keep: Tensor | None = None) -> str:
        """Source text that lets go of big values after their last use."""
        return self._releases_of(op, [t for t in op._inputs if t is not keep])

    def _releases_of(self, user: Any, tensors: Sequence[Tensor]) -> str:
        if self.indent != 1:
            return ""
        names = [self.names[tensor] for tensor in dict.fromkeys(tensors)
                 if self._last_use.get(tensor) is user
                 and self.names.get(tensor, "").startswith("v")
                 and tensor.op.type not in NEVER_FOLDED and self._has_no_other_name(tensor)]
        return f"; {' = '.join(names)} = None" if names else ""

    @staticmethod
    def _has_no_other_name(tensor: Tensor) -> bool:
        """True for a value that is big, and that no node which only passes it on has named anew.

        What has been read from a variable is one: updates in place wait for it to be let go.
        """
        return ((tensor.op.type not in ALIASES or tensor.op._inputs[0].dtype._is_ref_dtype)
                and not any(c.type in ALIASES or c.type in NEVER_FOLDED
                            for c in tensor._consumers or ())
                and (num_elements(tensor._shape) or _BIG) >= _BIG)


def _keeps_shape(shape: Shape, other: Shape) -> bool:
    """True when an array of `shape` combined with one of `other` surely has its shape again."""
    if shape is None or other is None or len(other) > len(shape):
        return False
    return all(b == 1 or (b is not None and a == b)
               for a, b in zip(reversed(shape), reversed(other), strict=False))


NEVER_FOLDED = {"Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond", "RefSwitch",
                 "RefMerge", "RefEnter", "RefExit", "RefNextIteration", "ControlTrigger", "NoOp",
                 "Placeholder", "PlaceholderV2"}
