"""A task as a guest of a process that somebody else started: an ipyparallel engine, a Dask worker.

These functions run in that process, called by `HostedCluster` over the engine's own channel: first
every process reserves a port and says its address, then all are told the whole cluster.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Mapping
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
    """Which machine and process this is; `address` is what other machines may call it."""
    name = socket.gethostname()
    return {"machine": name, "pid": os.getpid(), "address": _own_address(name)}


def _own_address(name: str) -> str:
    """An address of this machine that isn't its loopback interface's, if it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):  # no way out: the name has to do
            probe.connect(("192.0.2.1", 9))  # sends nothing: asks which interface would be used
            return str(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        return socket.gethostbyname(name)
    return "127.0.0.1"


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
