"""The panel of a shape error: pick an axis and see it everywhere; copy a repair.

Everything is sent once; the front end asks for nothing afterwards.
"""

from __future__ import annotations

from typing import Any

from tftutor.inspection.shape_errors import drawing, picture, text
from tftutor.inspection.shape_errors.axis_words import axis_words, partners
from tftutor.inspection.shape_errors.explanation import Explanation, Operand
from tftutor.inspection.shape_errors.showing import ErrorDrawing
from tftutor.inspection.shape_errors.source_lines import (
    CodeLine,
    code_lines,
    fix_code,
    operand_label,
)
from tftutor.widgets.base import Panel


class ErrorPanel(Panel):
    """A panel on one explained error."""

    script = "shape_errors"

    def load(self, subject: Any) -> ErrorDrawing:
        """Show an error or its Explanation. Raises: TypeError for one that isn't about shapes."""
        drawn = drawing(subject)
        told = drawn.explanation
        self.title = f"{told.error_type} in {told.op_type}" if told.op_type else told.error_type
        self.description = f"Why {told.op_type or 'the call'} failed"
        self.data = panel_data(told)
        return drawn


def panel_data(explanation: Explanation) -> dict[str, Any]:
    """What the front end draws."""
    rule = explanation.rule
    return {
        "message": text.headline(explanation),
        "sentence": explanation.sentence,
        "place": text.place(explanation),
        "lines": [_segments(line) for line in code_lines(explanation)],
        "rule": [row for row in rule.aligned() if row] if rule is not None else [],
        "rule_words": rule.words if rule is not None else "",
        "operands": [_operand(explanation, index, operand)
                     for index, operand in enumerate(explanation.operands)],
        "picture": picture.svg(explanation),
        "origin_title": text.origin_title(explanation),
        "origin": [{"headline": headline, "steps": [
            {"place": text.step_place(step, explanation), "source": step.source, "text": step.text,
             "is_origin": step.is_origin, "operand": step.operand}
            for step in steps]} for headline, steps in text.ways_back(explanation)],
        "fixes_title": text.FIXES_TITLE,
        "fixes": [{"place": text.fix_place(fix, explanation), "code": fix_code(fix, explanation),
                   "words": text.fix_words(fix)}
                  for fix in explanation.fixes[:text.MOST_FIXES]],
        "unknown": list(explanation.unknown),
    }


def _operand(explanation: Explanation, index: int, operand: Operand) -> dict[str, Any]:
    axes = []
    for axis, size in enumerate(operand.shape or ()):
        letter = operand.axes[axis] if axis < len(operand.axes) else ""
        mark = operand.marks.get(axis, "kept")
        axes.append({
            "label": f"axis {axis}" + (f" ({letter})" if letter else ""),
            "size": "?" if size is None else str(size), "mark": "" if mark == "kept" else mark,
            "kind": picture.mark_kind(mark), "words": axis_words(explanation, index, axis),
            "partners": partners(explanation, index, axis)})
    return {"name": operand.name, "label": operand_label(operand), "axes": axes}


def _segments(line: CodeLine) -> list[dict[str, Any]]:
    """The line cut where the call and its operands begin and end."""
    cuts = {0, len(line.text), *line.call}
    for operand in line.operands:
        cuts |= {operand.start, operand.end}
    edges = sorted(cut for cut in cuts if 0 <= cut <= len(line.text))
    owners = {(o.start, o.end): o.operand for o in line.operands}
    return [{"text": line.text[start:end], "call": line.call[0] <= start < line.call[1],
             "operand": owners.get((start, end))}
            for start, end in zip(edges, edges[1:], strict=False)]
