"""The graph explorer and the step debugger in JupyterLab."""
from __future__ import annotations

import pytest

NETWORK = """
import numpy as np
import tftutor as tf
x = tf.placeholder(tf.float32, [None, 8, 8, 1], name="x")
labels = tf.placeholder(tf.int32, [None], name="labels")
h = tf.layers.conv2d(x, 4, 3, activation=tf.nn.relu, name="conv1")
h = tf.layers.conv2d(h, 4, 3, activation=tf.nn.relu, name="conv2")
logits = tf.layers.dense(tf.layers.flatten(h), 3, name="out")
p = tf.nn.softmax(logits)
loss = -tf.reduce_mean(tf.log(tf.reduce_max(p * tf.one_hot(labels, 3), axis=1)), name="loss")
train = tf.train.AdamOptimizer().minimize(loss, name="train")
sess = tf.Session()
sess.run(tf.global_variables_initializer())
feeds = {x: np.linspace(-1, 1, 128).reshape(2, 8, 8, 1), labels: [0, 5]}
metadata = tf.RunMetadata()
sess.run(loss, feeds, tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), metadata)
"""


def node(panel, name):
    return panel.locator(f'[data-node="{name}"]')


@pytest.mark.browser
def test_exploring_a_network(lab):
    nb = lab.run([NETWORK, "tf.explore(tf.get_default_graph(), session=sess, "
                  "run_metadata=metadata)"])
    panel = nb.output(1).locator(".tft-explorer")
    node(panel, "conv1").wait_for()
    assert not node(panel, "conv1/Conv2D").count()

    node(panel, "conv1").click()
    node(panel, "conv1/Conv2D").wait_for()
    node(panel, "conv1/Conv2D").click()
    page = panel.locator(".tft-page", has_text="h = tf.layers.conv2d(x, 4, 3")  # not the scope's
    page.wait_for()
    assert "conv1/kernel/read:0" in page.inner_text()
    assert panel.locator(".tft-crumbs").inner_text().split() == ["conv1", "›", "Conv2D"]

    panel.get_by_role("button", name="What runs for it").click()
    panel.locator(".tft-lit-text").wait_for()
    assert "tft-dim" in node(panel, "conv2").get_attribute("class")
    assert "tft-dim" not in node(panel, "x").get_attribute("class")
    nb.picture("graph_explorer_light.png", 1)
    panel.get_by_role("button", name="Clear").click()

    panel.locator(".tft-search").fill("type:matmul role:forward")
    hit = panel.locator(".tft-hit")
    hit.wait_for()
    assert hit.inner_text().startswith("out/MatMul")
    hit.press("Enter")
    node(panel, "out/MatMul").wait_for()
    assert nb.page.evaluate("document.activeElement.dataset.node") == "out/MatMul"

    panel.get_by_role("combobox").first.select_option("time")
    panel.locator(".tft-key").first.wait_for()
    assert panel.locator(".tft-chip", has_text=" us").count() > 3
    nb.theme("dark")
    nb.picture("graph_explorer_dark.png", 1)


@pytest.mark.browser
def test_the_keyboard_alone_walks_opens_and_closes(lab):
    nb = lab.run([NETWORK, "tf.explore()"])
    panel = nb.output(1).locator(".tft-explorer")
    node(panel, "x").wait_for()
    node(panel, "x").focus()
    nb.page.keyboard.press("ArrowDown")
    assert nb.page.evaluate("document.activeElement.dataset.node") == "conv1"
    nb.page.keyboard.press("Enter")
    node(panel, "conv1/Conv2D").wait_for()
    assert nb.page.evaluate("document.activeElement.dataset.cluster") == "conv1"
    nb.page.keyboard.press("Enter")
    node(panel, "conv1").wait_for()
    assert nb.page.evaluate("document.activeElement.dataset.node") == "conv1"

    panel.locator("summary", has_text="Outline").click()
    row = panel.locator('[role="treeitem"][data-row="conv2"]')
    row.focus()
    nb.page.keyboard.press("ArrowRight")
    panel.locator('[role="treeitem"][data-row="conv2/Relu"]').wait_for()
    assert row.get_attribute("aria-expanded") == "true"
    nb.page.keyboard.press("ArrowLeft")
    node(panel, "conv2").wait_for()

    with nb.page.expect_download() as saved:
        panel.get_by_label("Save").select_option("svg")
    assert saved.value.suggested_filename == "graph.svg"
    text = open(saved.value.path(), encoding="utf-8").read()
    assert text.startswith("<svg") and 'data-node="conv2"' in text


@pytest.mark.browser
def test_stepping_through_a_run_to_its_first_nan(lab):
    nb = lab.run([NETWORK, "record = tf.record_step(sess, [loss, train], feeds)\n"
                  "tf.explore(record)", "print(record.first_bad().step.number)"])
    panel = nb.output(1).locator(".tft-debugger")
    panel.locator(".tft-step h3", has_text="x").wait_for()
    assert panel.locator(".tft-counter").inner_text().startswith("1 of ")

    panel.get_by_role("button", name="First NaN").click()
    panel.locator(".tft-step h3", has_text="Log").wait_for()
    assert "the logarithm of 0 is -infinity" in panel.locator(".tft-step").inner_text()
    assert panel.locator('.tft-step-row[aria-selected="true"]').inner_text().split()[0] == (
        nb.text(2).strip())
    assert "tft-current" in node(panel, "Log").get_attribute("class")
    assert panel.locator(".tft-notanumber").inner_text() == "-inf"
    nb.picture("step_debugger_light.png", 1)

    panel.get_by_role("button", name="One step back").click()
    panel.locator(".tft-step h3", has_text="Max").wait_for()
    panel.locator(".tft-slider").focus()
    nb.page.keyboard.press("Home")
    panel.locator(".tft-step h3", has_text="x").wait_for()
    panel.get_by_role("button", name="Follow").click()
    panel.locator(".tft-slider").focus()
    for _ in range(4):
        nb.page.keyboard.press("ArrowRight")
    panel.locator('.tft-current').wait_for()
    name = panel.locator(".tft-step h3").evaluate("h => h.firstChild.textContent.trim()")
    node(panel, name).wait_for()
    nb.theme("dark")
    nb.picture("step_debugger_dark.png", 1)
