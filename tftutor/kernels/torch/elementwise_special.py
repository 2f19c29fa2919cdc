"""Special functions that PyTorch has itself."""

from __future__ import annotations

import math

import torch

from tftutor.ops.elementwise_special import (
    BesselI0e,
    BesselI1e,
    Digamma,
    Erf,
    Erfc,
    Igamma,
    Igammac,
    Lgamma,
    Polygamma,
    Zeta,
)


@Lgamma.kernel("torch")
def lgamma_kernel(x):
    return torch.lgamma(x)


@Digamma.kernel("torch")
def digamma_kernel(x):
    # At 0, -1, -2 ... PyTorch says -inf or NaN, TensorFlow inf.
    return torch.where((x <= 0) & (x == torch.floor(x)), math.inf, torch.digamma(x))


@Erf.kernel("torch")
def erf_kernel(x):
    return torch.erf(x)


@Erfc.kernel("torch")
def erfc_kernel(x):
    return torch.erfc(x)


@Igamma.kernel("torch")
def igamma_kernel(a, x):
    return torch.where(a == 0, math.nan, torch.special.gammainc(a, x))


@Igammac.kernel("torch")
def igammac_kernel(a, x):
    return torch.where(a == 0, math.nan, torch.special.gammaincc(a, x))


@Zeta.kernel("torch")
def zeta_kernel(x, q):
    return torch.special.zeta(x, q)


@Polygamma.kernel("torch")
def polygamma_kernel(a, x):
    """PyTorch's own takes one order for all items."""
    sign = 2 * (a % 2) - 1
    higher = sign * torch.exp(torch.lgamma(a + 1)) * torch.special.zeta(a + 1, x)
    value = torch.where(a == 0, digamma_kernel(x), higher)
    return torch.where((a < 0) | (a != torch.floor(a)), math.nan, value)


@BesselI0e.kernel("torch")
def bessel_i0e_kernel(x):
    return torch.special.i0e(x)


@BesselI1e.kernel("torch")
def bessel_i1e_kernel(x):
    return torch.special.i1e(x)
