"""Merging tensor bundles: what several devices saved apart becomes one checkpoint.

Each part is a whole bundle, written where its variables are. The data files are moved, not copied;
only the small indices are read and written anew.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence
from typing import Any

from tftutor import errors
from tftutor.formats.bundle_protos import bundle_entry, bundle_header
from tftutor.formats.sorted_table import TableError, read_table, write_table
from tftutor.formats.tensor_bundle import data_path, index_path, make_folder


def merge_bundles(prefixes: Sequence[str], destination: str) -> None:
    """Make one bundle at `destination` of those at `prefixes`, which are gone afterwards.

    The index is written last: until then there is no new checkpoint.

    Raises: tf.errors.InvalidArgumentError and InternalError for a tensor that several have,
    DataLossError for a damaged index, OSError when files can't be read, moved or written.
    """
    entries: dict[bytes, Any] = {}
    shards: dict[str, int] = {}
    for prefix in prefixes:
        _take_up(prefix, entries, shards)
    make_folder(os.path.dirname(destination))
    for path, number in shards.items():
        os.replace(path, data_path(destination, number, len(shards)))
    header = bundle_header()(num_shards=len(shards))
    header.version.producer = 1
    items = [(b"", header.SerializeToString())]
    items += [(key, entry.SerializeToString()) for key, entry in sorted(entries.items())]
    temporary = f"{index_path(destination)}.tempstate{os.getpid()}_{threading.get_ident()}"
    with open(temporary, "wb") as file:
        file.write(write_table(items))
    os.replace(temporary, index_path(destination))
    for prefix in prefixes:
        with contextlib.suppress(FileNotFoundError):  # the destination may have been one of them
            if index_path(prefix) != index_path(destination):
                os.remove(index_path(prefix))


def _take_up(prefix: str, entries: dict[bytes, Any], shards: dict[str, int]) -> None:
    """Add the entries of a bundle, with the numbers its data files will have."""
    with open(index_path(prefix), "rb") as file:
        try:
            pairs = read_table(file.read())
        except TableError as error:
            raise errors.DataLossError(
                None, None, f"Unable to open table file {index_path(prefix)}: Data loss: "
                            f"{error}") from None
    header = bundle_header()()
    header.ParseFromString(pairs.pop(b"", b""))
    for key, value in pairs.items():
        entry = bundle_entry()()
        entry.ParseFromString(value)
        known = entries.get(key)
        if known is not None:
            _add_slices(_readable(key), known, entry, prefix)
            continue
        path = data_path(prefix, entry.shard_id, header.num_shards or 1)
        entry.shard_id = shards.setdefault(path, len(shards))
        entries[key] = entry


def _readable(key: bytes) -> str:
    """The name of the tensor that a key of the index is for."""
    name = key[2:].split(b"\x00\x01")[0] if key.startswith(b"\x00") else key
    return name.decode("utf-8", "replace")


def _add_slices(name: str, known: Any, entry: Any, prefix: str) -> None:
    """A variable in parts is in several bundles: its entry lists the parts of all."""
    if not known.slices:
        raise errors.InvalidArgumentError(
            None, None, f"Duplicate tensor keyed by {name} encountered, when merging prefix: "
                        f"{prefix}")
    if not entry.slices:
        raise errors.InternalError(
            None, None, f"Duplicate tensor keyed by {name}; attempting to merge in a non-slice "
                        "bundle entry")
    if known.dtype != entry.dtype or known.shape != entry.shape:
        raise errors.InvalidArgumentError(
            None, None, f"The parts of {name} are of tensors of different dtypes or shapes, when "
                        f"merging prefix: {prefix}")
    known.slices.extend(entry.slices)
