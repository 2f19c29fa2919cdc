"""Steps: one run of a session, operation by operation, with the value of every tensor.

`record_step(session, fetches, feed_dict)` runs the fetches once and gives a `StepRecord`.
"""

from __future__ import annotations

from tftutor.inspection.steps.record import StepRecord
from tftutor.inspection.steps.recording import record_step

__all__ = ["StepRecord", "drawing", "record_step"]


def drawing(x: StepRecord) -> StepRecord:
    """What `tf.show` displays of a record: it has `text()`, `svg()` and `to_dict()` itself."""
    return x
