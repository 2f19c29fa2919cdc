"""The update rules as plain formulas, for any array library.

`formula(old, g, scalars, xp, **flags)` takes the old state in the order of the rule's arguments and
gives the new one, as new arrays. Only rules that TensorFlow has GPU kernels for are here; on NumPy
`training_rules.py` computes them, with fewer temporaries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Arrays = Sequence[Any]


def gradient_descent(old: Arrays, g: Any, scalars: Arrays, xp: Any) -> Arrays:
    """var -= alpha * g"""
    (alpha,) = scalars
    return (old[0] - g * alpha,)


def momentum(old: Arrays, g: Any, scalars: Arrays, xp: Any, use_nesterov: bool) -> Arrays:
    """accum = accum * momentum + g;  var -= lr * accum  (nesterov: look ahead by one step)"""
    lr, rate = scalars
    var, accum = old
    accum = accum * rate + g
    step = g * lr + accum * (rate * lr) if use_nesterov else accum * lr
    return var - step, accum


def adam(old: Arrays, g: Any, scalars: Arrays, xp: Any, use_nesterov: bool = False) -> Arrays:
    """m and v are running means of g and g^2;  var -= lr_t * m / (sqrt(v) + epsilon)"""
    beta1_power, beta2_power, lr, beta1, beta2, epsilon = scalars
    var, m, v = old
    rate = lr * xp.sqrt(1 - beta2_power) / (1 - beta1_power)
    m = m + (g - m) * (1 - beta1)
    v = v + (g * g - v) * (1 - beta2)
    ahead = g * (1 - beta1) + beta1 * m if use_nesterov else m
    return var - rate * (ahead / (xp.sqrt(v) + epsilon)), m, v


def ada_max(old: Arrays, g: Any, scalars: Arrays, xp: Any) -> Arrays:
    """m is a running mean of g, v a decaying maximum of |g|;  var -= lr_t * m / (v + epsilon)"""
    beta1_power, lr, beta1, beta2, epsilon = scalars
    var, m, v = old
    m = m + (g - m) * (1 - beta1)
    v = xp.maximum(beta2 * v, xp.abs(g))
    return var - lr / (1 - beta1_power) * (m / (v + epsilon)), m, v


def adagrad(old: Arrays, g: Any, scalars: Arrays, xp: Any, update_slots: bool) -> Arrays:
    """accum += g^2;  var -= lr * g / sqrt(accum)"""
    (lr,) = scalars
    var, accum = old
    if update_slots:
        accum = accum + g * g
    return var - g * lr / xp.sqrt(accum), accum


def adagrad_v2(old: Arrays, g: Any, scalars: Arrays, xp: Any, update_slots: bool) -> Arrays:
    """accum += g^2;  var -= lr * g / (sqrt(accum) + epsilon)"""
    lr, epsilon = scalars
    var, accum = old
    if update_slots:
        accum = accum + g * g
    return var - g * lr / (xp.sqrt(accum) + epsilon), accum


def adadelta(old: Arrays, g: Any, scalars: Arrays, xp: Any) -> Arrays:
    """Steps scaled by the ratio of running means of updates and of gradients."""
    lr, rho, epsilon = scalars
    var, accum, accum_update = old
    accum = accum * rho + g * g * (1 - rho)
    step = xp.sqrt(accum_update + epsilon) / xp.sqrt(accum + epsilon) * g
    return var - step * lr, accum, accum_update * rho + step * step * (1 - rho)


def rms_prop(old: Arrays, g: Any, scalars: Arrays, xp: Any) -> Arrays:
    """ms is a running mean of g^2;  mom = momentum * mom + lr * g / sqrt(ms + epsilon)"""
    lr, rho, rate, epsilon = scalars
    var, ms, mom = old
    ms = ms + (g * g - ms) * (1 - rho)
    mom = mom * rate + g * lr / xp.sqrt(ms + epsilon)
    return var - mom, ms, mom


def centered_rms_prop(old: Arrays, g: Any, scalars: Arrays, xp: Any) -> Arrays:
    """RMSProp by the running variance of g in place of its running mean square."""
    lr, rho, rate, epsilon = scalars
    var, mg, ms, mom = old
    ms = ms + (g * g - ms) * (1 - rho)
    mg = mg + (g - mg) * (1 - rho)
    mom = mom * rate + g * lr / xp.sqrt(ms - mg * mg + epsilon)
    return var - mom, mg, ms, mom


FORMULAS: dict[str, Callable[..., Arrays]] = {
    "GradientDescent": gradient_descent, "Momentum": momentum, "Adam": adam, "AdaMax": ada_max,
    "Adagrad": adagrad, "AdagradV2": adagrad_v2, "Adadelta": adadelta, "RMSProp": rms_prop,
    "CenteredRMSProp": centered_rms_prop,
}
