"""Filling look-up tables from text files: a line, its number, or a column of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.op_def import OpDef
from tftutor.framework.shape_inference import no_outputs

WHOLE_LINE, LINE_NUMBER = -2, -1

InitializeTableFromTextFileV2 = OpDef(
    "InitializeTableFromTextFileV2", inputs=("table_handle: resource", "filename: string"),
    attrs=("key_index: int >= -2", "value_index: int >= -2", "vocab_size: int >= -1 = -1",
           r"delimiter: string = '\t'"), stateful=True,
    doc="Fill a table from the lines of a text file.")
InitializeTableFromTextFileV2.not_differentiable("tables have no derivative")


@InitializeTableFromTextFileV2.shape
def initialize_from_file_shape(c: Any) -> None:
    c.with_rank(c.input(0), 0)
    c.with_rank(c.input(1), 0)
    no_outputs(c)


@InitializeTableFromTextFileV2.kernel()
def initialize_from_file_kernel(table_handle, filename, *, key_index, value_index, vocab_size,
                                delimiter):
    path = np.asarray(filename).item()
    if isinstance(path, bytes):
        path = path.decode()
    key_dtype, value_dtype = table_handle.dtypes
    for what, index, dtype in (("Key", key_index, key_dtype), ("Value", value_index, value_dtype)):
        _check_type(what, index, dtype)
    separator = delimiter if isinstance(delimiter, bytes) else delimiter.encode()
    lines = _lines(path, vocab_size)
    columns = max(key_index, value_index) + 1
    keys, values = [], []
    for number, line in enumerate(lines):
        fields = line.split(separator) if columns else []
        if len(fields) < columns:
            _refuse(f"Invalid number of columns in {path} line {number} ({line.decode()}) : "
                    f"expected {columns - 1} got {len(fields)}")
        keys.append(_field(line, number, fields, key_index, key_dtype))
        values.append(_field(line, number, fields, value_index, value_dtype))
    table_handle.fill(np.array(keys, object), np.array(values, object))


def _refuse(text: str) -> Any:
    raise errors.InvalidArgumentError(None, None, text)


def _check_type(what: str, index: int, dtype: Any) -> None:
    wanted = {LINE_NUMBER: dtypes.int64, WHOLE_LINE: dtypes.string}.get(index)
    if index == WHOLE_LINE and what == "Key" and dtype.is_integer:
        return
    if wanted is not None and dtype != wanted:
        source = "line number" if index == LINE_NUMBER else "whole line"
        _refuse(f"{what} index for {source} requires table {what.lower()} dtype of {wanted.name}, "
                f"got {dtype.name}")


def _lines(path: str, vocab_size: int) -> list[bytes]:
    """The first `vocab_size` lines, or all for -1."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise errors.NotFoundError(None, None, f"{path}; No such file or directory") from None
    if not content:
        raise errors.OutOfRangeError(None, None, "Read less bytes than requested")
    lines = [line.removesuffix(b"\r") for line in content.removesuffix(b"\n").split(b"\n")]
    if vocab_size != -1:
        if len(lines) < vocab_size:
            _refuse(f"Invalid vocab_size in {path}: expected {vocab_size} but got {len(lines)}")
        lines = lines[:vocab_size]
    place = 0
    for line in lines:
        place += len(line) + 1
        if not line:
            _refuse(f"Invalid content in {path}: empty line found at position {place}.")
    return lines


def _field(line: bytes, number: int, fields: list[bytes], index: int, dtype: Any) -> Any:
    if index == LINE_NUMBER:
        return number
    text = line if index == WHOLE_LINE else fields[index]
    if dtype == dtypes.string:
        return text
    try:
        return float(text) if dtype.is_floating else int(text)
    except ValueError:
        return _refuse(f"Field {text.decode()} in line {number} is not a valid {dtype.name}.")
