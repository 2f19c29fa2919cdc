"""Optimizer updates on CuPy, each as one kernel that reads and writes every element once.

The code is that of `tftutor/ops/training_formulas.py` in CUDA C++. A rule's old state is named as
in its op (`var`, `m`), the new state `new_var`, `new_m`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tftutor.ops.training_ops import add_formula
from tftutor.ops.training_rules import RULES, Rule

_CODE = {
    "GradientDescent": "new_var = var - g * alpha;",
    "Momentum": """
        new_accum = accum * momentum + g;
        new_var = var - (use_nesterov ? g * lr + new_accum * (momentum * lr) : new_accum * lr);
        """,
    "Adam": """
        T rate = lr * sqrt(one - beta2_power) / (one - beta1_power);
        new_m = m + (g - m) * (one - beta1);
        new_v = v + (g * g - v) * (one - beta2);
        T ahead = use_nesterov ? g * (one - beta1) + beta1 * new_m : new_m;
        new_var = var - rate * (ahead / (sqrt(new_v) + epsilon));
        """,
    "AdaMax": """
        T decayed = beta2 * v;
        T size = g < T(0) ? -g : g;
        new_m = m + (g - m) * (one - beta1);
        new_v = size <= decayed ? decayed : size;
        new_var = var - lr / (one - beta1_power) * (new_m / (new_v + epsilon));
        """,
    "Adagrad": """
        new_accum = update_slots ? accum + g * g : accum;
        new_var = var - g * lr / sqrt(new_accum);
        """,
    "AdagradV2": """
        new_accum = update_slots ? accum + g * g : accum;
        new_var = var - g * lr / (sqrt(new_accum) + epsilon);
        """,
    "Adadelta": """
        new_accum = accum * rho + g * g * (one - rho);
        T step = sqrt(accum_update + epsilon) / sqrt(new_accum + epsilon) * g;
        new_accum_update = accum_update * rho + step * step * (one - rho);
        new_var = var - step * lr;
        """,
    "RMSProp": """
        new_ms = ms + (g * g - ms) * (one - rho);
        new_mom = mom * momentum + g * lr / sqrt(new_ms + epsilon);
        new_var = var - new_mom;
        """,
    "CenteredRMSProp": """
        new_ms = ms + (g * g - ms) * (one - rho);
        new_mg = mg + (g - mg) * (one - rho);
        new_mom = mom * momentum + g * lr / sqrt(new_ms - new_mg * new_mg + epsilon);
        new_var = var - new_mom;
        """,
}


@functools.cache
def _kernel(name: str, state: tuple[str, ...], scalars: tuple[str, ...],
            flags: tuple[tuple[str, bool], ...]) -> Any:
    """The compiled kernel of a rule. CuPy compiles once for each type, and keeps it on disk."""
    import cupy

    constants = "".join(f"const bool {flag} = {str(value).lower()};\n" for flag, value in flags)
    return cupy.ElementwiseKernel(
        ", ".join(f"T {argument}" for argument in (*state, "g", *scalars)),
        ", ".join(f"T new_{argument}" for argument in state),
        f"const T one = T(1);\n{constants}{_CODE[name]}", f"tftutor_{name}", return_tuple=True)


def _formula(rule: Rule) -> Callable[..., Any]:
    scalars = tuple(argument for argument in rule.arguments
                    if argument not in rule.state and argument != rule.gradient)

    def formula(old: Any, g: Any, values: Any, xp: Any, **flags: bool) -> Any:
        kernel = _kernel(rule.name, rule.state, scalars, tuple(flags.items()))
        return kernel(*old, g, *values)

    return formula


for _rule in RULES:
    if _rule.name in _CODE:
        add_formula(_rule, _formula(_rule), "cupy")
