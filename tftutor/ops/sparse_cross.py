"""Crosses of features: each combination of one value of each column, as text or as a bucket."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.farmhash import fingerprint64, fingerprint_cat64
from tftutor.framework.op_def import OpDef

SparseCross = OpDef(
    "SparseCross",
    inputs=("indices: N * int64", "values: sparse_types", "shapes: N * int64",
            "dense_inputs: dense_types"),
    outputs=("output_indices: int64", "output_values: out_type", "output_shape: int64"),
    attrs=("N: int >= 0", "hashed_output: bool", "num_buckets: int >= 0", "hash_key: int",
           "sparse_types: list({int64, string}) >= 0", "dense_types: list({int64, string}) >= 0",
           "out_type: {int64, string}", "internal_type: {int64, string}"),
    doc="All combinations of the values of several columns, row by row.")
_MAX_INT64 = 2**63 - 1


@SparseCross.shape
def sparse_cross_shape(c: Any) -> None:
    c.set_outputs((None, 2), (None,), (2,))


SparseCross.not_differentiable("combinations have no derivative")


@SparseCross.kernel("numpy")
def sparse_cross_kernel(indices, values, shapes, dense_inputs, *, hashed_output, num_buckets,
                        hash_key):
    count = int(shapes[0][0]) if len(shapes) else len(dense_inputs[0]) if dense_inputs else 0
    for place, dense in enumerate(dense_inputs):
        if len(dense) != count:
            raise errors.InvalidArgumentError(
                None, None, f"Expected batch size {count} got {len(dense)} at dense tensor {place}")
    columns = [_rows(*column, count) for column in zip(indices, values, strict=True)]
    columns += [dense.tolist() for dense in dense_inputs]
    cross = _hashed(num_buckets, hash_key) if hashed_output else _joined
    crossed = [[cross(items) for items in itertools.product(*row)]
               for row in zip(*columns, strict=True)]
    places = [(i, j) for i, row in enumerate(crossed) for j in range(len(row))]
    found = [item for row in crossed for item in row]
    widest = max(map(len, crossed), default=0)
    return (np.array(places, np.int64).reshape(-1, 2),
            np.array(found, np.int64 if hashed_output else object),
            np.array([count, widest], np.int64))


def _rows(indices: Any, values: Any, count: int) -> list[list[Any]]:
    """The values of a sparse column, row by row."""
    rows: list[list[Any]] = [[] for _ in range(count)]
    for row, value in zip(indices[:, 0].tolist(), values.tolist(), strict=True):
        rows[row].append(value)
    return rows


def _joined(items: tuple[Any, ...]) -> bytes:
    return b"_X_".join(item if isinstance(item, bytes) else str(item).encode() for item in items)


def _hashed(num_buckets: int, hash_key: int) -> Callable[[tuple[Any, ...]], int]:
    """The bucket of a combination; without buckets, a number below 2^63 - 1."""

    def cross(items: tuple[Any, ...]) -> int:
        result = hash_key % 2**64
        for item in items:
            number = fingerprint64(item) if isinstance(item, bytes) else item % 2**64
            result = fingerprint_cat64(result, number)
        return result % (num_buckets or _MAX_INT64)

    return cross
