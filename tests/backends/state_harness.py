"""Runs whole op cases node by node with one array library, variables included.

A case's program runs twice, on NumPy and on the library, kernel after kernel in the order of the
graph. Arguments that TensorFlow's GPU kernel wants in host memory are NumPy arrays, all others lie
in the library's memory; so do the values of variables. Nodes without a GPU kernel compute on NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import tftutor as tf
from tests.op_cases.op_case import OpCase
from tftutor.backends.array_library import ArrayLibrary, NumpyLibrary
from tftutor.framework.op_arguments import gives_one_list, kernel_arguments
from tftutor.framework.operation import Operation, Tensor
from tftutor.runtime.binding import NodeBinder
from tftutor.runtime.device_kernels import has_library_kernel
from tftutor.runtime.kernel_registry import gpu_kernel
from tftutor.runtime.pruning import reachable_ops
from tftutor.runtime.resources import ResourceManager, VariableCell


class Walk:
    """One run of a graph's nodes; `computed` are the op types that the library computed."""

    def __init__(self, library: ArrayLibrary) -> None:
        self.library = library
        self.resources = ResourceManager()
        self.values: dict[Tensor, Any] = {}
        self.computed: set[str] = set()

    def run(self, ops: Sequence[Operation], feeds: dict[Tensor, Any]) -> None:
        """Compute `ops` in their order; fed tensors have their values already."""
        self.values = dict(feeds)
        for op in ops:
            if not all(t in feeds for t in op.outputs) or not op.outputs:
                self._compute(op)

    def host_value(self, tensor: Tensor) -> np.ndarray:
        """A computed value as NumPy array."""
        value = self.values[tensor]
        if isinstance(value, VariableCell):
            value = value.value
        return self.library.to_host(value) if self.library.owns(value) else np.asarray(value)

    def _compute(self, op: Operation) -> None:
        memory = gpu_kernel(op)
        on_device = memory is not None and has_library_kernel(op, self.library.name)
        library = self.library if on_device else NumpyLibrary()
        if op.type in ("NoOp", "Placeholder"):
            return
        if on_device:
            self.computed.add(op.type)
        if op._op_def.static_value_fn is not None:
            self.values[op.outputs[0]] = NodeBinder(self.resources).static_value(op)
            return
        inputs = [self._argument(t, arg_is_host=not on_device or memory.host_inputs[i],
                                 wants_cell=self._wants_cell(op, i))
                  for i, t in enumerate(op._inputs)]
        kernel = NodeBinder(self.resources, library=library).bind(op)
        assert not kernel.wants_step
        result = kernel.function(*kernel_arguments(op, inputs), **kernel.keywords)
        one = len(op.outputs) == 1 and not gives_one_list(op)
        outputs = [result] if one else list(result) if op.outputs else []
        if on_device:
            for value, tensor, on_host in zip(outputs, op.outputs, memory.host_outputs,
                                              strict=True):
                self._check_place(tensor, value, on_host)
        self.values.update(zip(op.outputs, outputs, strict=True))

    def _check_place(self, tensor: Tensor, value: Any, on_host: bool) -> None:
        value = value.value if isinstance(value, VariableCell) else value
        assert on_host or self.library.owns(value), (
            f"{tensor.name} is {type(value)}, not an array of {self.library.name}")

    @staticmethod
    def _wants_cell(op: Operation, index: int) -> bool:
        names = [arg.is_ref for arg in op._op_def.spec.inputs]
        return len(names) == len(op._inputs) and names[index]

    def _argument(self, tensor: Tensor, arg_is_host: bool, wants_cell: bool) -> Any:
        value = self.values[tensor]
        if isinstance(value, VariableCell):
            if wants_cell or tensor.dtype == tf.resource:
                return value
            value = value.value
        if not isinstance(value, np.ndarray | np.generic) and not self.library.owns(value):
            return value  # a handle
        if arg_is_host:
            return self.library.to_host(value)[()] if self.library.owns(value) else value
        return value if self.library.owns(value) else self.library.from_host(value)


def _needed(targets: Sequence[Operation], feeds: dict[Tensor, Any]) -> list[Operation]:
    return sorted(reachable_ops(targets, feeds), key=lambda op: op._id)


def _build(case: OpCase) -> tuple[list[Tensor], list[Tensor]]:
    placeholders = [tf.placeholder(np.asarray(v).dtype, np.shape(v)) for v in case.inputs]
    outputs = case.build(*placeholders)
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    return placeholders, [tf.convert_to_tensor(t) for t in outputs]


def fits_a_gpu(case: OpCase) -> bool:
    """True when TensorFlow has GPU kernels for the case's op and all that shares its state."""
    with tf.Graph().as_default() as graph:
        _build(case)
        return all(gpu_kernel(op) is not None for op in graph.get_operations()
                   if op.type == case.op or any(_is_state(t) for t in (*op._inputs, *op.outputs)))


def _is_state(tensor: Tensor) -> bool:
    return tensor.dtype._is_ref_dtype or tensor.dtype == tf.resource


def run_case(case: OpCase, library: ArrayLibrary) -> tuple[list[np.ndarray], set[str]]:
    """The fetched values of a case, and the op types that `library` computed."""
    with tf.Graph().as_default():
        placeholders, fetches = _build(case)
        walk = Walk(library)
        if case.setup is not None:
            walk.run(_needed([tf.global_variables_initializer()], {}), {})
        feeds = dict(zip(placeholders, (np.asarray(v)[()] for v in case.inputs), strict=True))
        walk.run(_needed([t.op for t in fetches], feeds), feeds)
        return [walk.host_value(t) for t in fetches], walk.computed
