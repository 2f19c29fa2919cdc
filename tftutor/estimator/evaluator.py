"""Evaluating each new checkpoint once: beside the training, or between its steps."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

from tftutor.estimator.custom import Estimator
from tftutor.estimator.specs import EvalSpec
from tftutor.platform import tf_logging
from tftutor.train.checkpoint_hooks import CheckpointSaverListener
from tftutor.train.hook_timers import SecondOrStepTimer

EVALUATED = "evaluated"
MISSING_CHECKPOINT = "missing checkpoint"
NO_NEW_CHECKPOINT = "no new checkpoint"
_SECONDS_BETWEEN_WARNINGS = 600


@dataclass(frozen=True)
class EvalResult:
    """What became of an evaluation: EVALUATED, with values, or why there was none."""

    status: str
    metrics: dict[str, Any] | None = None
    checkpoint_path: str | None = None


class Evaluator:
    """Evaluates the latest checkpoint of an Estimator, unless it did so already."""

    def __init__(self, estimator: Estimator, eval_spec: EvalSpec, max_steps: int | None) -> None:
        self._estimator = estimator
        self._spec = eval_spec
        self._max_steps = max_steps
        self._previous: str | None = None
        self._last_warning = 0.0

    def evaluate_and_export(self) -> tuple[EvalResult, list[Any]]:
        """(what became of it, what the exporters returned)."""
        path = self._estimator.latest_checkpoint()
        if not path:
            self._warn("Estimator is not trained yet. Will start an evaluation when a checkpoint is"
                       " ready.")
            return EvalResult(MISSING_CHECKPOINT), []
        if path == self._previous:
            self._warn("No new checkpoint ready for evaluation. Skip the current evaluation pass as"
                       " evaluation results are expected to be same for the same checkpoint.")
            return EvalResult(NO_NEW_CHECKPOINT), []
        metrics = self._estimator.evaluate(
            input_fn=self._spec.input_fn, steps=self._spec.steps, name=self._spec.name,
            checkpoint_path=path, hooks=self._spec.hooks)
        result = EvalResult(EVALUATED, metrics, path)
        is_final = bool(self._max_steps) and metrics["global_step"] >= self._max_steps
        exported = self._export(result, is_final)
        if is_final:
            tf_logging.debug("Calling exporter with the `is_the_final_export=True`.")
        self._last_warning = 0.0
        self._previous = path
        return result, exported

    def _export(self, result: EvalResult, is_final: bool) -> list[Any]:
        base = os.path.join(self._estimator.model_dir, "export")
        return [exporter.export(estimator=self._estimator,
                                export_path=os.path.join(base, exporter.name),
                                checkpoint_path=result.checkpoint_path, eval_result=result.metrics,
                                is_the_final_export=is_final)
                for exporter in self._spec.exporters]

    def _warn(self, text: str) -> None:
        """Not each time: an evaluator asks again and again."""
        now = time.time()
        if now - self._last_warning > _SECONDS_BETWEEN_WARNINGS:
            tf_logging.warning(text)
            self._last_warning = now


class EvaluateNewCheckpoints(CheckpointSaverListener):
    """Evaluates after a checkpoint was saved, where training and evaluation share a process."""

    def __init__(self, evaluator: Evaluator, throttle_secs: float) -> None:
        self._evaluator = evaluator
        self._throttle_secs = throttle_secs
        self.eval_result: EvalResult | None = None
        self.export_results: list[Any] | None = None

    def begin(self) -> None:
        """Start the clock."""
        self._timer = SecondOrStepTimer(every_secs=self._throttle_secs)
        self._is_first = True

    def after_save(self, session: Any, global_step_value: int) -> None:
        """Evaluate, unless that was the first checkpoint or the last evaluation is recent."""
        if self._is_first:
            self._is_first = False
        elif self._timer.should_trigger_for_step(global_step_value):
            self._evaluate(global_step_value)
        else:
            tf_logging.info("Skip the current checkpoint eval due to throttle secs "
                            f"({self._throttle_secs} secs).")

    def end(self, session: Any, global_step_value: int) -> None:
        """Evaluate the last checkpoint."""
        if global_step_value != self._timer.last_triggered_step():
            self._evaluate(global_step_value)

    def _evaluate(self, global_step_value: int) -> None:
        self._timer.update_last_triggered_step(global_step_value)
        self.eval_result, self.export_results = self._evaluator.evaluate_and_export()
        if self.eval_result.status != EVALUATED:
            raise RuntimeError("There was no new checkpoint after the training. Eval status: "
                               f"{self.eval_result.status}")
