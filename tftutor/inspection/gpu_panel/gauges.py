"""The four measurements of a GPU that move, each as a part of its full scale."""

from __future__ import annotations

from typing import NamedTuple

from tftutor.inspection.gpu_model import Gpu

FULL_TEMPERATURE = 100  # C; data-centre GPUs slow down at 85 to 95
NOT_MEASURED = "N/A"


class Gauge(NamedTuple):
    """One measurement; `value` and `full` are None where the GPU doesn't report it."""

    name: str
    label: str
    value: float | None
    full: float | None
    text: str

    @property
    def share(self) -> float | None:
        """From 0 to 1, how much of the full scale is reached."""
        if self.value is None or not self.full:
            return None
        return min(max(self.value / self.full, 0.0), 1.0)


def gauges(gpu: Gpu) -> tuple[Gauge, ...]:
    """Utilisation (%), memory (MiB), temperature (C) and power (W) of a GPU."""
    return (
        Gauge("utilization", "GPU-Util", gpu.utilization_percent, 100,
              _text(gpu.utilization_percent, "%")),
        Gauge("memory", "Memory", gpu.memory_used_mib, gpu.memory_total_mib,
              _pair(gpu.memory_used_mib, gpu.memory_total_mib, "MiB")),
        Gauge("temperature", "Temp", gpu.temperature_celsius, FULL_TEMPERATURE,
              _text(gpu.temperature_celsius, " C")),
        Gauge("power", "Power", gpu.power_watts, gpu.power_cap_watts,
              _pair(gpu.power_watts, gpu.power_cap_watts, "W")),
    )


def _text(value: float | None, unit: str) -> str:
    return NOT_MEASURED if value is None else f"{value:.0f}{unit}"


def _pair(value: float | None, full: float | None, unit: str) -> str:
    if value is None:
        return NOT_MEASURED
    return f"{value:.0f} {unit}" if full is None else f"{value:.0f} / {full:.0f} {unit}"
