"""Optimizer updates on CuPy, each as one kernel that reads and writes every element once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tftutor.kernels.training_code import CODE, RATES, body, scalars_of
from tftutor.ops.training_ops import add_formula
from tftutor.ops.training_rules import RULES, Rule


@functools.cache
def _kernel(rule: Rule, flags: tuple[tuple[str, bool], ...]) -> Any:
    """The compiled kernel of a rule. CuPy compiles once for each type, and keeps it on disk."""
    import cupy

    code = body(rule, dict(flags))
    if rule.name in RATES:
        code = code.replace("T(1);", f"T(1);\nconst T rate = {RATES[rule.name][1]};", 1)
    return cupy.ElementwiseKernel(
        ", ".join(f"T {argument}" for argument in (*rule.state, "g", *scalars_of(rule))),
        ", ".join(f"T new_{argument}" for argument in rule.state), code,
        f"tftutor_{rule.name}", return_tuple=True)


def _formula(rule: Rule) -> Callable[..., Any]:
    def formula(old: Any, g: Any, scalars: Any, xp: Any, **flags: bool) -> Any:
        return _kernel(rule, tuple(flags.items()))(*old, g, *scalars)

    return formula


for _rule in RULES:
    if _rule.name in CODE:
        add_formula(_rule, _formula(_rule), "cupy")
