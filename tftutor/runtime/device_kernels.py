"""Which operations a device of this process can run.

A GPU runs what TensorFlow has a GPU kernel for, types included (`runtime/kernel_registry.py`), if
tftutor has that kernel for the GPU's array library. A simulated GPU computes with NumPy and so has
all of them.
"""

from __future__ import annotations

from tftutor.framework.operation import Operation
from tftutor.kernels import load_kernels
from tftutor.runtime.devices import Device
from tftutor.runtime.kernel_registry import gpu_kernel


def has_kernel(op: Operation, device: Device) -> bool:
    """True when `device` has a kernel for the operation and its types."""
    if device.is_host:
        return True
    memory = gpu_kernel(op)
    if memory is None:
        return False
    return device.is_simulated or memory.is_all_host or has_library_kernel(op, device.library.name)


def has_library_kernel(op: Operation, library: str) -> bool:
    """True when the operation's definition has a kernel that runs on an array library."""
    load_kernels(library)
    definition = op._op_def
    return (definition.kernel_fn is not None or library in definition.library_kernels
            or definition.inline_code is not None or definition.static_value_fn is not None)
