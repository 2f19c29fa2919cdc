"""A task as a guest of a process that somebody else started: an ipyparallel engine, a Dask worker.

These functions run in that process, called by `HostedCluster` over the engine's own channel: first
every process reserves a port and says its address, then all are told the whole cluster.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import socket
import threading
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tftutor.distributed.launch.ports import PortReservation
from tftutor.distributed.launch.tf_config import TaskConfig


class _Guest:
    """One task here: its port, and its server once there is one."""

    def __init__(self, port: PortReservation) -> None:
        self.port = port
        self.server: Any = None


_guests: dict[str, _Guest] = {}
_lock = threading.Lock()


def place() -> dict[str, Any]:
    """Which machine and process this is.

    Processes with the same `machine` share a loopback interface. `address` is what other machines
    may call it, "" if this process doesn't know: then `address_toward` one of them.
    """
    return {"machine": _machine(), "name": socket.gethostname(), "pid": os.getpid(),
            "address": _connected_address()}


def _machine() -> str:
    """The name of a machine is not enough: copies of one have the same, containers have any.

    Linux says when it was started, by a random number, and which network a process is in.
    """
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):
        parts.append(pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        parts.append(str(os.stat("/proc/self/ns/net").st_ino))
    if len(parts) == 1 and not uuid.getnode() >> 40 & 1:  # else it is no address, but random
        parts.append(f"{uuid.getnode():012x}")
    return "/".join(parts)


def _connected_address() -> str:
    """The address by which this process talks to other machines already, as engines do.

    A machine may have several; this one is known to work.
    """
    try:
        import psutil  # type: ignore[import-untyped] # what hosts us brings it
    except ImportError:
        return ""
    connections = psutil.Process().net_connections("inet4")
    found = Counter(each.laddr.ip for each in connections
                    if each.status == psutil.CONN_ESTABLISHED
                    and not each.laddr.ip.startswith("127."))
    return found.most_common(1)[0][0] if found else ""


def address_toward(other: str) -> str:
    """The address of this machine from which it would call another one, if it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):  # no way there: the name has to do
            probe.connect((other, 9))  # sends nothing: asks which interface would be used
            return str(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        return socket.gethostbyname(socket.gethostname())
    return "127.0.0.1"


def missing_keys(roles: Sequence[str], environ: Mapping[str, str]) -> str:
    """Why a process here would have no keys, or "".

    It needs those of one of the roles; `environ` counts as if it were set.
    """
    from tftutor.distributed.keys import KeyFileError, load_keys

    directory = {**os.environ, **environ}.get("TFTUTOR_KEYS")
    if not directory:
        return "TFTUTOR_KEYS is not set"
    there = [role for role in roles if (pathlib.Path(directory) / f"{role}.key").exists()]
    try:
        load_keys(directory, [*there, *roles][0])
    except KeyFileError as error:
        return str(error)
    return ""


def reserve(key: str, host: str, port: int = 0) -> str:
    """Reserve a port for a task, if need be a certain one; its address.

    Raises: OSError when that isn't possible.
    """
    with _lock:
        _guests[key] = guest = _Guest(PortReservation(host, port))
    return guest.port.address


def serve(key: str, jobs: dict[str, Any], job: str, index: int,
          environ: Mapping[str, str] | None = None, config: bytes | None = None) -> dict[str, Any]:
    """Start the task's server here; the variables that a program in this process may use.

    Raises: what tf.train.Server raises.
    """
    from tftutor.distributed.cluster_spec import ClusterSpec
    from tftutor.distributed.launch.serve import cell_names
    from tftutor.framework.protos import proto_module

    os.environ.update(environ or {})
    task = TaskConfig(ClusterSpec(jobs), job, index)
    guest = _guests[key]
    guest.port.make_way()
    parsed = None if config is None else proto_module("config_pb2").ConfigProto.FromString(config)
    guest.server = task.server(config=parsed)
    return cell_names(guest.server, task)


def serve_quietly(*arguments: Any, **named: Any) -> int:
    """`serve` for callers that can't take its variables over a wire; the process's id."""
    serve(*arguments, **named)
    return os.getpid()


def stop(key: str) -> None:
    """Stop a task and give its port up; one that isn't here is no error."""
    with _lock:
        guest = _guests.pop(key, None)
    if guest is not None:
        if guest.server is not None:
            guest.server.stop()
        guest.port.close()
