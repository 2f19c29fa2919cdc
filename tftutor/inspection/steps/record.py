"""`StepRecord`: a recorded step that can be read, drawn and searched."""

from __future__ import annotations

from typing import Any

from tftutor.inspection.steps.health import first_bad
from tftutor.inspection.steps.model import Finding, RecordData, error_text
from tftutor.inspection.steps.svg import record_svg
from tftutor.inspection.steps.text import record_text


class StepRecord(RecordData):
    """One run of a session, operation by operation; see RecordData for what it holds."""

    def first_bad(self) -> Finding | None:
        """The first NaN or infinity of the step and what made it, or None."""
        return first_bad(self)

    def text(self, everything: bool = False) -> str:
        """A table of the steps; with `everything` constants and the like, too."""
        return record_text(self, everything)

    def svg(self) -> str:
        """The table as a picture."""
        return record_svg(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        finding = self.first_bad()
        return {"fetches": list(self.fetches), "feeds": list(self.feeds),
                "steps": [step.to_dict() for step in self.steps],
                "error": None if self.error is None else error_text(self.error),
                "variables": [change.to_dict() for change in self.variables],
                "skipped": [list(each) for each in self.skipped], "loops": dict(self.loops),
                "duration": round(self.duration, 3), "left_out": self.left_out,
                "is_memory_full": self.is_memory_full, "simulated": list(self.simulated),
                "first_bad": None if finding is None else finding.to_dict()}

    def __repr__(self) -> str:
        ending = "" if self.error is None else f", ended by {type(self.error).__name__}"
        return (f"<StepRecord of {', '.join(self.fetches) or 'nothing'}: {len(self.steps)} steps"
                f"{ending}>")
