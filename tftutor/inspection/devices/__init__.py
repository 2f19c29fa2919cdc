"""Devices: where operations run and why, and what a traced step did on each of them.

`drawing(x)` takes a session, its placement, the RunMetadata of a traced step, or the pair
(run_metadata, session), which shows both.
"""

from __future__ import annotations

from typing import Any

from tftutor.inspection.devices.drawing import DevicesDrawing
from tftutor.inspection.devices.model import DevicesModel


def model_of(subject: Any, fetches: Any = None, feeds: Any = ()) -> DevicesModel:
    """The model that `drawing` draws, as plain data.

    Args:
      subject: a tf.Session, a Placement, a tf.RunMetadata, its StepStats, or a pair of a trace
        and a session (or Placement).
      fetches: with a session or placement: show only what these tensors need, as `run` takes them.
      feeds: tensors that would be fed (or a feed_dict): what only they need is left out.

    Raises: TypeError for something else; ValueError for a trace with nothing in it.
    """
    from tftutor.inspection.devices.subject import model_from

    return model_from(subject, fetches, feeds)


def drawing(subject: Any, fetches: Any = None, feeds: Any = ()) -> DevicesDrawing:
    """A DevicesDrawing: `.text()`, `.svg()` and `.to_dict()`. Arguments as of `model_of`."""
    return DevicesDrawing(model_of(subject, fetches, feeds))
