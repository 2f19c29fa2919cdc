"""array_api_strict as a device: what runs on it uses nothing but the array-API standard."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import array_api_strict
import numpy as np

from tftutor.backends.array_library import ArrayLibrary, copy_between


class StrictLibrary:
    """array_api_strict, whose arrays NumPy must not touch."""

    name = "array_api_strict"
    xp = array_api_strict
    is_host = False

    def from_host(self, array: Any, owner: str = "") -> Any:
        """A copy."""
        return array_api_strict.asarray(np.array(array))

    def to_host(self, value: Any, token: Any = None) -> np.ndarray:
        """A copy."""
        return np.array(value._array)

    def copy_from(self, source: ArrayLibrary, value: Any, token: Any = None) -> Any:
        """A copy through the host's memory."""
        return copy_between(self, source, value, token)

    def ready(self) -> None:
        """It has finished when it returns."""

    def activate(self) -> AbstractContextManager[Any]:
        """Every thread may compute with it."""
        return nullcontext()

    def owns(self, value: Any) -> bool:
        """True for its arrays."""
        return isinstance(value, type(array_api_strict.asarray(0)))

    def nbytes(self, value: Any) -> int:
        """The bytes of the elements."""
        return value._array.nbytes

    def synchronize(self) -> None:
        """It has finished when it returns."""
