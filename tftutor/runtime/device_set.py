"""session_devices: which devices a session has, from its configuration and the environment.

- CPUs: `device_count={'CPU': n}`, one by default.
- Real GPUs, when the machine has any that CuPy or torch reach. CUDA_VISIBLE_DEVICES is obeyed by
  CUDA itself, once for the process.
- Otherwise simulated GPUs, when asked for: TFTUTOR_SIMULATED_GPUS=n (which replaces real ones too),
  or else `device_count={'GPU': n}`. TFTUTOR_SIMULATED_GPUS=0 forbids them. CUDA_VISIBLE_DEVICES
  applies to them as well, and is read for every session anew.

Of the visible GPUs `visible_device_list` selects some, in its order, `device_count={'GPU': n}`
lets n of them through, and `virtual_devices` may split each into several. Without any GPU the GPU
options are ignored, as in TensorFlow. Unlike there, two sessions may select different GPUs.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from tftutor import errors
from tftutor.backends.simulated_settings import check_count, simulated_count
from tftutor.backends.visible_devices import visible_gpus
from tftutor.runtime.devices import Device
from tftutor.runtime.physical_gpus import PhysicalGpu, real_gpus, simulated_gpus

_MIB = 1 << 20
_announced: set[str] = set()


class GpuSettings(NamedTuple):
    """What counts of a ConfigProto's `gpu_options`.

    Attributes:
      memory_fraction: `per_process_gpu_memory_fraction`; 0 when it isn't set.
      virtual_devices: for each GPU the limits of its virtual GPUs, in MiB.
    """

    memory_fraction: float = 0.0
    allow_growth: bool = False
    visible_device_list: str = ""
    virtual_devices: tuple[tuple[float, ...], ...] = ()
    unified_memory: bool = False


class DeviceSettings(Protocol):
    """What counts of a session's configuration."""

    @property
    def device_count(self) -> Mapping[str, int]:
        """Device type -> the most devices of it."""
        ...

    @property
    def gpu(self) -> GpuSettings:
        """The GPU options."""
        ...


def session_devices(settings: DeviceSettings, environ: Mapping[str, str] | None = None
                    ) -> list[Device]:
    """The devices of a new session: CPUs first, then GPUs.

    Args:
      settings: `device_count` and `gpu`.
      environ: the environment variables to obey, the process's own by default.

    Raises: tf.errors.NotFoundError when no CPU is left; tf.errors.InvalidArgumentError for GPU
      options that don't fit the GPUs, and for environment variables that name none;
      tf.errors.UnknownError for more lists of virtual GPUs than GPUs.
    """
    environ = os.environ if environ is None else environ
    cpus = settings.device_count.get("CPU", 1)
    if cpus < 1:
        raise errors.NotFoundError(None, None, "No CPU devices are available in this process")
    devices = [Device("CPU", index) for index in range(cpus)]
    asked = settings.device_count.get("GPU")
    visible = visible_physical_gpus(asked, environ)
    if visible:
        devices += _gpu_devices(visible, asked, settings.gpu)
    return devices


def visible_physical_gpus(asked: int | None = None, environ: Mapping[str, str] | None = None
                          ) -> Sequence[PhysicalGpu]:
    """The GPUs that this process may use; position n is what TensorFlow calls device n.

    Args:
      asked: `device_count['GPU']`, None when it isn't set.

    Raises: tf.errors.InvalidArgumentError when CUDA_VISIBLE_DEVICES names no simulated GPU, or a
      variable of the simulation holds no sensible value.
    """
    environ = os.environ if environ is None else environ
    try:
        simulated = simulated_count(environ)
        if not simulated:
            real = real_gpus()
            if real or simulated == 0 or asked is None or asked < 1:
                return real
            simulated = check_count(asked, "device_count['GPU']")
        gpus = simulated_gpus(simulated, environ)
        return [gpus[index] for index in visible_gpus(gpus, environ).indices]
    except ValueError as error:
        raise errors.InvalidArgumentError(None, None, str(error)) from error


def _gpu_devices(visible: Sequence[PhysicalGpu], asked: int | None, options: GpuSettings
                 ) -> list[Device]:
    """The GPU devices of a session that sees these GPUs."""
    if asked == 0:
        order: list[int] = []
    else:
        order = _device_order(options.visible_device_list, len(visible))
    # TensorFlow compares as unsigned numbers: a negative count lets every GPU through.
    used = order if asked is None or asked < 0 else order[:asked]
    if options.virtual_devices:
        _check_virtual_devices(options, len(used), order)
        used = used[:len(options.virtual_devices)]
    devices: list[Device] = []
    for position, number in enumerate(used):
        gpu = visible[number]
        split = options.virtual_devices[position] if options.virtual_devices else ()
        for slot, limit in enumerate(_memory_limits(gpu, split, options)):
            devices.append(_device(gpu, number, slot, limit, options.allow_growth, len(devices)))
    return devices


def _device_order(visible_device_list: str, count: int) -> list[int]:
    """The numbers in `visible_device_list`; all without one.

    Raises: tf.errors.InvalidArgumentError with TensorFlow's texts.
    """
    if not visible_device_list:
        return list(range(count))
    order = []
    for entry in visible_device_list.split(","):
        if not re.fullmatch(r"\s*[+-]?\d+\s*", entry, re.ASCII):
            raise _invalid(f"Could not parse entry in 'visible_device_list': '{entry}'. "
                           f"visible_device_list = {visible_device_list}")
        number = int(entry)
        if not 0 <= number < count:
            raise _invalid(f"'visible_device_list' listed an invalid GPU id '{number}' but visible "
                           f"device count is {count}")
        order.append(number)
    if len(set(order)) < len(order):
        raise _invalid(f"visible_device_list contained a duplicate entry: {visible_device_list}")
    return order


def _check_virtual_devices(options: GpuSettings, used: int, order: list[int]) -> None:
    """Raises: InvalidArgumentError and UnknownError with TensorFlow's texts."""
    lists = len(options.virtual_devices)
    if options.memory_fraction > 0:
        raise _invalid("It's invalid to set per_process_gpu_memory_fraction when "
                       "virtual_devices is set.")
    if used < lists:
        raise errors.UnknownError(None, None, "Not enough GPUs to create virtual devices. "
                                  f"num_gpus_to_use: {used} #virtual_devices: {lists}")
    if options.visible_device_list and len(order) != lists:
        raise _invalid("The number of GPUs in visible_device_list doesn't match the number of "
                       "elements in the virtual_devices list. #GPUs in visible_device_list: "
                       f"{len(order)} virtual_devices.size(): {lists}")
    if len(order) != lists:
        raise errors.UnknownError(
            None, None, "The number of valid GPUs doesn't match the number of elements in the "
            f"virtual_devices list. #valid GPUs: {len(order)} virtual_devices.size(): {lists}")


def _memory_limits(gpu: PhysicalGpu, split: Sequence[float], options: GpuSettings
                   ) -> list[int | None]:
    """Bytes for each device that is made of one GPU; None when the configuration doesn't say.

    Raises: tf.errors.InvalidArgumentError for a fraction below 0, for unified memory (a fraction
      above 1 asks for it), and for virtual GPUs that together need more than there is.
    """
    if split:
        limits = [int(limit) * _MIB for limit in split]
        if min(limits) < 1 or sum(limits) > gpu.total_memory:
            raise _invalid(f"virtual_devices wants {' + '.join(f'{limit:g}' for limit in split)} "
                           f"MB on a GPU with {gpu.total_memory / _MIB:g} MB of memory.")
        return [*limits]
    fraction = options.memory_fraction
    if fraction < 0:
        raise _invalid(f"per_process_gpu_memory_fraction must not be negative, but got {fraction}")
    if fraction > 1 or options.unified_memory:
        raise _invalid(
            "Unified memory, which per_process_gpu_memory_fraction > 1 or experimental."
            "use_unified_memory asks for, is not supported by tftutor: a GPU has the memory it has."
            f" per_process_gpu_memory_fraction = {fraction}")
    return [int(gpu.total_memory * fraction) if fraction else None]


def _device(gpu: PhysicalGpu, number: int, slot: int, wanted: int | None, allow_growth: bool,
            index: int) -> Device:
    """The device `/gpu:index`, on the GPU that is number `number` of the visible ones."""
    library, limit = gpu.library(slot, wanted, allow_growth, index)
    description = (f"device: {number}, name: {gpu.name}, pci bus id: {gpu.bus_id}, "
                   f"compute capability: {gpu.compute_capability}")
    device = Device("GPU", index, library, memory_limit=limit, description=description,
                    is_simulated=gpu.simulated)
    _announce(device)
    return device


def _announce(device: Device) -> None:
    """Tell once on stderr what a GPU device is, as TensorFlow's log does."""
    kind = "simulated" if device.is_simulated else "physical"
    line = (f"Created TensorFlow device ({device.name} with {device.memory_limit // _MIB} MB "
            f"memory) -> {kind} GPU ({device.description})")
    if line not in _announced and os.environ.get("TF_CPP_MIN_LOG_LEVEL", "0") == "0":
        _announced.add(line)
        print(line, file=sys.stderr)


def device_mapping(devices: Sequence[Device]) -> str:
    """What TensorFlow prints when a session with `log_device_placement` is made."""
    lines = [f"{device.name} -> {device.description}" for device in devices if device.description]
    return "\n".join(["Device mapping:", *lines]) if lines else "Device mapping: no known devices."


def _invalid(text: str) -> Exception:
    return errors.InvalidArgumentError(None, None, text)
