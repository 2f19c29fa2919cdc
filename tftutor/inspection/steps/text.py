"""A record as text: a table of its steps, what the loops and branches did, and what changed.

    Step of sess.run(loss): 5 operations in 31.2 us
        n  operation        output          min    mean     max  zeros    time
        1  x (Placeholder)  float32 [3]       0       1       2   33 %     fed
    !   2  Log              float32 [3]       0  0.3466  0.6931   33 %  6.0 us  1 inf
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tftutor.inspection.quantities import micros_text
from tftutor.inspection.steps import model
from tftutor.inspection.steps.health import first_bad
from tftutor.inspection.steps.model import RecordData, Step, error_text
from tftutor.inspection.steps.values import Value

MOST_ROWS = 200
_NUMBERED = re.compile(r"_\d+$")
_ALL_AT_MOST = 30  # steps: in so short a record constants and the like are shown, too
_HEADINGS = ("n", "operation", "output", "min", "mean", "max", "zeros", "time", "")
_RIGHT = {0, 3, 4, 5, 6, 7}
_LONGEST_NAME = 38
_FEW = 3  # elements of a vector that is written out, if that isn't too long
_LONGEST_VALUE = 24


def record_text(record: RecordData, everything: bool = False) -> str:
    """The whole record as lines of text."""
    steps = visible_steps(record, everything)
    lines = [headline(record), *_table(steps[:MOST_ROWS])]
    if len(steps) > MOST_ROWS:
        lines.append(f"... {len(steps) - MOST_ROWS} more steps: record.step(n) has each of them")
    hidden = len(record.steps) - len(steps)
    if hidden:
        lines.append(f"{hidden} constants, variables and nodes that only pass a value on are not "
                     "shown: record.text(everything=True) shows them.")
    lines += [*_finding_lines(record), *_flow_lines(record), *_variable_lines(record)]
    if record.left_out:
        lines.append(f"{record.left_out} operations ran after the record was full.")
    if record.is_memory_full:
        lines.append("The memory for values was used up: later ones have statistics only.")
    return "\n".join(lines)


def visible_steps(record: RecordData, everything: bool = False) -> list[Step]:
    """All steps of a short record; of a long one those that compute, are fed or went wrong."""
    if everything or len(record.steps) <= _ALL_AT_MOST:
        return list(record.steps)
    return [step for step in record.steps if not step.is_quiet]


def telling_stretch(record: RecordData, steps: list[Step], most: int) -> list[Step]:
    """At most so many steps: around the first NaN, at the end of a failure, else the first."""
    if len(steps) <= most:
        return steps
    finding = first_bad(record)
    middle = 0
    if finding is not None:
        middle = next((i for i, step in enumerate(steps) if step is finding.step), 0)
    elif record.error is not None:
        middle = len(steps)
    start = min(max(middle - most // 2, 0), len(steps) - most)
    return steps[start:start + most]


def headline(record: RecordData) -> str:
    """What was run, how many operations that took and how long."""
    computed = sum(step.kind == model.COMPUTED for step in record.steps)
    asked = ", ".join(record.fetches)
    if len(asked) > 60:
        asked = asked[:57] + "..."
    if not computed and record.error is None:
        return (f"Step of sess.run({asked}): nothing to compute, all of it was known when the plan "
                "was made")
    where = f" (simulated: {', '.join(record.simulated)})" if record.simulated else ""
    return (f"Step of sess.run({asked}): {computed} operation{'s' * (computed != 1)} computed in "
            f"{micros_text(record.duration)}{where}")


def _table(steps: list[Step]) -> list[str]:
    rows: list[tuple[str, ...]] = [_HEADINGS, *[row for step in steps for row in _rows(step)]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADINGS))]
    lines = []
    for row in rows:
        mark = "!" if row[-1] else " "
        cells = [cell.rjust(width) if i in _RIGHT else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(row, widths, strict=True))]
        lines.append(f"{mark} {'  '.join(cells)}".rstrip())
    return lines


def _rows(step: Step) -> list[tuple[str, ...]]:
    """One row an output, or one for a step that has none."""
    took = micros_text(step.duration) if step.kind == model.COMPUTED else step.kind
    name = "  " * len(step.loops) + named(step)
    if not step.outputs:
        trouble = "raised the error" if step.kind == model.FAILED else ""
        return [(str(step.number), name, "-", "", "", "", "", took, trouble)]
    rows: list[tuple[str, ...]] = []
    for index, (tensor, value) in enumerate(step.outputs):
        first = ((str(step.number), name) if index == 0
                 else ("", f"  :{tensor.rpartition(':')[2]}"))
        rows.append((*first, value_text(value), *statistics_texts(value),
                     took if index == 0 else "", trouble_text(value)))
    return rows


def named(step: Step) -> str:
    """`loss (Mean), iteration 2`: the name, with the type where the name doesn't say it."""
    label = _NUMBERED.sub("", step.name.rpartition("/")[2])
    kind = "" if label.lower() == step.op_type.lower() else f" ({step.op_type})"
    turn = loop_text(step).strip(" ()")
    rest = kind + (f", {turn}" if turn else "")
    return shortened(step.name, max(_LONGEST_NAME - len(rest), 16)) + rest


def loop_text(step: Step) -> str:
    """` (iteration 3)` for a step in a loop; 2.3 is the third turn of a loop in the second."""
    if not step.loops:
        return ""
    return f" (iteration {'.'.join(str(turn) for _, turn in step.loops)})"


def shortened(name: str, longest: int = _LONGEST_NAME) -> str:
    """A long name with its middle left out."""
    if len(name) <= longest:
        return name
    tail = longest * 2 // 3
    return f"{name[:longest - tail - 3]}...{name[-tail:]}"


def value_text(value: Value) -> str:
    """`float32 [2, 3]`, or the value itself where it is one number."""
    if value.shape is None:
        return value.note or value.dtype
    if value.shape == () and value.array is not None:
        return f"{value.dtype} {number_text(value.array[()])}"
    text = f"{value.dtype} {list(value.shape)}"
    if len(value.shape) == 1 and 0 < value.shape[0] <= _FEW and value.array is not None:
        whole = f"{text}: {', '.join(number_text(number) for number in value.array)}"
        return whole if len(whole) <= _LONGEST_VALUE else text
    return text


def statistics_texts(value: Value) -> tuple[str, str, str, str]:
    """Minimum, mean, maximum, share of zeros."""
    found = value.statistics
    if found is None or value.shape == ():
        return ("", "", "", "")
    return (number_text(found.minimum), number_text(found.mean), number_text(found.maximum),
            f"{100 * found.zeros:.0f} %")


def trouble_text(value: Value) -> str:
    """`2 NaN, 1 inf`, or nothing."""
    found = value.statistics
    if found is None:
        return ""
    counts = ((found.nans, "NaN"), (found.infinities, "inf"))
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def number_text(number: Any) -> str:
    """A number in at most four digits."""
    if number is None:
        return ""
    if isinstance(number, bytes):
        number = number.decode("utf-8", "replace")
    if isinstance(number, str):
        return repr(shortened(number, 24))
    if isinstance(number, bool | np.bool_):
        return str(bool(number))
    return f"{number:.4g}"


def _finding_lines(record: RecordData) -> list[str]:
    lines = []
    finding = first_bad(record)
    if finding is not None:
        lines.append(f"! Step {finding.step.number}: {finding.sentence}")
    if record.error is not None:
        lines.append(f"! The step ended with {error_text(record.error)}")
        failed = [step for step in record.steps if step.kind == model.FAILED]
        for source in failed[-1].inputs if failed else ():
            made = "" if source.step is None else f"from step {source.step}"
            value = "no value" if source.value is None else value_text(source.value)
            lines.append(f"    its input {source.tensor}: {value} {made}".rstrip())
    return lines


def _flow_lines(record: RecordData) -> list[str]:
    lines = [f"Loop {name}: {count} iteration{'s' * (count != 1)}"
             for name, count in record.loops.items()]
    reasons: dict[str, list[str]] = {}
    for each in record.skipped:
        reasons.setdefault(each.why, []).append(each.name)
    for why, names in reasons.items():
        shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        lines.append(f"Not run ({why}): {shown}")
    return lines


def _variable_lines(record: RecordData) -> list[str]:
    rows = variable_rows(record)
    if not rows:
        return []
    width = max(len(row[0]) for row in rows)
    shape = max(len(row[1]) for row in rows)
    return ["Variables that the step changed (mean before -> after):",
            *[f"    {name:<{width}}  {what:<{shape}}  {old} -> {new}"
              for name, what, old, new in rows]]


def variable_rows(record: RecordData) -> list[tuple[str, str, str, str]]:
    """Of each variable that the step changed: name, what it is, its mean before and after."""
    return [(change.name, value_text(change.after), _mean_text(change.before),
             _mean_text(change.after)) for change in record.variables if change.changed]


def _mean_text(value: Value) -> str:
    """The mean of a value, or why there is none."""
    if value.statistics is None:
        return value.note or "?"
    return number_text(value.statistics.mean) or "nothing finite"
