"""Special functions on any array library, computed in float64.

A function takes float64 arrays and the array namespace. Formulas from Abramowitz & Stegun,
"Handbook of Mathematical Functions" (equation numbers in the code), and C. Lanczos' approximation
of the gamma function. Libraries that have a function themselves use theirs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

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
    IgammaGradA,
    Lgamma,
    Polygamma,
    Zeta,
)

_LANCZOS = (0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
            -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
            1.5056327351493116e-7)
# Bernoulli numbers B2, B4, ...
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510,
              43867 / 798, -174611 / 330)
_TINY = 1e-300
_EPS = 1e-16


def lgamma(x: Any, xp: Any) -> Any:
    """log |gamma(x)|; inf at 0, -1, -2 ..."""
    reflected = x < 0.5
    z = xp.where(reflected, 1 - x, x) - 1
    total = xp.full_like(z, _LANCZOS[0])
    for index, coefficient in enumerate(_LANCZOS[1:], 1):
        total += coefficient / (z + index)
    t = z + 7.5
    right = 0.5 * math.log(2 * math.pi) + (z + 0.5) * xp.log(t) - t + xp.log(total)
    sine = xp.abs(xp.sin(math.pi * (x - xp.floor(x))))
    left = math.log(math.pi) - xp.log(sine) - right
    return xp.where(x == math.inf, math.inf, xp.where(reflected, left, right))


def digamma(x: Any, xp: Any) -> Any:
    """psi(x): recurrence (6.3.5) up to 10, then the asymptotic series (6.3.18)."""
    pole = (x <= 0) & (x == xp.floor(x))
    reflected = x < 0.5
    z = xp.where(reflected, 1 - x, x)
    shift = xp.zeros_like(z)
    for _ in range(10):
        small = z < 10
        shift = xp.where(small, shift - 1 / z, shift)
        z = xp.where(small, z + 1, z)
    series = xp.log(z) - 0.5 / z
    power = z * z
    for index, number in enumerate(_BERNOULLI[:8], 1):
        series = series - number / (2 * index * power)
        power = power * z * z
    value = series + shift
    value = xp.where(reflected, value - math.pi / xp.tan(math.pi * x), value)
    return xp.where(pole, math.inf, value)


def erf(x: Any, xp: Any) -> Any:
    """Error function: a series of positive terms (7.1.6) below 2.5, 1 - erfc above."""
    size = xp.minimum(xp.abs(x), 2.5)
    square = size * size
    term = total = size
    for index in range(1, 50):
        term = term * (2 * square / (2 * index + 1))
        total = total + term
    near = 2 / math.sqrt(math.pi) * xp.exp(-square) * total
    far = 1 - _erfc_tail(xp.maximum(xp.abs(x), 2.5), xp)
    return xp.copysign(xp.where(xp.abs(x) < 2.5, near, far), x)


def _erfc_tail(x: Any, xp: Any) -> Any:
    """erfc for x >= 2.5 by its continued fraction (7.1.14)."""
    fraction = x
    for index in range(60, 0, -1):
        fraction = x + index / 2 / fraction
    return xp.exp(-x * x) / math.sqrt(math.pi) / fraction


def erfc(x: Any, xp: Any) -> Any:
    """1 - erf(x, xp)."""
    return xp.where(x >= 2.5, _erfc_tail(xp.maximum(x, 2.5), xp), 1 - erf(xp.minimum(x, 2.5), xp))


def igamma_pair(a: Any, x: Any, xp: Any) -> tuple[Any, Any]:
    """(P(a, x), Q(a, x)): series (6.5.29) below a + 1, continued fraction (6.5.31) above."""
    a, x = xp.broadcast_arrays(a, x)
    bad = (a <= 0) | (x < 0) | xp.isnan(a) | xp.isnan(x)
    safe_a, safe_x = xp.where(bad, 1.0, a), xp.where(bad, 1.0, x)
    by_series = safe_x < safe_a + 1
    scale = xp.exp(safe_a * xp.log(xp.maximum(safe_x, _TINY)) - safe_x - lgamma(safe_a, xp))
    lower = scale * _igamma_series(safe_a, xp.where(by_series, safe_x, 0.0), xp)
    upper = scale * _igamma_fraction(safe_a, xp.where(by_series, safe_a + 1, safe_x), xp)
    lower = xp.where(safe_x == 0, 0.0, lower)
    upper = xp.where(xp.isinf(safe_x), 0.0, upper)
    p = xp.where(by_series, lower, 1 - upper)
    q = xp.where(by_series, 1 - lower, upper)
    return xp.where(bad, math.nan, p), xp.where(bad, math.nan, q)


def _igamma_series(a: Any, x: Any, xp: Any) -> Any:
    term = total = 1 / a
    for index in range(1, 5000):
        term = term * x / (a + index)
        total = total + term
        if not xp.any(xp.abs(term) > xp.abs(total) * _EPS):
            break
    return total


def _igamma_fraction(a: Any, x: Any, xp: Any) -> Any:
    """The continued fraction by Lentz' method."""
    b = x + 1 - a
    c = xp.full_like(b, 1 / _TINY)
    d = 1 / b
    value = d
    for index in range(1, 5000):
        an = -index * (index - a)
        b = b + 2
        d = _away_from_zero(an * d + b, xp)
        c = _away_from_zero(b + an / c, xp)
        d = 1 / d
        step = d * c
        value = value * step
        if not xp.any(xp.abs(step - 1) > _EPS * 4):
            break
    return value


def _away_from_zero(x: Any, xp: Any) -> Any:
    return xp.where(xp.abs(x) < _TINY, _TINY, x)


def betainc(a: Any, b: Any, x: Any, xp: Any) -> Any:
    """I_x(a, b) by its continued fraction (26.5.8), mirrored where that converges faster."""
    a, b, x = xp.broadcast_arrays(a, b, x)
    bad = (a <= 0) | (b <= 0) | (x < 0) | (x > 1) | xp.isnan(x)
    a, b, inside = xp.where(bad, 1.0, a), xp.where(bad, 1.0, b), xp.where(bad, 0.5, x)
    mirrored = inside > (a + 1) / (a + b + 2)
    p, q = xp.where(mirrored, b, a), xp.where(mirrored, a, b)
    z = xp.where(mirrored, 1 - inside, inside)
    powers = p * xp.log(xp.maximum(z, _TINY)) + q * xp.log(xp.maximum(1 - z, _TINY))
    front = xp.exp(lgamma(a + b, xp) - lgamma(a, xp) - lgamma(b, xp) + powers) / p
    value = front * _beta_fraction(p, q, z, xp)
    value = xp.where(z == 0, 0.0, value)
    return xp.where(bad, math.nan, xp.where(mirrored, 1 - value, value))


def _beta_fraction(a: Any, b: Any, x: Any, xp: Any) -> Any:
    c = xp.ones_like(x)
    d = 1 / _away_from_zero(1 - (a + b) * x / (a + 1), xp)
    value = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for number in (even, odd):
            d = 1 / _away_from_zero(1 + number * d, xp)
            c = _away_from_zero(1 + number / c, xp)
            step = d * c
            value = value * step
        if not xp.any(xp.abs(step - 1) > _EPS * 4):
            break
    return value


def zeta(x: Any, q: Any, xp: Any) -> Any:
    """Hurwitz zeta function by Euler-Maclaurin summation (23.2.9)."""
    x, q = xp.broadcast_arrays(x, q)
    total = xp.zeros_like(x)
    for index in range(10):
        total = total + xp.pow(q + index, -x)
    w = q + 10
    for _ in range(1000):  # the expansion is for large w: sum on where q was negative
        small = w < 10
        if not xp.any(small):
            break
        total = xp.where(small, total + xp.pow(w, -x), total)
        w = xp.where(small, w + 1, w)
    total = total + xp.pow(w, 1 - x) / (x - 1) + 0.5 * xp.pow(w, -x)
    factor, power = x, xp.pow(w, -x - 1)
    factorial = 2.0
    for index, number in enumerate(_BERNOULLI, 1):
        total = total + number / factorial * factor * power
        factor = factor * (x + 2 * index - 1) * (x + 2 * index)
        power = power / (w * w)
        factorial *= (2 * index + 1) * (2 * index + 2)
    pole = (q <= 0) & (q == xp.floor(q))
    undefined = (x < 1) | ((q <= 0) & ~pole & (x != xp.floor(x)))
    return xp.where(undefined, math.nan, xp.where((x == 1) | pole, math.inf, total))


def polygamma(n: Any, x: Any, xp: Any) -> Any:
    """The n-th derivative of digamma (6.4.10); NaN when n isn't a whole number."""
    n, x = xp.broadcast_arrays(n, x)
    sign = 2 * (n % 2) - 1
    higher = sign * xp.exp(lgamma(n + 1, xp)) * zeta(n + 1, x, xp)
    value = xp.where(n == 0, digamma(x, xp), higher)
    return xp.where((n < 0) | (n != xp.floor(n)), math.nan, value)


def bessel_ie(x: Any, order: int, xp: Any) -> Any:
    """exp(-|x|) I_order(x): the integral (9.6.19) below 50, the expansion (9.7.1) above."""
    size = xp.abs(x)
    angles = (xp.arange(200, dtype=xp.float64) + 0.5) * (math.pi / 200)
    near_size = xp.minimum(size, 50)[..., None]
    near = xp.mean(xp.exp(near_size * (xp.cos(angles) - 1)) * xp.cos(order * angles), axis=-1)
    far_size = xp.maximum(size, 50)
    term = total = xp.ones_like(far_size)
    for index in range(1, 8):
        term = term * -(4 * order * order - (2 * index - 1) ** 2) / (index * 8 * far_size)
        total = total + term
    value = xp.where(size < 50, near, total / xp.sqrt(2 * math.pi * far_size))
    return xp.copysign(value, x) if order % 2 else value


def igamma_gradient_a(a: Any, x: Any, xp: Any) -> Any:
    """Derivative of P(a, x) with respect to a, by a difference of fourth order."""
    h = 1e-3 * xp.minimum(xp.maximum(xp.abs(a), 1e-6), 1.0)
    p = [igamma_pair(a + k * h, x, xp)[0] for k in (-2, -1, 1, 2)]
    return (p[0] - 8 * p[1] + 8 * p[2] - p[3]) / (12 * h)


def _register(op_def: OpDef, function: Callable[..., Any]) -> None:
    @op_def.kernel("numpy")
    def numpy_kernel(*values):
        wide = [np.asarray(value, np.float64) for value in values]
        return function(*wide, xp=np).astype(values[0].dtype)[()]

    @op_def.kernel()
    def kernel(*values, xp):
        wide = [xp.astype(value, xp.float64) for value in values]
        return xp.astype(function(*wide, xp=xp), values[0].dtype)


for _op_def, _function in (
        (Lgamma, lgamma), (Digamma, digamma), (Erf, erf), (Erfc, erfc), (Zeta, zeta),
        (Polygamma, polygamma), (Betainc, betainc), (IgammaGradA, igamma_gradient_a),
        (Igamma, lambda a, x, xp: igamma_pair(a, x, xp)[0]),
        (Igammac, lambda a, x, xp: igamma_pair(a, x, xp)[1]),
        (BesselI0e, lambda x, xp: bessel_ie(x, 0, xp)),
        (BesselI1e, lambda x, xp: bessel_ie(x, 1, xp))):
    _register(_op_def, _function)
