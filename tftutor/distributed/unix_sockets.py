"""Where a task's unix socket lies, and whether the directory can be trusted.

Two processes of one user on one machine talk through a unix socket, which is quicker than TCP.
The path follows from the TCP address, so a caller needs no directory service: it looks whether
the file is there. TCP stays the truth about who owns a port.
"""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import stat
import tempfile
import time
from pathlib import Path

from tftutor.distributed.addresses import split_address

PATH_LIMIT = 100     # bytes: sun_path has 104 on macOS and 108 on Linux, one of them for the zero


class UntrustedDirectory(Exception):
    """The directory of the sockets is not ours alone."""


def socket_directory() -> Path:
    """Return the directory, which `make_socket_directory` makes and `check_directory` checks."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and os.access(base, os.W_OK):
        return Path(base) / "tftutor"
    return Path(tempfile.gettempdir()) / f"tftutor-{os.getuid()}"


def make_socket_directory() -> Path:
    """Make the directory with mode 0700, unless it is there, and check it.

    Raises: UntrustedDirectory.
    """
    directory = socket_directory()
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        pass                # checked below, whoever made it
    except OSError as error:
        raise UntrustedDirectory(f"cannot make {directory}: {error.strerror}") from None
    check_directory(directory)
    _sweep(directory)
    return directory


def _sweep(directory: Path) -> None:
    """Remove what killed tasks of this system have left behind."""
    for path in directory.glob(f"*{_system()}.sock"):
        with contextlib.suppress(FileNotFoundError):     # another task sweeps, too
            if _is_old(path) and is_socket(path) and not answers(path) and _is_old(path):
                path.unlink()


def _is_old(path: Path) -> bool:
    """A socket of this minute may not listen yet, or be of a task that has just come."""
    return time.time() - path.lstat().st_mtime > 60


def check_directory(directory: Path) -> None:
    """Make sure that nobody else can put a socket into the directory.

    Raises: UntrustedDirectory.
    """
    try:
        status = directory.lstat()
    except OSError as error:
        raise UntrustedDirectory(f"{directory}: {error.strerror}") from None
    mode = stat.S_IMODE(status.st_mode)
    if not stat.S_ISDIR(status.st_mode):
        raise UntrustedDirectory(f"{directory} must be a directory")
    if status.st_uid != os.getuid():
        raise UntrustedDirectory(
            f"{directory} must belong to user {os.getuid()}, but belongs to {status.st_uid}; "
            "choose another place with XDG_RUNTIME_DIR, or do without: TFTUTOR_UNIX_SOCKETS=0")
    if mode != 0o700:
        raise UntrustedDirectory(f"{directory} must have mode 0700, but has {mode:04o}; "
                                 f"correct it with: chmod 700 {directory}")


def socket_path(host: str, port: int) -> Path | None:
    """Return the path of the socket beside TCP address `host`:`port`.

    None where the path would be longer than the kernel allows. The name tells apart containers
    that share a temporary directory but have ports of their own, and virtual machines: nobody
    takes the sockets of another system for those of killed tasks.
    """
    name = f"{host.replace(':', '_')}-{port}{_network_namespace()}{_system()}.sock"
    path = socket_directory() / name
    return path if len(os.fsencode(path)) <= PATH_LIMIT else None


def _network_namespace() -> str:
    try:
        return f"-{os.stat('/proc/self/ns/net').st_ino}"
    except OSError:
        return ""           # not Linux: one network per machine


@functools.cache
def _system() -> str:
    """A short name of the running kernel, which no other has; "" where it doesn't say one."""
    try:
        return "-" + Path("/proc/sys/kernel/random/boot_id").read_text("ascii")[:8]
    except OSError:
        return ""


def offered_path(host: str, port: int) -> Path | None:
    """Return the path of the unix socket of the task at `host`:`port`, if it offers one to us.

    Raises: UntrustedDirectory if there is a socket which somebody else may have put there.
    """
    path = socket_path(host, port)
    if path is None or not is_socket(path):
        return None
    check_directory(path.parent)
    if path.lstat().st_uid != os.getuid():
        raise UntrustedDirectory(f"{path} must belong to user {os.getuid()}")
    return path if answers(path) else None


def is_socket(path: Path) -> bool:
    """Whether there is a socket at `path`."""
    try:
        return stat.S_ISSOCK(path.lstat().st_mode)
    except OSError:
        return False


def answers(path: Path) -> bool:
    """Whether a process listens at `path`; one that was killed leaves its socket behind.

    One that is frozen, with others waiting before it, listens.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(path))
        except BlockingIOError:
            return True
        except OSError:
            return False
    return True


def remove_socket(address: str) -> None:
    """Remove the unix socket that a task at "host:port" has left; the task is gone."""
    host, port = split_address(address)
    path = socket_path(host, port)
    if path is not None and is_socket(path):
        path.unlink(missing_ok=True)
