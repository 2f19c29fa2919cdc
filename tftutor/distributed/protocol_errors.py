"""What the protocol raises: one class for our own mistakes and one for the other side's.

After a `RemoteProtocolError` the connection must be dropped: what follows on it has no meaning.
A `LocalProtocolError` is a mistake of the calling code; nothing has been sent.
"""

from __future__ import annotations


class ProtocolError(Exception):
    """Something that the protocol does not allow."""


class LocalProtocolError(ProtocolError):
    """This side tried to send what the protocol does not allow."""


class RemoteProtocolError(ProtocolError):
    """The other side sent what the protocol does not allow."""
