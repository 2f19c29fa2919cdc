"""What every test may rely on."""

from __future__ import annotations

import importlib.util
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tftutor.backends import threads
from tftutor.platform import tf_logging
from tftutor.runtime.physical_gpus import reset_simulated_gpus

# A shell starts what runs in the background with Ctrl-C ignored; tests interrupt themselves.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def usual_thread_count() -> Iterator[None]:
    """A session's intra_op_parallelism_threads holds for the process: not for the next test."""
    yield
    threads.set_thread_count(0)


@pytest.fixture(autouse=True)
def usual_verbosity() -> None:
    """What a program of an earlier test has hidden, this test sees."""
    tf_logging.set_verbosity(tf_logging.WARN)


@pytest.fixture(autouse=True)
def no_simulated_gpus_of_other_tests() -> Iterator[None]:
    """The GPUs that a session simulates stay with the process: not for the next test."""
    yield
    reset_simulated_gpus()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A started headless browser; skips the test where none can be had.

    One for all tests: Playwright can't be started twice.
    """
    spec = importlib.util.spec_from_file_location(
        "browser", Path(__file__).parent / "notebooks" / "browser.py")
    assert spec and spec.loader
    browser = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(browser)
    path = browser.find_browser()
    if path is None:
        pytest.skip(browser.MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path, args=browser.launch_arguments())
        yield started
        started.close()
