"""Checkpoint ops: SaveV2, RestoreV2 and MergeV2Checkpoints on TensorFlow's own V2 files."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.formats.bundle_merge import merge_bundles
from tftutor.formats.tensor_bundle import DATA_TYPES, BundleReader, write_bundle
from tftutor.formats.tensor_slices import parse_spec
from tftutor.framework import dtypes
from tftutor.framework.op_def import OpDef
from tftutor.framework.shape_inference import no_outputs, scalar_shape
from tftutor.framework.shape_merge import brackets_text
from tftutor.platform.file_io import tf_error

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

MergeV2Checkpoints = OpDef("MergeV2Checkpoints", inputs=("checkpoint_prefixes: string",
                                                         "destination_prefix: string"),
                           attrs=("delete_old_dirs: bool = true",), stateful=True,
                           doc="Makes one checkpoint of the parts that several devices wrote.")


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
    for _, spec, value in given:
        _check_slice(spec, value)
    try:
        write_bundle(prefix.decode(), {name: value for name, spec, value in given if not spec},
                     [each for each in given if each[1]])
    except OSError as error:
        raise tf_error(error) from None


@RestoreV2.shape
def restore_v2_shape(c: Any) -> None:
    c.with_rank(c.input(0), 0)
    names = c.with_rank(c.input(1), 1)
    slices = c.with_rank(c.input(2), 1)
    c.merge(names[0], slices[0])
    known = c.value(2)
    if known is None:
        return
    specs = _texts(known)
    if len(specs) != c.num_outputs:
        c.fail("The number of shape_and_slice doesn't match tensor outputs.")
    for index, spec in enumerate(specs):
        if spec:
            try:
                shape, part = parse_spec(spec)
            except errors.InvalidArgumentError as error:
                c.fail(error.message)
            c.set_output(index, part.shape_in(shape))


def _check_slice(spec: str, value: Any) -> None:
    if not spec:
        return
    shape, part = parse_spec(spec)
    if part.shape_in(shape) != np.shape(value):
        raise errors.InvalidArgumentError(
            None, None, "Slice in shape_and_slice specification does not match the shape of the "
                        f"tensor to  save: {spec}, tensor: {brackets_text(np.shape(value))}")


RestoreV2.not_differentiable("it reads files")


@RestoreV2.kernel("numpy")
def restore_v2_kernel(prefix, tensor_names, shape_and_slices, *, ctx):
    names = _texts(tensor_names)
    reader = BundleReader(prefix.decode())
    try:
        return [_restored(reader, name, spec, dtype) for name, spec, dtype
                in zip(names, _texts(shape_and_slices), ctx.op._attrs["dtypes"], strict=True)]
    except OSError as error:
        raise tf_error(error) from None


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


@MergeV2Checkpoints.shape
def merge_v2_checkpoints_shape(c: Any) -> None:
    c.with_rank(c.input(0), 1)
    c.with_rank(c.input(1), 0)


MergeV2Checkpoints.not_differentiable("it writes files")


@MergeV2Checkpoints.kernel("numpy")
def merge_v2_checkpoints_kernel(checkpoint_prefixes, destination_prefix, *, delete_old_dirs):
    _check_rank(checkpoint_prefixes, "checkpoint_prefixes", 1, "an 1-D")
    _check_rank(destination_prefix, "destination_prefix", 0, "a scalar")
    prefixes = _texts(checkpoint_prefixes)
    try:
        merge_bundles(prefixes, _texts(destination_prefix)[0])
    except OSError as error:
        raise tf_error(error) from None
    if delete_old_dirs:
        for folder in {os.path.dirname(prefix) for prefix in prefixes} - {""}:
            with contextlib.suppress(OSError):  # one that holds other files too stays
                os.rmdir(folder)


def _check_rank(value: Any, name: str, rank: int, wanted: str) -> None:
    shape = np.shape(value)
    if len(shape) != rank:
        raise errors.InvalidArgumentError(
            None, None, f"Input {name} should be {wanted} tensor, got {brackets_text(shape)} "
                        "instead.")
