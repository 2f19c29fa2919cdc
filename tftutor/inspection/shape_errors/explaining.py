"""From an exception to its `Explanation`: which facts, which rule, which origin, which fixes."""

from __future__ import annotations

from tftutor.inspection.shape_errors.case import Case, case_of
from tftutor.inspection.shape_errors.explanation import Explanation, Fix
from tftutor.inspection.shape_errors.families import Family, families
from tftutor.inspection.shape_errors.finding import Finding
from tftutor.inspection.shape_errors.fixes.trying import tried
from tftutor.inspection.shape_errors.origin import way_back

_KEPT = "_tftutor_explanation"


def explain(error: BaseException) -> Explanation | None:
    """Explain a shape or dtype error raised by tftutor; None for any other error."""
    kept = error.__dict__
    if _KEPT not in kept:
        kept[_KEPT] = _explained(error)
    return kept[_KEPT]


def _explained(error: BaseException) -> Explanation | None:
    if not isinstance(error, Exception):
        return None
    case = case_of(error)
    if case is None:
        return None
    for family in families():
        finding = family.find(case)
        if finding is not None:
            return _assembled(case, finding, _fixes(case, finding, family))
    return None


def _fixes(case: Case, finding: Finding, family: Family) -> tuple[Fix, ...]:
    """The fixes; where looking for them fails, that is said and the rest stays."""
    try:
        return tried(case, family.candidates(case))
    except Exception as failure:  # noqa: BLE001 - a mistake of tftutor's, told and not hidden
        finding.unknown.append("tftutor could not look for fixes, please report it: "
                               f"{type(failure).__name__}: {failure}")
        return ()


def _assembled(case: Case, finding: Finding, fixes: tuple[Fix, ...]) -> Explanation:
    return Explanation(
        message=str(case.error), error_type=type(case.error).__name__, kind=finding.kind,
        op_type=case.op_type, op_name=case.op_name, operands=tuple(finding.operands),
        sentence=finding.sentence, rule=finding.rule, joins=tuple(finding.joins),
        origin=way_back(case, finding), fixes=fixes, frame=case.frame,
        unknown=tuple(dict.fromkeys(finding.unknown)), at_run_time=case.at_run_time)
