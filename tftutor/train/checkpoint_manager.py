"""`tf.train.CheckpointManager`: keeps the last checkpoints of a directory."""

from __future__ import annotations

import contextlib
import glob
import os
import time
from typing import Any

from tftutor.formats.tensor_bundle import index_path
from tftutor.framework.api import tf_export
from tftutor.framework.default_graph import graph_as_default
from tftutor.platform import tf_logging
from tftutor.train.checkpoint_management import (
    get_checkpoint_state,
    relative_to,
    update_checkpoint_state,
)
from tftutor.train.global_step_variable import global_step as read_global_step
from tftutor.train.object_restore import session_or_default


@tf_export("train.CheckpointManager")
class CheckpointManager:
    """Saves a tf.train.Checkpoint again and again and deletes the oldest files.

    Args:
      checkpoint: a tf.train.Checkpoint.
      directory: where to save.
      max_to_keep: how many checkpoints to keep; None for all.
      keep_checkpoint_every_n_hours: keep one of these for ever, beside the recent ones.
      checkpoint_name: the beginning of the files' names.

    Raises: ValueError for `max_to_keep` below 1.
    Source: TF 1.15 docs, tf.train.CheckpointManager.
    """

    def __init__(self, checkpoint: Any, directory: str, max_to_keep: int | None,
                 keep_checkpoint_every_n_hours: float | None = None,
                 checkpoint_name: str = "ckpt") -> None:
        self._checkpoint = checkpoint
        self._count: Any = None
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError("Expected a positive integer or `None` for `max_to_max_to_keep`, got "
                             f"{max_to_keep}.")
        self._max_to_keep = max_to_keep
        self._keep_hours = keep_checkpoint_every_n_hours
        self._directory = directory
        self._prefix = os.path.join(directory, checkpoint_name)
        self._latest: str | None = None
        self._kept: dict[str, float] = {}  # path -> when it was saved, oldest first
        self._recover(time.time())

    def _recover(self, now: float) -> None:
        """Take up what an earlier manager has noted in the directory."""
        state = get_checkpoint_state(self._directory)
        self._last_preserved = now - 1.0
        if state is None:
            return
        self._latest = state.model_checkpoint_path
        self._last_preserved = state.last_preserved_timestamp
        if now < self._last_preserved:
            tf_logging.warning("time.time() returned a value %f seconds behind the last preserved "
                               "checkpoint timestamp.", self._last_preserved - now)
            self._last_preserved = now
        paths = list(state.all_model_checkpoint_paths)
        times = list(state.all_model_checkpoint_timestamps) or [self._last_preserved] * len(paths)
        for path, saved in zip(paths, times, strict=False):
            if min(saved, now) > self._last_preserved:
                self._kept[path] = min(saved, now)

    @property
    def latest_checkpoint(self) -> str | None:
        """The newest checkpoint, or None."""
        return self._latest

    @property
    def checkpoints(self) -> list[str]:
        """The checkpoints that may still be deleted, oldest first."""
        return list(self._kept)

    def save(self, checkpoint_number: Any = None) -> str:
        """Save in the default session to `<directory>/ckpt-<number>`; return that path.

        Args:
          checkpoint_number: an integer, variable or tensor; by default saves are counted.
        """
        session = session_or_default(None)
        with graph_as_default(session.graph):
            if self._checkpoint._save_counter is None:
                session.run(self._checkpoint.save_counter.initializer)
            counter = self._checkpoint.save_counter
            if self._count is None:
                self._count = counter.assign_add(1, read_value=False)
        session.run(self._count)
        number = counter if checkpoint_number is None else checkpoint_number
        if not hasattr(number, "__index__"):
            number = read_global_step(session, number)
        path = self._checkpoint.write(f"{self._prefix}-{int(number)}")
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        self._latest = path
        self._record()
        self._sweep()
        self._record()
        return path

    def _sweep(self) -> None:
        while self._max_to_keep and len(self._kept) > self._max_to_keep:
            path = next(iter(self._kept))
            saved = self._kept.pop(path)
            if self._keep_hours and saved - self._keep_hours * 3600 >= self._last_preserved:
                self._last_preserved = saved
                continue
            for name in [index_path(path),
                         *glob.glob(glob.escape(path) + ".data-?????-of-?????")]:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(name)

    def _record(self) -> None:
        update_checkpoint_state(
            self._directory, relative_to(self._directory, self._latest or ""),
            [relative_to(self._directory, path) for path in self._kept],
            all_model_checkpoint_timestamps=list(self._kept.values()),
            last_preserved_timestamp=self._last_preserved)
