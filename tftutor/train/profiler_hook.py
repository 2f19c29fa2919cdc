"""ProfilerHook: a timeline of one run in so many, for Chrome's trace viewer and TensorBoard."""

from __future__ import annotations

import os
from typing import Any

from tftutor.client.timeline import Timeline
from tftutor.framework.api import tf_export
from tftutor.framework.protos import proto_module
from tftutor.platform import tf_logging
from tftutor.summary.writer import FileWriterCache
from tftutor.train.global_step_read import required_global_step_read
from tftutor.train.hook_timers import SecondOrStepTimer
from tftutor.train.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
)


@tf_export("train.ProfilerHook")
class ProfilerHook(SessionRunHook):
    """Traces a run every so many steps or seconds, and writes `timeline-<step>.json`.

    Args:
      save_steps, save_secs: how often; exactly one of them.
      output_dir: where to, by default the current directory.
      show_dataflow: draw arrows from operations to those that use their tensors.
      show_memory: show how long tensors live, and the memory that they take.

    Raises: ValueError unless exactly one interval is given.
    Source: TF 1.15 docs, tf.train.ProfilerHook.
    """

    def __init__(self, save_steps: int | None = None, save_secs: float | None = None,
                 output_dir: str = "", show_dataflow: bool = True, show_memory: bool = False
                 ) -> None:
        self._output_file = os.path.join(output_dir, "timeline-{}.json")
        self._file_writer = FileWriterCache.get(output_dir)
        self._show_dataflow = show_dataflow
        self._show_memory = show_memory
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)

    def begin(self) -> None:
        """Find the global step. Raises: RuntimeError when the graph has none."""
        self._next_step: Any = None
        self._global_step_tensor = required_global_step_read("ProfilerHook")

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs:
        """Ask for a trace when it is time; never of the first run."""
        self._is_traced = (self._next_step is not None
                           and self._timer.should_trigger_for_step(self._next_step))
        options = None
        if self._is_traced:
            kind = proto_module("config_pb2").RunOptions
            options = kind(trace_level=kind.FULL_TRACE)
        return SessionRunArgs({"global_step": self._global_step_tensor}, options=options)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Write the trace under the step that the run has led to."""
        before = run_values.results["global_step"]
        if self._next_step is None:
            self._timer.update_last_triggered_step(before)
        step = before + 1
        if self._is_traced:
            step = run_context.session.run(self._global_step_tensor)
            self._timer.update_last_triggered_step(step)
            self._save(step, run_values.run_metadata)
        self._next_step = step + 1

    def _save(self, step: Any, run_metadata: Any) -> None:
        path = self._output_file.format(step)
        tf_logging.info("Saving timeline for %d into '%s'.", step, path)
        with open(path, "w") as file:
            file.write(Timeline(run_metadata.step_stats).generate_chrome_trace_format(
                self._show_dataflow, self._show_memory))
        self._file_writer.add_run_metadata(run_metadata, f"step_{step}")
