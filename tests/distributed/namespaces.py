"""Several machines in one: Linux network namespaces, each with its own loopback and addresses.

    with Machines("a", "b") as machines:
        server = machines["a"].start("server", "--job", "ps", ...)     # tftutor server ...
        machines.cut("a", "b")       # the cable is pulled: nothing arrives, nobody is told
        machines.heal("a", "b")

Each two of them are joined by a cable of their own (a veth pair). Needs root on Linux; elsewhere
`need_machines` skips the test and says why. The names of the namespaces have our process's id; what
a process that was killed has left is removed by the next one.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).parents[2]
_PREFIX = "tftutor-test"
_SECONDS = 60.0

# Runs a program's text; then, for each line on its standard input, prints an expression's value.
_ASKED = """
import json, sys
names = {"__name__": "__main__"}
exec(compile(sys.argv[1], "<program>", "exec"), names)
print("ready", flush=True)
for line in sys.stdin:
    print(json.dumps(eval(line, names)), flush=True)
"""


def run_ip(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the program `ip`. Raises: subprocess.CalledProcessError."""
    return subprocess.run(["ip", *words], text=True, capture_output=True, check=True)


@functools.cache
def missing() -> str:
    """Why there are no namespaces here, or "" where there are."""
    if not sys.platform.startswith("linux") or shutil.which("ip") is None:
        return "network namespaces need Linux and its program `ip`"
    if os.geteuid() != 0:
        return "network namespaces need root"
    try:
        with Machines("a", "b"):
            return ""
    except subprocess.CalledProcessError as error:
        return f"network namespaces are not permitted here: {error.stderr.strip()}"


def need_machines() -> None:
    """Skip the test where there are no namespaces, and say why."""
    if missing():
        pytest.skip(missing())


class Program:
    """A process on one of the machines."""

    def __init__(self, process: subprocess.Popen[str], errors: pathlib.Path) -> None:
        self.process = process
        self._errors = errors
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with self.process.stdout as output:  # type: ignore[union-attr]
            for line in output:
                self._lines.put(line.rstrip("\n"))
        self._lines.put("")

    def line(self, seconds: float = _SECONDS) -> str:
        """Its next line of output, "" at its end. Raises: queue.Empty when there is none."""
        return self._lines.get(timeout=seconds)

    def rest(self) -> list[str]:
        """The lines that come until its end."""
        return list(iter(self.line, ""))

    def ask(self, expression: str) -> Any:
        """The value of an expression in a program that was started with `program`."""
        self.process.stdin.write(expression + "\n")  # type: ignore[union-attr]
        self.process.stdin.flush()  # type: ignore[union-attr]
        answer = self.line()
        assert answer, f"{expression}: {self.errors()}"
        return json.loads(answer)

    def errors(self) -> str:
        """What it has written to its standard error."""
        return self._errors.read_text()

    def wait(self, seconds: float = _SECONDS) -> int:
        """Its exit code."""
        return self.process.wait(seconds)

    def end(self) -> None:
        """Kill it, if it runs; what it has started ends with the machine."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()  # type: ignore[union-attr]


class Machine:
    """One namespace. `address` and `ipv6` are what the other machines call it."""

    def __init__(self, name: str, namespace: str, number: int, directory: pathlib.Path) -> None:
        self.name = name
        self.namespace = namespace
        self.address = f"198.18.0.{number}"
        self.ipv6 = f"2001:db8::{number}"
        self.programs: list[Program] = []
        self._directory = directory

    def ip(self, *words: str) -> str:
        """Run `ip` in it; what it prints."""
        return run_ip("-n", self.namespace, *words).stdout

    def join(self, other: Machine) -> None:
        """Have the device `to-NAME` lead to another machine."""
        device = f"to-{other.name}"
        self.ip("addr", "add", self.address, "peer", f"{other.address}/32", "dev", device)
        self.ip("link", "set", device, "up")
        if pathlib.Path("/proc/net/if_inet6").exists():
            self.ip("addr", "add", self.ipv6, "peer", f"{other.ipv6}/128", "dev", device, "nodad")

    def python(self, *arguments: str, **environ: str) -> Program:
        """Start Python in it, with these variables added; without keys, if they name none."""
        found = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1",
                 "TFTUTOR_KEYS": "", **environ}
        errors = self._directory / f"{self.name}-{len(self.programs)}.txt"
        with open(errors, "w") as file:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace, sys.executable, *arguments], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, cwd=ROOT,
                env={name: value for name, value in found.items() if value})
        self.programs.append(Program(process, errors))
        return self.programs[-1]

    def start(self, *arguments: str, **environ: str) -> Program:
        """Start `tftutor` with these arguments."""
        return self.python("-m", "tftutor", *arguments, **environ)

    def program(self, text: str, **environ: str) -> Program:
        """Start a program, and wait until it has come to the end of its text: then `ask` it."""
        started = self.python("-c", _ASKED, text, **environ)
        assert started.line() == "ready", started.errors()
        return started


class Machines:
    """Machines by name, each two joined by a cable. Use it in a `with` block.

    Raises: subprocess.CalledProcessError where that is not permitted.
    """

    def __init__(self, *names: str) -> None:
        self._machines: dict[str, Machine] = {}
        self._names = names

    def __enter__(self) -> Machines:
        remove_leftovers()
        directory = pathlib.Path(tempfile.mkdtemp(prefix=f"{_PREFIX}-{os.getpid()}-"))
        self._directory = directory
        try:
            for number, name in enumerate(self._names, 1):
                namespace = f"{_PREFIX}-{os.getpid()}-{name}"
                run_ip("netns", "add", namespace)
                made = Machine(name, namespace, number, directory)
                self._machines[name] = made
                made.ip("link", "set", "lo", "up")
            for one, other in itertools.combinations(self, 2):
                _lay_cable(one, other)
        except BaseException:
            self.close()
            raise
        return self

    def __getitem__(self, name: str) -> Machine:
        return self._machines[name]

    def __iter__(self) -> Iterator[Machine]:
        return iter(self._machines.values())

    def cut(self, one: str, other: str) -> None:
        """Pull the cable between two machines: `one` has no way any more, `other` no answer."""
        self[one].ip("link", "set", f"to-{other}", "down")

    def heal(self, one: str, other: str) -> None:
        """Put it back."""
        self[one].ip("link", "set", f"to-{other}", "up")

    def close(self) -> None:
        """End all programs and remove the machines."""
        for machine in self:
            for program in machine.programs:
                program.end()
            _remove(machine.namespace)
        self._machines.clear()
        shutil.rmtree(self._directory)

    def __exit__(self, *exception: Any) -> None:
        self.close()


def _lay_cable(one: Machine, other: Machine) -> None:
    run_ip("link", "add", f"to-{other.name}", "netns", one.namespace, "type", "veth",
           "peer", "name", f"to-{one.name}", "netns", other.namespace)
    one.join(other)
    other.join(one)


def _remove(namespace: str) -> None:
    """Remove a namespace with all that runs in it."""
    for pid in run_ip("netns", "pids", namespace).stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    run_ip("netns", "delete", namespace)


def namespaces() -> list[str]:
    """The namespaces of tests that there are on this computer."""
    return re.findall(rf"^{_PREFIX}-\d+-\S+", run_ip("netns", "list").stdout, re.MULTILINE)


def remove_leftovers() -> None:
    """Remove the namespaces and directories of processes that are no more."""
    def is_over(name: str) -> bool:
        return not pathlib.Path(f"/proc/{name.split('-')[2]}").exists()

    for namespace in filter(is_over, namespaces()):
        _remove(namespace)
    for directory in pathlib.Path(tempfile.gettempdir()).glob(f"{_PREFIX}-*-*"):
        if is_over(directory.name):
            shutil.rmtree(directory, ignore_errors=True)
