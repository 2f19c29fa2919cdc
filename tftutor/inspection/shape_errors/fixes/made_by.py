"""Which statement, and which call in it, made a node: read in the student's source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase

from tftutor.framework.operation import Operation
from tftutor.inspection.shape_errors.source_text import SourceText, calls_in, source_of


def statements_that_made(op: Operation, most: int = 2
                         ) -> Iterator[tuple[SourceText, ast.stmt, int]]:
    """(source, statement, line) of a node's innermost lines, as far as they can be read."""
    for code, line in op._frames[:most]:
        source = source_of(code.co_filename)
        statement = source.statement_at(line) if source is not None else None
        if source is not None and statement is not None:
            yield source, statement, line


def call_that_made(op: Operation, *functions: str) -> tuple[SourceText, ast.Call] | None:
    """The call that made a node, by the names it may have (`reduce_*`: that begin so)."""
    for source, statement, _ in statements_that_made(op):
        for call in calls_in(statement):
            name = source.text(source.span(call.func)).rpartition(".")[2]
            if any(fnmatchcase(name, function) for function in functions):
                return source, call
    return None
