"""The state of this machine's GPUs, as `nvidia-smi` shows it: `tf.gpu_state()`.

Everything is plain data; None stands for a cell that the GPU doesn't report (nvidia-smi's "N/A").
Real GPUs are read through NVML (nvml.py). Simulated ones are listed only on request (a session that
uses some is one) and show the memory that this process has on them, but no invented measurements.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tftutor.backends.simulated_settings import check_count, simulated_count
from tftutor.backends.visible_devices import Visibility, visible_gpus
from tftutor.inspection.gpu_layout import draw
from tftutor.inspection.gpu_model import SIMULATED, Gpu, GpuProcess
from tftutor.inspection.nvml import read_gpus
from tftutor.runtime.physical_gpus import SimulatedGpu, known_simulated_gpus, simulated_gpus


@dataclasses.dataclass(frozen=True, repr=False)
class GpuState:
    """All GPUs with their processes. Printing it draws nvidia-smi's table.

    Attributes:
      driver: the driver's version, or "SIMULATED".
      cuda: the newest CUDA that the driver supports ("12.4"), or None.
      gpus: every GPU, hidden ones included, in nvidia-smi's order.
      visibility: which of them CUDA_VISIBLE_DEVICES leaves visible, and why.
    """

    driver: str
    cuda: str | None
    gpus: tuple[Gpu, ...]
    processes: tuple[GpuProcess, ...]
    visibility: Visibility

    @property
    def simulated(self) -> bool:
        """Whether these GPUs are simulated."""
        return any(gpu.simulated for gpu in self.gpus)

    @property
    def visible(self) -> tuple[Gpu, ...]:
        """The GPUs that programs may use; position n is what CUDA programs call GPU n."""
        return tuple(self.gpus[index] for index in self.visibility.indices)

    def as_dict(self) -> dict[str, Any]:
        """Everything, as values that JSON knows."""
        numbers = {index: n for n, index in enumerate(self.visibility.indices)}
        return {
            "driver": self.driver, "cuda": self.cuda, "simulated": self.simulated,
            "gpus": [dataclasses.asdict(gpu) | {"visible_as": numbers.get(gpu.index)}
                     for gpu in self.gpus],
            "processes": [dataclasses.asdict(process) for process in self.processes],
            "cuda_visible_devices": self.visibility.setting,
            "explanation": self.visibility.explanation,
        }

    def __repr__(self) -> str:
        return draw(self)


def gpu_state(simulated: int | None = None, environ: Mapping[str, str] | None = None) -> GpuState:
    """The state of the GPUs now.

    Args:
      simulated: how many simulated GPUs to list instead of real ones. None: what
        TFTUTOR_SIMULATED_GPUS says, if it is set; otherwise those that sessions of this process
        use, if any do; otherwise the real GPUs.
      environ: the environment variables to obey, the process's own by default.

    Raises: GpuStateError when there is no driver or no NVML package; ValueError when
      CUDA_VISIBLE_DEVICES names no GPU or the number of simulated ones isn't a number, or their
      memory no size.
    """
    environ = os.environ if environ is None else environ
    count = _simulated_count(simulated, environ)
    if count:
        gpus, processes = _read_simulated(simulated_gpus(count, environ))
        return GpuState(SIMULATED, None, gpus, processes, visible_gpus(gpus, environ))
    driver, cuda, gpus, processes = read_gpus()
    return GpuState(driver, cuda, gpus, processes, visible_gpus(gpus, environ))


def _simulated_count(wanted: int | None, environ: Mapping[str, str]) -> int:
    """How many simulated GPUs to list: those that sessions here use, when nobody says."""
    if wanted is not None:
        return check_count(wanted, "The number of simulated GPUs")
    asked = simulated_count(environ)
    return len(known_simulated_gpus()) if asked is None else asked


def _read_simulated(gpus: Sequence[SimulatedGpu]
                    ) -> tuple[tuple[Gpu, ...], tuple[GpuProcess, ...]]:
    """The simulated GPUs and this process on them: memory is all that they know of themselves."""
    found = tuple(Gpu(gpu.index, f"{SIMULATED} GPU {gpu.index}", gpu.uuid, simulated=True,
                      memory_used_mib=_mib(gpu.bytes_reserved),
                      memory_total_mib=_mib(gpu.total_memory)) for gpu in gpus)
    processes = tuple(GpuProcess(gpu.index, os.getpid(), "C", sys.executable or "python",
                                 _mib(gpu.bytes_reserved)) for gpu in gpus if gpu.allocators)
    return found, processes


def _mib(size: int) -> int:
    """MiB, rounded up."""
    return -(-size // (1 << 20))
