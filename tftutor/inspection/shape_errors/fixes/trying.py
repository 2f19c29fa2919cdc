"""Trying candidates: only those under which the real functions accept the call become fixes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from tftutor.framework.constant_folding import evaluate_constant
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import Fix, Span
from tftutor.inspection.shape_errors.finding import known
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, fill
from tftutor.inspection.shape_errors.fixes.numpy_dialect import in_numpy
from tftutor.inspection.shape_errors.fixes.replay import Outcome, Scratch
from tftutor.inspection.shape_errors.fixes.reshaping import fits
from tftutor.inspection.shape_errors.quiet_values import UNKNOWN, only_builds_graph
from tftutor.inspection.shape_errors.values import as_tensor, contains_tensor

MOST = 4
_TRIALS = 60
_SPREAD = 1.2  # what is that much less likely than the first fix isn't shown beside it


def tried(case: Case, candidates: Iterable[Candidate]) -> tuple[Fix, ...]:
    """The candidates that type-check, as fixes: the likeliest first, at most four."""
    fixes: list[Fix] = []
    seen: set[str] = set()
    ordered = sorted((_for_arrays(case, candidate) for candidate in candidates),
                     key=lambda candidate: candidate.cost)
    in_place = any(candidate.trial is None for candidate in ordered)
    if in_place and not _fails_as_it_is(case):  # then a trial would prove nothing
        ordered = [candidate for candidate in ordered if candidate.trial is not None]
    limit = float("inf")
    for candidate in ordered[:_TRIALS]:
        if candidate.cost > limit:
            break
        fix = _try_one(case, candidate)
        if fix is None or fix.code in seen:
            continue
        seen.add(fix.code)
        fixes.append(fix)
        limit = min(limit, candidate.cost + _SPREAD)
        if len(fixes) == MOST:
            break
    return tuple(replace(fix, rank=rank) for rank, fix in enumerate(fixes, 1))


def _for_arrays(case: Case, candidate: Candidate) -> Candidate:
    """The candidate with its changes of arrays and lists written for NumPy."""
    call = case.call
    if call is None or not candidate.edits or call.names.alias_of(np, "np") is None:
        return candidate
    edits = {}
    for index, template in candidate.edits.items():
        value = call.arguments[index].value
        outside = isinstance(value, np.ndarray | list) and not contains_tensor(value)
        edits[index] = in_numpy(template, isinstance(value, np.ndarray)) if outside else template
    return replace(candidate, edits=edits)


def _fails_as_it_is(case: Case) -> bool:
    """Whether the unchanged call is refused on stand-ins, too."""
    if case.call is None:
        return True
    try:
        outcome_of_trial(case, Candidate("", 0))
    except Exception:  # noqa: BLE001 - refused, for whatever reason
        return True
    return False


def _try_one(case: Case, candidate: Candidate) -> Fix | None:
    if case.call is None:
        return None
    code, where = shown(case, candidate)
    if not _parses(code) or candidate.definition is None and code == case.call.frame.call:
        return None
    try:
        outcome = outcome_of_trial(case, candidate)
    except Exception:  # noqa: BLE001 - whatever goes wrong, this change is no fix
        return None
    if candidate.wanted is not None and not candidate.wanted(outcome.shape):
        return None
    return Fix(code, outcome.shape, candidate.effect, candidate.why, dtype=outcome.dtype,
               where=where)


def _parses(code: str) -> bool:
    """Whether it is Python: a statement, or a piece of a dictionary."""
    for text in (code, f"{{0: {code}}}"):
        try:
            compile(text, "<fix>", "exec")
        except (SyntaxError, ValueError):
            continue
        return True
    return False


def shown(case: Case, candidate: Candidate) -> tuple[str, Span | None]:
    """The new source text of a candidate, and the place it takes."""
    call = case.call
    assert call is not None
    if candidate.definition is not None:
        return _with_modules(case, candidate.definition.code), candidate.definition.span
    texts = [argument.text for argument in call.arguments]
    if candidate.whole:
        return _with_modules(case, fill(candidate.whole, texts)), call.span
    changed = list(texts)
    for index, template in candidate.edits.items():
        changed[index] = _with_modules(case, fill(template, texts, texts[index]))
    lists = {name: _with_modules(case, text) for name, text in candidate.lists.items()}
    return call.rendered(changed, lists), call.span


def _with_modules(case: Case, code: str) -> str:
    import tftutor

    assert case.call is not None
    names = case.call.names
    for usual, module in (("tf", tftutor), ("np", np)):
        alias = names.alias_of(module, usual) or usual
        if alias != usual:
            code = re.sub(rf"(?<![\w.]){usual}\.", f"{alias}.", code)
    return code


def outcome_of_trial(case: Case, candidate: Candidate) -> Outcome:
    """What the changed call gives on stand-ins. Raises: whatever the call raises."""
    import tftutor

    call = case.call
    assert call is not None
    scratch = Scratch()
    if candidate.trial is not None:
        return candidate.trial(scratch)
    if case.shapes is not None:
        _as_in_the_run(case, scratch)
    if candidate.definition is not None and candidate.definition.build is not None:
        candidate.definition.build(scratch)
    holes = []
    given = {"tf": tftutor, "np": np}
    for index, argument in enumerate(call.arguments):
        hole = f"_argument_{index}"
        if argument.value is UNKNOWN and only_builds_graph(argument.node, call.names):
            hole = f"({argument.text})"
        elif argument.value is not UNKNOWN:
            given[hole] = scratch.stand_in(argument.value)
        holes.append(hole)
    if candidate.whole:
        code = fill(candidate.whole, holes)
    else:
        texts = list(holes)
        for index, template in candidate.edits.items():
            texts[index] = fill(template, holes, holes[index])
        code = as_expression(call.rendered(texts, candidate.lists))
    return scratch.evaluate(code.strip(), call.names, given)


def _as_in_the_run(case: Case, scratch: Scratch) -> None:
    """Let the failing node's inputs have the shapes that they had when the graph ran."""
    for position, tensor in enumerate(case.inputs):
        if evaluate_constant(tensor) is not None or tensor.dtype._is_ref_dtype:
            continue
        index = case.argument_of(tensor)
        given = as_tensor(case.arguments[index].value) if index is not None else None
        if index is not None and given is not None and (given is tensor or fits(
                known(case.shape(position)), known(given._shape))):
            stand_in = scratch.placeholder(case.shape(position), given.dtype.base_dtype)
            scratch.replace(case.arguments[index].value, stand_in)


def as_expression(code: str) -> str:
    """`x += y` as `x + y`; any other source unchanged."""
    return re.sub(r"^(\s*_argument_0\s*)([-+*/@%&|^]{1,2})=(?!=)", r"\1\2", code)
