"""The GPU monitor in JupyterLab, with simulated GPUs."""
from __future__ import annotations

import pytest

CELLS = ["import tftutor as tf", "monitor = tf.explore('gpus', simulated=2, interval=0.5)\nmonitor",
         "monitor.panel_id"]


@pytest.mark.browser
def test_monitor_of_simulated_gpus_lives(lab):
    nb = lab.run(CELLS)
    panel = nb.output(1).locator(".tft-panel")
    panel.wait_for()
    nb.picture("gpu_monitor_light.png", 1)
    assert panel.locator(".tft-gpu-card").count() == 2
