"""The error of a step whose time is up, for whoever waits in it."""

from __future__ import annotations

from tftutor import errors


def step_timeout() -> errors.OpError:
    """The error of a step whose time is up: it belongs to the step, not to the node that waits."""
    error = errors.DeadlineExceededError(None, None, "Timed out waiting for notification")
    error.concerns_step = True  # type: ignore[attr-defined]
    return error
