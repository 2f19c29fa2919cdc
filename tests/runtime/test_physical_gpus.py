"""Real GPUs as this process sees them: a CUDA_VISIBLE_DEVICES that names none is told of."""

from __future__ import annotations

import warnings

import pytest

from tftutor.runtime import physical_gpus


@pytest.mark.parametrize("setting, driver, cuda, warned", [
    ("7", True, [], True),
    (None, True, [], False),  # a driver without GPUs
    ("7", False, [], False),  # no driver at all
    ("0", True, ["a GPU that no library can use"], False),
])
def test_cuda_visible_devices_that_names_no_real_gpu_warns(monkeypatch, setting, driver, cuda,
                                                           warned):
    monkeypatch.setattr("tftutor.backends.gpu_discovery.discover_gpus", lambda: ())
    monkeypatch.setattr("tftutor.backends.cuda_driver.may_have_gpu", lambda: driver)
    monkeypatch.setattr("tftutor.backends.cuda_driver.cuda_devices", lambda: cuda)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if setting is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", setting)
    physical_gpus._warn_of_wrong_names.cache_clear()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert physical_gpus.real_gpus() == physical_gpus.real_gpus() == []
    physical_gpus._warn_of_wrong_names.cache_clear()
    assert [str(warning.message) for warning in told] == [
        "CUDA_VISIBLE_DEVICES=7 names nothing: CUDA gives this process no GPU, and /gpu:0 is not "
        "there."][:warned]
