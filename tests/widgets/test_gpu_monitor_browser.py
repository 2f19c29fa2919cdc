"""The GPU monitor in JupyterLab, with simulated GPUs, and what is left of it elsewhere."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

USE_GPU = """sess = tf.Session(config=tf.ConfigProto(
    device_count={"GPU": 2}, gpu_options=tf.GPUOptions(per_process_gpu_memory_fraction=0.25)))
with tf.device("/gpu:1"):
    print(sess.run(tf.zeros([3]) + 1))"""
CELLS = ["import tftutor as tf", USE_GPU, "monitor = tf.explore('gpus', interval=0.5)\nmonitor",
         "pass"]
REAL = """import sys
sys.path.insert(0, {folder!r})
import fake_nvml
gpus = [dict(gpu) for gpu in (fake_nvml.H100, *fake_nvml.LECTURE)]
gpus[0]["compute"] = [fake_nvml.process(77, 1024)]
sys.modules["pynvml"] = fake_nvml.FakeNvml(gpus, names={{77: "python train.py"}})
import tftutor as tf
read = tf.gpu_state
def busier(*arguments):
    for gpu, step in zip(gpus, (7, 13, -9)):
        gpu["usage"] = (gpu["usage"] + step) % 100
    return read(*arguments)
from tftutor.inspection.gpu_panel import reading
reading.gpu_state = busier""".format(folder=str(Path(__file__).parent.parent / "inspection"))
POLLS = """import collections
count = collections.Counter()
read = monitor._read
monitor._read = lambda request: (count.update(['read']), read(request))[1]"""


@pytest.fixture(scope="module")
def monitor(_shared_lab):
    """The notebook with a monitor that lives in cell 2, until a test opens another notebook."""
    nb = _shared_lab.run(CELLS)
    nb.output(2).locator(".tft-panel[data-polling=true]").wait_for()
    return nb


def test_monitor_shows_the_memory_of_simulated_gpus_hatched_and_labelled(lab, monitor):
    panel = monitor.output(2).locator(".tft-panel")
    assert panel.locator(".tft-gpu-card").count() == 2
    second = panel.locator(".tft-gpu-card").nth(1)
    assert "simulated" in second.inner_text()
    meter = second.get_by_role("meter", name="GPU 1 Memory")
    assert meter.get_attribute("aria-valuetext") == "256 / 1024 MiB"  # a quarter of 1 GiB
    assert "256MiB /  1024MiB" in panel.locator(".tft-gpu-table").inner_text()
    panel.locator(".tft-gpu-spark").first.wait_for()
    monitor.picture("gpu_monitor_light.png", 2)
    monitor.theme("dark")
    monitor.picture("gpu_monitor_dark.png", 2)


def test_living_monitor_hides_its_static_drawing(lab, monitor):
    drawing = monitor.output(2).locator(".tftutor-drawing")
    assert drawing.count() == 1 and not drawing.is_visible()


def test_kernel_that_is_silent_is_said_to_be_busy(lab, monitor):
    """Newer kernels answer panels from a thread while a cell runs: here the answer itself waits."""
    monitor.set_source(3, """import time
answer = monitor._read
monitor._read = lambda request: (time.sleep(4), answer(request))[1]""")
    monitor.run_cell(3)
    status = monitor.output(2).locator(".tft-status")
    monitor.output(2).locator(".tft-status", has_text="Kernel busy or not running: last reading"
                              ).wait_for(timeout=8000)
    monitor.set_source(3, "monitor._read = answer")
    monitor.run_cell(3)
    monitor.page.wait_for_function("node => node.textContent === ''", arg=status.element_handle())


def test_cell_that_runs_again_gets_its_monitor_again(lab, monitor):
    monitor.set_source(3, "print(monitor.panel_id)")
    monitor.run_cell(3)
    first = monitor.text(3)
    monitor.run_cell(2)
    monitor.run_cell(3)
    assert monitor.text(3) == first
    assert monitor.output(2).locator(".tft-panel").count() == 1


def test_keyboard_reaches_the_tools_and_no_cell_is_selected_instead(lab, monitor):
    pause = monitor.output(2).get_by_role("button", name="Pause")
    pause.focus()
    monitor.page.keyboard.press("Enter")
    assert pause.get_attribute("aria-pressed") == "true"
    monitor.page.keyboard.press("ArrowRight")
    assert monitor.page.evaluate("document.activeElement.localName") == "select"
    monitor.page.keyboard.press("End")
    monitor.page.keyboard.press("Enter")
    twin = monitor.output(2).locator(".tft-twin")
    assert twin.is_visible() and "NVIDIA-SMI SIMULATED" in twin.inner_text()
    pause.click()


def test_monitor_asks_for_nothing_while_it_is_out_of_sight(lab):
    spacer = "%%markdown\n" + "<br>" * 120
    nb = lab.run([*CELLS, POLLS, spacer, "pass"])
    panel = nb.output(2).locator(".tft-panel")
    panel.scroll_into_view_if_needed()
    nb.output(2).locator(".tft-panel[data-polling=true]").wait_for()
    nb.cell(6).scroll_into_view_if_needed()
    nb.root.locator(".tft-panel[data-polling=false]").wait_for(state="attached")
    nb.set_source(6, "first = count['read']")
    nb.run_cell(6)
    nb.page.wait_for_timeout(1500)
    nb.set_source(6, "print(count['read'] - first)")
    nb.run_cell(6)
    assert int(nb.text(6)) <= 1  # one may have been on its way


@pytest.mark.parametrize("trusted, kernel", [(False, True), (True, False), (False, False)])
def test_saved_notebook_shows_the_drawing_where_nothing_runs(lab, monitor, trusted, kernel):
    nb = lab.reopen(monitor, trusted=trusted, kernel=kernel)
    picture = nb.output(2).locator("img")
    picture.wait_for()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 300")
    nb.output(2).locator("summary").click()
    assert "NVIDIA-SMI SIMULATED" in nb.output(2).locator("pre", has_text="NVIDIA").inner_text()
    nb.picture(f"gpu_monitor_{'' if trusted else 'un'}trusted"
               f"_{'fresh' if kernel else 'no'}_kernel.png", 2)


def test_html_of_the_notebook_shows_the_drawing(lab, monitor):
    page = lab.html(monitor)
    assert page.locator(".tftutor-drawing img").evaluate(
        "image => image.complete && image.naturalWidth > 300")
    page.screenshot(path=monitor.picture("gpu_monitor_html.png"), full_page=True)
    page.close()


def test_monitor_of_real_gpus_draws_what_they_were_doing(lab):
    nb = lab.run([REAL, "tf.explore('gpus', interval=0.25, layout='current')"])
    panel = nb.output(1).locator(".tft-panel[data-polling=true]")
    first = panel.get_by_role("meter", name="GPU 0 GPU-Util")
    before = first.get_attribute("aria-valuenow")
    spark = panel.get_by_role("img", name=re.compile(r"GPU-Util, last \d\d+ readings")).first
    spark.wait_for()
    assert first.get_attribute("aria-valuenow") != before
    assert panel.locator(".tft-simulated, .tft-gpu-hatched").count() == 0
    processes = panel.get_by_role("table", name="Processes")
    assert processes.get_by_role("cell", name="python train.py").count()
    assert "NVIDIA H100 80GB HBM3" in panel.locator(".tft-gpu-table").inner_text()
    nb.picture("gpu_monitor_real.png", 1)


def test_machine_without_a_driver_gets_a_sentence(lab):
    nb = lab.run(["import sys; sys.modules['pynvml'] = None", "import tftutor as tf\n"
                  "tf.explore('gpus')"])
    problem = nb.output(1).locator(".tft-panel .tft-gpu-problem")
    problem.wait_for()
    assert "package is missing: pip install 'tftutor[gpu]'" in problem.inner_text()
    nb.picture("gpu_monitor_without_driver.png", 1)
