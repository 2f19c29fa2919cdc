"""The devices of a session: CPUs, simulated GPUs, visible_device_list, virtual GPUs, memory.

TensorFlow's texts are those of its GPU device factory; the oracle has no GPU to ask.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tftutor import errors
from tftutor.client.config import SessionConfig
from tftutor.runtime import physical_gpus
from tftutor.runtime.device_set import GpuSettings, device_mapping, session_devices

GPU_MEMORY = 1 << 20
TWO = {"TFTUTOR_SIMULATED_GPUS": "2", "TFTUTOR_SIMULATED_GPU_MEMORY": "1M"}


def devices(environ=None, device_count=None, **gpu):
    return session_devices(SessionConfig(device_count or {}, gpu=GpuSettings(**gpu)),
                           environ or {})


def gpus(environ=None, device_count=None, **gpu):
    """The numbers that CUDA would give the session's GPUs, in the session's order."""
    found = [device for device in devices(environ, device_count, **gpu)
             if device.device_type == "GPU"]
    assert [device.index for device in found] == list(range(len(found)))
    return [int(device.description.split()[1].rstrip(",")) for device in found]


def fails(error, text, *args, **gpu):
    with pytest.raises(error) as caught:
        devices(*args, **gpu)
    assert caught.value.message == text


@pytest.fixture(autouse=True)
def no_real_gpu(monkeypatch):
    monkeypatch.setattr("tftutor.runtime.device_set.real_gpus", list)


@dataclasses.dataclass
class FakeGpu:
    """A real GPU; what it is asked for is kept."""

    index: int
    name: str = "Tesla V100-SXM2-16GB"
    uuid: str = "GPU-1"
    bus_id: str = "0000:00:1e.0"
    compute_capability: str = "7.0"
    simulated: bool = False
    total_memory: int = 16 << 30
    asked: tuple = ()

    def library(self, slot, limit, allow_growth, number):
        self.asked = (slot, limit, allow_growth, number)
        return object(), 15 << 30 if limit is None else limit


@pytest.fixture
def two_real_gpus(monkeypatch):
    found = [FakeGpu(0), FakeGpu(1, "NVIDIA T4")]
    monkeypatch.setattr("tftutor.runtime.device_set.real_gpus", lambda: found)
    return found


# -- how many --------------------------------------------------------------------------------


def test_one_cpu_unless_asked_otherwise():
    assert [device.name for device in devices()] == ["/job:localhost/replica:0/task:0/device:CPU:0"]
    assert len(devices(device_count={"CPU": 3})) == 3


@pytest.mark.parametrize("count", [0, -1])
def test_no_cpu_is_an_error(count):
    fails(errors.NotFoundError, "No CPU devices are available in this process", {}, {"CPU": count})


@pytest.mark.parametrize("environ, count, expected", [
    ({}, None, []),
    ({}, {"GPU": 0}, []),
    ({}, {"GPU": -1}, []),
    ({}, {"GPU": 2}, [0, 1]),
    ({"TFTUTOR_SIMULATED_GPUS": "0"}, {"GPU": 2}, []),  # device_count is a limit, as in TensorFlow
    ({"TFTUTOR_SIMULATED_GPUS": "2"}, None, [0, 1]),
    ({"TFTUTOR_SIMULATED_GPUS": "2"}, {"GPU": 0}, []),
    ({"TFTUTOR_SIMULATED_GPUS": "2"}, {"GPU": 1}, [0]),
    ({"TFTUTOR_SIMULATED_GPUS": "2"}, {"GPU": 4}, [0, 1]),
    ({"TFTUTOR_SIMULATED_GPUS": "2"}, {"GPU": -1}, [0, 1]),
])
def test_simulated_gpus_only_when_asked_for(environ, count, expected):
    assert gpus(environ, count) == expected


def test_simulated_gpu_says_so():
    device = devices(device_count={"GPU": 1})[-1]
    assert device.is_simulated and device.name.endswith("/device:GPU:0")
    assert device.description == ("device: 0, name: Simulated GPU (NumPy on a CPU thread), pci bus "
                                  "id: none, compute capability: none")


@pytest.mark.parametrize("environ, says", [
    ({"TFTUTOR_SIMULATED_GPUS": "two"}, "TFTUTOR_SIMULATED_GPUS must be a number of GPUs such as"),
    ({"TFTUTOR_SIMULATED_GPUS": "65"}, "must lie between 0 and 64, not 65"),
    (TWO | {"TFTUTOR_SIMULATED_GPU_MEMORY": "much"}, "must be a size such as 512M or 1G"),
    (TWO | {"TFTUTOR_SIMULATED_GPU_MEMORY": "0"}, "must be a size such as 512M or 1G"),
])
def test_variables_without_sense_are_errors(environ, says):
    with pytest.raises(errors.InvalidArgumentError, match=says):
        devices(environ)


def test_too_many_simulated_gpus_are_refused():
    fails(errors.InvalidArgumentError, "device_count['GPU'] must lie between 0 and 64, not 65.",
          {}, {"GPU": 65})


def test_real_gpus_come_before_simulated_ones(two_real_gpus):
    assert [d.is_simulated for d in devices(device_count={"GPU": 8})[1:]] == [False, False]
    assert gpus(device_count={"GPU": 1}) == [0]
    assert gpus(device_count={"GPU": 0}) == []
    device = devices(visible_device_list="1")[-1]
    assert device.description == ("device: 1, name: NVIDIA T4, pci bus id: 0000:00:1e.0, compute "
                                  "capability: 7.0")
    assert device.memory_limit == 15 << 30


def test_simulation_that_is_asked_for_by_name_replaces_real_gpus(two_real_gpus):
    assert [d.is_simulated for d in devices({"TFTUTOR_SIMULATED_GPUS": "1"})[1:]] == [True]


# -- which ------------------------------------------------------------------------------------


@pytest.mark.parametrize("selection, expected", [
    ("", [0, 1]), ("0", [0]), ("1", [1]), ("1,0", [1, 0]), (" 1 ", [1]), ("0, +1", [0, 1]),
])
def test_visible_device_list_selects_and_orders(selection, expected):
    assert gpus(TWO, visible_device_list=selection) == expected


@pytest.mark.parametrize("selection, text", [
    ("x", "Could not parse entry in 'visible_device_list': 'x'. visible_device_list = x"),
    ("0,abc", "Could not parse entry in 'visible_device_list': 'abc'. visible_device_list = 0,abc"),
    (" ", "Could not parse entry in 'visible_device_list': ' '. visible_device_list =  "),
    ("0,", "Could not parse entry in 'visible_device_list': ''. visible_device_list = 0,"),
    ("5", "'visible_device_list' listed an invalid GPU id '5' but visible device count is 2"),
    ("-1", "'visible_device_list' listed an invalid GPU id '-1' but visible device count is 2"),
    ("0,0", "visible_device_list contained a duplicate entry: 0,0"),
])
def test_visible_device_list_that_fits_no_gpu_fails_as_in_tensorflow(selection, text):
    fails(errors.InvalidArgumentError, text, TWO, visible_device_list=selection)


def test_gpu_options_are_ignored_without_a_gpu():
    assert gpus({}, visible_device_list="x", memory_fraction=-1.0) == []
    assert gpus(TWO, {"GPU": 0}, visible_device_list="x") == []  # TF doesn't look at it either


def test_device_count_counts_the_selected():
    assert gpus(TWO, {"GPU": 1}, visible_device_list="1,0") == [1]


@pytest.mark.parametrize("setting, expected", [
    ("0", [0]), ("1,0", [0, 1]), ("-1", []), ("", []), ("1,-1,0", [0]), ("SIMULATED-1", [0]),
])
def test_cuda_visible_devices_applies_to_simulated_gpus(setting, expected):
    assert gpus(TWO | {"CUDA_VISIBLE_DEVICES": setting}) == expected


def test_cuda_visible_devices_chooses_the_memory():
    first, second = devices(TWO)[1:]
    swapped = devices(TWO | {"CUDA_VISIBLE_DEVICES": "1,0"})[1:]
    assert [device.library for device in swapped] == [second.library, first.library]


@pytest.mark.parametrize("setting, says", [
    ("7", "CUDA_VISIBLE_DEVICES=7 names nothing: '7' is no GPU of this machine."),
    ("0,0", "names GPU 0 twice"),
])
def test_cuda_visible_devices_that_names_nothing_is_an_error(setting, says):
    with pytest.raises(errors.InvalidArgumentError, match=says):
        devices(TWO | {"CUDA_VISIBLE_DEVICES": setting})


# -- memory -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text, size", [
    ("1M", 1 << 20), ("1.5G", 3 << 29), ("2GiB", 2 << 30), ("512 mb", 512 << 20),
    ("4096", 4096), ("", 1 << 30),
])
def test_memory_of_a_simulated_gpu(text, size):
    assert devices(TWO | {"TFTUTOR_SIMULATED_GPU_MEMORY": text})[1].memory_limit == size


def test_fraction_limits_the_memory(two_real_gpus):
    assert devices(TWO, memory_fraction=0.25)[1].memory_limit == GPU_MEMORY // 4
    devices(memory_fraction=0.25, allow_growth=True)
    assert two_real_gpus[1].asked == (0, 4 << 30, True, 1)
    devices()
    assert two_real_gpus[1].asked == (0, None, False, 1)


def test_fraction_beyond_the_memory_is_refused():
    with pytest.raises(errors.InvalidArgumentError, match="must not be negative, but got -0.5"):
        devices(TWO, memory_fraction=-0.5)
    for options in ({"memory_fraction": 1.5}, {"unified_memory": True}):
        with pytest.raises(errors.InvalidArgumentError, match="Unified memory, which"):
            devices(TWO, **options)


def test_sessions_share_the_memory():
    one, two = devices(TWO)[1], devices(TWO)[1]
    held = one.library.from_host(np.zeros(GPU_MEMORY // 16, np.float64))
    assert two.library.bytes_in_use == held.nbytes == GPU_MEMORY // 2
    with pytest.raises(errors.ResourceExhaustedError, match="OOM when allocating tensor"):
        two.library.from_host(np.zeros(GPU_MEMORY // 8 - 1, np.float64))


def test_new_limit_waits_until_the_memory_is_free():
    library = devices(TWO)[1].library
    held = library.from_host(np.zeros(8))
    assert devices(TWO, memory_fraction=0.5)[1].memory_limit == GPU_MEMORY
    del held
    assert devices(TWO, memory_fraction=0.5)[1].memory_limit == GPU_MEMORY // 2
    assert devices(TWO)[1].memory_limit == GPU_MEMORY // 2  # the process's allocator, as in TF
    assert devices(TWO)[1].library is library
    bigger = TWO | {"TFTUTOR_SIMULATED_GPU_MEMORY": "2M"}
    assert devices(bigger)[1].memory_limit == 2 * GPU_MEMORY


def test_growing_memory_is_reserved_as_it_is_used():
    devices(TWO, {"GPU": 1})
    gpu, _ = physical_gpus.simulated_gpus(2, TWO)
    assert (gpu.bytes_in_use, gpu.bytes_reserved) == (0, GPU_MEMORY)
    library = devices(TWO, {"GPU": 1}, allow_growth=True)[1].library
    assert gpu.bytes_reserved == 0
    held = library.from_host(np.zeros(512))
    assert (gpu.bytes_in_use, gpu.bytes_reserved) == (held.nbytes, held.nbytes)
    del held
    assert (gpu.bytes_in_use, gpu.bytes_reserved) == (0, 4096)  # what it took it keeps


# -- virtual GPUs -----------------------------------------------------------------------------


def test_virtual_gpus_split_one_gpu():
    environ = TWO | {"TFTUTOR_SIMULATED_GPU_MEMORY": "1G"}
    found = devices(environ, virtual_devices=((123, 456), ()))[1:]
    assert [device.memory_limit >> 20 for device in found] == [123, 456, 1024]
    assert gpus(environ, virtual_devices=((123, 456), ())) == [0, 0, 1]
    assert len({id(device.library) for device in found}) == 3


@pytest.mark.parametrize("error, text, count, options", [
    (errors.InvalidArgumentError,
     "It's invalid to set per_process_gpu_memory_fraction when virtual_devices is set.",
     {}, {"virtual_devices": ((),), "memory_fraction": 0.1}),
    (errors.UnknownError,
     "Not enough GPUs to create virtual devices. num_gpus_to_use: 0 #virtual_devices: 1",
     {"GPU": 0}, {"virtual_devices": ((),), "visible_device_list": "0"}),
    (errors.UnknownError,
     "Not enough GPUs to create virtual devices. num_gpus_to_use: 1 #virtual_devices: 2",
     {}, {"virtual_devices": ((), ()), "visible_device_list": "0"}),
    (errors.InvalidArgumentError,
     "The number of GPUs in visible_device_list doesn't match the number of elements in the "
     "virtual_devices list. #GPUs in visible_device_list: 2 virtual_devices.size(): 1",
     {}, {"virtual_devices": ((),), "visible_device_list": "0,1"}),
    (errors.UnknownError,
     "The number of valid GPUs doesn't match the number of elements in the virtual_devices list. "
     "#valid GPUs: 2 virtual_devices.size(): 1", {}, {"virtual_devices": ((),)}),
    (errors.InvalidArgumentError,
     "virtual_devices wants 1 + 1 MB on a GPU with 1 MB of memory.",
     {}, {"virtual_devices": ((1, 1), ())}),
])
def test_virtual_gpus_that_fit_no_gpus_fail(error, text, count, options):
    fails(error, text, TWO, count, **options)


# -- texts ------------------------------------------------------------------------------------


def test_device_mapping_as_tensorflow_prints_it():
    assert device_mapping(devices()) == "Device mapping: no known devices."
    assert device_mapping(devices(TWO, {"GPU": 1})) == (
        "Device mapping:\n/job:localhost/replica:0/task:0/device:GPU:0 -> device: 0, name: "
        "Simulated GPU (NumPy on a CPU thread), pci bus id: none, compute capability: none")


def test_gpu_is_announced_once(capfd, monkeypatch):
    monkeypatch.setattr("tftutor.runtime.device_set._announced", set())
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    devices(TWO, {"GPU": 1})
    devices(TWO, {"GPU": 1})
    assert capfd.readouterr().err == (
        "Created TensorFlow device (/job:localhost/replica:0/task:0/device:GPU:0 with 1 MB memory) "
        "-> simulated GPU (device: 0, name: Simulated GPU (NumPy on a CPU thread), pci bus id: "
        "none, compute capability: none)\n")
