"""CURVE: connections encrypted with keys, and the list of the keys that may connect (ZAP).

ZeroMQ asks a socket at a fixed inproc address whether a caller's key is welcome, before it reads
a single frame of the caller. Without an answering socket it would welcome every key.
"""

from __future__ import annotations

from typing import Any

import zmq
from zmq.utils import z85

from tftutor.distributed.keys import KeyPair, Keys

_ZAP_ADDRESS = "inproc://zeromq.zap.01"
_DOMAIN = b"tftutor"       # the socket names it, and the answer is for sockets that name it


def new_pair() -> KeyPair:
    """Make a new pair of keys."""
    public, secret = zmq.curve_keypair()
    return KeyPair(public.decode(), secret.decode())


def secure_dealer(dealer: Any, keys: Keys) -> None:
    """Let a socket prove our key, and accept the servers' key only."""
    dealer.setsockopt(zmq.CURVE_SERVERKEY, keys.server_public.encode())
    dealer.setsockopt(zmq.CURVE_PUBLICKEY, keys.own.public.encode())
    dealer.setsockopt(zmq.CURVE_SECRETKEY, keys.own.secret.encode())


def secure_router(router: Any, server: KeyPair) -> None:
    """Let a socket admit callers with welcome keys only; `KeyCheck` says which they are."""
    router.setsockopt(zmq.ZAP_DOMAIN, _DOMAIN)
    router.setsockopt(zmq.CURVE_SERVER, 1)
    router.setsockopt(zmq.CURVE_SECRETKEY, server.secret.encode())


class KeyCheck:
    """Answers ZeroMQ's questions about callers of one context; read by the I/O thread.

    It must exist before a socket of `secure_router` is bound.
    """

    def __init__(self, context: Any, allowed: dict[str, str]) -> None:
        self._allowed = allowed
        self._socket = context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(_ZAP_ADDRESS)
        self.fd: int = self._socket.getsockopt(zmq.FD)
        self.refused = 0

    def answer(self) -> None:
        """Answer what has been asked."""
        while self._socket.getsockopt(zmq.EVENTS) & zmq.POLLIN:
            frames = self._socket.recv_multipart(zmq.NOBLOCK)
            split = frames.index(b"") + 1
            envelope, (version, request, domain, _, _, mechanism, *credentials) = (
                frames[:split], frames[split:])
            key = z85.encode(credentials[0]).decode() if credentials else ""
            welcome = (version == b"1.0" and domain == _DOMAIN and mechanism == b"CURVE"
                       and key in self._allowed)
            status = [b"200", b"OK", key.encode()] if welcome else [b"400", b"unknown key", b""]
            self.refused += not welcome
            self._socket.send_multipart([*envelope, b"1.0", request, *status, b""])

    def close(self) -> None:
        """Answer no more."""
        self._socket.close()
