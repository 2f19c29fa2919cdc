"""Ask TensorFlow 1.15 where it places the nodes of programs: writes placements.json.gz.

Run with the interpreter that has TensorFlow 1.15: python ask_placements.py

Besides the answers it writes which kernels the device XLA_CPU has, for the operations that occur.
"""
from __future__ import annotations

import gzip
import json
import os
import re
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import tensorflow as tf
from placement_programs import PROGRAMS
from placement_programs_random import RANDOM_PROGRAMS
from tensorflow.python.framework import kernels


def printed(action):
    """What C++ code prints to the standard output while an action runs."""
    sys.stdout.flush()
    saved = os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            action()
        finally:
            os.dup2(saved, 1)
        file.seek(0)
        return file.read().decode()


def flush_c_output():
    import ctypes

    ctypes.CDLL(None).fflush(None)


def placements(steps, soft):
    """One answer a step: the lines of the placement, or the error."""
    found = []
    config = tf.ConfigProto(device_count={"CPU": 2}, allow_soft_placement=soft,
                            log_device_placement=True)
    with tf.Graph().as_default():
        probe = tf.no_op(name="probe")
        session = tf.Session(config=config)
        for step in steps:
            step(tf)
            found.append(answer(session, probe))
    return found


def answer(session, probe):
    error = []

    def run():
        try:
            session.run(probe)
        except tf.errors.OpError as caught:
            error.append(type(caught).__name__ + ": " + caught.message)
        flush_c_output()

    flush_c_output()
    text = printed(run)
    if error:
        return without_places(error[0])
    return [line for line in text.splitlines() if re.match(r"\S+: \(\w+\): /job:", line)]


def without_places(text):
    """An error without files, lines and what depends on them."""
    text = text.partition("Additional information about")[0]
    text = text.partition("\n\nErrors may have originated")[0]
    text = re.sub(r" \(defined at [^)]*\) ", " (defined) ", text)
    text = re.sub(r"placed on device (.|\n)*? (and|:|was)(?= )", r"placed on device \2", text)
    text = re.sub(r"(?m)^  device='XLA.*\n", "", text)
    text = re.sub(r"(?m)((^\w+: (\w+ )+\n)+)", _sorted_lines, text)
    return re.sub(r"Node attrs: (.*)", _sorted_attrs, text)


def _sorted_attrs(match):
    return "Node attrs: " + ", ".join(sorted(match.group(1).split(", ")))


def _sorted_lines(match):
    return "".join(sorted(match.group(0).splitlines(True)))


def xla_kernels():
    found = {}
    for kernel in kernels.get_all_registered_kernels().kernel:
        if kernel.device_type in ("XLA_CPU", "DEFAULT"):
            found.setdefault(kernel.op, []).append({
                c.name: " ".join(sorted(tf.as_dtype(t).name for t in c.allowed_values.list.type))
                for c in kernel.constraint})
    return {op: sorted(entries, key=str) for op, entries in found.items()}


if __name__ == "__main__":
    programs = sorted(PROGRAMS.items()) + sorted(RANDOM_PROGRAMS.items())
    answers = {"%s, soft %s" % (name, soft): placements(steps, soft)
               for name, steps in programs for soft in (False, True)}
    text = json.dumps({"xla_cpu": xla_kernels(), "answers": answers}, indent=1, sort_keys=True)
    with open(os.path.join(HERE, "placements.json.gz"), "wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
            packed.write(text.encode())
