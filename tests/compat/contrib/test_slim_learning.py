"""tf.contrib.slim.learning on a cluster whose workers don't start together.

What one task does is compared with TF in tests/train/test_saver_golden.py.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

import tftutor as tf

PATIENCE = 60


def _train(index: int, target: str, folder: str | None, found: dict[int, object]) -> None:
    slim = tf.contrib.slim
    with tf.Graph().as_default(), tf.device(tf.train.replica_device_setter(
            ps_tasks=1, worker_device=f"/job:worker/task:{index}")):
        w = slim.model_variable("w", initializer=tf.constant(1.0))
        tf.train.get_or_create_global_step()
        sync = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 1, 2)
        train_op = slim.learning.create_train_op(tf.square(w), sync)
        try:
            found[index] = slim.learning.train(
                train_op, folder, master=target, is_chief=index == 0, number_of_steps=5,
                sync_optimizer=sync, save_summaries_secs=0, save_interval_secs=0)
        except Exception as error:  # noqa: BLE001 - the test shows it
            found[index] = error


def test_worker_that_is_there_before_the_chief_waits(tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tftutor.compat.contrib.slim_learning.GRACE_SECS", 0.2)
    workers, servers = tf.test.create_local_cluster(num_workers=2, num_ps=1)
    found: dict[int, object] = {}
    threads = []
    for index, delay in ((1, 0.0), (0, 0.5)):
        time.sleep(delay)
        folder = str(tmp_path) if index == 0 else None
        threads.append(threading.Thread(
            target=_train, args=(index, workers[index].target, folder, found), daemon=True))
        threads[-1].start()
    try:
        for thread in threads:
            thread.join(PATIENCE)
        assert sorted(found) == [0, 1]
        assert all(0 <= loss < 1 for loss in found.values()), found
        assert tf.train.load_variable(str(tmp_path), "global_step") >= 5
    finally:
        for server in (*workers, *servers):
            server.stop()
