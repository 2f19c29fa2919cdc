"""What is asked of the CUDA driver, on a driver that Python plays."""

from __future__ import annotations

import ctypes

import pytest

from tftutor.backends.cuda_driver import cuda_devices, may_have_gpu

UUID = bytes(range(16))


class FakeDriver:
    """libcuda with some Tesla K80s."""

    def __init__(self, count: int, init: int = 0, failing: str = "") -> None:
        self.count, self.init, self.failing = count, init, failing

    def cuInit(self, flags: int) -> int:
        return self.init

    def cuDeviceGetCount(self, count) -> int:
        count._obj.value = self.count
        return 0

    def cuDeviceGet(self, device, ordinal) -> int:
        device._obj.value = 10 + ordinal.value  # a handle is no ordinal
        return 0

    def cuDeviceGetName(self, name, size, device) -> int:
        name.value = b"Tesla K80"
        return 100 if self.failing else 0

    def cuDeviceTotalMem_v2(self, total, device) -> int:
        total._obj.value = 12 << 30
        return 0

    def cuDeviceGetPCIBusId(self, bus_id, size, device) -> int:
        bus_id.value = b"0000:0A:%02d.0" % (device.value - 10)
        return 0

    def cuDeviceGetUuid(self, uuid, device) -> int:
        ctypes.memmove(uuid, UUID, 16)
        return 0

    def cuDeviceGetAttribute(self, value, attribute, device) -> int:
        value._obj.value = {75: 3, 76: 7}[attribute.value]
        return 0


def test_devices_are_described() -> None:
    first, second = cuda_devices(FakeDriver(2))
    assert (first.ordinal, second.ordinal) == (0, 1)
    assert first.name == "Tesla K80"
    assert first.total_memory == 12 << 30
    assert second.bus_id == "0000:0a:01.0"
    assert first.uuid == "GPU-00010203-0405-0607-0809-0a0b0c0d0e0f"
    assert first.capability == (3, 7)


@pytest.mark.parametrize("driver", [FakeDriver(0), FakeDriver(1, init=100)])
def test_no_device_or_no_working_driver_gives_none(driver: FakeDriver) -> None:
    assert cuda_devices(driver) == []


def test_a_failure_names_the_function_and_the_code() -> None:
    with pytest.raises(RuntimeError, match="cuDeviceGetName for GPU 0: error 100"):
        cuda_devices(FakeDriver(1, failing="name"))


@pytest.mark.parametrize(("environ", "files", "platform", "answer"), [
    ({}, {"/dev/nvidiactl"}, "linux", True),
    ({}, {"/dev/dxg"}, "linux", True),
    ({}, set(), "linux", False),
    ({}, {"/dev/nvidiactl"}, "darwin", False),
    ({"CUDA_VISIBLE_DEVICES": "0,1"}, {"/dev/nvidiactl"}, "linux", True),
    ({"CUDA_VISIBLE_DEVICES": "-1"}, {"/dev/nvidiactl"}, "linux", False),
    ({"CUDA_VISIBLE_DEVICES": ""}, {"/dev/nvidiactl"}, "linux", False),
    ({"CUDA_VISIBLE_DEVICES": " "}, {"/dev/nvidiactl"}, "linux", False),
])
def test_whether_there_may_be_a_gpu(environ, files, platform, answer) -> None:
    assert may_have_gpu(environ, files.__contains__, platform) is answer
