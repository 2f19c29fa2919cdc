"""PyTorch's arrays: on a GPU, or on the CPU, where what needs no GPU is tested.

On a GPU everything is put on one stream, in the order of the program; results go to the host on a
second stream, so that a fetch waits for its own value and not for what was asked after it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from tftutor.backends.array_library import ArrayLibrary, DeviceNamespace, copy_between


class TorchLibrary:
    """PyTorch on one of its devices (`cuda:0`, `cpu`).

    On a GPU it switches TensorFloat-32 off for the whole process: TF 1.15 computes convolutions
    with all the bits of float32, and PyTorch's default doesn't.
    """

    name = "torch"
    is_host = False

    def __init__(self, device: str = "cpu") -> None:
        import array_api_compat.torch as namespace
        import torch

        self._torch = torch
        self.device = torch.device(device)
        self.xp = DeviceNamespace(namespace, self.device)
        self._stream: Any = None
        self._fetches: Any = None
        if self.device.type == "cuda":
            torch.backends.cuda.matmul.allow_tf32 = False
            torch.backends.cudnn.allow_tf32 = False
            self._stream = torch.cuda.Stream(self.device)
            self._fetches = torch.cuda.Stream(self.device)

    def from_host(self, array: Any, owner: str = "") -> Any:
        """A copy in the device's memory; on a GPU through pinned memory, without waiting."""
        torch = self._torch
        if self._stream is None:
            return torch.tensor(np.ascontiguousarray(array).reshape(np.shape(array)))
        array = np.asarray(array)
        dtype = torch.from_numpy(np.empty(0, array.dtype)).dtype
        # PyTorch keeps pinned memory from its next user until the copy out of it is done.
        pinned = torch.empty(array.shape, dtype=dtype, pin_memory=True)
        pinned.numpy()[...] = array
        with self.activate():
            return pinned.to(self.device, non_blocking=True)

    def to_host(self, value: Any, token: Any = None) -> np.ndarray:
        """A copy in the host's memory; waits for `token`, else for all that was asked before."""
        if self._stream is None:
            return np.array(value.resolve_conj().resolve_neg().numpy())
        self._fetches.wait_event(token or self.ready())
        with self._torch.cuda.stream(self._fetches):
            return value.resolve_conj().resolve_neg().cpu().numpy()

    def copy_from(self, source: ArrayLibrary, value: Any, token: Any = None) -> Any:
        """From another GPU without the host: PyTorch copies on the sender's stream.

        There it comes after all that computes the value, and before the memory has a next user.
        """
        if isinstance(source, TorchLibrary) and source is not self and self._stream is not None:
            with source.activate(), self.activate():
                return value.to(self.device, non_blocking=True)
        return copy_between(self, source, value, token)

    def ready(self) -> Any:
        """An event at the end of the stream; None on the CPU."""
        return None if self._stream is None else self._stream.record_event()

    def activate(self) -> AbstractContextManager[Any]:
        """Inside, the device and its stream are the calling thread's current ones."""
        return nullcontext() if self._stream is None else self._torch.cuda.stream(self._stream)

    def owns(self, value: Any) -> bool:
        """True for a tensor on this device."""
        return isinstance(value, self._torch.Tensor) and value.device == self.device

    def nbytes(self, value: Any) -> int:
        """The bytes of the elements."""
        return value.numel() * value.element_size()

    def synchronize(self) -> None:
        """Wait for the device's stream."""
        if self._stream is not None:
            self._stream.synchronize()
