"""The student's source: the syntax tree of a file or notebook cell, and places in its text.

Python's tree counts columns in UTF-8 bytes; everything here counts in characters.
"""

from __future__ import annotations

import ast
import io
import linecache
from functools import cached_property, lru_cache
from types import CodeType
from typing import Any

from tftutor.inspection.shape_errors.explanation import Span


class SourceText:
    """One file (or cell) that can be read and parsed."""

    def __init__(self, file: str, lines: list[str], tree: ast.Module) -> None:
        self.file = file
        self.lines = lines
        self.tree = tree

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its indent."""
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""

    def span(self, node: ast.AST) -> Span:
        """Where a node stands."""
        place: Any = node
        return Span(self.file, place.lineno, self._column(place.lineno, place.col_offset),
                    place.end_lineno, self._column(place.end_lineno, place.end_col_offset))

    def _column(self, line: int, offset: int) -> int:
        return len(self.lines[line - 1].encode()[:offset].decode(errors="replace"))

    def text(self, span: Span) -> str:
        """The source between two places."""
        lines = self.lines[span.line - 1 : span.end_line]
        if len(lines) == 1:
            return lines[0][span.column : span.end_column]
        return "".join([lines[0][span.column :], *lines[1:-1], lines[-1][: span.end_column]])

    @cached_property
    def statements(self) -> list[ast.stmt]:
        """All statements, those around others first."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.stmt)]

    def statement_at(self, line: int) -> ast.stmt | None:
        """The innermost statement that covers a line."""
        found = None
        for node in self.statements:
            if node.lineno <= line <= (node.end_lineno or 0) and (
                    found is None or node.lineno >= found.lineno):
                found = node
        return found


def source_of(file: str, module_globals: dict[str, Any] | None = None) -> SourceText | None:
    """The source of a file or cell; None when it can't be read or parsed."""
    lines = linecache.getlines(file, module_globals)
    return _parsed(file, "".join(lines)) if lines else None


@lru_cache(maxsize=8)
def _parsed(file: str, text: str) -> SourceText | None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    # Python's lines end at newlines only, not at form feeds and the like as in `splitlines`.
    return SourceText(file, list(io.StringIO(text)), tree)


def node_at(source: SourceText, code: CodeType, instruction: int) -> ast.expr | ast.stmt | None:
    """The syntax node whose evaluation a bytecode instruction is: a call, `a + b`, `a[i]` ..."""
    positions = list(code.co_positions())
    index = instruction // 2
    if not 0 <= index < len(positions) or None in positions[index]:
        return None
    line, end_line, column, end_column = positions[index]
    best: Any = None
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call | ast.BinOp | ast.Compare | ast.UnaryOp | ast.Subscript
                          | ast.AugAssign):
            continue
        if (node.lineno, node.end_lineno) == (line, end_line) and (
                node.col_offset, node.end_col_offset) == (column, end_column):
            return node
        if (isinstance(node, ast.Call) and node.end_lineno == end_line
                and node.end_col_offset == end_column and best is None):
            best = node  # a method call's position may start at the method's name
    return best


def calls_in(statement: ast.AST) -> list[ast.Call]:
    """The calls in a statement, innermost first where they are nested."""
    return [node for node in reversed(list(ast.walk(statement))) if isinstance(node, ast.Call)]
