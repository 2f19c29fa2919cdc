"""Which call in the student's source made a node."""

from __future__ import annotations

import ast

from tftutor.framework.operation import Operation
from tftutor.inspection.shape_errors.source_text import SourceText, calls_in, source_of


def call_that_made(op: Operation, *functions: str) -> tuple[SourceText, ast.Call] | None:
    """The call in the student's source that made a node, by the names it may have."""
    for code, line in op._frames[:2]:
        source = source_of(code.co_filename, None)
        statement = source.statement_at(line) if source is not None else None
        if source is None or statement is None:
            continue
        for call in calls_in(statement):
            name = source.text(source.span(call.func)).rpartition(".")[2]
            if name in functions or any(f.endswith("*") and name.startswith(f[:-1])
                                        for f in functions):
                return source, call
    return None
