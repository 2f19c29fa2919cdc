"""What may be drawn: sessions, placements, traces, and a trace together with its session."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from tftutor.inspection.devices.model import DevicesModel, Lane
from tftutor.inspection.devices.step import step_model
from tftutor.inspection.devices.where import placement_model
from tftutor.runtime.placement import Placement


def model_from(subject: Any, fetches: Any, feeds: Any) -> DevicesModel:
    """The model of whatever it is. Raises: TypeError."""
    if isinstance(subject, DevicesModel):
        return subject
    if isinstance(getattr(subject, "model", None), DevicesModel):  # a drawing of one
        return subject.model  # type: ignore[no-any-return]
    if isinstance(subject, tuple) and len(subject) == 2:
        traces = [each for each in subject if _is_trace(each)]
        others = [each for each in subject if _placement(each) is not None]
        if len(traces) == len(others) == 1:
            placed = placement_model(_placement(others[0]), _listed(fetches), list(feeds))
            return _joined(step_model(traces[0]), placed)
    if _is_trace(subject):
        return step_model(subject)
    placement = _placement(subject)
    if placement is not None:
        return placement_model(placement, _listed(fetches), list(feeds))
    raise TypeError("expected a tf.Session, session.placement(), a tf.RunMetadata, or the pair "
                    f"(run_metadata, session), but got {type(subject).__name__}")


def trace_of(subject: Any) -> Any:
    """The StepStats in a subject, or None."""
    for each in subject if isinstance(subject, tuple) else (subject,):
        if _is_trace(each):
            return getattr(each, "step_stats", each)
    return None


def graph_subject(subject: Any) -> Any:
    """The session in a subject, or the graph of its placement, or None."""
    for each in subject if isinstance(subject, tuple) else (subject,):
        if isinstance(each, Placement) and each.order:
            return each.order[0].graph
        if callable(getattr(each, "placement", None)):
            return each
    return None


def _is_trace(subject: Any) -> bool:
    return hasattr(subject, "step_stats") or hasattr(subject, "dev_stats")


def _placement(subject: Any) -> Any:
    """The Placement of a session (also of one that wraps another), or None."""
    if isinstance(subject, Placement):
        return subject
    placement = getattr(subject, "placement", None)
    return placement() if callable(placement) else None


def _listed(values: Any) -> list[Any] | None:
    """Fetches as one list, out of lists, tuples and dictionaries' values."""
    if values is None:
        return None
    if isinstance(values, Mapping):
        return _listed(list(values.values()))
    if isinstance(values, list | tuple):
        return [each for inner in values for each in _listed(inner) or ()]
    return [values]


def _joined(step: DevicesModel, placed: DevicesModel) -> DevicesModel:
    """A step with the rows of the operations that ran in it, and with idle devices, too."""
    ran = {span.op for lane in step.lanes for span in lane.spans}
    ran.update(op for lane in step.lanes for op in lane.still)
    present = {lane.device for lane in step.lanes}
    idle = [dataclasses.replace(lane, operations=0) for lane in placed.lanes
            if lane.device not in present]
    lanes: list[Lane] = sorted([*step.lanes, *idle], key=lambda lane: lane.title)
    return dataclasses.replace(
        step, lanes=tuple(lanes), rows=tuple(row for row in placed.rows if row.op in ran),
        crossings=tuple(row for row in placed.crossings if row.user in ran))
