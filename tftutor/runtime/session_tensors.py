"""SessionTensors: the tensors that a session keeps between steps, by handles.

A handle is a text, "node;number;device". `tf.get_session_handle` makes one and keeps a value for
it; `tf.get_session_tensor` reads the value in a later step.
"""

from __future__ import annotations

import itertools
from typing import Any

from tftutor import errors


class SessionTensors:
    """The kept tensors of one session. No method does two things that a thread could come between.
    """

    def __init__(self) -> None:
        self._values: dict[str, tuple[Any, Any]] = {}
        self._numbers = itertools.count()

    def keep(self, node: str, device: str, value: Any, dtype: Any) -> str:
        """Keep a value; its handle."""
        handle = f"{node};{next(self._numbers)};{device}"
        self._values[handle] = value, dtype
        return handle

    def find(self, handle: str) -> tuple[Any, Any]:
        """The value and its dtype. Raises: tf.errors.InvalidArgumentError when there is none."""
        found = self._values.get(handle)
        if found is None:
            raise errors.InvalidArgumentError(
                None, None, f"The tensor with handle '{handle}' is not in the session store.")
        return found

    def delete(self, handle: str) -> bool:
        """Forget a value; False when there was none."""
        return self._values.pop(handle, None) is not None

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()
