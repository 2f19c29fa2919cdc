"""A candidate: one change of the student's source that may be the fix, before it is tried.

Templates are source text in which `{}` stands for the text of the edited argument, `{2}` for that
of argument 2, and a dot (`{.}`, `{2.}`) for the same text in parentheses where a method or an
operator that follows needs them. `tf` and `np` become the student's own names for the modules.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tftutor.framework.shape_merge import Shape
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA, Span

_FIELD = re.compile(r"\{(\d*)(\.?)\}")


@dataclass(frozen=True)
class Candidate:
    """One change to try.

    Args:
      cost: how unlikely it is to be what the student meant; the smallest comes first.
      edits: {argument index: template}, changes inside the failing call.
      lists: {parameter: text}, the same for whole arguments that were written as lists.
      whole: a template for the whole call instead.
      definition: a change at another line instead: see Definition.
      wanted: shapes the result must be compatible with, else the candidate is dropped.
      trial: how to try it, where the changed call can't just be made: gives the Outcome.
    """

    why: str
    cost: float
    effect: str = SAME_DATA
    edits: Mapping[int, str] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    whole: str = ""
    definition: Definition | None = None
    wanted: Callable[[Shape], bool] | None = None
    trial: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Definition:
    """A change where a value was made: `code` takes the place of `span`.

    `build` gets the Scratch and puts the changed value in the place of the old one; None where the
    candidate has its own trial.
    """

    code: str
    span: Span
    build: Callable[[Any], None] | None = None


def fill(template: str, texts: Sequence[str], own: str = "") -> str:
    """The template with argument texts in it; `own` is that of the edited argument."""

    def text(match: re.Match[str]) -> str:
        found = texts[int(match[1])] if match[1] else own
        return atom(found) if match[2] else found

    return _FIELD.sub(text, template)


def atom(text: str) -> str:
    """The expression, in parentheses unless it binds tightly already."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return f"({text})"
    tight = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.List, ast.Tuple, ast.Dict)
    return text if isinstance(node, tight) else f"({text})"


def edit(index: int, template: str, why: str, cost: float, effect: str = SAME_DATA,
         **more: Any) -> Candidate:
    """A change of one argument."""
    return Candidate(why, cost, effect, edits={index: template}, **more)


def rewrite(template: str, why: str, cost: float, effect: str = CHANGES_MEANING,
            **more: Any) -> Candidate:
    """Another call in place of the student's."""
    return Candidate(why, cost, effect, whole=template, **more)
