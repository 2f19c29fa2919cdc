"""PyTorch's arrays: on a GPU, or on the CPU, where what needs no GPU is tested."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.backends.array_library import DeviceNamespace


class TorchLibrary:
    """PyTorch on one of its devices (`cuda:0`, `cpu`)."""

    name = "torch"

    def __init__(self, device: str = "cpu") -> None:
        import array_api_compat.torch as namespace
        import torch

        self._torch = torch
        self.device = torch.device(device)
        self.xp = DeviceNamespace(namespace, self.device)

    def from_host(self, array: Any) -> Any:
        """A copy in the device's memory; on a GPU through pinned memory, without waiting."""
        host = np.ascontiguousarray(array).reshape(np.shape(array))
        if self.device.type == "cpu":
            return self._torch.tensor(host)
        return self._torch.from_numpy(host.copy()).pin_memory().to(self.device, non_blocking=True)

    def to_host(self, value: Any) -> np.ndarray:
        """A copy in the host's memory; waits for the computation."""
        return np.array(value.detach().cpu().numpy())

    def owns(self, value: Any) -> bool:
        """True for a tensor on this device."""
        return isinstance(value, self._torch.Tensor) and value.device == self.device

    def nbytes(self, value: Any) -> int:
        """The bytes of the elements."""
        return value.numel() * value.element_size()

    def synchronize(self) -> None:
        """Wait for the device."""
        if self.device.type == "cuda":
            self._torch.cuda.synchronize(self.device)
