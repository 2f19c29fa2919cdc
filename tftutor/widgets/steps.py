"""The step debugger: walk through a recorded step, forwards and backwards, with every value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tftutor.inspection.graphs.model import GraphModel
from tftutor.inspection.graphs.read_graph import graph_model
from tftutor.inspection.graphs.view import View
from tftutor.inspection.steps import StepRecord
from tftutor.inspection.steps.model import FAILED, Input, Step, error_text
from tftutor.inspection.steps.text import headline, loop_text, telling_stretch, variable_rows
from tftutor.widgets.base import RequestError, answers
from tftutor.widgets.graph_panel import GraphPanel
from tftutor.widgets.step_tables import shown_value

_MOST_LISTED = 200
MOST_STEPS = 4000  # in the front end; of a longer record its most telling stretch


class StepDebugger(GraphPanel):
    """A panel on a recorded step: the graph of what ran, a slider, and the values."""

    script = "step_debugger"

    def load(self, subject: StepRecord, *, start: int = 1) -> StepRecord:
        """Take a record.

        Args:
          subject: what `tf.record_step` returned.
          start: the number of the step that is shown first.

        Raises: TypeError for something else; IndexError for a step that the record hasn't.
        """
        if not isinstance(subject, StepRecord):
            raise TypeError(f"The step debugger shows what tf.record_step returns, not "
                            f"{type(subject).__name__}.")
        if subject.steps:
            subject.step(start)
        self._record = subject
        self._steps = _listed(subject)
        self._names = list(dict.fromkeys(step.name for step in self._steps))
        self._idle = [each.name for each in subject.skipped]
        self.set_view(View(_model(subject, [*self._names, *self._idle])))
        self.title = headline(subject)
        self.description = f"Step debugger, {len(subject.steps)} steps"
        finding = subject.first_bad()
        changed = variable_rows(subject)
        self.data = {
            "scene": self.scene(), "names": self._names, "start": start,
            "steps": self._rows(),
            "left": len(subject.steps) - len(self._steps),
            "bad": None if finding is None else [finding.step.number, finding.sentence],
            "error": None if subject.error is None else error_text(subject.error),
            "simulated": list(subject.simulated),
            "skipped": [list(each) for each in subject.skipped[:_MOST_LISTED]],
            "variables": changed[:_MOST_LISTED],
            "counts": {"skipped": len(subject.skipped), "variables": len(changed)}}
        return subject

    def _rows(self) -> list[list[Any]]:
        """Of each step [number, index of its name, type, kind, health, us, loop, is it quiet]."""
        index = {name: number for number, name in enumerate(self._names)}
        return [[step.number, index[step.name], step.op_type, step.kind, step.health,
                 round(step.duration, 1), loop_text(step), int(step.is_quiet)]
                for step in self._steps]

    def marks(self) -> dict[str, Any]:
        """`where`: for each name in `names` the id of what stands for it on the page, or None.

        `idle`: ids of what stands on the page and did not run, no part of it.
        """
        shown = self._view
        where = [shown.where(name) if name in shown.model.nodes else None for name in self._names]
        idle = dict.fromkeys(shown.where(name) for name in self._idle if name in shown.model.nodes)
        return {"where": where, "idle": [each for each in idle if each not in set(where)]}

    @answers("step")
    def _step(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One step with its values."""
        number = request.get("number")
        if not isinstance(number, int) or not 1 <= number <= len(self._record.steps):
            raise RequestError(f"The record has no step {number!r}.")
        step = self._record.step(number)
        finding = self._record.first_bad()
        sentence = finding.sentence if finding is not None and finding.step is step else ""
        if step.kind == FAILED and self._record.error is not None:
            sentence = error_text(self._record.error)
        return {"name": step.name, "type": step.op_type, "kind": step.kind,
                "device": step.device, "sentence": sentence,
                "inputs": [_input(source) for source in step.inputs],
                "outputs": [{"name": name, **shown_value(value)} for name, value in step.outputs]}


def widget(x: StepRecord, **options: Any) -> StepDebugger:
    """The running cell's debugger of a record. For the options see StepDebugger.load."""
    return StepDebugger.for_cell(x, **options)


def _listed(record: StepRecord) -> list[Step]:
    """The steps that the front end lists."""
    if len(record.steps) <= MOST_STEPS:
        return list(record.steps)
    return telling_stretch(record, [step for step in record.steps if not step.is_quiet], MOST_STEPS)


def _model(record: StepRecord, names: list[str]) -> GraphModel:
    """The graph of what ran, and of what stood on branches that weren't taken."""
    return graph_model(record.graph, feeds=record.feeds).restricted(names, fetches=record.fetches)


def _input(source: Input) -> dict[str, Any]:
    found: dict[str, Any] = {"tensor": source.tensor, "step": source.step}
    if source.value is not None:
        value = shown_value(source.value)
        value["table"] = value["table"] if _is_small(value["table"]) else None
        found |= value
    return found


def _is_small(table: dict[str, Any] | None) -> bool:
    if table is None or table["where"]:
        return False
    return 1 < sum(len(row) for row in table["rows"]) <= 12
