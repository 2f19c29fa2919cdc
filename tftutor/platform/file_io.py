"""Files and directories under TF's names, failing with TF's error classes and texts.

`tensorflow.python.lib.io.file_io` in old programs; `gfile.py` gives the same functions their
`tf.gfile` names. Where TF leaves the order of a listing to the file system, ours is sorted, so
that a notebook prints the same everywhere.
"""

from __future__ import annotations

import contextlib
import errno
import filecmp as _filecmp
import glob as _glob
import os
import shutil
import uuid
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from tftutor import errors
from tftutor.platform.compat_strings import as_bytes, as_str, as_str_any

_ERROR_CLASSES = {
    errno.ENOENT: errors.NotFoundError,
    errno.EEXIST: errors.AlreadyExistsError,
    errno.EACCES: errors.PermissionDeniedError,
    errno.EPERM: errors.PermissionDeniedError,
    errno.EROFS: errors.PermissionDeniedError,
    errno.ENOTDIR: errors.FailedPreconditionError,
    errno.EISDIR: errors.FailedPreconditionError,
    errno.ENOTEMPTY: errors.FailedPreconditionError,
    errno.EXDEV: errors.UnimplementedError,
    errno.ENOSPC: errors.ResourceExhaustedError,
    errno.EINVAL: errors.InvalidArgumentError,
}
_MODES = ("r", "w", "a", "r+", "w+", "a+")


@contextlib.contextmanager
def as_tf_errors(path: str) -> Iterator[None]:
    """Raise an OSError of the block as the TF error of the same kind: `path; reason`."""
    try:
        yield
    except OSError as error:
        raise tf_error(error, path) from None


def tf_error(error: OSError, path: str | None = None) -> errors.OpError:
    """The TF error of the same kind as an OSError; `path`: when it isn't the error's own."""
    kind = _ERROR_CLASSES.get(error.errno or 0, errors.UnknownError)
    name = error.filename if path is None else path
    return kind(None, None, f"{name}; {os.strerror(error.errno or 0)}")


def _name(path: Any) -> str:
    """A file name given as text or bytes. Raises: TypeError for anything else."""
    return as_str(as_bytes(path))


@dataclass(frozen=True)
class FileStatistics:
    """What `stat` returns: bytes, time of the last change in nanoseconds, kind."""

    length: int
    mtime_nsec: int
    is_directory: bool


class FileIO:
    """A file that is opened at its first read or write.

    `mode` is one of r, w, a, r+, w+, a+, with or without b; without b, reads give text (UTF-8).
    Raises: tf.errors.InvalidArgumentError for another mode; NotFoundError, PermissionDeniedError,
    FailedPreconditionError at the first read or write.
    Source: TF 1.15 docs, tf.gfile.GFile.
    """

    def __init__(self, name: Any, mode: str) -> None:
        self._path = name
        self._mode = mode
        self._binary = "b" in mode
        plain = mode.replace("b", "")
        if plain not in _MODES:
            raise errors.InvalidArgumentError(
                None, None, "mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'"
            )
        self._readable = plain in ("r", "r+", "a+", "w+")
        self._writable = plain in ("w", "a", "r+", "a+", "w+")
        self._append = "a" in plain
        self._reader: BinaryIO | None = None
        self._writer: BinaryIO | None = None

    @property
    def name(self) -> Any:
        """The name as it was given."""
        return self._path

    @property
    def mode(self) -> str:
        """The mode as it was given."""
        return self._mode

    def _open_reader(self) -> BinaryIO:
        if self._reader is None:
            if not self._readable:
                raise errors.PermissionDeniedError(None, None, "File isn't open for reading")
            path = _name(self._path)
            with as_tf_errors(path):
                self._reader = open(path, "rb")
        return self._reader

    def _open_writer(self) -> BinaryIO:
        if self._writer is None:
            if not self._writable:
                raise errors.PermissionDeniedError(None, None, "File isn't open for writing")
            path = _name(self._path)
            with as_tf_errors(path):
                self._writer = open(path, "ab" if self._append else "wb")
        return self._writer

    def _text(self, data: bytes) -> Any:
        return data if self._binary else as_str_any(data)

    def size(self) -> int:
        """The file's length in bytes."""
        return stat(self._path).length

    def write(self, file_content: Any) -> None:
        """Append text (as UTF-8) or bytes at the end of what was written."""
        writer = self._open_writer()
        data = as_bytes(file_content)
        with as_tf_errors(_name(self._path)):
            writer.write(data)

    def read(self, n: int = -1) -> Any:
        """The next `n` bytes, or all that is left; as text unless the mode has b."""
        reader = self._open_reader()
        with as_tf_errors(_name(self._path)):
            return self._text(reader.read(n))

    def seek(self, offset: int | None = None, whence: int = 0, position: int | None = None) -> None:
        """Move the reading position, counted from start (0), here (1) or end (2).

        `position` is the old name of `offset`. Raises: TypeError when neither or both are given;
        tf.errors.InvalidArgumentError for another `whence` or a place before the start;
        OutOfRangeError for a place after the end.
        """
        reader = self._open_reader()
        if offset is None and position is None:
            raise TypeError("seek(): offset argument required")
        if offset is not None and position is not None:
            raise TypeError("seek(): offset and position may not be set simultaneously.")
        if whence not in (0, 1, 2):
            raise errors.InvalidArgumentError(
                None, None,
                f"Invalid whence argument: {whence}. Valid values are 0, 1, or 2.",
            )
        start = (0, reader.tell(), self.size())[whence]
        target = start + (offset if offset is not None else position or 0)
        if target < 0:
            raise errors.InvalidArgumentError(
                None, None, f"Seeking to a negative position: {target}"
            )
        if target > self.size():
            raise errors.OutOfRangeError(None, None, "reached end of file")
        reader.seek(target)

    def readline(self) -> Any:
        """The next line with its newline; empty at the end."""
        return self._text(self._open_reader().readline())

    def readlines(self) -> list[Any]:
        """All lines that are left."""
        return list(iter(self.readline, self._text(b"")))

    def tell(self) -> int:
        """The reading position, or for a file that is only written, the writing position."""
        return self._open_reader().tell() if self._readable else self._open_writer().tell()

    def seekable(self) -> bool:
        """True: files are."""
        return True

    def flush(self) -> None:
        """Hand what was written to the operating system."""
        if self._writer is not None:
            with as_tf_errors(_name(self._path)):
                self._writer.flush()

    def close(self) -> None:
        """Flush and close; a later read opens the file again."""
        reader, self._reader = self._reader, None
        writer, self._writer = self._writer, None
        if reader is not None:
            reader.close()
        if writer is not None:
            with as_tf_errors(_name(self._path)):
                writer.close()

    def __enter__(self) -> FileIO:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __del__(self) -> None:
        # `_reader` is missing when the constructor refused the mode.
        if hasattr(self, "_reader"):
            self.close()

    def __iter__(self) -> FileIO:
        return self

    def __next__(self) -> Any:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    next = __next__


def file_exists(filename: Any) -> bool:
    """Whether a file or directory of that name exists. Source: tf.gfile.Exists."""
    return os.path.exists(_name(filename))


def delete_file(filename: Any) -> None:
    """Delete a file.

    Raises: tf.errors.NotFoundError; FailedPreconditionError for a directory.
    Source: TF 1.15 docs, tf.gfile.Remove.
    """
    path = _name(filename)
    with as_tf_errors(path):
        if os.path.isdir(path):
            raise IsADirectoryError(errno.EISDIR, "")
        os.remove(path)


def read_file_to_string(filename: Any, binary_mode: bool = False) -> Any:
    """The whole file as text, or as bytes when `binary_mode`. Raises: tf.errors.NotFoundError."""
    with FileIO(filename, "rb" if binary_mode else "r") as file:
        return file.read()


def write_string_to_file(filename: Any, file_content: Any) -> None:
    """Replace the file's content. Raises: tf.errors.NotFoundError for a missing directory."""
    with FileIO(filename, "w") as file:
        file.write(file_content)


def atomic_write_string_to_file(filename: Any, contents: Any, overwrite: bool = True) -> None:
    """Write beside the file, then rename, so that no reader sees half a file.

    Raises: tf.errors.AlreadyExistsError when the file exists and `overwrite` is False.
    """
    temporary = f"{_name(filename)}.tmp{uuid.uuid4().hex}"
    write_string_to_file(temporary, contents)
    try:
        rename(temporary, filename, overwrite)
    except errors.OpError:
        delete_file(temporary)
        raise


def get_matching_files(filename: Any) -> list[str]:
    """The names that match a pattern (or any of a list): `*`, `?`, `[...]` within a directory.

    Raises: tf.errors.NotFoundError when the directory before the first wildcard is missing.
    Source: TF 1.15 docs, tf.gfile.Glob.
    """
    if not isinstance(filename, (str, bytes)) and isinstance(filename, Sequence):
        return [match for one in filename for match in get_matching_files(one)]
    pattern = _name(filename)
    if not os.path.dirname(pattern):
        pattern = f"./{pattern}"  # TF answers with names that hold a directory
    fixed = pattern[: min([pattern.find(c) for c in "*?[\\" if c in pattern] or [len(pattern)])]
    directory = os.path.dirname(fixed)
    if directory and not os.path.isdir(directory):
        raise errors.NotFoundError(None, None, f"{directory}; No such file or directory")
    return sorted(_glob.glob(pattern, include_hidden=True))


def create_dir(dirname: Any) -> None:
    """Make one directory; it may exist already.

    Raises: tf.errors.NotFoundError when the parent is missing.
    Source: TF 1.15 docs, tf.gfile.MkDir.
    """
    path = _name(dirname)
    with as_tf_errors(path), contextlib.suppress(FileExistsError):
        os.mkdir(path)


def recursive_create_dir(dirname: Any) -> None:
    """Make a directory and its missing parents; it may exist already.

    Raises: tf.errors.FailedPreconditionError when a parent is a file.
    Source: TF 1.15 docs, tf.gfile.MakeDirs.
    """
    path = _name(dirname)
    with as_tf_errors(path), contextlib.suppress(FileExistsError):
        os.makedirs(path)


def copy(oldpath: Any, newpath: Any, overwrite: bool = False) -> None:
    """Copy a file.

    Raises: tf.errors.AlreadyExistsError when the target exists and `overwrite` is False;
    NotFoundError.
    Source: TF 1.15 docs, tf.gfile.Copy.
    """
    old, new = _name(oldpath), _name(newpath)
    if not overwrite and os.path.exists(new):
        raise errors.AlreadyExistsError(None, None, "file already exists")
    with as_tf_errors(old):
        source = open(old, "rb")
    with source, as_tf_errors(new), open(new, "wb") as target:
        shutil.copyfileobj(source, target)


def rename(oldname: Any, newname: Any, overwrite: bool = False) -> None:
    """Rename or move a file or directory.

    Raises: tf.errors.AlreadyExistsError when the target exists and `overwrite` is False;
    NotFoundError.
    Source: TF 1.15 docs, tf.gfile.Rename.
    """
    old, new = _name(oldname), _name(newname)
    if not overwrite and os.path.exists(new):
        raise errors.AlreadyExistsError(None, None, "file already exists")
    with as_tf_errors(old):
        os.replace(old, new)


def delete_recursively(dirname: Any) -> None:
    """Delete a directory and everything in it.

    Raises: tf.errors.NotFoundError; FailedPreconditionError for a file.
    Source: TF 1.15 docs, tf.gfile.DeleteRecursively.
    """
    path = _name(dirname)
    if not os.path.lexists(path):
        raise errors.NotFoundError(None, None, f"{path} not found")
    with as_tf_errors(path):
        if not os.path.isdir(path):
            raise NotADirectoryError(errno.ENOTDIR, "")
        shutil.rmtree(path)


def is_directory(dirname: Any) -> bool:
    """Whether the name is a directory. Source: TF 1.15 docs, tf.gfile.IsDirectory."""
    return os.path.isdir(_name(dirname))


def list_directory(dirname: Any) -> list[str]:
    """The names in a directory, sorted, without `.` and `..`.

    Raises: tf.errors.NotFoundError when it isn't a directory.
    Source: TF 1.15 docs, tf.gfile.ListDirectory.
    """
    if not is_directory(dirname):
        raise errors.NotFoundError(None, None, f"Could not find directory {as_str(dirname)}")
    with as_tf_errors(_name(dirname)):
        return sorted(os.listdir(_name(dirname)))


def walk(top: Any, in_order: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """(directory, its subdirectories, its files) for a whole tree; parents first if `in_order`.

    A missing `top` gives nothing. Source: TF 1.15 docs, tf.gfile.Walk.
    """
    path = _name(top)
    if not os.path.isdir(path):
        return
    names = list_directory(path)
    subdirs = [name for name in names if os.path.isdir(os.path.join(path, name))]
    here = (path, subdirs, [name for name in names if name not in subdirs])
    if in_order:
        yield here
    for subdir in subdirs:
        yield from walk(os.path.join(path, subdir), in_order)
    if not in_order:
        yield here


def stat(filename: Any) -> FileStatistics:
    """Length, change time and kind of a file.

    Raises: tf.errors.NotFoundError.
    Source: TF 1.15 docs, tf.gfile.Stat.
    """
    path = _name(filename)
    with as_tf_errors(path):
        found = os.stat(path)
    return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(path))


def filecmp(filename_a: Any, filename_b: Any) -> bool:
    """Whether two files hold the same bytes."""
    if stat(filename_a).length != stat(filename_b).length:
        return False
    return _filecmp.cmp(_name(filename_a), _name(filename_b), shallow=False)


def file_crc32(filename: Any, block_size: int = 1 << 24) -> str:
    """The file's CRC-32 in hexadecimal, read in blocks."""
    crc = 0
    with FileIO(filename, "rb") as file:
        while block := file.read(block_size):
            crc = zlib.crc32(block, crc)
    return hex(crc & 0xFFFFFFFF)
