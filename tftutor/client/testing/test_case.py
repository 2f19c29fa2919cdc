"""`tf.test`: a TestCase that knows tensors and sessions, `main`, and questions about the build."""

from __future__ import annotations

import atexit
import contextlib
import os
import random
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import numpy as np
from absl.testing import absltest

from tftutor import errors
from tftutor.client.config import SessionConfig
from tftutor.client.session import Session
from tftutor.client.testing.array_assertions import ArrayAssertions
from tftutor.client.testing.old_names import OldAssertionNames
from tftutor.framework.api import export_value, exported, tf_export
from tftutor.framework.default_graph import reset_default_graph
from tftutor.framework.default_session import get_default_session
from tftutor.platform import app
from tftutor.platform.version import GRAPH_DEF_VERSION
from tftutor.runtime.device_set import session_devices
from tftutor.runtime.devices import Device

_SEED = 87654321  # TF's own default graph seed
_temp_dir = ""

export_value("test.mock", mock)


@tf_export("test.get_temp_dir")
def get_temp_dir() -> str:
    """A directory of this process for test files, deleted at exit.

    Source: TF 1.15 docs, tf.test.get_temp_dir.
    """
    global _temp_dir
    if not _temp_dir:
        program = os.path.basename(sys.argv[0] or "test").removesuffix(".py")
        parent = os.environ.get("TEST_TMPDIR") or tempfile.gettempdir()
        _temp_dir = tempfile.mkdtemp(prefix=program, dir=parent)
        atexit.register(shutil.rmtree, _temp_dir, ignore_errors=True)
    return _temp_dir


@tf_export("test.test_src_dir_path")
def test_src_dir_path(relative_path: str) -> str:
    """A path below TEST_SRCDIR. Raises: KeyError when that variable isn't set, as TF does."""
    return os.path.join(os.environ["TEST_SRCDIR"], "org_tensorflow/tensorflow", relative_path)


test_src_dir_path.__test__ = False  # type: ignore[attr-defined]  # the name looks like a test


@tf_export("test.is_built_with_cuda", "test.is_built_with_gpu_support")
def is_built_with_cuda() -> bool:
    """False: tftutor reaches GPUs through CuPy or torch, not through its own build.

    Source: TF 1.15 docs, tf.test.is_built_with_cuda.
    """
    return False


@tf_export("test.is_built_with_rocm")
def is_built_with_rocm() -> bool:
    """False. Source: TF 1.15 docs, tf.test.is_built_with_rocm."""
    return False


@tf_export("test.gpu_device_name")
def gpu_device_name() -> str:
    """The first GPU's name ("/device:GPU:0"), or "" when there is none.

    Simulated GPUs count when TFTUTOR_SIMULATED_GPUS asks for them.
    Source: TF 1.15 docs, tf.test.gpu_device_name.
    """
    return next((device.short_name for device in _gpus()), "")


@tf_export("test.is_gpu_available")
def is_gpu_available(
    cuda_only: bool = False, min_cuda_compute_capability: tuple[int, int] | None = None
) -> bool:
    """Whether a session of this process would have a GPU.

    Simulated GPUs count when TFTUTOR_SIMULATED_GPUS asks for them, but are no CUDA GPUs.

    Args:
      cuda_only: real GPUs only.
      min_cuda_compute_capability: (major, minor) of what the GPU must have at least.

    Source: TF 1.15 docs, tf.test.is_gpu_available.
    """
    return any(
        not (cuda_only and device.is_simulated)
        and (min_cuda_compute_capability is None
             or _compute_capability(device) >= tuple(min_cuda_compute_capability))
        for device in _gpus())


def _gpus() -> list[Device]:
    return [device for device in session_devices(SessionConfig({})) if device.device_type == "GPU"]


def _compute_capability(device: Device) -> tuple[int, int]:
    found = re.search(r"compute capability: (\d+)\.(\d+)", device.description)
    return (int(found[1]), int(found[2])) if found else (0, 0)


@tf_export("test.assert_equal_graph_def")
def assert_equal_graph_def(actual: Any, expected: Any, checkpoint_v2: bool = False,
                           hash_table_shared_name: bool = False) -> None:
    """Fail unless two GraphDefs hold the same nodes, in whatever order.

    With `hash_table_shared_name` the names under which hash tables are shared may differ.

    Raises: TypeError when one isn't a GraphDef; AssertionError naming the first difference.
    Source: TF 1.15 docs, tf.test.assert_equal_graph_def.
    """
    for which, graph_def in (("actual", actual), ("expected", expected)):
        if not hasattr(graph_def, "node"):
            raise TypeError(f"Expected tf.GraphDef for {which}, got {type(graph_def).__name__}")
    if hash_table_shared_name:
        actual, expected = _without_table_names(actual), _without_table_names(expected)
    nodes = [{node.name: node for node in graph_def.node} for graph_def in (actual, expected)]
    if nodes[0].keys() != nodes[1].keys():
        only = [sorted(nodes[i].keys() - nodes[1 - i].keys()) for i in (0, 1)]
        raise AssertionError(f"nodes only in actual: {only[0]}, only in expected: {only[1]}")
    for name, node in nodes[0].items():
        if node != nodes[1][name]:
            raise AssertionError(f"node {name!r} differs:\n{node}\nexpected:\n{nodes[1][name]}")


def _without_table_names(graph_def: Any) -> Any:
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    for node in copy.node:
        if node.op == "HashTableV2":
            node.attr.pop("shared_name", None)
    return copy


@tf_export("test.main")
def main(argv: list[str] | None = None) -> None:
    """Run the tests of the calling script, then exit. Source: TF 1.15 docs, tf.test.main."""
    app.run(main=lambda args: absltest.main(argv=args), argv=sys.argv if argv is None else argv)


class _CheckedThread:
    """A thread whose exception becomes the test's failure at `join`."""

    def __init__(self, testcase: TestCase, target: Callable[..., Any], args: Any, kwargs: Any):
        self._testcase = testcase
        self._call = lambda: target(*(args or ()), **(kwargs or {}))
        self._thread = threading.Thread(target=self._protected_run)
        self._exception: Exception | None = None
        self._joined = False

    def _protected_run(self) -> None:
        try:
            self._call()
        except Exception as error:  # noqa: BLE001 - handed to the test in join()
            self._exception = error

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end; fail the test when the thread raised."""
        self._joined = True
        self._thread.join()
        if self._exception is not None:
            self._testcase.fail(f"Error in checkedThread: {self._exception}")

    def is_alive(self) -> bool:
        """Whether the thread still runs."""
        return self._thread.is_alive()

    def check_termination(self) -> None:
        """Fail the test when nobody joined the thread."""
        if not self._joined:
            self._testcase.fail("A checked thread was not joined.")


@tf_export("test.TestCase")
class TestCase(ArrayAssertions, OldAssertionNames, absltest.TestCase):
    """A test case with tensor assertions; each test starts with a fresh default graph and seed.

    Source: TF 1.15 docs, tf.test.TestCase.
    """

    def __init__(self, methodName: str = "runTest") -> None:  # noqa: N803 - unittest's name
        super().__init__(methodName)
        self._threads: list[_CheckedThread] = []
        self._tempdir: str | None = None
        self._cached: tuple[Any, tuple[Any, Any, bool]] | None = None

    def setUp(self) -> None:
        """A new default graph, with TF's test seed for it, `random` and NumPy."""
        super().setUp()
        self._close_cached_session()
        random.seed(_SEED)
        np.random.seed(_SEED)
        reset_default_graph()
        exported("set_random_seed")(_SEED)
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")

    def tearDown(self) -> None:
        """Check the threads and close the cached session."""
        for thread in self._threads:
            thread.check_termination()
        self._close_cached_session()
        super().tearDown()

    def _close_cached_session(self) -> None:
        if self._cached is not None:
            self._cached[0].close()
            self._cached = None

    def get_temp_dir(self) -> str:
        """A directory of this test case alone."""
        if self._tempdir is None:
            self._tempdir = tempfile.mkdtemp(dir=get_temp_dir())
        return self._tempdir

    def evaluate(self, tensors: Any) -> Any:
        """Run tensors (or a structure of them) in the default or the cached session."""
        session = get_default_session()
        if session is not None:
            return session.run(tensors)
        with self.test_session() as session:
            return session.run(tensors)

    @contextlib.contextmanager
    def session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Any]:
        """A new session as default, closed at the end; ops go to the CPU unless asked otherwise."""
        with Session(graph=graph, config=config) as session:
            with self._as_default(session, use_gpu, force_gpu):
                yield session

    @contextlib.contextmanager
    def cached_session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Any]:
        """The session of this test, made at first use.

        Raises: ValueError when asked with other arguments than at first.
        """
        session = self._get_cached_session(graph, config, force_gpu, strict=True)
        with self._as_default(session, use_gpu, force_gpu):
            yield session

    @contextlib.contextmanager
    def test_session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Any]:
        """An old name: `cached_session` without a graph, `session` with one."""
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")
        if graph is not None:
            with self.session(graph, config, use_gpu, force_gpu) as session:
                yield session
            return
        session = self._get_cached_session(graph, config, force_gpu, strict=False)
        with self._as_default(session, use_gpu, force_gpu):
            yield session

    def _get_cached_session(self, graph: Any, config: Any, force_gpu: bool, strict: bool) -> Any:
        asked = (graph, config, force_gpu)
        if self._cached is None:
            self._cached = (Session(graph=graph, config=config), asked)
        names = ("graph", "config", "force_gpu value")
        for name, new, old in zip(names, asked, self._cached[1], strict=True):
            if strict and new is not old:
                raise ValueError(
                    f"The {name} used to get the cached session is different than the one that was"
                    " used to create the session. Maybe create a new session with self.session()"
                )
        return self._cached[0]

    @contextlib.contextmanager
    def _as_default(self, session: Any, use_gpu: bool, force_gpu: bool) -> Iterator[None]:
        with session.graph.as_default(), session.as_default(), contextlib.ExitStack() as stack:
            if force_gpu:
                stack.enter_context(session.graph.device(gpu_device_name() or "/device:GPU:0"))
            elif not use_gpu:
                stack.enter_context(session.graph.device("/device:CPU:0"))
            yield

    def checkedThread(
        self, target: Callable[..., Any], args: Any = None, kwargs: Any = None
    ) -> _CheckedThread:
        """A thread that must be joined, and whose exception fails the test."""
        thread = _CheckedThread(self, target, args, kwargs)
        self._threads.append(thread)
        return thread

    def assertStartsWith(self, actual: str, expected_start: str, msg: str | None = None) -> None:
        """Fail unless the text starts so."""
        if not actual.startswith(expected_start):
            tail = f" : {msg!r}" if msg else ""
            self.fail(f"{actual!r} does not start with {expected_start!r}{tail}")

    def assertProtoEquals(self, expected_message_maybe_ascii: Any, message: Any,
                          msg: str | None = None) -> None:
        """Fail unless a message equals another one, or the one written in text format."""
        from google.protobuf import text_format

        expected = expected_message_maybe_ascii
        if isinstance(expected, str):
            expected = text_format.Parse(expected, type(message)())
        if type(expected) is not type(message):
            self.fail(f"Can't compare protos of type {type(expected)} and {type(message)}. {msg}")
        if expected != message:
            self.assertMultiLineEqual(str(expected), str(message), msg)

    def assertProtoEqualsVersion(
        self, expected: str, actual: Any, producer: int = GRAPH_DEF_VERSION,
        min_consumer: int = 0, msg: str | None = None
    ) -> None:
        """assertProtoEquals for a GraphDef's text, whose version lines it adds."""
        versions = f"versions {{ producer: {producer} min_consumer: {min_consumer} }};\n"
        self.assertProtoEquals(versions + expected, actual, msg=msg)

    @contextlib.contextmanager
    def assertRaisesWithPredicateMatch(  # type: ignore[override]  # TF allows a pattern
        self, exception_type: type[BaseException], expected_err_re_or_predicate: Any
    ) -> Iterator[None]:
        """Fail unless the block raises that type with a matching text (or predicate).

        The text searched holds, besides the message, the names of the ops that caused the error.
        """
        try:
            yield
        except Exception as error:  # noqa: BLE001 - any other exception is this test's failure
            if not isinstance(error, exception_type) or not _matches(
                error, expected_err_re_or_predicate
            ):
                raise AssertionError(f"Exception of type {type(error)}: {error}") from error
            return
        self.fail(f"{exception_type.__name__} not raised")

    def assertRaisesOpError(
        self, expected_err_re_or_predicate: Any
    ) -> contextlib.AbstractContextManager[None]:
        """assertRaisesWithPredicateMatch for tf.errors.OpError."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)

    def assertDeviceEqual(self, device1: Any, device2: Any, msg: str | None = None) -> None:
        """Fail unless two device strings mean the same ("/cpu:0" is "/device:CPU:0")."""
        spec = exported("DeviceSpec").from_string
        one, two = spec(device1 or "").to_string(), spec(device2 or "").to_string()
        self.assertEqual(one, two, f"Devices {one} and {two} are not equal. {msg}")

    assertItemsEqual = absltest.TestCase.assertCountEqual  # noqa: N815


def _matches(error: Exception, pattern_or_predicate: Any) -> bool:
    """Whether the error's text, the ops behind it included, holds the pattern."""
    if callable(pattern_or_predicate):
        return bool(pattern_or_predicate(error))
    text = error.message if isinstance(error, errors.OpError) else str(error)
    op = getattr(error, "op", None)
    while op is not None:
        text += f"\nCaused by: {op.name}"
        op = getattr(op, "_original_op", None)
    return re.search(pattern_or_predicate, text) is not None
