"""SimulatedLibrary: a GPU that is acted by NumPy.

What is true of a GPU and matters for a program is true of it: its memory is its own and limited,
arrays get in and out by copies that are counted, it works beside the host and one kernel at a
time. Its speed is that of one processor core.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.array_library import ArrayLibrary
from tftutor.backends.simulated_memory import SimulatedMemory, SimulatedOutOfMemoryError
from tftutor.framework.dtypes import as_dtype
from tftutor.framework.operation import Operation
from tftutor.framework.shape_merge import is_fully_defined, num_elements
from tftutor.runtime.kernel_registry import GpuKernel, is_array
from tftutor.runtime.resources import VariableCell


class SimulatedLibrary:
    """NumPy in the accounted memory of a simulated GPU.

    Args:
      index: its number among the GPUs of the process.
      memory_limit: bytes that fit in its memory.
    """

    name = "numpy"
    xp: Any = np
    is_host = False

    def __init__(self, index: int, memory_limit: int) -> None:
        self.index = index
        self.memory = SimulatedMemory(f"GPU_{index}_simulated", memory_limit)
        self.bytes_now = self.memory.bytes_now
        self._processor = threading.RLock()  # one kernel at a time, whatever session it is from

    @property
    def memory_limit(self) -> int:
        """Bytes that fit in its memory."""
        return self.memory.limit

    @property
    def bytes_in_use(self) -> int:
        """Bytes that are in use."""
        return self.memory.bytes_in_use

    # -- copies -----------------------------------------------------------------------------

    def from_host(self, array: Any, owner: str = "") -> Any:
        """A copy in this memory."""
        if isinstance(array, np.generic):  # as small as a register
            return array
        return self._tracked(np.array(array), owner or "copy from the host")

    def to_host(self, value: Any, token: Any = None) -> Any:
        """A copy in the host's memory."""
        return value if isinstance(value, np.generic) else np.array(value)

    def copy_from(self, source: ArrayLibrary, value: Any, token: Any = None) -> Any:
        """A value of another memory in this one."""
        if source is self:
            return value
        return self.from_host(value if source.is_host else source.to_host(value, token))

    def ready(self) -> None:
        """A value is ready as soon as it is there."""

    def activate(self) -> contextlib.AbstractContextManager[None]:
        """Any thread may act the GPU."""
        return contextlib.nullcontext()

    def owns(self, value: Any) -> bool:
        """True for what lies in this memory."""
        return self.memory.holds(value)

    def nbytes(self, value: Any) -> int:
        """The bytes of the elements."""
        return int(value.nbytes)

    def synchronize(self) -> None:
        """Its kernels have finished when they return."""

    def _tracked(self, array: Any, owner: str) -> Any:
        try:
            return self.memory.track(array, owner)
        except SimulatedOutOfMemoryError as error:
            raise self._out_of_memory(error) from None

    def _out_of_memory(self, error: SimulatedOutOfMemoryError) -> errors.ResourceExhaustedError:
        wanted = error.allocation
        dims = ",".join(map(str, wanted.shape))
        dtype = as_dtype(wanted.dtype).name.replace("float32", "float").replace(
            "float64", "double").replace("float16", "half")
        return errors.ResourceExhaustedError(
            None, None, f"OOM when allocating tensor with shape[{dims}] and type {dtype} on "
            f"/job:localhost/replica:0/task:0/device:GPU:{self.index} by allocator "
            f"{self.memory.name}\n{error.table}")

    # -- kernels ----------------------------------------------------------------------------

    def on_device(self, op: Operation, memory: GpuKernel, kernel: Callable[..., Any]
                  ) -> Callable[..., Any]:
        """`kernel`, run on this device's processor, its results in this device's memory."""
        owner = op.name
        on_device = [not on_host for on_host in memory.host_outputs]
        cells = [index for index, tensor in enumerate(op._inputs) if tensor.dtype._is_ref_dtype]
        single = len(on_device) == 1
        writes = bool(cells) or any(t.dtype.base_dtype.name == "resource" for t in op._inputs)
        huge = _static_results(op, memory)

        def run(*args: Any, **keywords: Any) -> Any:
            for dtype, shape in huge:
                self._check_fits(owner, dtype, shape)
            with self._processor:
                result = kernel(*args, **keywords)
                if writes:
                    self._track_cells(args, owner)
                if not on_device:
                    return result
                if single and not isinstance(result, list | tuple):
                    return self._tracked(result, owner) if on_device[0] else result
                for value, here in zip(result or (), on_device, strict=False):
                    if here:
                        self._tracked(value, owner)
                return result

        return run

    def _track_cells(self, args: Any, owner: str) -> None:
        """Count what an operation has put into variables; the name is the variable's.

        The second buffer of an updated variable goes: TensorFlow updates in place.
        """
        for cell in args:
            if isinstance(cell, VariableCell) and cell.is_initialized:
                cell.spare = None
                self._tracked(cell.value, cell.name or owner)

    def _check_fits(self, owner: str, dtype: Any, shape: tuple[int, ...]) -> None:
        try:
            self.memory.check_fits(owner, dtype, shape)
        except SimulatedOutOfMemoryError as error:
            raise self._out_of_memory(error) from None


def _static_results(op: Operation, memory: GpuKernel) -> list[tuple[Any, Any]]:
    """(dtype, shape) of outputs so big that they are checked before the host computes them."""
    found: list[tuple[Any, Any]] = []
    for tensor, on_host in zip(op.outputs, memory.host_outputs, strict=True):
        shape, dtype = tensor._shape, tensor.dtype.base_dtype
        if (not on_host and shape is not None and is_fully_defined(shape)
                and not tensor.dtype._is_ref_dtype and dtype.is_numpy_compatible
                and is_array(dtype)
                and (num_elements(shape) or 0) > 1 << 24):
            found.append((dtype.as_numpy_dtype, shape))
    return found
