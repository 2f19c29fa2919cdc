"""ArrayLibrary: what the runtime asks of an array library and the memory its arrays live in.

Kernels compute with the array-API namespace `xp`. Only what the standard leaves open is asked
here: how an array gets into the library's memory and back, and when its work is done.

A GPU works behind the host's back: a call only puts work at the end of the device's stream. Each
device has one thread that puts it there, inside `with library.activate():`. What it sends to
another device goes with a token from `ready()`, and whoever receives it calls `copy_from`: the
receiving GPU waits for the token, and only a receiving host has to stand still.
"""

from __future__ import annotations

import functools
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

import numpy as np

# Functions that make an array from nothing, and so must be told in which memory.
_CREATION = frozenset({"arange", "asarray", "empty", "eye", "full", "linspace", "ones", "zeros"})


class ArrayLibrary(Protocol):
    """One array library in one memory.

    Attributes:
      name: what kernels for this library are registered under: `@Conv2D.kernel("torch")`.
      xp: its array-API namespace; inside `activate()` what it creates lies in this memory.
      is_host: true when its arrays are NumPy's in the host's memory.
    """

    name: str
    xp: Any
    is_host: bool

    def from_host(self, array: Any, owner: str = "") -> Any:
        """A copy of a NumPy array (or scalar) in this memory. The array may be changed at once.

        `owner` says what for, to a library that keeps account of its memory.
        """
        ...

    def to_host(self, value: Any, token: Any = None) -> np.ndarray:
        """A copy of a value of this memory as a NumPy array.

        Waits for what `token` stands for; without one, for all that was asked of the device.
        """
        ...

    def copy_from(self, source: ArrayLibrary, value: Any, token: Any = None) -> Any:
        """A value of another memory in this one; the value itself where the memory is the same.

        `token` is what `source.ready()` gave after the value was computed. Keep a reference to
        the value until this returns.
        """
        ...

    def ready(self) -> Any:
        """A token that stands for all the work asked of this device so far; None on the host."""
        ...

    def activate(self) -> AbstractContextManager[Any]:
        """Inside, the calling thread's work goes to this device."""
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


def copy_between(destination: ArrayLibrary, source: ArrayLibrary, value: Any,
                 token: Any = None) -> Any:
    """`destination.copy_from` where the two have no shorter way than through the host's memory."""
    if source is destination:
        return value
    return destination.from_host(value if source.is_host else source.to_host(value, token))


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
    xp: Any = np
    is_host = True

    def from_host(self, array: Any, owner: str = "") -> Any:
        """A copy."""
        return np.array(array)

    def to_host(self, value: Any, token: Any = None) -> np.ndarray:
        """A copy."""
        return np.array(value)

    def copy_from(self, source: ArrayLibrary, value: Any, token: Any = None) -> Any:
        """The value itself from another CPU device: all share the host's memory."""
        return value if source.is_host else source.to_host(value, token)

    def ready(self) -> None:
        """NumPy has finished when it returns: there is nothing to wait for."""

    def activate(self) -> AbstractContextManager[Any]:
        """Every thread may compute with NumPy."""
        return nullcontext()

    def owns(self, value: Any) -> bool:
        """True for arrays and scalars of NumPy."""
        return isinstance(value, np.ndarray | np.generic)

    def nbytes(self, value: Any) -> int:
        """The bytes of the elements."""
        return int(value.nbytes)

    def synchronize(self) -> None:
        """NumPy has finished when it returns."""
