"""TrainSpec and EvalSpec: what `train_and_evaluate` trains on, and how it evaluates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tftutor.estimator.exporters import checked_exporters
from tftutor.framework.api import tf_export
from tftutor.train.session_run_hook import SessionRunHook


class _TrainSpec(NamedTuple):
    """Its fields."""

    input_fn: Any
    max_steps: Any
    hooks: Any


@tf_export("estimator.TrainSpec")
class TrainSpec(_TrainSpec):
    """How to train.

    Args:
      input_fn: as for tf.estimator.Estimator.train.
      max_steps: the step at which training ends; None trains until the data end.
      hooks: SessionRunHooks, the chief's included.

    Raises: TypeError for an input_fn that can't be called, or other hooks; ValueError for a number
    of steps that isn't positive.
    Source: TF 1.15 docs, tf.estimator.TrainSpec.
    """

    __slots__ = ()

    def __new__(cls, input_fn: Callable[..., Any], max_steps: int | None = None, hooks: Any = None
                ) -> TrainSpec:
        _check_callable(input_fn)
        _check_positive("max_steps", max_steps)
        return super().__new__(cls, input_fn=input_fn, max_steps=max_steps,
                               hooks=checked_spec_hooks(hooks))


class _EvalSpec(NamedTuple):
    """Its fields."""

    input_fn: Any
    steps: Any
    name: Any
    hooks: Any
    exporters: Any
    start_delay_secs: Any
    throttle_secs: Any


@tf_export("estimator.EvalSpec")
class EvalSpec(_EvalSpec):
    """How to evaluate.

    Args:
      input_fn, steps, name, hooks: as for tf.estimator.Estimator.evaluate.
      exporters: None: there is no tf.saved_model.
      start_delay_secs: how long the evaluator of a cluster waits at first.
      throttle_secs: the shortest time between the starts of two evaluations.

    Raises: TypeError and ValueError for values that make no sense.
    Source: TF 1.15 docs, tf.estimator.EvalSpec.
    """

    __slots__ = ()

    def __new__(cls, input_fn: Callable[..., Any], steps: int | None = 100,
                name: str | None = None, hooks: Any = None, exporters: Any = None,
                start_delay_secs: float = 120, throttle_secs: float = 600) -> EvalSpec:
        _check_callable(input_fn)
        _check_positive("steps", steps)
        if name is not None and not isinstance(name, str):
            raise TypeError(f"`name` must be string, given: {name}")
        hooks = checked_spec_hooks(hooks)
        exporters = checked_exporters(exporters)
        for what, value in (("start_delay_secs", start_delay_secs),
                            ("throttle_secs", throttle_secs)):
            if value < 0:
                raise ValueError(f"Must specify {what} >= 0, given: {value}")
        return super().__new__(cls, input_fn=input_fn, steps=steps, name=name, hooks=hooks,
                               exporters=exporters, start_delay_secs=start_delay_secs,
                               throttle_secs=throttle_secs)


def _check_callable(input_fn: Any) -> None:
    if not callable(input_fn):
        raise TypeError(f"`input_fn` must be callable, given: {input_fn}")


def _check_positive(name: str, value: int | None) -> None:
    if value is not None and value <= 0:
        raise ValueError(f"Must specify {name} > 0, given: {value}")


def checked_spec_hooks(hooks: Any) -> tuple[SessionRunHook, ...]:
    """The hooks as a tuple. Raises: TypeError when one isn't a SessionRunHook."""
    found = tuple(hooks or ())
    for hook in found:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"All hooks must be `SessionRunHook` instances, given: {hook}")
    return found
