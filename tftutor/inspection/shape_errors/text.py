"""The text page: everything there is to say about a shape or dtype error, in plain characters.

It is what terminals, untrusted notebooks and screen readers get, so nothing is only in the picture.
The error's own message isn't repeated: it stands in the line above the page.
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Sequence

from tftutor.inspection.quantities import size_text
from tftutor.inspection.shape_errors.block_text import (
    draw_operands,
    pictured,
    telling_joins,
)
from tftutor.inspection.shape_errors.explanation import Explanation, Fix, Join, Operand, Step
from tftutor.inspection.shape_errors.source_lines import (
    code_lines,
    draw_lines,
    fix_code,
    operand_label,
    shape_text,
    unplaced,
)

WIDTH = 96
MOST_FIXES = 5
FIXES_TITLE = "What would fit (each was tried; you choose)"
_INDENT = "  "


def page(explanation: Explanation) -> str:
    """The page as one text without a final newline."""
    sections = [
        ["", *_wrapped(explanation.sentence, "")],
        _section("Your line", _your_line(explanation)),
        _section("The rule", _rule(explanation)),
        _section("The blocks", _blocks(explanation)),
        _section(origin_title(explanation), _origin(explanation)),
        _section(FIXES_TITLE, _fixes(explanation)),
        _section("Not known until the graph runs", _list(explanation.unknown)),
    ]
    rows = [row for section in sections for row in section]
    return "\n".join(row.rstrip() for row in rows)


def headline(explanation: Explanation) -> str:
    """The error's class and own text, without the list of frames that TensorFlow puts below it."""
    told = explanation.message.partition("\n\nOriginal stack trace")[0]
    return f"{explanation.error_type}: {told}"


def place(explanation: Explanation) -> str:
    """`lecture.py, line 8, in dense`; "" when the student's line isn't known."""
    frame = explanation.frame
    if frame is None:
        return ""
    inside = "" if frame.function.startswith("<") else f", in {frame.function}"
    return f"{file_name(frame.file)}, line {frame.line}{inside}"


def file_name(file: str) -> str:
    """A file's name without its directory; `cell In[3]` for a cell of the running notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    label = shell.compile.format_code_name(file) if shell is not None else None
    if label is not None:
        return f"{label[0].lower()} {label[1]}"
    if "ipykernel_" in file or file.startswith("<ipython-input"):
        return "another cell"
    return os.path.basename(file) or file


def origin_title(explanation: Explanation) -> str:
    """What the ways back are about."""
    return f"Where the {'types' if 'dtype' in explanation.kind else 'shapes'} come from"


def ways_back(explanation: Explanation) -> list[tuple[str, list[Step]]]:
    """For each operand that was followed: `x [3, 2]`, and the steps back from it."""
    ways: dict[int, list[Step]] = {}
    for step in explanation.origin:
        ways.setdefault(step.operand, []).append(step)
    return [(_headline(explanation, index), steps) for index, steps in ways.items()]


def _headline(explanation: Explanation, index: int) -> str:
    if index >= len(explanation.operands):
        return ""
    operand = explanation.operands[index]
    what = operand.dtype if "dtype" in explanation.kind else shape_text(operand.shape)
    return f"{operand.name} {what}"


def join_text(join: Join, operands: Sequence[Operand]) -> str:
    """`x axis 1 (3) and w axis 0 (4) must match: they differ`."""
    names = []
    for index, axis in (join.first, join.second):
        operand = operands[index]
        names.append(f"{operand.name} axis {axis} ({size_text(operand.size(axis))})")
    verdict = {True: "they do", False: "they differ", None: "not known until run"}[join.fits]
    return f"{names[0]} and {names[1]} must match: {verdict}"


def fix_result(fix: Fix) -> str:
    """`gives [10, 2] float32`; "" where a fix gives no single tensor."""
    if fix.shape is None:
        return f"gives {fix.dtype}" if fix.dtype else ""
    return " ".join(part for part in ("gives", shape_text(fix.shape), fix.dtype) if part)


def fix_words(fix: Fix) -> str:
    """`gives [10, 2] float32 - same data, relabelled. Drops axis 2, which has size 1.`"""
    said = " - ".join(part for part in (fix_result(fix), fix.effect) if part)
    return " ".join(part for part in (f"{said}." if said else "", fix.why) if part)


def fix_place(fix: Fix, explanation: Explanation) -> str:
    """`line 7` for a fix in another line than the one that failed, else ""."""
    where, frame = fix.where, explanation.frame
    if where is None or frame is None:
        return ""
    last = frame.span.end_line if frame.span is not None else frame.line
    if where.file != frame.file:
        return f"{file_name(where.file)}, line {where.line}"
    return "" if frame.line <= where.line <= last else f"line {where.line}"


def step_place(step: Step, explanation: Explanation) -> str:
    """`line 5`, or `model.py, line 5` of another file; the operation where no line is known."""
    if not step.file or not step.line:
        return f"{step.op_type} {step.op_name}".strip()
    frame = explanation.frame
    if frame is not None and frame.file == step.file:
        return f"line {step.line}"
    return f"{file_name(step.file)}, line {step.line}"


def _section(title: str, rows: Iterable[str]) -> list[str]:
    rows = list(rows)
    return ["", title, *(_INDENT + row if row else "" for row in rows)] if rows else []


def _wrapped(text: str, indent: str = _INDENT) -> list[str]:
    return textwrap.wrap(text, WIDTH - 4, subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)


def _list(sentences: Iterable[str]) -> list[str]:
    return [row for sentence in sentences for row in _wrapped(sentence)]


def _your_line(explanation: Explanation) -> list[str]:
    rows = [place(explanation)] if explanation.frame is not None else []
    rows += [_INDENT + row for row in draw_lines(code_lines(explanation))]
    for operand in unplaced(explanation):
        value = f" = {operand.value}" if operand.value else ""
        role = f"  ({operand.role})" if operand.role else ""
        rows.append(f"{_INDENT}{operand.name}{value}: {operand_label(operand)}{role}")
    return rows


def _rule(explanation: Explanation) -> list[str]:
    rule = explanation.rule
    if rule is None:
        return []
    rows = [row for row in rule.aligned() if row]
    return rows + _wrapped(rule.words) if rule.words else rows


def _blocks(explanation: Explanation) -> list[str]:
    """Nothing where the shapes aren't what is wrong."""
    shown = pictured(explanation)
    if not shown:
        return []
    rows = draw_operands(list(shown.values()), WIDTH - len(_INDENT))
    for join in telling_joins(explanation):
        rows += _wrapped(join_text(join, explanation.operands))
    return rows


def _origin(explanation: Explanation) -> list[str]:
    rows = []
    for headline, steps in ways_back(explanation):
        rows.append(headline)
        for step in steps:
            mark = "-> " if step.is_origin else "   "
            source = f":  {step.source}" if step.source else ""
            rows.append(f"{mark}{step_place(step, explanation)}{source}")
            rows += [f"     {row}" for row in _wrapped(step.text)]
    return rows


def _fixes(explanation: Explanation) -> list[str]:
    rows = []
    for number, fix in enumerate(explanation.fixes[:MOST_FIXES], 1):
        first, *rest = fix_code(fix, explanation).split("\n")
        place = fix_place(fix, explanation)
        rows.append(f"{number}. {place}: {first}" if place else f"{number}. {first}")
        rows += [f"   {row}" for row in rest]
        rows += [f"   {row}" for row in _wrapped(fix_words(fix), "")]
    return rows
