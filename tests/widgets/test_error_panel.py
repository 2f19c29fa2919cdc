"""The panel of an error: what is sent to its front end."""

import json

import pytest

import tftutor as tf

pytest.importorskip("anywidget")

from tftutor.widgets.error_panel import ErrorPanel  # noqa: E402
from tftutor.widgets.es_modules import LIMIT_BYTES, module_text  # noqa: E402


@pytest.fixture
def error():
    features, weights = tf.zeros([10, 512, 1]), tf.zeros([512, 2])
    try:
        tf.matmul(features, weights)
    except ValueError as caught:
        return caught


def test_panel_sends_line_axes_picture_and_fixes(error):
    panel = ErrorPanel(error)
    data = json.loads(json.dumps(panel.data))
    (line,) = data["lines"]
    assert "".join(piece["text"] for piece in line) == "tf.matmul(features, weights)"
    assert [piece["operand"] for piece in line] == [None, 0, None, 1, None]
    assert [axis["mark"] for axis in data["operands"][0]["axes"]][2] == "surplus"
    assert data["operands"][0]["axes"][2]["kind"] == "wrong"
    assert data["picture"].count('class="rk-operand"') == 2
    assert data["fixes"][0]["code"] == "tf.matmul(tf.squeeze(features, 2), weights)"
    assert data["message"] == f"ValueError: {error}"
    assert panel.title == "ValueError in MatMul"
    assert panel.text_twin.startswith(data["message"])


def test_every_axis_has_words_and_partners_that_exist(error):
    operands = ErrorPanel(error).data["operands"]
    for operand in operands:
        for axis in operand["axes"]:
            assert axis["words"].startswith("Axis ")
            assert all(number < len(operands[other]["axes"]) for other, number in axis["partners"])


def test_panel_refuses_options_and_other_errors(error):
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        ErrorPanel(error, depth=3)
    with pytest.raises(TypeError, match="nothing to explain"):
        ErrorPanel(KeyError("x"))


def test_module_is_small():
    assert len(module_text("shape_errors").encode()) < LIMIT_BYTES / 2
