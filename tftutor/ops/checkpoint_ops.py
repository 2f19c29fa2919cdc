"""Checkpoint ops: SaveV2 and RestoreV2 on TensorFlow's own V2 files."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.formats.tensor_bundle import DATA_TYPES, BundleReader, write_bundle
from tftutor.framework import dtypes
from tftutor.framework.op_def import OpDef
from tftutor.framework.shape_inference import no_outputs, scalar_shape

SaveV2 = OpDef("SaveV2", inputs=("prefix: string", "tensor_names: string",
                                 "shape_and_slices: string", "tensors: dtypes"),
               attrs=("dtypes: list(type) >= 1",), stateful=True,
               doc="Writes tensors into the checkpoint files of a prefix.")
RestoreV2 = OpDef("RestoreV2", inputs=("prefix: string", "tensor_names: string",
                                       "shape_and_slices: string"),
                  outputs=("tensors: dtypes",), attrs=("dtypes: list(type) >= 1",), stateful=True,
                  doc="Reads tensors from the checkpoint files of a prefix.")
ShardedFilename = OpDef("ShardedFilename", inputs=("basename: string", "shard: int32",
                                                   "num_shards: int32"),
                        outputs=("filename: string",),
                        doc="The name of one shard: basename-00001-of-00004.")


def _texts(values: Any) -> list[str]:
    return [item.decode() for item in np.asarray(values, dtype=object).reshape(-1)]


SaveV2.shape(no_outputs)
SaveV2.not_differentiable("it writes files")


@SaveV2.kernel("numpy")
def save_v2_kernel(prefix, tensor_names, shape_and_slices, tensors):
    names = _texts(tensor_names)
    if len(names) != len(tensors):
        raise errors.InvalidArgumentError(
            None, None, f"Expected {len(names)} tensors to save, got {len(tensors)}")
    given = list(zip(names, _texts(shape_and_slices), tensors, strict=True))
    try:
        write_bundle(prefix.decode(), {name: value for name, spec, value in given if not spec},
                     [each for each in given if each[1]])
    except OSError as error:
        kind = errors.NotFoundError if isinstance(error, FileNotFoundError) \
            else errors.PermissionDeniedError
        raise kind(None, None, f"{error.filename}; {error.strerror}") from None


@RestoreV2.shape
def restore_v2_shape(c: Any) -> None:
    c.with_rank(c.input(0), 0)
    names = c.with_rank(c.input(1), 1)
    slices = c.with_rank(c.input(2), 1)
    c.merge(names[0], slices[0])


RestoreV2.not_differentiable("it reads files")


@RestoreV2.kernel("numpy")
def restore_v2_kernel(prefix, tensor_names, shape_and_slices, *, ctx):
    names = _texts(tensor_names)
    reader = BundleReader(prefix.decode())
    return [_restored(reader, name, spec, dtype) for name, spec, dtype
            in zip(names, _texts(shape_and_slices), ctx.op._attrs["dtypes"], strict=True)]


def _restored(reader: BundleReader, name: str, spec: str, dtype: Any) -> Any:
    number = reader.dtype_number(name)
    if number != dtype.as_datatype_enum and number in DATA_TYPES:
        raise errors.InvalidArgumentError(
            None, None, f"tensor_name = {name}; expected dtype {_proto_name(dtype)} does not equal "
                        f"original dtype {_proto_name(dtypes.as_dtype(number))}")
    return reader.read(name, spec)[()]


def _proto_name(dtype: Any) -> str:
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


ShardedFilename.shape(scalar_shape)
ShardedFilename.not_differentiable("strings have no gradients")


@ShardedFilename.kernel("numpy")
def sharded_filename_kernel(basename, shard, num_shards):
    return b"%s-%05d-of-%05d" % (basename, int(shard), int(num_shards))
