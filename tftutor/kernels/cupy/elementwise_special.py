"""Special functions that CuPy has itself, in its copy of SciPy's."""

from __future__ import annotations

import math

from tftutor.ops.elementwise_special import (
    BesselI0e,
    BesselI1e,
    Digamma,
    Erf,
    Erfc,
    Lgamma,
)


@Lgamma.kernel("cupy")
def lgamma_kernel(x):
    import cupyx.scipy.special

    return cupyx.scipy.special.gammaln(x)


@Digamma.kernel("cupy")
def digamma_kernel(x, *, xp):
    import cupyx.scipy.special

    # At 0, -1, -2 ... SciPy says NaN or -inf, TensorFlow inf.
    poles = (x <= 0) & (x == xp.floor(x))
    return xp.where(poles, xp.full_like(x, math.inf), cupyx.scipy.special.digamma(x))


@Erf.kernel("cupy")
def erf_kernel(x):
    import cupyx.scipy.special

    return cupyx.scipy.special.erf(x)


@Erfc.kernel("cupy")
def erfc_kernel(x):
    import cupyx.scipy.special

    return cupyx.scipy.special.erfc(x)


@BesselI0e.kernel("cupy")
def bessel_i0e_kernel(x):
    import cupyx.scipy.special

    return cupyx.scipy.special.i0e(x)


@BesselI1e.kernel("cupy")
def bessel_i1e_kernel(x):
    import cupyx.scipy.special

    return cupyx.scipy.special.i1e(x)
