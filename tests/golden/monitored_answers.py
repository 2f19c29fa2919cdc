"""Runs a program of monitored_programs.py and gives its lines; for both libraries.

Imports neither library: the caller hands its `tf` in.
"""

import logging
import re
import shutil
import tempfile

import monitored_programs  # noqa: F401 - fills PROGRAMS
import monitored_programs_ends  # noqa: F401
import monitored_programs_hooks  # noqa: F401
from monitored_model import PROGRAMS

_TIMES = ((re.compile(r"\(\d+\.\d+ sec\)"), "(# sec)"),
          (re.compile(r"/sec: [\d.e+]+"), "/sec: #"),
          (re.compile(r" at 0x[0-9a-f]+"), ""),
          (re.compile(r"\d{4}-\d\d-\d\d[T-]\d\d:\d\d:\d\dZ?"), "<time>"),
          (re.compile(r"<(class|function) '?(?:\w+\.)*([\w<>.]+)'?>?"), r"<\1 \2>"))
# Not of the training: TF's own deprecated parts. Not always at the same place: errors of threads.
_ASIDE = re.compile("deprecated|Instructions for updating|^From |^Error reported to Coordinator")


def plain(value):
    """A value as text that doesn't depend on the library or on NumPy's version."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {plain(value[k])}" for k in sorted(value)) + "}"
    if type(value) in (list, tuple):
        return "[" + ", ".join(plain(item) for item in value) + "]"
    return str(value)


def answer(tf, name, programs=PROGRAMS):
    folder = tempfile.mkdtemp()
    lines = []

    def add(text):
        text = text.replace(folder, "<folder>")
        for pattern, by in _TIMES:
            text = pattern.sub(by, text)
        lines.append(text)

    class Handler(logging.Handler):
        def emit(self, record):
            if not _ASIDE.search(record.getMessage()):
                add(f"{record.levelname}:{record.getMessage()}")

    logger, handler = logging.getLogger("tensorflow"), Handler()
    old_handlers, old_level = logger.handlers[:], logger.level
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO)
    try:
        with tf.Graph().as_default():
            programs[name](tf, folder, lambda *values: add(" ".join(map(plain, values))))
    except Exception as error:
        first_line = str(error).split("\n")[0]
        add(f"raised {type(error).__name__}: {first_line}")
    finally:
        logger.handlers[:] = old_handlers
        logger.setLevel(old_level)
        tf.summary.FileWriterCache.clear()  # or a writer's thread makes files in the folder still
        shutil.rmtree(folder)
    return lines
