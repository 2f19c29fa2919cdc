"""How patient and how generous a transport is; the defaults suit a machine or a small cluster."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from tftutor.distributed.heartbeats import Timing
from tftutor.distributed.limits import MIB, Limits


@dataclass(frozen=True)
class TransportOptions:
    """Times in seconds, sizes in bytes.

    Args:
      connect_timeout: how long a call waits for a task that cannot be reached.
      retry_interval: the pause between two attempts to connect.
      handshake_timeout: how long the two greetings may take, ZeroMQ's and then ours.
      heartbeat_interval, heartbeat_timeout: a peer that is silent so long counts as dead; the
        environment variable TFTUTOR_HEARTBEAT_TIMEOUT gives other seconds.
      window: how many bytes may be on their way to us on one connection.
      queue_bytes: how many bytes may wait here for one slow peer.
      unix_sockets: whether tasks on this machine talk through a unix socket; the environment
        variable TFTUTOR_UNIX_SOCKETS=0 says no.
      limits: what we believe of the other side's words.
    """

    connect_timeout: float = 10.0
    retry_interval: float = 0.1
    handshake_timeout: float = 5.0
    heartbeat_interval: float = 1.0
    heartbeat_timeout: float = field(
        default_factory=lambda: float(os.environ.get("TFTUTOR_HEARTBEAT_TIMEOUT", "6")))
    window: int = 32 * MIB
    queue_bytes: int = 2 * 1024 * MIB
    unix_sockets: bool = field(
        default_factory=lambda: os.environ.get("TFTUTOR_UNIX_SOCKETS", "1") != "0")
    limits: Limits = field(default_factory=Limits)

    @property
    def timing(self) -> Timing:
        """The heartbeats of a task that we call."""
        timeout = self.heartbeat_timeout
        return Timing(min(self.heartbeat_interval, timeout / 2), timeout / 2, timeout)

    @property
    def max_frame_bytes(self) -> int:
        """The longest frame that ZeroMQ should take memory for."""
        return max(self.limits.chunk_bytes, self.limits.inline_bytes, self.limits.header_bytes)
