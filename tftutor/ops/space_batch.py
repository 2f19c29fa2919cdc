"""Blocks of pixels moved to other dimensions: space <-> depth, space <-> batch, image patches."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_checks import divide, subtract
from tftutor.ops.array_fill import zeros
from tftutor.ops.array_join import stack
from tftutor.platform.renamed_arguments import given_once

_DEPTH_ATTRS = ("T: type", "block_size: int >= 2",
                "data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'")
_BLOCK = "Tblock_shape: {int32, int64} = DT_INT32"

SpaceToDepth = OpDef("SpaceToDepth", inputs=("input: T",), outputs=("output: T",),
                     attrs=_DEPTH_ATTRS)
DepthToSpace = OpDef("DepthToSpace", inputs=("input: T",), outputs=("output: T",),
                     attrs=_DEPTH_ATTRS)
SpaceToBatchND = OpDef("SpaceToBatchND",
                       inputs=("input: T", "block_shape: Tblock_shape", "paddings: Tpaddings"),
                       outputs=("output: T",),
                       attrs=("T: type", _BLOCK, "Tpaddings: {int32, int64} = DT_INT32"))
BatchToSpaceND = OpDef("BatchToSpaceND",
                       inputs=("input: T", "block_shape: Tblock_shape", "crops: Tcrops"),
                       outputs=("output: T",),
                       attrs=("T: type", _BLOCK, "Tcrops: {int32, int64} = DT_INT32"))


# -- depth ----------------------------------------------------------------------------------------

@tf_export("space_to_depth", "nn.space_to_depth")
def space_to_depth(input: Any, block_size: int, name: str | None = None,
                   data_format: str = "NHWC") -> Tensor:
    """Move each block of pixels into the channels.

    Shapes (NHWC): [n, h, w, c] -> [n, h/b, w/b, c*b*b].

    Raises: ValueError when height or width isn't a multiple of the block size.
    Source: TF 1.15 docs, tf.nn.space_to_depth.
    """
    return SpaceToDepth(input, block_size=block_size, data_format=data_format, name=name)


@tf_export("depth_to_space", "nn.depth_to_space")
def depth_to_space(input: Any, block_size: int, name: str | None = None,
                   data_format: str = "NHWC") -> Tensor:
    """Spread channels over blocks of pixels: undoes `space_to_depth`.

    Source: TF 1.15 docs, tf.nn.depth_to_space.
    """
    return DepthToSpace(input, block_size=block_size, data_format=data_format, name=name)


def _nhwc(c: Any) -> tuple[list[Any], bool]:
    """The dimensions in NHWC order, and whether they stood so."""
    n, *rest = c.with_rank(c.input(0), 4)
    if c.attr("data_format") == "NHWC":
        return [n, *rest], True
    return [n, rest[1], rest[2], rest[0]], False


def _set_nhwc(c: Any, dims: list[Any], is_nhwc: bool) -> None:
    n, h, w, d = dims
    c.set_output(0, (n, h, w, d) if is_nhwc else (n, d, h, w))


@SpaceToDepth.shape
def space_to_depth_shape(c: Any) -> None:
    (n, h, w, d), order = _nhwc(c)
    b = c.attr("block_size")
    height, width = divide(c, h, b), divide(c, w, b)
    _set_nhwc(c, [n, height, width, None if d is None else d * b * b], order)


@DepthToSpace.shape
def depth_to_space_shape(c: Any) -> None:
    (n, h, w, d), order = _nhwc(c)
    b = c.attr("block_size")
    depth = divide(c, d, b * b)
    _set_nhwc(c, [n, None if h is None else h * b, None if w is None else w * b, depth], order)


@SpaceToDepth.gradient
def space_to_depth_gradient(op: Any, grad: Any) -> Any:
    return depth_to_space(grad, op._attrs["block_size"], data_format=op._attrs["data_format"])


@DepthToSpace.gradient
def depth_to_space_gradient(op: Any, grad: Any) -> Any:
    return space_to_depth(grad, op._attrs["block_size"], data_format=op._attrs["data_format"])


def _reshape(x: Any, shape: tuple[int, ...], xp: Any) -> Any:
    return x.reshape(shape) if xp is np else xp.reshape(x, shape)  # NumPy's method is quicker


@SpaceToDepth.kernel()
def space_to_depth_kernel(input, *, xp, block_size, data_format):
    b = block_size
    if data_format == "NHWC":
        n, h, w, d = input.shape
        blocks = _reshape(input, (n, h // b, b, w // b, b, d), xp)
        return _reshape(xp.permute_dims(blocks, (0, 1, 3, 2, 4, 5)),
                        (n, h // b, w // b, b * b * d), xp)
    n, d, h, w = input.shape
    blocks = _reshape(input, (n, d, h // b, b, w // b, b), xp)
    return _reshape(xp.permute_dims(blocks, (0, 3, 5, 1, 2, 4)), (n, b * b * d, h // b, w // b), xp)


@DepthToSpace.kernel()
def depth_to_space_kernel(input, *, xp, block_size, data_format):
    b = block_size
    if data_format == "NHWC":
        n, h, w, d = input.shape
        blocks = _reshape(input, (n, h, w, b, b, d // (b * b)), xp)
        return _reshape(xp.permute_dims(blocks, (0, 1, 3, 2, 4, 5)),
                        (n, h * b, w * b, d // (b * b)), xp)
    n, d, h, w = input.shape
    blocks = _reshape(input, (n, b, b, d // (b * b), h, w), xp)
    return _reshape(xp.permute_dims(blocks, (0, 3, 4, 1, 5, 2)),
                    (n, d // (b * b), h * b, w * b), xp)


# -- batch ----------------------------------------------------------------------------------------

@tf_export("space_to_batch_nd", "manip.space_to_batch_nd")
def space_to_batch_nd(input: Any, block_shape: Any, paddings: Any, name: str | None = None
                      ) -> Tensor:
    """Zero-pad the spatial dimensions and move blocks of them into the batch.

    Source: TF 1.15 docs, tf.space_to_batch_nd.
    """
    return SpaceToBatchND(input, block_shape, paddings, name=name)


@tf_export("batch_to_space_nd", "manip.batch_to_space_nd")
def batch_to_space_nd(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Tensor:
    """Spread the batch over spatial blocks and crop: undoes `space_to_batch_nd`.

    Source: TF 1.15 docs, tf.batch_to_space_nd.
    """
    return BatchToSpaceND(input, block_shape, crops, name=name)


@tf_export("space_to_batch", "nn.space_to_batch")
def space_to_batch(input: Any, paddings: Any, block_size: int | None = None,
                   name: str | None = None, block_shape: int | None = None) -> Tensor:
    """`space_to_batch_nd` of images with square blocks. Source: TF 1.15, tf.space_to_batch."""
    size = given_once("block_shape", block_shape, "block_size", block_size)
    result = space_to_batch_nd(input, np.array([size, size], np.int64), paddings, name=name)
    result.set_shape(result.get_shape().with_rank(4))
    return result


@tf_export("batch_to_space")
def batch_to_space(input: Any, crops: Any, block_size: int, name: str | None = None,
                   block_shape: int | None = None) -> Tensor:
    """`batch_to_space_nd` of images with square blocks. Source: TF 1.15, tf.batch_to_space."""
    size = given_once("block_shape", block_shape, "block_size", block_size)
    result = batch_to_space_nd(input, np.array([size, size], np.int64), crops, name=name)
    result.set_shape(result.get_shape().with_rank(4))
    return result


def _block_values(c: Any) -> tuple[int | None, list[int] | None, list[list[int]] | None]:
    """(number of block dimensions, block shape, paddings) as far as they are known."""
    blocks = c.with_rank(c.input(1), 1)
    count = blocks[0]
    pads = c.with_rank(c.input(2), 2)
    if count is not None:
        c.merge_shapes((count, 2), pads)
    block, amounts = c.value(1), c.value(2)
    if block is not None:
        if block.size and block.min() < 1:
            c.fail("block_shape must be positive")
        block = block.tolist()
    return count, block, None if amounts is None else amounts.tolist()


def _block_shape_fn(c: Any, to_batch: bool) -> None:
    count, block, pads = _block_values(c)
    given = c.input(0)
    if count is not None:
        given = c.with_rank_at_least(given, count + 1)
    if given is None:
        c.set_output(0, None)
        return
    if count is None:
        c.set_output(0, (None,) * len(given))
        return
    batch = given[0] if block is not None else None
    for b in block or ():
        if not to_batch:
            batch = divide(c, batch, b)
        elif batch is not None:
            batch *= b
    dims = [batch]
    for i in range(count):
        dim = given[i + 1]
        if block is None or pads is None or dim is None:
            dims.append(None)
            continue
        if min(pads[i]) < 0:
            c.fail(("paddings" if to_batch else "crops") + " cannot be negative")
        if to_batch:
            dims.append(divide(c, dim + pads[i][0] + pads[i][1], block[i]))
        else:
            dims.append(subtract(c, dim * block[i], pads[i][0] + pads[i][1]))
    c.set_output(0, (*dims, *given[count + 1:]))


SpaceToBatchND.shape(lambda c: _block_shape_fn(c, True))
BatchToSpaceND.shape(lambda c: _block_shape_fn(c, False))


@SpaceToBatchND.gradient
def space_to_batch_gradient(op: Any, grad: Any) -> Any:
    return [batch_to_space_nd(grad, op._inputs[1], op._inputs[2]), None, None]


@BatchToSpaceND.gradient
def batch_to_space_gradient(op: Any, grad: Any) -> Any:
    return [space_to_batch_nd(grad, op._inputs[1], op._inputs[2]), None, None]


@SpaceToBatchND.kernel()
def space_to_batch_kernel(input, block_shape, paddings, *, xp):
    block, pads = block_shape.tolist(), paddings.tolist()
    m = len(block)
    rest = input.shape[m + 1:]
    sizes = [d + a + b for d, (a, b) in zip(input.shape[1:m + 1], pads, strict=True)]
    for size, b, i in zip(sizes, block, range(m), strict=True):
        if size % b:
            raise errors.InvalidArgumentError(
                None, None, f"padded_shape[{i}]={size} is not divisible by block_shape[{i}]={b}")
    padded = xp.zeros((input.shape[0], *sizes, *rest), dtype=input.dtype)
    padded[(slice(None), *(slice(a, a + d) for d, (a, _) in zip(input.shape[1:m + 1], pads,
                                                                 strict=True)), ...)] = input
    split = _reshape(padded, (
        input.shape[0], *(x for s, b in zip(sizes, block, strict=True) for x in (s // b, b)),
        *rest), xp)
    order = [*range(2, 2 * m + 1, 2), 0, *range(1, 2 * m + 1, 2), *range(2 * m + 1, split.ndim)]
    return _reshape(xp.permute_dims(split, tuple(order)), (
        input.shape[0] * int(np.prod(block)),
        *(s // b for s, b in zip(sizes, block, strict=True)), *rest), xp)


@BatchToSpaceND.kernel()
def batch_to_space_kernel(input, block_shape, crops, *, xp):
    block, cuts = block_shape.tolist(), crops.tolist()
    m, product = len(block), int(np.prod(block))
    if input.shape[0] % product:
        raise errors.InvalidArgumentError(
            None, None, f"Input batch dimension ({input.shape[0]}) is not divisible by product of "
            f"block sizes ({product})")
    batch, spatial, rest = input.shape[0] // product, input.shape[1:m + 1], input.shape[m + 1:]
    split = _reshape(input, (*block, batch, *spatial, *rest), xp)
    order = [m, *(x for i in range(m) for x in (m + 1 + i, i)), *range(2 * m + 1, split.ndim)]
    whole = _reshape(xp.permute_dims(split, tuple(order)), (
        batch, *(s * b for s, b in zip(spatial, block, strict=True)), *rest), xp)
    return whole[(slice(None), *(slice(a, s * b - e) for s, b, (a, e) in
                                 zip(spatial, block, cuts, strict=True)), ...)]


@tf_export("required_space_to_batch_paddings")
def required_space_to_batch_paddings(input_shape: Any, block_shape: Any, base_paddings: Any = None,
                                     name: str | None = None) -> tuple[Any, Any]:
    """(paddings, crops) that make the spatial shape a multiple of the block shape.

    Source: TF 1.15 docs, tf.required_space_to_batch_paddings.
    """
    with name_scope(name, "required_space_to_batch_paddings", [input_shape, block_shape]):
        sizes = convert(input_shape, dtype=dtypes.int32, name="input_shape")
        block = convert(block_shape, dtype=dtypes.int32, name="block_shape")
        block.get_shape().assert_is_fully_defined()
        block.get_shape().assert_has_rank(1)
        count = int(block.shape[0])
        if count == 0:
            return zeros([0, 2], dtypes.int32), zeros([0, 2], dtypes.int32)
        sizes.get_shape().assert_is_compatible_with([count])
        if base_paddings is None:
            base = zeros([count, 2], dtypes.int32)
        else:
            base = convert(base_paddings, dtype=dtypes.int32, name="base_paddings")
            base.get_shape().assert_is_compatible_with([count, 2])
        known = [constant_value(t) for t in (block, sizes, base)]
        if all(v is not None for v in known):
            block, sizes, base = known  # type: ignore[assignment]
        start, end = base[:, 0], base[:, 1]
        extra = (block - (sizes + start + end) % block) % block
        stop = end + extra
        paddings = stack([[start[i], stop[i]] for i in range(count)], name="paddings")
        crops = stack([[0, extra[i]] for i in range(count)], name="crops")
        return paddings, crops
