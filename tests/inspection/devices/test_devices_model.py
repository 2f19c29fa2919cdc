"""Models of placements and of traced steps, their text and their pictures."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import tftutor as tf
from tftutor.inspection.devices import drawing, model_of
from tftutor.inspection.devices.memory import OTHERS
from tftutor.inspection.devices.names import device_title
from tftutor.inspection.devices.timeline_svg import round_times
from tftutor.inspection.quantities import bytes_text, duration_text

CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
GPU = "/job:localhost/replica:0/task:0/device:GPU:0"


def stats_of(text: str) -> Any:
    from google.protobuf import text_format
    from tensorboard.compat.proto.step_stats_pb2 import StepStats

    return text_format.Parse(text, StepStats())


# A step of 1 ms: the host makes x (200 us) and sends it; the GPU waits, copies, multiplies.
BY_HAND = f"""
dev_stats {{ device: "{GPU}" thread_names {{ key: 7 value: "GPU:0 simulated by NumPy" }}
  node_stats {{ node_name: "x/_2" all_start_micros: 5000 all_end_rel_micros: 300
    op_start_rel_micros: 200 timeline_label: "x/_2 = _Recv(edge_1_x @ {GPU}, x)"
    output {{ tensor_description {{ allocation_description {{ requested_bytes: 400 }} }} }} }}
  node_stats {{ node_name: "product" all_start_micros: 5300 all_end_rel_micros: 500
    timeline_label: "product = MatMul(x/_2, x/_2)"
    memory {{ allocator_name: "GPU_0_bfc" allocator_bytes_in_use: 1000
      allocation_records {{ alloc_micros: 5310 alloc_bytes: 600 }}
      allocation_records {{ alloc_micros: 5900 alloc_bytes: -600 }} }}
    output {{ tensor_description {{ shape {{ dim {{ size: 10 }} dim {{ size: 15 }} }}
      allocation_description {{ requested_bytes: 600 }} }} }} }}
}}
dev_stats {{ device: "{CPU}"
  node_stats {{ node_name: "_SOURCE" all_start_micros: 5000 timeline_label: "_SOURCE = NoOp()" }}
  node_stats {{ node_name: "c" all_start_micros: 5000 timeline_label: "c = Const()"
    memory_stats {{ persistent_memory_size: 64 }} }}
  node_stats {{ node_name: "x" all_start_micros: 5000 all_end_rel_micros: 200
    timeline_label: "x = Exp(c)"
    memory {{ allocator_name: "cpu"
      allocation_records {{ alloc_micros: 5100 alloc_bytes: 400 }}
      allocation_records {{ alloc_micros: 5400 alloc_bytes: -400 }} }} }}
  node_stats {{ node_name: "x/_1" all_start_micros: 5200 all_end_rel_micros: 10
    timeline_label: "x/_1 = _Send(edge_1_x @ {GPU}, x)" }}
  node_stats {{ node_name: "last" all_start_micros: 5900 all_end_rel_micros: 100
    timeline_label: "last = Sqrt(x)" }}
}}
dev_stats {{ device: "/device:GPU:0/memcpy"
  node_stats {{ node_name: "edge_1_x:MEMCPYHtoD" all_start_micros: 5200 all_end_rel_micros: 100
    timeline_label: "MEMCPYHtoD 400 bytes (Pageable to Device) {CPU} -> {GPU}" }} }}
"""


def test_a_trace_by_hand_becomes_lanes() -> None:
    model = model_of(stats_of(BY_HAND))
    assert model.length == 1000.0
    cpu, gpu = model.lanes
    assert (cpu.title, cpu.is_simulated, gpu.title, gpu.is_simulated) == (
        "CPU:0", False, "GPU:0 (simulated)", True)
    assert [(span.op, span.type) for span in cpu.spans] == [("x", "Exp"), ("last", "Sqrt")]
    assert cpu.still == ("c",)
    received, product = gpu.spans
    assert received.stretches == (("waits", 0.0, 200.0), ("copies", 200.0, 300.0))
    assert received.inputs == ("x",)
    assert product.stretches == (("computes", 300.0, 800.0),)
    assert product.made == "[10, 15] 600 B"
    assert (gpu.time("computes"), gpu.time("waits"), cpu.time("computes")) == (500, 200, 300)


def test_a_transfer_by_hand_names_its_tensor() -> None:
    row, = model_of(stats_of(BY_HAND)).transfers
    assert row == ("x", CPU, GPU, "HtoD", 400, 200.0, 100.0)


def test_the_peak_of_memory_says_who_held_it() -> None:
    cpu, gpu = model_of(stats_of(BY_HAND)).lanes
    assert cpu.memory is not None and gpu.memory is not None
    assert (cpu.memory.peak, cpu.memory.peak_time) == (464, 100.0)
    assert cpu.memory.holders == (("x", 400), ("c", 64))
    assert gpu.memory.peak == 1000
    assert gpu.memory.holders == (("product", 600), (OTHERS, 400))


@pytest.fixture(scope="module")
def towers() -> Any:
    """(session, traced step, fetch) of two towers, and an operation for a device that isn't."""
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [64, 64], name="x")
        with tf.device("/cpu:0"):
            weights = tf.Variable(tf.ones([64, 64]), name="W")
        sums = []
        for index in range(2):
            with tf.device(f"/gpu:{index}"), tf.name_scope(f"tower_{index}"):
                product = tf.matmul(x, weights, name="product")
                sums.append(tf.reduce_sum(product, name="sum"))
        with tf.device("/gpu:5"):
            lost = tf.as_string(sums[0], name="lost")
        with tf.device("/cpu:0"):
            both = tf.add(*sums, name="both")
        config = tf.ConfigProto(device_count={"GPU": 2}, allow_soft_placement=True)
        metadata = tf.RunMetadata()
        with tf.Session(config=config) as session:
            session.run(weights.initializer)
            session.run([both, lost], {x: np.ones((64, 64))},
                        tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), metadata)
            yield session, metadata, both, x


def test_a_session_shows_where_all_operations_run_and_why(towers: Any) -> None:
    session, _, _, _ = towers
    model = model_of(session)
    assert not model.is_traced
    assert {row.op for row in model.rows} == {
        op.name for op in session.graph.get_operations()}
    by_name = {row.op: row for row in model.rows}
    assert by_name["tower_1/product"].actual == "/device:GPU:1"
    assert [row.op for row in model.moved] == ["lost"]
    assert "isn't there" in by_name["lost"].reason
    assert sum(lane.operations for lane in model.lanes) == len(model.rows)


def test_crossings_are_counted_once_a_device(towers: Any) -> None:
    session, _, both, x = towers
    crossings = model_of(session, fetches=both, feeds=[x]).crossings
    found = {(row.tensor, row.source[-5:], row.target[-5:]): row.nbytes for row in crossings}
    assert found == {
        ("x", "CPU:0", "GPU:0"): 16384, ("x", "CPU:0", "GPU:1"): 16384,
        ("W/read", "CPU:0", "GPU:0"): 16384, ("W/read", "CPU:0", "GPU:1"): 16384,
        ("tower_0/sum", "GPU:0", "CPU:0"): 4, ("tower_1/sum", "GPU:1", "CPU:0"): 4}


def test_what_is_fed_comes_from_the_host(towers: Any) -> None:
    session, _, both, x = towers
    shown = drawing(session, fetches=both, feeds={x: np.ones((64, 64))})
    row = next(row for row in shown.model.rows if row.op == "x")
    assert row.actual == "/device:CPU:0" and row.reason.startswith("fed")
    root = ElementTree.fromstring(shown.svg())
    assert "x" in {g.get("data-op") for g in root.iter()}
    arrows = [each for each in root.iter() if each.get("marker-end")]
    assert len(arrows) == 6


def test_fetches_leave_out_what_they_do_not_need(towers: Any) -> None:
    session, _, both, _ = towers
    names = {row.op for row in model_of(session, fetches={"a": [both, "tower_0/sum:0"]}).rows}
    assert "both" in names and "x" in names
    assert not names & {"lost", "W/Assign"}


def test_bytes_of_an_unknown_shape_are_unknown() -> None:
    with tf.Graph().as_default():
        with tf.device("/cpu:0"):
            x = tf.identity(tf.placeholder(tf.float32, [None, 3]), name="x")
        with tf.device("/gpu:0"):
            tf.square(x, name="y")
        with tf.Session(config=tf.ConfigProto(device_count={"GPU": 1})) as session:
            shown = drawing(session)
    crossing = next(row for row in shown.model.crossings if row.tensor == "x")
    assert crossing.nbytes is None and crossing.shape == "(?, 3)"
    assert re.search(r"x +\(\?, 3\) +not known", shown.text())


def test_a_step_with_its_session_shows_both(towers: Any) -> None:
    session, metadata, _, _ = towers
    alone, joined = model_of(metadata), model_of((metadata, session))
    assert alone.rows == () and joined.lanes == alone.lanes
    names = {row.op for row in joined.rows}
    assert {"tower_0/product", "both", "lost", "W"} <= names
    assert "W/Assign" not in names  # it wasn't run
    assert model_of((session, metadata)).to_dict() == joined.to_dict()


def test_an_idle_device_has_a_lane_of_its_own() -> None:
    with tf.Graph().as_default():
        with tf.device("/cpu:0"):
            y = tf.sqrt(tf.placeholder_with_default([4.0], [1]), name="y")
        metadata = tf.RunMetadata()
        with tf.Session(config=tf.ConfigProto(device_count={"GPU": 1})) as session:
            session.run(y, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                        run_metadata=metadata)
            model = model_of((metadata, session))
    assert [lane.title for lane in model.lanes] == ["CPU:0", "GPU:0 (simulated)"]
    assert model.lanes[1].spans == ()


def test_the_text_of_a_step_tells_transfers_memory_and_reasons(towers: Any) -> None:
    session, metadata, _, _ = towers
    text = drawing((metadata, session)).text()
    assert text.startswith("Step of ")
    assert "Between devices: 6 copies of 64.0 KiB" in text
    assert re.search(r"HtoD +16\.0 KiB +CPU:0 -> GPU:1 +W/read", text)
    assert re.search(r"GPU:0 \(simulated\).* peak 48\.0 KiB", text)
    assert re.search(r"^\* +lost +AsString +/device:GPU:5 +/device:CPU:0 +soft placement", text,
                     re.MULTILINE)


def test_a_received_value_is_held_as_a_copy_of_its_tensor(towers: Any) -> None:
    cpu = model_of(towers[1]).lanes[0]
    assert cpu.memory is not None
    held = {holder.op: holder.nbytes for holder in cpu.memory.holders}
    assert held["W"] == 16384
    assert held["copy of W/read"] in (16384, 2 * 16384)  # one a GPU, perhaps at the same time
    assert OTHERS not in held


def test_pictures_are_described_and_name_their_operations(towers: Any) -> None:
    session, metadata, _, _ = towers
    for shown in (drawing(session), drawing((metadata, session))):
        picture = shown.svg()
        assert picture == shown.svg()
        root = ElementTree.fromstring(picture)
        assert root.get("role") == "img"
        named = {g.get("data-op") for g in root.iter() if g.get("data-op")}
        assert {"tower_0/product", "tower_1/product"} <= named
        texts = [each.text or "" for each in root.iter() if each.tag.endswith("text")]
        assert any("GPU:1 (simulated)" in text for text in texts)
        hatched = [each for each in root.iter() if each.get("fill") == "url(#tut-simulated)"]
        assert len(hatched) >= 2


def test_a_moved_operation_says_so_in_the_picture(towers: Any) -> None:
    root = ElementTree.fromstring(drawing(towers[0]).svg())
    box = next(g for g in root.iter() if g.get("data-op") == "lost")
    assert any(each.text == "moved here" for each in box)
    assert any(each.get("stroke-dasharray") for each in box)


def test_a_big_graph_is_drawn_by_scopes() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [8, 8], name="x")
        for tower in range(2):
            with tf.device(f"/gpu:{tower}"), tf.name_scope(f"tower_{tower}"):
                for _ in range(40):
                    x = tf.matmul(x, x)
        with tf.Session(config=tf.ConfigProto(device_count={"GPU": 2})) as session:
            root = ElementTree.fromstring(drawing(session).svg())
        assert len(graph.get_operations()) == 81
    boxes = [g.get("data-op") for g in root.iter() if g.get("data-op")]
    assert boxes == ["x", "tower_0/", "tower_1/"]


def test_scopes_that_differ_in_a_number_share_a_box_when_there_are_many() -> None:
    with tf.Graph().as_default():
        for index in range(30):
            with tf.device(f"/gpu:{0 if index < 29 else 1}"), tf.name_scope(f"layer_{index}"):
                tf.ones([2], name="a"), tf.ones([2], name="b")
        with tf.Session(config=tf.ConfigProto(device_count={"GPU": 2})) as session:
            root = ElementTree.fromstring(drawing(session).svg())
    boxes = [g.get("data-op") for g in root.iter() if g.get("data-op")]
    assert boxes == ["layer…", "layer_29/"]


def test_a_long_step_keeps_its_picture_small() -> None:
    nodes = "".join(
        f'node_stats {{ node_name: "n{i}" all_start_micros: {i} all_end_rel_micros: 1 '
        f'timeline_label: "n{i} = Sqrt(x)" }}' for i in range(1, 5000))
    shown = drawing(stats_of(f'dev_stats {{ device: "{CPU}" {nodes} }}'))
    assert len(shown.model.lanes[0].spans) == 4999
    assert len(shown.svg()) < 100_000


def test_the_model_is_json(towers: Any) -> None:
    session, metadata, _, _ = towers
    data = json.loads(json.dumps(drawing((metadata, session)).to_dict()))
    assert data["length"] > 0 and len(data["lanes"]) == 3
    assert data["lanes"][1]["simulated"] is True
    assert {row["kind"] for row in data["transfers"]} >= {"HtoD", "DtoH"}


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(TypeError, match="expected a tf.Session"):
        drawing(3)
    with pytest.raises(ValueError, match="FULL_TRACE"):
        drawing(tf.RunMetadata())


@pytest.mark.parametrize(("length", "expected"), [
    (1000.0, [0, 200, 400, 600, 800, 1000]), (7.0, [0, 1, 2, 3, 4, 5, 6, 7]), (0.5, None)])
def test_times_on_the_axis_are_round(length: float, expected: list[float] | None) -> None:
    times = round_times(length)
    assert 4 <= len(times) <= 10 and times[0] == 0 and times[-1] <= length * (1 + 1e-9)
    if expected is not None:
        assert times == pytest.approx(expected)


def test_names_for_people() -> None:
    assert device_title("/job:worker/replica:0/task:1/device:GPU:0", True) == (
        "worker:1 GPU:0 (simulated)")
    assert [bytes_text(n) for n in (4, 2048, 3 << 20)] == ["4 B", "2.0 KiB", "3.00 MiB"]
    assert [duration_text(n) for n in (850, 12345, 4_560_000)] == ["850 ns", "12.3 us", "4.56 ms"]


def test_what_runs_at_the_same_time_is_counted_once() -> None:
    nodes = "".join(
        f'node_stats {{ node_name: "n{i}" all_start_micros: {start} all_end_rel_micros: {length} '
        f'timeline_label: "n{i} = Sqrt(x)" }}'
        for i, (start, length) in enumerate([(100, 50), (120, 60), (190, 10)]))
    shown = drawing(stats_of(f'dev_stats {{ device: "{CPU}" {nodes} }}'))
    assert shown.model.length == 100.0
    assert shown.model.lanes[0].time("computes") == 90.0
    assert "busy  90 %" in shown.text()
    root = ElementTree.fromstring(shown.svg())
    tops = {g.get("data-op"): next(each.get("y") for each in g if each.tag.endswith("rect"))
            for g in root.iter() if g.get("data-op")}
    assert tops["n0"] != tops["n1"] and tops["n0"] == tops["n2"]


def test_a_step_of_a_cluster_has_a_lane_for_each_task() -> None:
    with tf.cluster.local(ps=1, worker=1) as cluster, tf.Graph().as_default():
        with tf.device("/job:ps/task:0"):
            kept = tf.Variable(tf.ones([50, 20]), name="kept")
        with tf.device("/job:worker/task:0"):
            total = tf.reduce_sum(kept, name="total")
        metadata = tf.RunMetadata()
        with tf.Session(cluster.target) as session:
            session.run(kept.initializer)
            session.run(total)
            session.run(total, run_metadata=metadata,
                        options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE))
            step, where = drawing((metadata, session)), drawing(session, fetches=total)
    assert [lane.title for lane in step.model.lanes] == ["ps:0 CPU:0", "worker:0 CPU:0"]
    transfer, = [row for row in step.model.transfers if row.kind == "network"]
    assert (transfer.name, transfer.nbytes) == ("kept/read", 4000)
    assert any(span.op == "total" for span in step.model.lanes[1].spans)
    arrows = [each for each in ElementTree.fromstring(step.svg()).iter()
              if each.get("marker-end")]
    assert [each.get("stroke-dasharray") for each in arrows] == ["6 3"]  # over the network
    assert [row.target for row in where.model.crossings] == [
        "/job:worker/replica:0/task:0/device:CPU:0"]
    boxes = {g.get("data-op") for g in ElementTree.fromstring(where.svg()).iter()}
    assert {"kept", "kept/read", "total"} <= boxes
