"""Reading the GPUs through NVML, the library under nvidia-smi (package nvidia-ml-py).

What a GPU doesn't support (a fan it lacks, ECC on a gaming card) becomes None. On one H100 (driver
580) every cell was nvidia-smi's; the tests use a recorded module with the real package's functions
and signatures.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from tftutor.inspection.gpu_model import Gpu, GpuProcess, GpuStateError

_MIB = 1 << 20
_NO_INSTANCE = 0xFFFFFFFF  # NVML's "not in a MIG instance"
_COMPUTE_MODES = {0: "Default", 1: "E. Thread", 2: "Prohibited", 3: "E. Process"}

Reading = tuple[str, str | None, tuple[Gpu, ...], tuple[GpuProcess, ...]]


def read_gpus() -> Reading:
    """(driver version, CUDA version, GPUs, processes). Raises: GpuStateError."""
    nvml = _import_nvml()
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        raise GpuStateError(
            f"No NVIDIA driver answers on this machine ({_text(error)}), so there is no GPU to "
            "show; `--simulated 2` or TFTUTOR_SIMULATED_GPUS=2 lists simulated ones.") from None
    try:
        return _Reader(nvml).read()
    except nvml.NVMLError as error:
        raise GpuStateError(f"NVML could not read the GPUs: {_text(error)}.") from error
    finally:
        nvml.nvmlShutdown()


def _import_nvml() -> Any:
    try:
        return importlib.import_module("pynvml")
    except ImportError:
        raise GpuStateError(
            "The state of NVIDIA GPUs is read through NVML, whose package is missing: "
            "pip install 'tftutor[gpu]'; `--simulated 2` or TFTUTOR_SIMULATED_GPUS=2 lists "
            "simulated GPUs without it.") from None


def _text(value: Any) -> str:
    """Text as str: old versions of the package give bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)


class _Reader:
    """One reading; `nvml` is the initialised module."""

    def __init__(self, nvml: Any) -> None:
        self.nvml = nvml
        self.unsupported = (nvml.NVMLError_NotSupported, nvml.NVMLError_NoPermission,
                            nvml.NVMLError_FunctionNotFound)

    def read(self) -> Reading:
        handles = [self.nvml.nvmlDeviceGetHandleByIndex(index)
                   for index in range(self.nvml.nvmlDeviceGetCount())]
        gpus = tuple(self._gpu(index, handle) for index, handle in enumerate(handles))
        processes = tuple(process for index, handle in enumerate(handles)
                          for process in self._processes(index, handle))
        cuda = self._ask("nvmlSystemGetCudaDriverVersion")
        return (_text(self.nvml.nvmlSystemGetDriverVersion()),
                None if cuda is None else f"{cuda // 1000}.{cuda % 1000 // 10}", gpus, processes)

    def _ask(self, function: str, *arguments: Any) -> Any:
        """The answer of an NVML function, None where the GPU or the driver doesn't support it."""
        try:
            return getattr(self.nvml, function)(*arguments)
        except self.unsupported:
            return None

    def _gpu(self, index: int, handle: Any) -> Gpu:
        nvml, ask = self.nvml, self._ask
        ecc = _first(ask("nvmlDeviceGetEccMode", handle))
        power, cap = (ask("nvmlDeviceGetPowerUsage", handle),
                      ask("nvmlDeviceGetEnforcedPowerLimit", handle))
        state = ask("nvmlDeviceGetPerformanceState", handle)
        used, total = self._memory(handle)
        usage = ask("nvmlDeviceGetUtilizationRates", handle)
        return Gpu(
            index=index, name=_text(nvml.nvmlDeviceGetName(handle)),
            uuid=_text(nvml.nvmlDeviceGetUUID(handle)),
            bus_id=_text(nvml.nvmlDeviceGetPciInfo(handle).busId),
            persistence_mode=_flag(ask("nvmlDeviceGetPersistenceMode", handle)),
            display_active=_flag(ask("nvmlDeviceGetDisplayActive", handle)),
            ecc_enabled=_flag(ecc),
            ecc_uncorrected=ask("nvmlDeviceGetTotalEccErrors", handle,
                                nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED,
                                nvml.NVML_VOLATILE_ECC) if ecc else None,
            fan_percent=ask("nvmlDeviceGetFanSpeed", handle),
            temperature_celsius=ask("nvmlDeviceGetTemperature", handle,
                                    nvml.NVML_TEMPERATURE_GPU),
            performance_state=None if state == nvml.NVML_PSTATE_UNKNOWN else state,
            power_watts=None if power is None else power / 1000,
            power_cap_watts=None if cap is None else cap / 1000,
            memory_used_mib=used, memory_total_mib=total,
            utilization_percent=None if usage is None else int(usage.gpu),
            compute_mode=_COMPUTE_MODES.get(ask("nvmlDeviceGetComputeMode", handle)),
            mig_mode=_flag(_first(ask("nvmlDeviceGetMigMode", handle))))

    def _memory(self, handle: Any) -> tuple[int | None, int | None]:
        """(used, total) in MiB; version 2 leaves out what the driver reserves, as nvidia-smi."""
        info = (self._ask("nvmlDeviceGetMemoryInfo", handle, self.nvml.nvmlMemory_v2)
                or self._ask("nvmlDeviceGetMemoryInfo", handle))
        return (None, None) if info is None else (info.used // _MIB, info.total // _MIB)

    def _processes(self, index: int, handle: Any) -> Iterator[GpuProcess]:
        """A GPU's processes by number; one that computes and draws is listed once, as C+G."""
        found: dict[int, tuple[str, Any]] = {}
        for kind, function in (("C", "nvmlDeviceGetComputeRunningProcesses"),
                               ("G", "nvmlDeviceGetGraphicsRunningProcesses")):
            for process in self._ask(function, handle) or ():
                both = "C+G" if process.pid in found else kind
                found[process.pid] = (both, process)
        for pid, (kind, process) in sorted(found.items()):
            memory = process.usedGpuMemory
            yield GpuProcess(
                index, pid, kind, self._process_name(pid),
                None if memory is None else memory // _MIB,
                _instance(process, "gpuInstanceId"), _instance(process, "computeInstanceId"))

    def _process_name(self, pid: int) -> str:
        """Its name; a process of another container can't be seen from here."""
        try:
            return _text(self.nvml.nvmlSystemGetProcessName(pid))
        except (self.nvml.NVMLError_NotFound, *self.unsupported):
            return "[Not Found]"


def _first(pair: Any) -> Any:
    """The current setting of NVML's (current, pending)."""
    return None if pair is None else pair[0]


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _instance(process: Any, attribute: str) -> int | None:
    value = getattr(process, attribute, None)
    return None if value in (None, _NO_INSTANCE) else value
