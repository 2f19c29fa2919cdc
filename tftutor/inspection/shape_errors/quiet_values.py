"""The value of an expression, found without running any of the student's code.

Names, attributes of modules and plain objects, constants, and plain arithmetic on numbers: what
can be looked up. Anything that could change something or add a node to a graph is UNKNOWN.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import TensorShape


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Any = _Unknown()
_ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
               ast.FloorDiv: operator.floordiv, ast.Div: operator.truediv, ast.Mod: operator.mod,
               ast.Pow: operator.pow}
_PURE: dict[str, Callable[[Any], Any]] = {"len": len, "int": int, "float": float,
                                          "tuple": tuple, "list": list}
_READERS = {"get_shape", "as_list"}


class Names(Mapping[str, Any]):
    """The names that a frame sees: locals, then globals, then builtins."""

    def __init__(self, local: Mapping[str, Any], module: Mapping[str, Any]) -> None:
        self.local = local
        self.module = module

    def __getitem__(self, name: str) -> Any:
        for scope in (self.local, self.module):
            if name in scope:
                return scope[name]
        return vars(builtins)[name]

    def __iter__(self) -> Any:
        yield from {**self.module, **self.local}

    def __len__(self) -> int:
        return len({**self.module, **self.local})

    def alias_of(self, module: Any, usual: str) -> str | None:
        """How the program calls a module, rather `usual` (`tf`, `np`); None if it didn't import it.
        """
        if self.get(usual) is module:
            return usual
        return next((name for name in self if self[name] is module), None)


def quiet_value(node: ast.AST | None, names: Names) -> Any:
    """The value of an expression, or UNKNOWN when it can't be looked up."""
    try:
        return _value(node, names)
    except Exception:  # noqa: BLE001 - _GiveUp, and whatever the student's objects raise
        return UNKNOWN


class _GiveUp(Exception):
    """The expression isn't plain."""


def _value(node: Any, names: Names) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return names[node.id]
        case ast.Attribute():
            return _attribute(_value(node.value, names), node.attr)
        case ast.Tuple():
            return tuple(_value(item, names) for item in node.elts)
        case ast.List():
            return [_value(item, names) for item in node.elts]
        case ast.Dict() if None not in node.keys:
            return {_value(k, names): _value(v, names)
                    for k, v in zip(node.keys, node.values, strict=True)}
        case ast.UnaryOp(op=ast.USub()):
            return -_number(_value(node.operand, names))
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            left, right = _value(node.left, names), _value(node.right, names)
            return _ARITHMETIC[type(node.op)](_plain(left), _plain(right))
        case ast.Subscript():
            return _item(_value(node.value, names), node.slice, names)
        case ast.Call():
            return _called(node, names)
    raise _GiveUp


def _attribute(owner: Any, name: str) -> Any:
    module = type(owner).__module__
    if (isinstance(owner, ModuleType | type) or name in getattr(owner, "__dict__", {})
            or module.startswith(("tftutor.", "numpy"))):
        return getattr(owner, name)
    raise _GiveUp


def _number(value: Any) -> Any:
    if isinstance(value, int | float | np.number):
        return value
    raise _GiveUp


def _plain(value: Any) -> Any:
    if isinstance(value, int | float | str | list | tuple | np.number):
        return value
    raise _GiveUp


def _item(owner: Any, index: ast.AST, names: Names) -> Any:
    if isinstance(owner, Tensor) or not isinstance(owner, list | tuple | dict | TensorShape
                                                   | np.ndarray):
        raise _GiveUp
    if isinstance(index, ast.Slice):
        parts = [None if part is None else _value(part, names)
                 for part in (index.lower, index.upper, index.step)]
        return owner[slice(*parts)]
    return owner[_value(index, names)]


def _called(node: ast.Call, names: Names) -> Any:
    if node.keywords:
        raise _GiveUp
    if isinstance(node.func, ast.Attribute) and node.func.attr in _READERS and not node.args:
        owner = _value(node.func.value, names)
        if type(owner).__module__.startswith("tftutor."):
            return getattr(owner, node.func.attr)()
        raise _GiveUp
    if isinstance(node.func, ast.Name) and node.func.id in _PURE and len(node.args) == 1:
        value = _value(node.args[0], names)
        if isinstance(value, Tensor):
            raise _GiveUp
        return _PURE[node.func.id](value)
    raise _GiveUp


def only_builds_graph(node: ast.AST, names: Names) -> bool:
    """True when an expression calls nothing but functions of tftutor: it may be tried out."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            function = quiet_value(part.func, names)
            if not str(getattr(function, "__module__", "")).startswith("tftutor."):
                return False
        elif isinstance(part, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom):
            return False
    return True
