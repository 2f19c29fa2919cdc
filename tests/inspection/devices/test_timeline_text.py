"""Timelines as text."""

from __future__ import annotations

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.devices.timeline_text import timeline_text

CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
GPU = "/job:localhost/replica:0/task:0/device:GPU:0"
BY_HAND = f"""
dev_stats {{ device: "{GPU}" thread_names {{ key: 7 value: "GPU:0 simulated by NumPy" }}
  node_stats {{ node_name: "x/_2" all_start_micros: 5000 all_end_rel_micros: 300
    op_start_rel_micros: 200 timeline_label: "x/_2 = _Recv(edge_1_x @ {GPU}, x)" }}
  node_stats {{ node_name: "product" all_start_micros: 5300 all_end_rel_micros: 500
    timeline_label: "product = MatMul(x/_2, x/_2)" }}
}}
dev_stats {{ device: "{CPU}"
  node_stats {{ node_name: "_SOURCE" all_start_micros: 5000 timeline_label: "_SOURCE = NoOp()" }}
  node_stats {{ node_name: "x" all_start_micros: 5000 all_end_rel_micros: 200
    timeline_label: "x = Exp(_arg_a_0_0)" }}
  node_stats {{ node_name: "x/_1" all_start_micros: 5200 all_end_rel_micros: 10
    timeline_label: "x/_1 = _Send(edge_1_x @ {GPU}, x)" }}
  node_stats {{ node_name: "last" all_start_micros: 5900 all_end_rel_micros: 100
    timeline_label: "last = Sqrt(x)" }}
}}
dev_stats {{ device: "/device:GPU:0/stream:all"
  node_stats {{ node_name: "product:MatMul" all_start_micros: 5300 all_end_rel_micros: 500 }} }}
"""
DRAWN = """\
Step of 1.00 ms, 20 columns of 50.0 us.   # computes   - copies   ~ waits
CPU:0              ####              ##  busy  30 %
GPU:0 (simulated)  ~~~~--##########      busy  50 %
CPU:0               200.0 us  x
CPU:0               100.0 us  last
GPU:0 (simulated)   500.0 us  product"""


def test_a_trace_by_hand():
    from google.protobuf import text_format
    from tensorboard.compat.proto.step_stats_pb2 import StepStats

    assert timeline_text(text_format.Parse(BY_HAND, StepStats()), width=20) == DRAWN


def test_two_towers_have_a_line_each():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [64, 64], name="x")
        towers = []
        for index in range(2):
            with tf.device(f"/gpu:{index}"):
                towers.append(tf.reduce_sum(tf.matmul(x, x, name=f"product_{index}")))
        with tf.device("/cpu:0"):
            both = towers[0] + towers[1]
        metadata = tf.RunMetadata()
        with tf.Session(config=tf.ConfigProto(device_count={"GPU": 2})) as session:
            session.run(both, {x: np.ones((64, 64))},
                        tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), metadata)
    text = timeline_text(metadata.step_stats)
    assert text == timeline_text(metadata.step_stats)
    titles = [line[:19].strip() for line in text.splitlines()[1:4]]
    assert titles == ["CPU:0", "GPU:0 (simulated)", "GPU:1 (simulated)"]
    assert all(len(line.partition("  busy")[0]) == len(text.splitlines()[1].partition("  busy")[0])
               for line in text.splitlines()[1:4])
    for index in range(2):
        assert any(line.startswith(f"GPU:{index} ") and line.endswith(f" product_{index}")
                   for line in text.splitlines())


def test_an_empty_trace_says_how_to_get_one():
    with pytest.raises(ValueError, match="FULL_TRACE"):
        timeline_text(tf.RunMetadata().step_stats)


def test_what_another_task_sends_is_awaited_until_it_is_sent():
    from google.protobuf import text_format
    from tensorboard.compat.proto.step_stats_pb2 import StepStats

    worker = "/job:worker/replica:0/task:0/device:CPU:0"
    stats = text_format.Parse(f"""
dev_stats {{ device: "/job:ps/replica:0/task:0/device:CPU:0"
  node_stats {{ node_name: "x/_1" all_start_micros: 5200 all_end_rel_micros: 10
    timeline_label: "x/_1 = _Send(edge_1_x @ {worker}, x)" }} }}
dev_stats {{ device: "{worker}"
  node_stats {{ node_name: "x/_2" all_start_micros: 5000 all_end_rel_micros: 400
    timeline_label: "x/_2 = _Recv(edge_1_x @ {worker})" }} }}""", StepStats())
    assert timeline_text(stats, width=4).splitlines()[2].split()[2] == "~~--"
