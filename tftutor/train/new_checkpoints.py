"""Waiting for checkpoints that another process writes: `tf.train.checkpoints_iterator`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from tftutor.framework.api import tf_export
from tftutor.platform import tf_logging
from tftutor.train.checkpoint_management import latest_checkpoint


@tf_export("contrib.training.wait_for_new_checkpoint")
def wait_for_new_checkpoint(checkpoint_dir: str, last_checkpoint: str | None = None,
                            seconds_to_sleep: float = 1, timeout: float | None = None
                            ) -> str | None:
    """The latest checkpoint of a directory as soon as it isn't `last_checkpoint`.

    Returns: None when that takes longer than `timeout` seconds.
    Source: TF 1.15 docs, tf.contrib.training.wait_for_new_checkpoint.
    """
    tf_logging.info("Waiting for new checkpoint at %s", checkpoint_dir)
    end = None if timeout is None else time.time() + timeout
    while True:
        found = latest_checkpoint(checkpoint_dir)
        if found is not None and found != last_checkpoint:
            tf_logging.info("Found new checkpoint at %s", found)
            return found
        if end is not None and time.time() + seconds_to_sleep > end:
            return None
        time.sleep(seconds_to_sleep)


@tf_export("train.checkpoints_iterator", "contrib.training.checkpoints_iterator")
def checkpoints_iterator(checkpoint_dir: str, min_interval_secs: float = 0,
                         timeout: float | None = None,
                         timeout_fn: Callable[[], bool] | None = None) -> Iterator[str]:
    """Yield each new checkpoint of a directory.

    Args:
      min_interval_secs: seconds from one to the next, at least.
      timeout: how many seconds to wait for a new one.
      timeout_fn: asked when that has passed: True ends the iteration, False goes on waiting.

    Source: TF 1.15 docs, tf.train.checkpoints_iterator.
    """
    last = None
    while True:
        found = wait_for_new_checkpoint(checkpoint_dir, last, timeout=timeout)
        if found is None:
            if timeout_fn is None:
                tf_logging.info("Timed-out waiting for a checkpoint.")
                return
            if timeout_fn():
                return
            continue
        start, last = time.time(), found
        yield found
        time.sleep(max(0.0, start + min_interval_secs - time.time()))
