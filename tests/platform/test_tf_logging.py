"""Logging: format, threshold, and the rate-limited forms."""

import logging
import subprocess
import sys

import pytest

from tftutor.platform import tf_logging


@pytest.fixture
def lines(monkeypatch):
    """Collect (level name, text, line's file) of everything the logger lets through."""
    collected = []

    class Collect(logging.Handler):
        def emit(self, record):
            collected.append((record.levelname, record.getMessage(), record.filename))

    logger = tf_logging.get_logger()
    before, handler = logger.level, Collect()
    logger.addHandler(handler)
    monkeypatch.setattr(tf_logging, "_calls_per_site", {})
    monkeypatch.setattr(tf_logging, "_deprecated_told", set())
    yield collected
    logger.removeHandler(handler)
    logger.setLevel(before)


def test_logging_threshold_hides_lower_levels(lines):
    tf_logging.set_verbosity(tf_logging.WARN)
    tf_logging.info("hidden")
    tf_logging.warn("shown %d", 1)
    tf_logging.warning("shown %d", 2)
    tf_logging.fatal("last")
    assert [line[:2] for line in lines] == [
        ("WARNING", "shown 1"), ("WARNING", "shown 2"), ("CRITICAL", "last"),
    ]
    assert tf_logging.get_verbosity() == 30


def test_logging_names_the_callers_file(lines):
    for call in (tf_logging.error, tf_logging.TaskLevelStatusMessage):
        call("x")
    tf_logging.vlog(tf_logging.ERROR, "x")
    tf_logging.log_if(tf_logging.ERROR, "x", True)
    assert {line[2] for line in lines} == {"test_tf_logging.py"}
    assert len(lines) == 4


def test_logging_every_n_counts_each_line_by_itself(lines):
    for i in range(5):
        tf_logging.log_every_n(tf_logging.WARN, "a%d", 2, i)
        tf_logging.log_every_n(tf_logging.WARN, "b%d", 3, i)
    assert [line[1] for line in lines] == ["a0", "b0", "a2", "b3", "a4"]


def test_logging_first_n_stops_after_n(lines):
    for i in range(5):
        tf_logging.log_first_n(tf_logging.WARN, "%d", 2, i)
    assert [line[1] for line in lines] == ["0", "1"]


def test_logging_if_false_says_nothing(lines):
    tf_logging.log_if(tf_logging.FATAL, "no", False)
    assert lines == []


def test_logging_flush_is_not_implemented_as_in_tf():
    with pytest.raises(NotImplementedError):
        tf_logging.flush()


def test_deprecation_hint_comes_once_per_symbol(lines):
    for _ in range(2):
        tf_logging.warn_deprecated_once("tf.mul", "use tf.multiply")
        tf_logging.warn_deprecated_once("tf.sub", "use tf.subtract")
    assert [line[1] for line in lines] == [
        "tf.mul is deprecated: use tf.multiply", "tf.sub is deprecated: use tf.subtract",
    ]


def test_muted_block_logs_nothing_and_uses_up_no_hint(lines):
    with tf_logging.muted():
        tf_logging.error("unheard")
        tf_logging.warn_deprecated_once("tf.mul", "use tf.multiply")
    tf_logging.warn_deprecated_once("tf.mul", "use tf.multiply")
    assert [line[1] for line in lines] == ["tf.mul is deprecated: use tf.multiply"]


def test_logging_line_in_a_program_looks_as_in_tf():
    program = (
        "from tftutor.platform import tf_logging as log; log.info('no'); log.warn('w %s', 1)\n"
        "log.set_verbosity(log.INFO); log.info('i'); log.debug('no')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "WARNING:tensorflow:w 1\nINFO:tensorflow:i\n")
