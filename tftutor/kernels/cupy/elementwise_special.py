"""Special functions that CuPy has itself, in its copy of SciPy's."""

from __future__ import annotations

import math
from typing import Any

from tftutor.framework.op_def import OpDef
from tftutor.ops.elementwise_special import (
    BesselI0e,
    BesselI1e,
    Betainc,
    Digamma,
    Erf,
    Erfc,
    Igamma,
    Igammac,
    Lgamma,
    Polygamma,
    Zeta,
)


def _where(condition: Any, value: float, others: Any, xp: Any) -> Any:
    return xp.where(condition, xp.full_like(others, value), others)


def _register(op_def: OpDef, name: str) -> None:
    @op_def.kernel("cupy")
    def kernel(*values, xp):
        import cupyx.scipy.special

        found = getattr(cupyx.scipy.special, name)(*values)
        return xp.astype(found, values[0].dtype, copy=False)  # of half it makes float32


for _op_def, _name in ((Lgamma, "gammaln"), (Erf, "erf"), (Erfc, "erfc"), (BesselI0e, "i0e"),
                       (BesselI1e, "i1e"), (Zeta, "zeta")):
    _register(_op_def, _name)


@Digamma.kernel("cupy")
def digamma_kernel(x, *, xp):
    import cupyx.scipy.special

    # At 0, -1, -2 ... SciPy says NaN or -inf, TensorFlow inf.
    value = _where((x <= 0) & (x == xp.floor(x)), math.inf, cupyx.scipy.special.digamma(x), xp)
    return xp.astype(value, x.dtype, copy=False)


@Igamma.kernel("cupy")
def igamma_kernel(a, x, *, xp):
    import cupyx.scipy.special

    return _where(a <= 0, math.nan, cupyx.scipy.special.gammainc(a, x), xp)


@Igammac.kernel("cupy")
def igammac_kernel(a, x, *, xp):
    import cupyx.scipy.special

    return _where(a <= 0, math.nan, cupyx.scipy.special.gammaincc(a, x), xp)


@Betainc.kernel("cupy")
def betainc_kernel(a, b, x, *, xp):
    import cupyx.scipy.special

    return _where((a <= 0) | (b <= 0), math.nan, cupyx.scipy.special.betainc(a, b, x), xp)


@Polygamma.kernel("cupy")
def polygamma_kernel(a, x, *, xp):
    import cupyx.scipy.special

    sign = 2 * (a % 2) - 1
    factorial = xp.exp(cupyx.scipy.special.gammaln(a + 1))
    higher = sign * factorial * cupyx.scipy.special.zeta(a + 1, x)
    value = xp.where(a == 0, digamma_kernel(x, xp=xp), higher)
    return _where((a < 0) | (a != xp.floor(a)), math.nan, value, xp)
