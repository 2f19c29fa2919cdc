"""Temporary directories that are removed when their program is gone, even if it was killed.

A program holds a lock on a file of its directory. The kernel lets go of it when the program ends,
and knows the programs of all containers; process ids don't tell, as each container has its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile
import time

_LOCK = "lock"
_SECONDS_TO_LOCK = 60.0  # a directory without a lock may be that young


class OwnedDirectory:
    """A directory `path` in the system's temporary directory, for this program alone.

    Making one removes those with the same `name` whose programs are gone.
    """

    def __init__(self, name: str) -> None:
        _remove_leftovers(name)
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-{os.getpid()}-"))
        self._descriptor: int | None = _lock(self.path / f".{_LOCK}")
        os.rename(self.path / f".{_LOCK}", self.path / _LOCK)  # nobody sees it without its lock

    def remove(self) -> None:
        """Remove it with all that is in it. A second call does nothing."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _lock(path: pathlib.Path) -> int:
    """Raises: OSError when another program has the lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_leftovers(name: str) -> None:
    for path in pathlib.Path(tempfile.gettempdir()).glob(f"{name}-*"):
        with contextlib.suppress(OSError):  # it is in use, or another program removes it
            status = path.lstat()
            if status.st_uid != os.getuid() or not path.is_dir() or path.is_symlink():
                continue
            if not (path / _LOCK).exists() and time.time() - status.st_mtime < _SECONDS_TO_LOCK:
                continue
            descriptor = _lock(path / _LOCK)
            shutil.rmtree(path, ignore_errors=True)
            os.close(descriptor)
