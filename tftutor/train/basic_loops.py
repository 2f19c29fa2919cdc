"""basic_train_loop: a supervisor's training in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tftutor import errors
from tftutor.framework.api import tf_export
from tftutor.train.supervisor import Supervisor


@tf_export("train.basic_train_loop")
def basic_train_loop(supervisor: Supervisor, train_step_fn: Callable[..., Any],
                     args: Sequence[Any] | None = None,
                     kwargs: Mapping[str, Any] | None = None, master: str = "") -> None:
    """Call `train_step_fn(session, *args, **kwargs)` until the supervisor is asked to stop.

    When a server of the cluster has been restarted (AbortedError) it goes on with a new session.

    Raises: what `train_step_fn` raises, but for errors that end a training in good order.
    Source: TF 1.15 docs, tf.train.basic_train_loop.
    """
    while True:
        try:
            with supervisor.managed_session(master) as session:
                while not supervisor.should_stop():
                    train_step_fn(session, *(args or ()), **(kwargs or {}))
            return
        except errors.AbortedError:
            continue
