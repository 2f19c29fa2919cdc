"""SessionConfig, and the one of sessions that are made without a ConfigProto.

What `tf.config` sets is kept for the process here; a ConfigProto replaces all of it.
"""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

from tftutor.runtime.device_set import GpuSettings, visible_physical_gpus


class SessionConfig(NamedTuple):
    """What a session keeps of its ConfigProto.

    Attributes:
      timeout: seconds that a step may wait, and a new session for a task; None for ever.
      gpu: the GPU options.
      inter_op_threads: how many devices compute at once; 0 for all.
      device_filters: the tasks of a cluster that count; all without one.
      isolated: the session has variables of its own on each task of a cluster.
    """

    device_count: dict[str, int]
    allow_soft_placement: bool = False
    log_device_placement: bool = False
    timeout: float | None = None
    gpu: GpuSettings = GpuSettings()
    inter_op_threads: int = 0
    device_filters: tuple[str, ...] = ()
    isolated: bool = False


class PhysicalDevice(NamedTuple):
    """A processor of this machine. Source: TF 1.15 docs, list_physical_devices."""

    name: str
    device_type: str


class VirtualDeviceConfiguration(NamedTuple):
    """One of the devices that a physical one is split into; `memory_limit` in MiB, for GPUs.

    Source: TF 1.15 docs, tf.config.experimental.VirtualDeviceConfiguration.
    """

    memory_limit: int | None = None


def physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The CPU and the GPUs that CUDA_VISIBLE_DEVICES leaves visible, or those of one type.

    Raises: tf.errors.InvalidArgumentError when environment variables for GPUs make no sense.
    """
    found = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
    if device_type != "CPU":
        found += [PhysicalDevice(f"/physical_device:GPU:{number}", "GPU")
                  for number in range(len(visible_physical_gpus()))]
    return [device for device in found if device_type in (None, device.device_type)]


@dataclasses.dataclass
class ProcessSettings:
    """What `tf.config` has set; None and absent entries: nothing.

    Attributes:
      is_initialized: logical devices have been listed, and devices are fixed from then on.
    """

    soft_placement: bool | None = None
    inter_op_threads: int | None = None
    intra_op_threads: int | None = None
    visible: list[PhysicalDevice] | None = None
    memory_growth: dict[PhysicalDevice, bool] = dataclasses.field(default_factory=dict)
    virtual: dict[PhysicalDevice, list[VirtualDeviceConfiguration]] = dataclasses.field(
        default_factory=dict)
    is_initialized: bool = False

    def reset(self) -> None:
        """Forget everything, as a new process would. For tests."""
        self.__init__()  # type: ignore[misc]

    def visible_devices(self) -> list[PhysicalDevice]:
        """The devices that sessions may use."""
        return physical_devices() if self.visible is None else self.visible

    def session_config(self) -> SessionConfig:
        """The configuration of a session without a ConfigProto.

        Raises: ValueError when the memory of some GPUs may grow and that of others not.
        """
        inter_op = self.inter_op_threads or 0
        config = SessionConfig({}, bool(self.soft_placement),
                               inter_op_threads=1 if inter_op < 0 else inter_op)
        if self.visible is None and not self.memory_growth and not self.virtual:
            return config
        count = {"CPU": 0, "GPU": 0}
        for device in self.visible_devices():
            split = self.virtual.get(device)
            count[device.device_type] += 1 if split is None else len(split)
        return config._replace(device_count=count, gpu=self._gpu_settings())

    def _gpu_settings(self) -> GpuSettings:
        visible = self.visible_devices()
        used = [(number, gpu) for number, gpu in enumerate(physical_devices("GPU"))
                if gpu in visible]
        selected = ",".join(str(number) for number, _ in used)
        if self.virtual:
            split = tuple(tuple(float(part.memory_limit or 0) for part in self.virtual.get(gpu, ()))
                          for _, gpu in used)
            return GpuSettings(visible_device_list=selected, virtual_devices=split)
        growths = {self.memory_growth.get(gpu) for _, gpu in used}
        if len(growths) > 1:
            raise ValueError("Memory growth cannot differ between GPU devices")
        return GpuSettings(allow_growth=bool(growths and growths.pop()),
                           visible_device_list=selected)


process_settings = ProcessSettings()
