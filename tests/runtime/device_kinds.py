"""Sessions whose GPU is played by an array library that needs no GPU."""

from __future__ import annotations

from typing import Any

from tftutor.client import base_session
from tftutor.runtime.devices import Device
from tftutor.runtime.simulated_gpu import SimulatedLibrary

KINDS = ["simulated", "torch", "array_api_strict"]


def make_gpus(kind: str, count: int = 1) -> list[Device]:
    """`count` GPUs of a kind, after one CPU."""
    return [Device("CPU", 0), *(_make_gpu(kind, index) for index in range(count))]


def _make_gpu(kind: str, index: int) -> Device:
    if kind == "simulated":
        return Device("GPU", index, SimulatedLibrary(index, 1 << 30), is_simulated=True)
    if kind == "torch":
        from tftutor.backends.torch_library import TorchLibrary

        return Device("GPU", index, TorchLibrary("cpu"), description="torch on the CPU, for tests")
    from tests.backends.strict_library import StrictLibrary

    return Device("GPU", index, StrictLibrary(), description="array_api_strict, for tests")


def use_gpus(monkeypatch: Any, kind: str, count: int = 1) -> list[Device]:
    """Let every session that is made have these devices."""
    devices = make_gpus(kind, count)
    monkeypatch.setattr(base_session, "session_devices", lambda settings: devices)
    return devices
