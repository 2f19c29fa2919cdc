"""ArrayLibrary: what the runtime asks of an array library and the memory its arrays live in.

Kernels compute with the array-API namespace `xp`. Only what the standard leaves open is asked
here: how an array gets into the library's memory and back, and when its work is done.
"""

from __future__ import annotations

import functools
from typing import Any, Protocol

import numpy as np

# Functions that make an array from nothing, and so must be told in which memory.
_CREATION = frozenset({"arange", "asarray", "empty", "eye", "full", "linspace", "ones", "zeros"})


class ArrayLibrary(Protocol):
    """One array library in one memory.

    Attributes:
      name: what kernels for this library are registered under: `@Conv2D.kernel("torch")`.
      xp: its array-API namespace; what it creates lies in this memory.
    """

    name: str
    xp: Any

    def from_host(self, array: Any) -> Any:
        """A copy of a NumPy array (or scalar) in this memory."""
        ...

    def to_host(self, value: Any) -> np.ndarray:
        """A copy of a value of this memory as a NumPy array, when its computation is done."""
        ...

    def owns(self, value: Any) -> bool:
        """True for an array that lies in this memory."""
        ...

    def nbytes(self, value: Any) -> int:
        """The bytes that an array's elements take."""
        ...

    def synchronize(self) -> None:
        """Wait until everything that was asked of this memory's device is done."""
        ...


class DeviceNamespace:
    """An array-API namespace whose creation functions make arrays on one device."""

    def __init__(self, xp: Any, device: Any) -> None:
        self._xp = xp
        self._device = device

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._xp, name)
        if name in _CREATION:
            found = functools.partial(found, device=self._device)
        setattr(self, name, found)  # asked for once
        return found

    def __repr__(self) -> str:
        return f"<{self._xp.__name__} on {self._device}>"


def library_dtype(xp: Any, dtype: Any) -> Any:
    """The dtype object of namespace `xp` for a tf.DType or NumPy dtype: `torch.float32`.

    Raises: AttributeError when the library has no such type.
    """
    name = getattr(dtype, "name", None) or np.dtype(dtype).name
    return getattr(xp, "bool" if name == "bool" else name)


class NumpyLibrary:
    """NumPy in the host's memory."""

    name = "numpy"
    xp = np

    def from_host(self, array: Any) -> Any:
        """A copy."""
        return np.array(array)

    def to_host(self, value: Any) -> np.ndarray:
        """A copy."""
        return np.array(value)

    def owns(self, value: Any) -> bool:
        """True for arrays and scalars of NumPy."""
        return isinstance(value, np.ndarray | np.generic)

    def nbytes(self, value: Any) -> int:
        """The bytes of the elements."""
        return int(value.nbytes)

    def synchronize(self) -> None:
        """NumPy has finished when it returns."""
