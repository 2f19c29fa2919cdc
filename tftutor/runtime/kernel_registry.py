"""Which operations have a GPU kernel, and which arguments of it stay in host memory.

The facts are TensorFlow 1.15's (`gpu_kernels.json`, asked by `tests/golden/ask_gpu_kernels.py`):
a type of operation may have a GPU kernel for float32 and none for int32, and a kernel may want its
shapes and axes in host memory. A program is then placed here as it was placed there.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, NamedTuple

from tftutor.framework.dtypes import DType
from tftutor.framework.op_arguments import argument_length, group_inputs
from tftutor.framework.operation import Operation


class GpuKernel(NamedTuple):
    """A GPU kernel's memory: for each input and output of the node, whether it is host memory."""

    host_inputs: tuple[bool, ...]
    host_outputs: tuple[bool, ...]

    @property
    def is_all_host(self) -> bool:
        """True when no value of it is in device memory: the host computes it beside the GPU."""
        return all(self.host_inputs) and all(self.host_outputs)


@functools.cache
def _registrations() -> dict[str, list[tuple[dict[str, frozenset[str]], frozenset[str]]]]:
    import json  # a session without GPUs never asks

    text = Path(__file__).with_name("gpu_kernels.json").read_text()
    return {op: [({attr: frozenset(names) for attr, names in types.items()}, frozenset(host))
                 for types, host in kernels]
            for op, kernels in json.loads(text).items()}


def op_types_with_gpu_kernels() -> frozenset[str]:
    """The operation types that TensorFlow has a GPU kernel of, for some types at least."""
    return frozenset(_registrations())


def gpu_kernel(op: Operation) -> GpuKernel | None:
    """TensorFlow's GPU kernel for a node, or None when it has none for the node's types."""
    for types, host in _registrations().get(op.type, ()):
        if all(_has_type(op._attrs.get(attr), names) for attr, names in types.items()):
            return GpuKernel(_inputs_in(host, op), _outputs_in(host, op))
    return None


def memory_of(op: Operation) -> GpuKernel:
    """In which memory a GPU's kernel has its arguments; without a GPU kernel all is the host's."""
    return gpu_kernel(op) or GpuKernel((True,) * len(op._inputs), (True,) * len(op.outputs))


def is_array(dtype: DType) -> bool:
    """False for handles and strings: objects of the host, which are never copied to a device."""
    return dtype.base_dtype.name not in ("resource", "variant", "string")


def _has_type(value: Any, names: frozenset[str]) -> bool:
    if isinstance(value, list | tuple):
        return all(_has_type(item, names) for item in value)
    return isinstance(value, DType) and value.base_dtype.name in names


def _inputs_in(host: frozenset[str], op: Operation) -> tuple[bool, ...]:
    return tuple(arg.name in host for arg, group in group_inputs(op, op._inputs) for _ in group)


def _outputs_in(host: frozenset[str], op: Operation) -> tuple[bool, ...]:
    return tuple(arg.name in host for arg in op._op_def.spec.outputs
                 for _ in range(argument_length(op, arg)))
