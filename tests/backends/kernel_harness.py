"""Runs the kernel of each op case on an array library and compares it with NumPy's answer.

The arguments that TensorFlow's GPU kernel wants in host memory are given as NumPy arrays, all
others as arrays of the library, as the runtime does. Nodes that hold state (variables, generators)
are left to the tests of whole sessions.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

import tftutor as tf
from tests.op_cases.op_case import OpCase
from tests.op_cases.registry import all_cases
from tftutor.backends.array_library import ArrayLibrary
from tftutor.framework.op_arguments import gives_one_list, kernel_arguments
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Operation
from tftutor.kernels import load_kernels
from tftutor.runtime.binding import NodeBinder
from tftutor.runtime.kernel_registry import GpuKernel, gpu_kernel, op_types_with_gpu_kernels
from tftutor.runtime.resources import ResourceManager

_PASSED_ON = {"Identity", "StopGradient", "PreventGradient", "PlaceholderWithDefault", "Snapshot"}
# Nodes that a plan turns into Python control flow or into an argument: they have no kernel.
_NEVER_CALLED = {"Switch", "Merge", "Enter", "Exit", "NextIteration", "Placeholder"}
_LIBRARIES = ("numpy", "cupy", *(["torch"] if importlib.util.find_spec("torch") else []))


class NodeRun(NamedTuple):
    """One node with the values that it took and gave on NumPy."""

    op: Operation
    memory: GpuKernel
    inputs: list[Any]
    outputs: list[Any]


def device_cases() -> list[OpCase]:
    """The cases whose op type has a GPU kernel in TensorFlow, and no state."""
    with_kernel = op_types_with_gpu_kernels()
    return [case for case in all_cases()
            if case.op in with_kernel and _has_kernel_to_call(get_op_def(case.op))]


def lacks_kernel(op_type: str, library: str) -> bool:
    """True when no kernel of an op type runs on an array library (names of `Device.library`)."""
    load_kernels(library)
    definition = get_op_def(op_type)
    return definition.kernel_fn is None and library not in definition.library_kernels


def has_kernels_for_each_library(op_type: str) -> bool:
    """True when NumPy, torch and CuPy have a kernel each, so that none for others is needed.

    Where torch isn't installed, its kernels can't be looked at and are taken for granted.
    """
    return get_op_def(op_type).kernel_fn is None and not any(
        lacks_kernel(op_type, library) for library in _LIBRARIES)


def _has_kernel_to_call(definition: OpDef) -> bool:
    return (not definition.is_stateful and bool(definition.spec.outputs)
            and definition.name not in _PASSED_ON and definition.name not in _NEVER_CALLED
            and definition.static_value_fn is None)


def _is_computable(op: Operation) -> bool:
    return (_has_kernel_to_call(op._op_def)
            and not any(t.dtype._is_ref_dtype for t in op._inputs)
            and all(t.dtype.base_dtype.name not in ("resource", "variant", "string")
                    for t in (*op._inputs, *op.outputs)))


def runs_of(case: OpCase) -> Iterator[NodeRun]:
    """The nodes of the case's op type that TensorFlow would compute on a GPU, with their values."""
    with tf.Graph().as_default() as graph, tf.Session() as session:
        placeholders = [tf.placeholder(np.asarray(v).dtype, np.shape(v)) for v in case.inputs]
        case.build(*placeholders)
        feeds = dict(zip(placeholders, case.inputs, strict=True))
        if case.setup is not None:
            case.setup(session)
        for op in graph.get_operations():
            memory = gpu_kernel(op) if op.type == case.op and _is_computable(op) else None
            if memory is None or memory.is_all_host:
                continue
            count = len(op._inputs)
            values = session.run([*op._inputs, *op.outputs], feeds)
            yield NodeRun(op, memory, values[:count], values[count:])


def _inputs_of(run: NodeRun, library: ArrayLibrary) -> list[Any]:
    return [np.array(value) if on_host else library.from_host(value)
            for value, on_host in zip(run.inputs, run.memory.host_inputs, strict=True)]


def run_node(run: NodeRun, library: ArrayLibrary) -> list[Any]:
    """The values that the node's kernel gives on `library`, back on the host."""
    kernel = NodeBinder(ResourceManager(), library=library).bind(run.op)
    assert not kernel.wants_step
    inputs = _inputs_of(run, library)
    with np.errstate(all="ignore"):  # as in a step; array_api_strict computes with NumPy
        result = kernel.function(*kernel_arguments(run.op, inputs), **kernel.keywords)
    outputs = [result] if len(run.op.outputs) == 1 and not gives_one_list(run.op) else list(result)
    return _on_host(run, outputs, library)


def run_inline(run: NodeRun, library: ArrayLibrary) -> list[Any]:
    """The value that the expression gives which a plan writes for the node, back on the host."""
    code = run.op._op_def.inline_code
    assert code is not None
    names = {f"v{index}": value for index, value in enumerate(_inputs_of(run, library))}
    return _on_host(run, [eval(code.format(*names), {}, names)], library)


def _on_host(run: NodeRun, outputs: list[Any], library: ArrayLibrary) -> list[Any]:
    host = []
    for value, on_host, tensor in zip(outputs, run.memory.host_outputs, run.op.outputs,
                                      strict=True):
        assert on_host or library.owns(value), (
            f"{tensor.name} is {type(value)}, not an array of {library.name}")
        host.append(np.asarray(value) if on_host else library.to_host(value))
    return host


def check_node(run: NodeRun, library: ArrayLibrary, case: OpCase) -> None:
    """Compare the values of the node's kernel on a library with NumPy's."""
    compare(run, run_node(run, library), case)


def compare(run: NodeRun, values: list[Any], case: OpCase) -> None:
    """Compare values with NumPy's: type, shape, elements."""
    for tensor, found, expected in zip(run.op.outputs, values, run.outputs, strict=True):
        assert found.dtype == tensor.dtype.base_dtype.as_numpy_dtype, (tensor, found.dtype)
        assert found.shape == np.shape(expected), (tensor, found.shape)
        if found.dtype.kind in "fc":
            np.testing.assert_allclose(found, expected, rtol=max(case.rtol, 1e-5),
                                       atol=max(case.atol, 1e-6))
        else:
            np.testing.assert_array_equal(found, expected)
