"""Finds, by reading source text, what code asks of CuPy, and compares it with the record.

Followed are the names of imported modules (`import cupyx`), the parameter `xp` and `self._cupy`,
chains of attributes from there, and the objects that a caller names (`{"_stream": class}`).
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from tests.backends.cupy_record import COMPAT, is_module, lookup, misfit

ROOTS = ("cupy", "cupyx", COMPAT)


def problems(source: str | ast.AST, xp: str = COMPAT, objects: Mapping[str, str] | None = None,
             strings: Mapping[str, str] | None = None) -> list[str]:
    """What `source` asks of CuPy that CuPy hasn't.

    Args:
      xp: the module that the name `xp` stands for.
      objects: variable or attribute names -> the recorded class of their values.
      strings: values of variables, for `getattr(xp, name)`.
    """
    tree = ast.parse(source) if isinstance(source, str) else source
    return list(_Reader(tree, xp, objects or {}, strings or {}).problems())


class _Reader:
    def __init__(self, tree: ast.AST, xp: str, objects: Mapping[str, str],
                 strings: Mapping[str, str]) -> None:
        self.tree = tree
        self.objects = objects
        self.strings = strings
        self.names = {"xp": xp, "cupy": "cupy", "_cupy": "cupy", **_imported(tree)}

    def problems(self) -> Iterator[str]:
        for target in self.names.values():
            if not is_module(target) and lookup(target) is None:
                yield f"CuPy has no {target}"
        inner = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)}
        called = {id(node.func): node for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        for node in ast.walk(self.tree):
            target = None if id(node) in inner else self.target(node)
            if target is None or is_module(target):
                continue
            call = called.get(id(node))
            if call is None:
                problem = f"CuPy has no {target}" if lookup(target) is None else None
            else:
                problem = self.misfit(target, call)
            if problem:
                yield f"line {node.lineno}: {problem}"  # type: ignore[attr-defined]

    def target(self, node: ast.AST) -> str | None:
        """The dotted name in CuPy that an expression stands for; None if it isn't CuPy's."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            owner = self.target(node.value)
            if owner is not None and is_module(owner):
                return f"{owner}.{node.attr}"
            if node.attr in self.names and node.attr.startswith("_"):
                return self.names[node.attr]
            name = getattr(node.value, "id", getattr(node.value, "attr", ""))
            return f"{self.objects[name]}.{node.attr}" if name in self.objects else None
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
            owner, name = self.target(node.args[0]), self.string(node.args[1])
            return f"{owner}.{name}" if owner and name and is_module(owner) else None
        return None

    def string(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        return self.strings.get(getattr(node, "id", ""))

    def misfit(self, target: str, call: ast.Call) -> str | None:
        if any(isinstance(arg, ast.Starred) for arg in call.args) or any(
                keyword.arg is None for keyword in call.keywords):
            return None if lookup(target) is not None else f"CuPy has no {target}"
        keywords = {str(keyword.arg): 0 for keyword in call.keywords}
        return misfit(target, [0] * len(call.args), keywords)


def _imported(tree: ast.AST) -> dict[str, str]:
    """Local names of CuPy's modules and functions."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith(ROOTS):
                    found[alias.asname or alias.name.split(".")[0]] = (
                        alias.name if alias.asname else alias.name.split(".")[0])
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(ROOTS):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


# -- functions reached from a kernel --------------------------------------------------------------

def reached(kernel: Callable[..., Any]) -> Iterator[tuple[FunctionType, dict[str, str]]]:
    """The kernel and tftutor's functions that it may call with `xp`, with their known strings."""
    waiting, seen = [kernel], set()
    while waiting:
        function = inspect.unwrap(waiting.pop())
        if not isinstance(function, FunctionType) or function.__code__ in seen:
            continue
        if not function.__module__.startswith("tftutor."):
            continue
        seen.add(function.__code__)
        cells = _cells(function)
        yield function, {n: v for n, v in cells.items() if isinstance(v, str)}
        names = {name for code in _codes(function.__code__) for name in code.co_names}
        waiting += [v for v in cells.values() if callable(v)]
        waiting += [v for n in names if isinstance(v := function.__globals__.get(n), FunctionType)
                    and "xp" in v.__code__.co_varnames]


def source_of(function: FunctionType) -> ast.AST:
    """The syntax of a function; of all the lambdas of its line, if it is one."""
    line = function.__code__.co_firstlineno
    found = [node for node in ast.walk(_module(sys.modules[function.__module__].__file__))
             if isinstance(node, ast.FunctionDef | ast.Lambda) and _first_line(node) == line]
    return ast.Module([ast.Expr(node) if isinstance(node, ast.Lambda) else node for node in found],
                      [])


@functools.cache
def _module(path: str) -> ast.AST:
    return ast.parse(Path(path).read_text(encoding="utf-8"))


def _first_line(node: ast.FunctionDef | ast.Lambda) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _cells(function: FunctionType) -> dict[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells}


def _codes(code: Any) -> Iterator[Any]:
    yield code
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from _codes(constant)
