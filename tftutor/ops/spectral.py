"""Discrete Fourier transforms over the last one, two or three dimensions."""

from __future__ import annotations

from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import export_value, exported
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.operation import Tensor

_COMPLEX = ("Tcomplex: {complex64, complex128} = DT_COMPLEX64",)


def _complex_transform(name: str) -> OpDef:
    what = "Inverse transform" if name.startswith("I") else "Transform"
    dims = {"2": "two dimensions", "3": "three dimensions"}.get(name[-2], "dimension")
    return OpDef(name, inputs=("input: Tcomplex",), outputs=("output: Tcomplex",), attrs=_COMPLEX,
                 doc=f"{what} of complex numbers over the last {dims}.")


def _real_transform(name: str, source: str, target: str, doc: str) -> OpDef:
    return OpDef(name, inputs=(f"input: {source}", "fft_length: int32"),
                 outputs=(f"output: {target}",), doc=doc)


FFT, FFT2D, FFT3D = map(_complex_transform, ("FFT", "FFT2D", "FFT3D"))
IFFT, IFFT2D, IFFT3D = map(_complex_transform, ("IFFT", "IFFT2D", "IFFT3D"))
_FORWARD = "Transform of real numbers; only the half that isn't redundant."
_BACKWARD = "Real numbers from the half of their transform that isn't redundant."
RFFT, RFFT2D, RFFT3D = (_real_transform(n, "float", "complex64", _FORWARD)
                        for n in ("RFFT", "RFFT2D", "RFFT3D"))
IRFFT, IRFFT2D, IRFFT3D = (_real_transform(n, "complex64", "float", _BACKWARD)
                           for n in ("IRFFT", "IRFFT2D", "IRFFT3D"))
_RANKS = ((FFT, IFFT, RFFT, IRFFT), (FFT2D, IFFT2D, RFFT2D, IRFFT2D),
          (FFT3D, IFFT3D, RFFT3D, IRFFT3D))


def _register_complex(op_def: OpDef, opposite: OpDef, rank: int) -> None:
    """Shape, kernel, gradient and public function of a complex transform."""
    inverse = op_def.name.startswith("I")

    @op_def.shape
    def shape(c: Any) -> None:
        c.set_output(0, c.with_rank_at_least(c.input(0), rank))

    @op_def.kernel()
    def kernel(input, *, xp):
        function = xp.fft.ifftn if inverse else xp.fft.fftn
        return function(input, axes=tuple(range(-rank, 0)))

    @op_def.gradient
    def gradient(op: Any, grad: Any) -> Any:
        sizes = exported("shape")(grad)[-rank:]
        count = exported("cast")(exported("reduce_prod")(sizes), dtypes.float32)
        if inverse:
            scale = exported("complex")(1.0 / count, exported("zeros_like")(count))
            return opposite(grad) * exported("cast")(scale, grad.dtype)
        scale = exported("complex")(count, exported("zeros_like")(count))
        return opposite(grad) * exported("cast")(scale, grad.dtype)

    def transform(input: Any, name: str | None = None) -> Tensor:
        return op_def(input, name=name)

    lower = op_def.name.lower()
    _publish(transform, lower, f"{op_def.name} over the last {rank} dimension(s): complex input, "
                               "complex output of the same shape.", lower)


def _publish(function: Any, leaf: str, text: str, *extra: str) -> None:
    function.__name__ = leaf
    function.__doc__ = f"{text}\n\n    Source: TF 1.15 docs, tf.signal.{leaf}.\n    "
    for name in (f"signal.{leaf}", f"spectral.{leaf}", *extra):
        export_value(name, function)


def _real_shape(c: Any, rank: int, inverse: bool) -> None:
    shape = c.with_rank_at_least(c.input(0), rank)
    length = c.with_rank(c.input(1), 1)
    c.with_value(length[0], rank)
    if shape is None:
        return
    sizes = c.value(1)
    if sizes is None:
        c.set_output(0, (*shape[:-rank], *(None,) * rank))
        return
    out = [int(d) for d in sizes]
    if not inverse:
        out[-1] = out[-1] // 2 + 1 if out[-1] else 0
    c.set_output(0, (*shape[:-rank], *out))


def _register_real(op_def: OpDef, rank: int) -> None:
    """Shape, kernel and public function of a transform from or to real numbers."""
    inverse = op_def.name.startswith("I")

    @op_def.shape
    def shape(c: Any) -> None:
        _real_shape(c, rank, inverse)

    @op_def.kernel()
    def kernel(input, fft_length, *, xp):
        function = xp.fft.irfftn if inverse else xp.fft.rfftn
        sizes = tuple(int(d) for d in fft_length)
        return function(input, s=sizes, axes=tuple(range(-rank, 0)))

    def transform(input_tensor: Any, fft_length: Any = None, name: str | None = None) -> Tensor:
        kind = dtypes.complex64 if inverse else dtypes.float32
        with name_scope(name, op_def.name.lower(), [input_tensor, fft_length]) as scope:
            tensor = convert_to_tensor(input_tensor, kind)
            if fft_length is None:
                length = _inferred_length(tensor, rank, inverse)
            else:
                length = convert_to_tensor(fft_length, dtypes.int32)
            tensor = _padded(tensor, rank, length, inverse)
            return op_def(tensor, length, name=scope)

    _publish(transform, op_def.name.lower(),
             f"{op_def.name} over the last {rank} dimension(s), cut or padded to `fft_length`.")


def _inferred_length(tensor: Tensor, rank: int, inverse: bool) -> Tensor:
    """The sizes of the inner dimensions; an inverse transform gives 2 * (n - 1) reals."""
    shape = tensor._shape
    if shape is not None and None not in shape[-rank:]:
        sizes = [d for d in shape[-rank:] if d is not None]
        if inverse:
            sizes[-1] = max(0, 2 * (sizes[-1] - 1))
        return exported("constant")(sizes, dtypes.int32)
    inner = exported("shape")(tensor)[-rank:]
    if not inverse:
        return inner
    last = exported("maximum")(0, 2 * (inner[-1:] - 1))
    return exported("concat")([inner[:-1], last], 0)


def _padded(tensor: Tensor, rank: int, length: Tensor, inverse: bool) -> Tensor:
    """Zeros behind dimensions that are shorter than the transform."""
    sizes = constant_value(length)
    shape = tensor._shape
    if sizes is None or shape is None:
        return tensor  # the kernel pads
    wanted = [int(d) for d in sizes]
    if inverse:
        wanted[-1] = wanted[-1] // 2 + 1 if wanted[-1] else 0
    inner = [d for d in shape[-rank:] if d is not None]
    if len(inner) < rank or all(d >= w for d, w in zip(inner, wanted, strict=True)):
        return tensor
    missing = [[0, 0]] * (len(shape) - rank)
    missing += [[0, max(0, w - d)] for d, w in zip(inner, wanted, strict=True)]
    return get_op_def("Pad")(tensor, exported("constant")(missing, name="Pad/paddings"))


def _fft_only_1d_2d(op_def: OpDef) -> None:
    op_def.not_differentiable("TF defines no gradient for transforms of real volumes")


for _rank, (_fft, _ifft, _rfft, _irfft) in enumerate(_RANKS, 1):
    _register_complex(_fft, _ifft, _rank)
    _register_complex(_ifft, _fft, _rank)
    _register_real(_rfft, _rank)
    _register_real(_irfft, _rank)
_fft_only_1d_2d(RFFT3D)
_fft_only_1d_2d(IRFFT3D)


def _rfft_gradient(op: Any, grad: Any, inverse_op: OpDef) -> Any:
    """The inverse transform of the gradient, of which only a half is given."""
    length = op.inputs[1]
    spread = inverse_op(_scaled_half(grad, length), length)
    count = exported("cast")(exported("reduce_prod")(length), dtypes.float32)
    return spread * count, None


def _stands_alone(columns: Any, length: Any) -> Any:
    """1.0 for columns of the half transform that aren't mirrored in the other half, else 0.0."""
    equal = exported("equal")
    index = exported("range")(columns)
    last = exported("logical_and")(equal(length[-1] % 2, 0), equal(index, columns - 1))
    alone = exported("logical_or")(equal(index, 0), last)
    return exported("cast")(alone, dtypes.float32)


def _as_complex(weights: Any) -> Any:
    return exported("complex")(weights, exported("zeros_like")(weights))


def _scaled_half(grad: Any, length: Any) -> Any:
    """The inverse counts mirrored columns twice: each gets half of its weight."""
    alone = _stands_alone(exported("shape")(grad)[-1], length)
    return grad * _as_complex(0.5 + 0.5 * alone)


def _irfft_gradient(op: Any, grad: Any, forward: OpDef) -> Any:
    """The forward transform, with mirrored columns counted twice, divided by the size."""
    length = op.inputs[1]
    result = forward(grad, length)
    alone = _stands_alone(exported("shape")(result)[-1], length)
    count = exported("cast")(exported("reduce_prod")(length), dtypes.float32)
    return result * _as_complex((2.0 - alone) / count), None


RFFT.gradient(lambda op, grad: _rfft_gradient(op, grad, IRFFT))
RFFT2D.gradient(lambda op, grad: _rfft_gradient(op, grad, IRFFT2D))
IRFFT.gradient(lambda op, grad: _irfft_gradient(op, grad, RFFT))
IRFFT2D.gradient(lambda op, grad: _irfft_gradient(op, grad, RFFT2D))
