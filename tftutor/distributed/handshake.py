"""Who may talk to whom: what a hello is compared with, and what a refusal says.

A refusal names who called, who was called and what differs, as its reader is a student who
started five processes in five terminals.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from tftutor import errors
from tftutor.distributed.addresses import plain_address
from tftutor.distributed.messages import Hello, Refused
from tftutor.distributed.schema import ROLES

# Why a hello may be refused, and the error that the caller raises. Only what may pass by itself
# is Unavailable or Aborted: MonitoredSession tries again after these, and after no other.
REASONS: dict[str, int] = {
    "version": errors.INVALID_ARGUMENT,      # another version of the protocol
    "role": errors.INVALID_ARGUMENT,         # a role that does not exist
    "task": errors.INVALID_ARGUMENT,         # this is another task than the caller means
    "cluster": errors.INVALID_ARGUMENT,      # caller and called believe in different clusters
    "incarnation": errors.ABORTED,           # one of the two has been restarted
    "duplicate": errors.ALREADY_EXISTS,      # two processes claim to be the same task
    "denied": errors.PERMISSION_DENIED,      # the caller's key does not allow its role or task
    "stopping": errors.UNAVAILABLE,          # the server is being stopped
}
_SHOWN = 3

Cluster = Mapping[str, Mapping[str, str]]


def cluster_fingerprint(cluster: Cluster) -> str:
    """Return a short text that two clusters share if they are equal; "" of an empty one.

    `localhost` and `127.0.0.1` are one host.
    """
    if not cluster:
        return ""
    plain = {job: {index: plain_address(address) for index, address in tasks.items()}
             for job, tasks in cluster.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def cluster_difference(theirs: Cluster, ours: Cluster, partial: bool = False,
                       for_them: str = "for the caller", for_us: str = "here") -> str | None:
    """Return what differs between two clusters, in words, or None.

    With `partial`, only the tasks that both know are compared.
    """
    found = []
    for job in sorted(theirs.keys() | ours.keys()):
        there, here = theirs.get(job, {}), ours.get(job, {})
        for index in sorted(there.keys() | here.keys(), key=lambda text: (len(text), text)):
            a, b = there.get(index), here.get(index)
            if partial and None in (a, b):
                continue
            if a is None or b is None or plain_address(a) != plain_address(b):
                found.append(f"/job:{job}/task:{index} is {_at(a)} {for_them}, "
                             f"but {_at(b)} {for_us}")
    if not found:
        return None
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return "; ".join(found[:_SHOWN]) + more


def _at(address: str | None) -> str:
    return "unknown" if address is None else f"at {address}"


def find_refusal(caller: Hello, called: Hello) -> Refused | None:
    """Return why `called`, which was sent the hello `caller`, refuses it; None if it does not."""
    who = caller.task or f"a {caller.role}"
    here = called.task or f"this {called.role}"
    if caller.version != called.version:
        return refusal("version", f"{who} speaks version {caller.version} of the protocol, but "
                                  f"{here} version {called.version}; install the same tftutor")
    if caller.role not in ROLES:
        return refusal("role", f"the role must be one of {', '.join(ROLES)}, "
                               f"but got {caller.role[:40]!r}")
    if caller.role == "task" and not caller.task:
        return refusal("role", "a task must say which task it is")
    if caller.to and caller.to != called.task:
        return refusal("task", f"{who} means to call {caller.to}, but this is {here}")
    if caller.expects and caller.expects != called.incarnation:
        return refusal("incarnation",
                       f"{here} has been restarted: {who} knows incarnation "
                       f"{caller.expects:016x}, but this is {called.incarnation:016x}")
    return _cluster_refusal(caller, called, who, here)


def _cluster_refusal(caller: Hello, called: Hello, who: str, here: str) -> Refused | None:
    if not caller.fingerprint or not called.fingerprint:
        return None
    if caller.fingerprint == called.fingerprint:
        return None
    partial = (caller.partial or called.partial
               or has_gaps(caller.cluster) or has_gaps(called.cluster))
    difference = cluster_difference(caller.cluster, called.cluster, partial)
    if difference is None and partial:
        return None
    if difference is None:   # a fingerprint that does not fit the cluster beside it
        difference = f"fingerprint {caller.fingerprint[:16]}, but {called.fingerprint} here"
    return refusal("cluster", f"{who} and {here} were given different ClusterSpecs: {difference}")


def has_gaps(cluster: Cluster) -> bool:
    """Whether a job's indices are not 0, 1, 2 ...: such a cluster lists some tasks only."""
    return any(str(position) not in tasks
               for tasks in cluster.values() for position in range(len(tasks)))


def refusal(reason: str, message: str) -> Refused:
    """Return a refusal with the code of its reason."""
    return Refused(reason, REASONS[reason], message)
