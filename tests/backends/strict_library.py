"""array_api_strict as a device: what runs on it uses nothing but the array-API standard."""

from __future__ import annotations

from typing import Any

import array_api_strict
import numpy as np


class StrictLibrary:
    """array_api_strict, whose arrays NumPy must not touch."""

    name = "array_api_strict"
    xp = array_api_strict

    def from_host(self, array: Any) -> Any:
        """A copy."""
        return array_api_strict.asarray(np.array(array))

    def to_host(self, value: Any) -> np.ndarray:
        """A copy."""
        return np.array(value._array)

    def owns(self, value: Any) -> bool:
        """True for its arrays."""
        return isinstance(value, type(array_api_strict.asarray(0)))

    def nbytes(self, value: Any) -> int:
        """The bytes of the elements."""
        return value._array.nbytes

    def synchronize(self) -> None:
        """It has finished when it returns."""
