"""tf.config against TensorFlow's answers; its GPUs are simulated here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tftutor as tf
from tests.golden import device_config_programs as programs
from tftutor.client.config import read_config
from tftutor.client.process_settings import process_settings
from tftutor.runtime.device_set import session_devices

GOLDEN = Path(__file__).parent.parent / "golden"
ANSWERS = json.loads((GOLDEN / "device_config.json").read_text())


@pytest.fixture(autouse=True)
def new_process(monkeypatch, graph):
    monkeypatch.setattr("tftutor.runtime.device_set.real_gpus", list)
    process_settings.reset()
    yield
    process_settings.reset()


def config():
    """What device_config.json keeps of the ConfigProto of sessions that are given none."""
    read = read_config(None)
    gpus = len(tf.config.experimental.list_physical_devices("GPU"))
    return {
        "device_count": sorted((read.device_count or {"CPU": 1, "GPU": gpus}).items()),
        "soft": read.allow_soft_placement,
        "inter": read.inter_op_threads,
        "growth": read.gpu.allow_growth,
        "visible": read.gpu.visible_device_list,
        "virtual": [list(limits) for limits in read.gpu.virtual_devices],
    }


@pytest.mark.parametrize("index", range(len(programs.WITHOUT_GPU)))
def test_without_gpu_as_in_tensorflow(index):
    said = programs.answers(tf, programs.WITHOUT_GPU[index], config)
    assert said == ANSWERS["without_gpu"][index]


@pytest.mark.parametrize("index", range(len(programs.WITH_TWO_GPUS)))
def test_with_two_gpus_as_in_tensorflow(monkeypatch, index):
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPUS", "2")
    said = programs.answers(tf, programs.WITH_TWO_GPUS[index], config)
    assert said == ANSWERS["with_two_gpus"][index]


def test_sessions_get_the_devices_that_are_set(monkeypatch):
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPUS", "2")
    experimental = tf.config.experimental
    first, second = experimental.list_physical_devices("GPU")
    half = experimental.VirtualDeviceConfiguration(memory_limit=512)
    experimental.set_virtual_device_configuration(second, [half, half])
    experimental.set_visible_devices(second, "GPU")
    devices = session_devices(read_config(None))
    assert [(device.short_name, device.memory_limit >> 20) for device in devices[1:]] == [
        ("/device:GPU:0", 512), ("/device:GPU:1", 512)]
    assert [device.description.startswith("device: 1,") for device in devices[1:]] == [True, True]
    assert [device.name for device in experimental.list_logical_devices("GPU")] == [
        device.name for device in devices[1:]]


def test_threads_hold_from_the_next_session_on():
    from tftutor.backends import threads

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.Session().close()
    assert threads.thread_count() == 1


@pytest.mark.parametrize("kind", ["inter", "intra"])
def test_thread_count_of_another_kind_is_refused(kind):
    with pytest.raises(TypeError, match="'x' has type str, but expected one of: int"):
        getattr(tf.config.threading, f"set_{kind}_op_parallelism_threads")("x")


def test_soft_placement_holds_for_sessions_without_a_config():
    with tf.device("/gpu:7"):
        c = tf.constant(1.0)
    tf.config.set_soft_device_placement(True)
    assert tf.Session().run(c) == 1.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="explicitly assigned to /device:GPU"):
        tf.Session(config=tf.ConfigProto()).run(c)
