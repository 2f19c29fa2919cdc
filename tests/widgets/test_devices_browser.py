"""The devices panel in a real JupyterLab: lanes, details, reasons, and the graph beside them."""
from __future__ import annotations

import pytest

SETUP = """
import os
os.environ["TFTUTOR_SIMULATED_GPUS"] = "2"
import numpy as np
import tftutor as tf
x = tf.placeholder(tf.float32, [256, 256], name="x")
with tf.device("/cpu:0"):
    W = tf.Variable(tf.ones([256, 256]), name="W")
sums = []
for i in range(2):
    with tf.device(f"/gpu:{i}"), tf.name_scope(f"tower_{i}"):
        sums.append(tf.reduce_sum(tf.matmul(tf.matmul(x, W, name="first"), W, name="second")))
with tf.device("/gpu:5"):
    lost = tf.as_string(sums[0], name="lost")
with tf.device("/cpu:0"):
    both = tf.add(*sums, name="both")
sess = tf.Session(config=tf.ConfigProto(device_count={"GPU": 2}, allow_soft_placement=True))
sess.run(W.initializer)
feeds = {x: np.ones((256, 256))}
metadata = tf.RunMetadata()
sess.run([both, lost], feeds)
sess.run([both, lost], feeds, run_metadata=metadata,
         options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE))
"""
STEP = "tf.explore((metadata, sess))"
PLACEMENT = "tf.explore(sess)"
CHOSEN = ".tft-span.tft-chosen"


pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("lab")]


@pytest.fixture(scope="module")
def step(_shared_lab):
    """The notebook, opened once: a step's panel in cell 1, a placement's in cell 2."""
    nb = _shared_lab.run([SETUP, STEP, PLACEMENT])
    nb.output(1).locator(".tft-span").first.wait_for()
    return nb


def span(nb, op):
    """An operation in the timeline."""
    return nb.output(1).locator(f".tft-lanes [data-op='{op}']")


def facts(nb, number=1):
    return nb.output(number).locator(".tft-facts").inner_text()


def test_every_device_has_a_lane_and_simulated_ones_say_so(step):
    titles = step.output(1).locator(".tft-lane-title").all_text_contents()
    assert titles == ["CPU:0", "GPU:0 (simulated)", "GPU:1 (simulated)"]
    frames = step.output(1).locator(".tft-lane-frame")
    fills = frames.evaluate_all("all => all.map(each => each.getAttribute('fill'))")
    assert fills[0] == "none" and all(fill.startswith("url(#sim") for fill in fills[1:])
    assert step.output(1).locator(".tft-arrow").count() == 6
    step.picture("devices_step.png", 1)


def test_a_clicked_operation_shows_its_times_and_its_reason(step):
    span(step, "tower_0/first").click()
    text = facts(step)
    assert "MatMul" in text and "computes" in text and "[256, 256] 256.0 KiB" in text
    assert "asked for: /device:GPU:0" in text
    assert step.output(1).locator(CHOSEN).get_attribute("data-op") == "tower_0/first"


def test_arrow_keys_walk_through_operations_and_devices(step):
    lanes = step.output(1).locator(".tft-lanes")
    span(step, "tower_0/first").click()
    lanes.focus()
    step.page.keyboard.press("ArrowRight")
    assert step.output(1).locator(CHOSEN).get_attribute("data-op") == "tower_0/second"
    step.page.keyboard.press("ArrowDown")
    assert step.output(1).locator(CHOSEN).get_attribute("data-op").startswith(("tower_1", "W/read"))
    assert "GPU:1 (simulated)" in facts(step)
    step.page.keyboard.press("End")
    before = step.output(1).locator(".tft-tick").all_text_contents()
    step.page.keyboard.press("+")
    step.page.keyboard.press("+")
    assert step.output(1).locator(".tft-tick").all_text_contents() != before
    step.page.keyboard.press("0")
    assert step.output(1).locator(".tft-tick").all_text_contents() == before


def test_the_timeline_and_the_graph_are_linked_both_ways(step):
    output = step.output(1)
    span(step, "tower_1/second").click()
    output.get_by_role("button", name="Graph", exact=True).click()
    output.locator(".tft-graph svg").wait_for()
    span(step, "tower_1/first").click()
    marked = output.locator(".tft-graph .tft-marked")
    output.locator(".tft-graph .tft-marked[data-node='tower_1/first']").wait_for()
    assert marked.count() == 1
    output.locator(".tft-graph [data-node='tower_1/second']").click()
    output.locator(f"{CHOSEN}[data-op='tower_1/second']").wait_for()
    assert "GPU:1 (simulated)" in facts(step)
    step.picture("devices_linked.png", 1)
    output.locator(".tft-graph [data-node='both']").focus()
    step.page.keyboard.press("Enter")
    output.locator(f"{CHOSEN}[data-op='both']").wait_for()
    output.locator(".tft-graph .tft-marked[data-node='both']").wait_for()
    assert step.page.evaluate("document.activeElement.dataset.node") == "both"  # still there


def test_a_scope_chosen_in_the_graph_lights_its_operations_up(step):
    output = step.output(1)
    scope = output.locator(".tft-graph [data-cluster='tower_1'] text").first
    scope.click()
    output.locator(".tft-status", has_text="tower_1:").wait_for()
    assert output.locator(".tft-graph [data-node='tower_1']").count() == 1
    dim = output.locator(".tft-span.tft-dim").evaluate_all(
        "all => all.map(each => each.dataset.op)")
    bright = output.locator(".tft-span:not(.tft-dim)").evaluate_all(
        "all => all.map(each => each.dataset.op)")
    assert "tower_0/first" in dim and {"tower_1/first", "tower_1/second"} <= set(bright)
    output.get_by_role("button", name="Graph", exact=True).click()
    assert output.locator(".tft-graph").count() == 0


def test_the_table_filters_what_soft_placement_moved(step):
    output = step.output(2)
    output.locator(".tft-where tbody tr").first.wait_for()
    rows = output.locator(".tft-where tbody tr")
    assert rows.count() > 10
    output.get_by_role("button", name="Moved by soft placement (1)").click()
    assert rows.count() == 1
    text = rows.inner_text()
    assert "lost" in text and "/device:GPU:5" in text and "isn't there" in text and "moved" in text
    rows.get_by_role("button", name="lost").click()
    assert "moved: soft placement" in facts(step, 2)
    output.get_by_role("button", name="Moved by soft placement (1)").click()
    output.get_by_role("searchbox").fill("matmul gpu:1")
    assert rows.count() == 2


def test_the_map_of_a_placement_can_be_chosen_by_keyboard(step):
    output = step.output(2)
    box = output.locator(".tft-map [data-op='lost']")
    box.focus()
    step.page.keyboard.press("Enter")
    assert "soft placement" in facts(step, 2)
    step.picture("devices_placement.png", 2)


def test_files_can_be_saved(step):
    output = step.output(1)
    with step.page.expect_download() as saved:
        output.get_by_role("button", name="Chrome trace").click()
    assert '"traceEvents"' in open(saved.value.path()).read()
    with step.page.expect_download() as saved:
        output.get_by_role("button", name="SVG").click()
    picture = open(saved.value.path()).read()
    assert picture.startswith("<svg") and "tower_0/first" in picture


def test_dark_theme(step):
    step.theme("dark")
    step.page.locator("#jupyterlab-splash").wait_for(state="detached")
    step.picture("devices_step_dark.png", 1)
    step.picture("devices_placement_dark.png", 2)
    step.theme("light")


@pytest.mark.parametrize("trusted, kernel", [(False, True), (True, False)])
def test_saved_notebooks_show_the_drawings(lab, step, trusted, kernel):
    nb = lab.reopen(step, trusted=trusted, kernel=kernel)
    picture = nb.output(1).locator("img")
    picture.wait_for()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 300")
    nb.output(1).locator("summary").click()
    assert "Between devices: 6 copies" in nb.output(1).locator("pre").first.inner_text()
