"""What an op does, in words: from its OpDef or from the public function that makes it."""

from __future__ import annotations

import sys
import types
from typing import Any

from tftutor.framework import api
from tftutor.framework.op_def import OpDef


def public_functions(op_def: OpDef) -> list[tuple[str, Any]]:
    """(public name, function) of the exported functions of the op's module that call it."""
    module = sys.modules.get(op_def.module)
    if module is None:
        return []
    variables = {name for name, value in vars(module).items() if value is op_def}
    found = []
    for name in api.exported_names():
        if api.lazy_entry(name) is not None:
            continue
        function = api.exported(name)
        if isinstance(function, types.FunctionType) and function.__module__ == op_def.module \
                and variables & set(_names_used(function.__code__)):
            found.append((name, function))
    return found


def _names_used(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names_used(constant)
    return names


def _bears_name(public_name: str, op_name: str) -> bool:
    """Whether a function is the op's own (`math.reduce_sum` of Sum), not one that uses it too."""
    leaf = public_name.rpartition(".")[2].replace("_", "")
    return leaf.removeprefix("reduce") == op_name.lower()


def describe_op(op_def: OpDef) -> str:
    """One or more sentences on what the op does; empty when nobody wrote any."""
    if op_def.doc:
        return op_def.doc
    found = public_functions(op_def)
    for _, function in sorted(found, key=lambda pair: not _bears_name(pair[0], op_def.name)):
        if function.__doc__:
            return function.__doc__.strip()
    module = sys.modules.get(op_def.module)
    variables = {name for name, value in vars(module).items() if value is op_def} if module else ()
    for value in vars(module).values() if module else ():
        if isinstance(value, types.FunctionType) and value.__doc__ \
                and set(variables) & _names_used(value.__code__):
            return value.__doc__.strip()
    return ""
