"""The servers of this process by address, and this process's connections to others.

A session whose target is a server of its own process calls it without a socket between them.
"""

from __future__ import annotations

import os
import secrets
import threading
from typing import Any

from tftutor.distributed.addresses import address_from_here
from tftutor.distributed.worker import TaskService

_lock = threading.Lock()
_services: dict[str, TaskService] = {}
_client: Any = None  # the Transport of sessions ...
_client_keys: str | None = None  # ... and the keys that TFTUTOR_KEYS named when it was made


def announce(address: str, service: TaskService) -> None:
    """Make a server known to the sessions of this process."""
    with _lock:
        _services[address_from_here(address)] = service


def withdraw(address: str) -> None:
    """Forget a server that has stopped."""
    with _lock:
        _services.pop(address_from_here(address), None)


def service_at(address: str) -> TaskService | None:
    """The server of this process at an address, if there is one."""
    return _services.get(address_from_here(address))


def connect(address: str, name: str) -> Any:
    """This process's connection, as a client, to the task at an address.

    A notebook may set TFTUTOR_KEYS after it was refused; what is connected stays so.
    """
    global _client, _client_keys
    from tftutor.distributed.keys import configured_keys
    from tftutor.distributed.messages import Hello
    from tftutor.distributed.transport import Transport

    with _lock:
        if _client is None or _client_keys != os.environ.get("TFTUTOR_KEYS"):
            hello = Hello("client", "", secrets.randbits(62) | 1)
            keys = configured_keys("client", "worker", "ps", "admin")
            _client = Transport(handler=None, identity=hello, keys=keys)
            _client_keys = os.environ.get("TFTUTOR_KEYS")
        peer = _client.peer(address)
    if not peer.incarnation:  # not connected: so it is called until it says itself who it is
        peer.task = name if name.startswith("/job:") else ""
    return peer
