"""`tf.logging`: the logger named "tensorflow", its levels, and the one-line deprecation hint.

A line looks as in TF 1.15: `INFO:tensorflow:text`, on stderr (on stdout in an interactive
interpreter or notebook, where INFO is shown from the start; elsewhere the threshold is WARN).
"""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator
from logging import DEBUG, ERROR, FATAL, INFO, WARN
from typing import Any

from tftutor.framework.api import export_value, tf_export

_logger: logging.Logger | None = None
_lock = threading.Lock()
_calls_per_site: dict[tuple[str, int], int] = {}
_deprecated_told: set[str] = set()

for _level_name, _level in (
    ("DEBUG", DEBUG), ("ERROR", ERROR), ("FATAL", FATAL), ("INFO", INFO), ("WARN", WARN),
):
    export_value(f"logging.{_level_name}", _level)


class _CurrentStream(logging.StreamHandler):
    """Write to what `sys.stderr` (or `sys.stdout`) is now, so that redirection keeps working."""

    def __init__(self, stream_name: str) -> None:
        logging.Handler.__init__(self)
        self._stream_name = stream_name

    @property
    def stream(self) -> Any:
        return getattr(sys, self._stream_name)


def _configure(logger: logging.Logger) -> None:
    """Give the logger its handler, unless the program has configured logging itself."""
    if logging.getLogger().handlers or logger.handlers:
        return
    interactive = bool(getattr(sys, "ps1", None)) or bool(sys.flags.interactive)
    if interactive:
        logger.setLevel(INFO)
    handler = _CurrentStream("stdout" if interactive else "stderr")
    handler.setFormatter(logging.Formatter(logging.BASIC_FORMAT))
    logger.addHandler(handler)


@tf_export("get_logger")
def get_logger() -> logging.Logger:
    """The logger behind `tf.logging`. Source: TF 1.15 docs, tf.get_logger."""
    global _logger
    if _logger is None:
        with _lock:
            if _logger is None:
                logger = logging.getLogger("tensorflow")
                _configure(logger)
                _logger = logger
    return _logger


@contextlib.contextmanager
def muted() -> Iterator[None]:
    """Log nothing until the block ends, and forget which hints were given inside it."""
    logger, told = get_logger(), set(_deprecated_told)
    was_disabled, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = was_disabled
        _deprecated_told.intersection_update(told)


# stacklevel=2 makes handlers that print file and line name the caller of tf.logging.


@tf_export("logging.log")
def log(level: int, msg: str, *args: Any, **kwargs: Any) -> None:
    """Log `msg % args` at `level`. Source: TF 1.15 docs, tf.logging.log."""
    get_logger().log(level, msg, *args, **{"stacklevel": 2, **kwargs})


@tf_export("logging.vlog")
def vlog(level: int, msg: str, *args: Any, **kwargs: Any) -> None:
    """Log `msg % args` at `level`. Source: TF 1.15 docs, tf.logging.vlog."""
    get_logger().log(level, msg, *args, **{"stacklevel": 2, **kwargs})


@tf_export("logging.debug")
def debug(msg: str, *args: Any, **kwargs: Any) -> None:
    """Log at DEBUG. Source: TF 1.15 docs, tf.logging.debug."""
    get_logger().debug(msg, *args, **{"stacklevel": 2, **kwargs})


@tf_export("logging.info")
def info(msg: str, *args: Any, **kwargs: Any) -> None:
    """Log at INFO. Source: TF 1.15 docs, tf.logging.info."""
    get_logger().info(msg, *args, **{"stacklevel": 2, **kwargs})


@tf_export("logging.warn")
def warn(msg: str, *args: Any, **kwargs: Any) -> None:
    """Log at WARN. Source: TF 1.15 docs, tf.logging.warn."""
    get_logger().warning(msg, *args, **{"stacklevel": 2, **kwargs})


@tf_export("logging.warning")
def warning(msg: str, *args: Any, **kwargs: Any) -> None:
    """Log at WARN. Source: TF 1.15 docs, tf.logging.warning."""
    get_logger().warning(msg, *args, **{"stacklevel": 2, **kwargs})


@tf_export("logging.error")
def error(msg: str, *args: Any, **kwargs: Any) -> None:
    """Log at ERROR. Source: TF 1.15 docs, tf.logging.error."""
    get_logger().error(msg, *args, **{"stacklevel": 2, **kwargs})


@tf_export("logging.fatal")
def fatal(msg: str, *args: Any, **kwargs: Any) -> None:
    """Log at FATAL (printed as CRITICAL; the program goes on, as in TF 1.15).

    Source: TF 1.15 docs, tf.logging.fatal.
    """
    get_logger().fatal(msg, *args, **{"stacklevel": 2, **kwargs})


@tf_export("logging.TaskLevelStatusMessage")
def TaskLevelStatusMessage(msg: str) -> None:  # noqa: N802 - TF's name
    """Log `msg` at ERROR. Source: TF 1.15 docs, tf.logging.TaskLevelStatusMessage."""
    get_logger().error(msg, stacklevel=2)


@tf_export("logging.flush")
def flush() -> None:
    """Not implemented in TF 1.15 either.

    Raises: NotImplementedError always, as TF's does.
    Source: TF 1.15 docs, tf.logging.flush.
    """
    raise NotImplementedError  # TF 1.15's own body: programs that call it fail there too


def _count_call() -> int:
    """How often the line that called the caller of this function got here before."""
    frame = sys._getframe(2)
    site = (frame.f_code.co_filename, frame.f_lineno)
    _calls_per_site[site] = count = _calls_per_site.get(site, -1) + 1
    return count


@tf_export("logging.log_every_n")
def log_every_n(level: int, msg: str, n: int, *args: Any) -> None:
    """Log the 1st, (n+1)st, (2n+1)st ... time that the calling line gets here.

    Source: TF 1.15 docs, tf.logging.log_every_n.
    """
    if _count_call() % n == 0:
        get_logger().log(level, msg, *args, stacklevel=2)


@tf_export("logging.log_first_n")
def log_first_n(level: int, msg: str, n: int, *args: Any) -> None:
    """Log only the first `n` times that the calling line gets here.

    Source: TF 1.15 docs, tf.logging.log_first_n.
    """
    if _count_call() < n:
        get_logger().log(level, msg, *args, stacklevel=2)


@tf_export("logging.log_if")
def log_if(level: int, msg: str, condition: Any, *args: Any) -> None:
    """Log only when `condition` holds. Source: TF 1.15 docs, tf.logging.log_if."""
    if condition:
        get_logger().log(level, msg, *args, stacklevel=2)


@tf_export("logging.get_verbosity")
def get_verbosity() -> int:
    """The level from which lines are shown. Source: TF 1.15 docs, tf.logging.get_verbosity."""
    return get_logger().getEffectiveLevel()


@tf_export("logging.set_verbosity")
def set_verbosity(v: int) -> None:
    """Show lines of level `v` and above. Source: TF 1.15 docs, tf.logging.set_verbosity."""
    get_logger().setLevel(v)


def warn_deprecated_once(symbol: str, text: str) -> None:
    """Hint once per process and symbol that an old spelling was used.

    Example: `warn_deprecated_once("tf.mul", "use tf.multiply")` logs
    `WARNING:tensorflow:tf.mul is deprecated: use tf.multiply`.
    """
    with _lock:
        if symbol in _deprecated_told:
            return
        _deprecated_told.add(symbol)
    get_logger().warning("%s is deprecated: %s", symbol, text, stacklevel=3)
