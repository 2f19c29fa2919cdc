"""TaskProcess: `tftutor server` as a process of this machine, seen by whoever started it."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Any

_LOG_TAIL = 2 ** 20
_PACKAGE_PARENT = str(pathlib.Path(__file__).resolve().parents[3])
Event = dict[str, Any]


class LaunchError(RuntimeError):
    """A task of a cluster didn't start, or ended while it was needed."""


class TaskProcess:
    """One task of a local cluster.

    Args:
      task: "worker:0".
      arguments: the command line after `tftutor server`.
      log_path: where the process's output goes.
      environ: variables added to this program's environment.
      on_event: called, in a thread, with what the task reports of its cells.
    """

    def __init__(self, task: str, arguments: list[str], log_path: pathlib.Path,
                 environ: dict[str, str], on_event: Callable[[Event], None]) -> None:
        self.task = task
        self._arguments = arguments
        self._log_path = log_path
        self._log_text = ""
        self._environ = environ
        self._on_event = on_event
        self._process: subprocess.Popen[str] | None = None
        self._listener: threading.Thread | None = None
        self._ready = threading.Event()
        self._failure: str | None = None
        self._write_lock = threading.Lock()

    # -- its life ---------------------------------------------------------------------------

    def start(self) -> None:
        """Start the process; `wait_until_ready` says whether it serves."""
        if self._listener is not None:
            self._listener.join(1.0)  # what the process before has reported comes first
        read_end, write_end = os.pipe()
        self._ready.clear()
        self._failure = None
        command = [sys.executable, "-m", "tftutor", "server", *self._arguments, "--with-parent",
                   "--report-to", str(write_end)]
        if threading.current_thread() is threading.main_thread():
            # Linux watches the thread that starts a process: one that ends earlier won't do.
            command += ["--parent-pid", str(os.getpid())]
        try:
            with open(self._log_path, "ab") as log:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT,
                    pass_fds=(write_end,), text=True, env=self._environment(),
                    process_group=0)  # a notebook's "interrupt" is not meant for servers
        finally:
            os.close(write_end)
        self._listener = threading.Thread(
            target=self._listen, args=(os.fdopen(read_end), self._process),
            name=f"reports of {self.task}", daemon=True)
        self._listener.start()

    def _environment(self) -> dict[str, str]:
        found = {**os.environ, **self._environ, "PYTHONUNBUFFERED": "1"}
        found["PYTHONPATH"] = os.pathsep.join(
            filter(None, [_PACKAGE_PARENT, found.get("PYTHONPATH")]))
        return found

    def _listen(self, reports: IO[str], process: subprocess.Popen[str]) -> None:
        with reports:
            for line in reports:
                event = json.loads(line)
                if event["event"] == "failed":
                    self._failure = event["error"]
                if event["event"] in ("ready", "failed"):
                    self._ready.set()
                self._on_event(event)
        process.wait()
        if process is self._process:
            self._ready.set()
        self._on_event({"event": "ended"})

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until the task serves. Raises: LaunchError, with the end of its log."""
        if not self._ready.wait(seconds):
            raise LaunchError(f"{self.task} isn't ready after {seconds:.0f} s{self._log_end()}")
        if self._failure is not None:
            raise LaunchError(f"{self.task} didn't start: {self._failure}")
        if not self.is_running:
            raise LaunchError(f"{self.task} {self.state} before it was ready{self._log_end()}")

    def send_signal(self, number: int) -> None:
        """Send the process a signal, if it runs."""
        if self._process is not None:
            self._process.send_signal(number)

    def suspend(self) -> None:
        """Freeze it (SIGSTOP), and wait until all its threads stand still: they are quick."""
        if self.is_running and self._process is not None:
            self._process.send_signal(signal.SIGSTOP)
            if hasattr(os, "waitid"):  # macOS has it since Python 3.13
                os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def kill(self) -> None:
        """End it at once, as a crash would (SIGKILL), and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._close_input()

    def ask_to_stop(self) -> None:
        """Let it end in good order; `wait_until_gone` waits for that."""
        if self._process is not None:
            self.send_signal(signal.SIGTERM)
            self.send_signal(signal.SIGCONT)  # it may have been suspended
            self._close_input()

    def wait_until_gone(self, seconds: float) -> None:
        """Wait for a task that was asked to stop, and kill it when it doesn't."""
        if self._process is None:
            return
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def _close_input(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    # -- what it says -----------------------------------------------------------------------

    def order(self, **order: Any) -> None:
        """Tell the task something. Raises: LaunchError when it isn't running."""
        if not self.is_running or self._process is None or self._process.stdin is None:
            raise LaunchError(f"{self.task} {self.state}")
        try:
            with self._write_lock:
                self._process.stdin.write(json.dumps(order) + "\n")
                self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            raise LaunchError(f"{self.task} {self.state}") from None

    @property
    def pid(self) -> int | None:
        """The process, or None while there is none."""
        return self._process.pid if self._process is not None and self.is_running else None

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None and self._process.poll() is None

    @property
    def state(self) -> str:
        """"serving", "starting", or how it ended."""
        code = self._process.poll() if self._process is not None else None
        if self._process is None:
            return "not started"
        if code is None:
            return "serving" if self._ready.is_set() else "starting"
        return f"ended ({signal.Signals(-code).name})" if code < 0 else f"ended (exit code {code})"

    def log(self) -> str:
        """The end of its output, up to a MiB; after the cluster is stopped, too."""
        if self._log_path.exists():
            with open(self._log_path, "rb") as file:
                file.seek(max(0, os.path.getsize(self._log_path) - _LOG_TAIL))
                self._log_text = file.read().decode(errors="replace")
        return self._log_text

    def _log_end(self) -> str:
        time.sleep(0.05)  # the last lines of a process that has just ended
        lines = self.log().splitlines()[-15:]
        return "; its log ends:\n" + "\n".join(lines) if lines else "; its log is empty"
