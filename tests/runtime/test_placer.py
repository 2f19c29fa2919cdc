"""Where operations run, and which errors there are, against TensorFlow 1.15's answers."""

from __future__ import annotations

import gzip
import json
import pathlib
import re

import pytest

import tftutor as tf
from tests.golden.placement_programs import PROGRAMS as WRITTEN_PROGRAMS
from tests.golden.placement_programs_random import RANDOM_PROGRAMS
from tftutor.runtime import colocation, device_kernels
from tftutor.runtime.devices import Device
from tftutor.runtime.placer import Placer

PROGRAMS = WRITTEN_PROGRAMS | RANDOM_PROGRAMS
GOLDEN = pathlib.Path(__file__).parent.parent / "golden"
FACTS = json.loads(gzip.decompress((GOLDEN / "placements.json.gz").read_bytes()))


@pytest.fixture(autouse=True)
def kernels_of_xla_cpu(monkeypatch):
    """TensorFlow's device XLA_CPU:0: a type of its own, with kernels for few operations."""

    def has_kernel(op, device):
        if device.device_type != "XLA_CPU":
            return device_kernels.has_kernel(op, device)
        return any(all(op._attrs[attr].name in names.split() for attr, names in types.items())
                   for types in FACTS["xla_cpu"].get(op.type, ()))

    monkeypatch.setattr(colocation, "has_kernel", has_kernel)


def place(steps, soft):
    found = []
    with tf.Graph().as_default() as graph:
        tf.no_op(name="probe")
        placer = Placer([Device("CPU", 0), Device("CPU", 1), Device("XLA_CPU", 0)], soft)
        for step in steps:
            step(tf)
            try:
                found.append(placer.place(graph).lines())
            except tf.errors.OpError as error:
                found.append(f"{type(error).__name__}: {without_places(error.message)}")
    return found


def without_places(text):
    """An error without what the oracle's answers leave out."""
    text = text.partition("Additional information about")[0]
    text = re.sub(r" \(defined at [^)]*\) ", " (defined) ", text)
    text = re.sub(r"placed on device (.|\n)*? (and|:|was)(?= )", r"placed on device \2", text)
    text = re.sub(r"(?m)^  device='GPU.*\n", "", text)
    text = re.sub(r"(?m)((^\w+: (\w+ )+\n)+)",
                  lambda match: "".join(sorted(match[0].splitlines(True))), text)
    return re.sub(r"Node attrs: (.*)",
                  lambda match: "Node attrs: " + ", ".join(sorted(match[1].split(", "))), text)


@pytest.mark.parametrize("asked", sorted(FACTS["answers"]))
def test_placement_as_in_tensorflow(asked):
    name, _, soft = asked.rpartition(", soft ")
    assert place(PROGRAMS[name], soft == "True") == FACTS["answers"][asked]


def test_every_program_was_asked():
    assert {asked.rpartition(", soft ")[0] for asked in FACTS["answers"]} == set(PROGRAMS)
