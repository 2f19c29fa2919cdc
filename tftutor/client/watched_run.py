"""A run that is watched: what `sess.run` does, once, with an observer that sees every value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tftutor import errors
from tftutor.client.base_session import BaseSession
from tftutor.client.fetches import owned
from tftutor.runtime.tracing import TracedStep
from tftutor.runtime.watching import Observer, watched_step


class WatchedRun(NamedTuple):
    """A run that has ended.

    Attributes:
      plan: the plain plan (a Plan or a PartitionedPlan).
      step: the parts that ran, each with its log.
      results: what `sess.run` would have returned; None after an error.
      error: what `sess.run` would have raised, or None.
    """

    plan: Any
    step: TracedStep
    results: Any
    error: Exception | None


def watched_run(session: BaseSession, fetches: Any, feed_dict: Any, observer: Observer,
                before: Callable[[TracedStep], None]) -> WatchedRun:
    """Run `fetches` once; variables are updated, random numbers drawn, queues emptied, as ever.

    Args:
      observer: called with each value in the moment it is there; what it returns is logged.
      before: called with the parts of the step right before they run.

    Raises: what `session.run` raises before a step begins; tf.errors.UnimplementedError for a
    session with a target, whose steps run in other processes.
    """
    session._check_open()
    if session._master is not None:
        raise errors.UnimplementedError(
            None, None, "The values of a step can be recorded in this process only, and this "
            f"session runs its steps at {session.sess_str.decode()}: use a tf.Session() without "
            "a target")
    compiled = session._lookup(fetches, feed_dict)
    feeds = session._feed_values(compiled.feed_tensors, feed_dict)
    step = watched_step(compiled.plan, observer)
    before(step)
    try:
        values = session._execute_step(step.plan, feeds, session._settings.timeout, step.copies)
    except Exception as error:  # noqa: BLE001 - handed over: what led to it has been recorded
        return WatchedRun(compiled.plan, step, None, error)
    results = [owned(value) for value in values]
    if compiled.echoes or compiled.handles:
        session._fill_in(compiled, feed_dict, results)
    return WatchedRun(compiled.plan, step, compiled.rebuild(results), None)
