"""Distributed TF1 programs as courses have them, each task a process under `tftutor run`.

Beside each of tests/programs/distributed/*.py lies what TF 1.15 printed (`ask_programs.py` there).
Where workers race, a program prints only what doesn't depend on who is first.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

import tftutor
from tests.programs.distributed import tasks
from tests.test_programs import NUMBER, RTOL, differences

RUNS = [(path, run) for path in tasks.programs() for run in tasks.runs(path)]
LIMIT = 60  # seconds


@pytest.fixture(scope="module")
def outcomes_of(tmp_path_factory):
    """outcomes_of(path, run): what became of the tasks; a program is run once."""
    found = {}

    def outcomes(path, run):
        if (path, run.name) not in found:
            found[path, run.name] = started(path, run, tmp_path_factory.mktemp(run.name))
        return found[path, run.name]

    return outcomes


def started(path, run, folder):
    environment = {**os.environ, "PYTHONPATH": str(Path(tftutor.__file__).parent.parent)}
    command = [sys.executable, "-m", "tftutor", "run", path]
    outcomes = tasks.run_tasks(command, run, str(folder), environment, LIMIT)
    for task in run.until:
        assert outcomes[task].status == 0, f"{task}:\n{outcomes[task].err[-2000:]}"
    return outcomes


def text_and_close_numbers(expected, actual, tolerance):
    """Lines whose text differs, or one of whose numbers by more than `tolerance`."""
    found = []
    for a, b in zip(expected, actual, strict=False):
        texts = [NUMBER.sub("#", line) for line in (a, b)]
        numbers = [[float(n) for n in NUMBER.findall(line)] for line in (a, b)]
        if texts[0] != texts[1] or numbers[0] != pytest.approx(numbers[1], abs=tolerance):
            found.append(f"TF 1.15: {a}\ntftutor: {b}")
    if len(expected) != len(actual):
        found.append(f"TF 1.15 printed {len(expected)} lines, tftutor {len(actual)}")
    return found


@pytest.mark.parametrize(("path", "run"), RUNS,
                         ids=[f"{Path(path).stem}-{run.name}" for path, run in RUNS])
def test_distributed_program_prints_what_it_prints_with_tf(path, run, outcomes_of):
    actual = tasks.transcript(outcomes_of(path, run), run.until)
    expected = Path(tasks.output_path(path, run)).read_text().splitlines()
    tolerance = tasks.tolerance(path)
    found = (differences(expected, actual, RTOL) if tolerance is None
             else text_and_close_numbers(expected, actual, tolerance))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", ["two_workers", "backup_worker"])
def test_synchronous_replicas_reach_the_accuracy_of_one_process(name, outcomes_of):
    path = str(Path(tasks.HERE) / "sync_replicas.py")
    run = next(run for run in tasks.runs(path) if run.name == name)
    printed = outcomes_of(path, run)["worker:0"].out
    assert float(re.search(r"accuracy (\S+)", printed)[1]) > one_process() - 0.03


def one_process(steps=150, batch=100):
    """The same network and optimizer, trained in one process on batches as big as two workers'."""
    from tftutor.compat.datasets import mnist

    data = mnist.read_data_sets("", one_hot=True)
    tf = tftutor
    with tf.Graph().as_default():
        x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10])
        hidden = tf.layers.dense(x, 50, activation=tf.nn.relu,
                                 kernel_initializer=tf.random_normal_initializer(stddev=0.05))
        logits = tf.layers.dense(hidden, 10,
                                 kernel_initializer=tf.random_normal_initializer(stddev=0.1))
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
        right = tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1))
        accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
        train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
        test = {x: data.test.images, y: data.test.labels}
        reached = 0.0
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for step in range(steps):
                images, labels = data.train.next_batch(batch)
                session.run(train, {x: images, y: labels})
                if step > steps - 25:
                    reached = max(reached, session.run(accuracy, test))
    return reached
