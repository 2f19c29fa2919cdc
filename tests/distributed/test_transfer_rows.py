"""Traces of clusters show what went from task to task, as TensorFlow's do."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest

import tftutor as tf
from tests.distributed.processes import free_ports
from tests.golden.session_programs import start, transfers
from tftutor.client import timeline
from tftutor.client.step_readings import transfers as read_transfers
from tftutor.distributed.transfer_rows import finish_rows
from tftutor.inspection.devices.trace import read_trace

GOLDEN = json.loads((pathlib.Path(__file__).parent.parent / "golden" / "sessions.json").read_text())
PS, WORKER = (f"/job:{job}/replica:0/task:0/device:CPU:0" for job in ("ps", "worker"))
TRACE = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    servers = start(tf, free_ports(3))
    yield transfers(tf, servers)
    for server in servers:
        server.stop()


@pytest.mark.parametrize("asked", ["rows", "wrong rates", "nodes"])
def test_rows_and_nodes_of_transfers_are_those_of_tf(ours: dict[str, Any], asked: str) -> None:
    assert ours[asked] == GOLDEN["transfers"][asked]


@pytest.fixture(scope="module")
def traced() -> Any:
    """The trace of a step that sends a mebibyte there and a scalar back, between processes."""
    with tf.cluster.local(ps=1, worker=1) as cluster, tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            big = tf.Variable(tf.ones([512, 512]), name="big")
            small = tf.Variable(0.0, name="small")
        with tf.device("/job:worker/task:0"):
            total = tf.reduce_sum(big, name="total")
        add = tf.assign_add(small, total)
        with tf.Session(cluster.target) as session:
            session.run(tf.global_variables_initializer())
            metadata = tf.RunMetadata()
            session.run(add.op, options=TRACE, run_metadata=metadata)
    return metadata


def test_a_transfer_begins_when_it_is_sent_and_ends_before_it_is_used(traced: Any) -> None:
    nodes = {node.node_name: node for table in traced.step_stats.dev_stats
             for node in table.node_stats if node.node_name != "RecvTensor"}
    rows = {node.timeline_label.split(" ")[2].split("_")[-1]: node
            for table in traced.step_stats.dev_stats for node in table.node_stats
            if node.node_name == "RecvTensor"}
    assert sorted(rows) == ["big/read", "total"]
    for tensor, user in (("big/read", "total"), ("total", "AssignAdd")):
        row, send = rows[tensor], next(node for name, node in nodes.items()
                                       if name.startswith(tensor) and " = _Send(" in
                                       node.timeline_label)
        assert row.all_start_micros == send.all_start_micros and row.all_end_rel_micros >= 1
        used = nodes[user].all_start_micros + nodes[user].all_end_rel_micros
        assert row.all_start_micros + row.all_end_rel_micros <= used


def test_a_timeline_shows_transfers(traced: Any) -> None:
    trace = json.loads(timeline.Timeline(traced.step_stats).generate_chrome_trace_format())
    shown = [event for event in trace["traceEvents"] if event["name"] == "RecvTensor"]
    assert len(shown) == 2 and all(event["dur"] >= 1 for event in shown)


def test_readings_name_source_target_and_bytes(traced: Any) -> None:
    found = {(row.source, row.target, row.kind, row.nbytes) for row in read_transfers(traced)}
    assert found == {(PS, WORKER, "network", 2**20), (WORKER, PS, "network", 4)}


def test_lanes_hold_each_transfer_once(traced: Any) -> None:
    trace = read_trace(traced.step_stats)
    assert [lane.device for lane in trace.lanes] == [PS, WORKER]
    received = [entry.op for lane in trace.lanes for entry in lane.entries
                if entry.type in ("_Recv", "RecvTensor")]
    assert len(received) == 2 and "RecvTensor" not in received


def test_lanes_of_a_trace_of_tf_show_transfers_as_copies(traced: Any) -> None:
    stats = type(traced.step_stats)()
    for table in traced.step_stats.dev_stats:
        kept = stats.dev_stats.add(device=table.device)
        kept.node_stats.extend(node for node in table.node_stats if not any(
            kind in node.timeline_label for kind in (" = _Send(", " = _Recv(")))
    trace = read_trace(stats)
    assert [lane.device for lane in trace.lanes] == [PS, WORKER]
    for lane in trace.lanes:
        row, = (entry for entry in lane.entries if entry.type == "RecvTensor")
        assert [stretch.what for stretch in row.stretches] == ["copies"]


def test_clocks_that_differ_leave_a_transfer_a_microsecond(traced: Any) -> None:
    stats = type(traced.step_stats)()
    stats.CopyFrom(traced.step_stats)
    for table in stats.dev_stats:
        for node in table.node_stats:
            if node.node_name == "RecvTensor":
                node.timeline_label = node.timeline_label.rpartition("] ")[2]
            elif " = _Send(" in node.timeline_label:
                node.all_start_micros += 10**9
    finish_rows(stats)
    rows = [node for table in stats.dev_stats for node in table.node_stats
            if node.node_name == "RecvTensor"]
    assert [row.all_end_rel_micros for row in rows] == [1, 1]
    assert "[8388.6" in "".join(row.timeline_label for row in rows)


def test_a_trace_may_be_bigger_than_a_header() -> None:
    with tf.cluster.local(ps=1, worker=1) as cluster, tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            x = y = tf.placeholder(tf.float32, [2])
            for _ in range(2000):
                y = tf.sin(y)
        with tf.Session(cluster.target) as session:
            metadata = tf.RunMetadata()
            session.run(y, {x: [1.0, 2.0]}, TRACE, metadata)
    assert metadata.ByteSize() > 2**18
