"""A record as a picture: a row a step with its output, how long it took, and where it went bad."""

from __future__ import annotations

from tftutor.inspection.quantities import micros_text
from tftutor.inspection.steps import model
from tftutor.inspection.steps.health import first_bad
from tftutor.inspection.steps.model import RecordData, Step
from tftutor.inspection.steps.text import (
    headline,
    named,
    shortened,
    telling_stretch,
    trouble_text,
    value_text,
    visible_steps,
)
from tftutor.inspection.svg_parts import INK, WARNING, element, label, picture, tip

_MOST_ROWS = 40
_ROW = 18.0
_TOP = 46.0
_COLUMNS = {"number": 34.0, "name": 46.0, "output": 330.0, "bar": 540.0}
_BAR = 150.0
_WIDTH = 830.0
_BLUE = "#2f6fb3"


def record_svg(record: RecordData) -> str:
    """The picture of a record, or of its most telling stretch where it is long."""
    steps = visible_steps(record)
    shown = telling_stretch(record, steps, _MOST_ROWS)
    longest = max((step.duration for step in shown), default=0.0) or 1.0
    parts = [label(8, 18, headline(record), font_size=13, font_weight="bold")]
    parts += [label(x, 38, text, font_weight="bold", text_anchor=anchor) for x, text, anchor in (
        (_COLUMNS["number"], "n", "end"), (_COLUMNS["name"], "operation", "start"),
        (_COLUMNS["output"], "output", "start"), (_COLUMNS["bar"], "time", "start"))]
    for row, step in enumerate(shown):
        parts.append(_row(step, _TOP + row * _ROW, longest))
    below = _TOP + len(shown) * _ROW + 8
    notes = [f"{len(steps) - len(shown)} more steps are in the text"] if len(steps) > len(
        shown) else []
    finding = first_bad(record)
    if finding is not None:
        notes.append(f"Step {finding.step.number}: {finding.sentence}")
    if record.error is not None:
        notes.append(model.error_text(record.error))
    for index, note in enumerate(notes):
        is_bad = index >= len(notes) - (finding is not None) - (record.error is not None)
        parts.append(label(8, below + 10 + 16 * index, shortened(note, 130),
                           fill=WARNING if is_bad else INK))
    return picture(_WIDTH, below + 16 * len(notes) + 8, headline(record),
                   "The steps in the order of time. The text of the record says the same.", parts)


def _row(step: Step, top: float, longest: float) -> str:
    base = top + 13
    bad = step.health in ("nan", "inf") or step.kind == model.FAILED
    ink = {"fill": WARNING, "font_weight": "bold"} if bad else {}
    value = value_text(step.outputs[0][1]) if step.outputs else ""
    trouble = trouble_text(step.outputs[0][1]) if step.outputs else ""
    indent = 10.0 * len(step.loops)
    parts = [tip(f"{step.name} ({step.op_type})"),
             label(_COLUMNS["number"], base, str(step.number), text_anchor="end", **ink),
             label(_COLUMNS["name"] + indent, base,
                   shortened(named(step), 46 - len(step.loops)), **ink),
             label(_COLUMNS["output"], base, shortened(value, 34), **ink)]
    after = _COLUMNS["bar"]
    if step.kind == model.COMPUTED:
        width = max(_BAR * step.duration / longest, 1.0)
        parts.append(element("rect", x=after, y=top + 4, width=width, height=10.0, fill=_BLUE))
        after += width + 6
        parts.append(label(after, base, micros_text(step.duration)))
        after += 56
    else:
        parts.append(label(after, base, step.kind, font_style="italic"))
        after += 90
    if bad:
        parts.append(label(after, base, f"! {trouble or 'raised the error'}", **ink))
    return element("g", "".join(parts))
