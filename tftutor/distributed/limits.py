"""How much of the other side's words a task believes: everything is cut before memory is taken."""

from __future__ import annotations

from typing import NamedTuple

KIB = 2**10
MIB = 2**20
GIB = 2**30


class Limits(NamedTuple):
    """Upper bounds on what one connection may send; counts, or bytes where the name says so.

    A header unpacks to at most about 100 times its size (empty lists and maps), and lists nested
    in lists to `items` x 8 bytes x 1,024 levels before they are refused: 32 MiB in either way.
    """

    header_bytes: int = 256 * KIB
    items: int = 4096           # of one list or map in a header
    tensors: int = 4096         # of one message
    dimensions: int = 32        # of one tensor
    tiny_bytes: int = 256       # a tensor up to this size may lie in the header itself
    inline_bytes: int = MIB               # a tensor up to this size may follow in its own frame
    chunk_bytes: int = 4 * MIB        # the longest piece of a bigger tensor ...
    least_chunk_bytes: int = 4 * KIB  # ... and the shortest, the last of a tensor aside
    multipart_bytes: int = 6 * MIB    # all frames that arrive at once
    strings: int = 2**24        # elements of a message's string tensors
    message_bytes: int = 2 * GIB      # all tensors of a message
    pending_bytes: int = 4 * GIB      # all tensors of the messages that are not complete yet
    pending_messages: int = 1024


# Until a peer is welcome it may introduce itself and nothing more.
HANDSHAKE_LIMITS = Limits(
    header_bytes=64 * KIB, tensors=0, multipart_bytes=64 * KIB, strings=0,
    message_bytes=0, pending_bytes=0, pending_messages=0)
