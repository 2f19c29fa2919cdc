"""Strings through patterns and codes: regular expressions, hash buckets, base64, raw bytes."""

from __future__ import annotations

import base64
import binascii
import itertools
import re
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.backends.host_arrays import map_strings, string_array
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import unchanged_shape
from tftutor.ops.array_shape import rank
from tftutor.ops.constant import constant
from tftutor.platform.renamed_arguments import renamed_argument

_C_NAMES = {"float32": "float", "float64": "double", "float16": "half"}

_NO_GRADIENT = "strings have no derivative"

RegexReplace = OpDef("RegexReplace", inputs=("input: string", "pattern: string", "rewrite: string"),
                     outputs=("output: string",), attrs=("replace_global: bool = true",),
                     doc="Replace what matches a pattern that is a tensor.")
StaticRegexReplace = OpDef("StaticRegexReplace", inputs=("input: string",),
                           outputs=("output: string",),
                           attrs=("pattern: string", "rewrite: string",
                                  "replace_global: bool = true"),
                           doc="Replace what matches a pattern known when the graph is built.")
RegexFullMatch = OpDef("RegexFullMatch", inputs=("input: string", "pattern: string"),
                       outputs=("output: bool",), doc="Does the whole string match?")
StaticRegexFullMatch = OpDef("StaticRegexFullMatch", inputs=("input: string",),
                             outputs=("output: bool",), attrs=("pattern: string",),
                             doc="Does the whole string match a pattern known beforehand?")
ReduceJoin = OpDef("ReduceJoin", inputs=("inputs: string", "reduction_indices: int32"),
                   outputs=("output: string",),
                   attrs=("keep_dims: bool = false", "separator: string = ''"))
EncodeBase64 = OpDef("EncodeBase64", inputs=("input: string",), outputs=("output: string",),
                     attrs=("pad: bool = false",))
DecodeBase64 = OpDef("DecodeBase64", inputs=("input: string",), outputs=("output: string",))
DecodeRaw = OpDef("DecodeRaw", inputs=("bytes: string",), outputs=("output: out_type",), attrs=(
    "out_type: {half, float, double, int32, uint16, uint8, int16, int8, int64, complex64, "
    "complex128, bool}", "little_endian: bool = true"))

for _op in (RegexReplace, StaticRegexReplace, RegexFullMatch, StaticRegexFullMatch, EncodeBase64,
            DecodeBase64):
    _op.shape(unchanged_shape)
for _op in (RegexReplace, StaticRegexReplace, RegexFullMatch, StaticRegexFullMatch, EncodeBase64,
            DecodeBase64, ReduceJoin, DecodeRaw):
    _op.not_differentiable(_NO_GRADIENT)


# -- regular expressions --------------------------------------------------------------------------

@tf_export("strings.regex_replace", "regex_replace")
def regex_replace(input: Any, pattern: Any, rewrite: Any, replace_global: bool = True,
                  name: str | None = None) -> Tensor:
    r"""Replace what matches `pattern` by `rewrite` (`\1` is the first group).

    Source: TF 1.15 docs, tf.strings.regex_replace.
    """
    if isinstance(pattern, str | bytes) and isinstance(rewrite, str | bytes):
        return StaticRegexReplace(input, pattern=pattern, rewrite=rewrite,
                                  replace_global=replace_global, name=name)
    return RegexReplace(input, pattern, rewrite, replace_global=replace_global, name=name)


@tf_export("strings.regex_full_match")
def regex_full_match(input: Any, pattern: Any, name: str | None = None) -> Tensor:
    """True for each string that matches `pattern` as a whole.

    Source: TF 1.15 docs, tf.strings.regex_full_match.
    """
    if isinstance(pattern, str | bytes):
        return StaticRegexFullMatch(input, pattern=pattern, name=name)
    return RegexFullMatch(input, pattern, name=name)


def _compiled(pattern: Any) -> re.Pattern[bytes]:
    text = pattern.encode() if isinstance(pattern, str) else pattern
    try:
        return re.compile(text)
    except re.error as error:
        raise errors.InvalidArgumentError(
            None, None, f"Invalid pattern: {text.decode(errors='replace')}, error: {error}"
        ) from None


@RegexReplace.kernel("numpy")
def regex_replace_kernel(input, pattern, rewrite, *, replace_global):
    expression = _compiled(pattern)
    text = rewrite.encode() if isinstance(rewrite, str) else rewrite
    template = re.sub(rb"\\0", rb"\\g<0>", text)
    return map_strings(lambda s: expression.sub(template, s, count=0 if replace_global else 1),
                       input)


@StaticRegexReplace.kernel("numpy")
def static_regex_replace_kernel(input, *, pattern, rewrite, replace_global):
    return regex_replace_kernel(input, pattern, rewrite, replace_global=replace_global)


@RegexFullMatch.kernel("numpy")
def regex_full_match_kernel(input, pattern):
    expression = _compiled(pattern)
    return map_strings(lambda s: expression.fullmatch(s) is not None, input, np.bool_)


@StaticRegexFullMatch.kernel("numpy")
def static_regex_full_match_kernel(input, *, pattern):
    return regex_full_match_kernel(input, pattern)


# -- joining along dimensions ---------------------------------------------------------------------

@tf_export("strings.reduce_join", "reduce_join")
def reduce_join(inputs: Any, axis: Any = None, keep_dims: bool | None = None, separator: str = "",
                name: str | None = None, reduction_indices: Any = None,
                keepdims: bool | None = None) -> Tensor:
    """Join strings along dimensions (default: all, the last one first).

    Raises: ValueError for a dimension out of range.
    Source: TF 1.15 docs, tf.strings.reduce_join.
    """
    keep = renamed_argument("tf.reduce_join", "keepdims", keepdims, "keep_dims", keep_dims)
    axis = renamed_argument("tf.reduce_join", "axis", axis, "reduction_indices", reduction_indices)
    with name_scope(None, "ReduceJoin", [inputs, axis]):
        tensor = convert(inputs)
        if axis is None:
            if tensor._shape is not None:
                axis = constant(np.arange(len(tensor._shape) - 1, -1, -1), dtype=dtypes.int32)
            else:
                axis = get_op_def("Range")(rank(tensor) - 1, -1, -1, name="range")
        return ReduceJoin(tensor, axis, keep_dims=bool(keep), separator=separator, name=name)


@ReduceJoin.shape
def reduce_join_shape(c: Any) -> None:
    given, axes = c.input(0), c.value(1)
    if given is None or axes is None:
        c.set_output(0, None)
        return
    rank_ = len(given)
    gone = set()
    for axis in axes.reshape(-1).tolist():
        if not -rank_ <= axis < rank_:
            c.fail(f"Invalid reduction dimension {axis} for input with {rank_} dimensions.")
        gone.add(axis % rank_)
    keep = c.attr("keep_dims")
    c.set_output(0, tuple(1 if i in gone else d for i, d in enumerate(given)
                          if keep or i not in gone))


@ReduceJoin.kernel("numpy")
def reduce_join_kernel(inputs, reduction_indices, *, keep_dims, separator):
    array = string_array(inputs)
    axes = [a % array.ndim for a in np.atleast_1d(reduction_indices).tolist()]
    kept = [i for i in range(array.ndim) if i not in axes]
    glue = separator.encode()
    out = np.empty([array.shape[i] for i in kept], dtype=object)
    moved = array.transpose(kept + axes[::-1])  # the first axis given is joined first
    for index in np.ndindex(out.shape):
        part = moved[index]
        out[index] = glue.join(part[i] for i in np.ndindex(part.shape)) if axes else part
    if keep_dims:
        out = out.reshape([1 if i in axes else d for i, d in enumerate(array.shape)])
    return out[()]


# -- codes ----------------------------------------------------------------------------------------

@tf_export("io.encode_base64", "encode_base64")
def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> Tensor:
    """Web-safe base64 of each string. Source: TF 1.15 docs, tf.io.encode_base64."""
    return EncodeBase64(input, pad=pad, name=name)


@tf_export("io.decode_base64", "decode_base64")
def decode_base64(input: Any, name: str | None = None) -> Tensor:
    """The strings behind web-safe base64. Source: TF 1.15 docs, tf.io.decode_base64."""
    return DecodeBase64(input, name=name)


@EncodeBase64.kernel("numpy")
def encode_base64_kernel(input, *, pad):
    def encode(text: bytes) -> bytes:
        code = base64.urlsafe_b64encode(text)
        return code if pad else code.rstrip(b"=")

    return map_strings(encode, input)


@DecodeBase64.kernel("numpy")
def decode_base64_kernel(input):
    def decode(code: bytes) -> bytes:
        try:
            return base64.b64decode(code + b"=" * (-len(code) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            raise errors.InvalidArgumentError(
                None, None, "Invalid character found in base64.") from None

    return map_strings(decode, input)


@tf_export("io.decode_raw", "decode_raw")
def decode_raw(input_bytes: Any = None, out_type: Any = None, little_endian: bool = True,
               name: str | None = None, bytes: Any = None) -> Tensor:
    """Read the bytes of each string as numbers: adds a last dimension.

    Raises: InvalidArgumentError when the strings differ in length or hold no whole number of items.
    Source: TF 1.15 docs, tf.io.decode_raw.
    """
    source = renamed_argument("tf.decode_raw", "input_bytes", input_bytes, "bytes", bytes)
    return DecodeRaw(source, out_type=out_type, little_endian=little_endian, name=name)


@DecodeRaw.shape
def decode_raw_shape(c: Any) -> None:
    given = c.input(0)
    c.set_output(0, None if given is None else (*given, None))


@DecodeRaw.kernel("numpy")
def decode_raw_kernel(bytes, *, out_type, little_endian):
    array = string_array(bytes)
    kind = np.dtype(out_type.as_numpy_dtype)
    flat = list(array.reshape(-1))
    length = len(flat[0]) if flat else 0
    for position, text in enumerate(flat):
        if len(text) != length:
            raise errors.InvalidArgumentError(
                None, None, "DecodeRaw requires input strings to all be the same size, but "
                f"element {position} has size {len(text)} != {length}")
    if length % kind.itemsize:
        raise errors.InvalidArgumentError(
            None, None, f"Input to DecodeRaw has length {length} that is not a multiple of "
            f"{kind.itemsize}, the size of {_C_NAMES.get(out_type.name, out_type.name)}")
    joined = b"".join(itertools.chain(flat))
    order = "<" if little_endian else ">"
    values = np.frombuffer(joined, kind.newbyteorder(order)).astype(kind)
    return values.reshape((*array.shape, length // kind.itemsize))
