"""The page of a shape error as HTML that survives in notebooks which aren't trusted.

JupyterLab strips styles, scripts and inline SVG there, so the page is made of plain tags that every
theme styles, and of the picture as an `<img>` that holds its own data.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from tftutor.inspection.shape_errors import picture, text
from tftutor.inspection.shape_errors.explanation import Explanation, Step
from tftutor.inspection.shape_errors.source_lines import (
    code_lines,
    draw_lines,
    fix_code,
    operand_label,
    unplaced,
)

_PRE = '<pre style="line-height:1.25;overflow-x:auto;margin:0.3em 0">'


def html(explanation: Explanation, trace: str = "", hidden: int = 0) -> str:
    """The page; `trace` is the whole traceback, of which `hidden` calls aren't shown above."""
    parts = [
        f"<p><strong>{words(explanation.sentence)}</strong></p>",
        _your_line(explanation),
        _rule(explanation),
        _picture(explanation),
        _origin(explanation),
        _fixes(explanation),
        _unknown(explanation.unknown),
        folded("The whole explanation as text", text.page(explanation).strip("\n")),
    ]
    if trace:
        count = f" ({hidden} calls inside tftutor)" if hidden else ""
        parts.append(folded(f"Full trace{count}", trace))
    return '<div class="tftutor-error">' + "".join(parts) + "</div>"


def words(sentence: str) -> str:
    """A sentence whose names stand in backquotes."""
    parts = escape(sentence).split("`")
    if len(parts) % 2 == 0:  # a lone backquote is one
        return escape(sentence)
    return "".join(f"<code>{part}</code>" if number % 2 else part
                   for number, part in enumerate(parts))


def message(explanation: Explanation) -> str:
    """The error's own text, for a page that doesn't stand below it."""
    return f"<p><code>{escape(text.headline(explanation))}</code></p>"


def folded(title: str, content: str) -> str:
    """A text that opens with a click, or the Enter key, on its title."""
    return (f"<details><summary>{escape(title)}</summary>{_PRE}{escape(content)}</pre>"
            "</details>")


def _pre(rows: Iterable[str]) -> str:
    return f"{_PRE}{escape(chr(10).join(rows))}</pre>"


def _titled(title: str, content: str) -> str:
    return f"<p><em>{escape(title)}</em></p>{content}"


def _your_line(explanation: Explanation) -> str:
    rows = draw_lines(code_lines(explanation))
    for operand in unplaced(explanation):
        value = f" = {operand.value}" if operand.value else ""
        rows.append(f"{operand.name}{value}: {operand_label(operand)}")
    place = text.place(explanation)
    return _titled(f"Your line ({place})" if place else "Your line", _pre(rows)) if rows else ""


def _rule(explanation: Explanation) -> str:
    rule = explanation.rule
    if rule is None:
        return ""
    more = f"<p>{words(rule.words)}</p>" if rule.words else ""
    return _titled("The rule, and this case", _pre(row for row in rule.aligned() if row) + more)


def _picture(explanation: Explanation) -> str:
    drawing = picture.svg(explanation)
    if not drawing:
        return ""
    encoded = base64.b64encode(drawing.encode()).decode()
    alternative = escape(picture.description(explanation), quote=True)
    return (f'<p><img alt="{alternative}" style="max-width:100%;height:auto" '
            f'src="data:image/svg+xml;base64,{encoded}"></p>')


def _origin(explanation: Explanation) -> str:
    ways = []
    for headline, steps in text.ways_back(explanation):
        items = "".join(f"<li>{_step(step, explanation)}</li>" for step in steps)
        ways.append(f"<li><code>{escape(headline)}</code><ul>{items}</ul></li>")
    return _titled(text.origin_title(explanation), f"<ul>{''.join(ways)}</ul>") if ways else ""


def _step(step: Step, explanation: Explanation) -> str:
    where = text.step_place(step, explanation)
    source = f" <code>{escape(step.source)}</code>" if step.source else ""
    said = words(step.text)
    return f"{escape(where)}:{source}<br>{f'<strong>{said}</strong>' if step.is_origin else said}"


def _fixes(explanation: Explanation) -> str:
    """An ordered list rather than a table: long code wraps in it."""
    items = []
    for fix in explanation.fixes[:text.MOST_FIXES]:
        place, new = text.fix_place(fix, explanation), fix_code(fix, explanation)
        code = _pre(new.split("\n")) if "\n" in new else f"<code>{escape(new)}</code><br>"
        said = words(text.fix_words(fix))
        items.append(f"<li>{f'{escape(place)}: ' if place else ''}{code}{said}</li>")
    return _titled(text.FIXES_TITLE, f"<ol>{''.join(items)}</ol>") if items else ""


def _unknown(sentences: Sequence[str]) -> str:
    items = "".join(f"<li>{words(sentence)}</li>" for sentence in sentences)
    return _titled("Not known until the graph runs", f"<ul>{items}</ul>") if items else ""
