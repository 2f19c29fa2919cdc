"""The GPUs as gauges and as a table: what NVML said, simulated ones, no driver."""
from __future__ import annotations

import json
import sys
from xml.etree import ElementTree

import fake_nvml
import pytest

import tftutor as tf
from tftutor.inspection.gpu_panel import drawing, read

SVG = "{http://www.w3.org/2000/svg}"


def test_gauges_are_nvmls_numbers_and_their_part_of_the_scale(nvml):
    nvml(fake_nvml.H100)
    (gpu, gauges), = drawing().rows()
    assert gpu.name == "NVIDIA H100 80GB HBM3"
    assert [(g.label, g.text) for g in gauges] == [
        ("GPU-Util", "7%"), ("Memory", "1025 / 81559 MiB"), ("Temp", "32 C"),
        ("Power", "70 / 700 W")]
    assert [round(g.share, 3) for g in gauges] == [0.07, 0.013, 0.32, 0.1]
    assert gauges[2]._replace(value=104).share == 1


def test_what_a_gpu_does_not_report_has_no_share_and_a_dashed_frame(nvml):
    nvml(fake_nvml.RTX)
    reading = drawing()
    (_, gauges), = reading.rows()
    assert (gauges[3].text, gauges[3].share) == ("N/A", None)
    frames = [node for node in ElementTree.fromstring(reading.svg()).iter(f"{SVG}rect")
              if node.get("stroke-dasharray")]
    assert len(frames) == 1


def test_bars_of_the_picture_are_as_long_as_the_shares(nvml):
    nvml(*fake_nvml.LECTURE)
    root = ElementTree.fromstring(drawing().svg())
    bars = [float(node.get("width")) for node in root.iter(f"{SVG}rect")
            if node.get("fill") == "#3b7dd8"]
    # Of both M40: use (none of the first), temperature, power.
    full = 149
    assert bars == pytest.approx([.31 * full, .2376 * full, .98 * full, .29 * full, .2324 * full],
                                 abs=.06)
    assert root.find(f"{SVG}title").text == "2 GPUs"
    assert "GPU 1, Tesla M40 24GB: GPU-Util 98%," in root.find(f"{SVG}desc").text


def test_simulated_gpus_are_hatched_and_labelled_in_picture_and_text():
    reading = drawing(tf.gpu_state(simulated=2))
    picture = reading.svg()
    assert picture.count("SIMULATED") == 2 + 2  # headings, and the names in the description
    assert "#3b7dd8" not in picture
    assert "These GPUs are SIMULATED: no hardware stands behind them." in reading.text()


def test_text_is_the_table_without_its_clock(nvml):
    nvml(*fake_nvml.LECTURE)
    text = drawing(layout="current").text()
    assert text == repr(tf.gpu_state()).partition("\n")[2]
    assert drawing().text() == drawing().text() != text


def test_without_a_driver_there_is_a_sentence_and_what_helps(nvml, monkeypatch):
    module = nvml()

    def no_driver():
        raise fake_nvml.NVMLError_LibraryNotFound("NVML Shared Library Not Found")

    monkeypatch.setattr(module, "nvmlInit", no_driver)
    reading = read()
    assert reading.text().startswith("No NVIDIA driver answers on this machine")
    assert "tf.explore('gpus', simulated=2)" in reading.text()
    assert reading.svg() == "" and reading.to_dict()["gpus"] == []


def test_without_the_package_there_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert "pip install 'tftutor[gpu]'" in read().problem


def test_hidden_gpus_are_counted_and_not_drawn(nvml, monkeypatch):
    nvml(*fake_nvml.LECTURE)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    content = json.loads(json.dumps(drawing().to_dict()))
    assert content["hidden"] == 1
    assert [gpu["index"] for gpu in content["gpus"]] == [1]


def test_processes_of_the_visible_gpus_are_listed(nvml):
    gpu = {**fake_nvml.H100, "compute": [fake_nvml.process(77, 1024)]}
    nvml(gpu, names={77: "python"})
    process, = drawing().to_dict()["processes"]
    assert (process["pid"], process["name"], process["memory_mib"]) == (77, "python", 1024)


def test_layout_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no layout 'wide': choose classic or current"):
        drawing(tf.gpu_state(simulated=1), layout="wide")
