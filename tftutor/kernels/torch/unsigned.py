"""Arithmetic that PyTorch lacks for unsigned integers of 16 bits and more: done on int64.

Of a uint64 the low 63 bits and the sign of an int64 are the same bits, so that only shifts to the
right need care.
"""

from __future__ import annotations

import torch

from tftutor.framework.op_def import OpDef
from tftutor.ops.division import Div, FloorDiv, TruncateDiv
from tftutor.ops.linalg import Cross
from tftutor.ops.logical import Invert, LeftShift, PopulationCount, RightShift

_LACKING = (torch.uint16, torch.uint32, torch.uint64)


def _through_int64(op_def: OpDef) -> None:
    generic = op_def.kernel_fn
    assert generic is not None

    def kernel(*values, **keywords):
        dtype = values[0].dtype
        if dtype not in _LACKING:
            return generic(*values, **keywords)
        found = generic(*(value.to(torch.int64) for value in values), **keywords)
        return found.to(dtype) if found.dtype == torch.int64 else found

    op_def.library_kernels["torch"] = (kernel, op_def.kernel_params)  # it asks for the same


for _op_def in (Div, TruncateDiv, FloorDiv, Cross, Invert, LeftShift, PopulationCount):
    _through_int64(_op_def)


@RightShift.kernel("torch")
def right_shift_kernel(x, y, *, T):
    bits = T.size * 8
    if x.dtype not in _LACKING:
        return torch.bitwise_right_shift(x, torch.clip(y, 0, bits - 1))
    shift = torch.clip(y.to(torch.int64), 0, bits - 1)
    shifted = torch.bitwise_right_shift(x.to(torch.int64), shift)
    # The copies of the sign that came in from the left go out.
    kept = torch.bitwise_right_shift(torch.full_like(shift, (1 << 63) - 1), shift - 1)
    shifted = torch.where(shift > 0, shifted & kept, shifted)
    return shifted.to(x.dtype)
