"""Optimizer updates on torch's CUDA devices, each as one kernel compiled at its first use.

Without it an Adam step is some twenty small kernels, and starting them takes longer than running
them. torch's compiler of elementwise code takes 8 inputs: a rule with more keeps its formula, and
so do tensors on the CPU.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tftutor.kernels.training_code import CODE, RATES, body, scalars_of
from tftutor.ops.training_formulas import FORMULAS
from tftutor.ops.training_ops import add_formula
from tftutor.ops.training_rules import RULES, Rule

_MOST_INPUTS = 8


def _rate(name: str, scalars: dict[str, Any], xp: Any) -> Any:
    rate = scalars["lr"] / (1 - scalars["beta1_power"])
    return rate * xp.sqrt(1 - scalars["beta2_power"]) if name == "Adam" else rate


def _inputs(rule: Rule) -> tuple[str, ...]:
    """What the kernel takes: a rule's `rate` in place of the scalars that only it depends on."""
    scalars = scalars_of(rule)
    if rule.name in RATES:
        scalars = ("rate", *(scalar for scalar in scalars if scalar not in RATES[rule.name][0]))
    return (*rule.state, "g", *scalars)


@functools.cache
def _kernel(rule: Rule, flags: tuple[tuple[str, bool], ...]) -> Any:
    # Its names begin with an underscore, but they are the documented way in.
    from torch.cuda.jiterator import _create_jit_fn, _create_multi_output_jit_fn

    code = body(rule, dict(flags))
    inputs = ", ".join(f"T {name}" for name in _inputs(rule))
    name = f"tftutor_{rule.name}"
    if len(rule.state) == 1:
        return _create_jit_fn(f"template <typename T> T {name}({inputs}) {{\n"
                              f"T new_{rule.state[0]};\n{code}\nreturn new_{rule.state[0]};\n}}")
    outputs = ", ".join(f"T& new_{state}" for state in rule.state)
    return _create_multi_output_jit_fn(
        f"template <typename T> void {name}({inputs}, {outputs}) {{\n{code}\n}}", len(rule.state))


def _formula(rule: Rule) -> Callable[..., Any]:
    names, plain = scalars_of(rule), FORMULAS[rule.name]
    wanted = _inputs(rule)[len(rule.state) + 1:]

    def formula(old: Any, g: Any, scalars: Any, xp: Any, **flags: bool) -> Any:
        if not g.is_cuda:
            return plain(old, g, scalars, xp, **flags)
        values = dict(zip(names, scalars, strict=True))
        if rule.name in RATES:
            values["rate"] = _rate(rule.name, values, xp)
        new = _kernel(rule, tuple(flags.items()))(*old, g, *(values[name] for name in wanted))
        return (new,) if len(rule.state) == 1 else new

    return formula


for _rule in RULES:
    if _rule.name in CODE and len(_inputs(_rule)) <= _MOST_INPUTS:
        add_formula(_rule, _formula(_rule), "torch")
