"""Readings of traces: memory and transfers."""

from __future__ import annotations

import numpy as np
import pytest

import tftutor as tf
from tftutor.client.step_readings import Transfer, memory_over_step, transfers

CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
GPU = "/job:localhost/replica:0/task:0/device:GPU:0"
BY_HAND = f"""
dev_stats {{ device: "{CPU}"
  node_stats {{ node_name: "c" all_start_micros: 1000 timeline_label: "c = Const()"
    output {{ tensor_description {{ allocation_description {{ allocator_name: "cpu" }} }} }}
    memory_stats {{ persistent_memory_size: 10 }} }}
  node_stats {{ node_name: "a" all_start_micros: 1010 all_end_rel_micros: 5
    memory {{ allocator_name: "cpu" allocation_records {{ alloc_micros: 1010 alloc_bytes: 100 }}
      allocation_records {{ alloc_micros: 1030 alloc_bytes: -100 }} }} }}
  node_stats {{ node_name: "b" all_start_micros: 1020 all_end_rel_micros: 2
    memory {{ allocator_name: "cpu" allocation_records {{ alloc_micros: 1020 alloc_bytes: 7 }} }} }}
  node_stats {{ node_name: "b/_1" all_start_micros: 1022
    timeline_label: "b/_1 = _Send(edge_3_b @ {GPU}, b)" }}
}}
dev_stats {{ device: "{GPU}"
  node_stats {{ node_name: "b/_2" all_start_micros: 1005 all_end_rel_micros: 20
    op_start_rel_nanos: 18000 all_end_rel_nanos: 20000
    timeline_label: "b/_2 = _Recv(edge_3_b @ {GPU}, b)"
    output {{ tensor_description {{ allocation_description {{ requested_bytes: 7
      allocator_name: "cpu" }} }} }} }}
  node_stats {{ node_name: "d" all_start_micros: 1030 all_end_rel_micros: 10
    memory {{ allocator_name: "GPU_0_bfc" allocator_bytes_in_use: 512 }}
    memory {{ allocator_name: "cpu" allocation_records {{ alloc_micros: 1035 alloc_bytes: 1 }} }} }}
}}
dev_stats {{ device: "/device:GPU:0/memcpy"
  node_stats {{ node_name: "edge_4_e:MEMCPYHtoD" all_start_micros: 1015 all_end_rel_micros: 3
    timeline_label: "MEMCPYHtoD 64 bytes (Pageable to Device)" }}
}}
"""


@pytest.fixture
def by_hand():
    from google.protobuf import text_format
    from tensorboard.compat.proto.step_stats_pb2 import StepStats

    return text_format.Parse(BY_HAND, StepStats())


def test_memory_is_what_was_allocated_or_what_the_allocator_said(by_hand):
    assert memory_over_step(by_hand) == {
        CPU: [(0, 10), (10, 110), (20, 117), (30, 17), (35, 18)], GPU: [(40, 512)]}


def test_transfers_are_copies_and_what_is_handed_over(by_hand):
    assert transfers(by_hand) == [
        Transfer("edge_4_e", "/device:CPU:0", "/device:GPU:0", "HtoD", 64, 15, 3),
        Transfer("edge_3_b", CPU, GPU, "same memory", 7, 23, 2)]


def test_nothing_traced_is_nothing_read():
    metadata = tf.RunMetadata()
    assert transfers(metadata) == [] and memory_over_step(metadata.step_stats) == {}


def _memory(fetches, feeds, config=None, before=None):
    metadata = tf.RunMetadata()
    with tf.Session(config=config) as session:
        if before is not None:
            session.run(before)
        session.run(fetches, feeds, tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), metadata)
    return memory_over_step(metadata.step_stats), metadata


def test_a_views_buffer_counts_once_and_lives_as_long_as_the_view():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [100, 100], name="x")
        made = tf.exp(x, name="made")  # 40,000 bytes
        view = tf.reshape(made, [10_000], name="view")
        other = tf.square(view, name="other")  # 40,000 more, while the first lives
        total = tf.reduce_max(other, axis=0, name="total")
        curves, _ = _memory(total, {x: np.ones((100, 100))})
        held = [nbytes for _, nbytes in curves[CPU]]
        constants = held[-1]
        assert max(held) == 80_000 + constants
        assert constants == 8


def test_a_chain_holds_two_buffers_at_most():
    with tf.Graph().as_default():
        y = x = tf.placeholder(tf.float32, [100, 100], name="x")
        for _ in range(10):
            y = tf.tanh(y)
        curves, metadata = _memory(tf.reduce_max(y), {x: np.ones((100, 100))})
        held = [nbytes for _, nbytes in curves[CPU]]
        assert max(held) == 80_000 + held[-1]  # what is left are constants
        taken = sum(record.alloc_bytes for device in metadata.step_stats.dev_stats
                    for node in device.node_stats for used in node.memory
                    for record in used.allocation_records if record.alloc_bytes > 0)
        assert taken >= 400_000


def test_what_is_written_in_place_takes_no_memory():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [100, 100], name="x")
        y = ((x * 2.0) + 1.0) / 4.0
        curves, _ = _memory(y, {x: np.ones((100, 100))})
        held = [nbytes for _, nbytes in curves[CPU]]
        assert max(held) == held[-1] == 40_000 + 3 * 4  # fetched, so it outlives the step


def test_a_variable_is_there_before_and_after():
    with tf.Graph().as_default():
        v = tf.Variable(tf.ones([50, 50]), name="v")
        curves, _ = _memory(tf.assign_add(v, tf.exp(v), name="more").op, None,
                            before=v.initializer)
        held = [nbytes for _, nbytes in curves[CPU]]
        assert held[0] == 10_000 and max(held) == 20_000 and held[-1] == 10_000


def test_memory_of_a_simulated_gpu_is_its_allocators():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [100, 100], name="x")
        with tf.device("/gpu:0"):
            y = tf.reduce_max(tf.tanh(tf.exp(x)), axis=0)
        curves, _ = _memory(y, {x: np.ones((100, 100))}, tf.ConfigProto(device_count={"GPU": 1}))
        block = 40_192  # blocks of 256 bytes
        held = [nbytes for _, nbytes in curves[GPU]]
        assert held[0] == 0
        assert max(held) % block == 0 and max(held) >= 2 * block


def test_what_goes_to_another_task_goes_over_the_network(by_hand):
    by_hand.dev_stats[0].device = CPU.replace("localhost", "ps")
    assert [(t.name, t.kind) for t in transfers(by_hand)] == [
        ("edge_4_e", "HtoD"), ("edge_3_b", "network")]
