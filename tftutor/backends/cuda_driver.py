"""What NVIDIA's driver says about the GPUs that this process may use.

Asked through ctypes: importing PyTorch or CuPy to learn that there is no GPU takes seconds. The
driver obeys CUDA_VISIBLE_DEVICES and numbers the GPUs as both libraries do.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_FILES = {  # one of these is there on a machine whose driver is loaded
    "linux": ("/dev/nvidiactl", "/dev/dxg", "/dev/nvgpu/igpu0", "/dev/nvhost-ctrl-gpu"),
    "win32": (r"C:\Windows\System32\nvcuda.dll",),
}
_LIBRARY = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}
_CAPABILITY_MAJOR, _CAPABILITY_MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_...


class CudaDevice(NamedTuple):
    """One GPU: its number for CUDA, model, bytes of memory, PCI address, UUID, (major, minor)."""

    ordinal: int
    name: str
    total_memory: int
    bus_id: str
    uuid: str
    capability: tuple[int, int]


def may_have_gpu(environ: Mapping[str, str] = os.environ,
                 exists: Callable[[str], bool] = os.path.exists,
                 platform: str = sys.platform) -> bool:
    """False when there is certainly no GPU for this process. Takes microseconds."""
    shown = environ.get("CUDA_VISIBLE_DEVICES")
    if shown is not None and (not shown.strip() or shown.strip().startswith("-")):
        return False
    return any(exists(path) for path in _FILES.get(platform, ()))


def cuda_devices(driver: Any = None) -> list[CudaDevice]:
    """The GPUs that CUDA gives this process; none when the driver can't be loaded or finds none.

    Args:
      driver: the loaded driver library; None loads it.
    """
    if driver is None:
        try:
            driver = ctypes.CDLL(_LIBRARY.get(sys.platform, "libcuda.so.1"))
        except OSError:
            return []
    count = ctypes.c_int()
    if driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count)):
        return []
    return [_device(driver, index) for index in range(count.value)]


def _device(driver: Any, index: int) -> CudaDevice:
    """Ask for one GPU. Raises: RuntimeError with the driver's number for what went wrong."""
    import uuid

    def ask(function: str, *arguments: Any) -> None:
        code = getattr(driver, function)(*arguments)
        if code:
            raise RuntimeError(f"CUDA's driver fails in {function} for GPU {index}: error {code}")

    device, total = ctypes.c_int(), ctypes.c_size_t()
    name, bus_id = ctypes.create_string_buffer(256), ctypes.create_string_buffer(64)
    identity = (ctypes.c_ubyte * 16)()
    major, minor = ctypes.c_int(), ctypes.c_int()
    ask("cuDeviceGet", ctypes.byref(device), ctypes.c_int(index))
    ask("cuDeviceGetName", name, ctypes.c_int(len(name)), device)
    ask("cuDeviceTotalMem_v2", ctypes.byref(total), device)
    ask("cuDeviceGetPCIBusId", bus_id, ctypes.c_int(len(bus_id)), device)
    ask("cuDeviceGetUuid", ctypes.byref(identity), device)
    ask("cuDeviceGetAttribute", ctypes.byref(major), ctypes.c_int(_CAPABILITY_MAJOR), device)
    ask("cuDeviceGetAttribute", ctypes.byref(minor), ctypes.c_int(_CAPABILITY_MINOR), device)
    return CudaDevice(index, name.value.decode(), total.value, bus_id.value.decode().lower(),
                      f"GPU-{uuid.UUID(bytes=bytes(identity))}", (major.value, minor.value))
