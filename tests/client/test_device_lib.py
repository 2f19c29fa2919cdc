"""device_lib.list_local_devices: TF's message, text and wire format, and tf.test's answers."""

from __future__ import annotations

import re

import pytest

import tftutor as tf
from tftutor.compat.aliases import locate
from tftutor.formats.device_protos import device_attributes

device_lib = locate("tensorflow.python.client.device_lib")

# What TensorFlow 1.15 prints for the CPU; the incarnation is a random number.
PRINTED = """\
name: "/device:CPU:0"
device_type: "CPU"
memory_limit: 268435456
locality {
}
incarnation: N
"""


def test_cpu_prints_as_in_tensorflow():
    device, = device_lib.list_local_devices()
    assert re.sub(r"incarnation: \d+", "incarnation: N", str(device)) == PRINTED
    assert 0 < device.incarnation < 2 ** 64


def test_device_count_gives_more_cpus():
    config = tf.ConfigProto(device_count={"CPU": 3})
    devices = device_lib.list_local_devices(session_config=config)
    assert [device.name for device in devices] == [f"/device:CPU:{n}" for n in range(3)]
    assert len({device.incarnation for device in devices}) == 3
    with tf.Session(config=config) as session:
        listed = [device.name for device in session.list_devices()]
    assert listed == ["/job:localhost/replica:0/task:0" + device.name for device in devices]


def test_no_cpu_at_all_is_refused_as_in_tensorflow():
    for count in (0, -1):
        with pytest.raises(tf.errors.NotFoundError, match="No CPU devices are available in this"):
            device_lib.list_local_devices(tf.ConfigProto(device_count={"CPU": count}))


def test_message_reads_what_tensorflow_writes():
    written = (b'\n\r/device:GPU:0\x12\x03GPU \x80\x80\x80\x80\x01*\x13\x08\x01\x10\x02\x1a\r\n\x0b'
               b'\x08\x01\x12\x05SAMEN\x18\x011\x07\x00\x00\x00\x00\x00\x00\x00:\x04desc')
    device = device_attributes().FromString(written)
    assert (device.name, device.device_type) == ("/device:GPU:0", "GPU")
    assert device.memory_limit == 1 << 28
    assert (device.incarnation, device.physical_device_desc) == (7, "desc")
    assert (device.locality.bus_id, device.locality.numa_node) == (1, 2)
    link, = device.locality.links.link
    assert (link.device_id, link.type, link.strength) == (1, "SAMEN", 1)
    assert device.SerializeToString() == written


def test_answers_about_gpus_agree():
    kinds = {device.device_type for device in device_lib.list_local_devices()}
    assert tf.test.is_gpu_available() == bool(tf.test.gpu_device_name()) == ("GPU" in kinds)
    assert tf.test.is_built_with_cuda() is tf.test.is_built_with_gpu_support() is False


@pytest.mark.parametrize("count, memory", [("0", ""), ("2", "1M")])
def test_simulated_gpus_count_as_available_but_are_no_cuda_gpus(monkeypatch, count, memory):
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPUS", count)
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPU_MEMORY", memory)
    monkeypatch.setattr("tftutor.runtime.device_set.real_gpus", list)
    assert tf.test.is_gpu_available() == (count == "2")
    assert tf.test.gpu_device_name() == ("/device:GPU:0" if count == "2" else "")
    assert not tf.test.is_gpu_available(cuda_only=True)
    assert not tf.test.is_gpu_available(min_cuda_compute_capability=(3, 0))


class V100:
    """A real GPU."""

    name, uuid, bus_id, compute_capability = "Tesla V100", "GPU-1", "0000:00:1e.0", "7.0"
    index, simulated, total_memory = 0, False, 16 << 30

    def library(self, slot, limit, allow_growth, number):
        return object(), 15 << 30


@pytest.mark.parametrize("wanted, available", [
    (None, True), ((6, 0), True), ((7, 0), True), ((7, 5), False), ((10, 0), False)])
def test_compute_capability_of_real_gpus_is_compared(monkeypatch, wanted, available):
    monkeypatch.setattr("tftutor.runtime.device_set.real_gpus", lambda: [V100()])
    assert tf.test.is_gpu_available(True, wanted) is available


# TensorFlow's listing of a GPU, with what stands for the GPU itself.
PRINTED_GPU = """\
name: "/device:GPU:0"
device_type: "GPU"
memory_limit: 1048576
locality {
  bus_id: 1
  links {
  }
}
incarnation: N
physical_device_desc: "device: 0, name: Simulated GPU (NumPy on a CPU thread), pci bus id: none, \
compute capability: none"
"""


def test_simulated_gpu_prints_as_in_tensorflow(monkeypatch):
    monkeypatch.setenv("TFTUTOR_SIMULATED_GPU_MEMORY", "1M")
    monkeypatch.setattr("tftutor.runtime.device_set.real_gpus", list)
    cpu, gpu = device_lib.list_local_devices(tf.ConfigProto(device_count={"GPU": 1}))
    assert re.sub(r"incarnation: \d+", "incarnation: N", str(gpu)) == PRINTED_GPU


def test_virtual_gpus_are_linked(monkeypatch):
    monkeypatch.setattr("tftutor.runtime.device_set.real_gpus", list)
    config = tf.ConfigProto(device_count={"GPU": 1})
    config.gpu_options.experimental.virtual_devices.add(memory_limit_mb=[100, 200, 50])
    gpus = device_lib.list_local_devices(config)[1:]
    assert [gpu.memory_limit >> 20 for gpu in gpus] == [100, 200, 50]
    links = [[(link.device_id, link.type, link.strength) for link in gpu.locality.links.link]
             for gpu in gpus]
    assert links[1] == [(0, "SAME_DEVICE", 1000), (2, "SAME_DEVICE", 1000)]
