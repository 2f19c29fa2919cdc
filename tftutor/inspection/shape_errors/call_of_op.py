"""The call that made a node, in an earlier line: for errors that come when the graph runs."""

from __future__ import annotations

import ast
import os
import re
import sys
from types import FrameType, TracebackType
from typing import Any

from tftutor.framework.operation import Operation, Tensor
from tftutor.inspection.shape_errors.call_site import CallSite, call_from
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN, Names
from tftutor.inspection.shape_errors.source_text import source_of
from tftutor.inspection.shape_errors.values import ancestors


def call_of_op(op: Operation, entry: TracebackType) -> CallSite | None:
    """The call in an earlier line that made a node, for errors that come when the graph runs."""
    if not op._frames:
        return None
    (code, line), frame = op._frames[0], entry.tb_frame
    module = _globals_of(code.co_filename, frame)
    source = source_of(code.co_filename, module)
    statement = source.statement_at(line) if source is not None else None
    if source is None or statement is None:
        return None
    names = Names(frame.f_locals if frame.f_code is code else {}, module)
    kind = plain_name(op.type)
    wanted = {plain_name(part) for part in op.name.split("/")} | {
        kind, f"reduce{kind}", _FUNCTION_NAMES.get(op.type, kind)}
    calls = [call_from(source, node, names, code.co_name, line) for node in ast.walk(statement)
             if isinstance(node, ast.Call | ast.BinOp | ast.AugAssign | ast.Subscript)
             and node.lineno <= line <= (node.end_lineno or line)]
    made = [c for c in calls if c is not None and plain_name(c.function) in wanted] or [
        c for c in calls if c is not None and c.callee]
    if not made:
        return None
    _give_inputs(made[0], op)
    return made[0]


def _globals_of(file: str, frame: FrameType) -> dict[str, Any]:
    """The module-level names that code of a file sees; those of `frame` where they are the same.

    All cells of a notebook share their names; a module has its own.
    """
    if file == frame.f_code.co_filename:
        return frame.f_globals
    modules = list(sys.modules.values())
    found = next((m for m in modules if getattr(m, "__file__", None) == file), None)
    if found is not None:
        return vars(found)
    are_cells = "__file__" not in frame.f_globals and not os.path.exists(file)
    return frame.f_globals if are_cells else {}


_OPERATOR_NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "@": "matmul",
                   "//": "floordiv", "%": "mod", "**": "pow", "[]": "stridedslice"}
_FUNCTION_NAMES = {"Select": "where", "ConcatV2": "concat", "Pack": "stack", "Unpack": "unstack",
                   "GatherV2": "gather", "SplitV": "split", "StridedSlice": "stridedslice"}
_SUFFIX = re.compile(r"_\d+$")


def plain_name(name: str) -> str:
    """A function's, operator's or node's name, so that one can be told from the other."""
    return _OPERATOR_NAMES.get(name, _SUFFIX.sub("", name).replace("_", "").lower())


def _give_inputs(call: CallSite, op: Operation) -> None:
    """Where arguments can't be read any more, the node's inputs are their values, in order."""
    own = [t for t in op._inputs if t.op.type != "Const"]
    tensors = [a for a in call.arguments if a.value is UNKNOWN or isinstance(a.value, Tensor)]
    if len(tensors) == len(own):
        for argument, tensor in zip(tensors, own, strict=True):
            if argument.value is UNKNOWN or not any(
                    argument.value is each for t in own for each in ancestors(t, 30)):
                argument.value = tensor
