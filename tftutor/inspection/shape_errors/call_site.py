"""The student's failing call: its source, its arguments, and what those were worth.

The traceback says which instruction failed, Python's position table says which piece of source
that is, and tftutor's own frame below it says what the arguments were.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any

from tftutor.compat.tracebacks import entries
from tftutor.inspection.shape_errors.explanation import Span, UserFrame
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN, Names, quiet_value
from tftutor.inspection.shape_errors.source_text import SourceText, node_at, source_of

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//",
              ast.Mod: "%", ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|",
              ast.BitXor: "^", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
              ast.Eq: "==", ast.NotEq: "!="}


@dataclass(eq=False)  # values may be arrays: arguments are told apart by identity
class Argument:
    """One argument of the call: its parameter, source text, place, syntax, value (or UNKNOWN)."""

    parameter: str
    text: str
    value: Any
    span: Span
    node: ast.AST
    editable: bool = True


@dataclass
class CallSite:
    """A call in the student's source.

    `function` is the last part of its name (`matmul`), or the operator (`+`, `[]`). An argument
    written as a list or dictionary counts as its items (`values[0]`, `feed_dict[0]`); `lists` has
    the whole ones by parameter.
    """

    frame: UserFrame
    source: SourceText
    span: Span
    callee: str
    function: str
    arguments: list[Argument]
    names: Names
    node: ast.AST
    target: Any = UNKNOWN
    lists: dict[str, Argument] = field(default_factory=dict)

    def argument(self, *parameters: str) -> Argument | None:
        """The argument given for one of these parameters."""
        return next((a for a in self.arguments if a.parameter in parameters), None)

    def rendered(self, texts: Sequence[str], lists: Mapping[str, str] | None = None) -> str:
        """The call's source with these texts as its arguments.

        `lists` gives new text for whole arguments that were written as lists, by parameter.
        """
        whole = [(self.lists[name].span, text) for name, text in (lists or {}).items()]
        covered = tuple(f"{name}[" for name in lists or {})
        parts = whole + [(argument.span, text)
                         for argument, text in zip(self.arguments, texts, strict=True)
                         if not covered or not argument.parameter.startswith(covered)]
        parts.sort(key=lambda part: (part[0].line, part[0].column))
        pieces = _pieces(self.source, self.span, [span for span, _ in parts])
        result = [pieces[0]]
        for (_, text), piece in zip(parts, pieces[1:], strict=True):
            result += (text, piece)
        return "".join(result)


def user_entry(trace: TracebackType | None) -> tuple[TracebackType | None, FrameType | None]:
    """The innermost traceback entry of the student's, and tftutor's frame that it called."""
    entry, below = None, None
    for one, inside in entries(trace):
        if not inside:
            entry, below = one, None
        elif entry is not None and below is None:
            below = one.tb_frame
    return entry, below


def user_frame(entry: TracebackType) -> UserFrame:
    """The student's line without its call, for when the source can't be parsed."""
    code = entry.tb_frame.f_code
    source = source_of(code.co_filename, entry.tb_frame.f_globals)
    text = source.line(entry.tb_lineno) if source is not None else ""
    return UserFrame(code.co_filename, entry.tb_lineno, code.co_name, text)


def find_call(entry: TracebackType, below: FrameType | None) -> CallSite | None:
    """The call that an entry of the traceback was in; None when its source can't be read."""
    frame = entry.tb_frame
    source = source_of(frame.f_code.co_filename, frame.f_globals)
    if source is None:
        return None
    node = node_at(source, frame.f_code, entry.tb_lasti)
    if node is None:
        return None
    names = Names(frame.f_locals, frame.f_globals)
    return call_from(source, node, names, frame.f_code.co_name, entry.tb_lineno, below)


def call_from(source: SourceText, node: ast.AST, names: Names, function: str, line: int,
              below: FrameType | None = None) -> CallSite | None:
    """The call that a syntax node is; `below` is the frame that ran it, if it is at hand."""
    callee, name, parts, target = _taken_apart(source, node, names)
    if not parts:
        return None
    parts.sort(key=lambda part: (part[1].lineno, part[1].col_offset))  # type: ignore[attr-defined]
    given = _frame_values(below, parts[0][0] == "self")
    arguments: list[Argument] = []
    lists: dict[str, Argument] = {}
    for position, (parameter, part, editable) in enumerate(parts):
        value = quiet_value(part, names)
        if value is UNKNOWN:
            value = given.get(parameter, given.get(position, UNKNOWN))
        span = source.span(part)
        argument = Argument(parameter, source.text(span), value, span, part, editable)
        items = _items(source, argument, names)
        if items:
            lists[parameter] = argument
        arguments += items or [argument]
    whole = source.span(node)
    frame = UserFrame(source.file, line, function, source.line(line), source.text(whole), whole)
    return CallSite(frame, source, whole, callee, name, arguments, names, node, target, lists)


def _items(source: SourceText, argument: Argument, names: Names) -> list[Argument]:
    """The items of an argument written as a list or dictionary of more than constants."""
    nodes: list[ast.AST]
    match argument.node:
        case ast.List() | ast.Tuple():
            nodes = list(argument.node.elts)
        case ast.Dict() if None not in argument.node.keys:
            nodes = list(argument.node.values)
        case _:
            return []
    if all(isinstance(node, ast.Constant | ast.Starred) for node in nodes):
        return []
    values = argument.value
    if isinstance(values, dict):
        values = list(values.values())
    known = isinstance(values, list | tuple) and len(values) == len(nodes)
    items = []
    for index, node in enumerate(nodes):
        value = quiet_value(node, names)
        if value is UNKNOWN and known:
            value = values[index]
        span = source.span(node)
        items.append(Argument(f"{argument.parameter}[{index}]", source.text(span), value, span,
                              node, not isinstance(node, ast.Starred)))
    return items


_Part = tuple[str, ast.AST, bool]


def _taken_apart(source: SourceText, node: Any, names: Names
                 ) -> tuple[str, str, list[_Part], Any]:
    """(callee's text, short name, arguments as (parameter, node, editable), function object)."""
    match node:
        case ast.Call():
            return _call_parts(source, node, names)
        case ast.BinOp():
            parts: list[_Part] = [("x", node.left, True), ("y", node.right, True)]
            return "", _OPERATORS.get(type(node.op), "?"), parts, UNKNOWN
        case ast.AugAssign():
            parts = [("x", node.target, False), ("y", node.value, True)]
            return "", _OPERATORS.get(type(node.op), "?"), parts, UNKNOWN
        case ast.Compare() if len(node.ops) == 1:
            parts = [("x", node.left, True), ("y", node.comparators[0], True)]
            return "", _OPERATORS.get(type(node.ops[0]), "?"), parts, UNKNOWN
        case ast.UnaryOp():
            return "", "-", [("x", node.operand, True)], UNKNOWN
        case ast.Subscript():
            return "", "[]", [("x", node.value, True), ("index", node.slice, True)], UNKNOWN
    return "", "", [], UNKNOWN


def _call_parts(source: SourceText, node: ast.Call, names: Names
                ) -> tuple[str, str, list[_Part], Any]:
    callee = source.text(source.span(node.func))
    target = quiet_value(node.func, names)
    name = callee.rpartition(".")[2]
    parameters = _parameters(target)
    parts: list[_Part] = []
    if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value, names):
        parts.append(("self", node.func.value, True))
    for position, argument in enumerate(node.args):
        starred = isinstance(argument, ast.Starred)
        named = parameters[position] if position < len(parameters) and not starred else ""
        parts.append((named, argument, not starred))
    for keyword in node.keywords:
        parts.append((keyword.arg or "", keyword.value, keyword.arg is not None))
    return callee, name, parts, target


def _is_module(node: ast.AST, names: Names) -> bool:
    value = quiet_value(node, names)
    return inspect.ismodule(value) or inspect.isclass(value)


def _parameters(target: Any) -> list[str]:
    """Names of the parameters that positional arguments go to."""
    if target is UNKNOWN:
        return []
    spec = getattr(target, "spec", None)  # an OpDef: its inputs in order
    if spec is not None and hasattr(spec, "inputs"):
        return [argument.name for argument in spec.inputs]
    try:
        found = list(inspect.signature(target).parameters.values())
    except (TypeError, ValueError):
        return []
    return [p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _frame_values(frame: FrameType | None, has_receiver: bool) -> dict[Any, Any]:
    """What tftutor's own frame knows of the arguments, by parameter and by position."""
    if frame is None:
        return {}
    code, local = frame.f_code, frame.f_locals
    count = code.co_argcount + code.co_kwonlyargcount
    values: dict[Any, Any] = {n: local[n] for n in code.co_varnames[:count] if n in local}
    positional = [local.get(n, UNKNOWN) for n in code.co_varnames[: code.co_argcount]]
    if code.co_flags & inspect.CO_VARARGS:
        positional += list(local.get(code.co_varnames[count], ()))
        count += 1
    if code.co_flags & inspect.CO_VARKEYWORDS:
        values.update(local.get(code.co_varnames[count], {}))
    if code.co_varnames[:1] == ("self",) and not has_receiver and len(positional) > 2:
        positional = positional[1:]  # `layer(x)`: the object is the callee, not an argument
    values.update(enumerate(positional))
    return values


def _pieces(source: SourceText, whole: Span, spans: list[Span]) -> list[str]:
    pieces = []
    line, column = whole.line, whole.column
    for span in spans:
        pieces.append(source.text(Span(source.file, line, column, span.line, span.column)))
        line, column = span.end_line, span.end_column
    pieces.append(source.text(Span(source.file, line, column, whole.end_line, whole.end_column)))
    return pieces
