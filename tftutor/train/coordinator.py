"""Coordinator: several threads that stop together, and whose errors reach the main thread."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tftutor import errors
from tftutor.framework.api import tf_export
from tftutor.platform import tf_logging


@tf_export("train.Coordinator")
class Coordinator:
    """Asks threads to stop, waits for them, and raises again what went wrong in one of them.

    Example:
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(sess, coord)
        while not coord.should_stop():
            sess.run(train_op)
        coord.request_stop()
        coord.join(threads)

    Args:
      clean_stop_exception_types: exceptions that mean an ordinary end, by default
        tf.errors.OutOfRangeError (the end of the data); they are not raised by `join`.

    Source: TF 1.15 docs, tf.train.Coordinator.
    """

    def __init__(self, clean_stop_exception_types: Any = None) -> None:
        if clean_stop_exception_types is None:
            clean_stop_exception_types = (errors.OutOfRangeError,)
        self._clean_stop_exception_types = tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop_event = threading.Event()
        self._exception: BaseException | None = None
        self._joined = False
        self._registered_threads: set[threading.Thread] = set()

    def request_stop(self, ex: Any = None) -> None:
        """Ask the threads to stop: from now on `should_stop` is True.

        Args:
          ex: an exception, or what `sys.exc_info()` gives; `join` raises the first one reported.

        After `join` an exception is raised at once, as nobody else would see it.
        Source: TF 1.15 docs, tf.train.Coordinator.request_stop.
        """
        error = ex[1] if isinstance(ex, tuple) else ex
        if isinstance(error, self._clean_stop_exception_types):
            error = None
        with self._lock:
            if self._joined and error is not None:
                raise error
            if not self._stop_event.is_set():
                if error is not None and self._exception is None:
                    self._exception = self._checked(error)
                    tf_logging.info("Error reported to Coordinator: %s, %s", type(error), error)
                self._stop_event.set()

    @staticmethod
    def _checked(error: Any) -> BaseException:
        if isinstance(error, BaseException):
            return error
        return ValueError("ex must be a tuple or sys.exc_info must return the current exception: "
                          f"{error!r}")

    def clear_stop(self) -> None:
        """Forget that a stop was asked for, and why, so that threads may be started again."""
        with self._lock:
            self._joined = False
            self._exception = None
            self._stop_event.clear()

    def should_stop(self) -> bool:
        """True when a stop has been requested."""
        return self._stop_event.is_set()

    @contextlib.contextmanager
    def stop_on_exception(self) -> Iterator[None]:
        """Report an exception of the block to the coordinator, in place of raising it.

        Source: TF 1.15 docs, tf.train.Coordinator.stop_on_exception.
        """
        try:
            yield
        except BaseException:  # noqa: BLE001 - join raises it in the main thread
            self.request_stop(ex=sys.exc_info())

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Wait until a stop is requested, at most `timeout` seconds; is one?"""
        return self._stop_event.wait(timeout)

    def register_thread(self, thread: threading.Thread) -> None:
        """Let `join` wait for this thread too."""
        with self._lock:
            self._registered_threads.add(thread)

    def join(self, threads: Iterable[threading.Thread] | None = None,
             stop_grace_period_secs: float = 120, ignore_live_threads: bool = False) -> None:
        """Wait until all threads have ended.

        Once a stop is requested they have `stop_grace_period_secs` left; a thread with an attribute
        `grace_secs` has no more than that, as it is expected to wait in vain.

        Raises: the first exception reported; RuntimeError when threads still run at the end of
        the grace period, unless `ignore_live_threads`.
        Source: TF 1.15 docs, tf.train.Coordinator.join.
        """
        with self._lock:
            waiting = list(self._registered_threads.union(threads or ()))
        while _alive(waiting) and not self.wait_for_stop(1.0):
            pass
        stopped = time.monotonic()
        for thread in waiting:
            deadline = stopped + min(stop_grace_period_secs,
                                     getattr(thread, "grace_secs", stop_grace_period_secs))
            while thread.is_alive() and time.monotonic() < deadline:
                thread.join(min(1.0, max(0.001, deadline - time.monotonic())))
        stragglers = " ".join(thread.name for thread in _alive(waiting))
        with self._lock:
            self._joined = True
            self._registered_threads = set()
            if self._exception is not None:
                raise self._exception
        if stragglers:
            text = f"Coordinator stopped with threads still running: {stragglers}"
            if not ignore_live_threads:
                raise RuntimeError(text)
            tf_logging.info("%s", text)

    @property
    def joined(self) -> bool:
        """True after `join`."""
        return self._joined

    def raise_requested_exception(self) -> None:
        """Raise the exception that was reported, if there is one."""
        with self._lock:
            if self._exception is not None:
                raise self._exception


def _alive(threads: list[threading.Thread]) -> list[threading.Thread]:
    return [thread for thread in threads if thread.is_alive()]


@tf_export("train.LooperThread")
class LooperThread(threading.Thread):
    """A thread that calls a function again and again until its coordinator says stop.

    Args:
      coord: the Coordinator.
      timer_interval_secs: how far the calls are apart; None: no pause.
      target, args, kwargs: what to call. A subclass may override `run_loop` instead.

    Raises: ValueError when `coord` is no Coordinator, or for arguments without a target.
    Source: TF 1.15 docs, tf.train.LooperThread.
    """

    def __init__(self, coord: Coordinator, timer_interval_secs: float | None,
                 target: Callable[..., Any] | None = None, args: Any = None, kwargs: Any = None
                 ) -> None:
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        super().__init__()
        self.daemon = True
        self._coord = coord
        self._timer_interval_secs = timer_interval_secs
        self._loop_target = target
        if target is None and (args or kwargs):
            raise ValueError("'args' and 'kwargs' argument require that you also pass 'target'")
        self._loop_args = args or ()
        self._loop_kwargs = kwargs or {}
        coord.register_thread(self)

    @staticmethod
    def loop(coord: Coordinator, timer_interval_secs: float | None, target: Callable[..., Any],
             args: Any = None, kwargs: Any = None) -> LooperThread:
        """Start a LooperThread and return it."""
        looper = LooperThread(coord, timer_interval_secs, target=target, args=args, kwargs=kwargs)
        looper.start()
        return looper

    def run(self) -> None:
        """The body of the thread."""
        with self._coord.stop_on_exception():
            self.start_loop()
            if self._timer_interval_secs is None:
                while not self._coord.should_stop():
                    self.run_loop()
            else:
                next_time = time.monotonic()
                while not self._coord.wait_for_stop(next_time - time.monotonic()):
                    next_time += self._timer_interval_secs
                    self.run_loop()
            self.stop_loop()

    def start_loop(self) -> None:
        """Called once before the first call; for subclasses."""

    def stop_loop(self) -> None:
        """Called once after the last call; for subclasses."""

    def run_loop(self) -> None:
        """One call."""
        if self._loop_target is not None:
            self._loop_target(*self._loop_args, **self._loop_kwargs)
