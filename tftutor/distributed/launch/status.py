"""What the tasks of a cluster say about themselves, and the table of it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tftutor import errors

_INTERVAL = 1.0


class VariableStatus(NamedTuple):
    """A variable that lives in a task; without a value its shape is None."""

    name: str
    dtype: str
    shape: tuple[int, ...] | None
    nbytes: int
    device: str


class Sent(NamedTuple):
    """Bytes of tensors, and the messages or steps that carried them."""

    nbytes: int = 0
    messages: int = 0


class TaskUse(NamedTuple):
    """What a task holds and has sent.

    `variables` are the biggest ones, of `variable_count`; `sent` maps "worker:1" to what went
    there, `from_programs` and `to_programs` count what programs fed and fetched. `devices` are
    "/device:GPU:0", of which those in `simulated` are only acted.
    """

    variables: tuple[VariableStatus, ...] = ()
    variable_count: int = 0
    variable_bytes: int = 0
    sent: Mapping[str, Sent] = {}
    from_programs: Sent = Sent()
    to_programs: Sent = Sent()
    devices: tuple[str, ...] = ()
    simulated: tuple[str, ...] = ()
    sessions: int = 0


class TaskStatus(NamedTuple):
    """One task. What isn't known is None.

    `task` is "worker:0"; `heartbeat` says how many seconds ago it answered last; `steps` counts
    the parts of steps it has run, the bytes are those of tensors sent to and by it. `uses` says
    more: its variables, and what it has sent to whom.
    """

    task: str
    address: str
    state: str
    pid: int | None = None
    heartbeat: float | None = None
    uptime: float | None = None
    steps: int | None = None
    bytes_in: int | None = None
    bytes_out: int | None = None
    uses: TaskUse | None = None


class ClusterStatus:
    """A row for each task; printed, it is a table. `status["ps:0"]` is one row."""

    def __init__(self, rows: list[TaskStatus]) -> None:
        self.rows = rows

    def __iter__(self) -> Iterator[TaskStatus]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, task: str) -> TaskStatus:
        return {row.task: row for row in self.rows}[task]

    def __repr__(self) -> str:
        head = ("task", "pid", "address", "state", "heartbeat", "steps", "in", "out")
        lines = [head, *(
            (row.task, _number(row.pid), row.address, row.state,
             "-" if row.heartbeat is None else f"{row.heartbeat:.1f} s ago", _number(row.steps),
             _bytes(row.bytes_in), _bytes(row.bytes_out)) for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
        return "\n".join("  ".join(cell.rjust(width) if i in (1, 4, 5, 6, 7) else cell.ljust(width)
                                   for i, (cell, width) in enumerate(zip(line, widths, strict=True))
                                   ).rstrip() for line in lines)


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}" if value > 99999 else str(value)


def _bytes(value: int | None) -> str:
    if value is None:
        return "-"
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            break
        value /= 1024  # type: ignore[assignment]
    return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"


class _Answer(NamedTuple):
    """The last status of a task, and when it came."""

    header: dict[str, Any]
    time: float


class Monitor:
    """Asks every task for its status, once a second while it runs.

    `addresses` maps "worker:0" to "127.0.0.1:2222".
    """

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = dict(addresses)
        self._answers: dict[str, _Answer] = {}
        self._begun = time.monotonic()
        self._known_since: dict[str, float] = {}  # of tasks that were started anew
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to ask regularly."""
        self._begun = time.monotonic()
        self._thread = threading.Thread(target=self._watch, name="cluster status", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask no more."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(_INTERVAL)

    def _watch(self) -> None:
        while not self._ended.wait(_INTERVAL):
            self.ask(self._addresses, _INTERVAL)

    def forget(self, task: str) -> None:
        """A task was started anew: what its predecessor said doesn't count."""
        self._answers.pop(task, None)
        self._known_since[task] = time.monotonic()

    def is_fresh(self, task: str) -> bool:
        """Whether a task has answered lately, or hasn't been asked for long.

        Two questions may go unanswered: a silent task delays those to the others.
        """
        found = self._answers.get(task)
        last = self._known_since.get(task, self._begun) if found is None else found.time
        return time.monotonic() - last < 2.5 * _INTERVAL

    def ask(self, tasks: Iterable[str], timeout: float) -> set[str]:
        """Ask tasks at the same time; those that answered within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        calls = {}
        for task in tasks:
            with contextlib.suppress(errors.OpError):
                calls[task] = ask_status(task, self._addresses[task])
        answered = set()
        for task, call in calls.items():
            with contextlib.suppress(errors.OpError):
                header = call(max(0.0, deadline - time.monotonic()))
                self._answers[task] = _Answer(header, time.monotonic())
                answered.add(task)
        return answered

    def row(self, task: str, state: str, pid: int | None = None) -> TaskStatus:
        """What is known of a task."""
        found = self._answers.get(task)
        if found is None:
            return TaskStatus(task, self._addresses[task], state, pid)
        details = found.header.get("details") or {}
        return TaskStatus(task, self._addresses[task], state, pid, time.monotonic() - found.time,
                          found.header.get("uptime"), details.get("steps"),
                          details.get("bytes_in"), details.get("bytes_out"),
                          _use(found.header, details))


def _use(header: dict[str, Any], details: dict[str, Any]) -> TaskUse:
    """What a task said of itself; one of an older version says less."""
    variables = tuple(
        VariableStatus(each["name"], each["dtype"],
                       None if each["shape"] is None else tuple(each["shape"]), each["bytes"],
                       each["device"]) for each in details.get("variables", ()))
    devices = tuple(_short(device["name"]) for device in header["devices"])
    return TaskUse(
        variables, details.get("variable_count", 0), details.get("variable_bytes", 0),
        {task: Sent(*counts) for task, counts in details.get("sent", {}).items()},
        Sent(*details.get("from_programs", ())), Sent(*details.get("to_programs", ())), devices,
        tuple(_short(name) for name in details.get("simulated", ())), details.get("sessions", 0))


def _short(device: str) -> str:
    return device[device.index("/device:"):]


def ask_status(task: str, address: str) -> Any:
    """Ask a task for its status; call the result with a timeout to get the header of the answer.

    `task` is "worker:0", or "" for whoever is there.

    Raises: tf.errors.OpError, now or then, when it can't be reached.
    """
    from tftutor.distributed.servers_here import connect, service_at

    here = service_at(address)
    if here is not None:
        header, _ = here.answer("status", {}, ())
        return lambda timeout: header
    job, _, index = task.partition(":")
    name = f"/job:{job}/replica:0/task:{index}" if task else ""
    call = connect(address, name).start("status", {})
    return lambda timeout: _header(call.wait(timeout))


def _header(reply: Any) -> dict[str, Any]:
    if reply.code:
        raise errors.UnavailableError(None, None, reply.header["message"])
    return reply.header


def status(target: str, timeout: float = 1.0) -> ClusterStatus:
    """A table of a cluster's tasks, asked from any one of them, however they were started.

        tf.cluster.status("grpc://127.0.0.1:2222")

    Raises: tf.errors.UnavailableError when nobody answers at `target`; ValueError when it isn't
    an address.
    """
    if not target.startswith("grpc://"):
        raise ValueError(f"a target must be grpc://host:port, but got {target!r}")
    try:
        header = ask_status("", target.removeprefix("grpc://"))(timeout)
    except errors.DeadlineExceededError as error:
        raise errors.UnavailableError(None, None, error.message) from None
    addresses = {f"{job}:{index}": address for job, tasks in header["cluster"].items()
                 for index, address in sorted(tasks.items(), key=lambda item: int(item[0]))}
    monitor = Monitor(addresses)
    answered = monitor.ask(addresses, timeout)
    return ClusterStatus([monitor.row(task, "serving" if task in answered else "no answer")
                          for task in addresses])
