"""Hooks and what else `tf.train` has under their names in `tf.estimator`."""

from __future__ import annotations

from tftutor.framework.api import export_value
from tftutor.train import (
    checkpoint_hooks,
    hook_timers,
    logging_tensor_hook,
    session_run_hook,
    step_hooks,
    summary_hooks,
    value_hooks,
    warm_starting,
)

for _each in (
    checkpoint_hooks.CheckpointSaverHook, checkpoint_hooks.CheckpointSaverListener,
    hook_timers.SecondOrStepTimer, logging_tensor_hook.LoggingTensorHook,
    session_run_hook.SessionRunArgs, session_run_hook.SessionRunContext,
    session_run_hook.SessionRunHook, session_run_hook.SessionRunValues,
    step_hooks.GlobalStepWaiterHook, step_hooks.StepCounterHook, step_hooks.StopAtStepHook,
    summary_hooks.SummarySaverHook, value_hooks.FeedFnHook, value_hooks.FinalOpsHook,
    value_hooks.NanLossDuringTrainingError, value_hooks.NanTensorHook, warm_starting.VocabInfo,
):
    export_value(f"estimator.{_each.__name__}", _each)
