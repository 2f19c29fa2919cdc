"""The cluster view in a real JupyterLab, with a real cluster: traffic, a death, the end."""
from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("lab")]

START = """
import os, time
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy as np
import tftutor as tf
cluster = tf.cluster.local(ps=1, worker=2)
with tf.device("/job:ps/task:0"):
    W = tf.Variable(tf.ones([784, 10]), name="W")
x = tf.placeholder(tf.float32, [None, 784], name="x")
outputs = []
for i in range(2):
    with tf.device(f"/job:worker/task:{i}"):
        outputs.append(tf.reduce_sum(tf.matmul(x, W)))
sess = tf.Session(cluster.target)
sess.run(W.initializer)
"""
TRAIN = """
end = time.time() + 5
while time.time() < end:
    _ = sess.run(outputs, {x: np.ones((10, 784))})
"""
CELLS = [START, "panel = tf.explore(cluster, interval=0.5)\npanel", "pass"]


@pytest.fixture(scope="module")
def view(_shared_lab):
    nb = _shared_lab.run(CELLS)
    nb.output(1).locator(".tft-panel[data-polling=true]").wait_for()
    return nb


def row(nb, task):
    return nb.output(1).locator(f"tr[data-task='{task}']")


def run(nb, source):
    """Run something in the last cell; the panel is in sight afterwards."""
    nb.set_source(2, source)
    nb.run_cell(2)
    headline = nb.output(1).locator(".tft-headline")
    if headline.is_visible():
        scroll_to(headline)


def scroll_to(element):
    """At once: the panel draws itself anew twice a second, and what was drawn before is gone."""
    element.evaluate("node => node.scrollIntoView({block: 'nearest'})")


def test_tasks_variables_and_processes_are_listed(view):
    assert "● serving" in row(view, "ps:0").inner_text()
    pid = view.output(1).locator("tr[data-task='ps:0'] td").nth(2).inner_text()
    run(view, "print(cluster.status()['ps:0'].pid)")
    assert view.text(2).strip() == pid
    text = view.output(1).inner_text()
    assert re.search(r"ps:0\s+W\s+float32\s+\[784, 10\]\s+30.6 KiB\s+CPU:0", text)
    assert view.output(1).locator(".tft-picture svg [data-task]").count() == 3


def test_traffic_is_shown_while_the_kernel_is_busy_with_it(view):
    view.set_source(2, TRAIN)
    view.start_cell(2)
    link = view.output(1).locator("tr[data-link='ps:0 → worker:1']")
    link.wait_for(timeout=4500)  # long before the cell is done
    view.page.wait_for_function(
        "node => /\\d [KM]iB\\/s/.test(node.innerText)", arg=link.element_handle(), timeout=4500)
    assert view.page.evaluate("""() => window.jupyterapp.shell.currentWidget.content.widgets[2]
        .model.executionState""") == "running"
    view.picture("cluster_light.png", 1)
    view.wait_until_idle()
    steps = view.output(1).locator("tr[data-task='worker:1'] td").nth(4).inner_text()
    assert int(re.match(r"[\d,]+", steps)[0].replace(",", "")) > 10


def test_a_hidden_panel_asks_for_nothing(view):
    view.page.evaluate("""() => { document.querySelector('.tft-clusters')
        .closest('.jp-Cell').style.display = 'none'; }""")
    panel = view.root.locator(".tft-clusters[data-polling=false]")
    panel.wait_for(state="attached")
    run(view, "print(panel._follower.is_running)")
    assert view.text(2).strip() == "False"
    view.page.evaluate("""() => { document.querySelector('.tft-clusters')
        .closest('.jp-Cell').style.display = ''; }""")
    scroll_to(view.output(1).locator(".tft-headline"))
    view.output(1).locator(".tft-panel[data-polling=true]").wait_for()


def test_a_killed_worker_is_gone_at_once_in_words_and_shape(view):
    run(view, "cluster.kill('worker', 1)")
    gone = view.output(1).locator("tr[data-task='worker:1'].tft-task-gone")
    gone.wait_for(timeout=3000)
    assert "✕ gone: ended (SIGKILL)" in gone.inner_text()
    assert "no process" in gone.inner_text()
    assert "worker:1 is gone: ended (SIGKILL)" in view.output(1).locator(
        ".tft-events").inner_text()
    box = view.output(1).locator(".tft-picture [data-task='worker:1']")
    assert "GONE" in box.text_content()
    assert box.locator("rect").first.get_attribute("stroke-dasharray")
    view.picture("cluster_killed.png", 1)
    view.theme("dark")
    view.page.locator("#jupyterlab-splash").wait_for(state="detached")
    view.picture("cluster_killed_dark.png", 1)
    view.theme("light")


def test_a_restarted_worker_is_back_with_another_process(view):
    run(view, "cluster.restart('worker', 1); print(cluster.status()['worker:1'].pid)")
    view.output(1).locator("tr[data-task='worker:1'].tft-task-serving").wait_for(timeout=4000)
    assert view.text(2).strip() in row(view, "worker:1").inner_text()


def test_a_stopped_cluster_keeps_its_last_state_with_the_time(view):
    run(view, "sess.close(); cluster.stop()")
    headline = view.output(1).locator(".tft-headline.tft-stopped")
    headline.wait_for(timeout=4000)
    assert re.search(r"stopped\. .*at \d\d:\d\d:\d\d", headline.inner_text())
    assert "1 lost" in row(view, "ps:0").inner_text()
    assert view.output(1).locator(".tft-panel").get_attribute("data-polling") == "false"
    run(view, "print(panel._follower.is_running)")
    assert view.text(2).strip() == "False"
    view.picture("cluster_stopped.png", 1)


def test_the_saved_notebook_shows_the_first_reading(lab, view):
    nb = lab.reopen(view, trusted=False)
    picture = nb.output(1).locator("img")
    picture.wait_for()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 300")
    nb.output(1).locator("summary").click()
    assert "Cluster of 3 tasks: 3 serving" in nb.output(1).locator("pre").first.inner_text()
