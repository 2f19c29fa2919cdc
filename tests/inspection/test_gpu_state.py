"""tf.gpu_state(): NVML's answers, absent drivers, simulated GPUs, CUDA_VISIBLE_DEVICES."""
from __future__ import annotations

import inspect
import json
import os
import sys

import fake_nvml
import numpy as np
import pytest

import tftutor as tf
from tftutor.client.config import SessionConfig
from tftutor.inspection.gpu_model import GpuStateError
from tftutor.inspection.gpu_state import gpu_state
from tftutor.runtime.device_set import GpuSettings, session_devices


def test_every_cell_comes_from_nvml(nvml):
    module = nvml(fake_nvml.H100)
    state = tf.gpu_state()
    gpu, = state.gpus
    assert (state.driver, state.cuda, state.simulated) == ("550.54.15", "12.4", False)
    assert gpu.name == "NVIDIA H100 80GB HBM3" and gpu.uuid == "GPU-3c0ffee0-2222"
    assert gpu.bus_id == "00000000:19:00.0"
    assert gpu.persistence_mode is True and gpu.display_active is False
    assert gpu.ecc_enabled is True and gpu.ecc_uncorrected == 3 and gpu.fan_percent is None
    assert gpu.temperature_celsius == 32 and gpu.performance_state == 0
    assert (gpu.power_watts, gpu.power_cap_watts) == (69.8, 700.0)
    assert (gpu.memory_used_mib, gpu.memory_total_mib) == (1025, 81559)
    assert gpu.utilization_percent == 7 and gpu.compute_mode == "E. Process"
    assert gpu.mig_mode is False and gpu.simulated is False
    assert module.asked[0] == "init" and module.asked[-1] == "shutdown"


def test_cells_that_a_gpu_lacks_are_none(nvml):
    nvml({**fake_nvml.RTX, "old": True})
    gpu, = tf.gpu_state().gpus
    assert gpu.ecc_enabled is gpu.ecc_uncorrected is gpu.mig_mode is None
    assert gpu.power_watts is gpu.power_cap_watts is gpu.performance_state is None
    assert gpu.fan_percent == 41 and gpu.memory_used_mib == 512  # from the older function


def test_processes_are_listed_once_with_their_kinds(nvml):
    process = fake_nvml.process
    gpu = {**fake_nvml.H100, "compute": [process(77, 1024), process(5, 10, instance=1)],
           "graphics": [process(77, 1024), process(9, None)]}
    nvml(gpu, names={77: "python", 9: "/usr/lib/xorg/Xorg"})
    rows = [(p.gpu, p.pid, p.type, p.name, p.memory_mib, p.gpu_instance)
            for p in tf.gpu_state().processes]
    assert rows == [(0, 5, "C", "[Not Found]", 10, 1),
                    (0, 9, "G", "/usr/lib/xorg/Xorg", None, None),
                    (0, 77, "C+G", "python", 1024, None)]


def test_functions_and_signatures_are_the_packages():
    real = pytest.importorskip("pynvml")
    names = [name for name in vars(fake_nvml.FakeNvml) if name.startswith(("nvml", "NVML"))]
    assert len(names) > 25
    for name in names:
        ours, theirs = getattr(fake_nvml.FakeNvml, name), getattr(real, name)
        if inspect.isfunction(ours):
            wanted = [p.default for p in inspect.signature(ours).parameters.values()][1:]
            given = [p.default for p in inspect.signature(theirs).parameters.values()]
            assert wanted == given, name
        elif isinstance(ours, int):
            assert ours == theirs, name
        else:
            assert issubclass(theirs, real.NVMLError), name


def test_no_driver_is_one_sentence(nvml, monkeypatch):
    module = nvml(fake_nvml.H100)

    def fail():
        raise fake_nvml.NVMLError_LibraryNotFound("NVML Shared Library Not Found")

    monkeypatch.setattr(module, "nvmlInit", fail)
    with pytest.raises(GpuStateError, match="No NVIDIA driver answers .*Library Not Found"):
        tf.gpu_state()


def test_no_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    with pytest.raises(GpuStateError, match=r"pip install 'tftutor\[gpu\]'"):
        tf.gpu_state()


def test_failure_while_reading_is_told_and_nvml_closed(nvml, monkeypatch):
    module = nvml(fake_nvml.H100)

    def lost(handle):
        raise fake_nvml.NVMLError("GPU is lost")

    monkeypatch.setattr(module, "nvmlDeviceGetTemperature", lambda handle, sensor: lost(handle))
    with pytest.raises(GpuStateError, match="could not read the GPUs: GPU is lost"):
        tf.gpu_state()
    assert module.asked[-1] == "shutdown"


def test_simulated_gpus_are_labelled_everywhere():
    state = gpu_state(environ={"TFTUTOR_SIMULATED_GPUS": "2"})
    assert len(state.gpus) == 2 and state.simulated and state.driver == "SIMULATED"
    for gpu in json.loads(json.dumps(state.as_dict()))["gpus"]:
        assert gpu["simulated"] is True
        assert "SIMULATED" in gpu["name"] and "SIMULATED" in gpu["uuid"]
        assert gpu["temperature_celsius"] is None  # nothing is measured, nothing invented


def test_memory_that_sessions_use_on_simulated_gpus_is_shown():
    environ = {"TFTUTOR_SIMULATED_GPU_MEMORY": "64M"}
    options = GpuSettings(allow_growth=True)
    device = session_devices(SessionConfig({"GPU": 2}, gpu=options), environ)[2]
    held = device.library.from_host(np.zeros(3 << 17, np.float64))
    state = gpu_state(environ=environ)  # the session has asked for simulated ones
    assert [gpu.memory_total_mib for gpu in state.gpus] == [64, 64]
    assert [gpu.memory_used_mib for gpu in state.gpus] == [0, held.nbytes >> 20]
    assert [(p.gpu, p.pid, p.memory_mib) for p in state.processes] == [
        (0, os.getpid(), 0), (1, os.getpid(), 3)]
    assert "3MiB /     64MiB" in str(state)
    assert gpu_state(2, environ).gpus == state.gpus


def test_without_allow_growth_all_memory_is_taken_at_once():
    environ = {"TFTUTOR_SIMULATED_GPUS": "1", "TFTUTOR_SIMULATED_GPU_MEMORY": "64M"}
    state = gpu_state(environ=environ)
    assert (state.gpus[0].memory_used_mib, gpu_state(1, environ).processes) == (0, ())
    session_devices(SessionConfig({}, gpu=GpuSettings(memory_fraction=0.5)), environ)
    assert gpu_state(environ=environ).gpus[0].memory_used_mib == 32


def test_real_gpus_are_never_replaced_unasked(nvml):
    nvml(*fake_nvml.LECTURE)
    assert not gpu_state(environ={"TFTUTOR_SIMULATED_GPUS": "0"}).simulated
    assert not gpu_state(0, environ={"TFTUTOR_SIMULATED_GPUS": "2"}).simulated


@pytest.mark.parametrize("value", ["two", "-1", "1.5", "65"])
def test_wrong_number_of_simulated_gpus_is_an_error(value):
    with pytest.raises(ValueError, match="TFTUTOR_SIMULATED_GPUS must"):
        gpu_state(environ={"TFTUTOR_SIMULATED_GPUS": value})


@pytest.mark.parametrize("setting, visible, says", [
    (None, (0, 1), "not set: all 2 GPUs are visible"),
    ("0", (0,), "shows GPU 0 as /gpu:0."),
    ("0,1", (0, 1), "shows GPU 0 as /gpu:0, GPU 1 as /gpu:1."),
    ("1,0", (1, 0), "shows GPU 1 as /gpu:0, GPU 0 as /gpu:1."),
    ("-1", (), "hides every GPU"),
    ("", (), "hides every GPU"),
    ("0,-1,1", (0,), "'-1' is no GPU, so the list ends before it"),
    ("1,7", (1,), "'7' is no GPU"),
    ("GPU-1f40", (1,), "shows GPU 1 as /gpu:0."),
    ("GPU-1f40aaaa-1111, 0", (1, 0), "shows GPU 1 as /gpu:0, GPU 0 as /gpu:1."),
])
def test_cuda_visible_devices(nvml, setting, visible, says):
    nvml(*fake_nvml.LECTURE)
    state = gpu_state(environ={} if setting is None else {"CUDA_VISIBLE_DEVICES": setting})
    assert state.visibility.indices == visible
    assert tuple(gpu.index for gpu in state.visible) == visible
    assert says in state.visibility.explanation
    assert [gpu["visible_as"] for gpu in state.as_dict()["gpus"]] == [
        visible.index(n) if n in visible else None for n in range(2)]


@pytest.mark.parametrize("setting, says", [
    ("7", "names nothing: '7' is no GPU of this machine. There is: 0 (GPU-0f40aaaa-1111); 1"),
    ("GPU-dead", "names nothing: 'GPU-dead'"),
    ("all", "names nothing: 'all'"),
    ("0,0", "names GPU 0 twice"),
    ("GPU-", "'GPU-' fits GPUs 0, 1"),
])
def test_cuda_visible_devices_that_names_nothing(nvml, setting, says):
    nvml(*fake_nvml.LECTURE)
    with pytest.raises(ValueError) as caught:
        gpu_state(environ={"CUDA_VISIBLE_DEVICES": setting})
    assert says in str(caught.value)


def test_order_of_unlike_gpus_is_explained(nvml):
    nvml(fake_nvml.H100, fake_nvml.RTX)
    said = {order: gpu_state(environ={"CUDA_VISIBLE_DEVICES": "1", "CUDA_DEVICE_ORDER": order})
            .visibility.explanation for order in ("FASTEST_FIRST", "PCI_BUS_ID")}
    assert "fastest GPU first" in said["FASTEST_FIRST"]
    assert "fastest" not in said["PCI_BUS_ID"]
