"""Optimizer updates in CUDA C++, for libraries that compile code for one element.

The formulas are those of `tftutor/ops/training_formulas.py`. `T` is the type of the arrays, `one`
its 1. A rule's old state is named as in its op (`var`, `m`), the new state `new_var`, `new_m`; the
gradient is `g`; flags are constants. Arithmetic of halves may give floats, so both sides of a `?:`
are made `T`.
"""

from __future__ import annotations

from tftutor.ops.training_rules import Rule

# What depends on scalars only, and on which: name -> (scalars, code).
RATES = {
    "Adam": (("beta1_power", "beta2_power", "lr"),
             "lr * sqrt(one - beta2_power) / (one - beta1_power)"),
    "AdaMax": (("beta1_power", "lr"), "lr / (one - beta1_power)"),
}
CODE = {
    "GradientDescent": "new_var = var - g * alpha;",
    "Momentum": """
        new_accum = accum * momentum + g;
        new_var = var - (use_nesterov ? T(g * lr + new_accum * (momentum * lr))
                                      : T(new_accum * lr));
        """,
    "Adam": """
        new_m = m + (g - m) * (one - beta1);
        new_v = v + (g * g - v) * (one - beta2);
        T ahead = use_nesterov ? T(g * (one - beta1) + beta1 * new_m) : T(new_m);
        new_var = var - rate * (ahead / (sqrt(new_v) + epsilon));
        """,
    "AdaMax": """
        T decayed = beta2 * v;
        T size = g < T(0) ? T(-g) : T(g);
        new_m = m + (g - m) * (one - beta1);
        new_v = size <= decayed ? decayed : size;
        new_var = var - rate * (new_m / (new_v + epsilon));
        """,
    "Adagrad": """
        new_accum = update_slots ? T(accum + g * g) : T(accum);
        new_var = var - g * lr / sqrt(new_accum);
        """,
    "AdagradV2": """
        new_accum = update_slots ? T(accum + g * g) : T(accum);
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


def scalars_of(rule: Rule) -> tuple[str, ...]:
    """The hyperparameters of a rule, in the order in which formulas get them."""
    return tuple(argument for argument in rule.arguments
                 if argument not in rule.state and argument != rule.gradient)


def body(rule: Rule, flags: dict[str, bool]) -> str:
    """The code of a rule, `rate` not among it."""
    constants = "".join(f"const bool {flag} = {str(value).lower()};\n"
                        for flag, value in flags.items())
    return f"const T one = T(1);\n{constants}{CODE[rule.name]}"
