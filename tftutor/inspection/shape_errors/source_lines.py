"""The student's own line with the failing call underlined and its operands labelled.

    scores = tf.matmul(features, weights)
             ~~~~~~~~~~^^^^^^^^~~^^^^^^^~
                       │         └ [512, 2] float32
                       └ [10, 512, 1] float32

The drawing reads the explanation only, not the file, so it is the same when the file has gone.
"""

from __future__ import annotations

import linecache
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from tftutor.framework.shape_merge import Shape
from tftutor.inspection import quantities
from tftutor.inspection.shape_errors.explanation import (
    Explanation,
    Fix,
    Operand,
    Span,
    UserFrame,
)

_MOST_LINES = 12


class Labelled(NamedTuple):
    """An operand's place in a line: columns [start, end), what is written at it, its index."""

    start: int
    end: int
    label: str
    operand: int


class CodeLine(NamedTuple):
    """A line of the student's source; `call` are the columns of the failing call in it."""

    number: int
    text: str
    call: tuple[int, int]
    operands: tuple[Labelled, ...]


def shape_text(shape: Shape) -> str:
    """`[10, ?, 1]`; "unknown rank" for a shape of which nothing is known."""
    return quantities.shape_text(shape, "unknown rank")


def operand_label(operand: Operand) -> str:
    """`[10, 512, 1] float32`: what is written at an operand."""
    return " ".join(part for part in (shape_text(operand.shape), operand.dtype) if part)


def code_lines(explanation: Explanation) -> list[CodeLine]:
    """The lines of the failing call; one line without a call when its place isn't known."""
    frame = explanation.frame
    if frame is None or not frame.source:
        return []
    rows = _call_rows(frame)
    if not rows:
        return [CodeLine(frame.line, frame.source, (0, len(frame.source)), ())]
    spanned = [(o.span, operand_label(o), index) for index, o in enumerate(explanation.operands)
               if o.span is not None]
    lines = []
    for number, text, call, shift in rows[:_MOST_LINES]:
        found = [Labelled(span.column - shift, _end(span, number, text, shift), label, index)
                 for span, label, index in spanned if span.line == number]
        inside = [one for one in found if 0 <= one.start < one.end <= len(text)]
        lines.append(CodeLine(number, text, call, _apart(inside)))
    return lines


def fix_code(fix: Fix, explanation: Explanation) -> str:
    """What to write: the new call, or the whole new line where a fix changes a piece of a line."""
    where, frame = fix.where, explanation.frame
    if where is None or (frame is not None and where == frame.span):
        return fix.code
    lines = linecache.getlines(where.file)[where.line - 1:where.end_line]
    if len(lines) != where.end_line - where.line + 1:
        return fix.code  # the file has gone, or has changed
    text = lines[0][:where.column] + fix.code + lines[-1][where.end_column:]
    return textwrap.dedent(text).rstrip("\n")


def unplaced(explanation: Explanation) -> list[Operand]:
    """The operands that stand nowhere in the drawn lines."""
    drawn = {line.number for line in code_lines(explanation)} if (
        explanation.frame and explanation.frame.call) else set()
    return [o for o in explanation.operands if o.span is None or o.span.line not in drawn]


def draw_lines(lines: Sequence[CodeLine]) -> list[str]:
    """The lines with their underlining and labels, as text."""
    drawn: list[str] = []
    for line in lines:
        drawn.append(line.text)
        drawn.append(_underline(line))
        drawn += _labels(line.operands)
    return drawn


def _call_rows(frame: UserFrame) -> list[tuple[int, str, tuple[int, int], int]]:
    """(line number, text, columns of the call, columns that were cut off on the left)."""
    if frame.call is None or frame.span is None:
        return []
    pieces = frame.call.split("\n")
    start = frame.source.find(pieces[0]) if frame.span.line == frame.line else 0
    if start < 0:
        return []
    # The source line comes without its indent, so columns of the file move to the left by it.
    shift = frame.span.column - start
    whole = frame.source if frame.span.line == frame.line else pieces[0]
    rows = []
    for offset, piece in enumerate(pieces):
        number = frame.span.line + offset
        if offset == 0:
            text = whole
            rows.append((number, text, (start, start + len(piece)), shift))
        else:
            text = piece[min(shift, len(piece) - len(piece.lstrip())):].rstrip("\r")
            cut = len(piece.rstrip("\r")) - len(text)
            rows.append((number, text, (len(text) - len(text.lstrip()), len(text)), cut))
    return rows


def _end(span: Span, number: int, text: str, shift: int) -> int:
    """Where an operand ends in this line, even if it goes on in the next one."""
    return span.end_column - shift if span.end_line == number else len(text)


def _apart(labels: list[Labelled]) -> tuple[Labelled, ...]:
    """From left to right; of two that overlap only the inner one stays."""
    kept: list[Labelled] = []
    for one in sorted(labels, key=lambda label: (label.end - label.start, label.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return tuple(sorted(kept))


def _underline(line: CodeLine) -> str:
    """`~` below the call, `^` below its operands."""
    start, end = line.call
    marks = [" "] * start + ["~" if line.operands else "^"] * (end - start)
    for operand in line.operands:
        marks += [" "] * (operand.end - len(marks))
        marks[operand.start:operand.end] = "^" * (operand.end - operand.start)
    return "".join(marks).rstrip()


def _labels(operands: Sequence[Labelled]) -> list[str]:
    """A row for each label, the last operand's first, joined to the operands by lines."""
    rows = []
    for count in range(len(operands), 0, -1):
        row = [" "] * (operands[count - 1].start + 1)
        for operand in operands[:count]:
            row[operand.start] = "│"
        row[-1] = "└"
        rows.append("".join(row) + " " + operands[count - 1].label)
    return rows
