"""Explained errors in a real JupyterLab: below the traceback, folded trace, trusted or not."""

import pytest

pytestmark = pytest.mark.browser

LECTURE = """\
import tensorflow as tf
features = tf.placeholder(tf.float32, [10, 512, 1], name="features")
weights = tf.ones([512, 2])
"""
MESSAGE = ("ValueError: Shape must be rank 2 but is rank 3 for 'MatMul' (op: 'MatMul') with input "
           "shapes: [10,512,1], [512,2].")
FIX = "tf.matmul(tf.squeeze(features, 2), weights)"
CELLS = ["%load_ext tftutor", LECTURE, "scores = tf.matmul(features, weights)",
         "tf.explain_error()", "1 / 0"]


def picture_loaded(output):
    """Whether the page's picture was decoded and has a size."""
    return output.locator(".tftutor-error img").first.evaluate(
        "async image => { await image.decode(); return image.naturalWidth > 100; }")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_error_of_a_cell_is_explained_below_its_message(lab, theme):
    notebook = lab.run(CELLS, theme=theme, may_fail=True)
    shown = notebook.output(2)
    text = notebook.text(2)
    assert text.index(MESSAGE) < text.index("multiplies two matrices")
    assert text.index("└ [10, 512, 1] float32") < text.index("What would fit")
    assert shown.locator("ol code", has_text=FIX).count() == 1
    assert text.count("multiplies two matrices") == 1  # the note isn't printed beside the page
    assert "shape_inference.py" not in text
    assert picture_loaded(shown)
    trace = shown.locator("details", has_text="Full trace")
    trace.locator("summary").press("Enter")
    assert "shape_inference.py" in trace.inner_text()
    trace.locator("summary").press("Enter")
    notebook.picture(f"shape_error_{theme}.png", 2)


def test_explain_error_shows_the_page_again_and_other_errors_have_none(lab):
    notebook = lab.run(CELLS, may_fail=True)
    assert MESSAGE in notebook.text(3)
    assert picture_loaded(notebook.output(3))
    assert "ZeroDivisionError" in notebook.text(4)
    assert notebook.output(4).locator(".tftutor-error").count() == 0


def test_untrusted_notebook_without_a_kernel_still_shows_words_and_picture(lab):
    notebook = lab.run(CELLS, may_fail=True)
    seen = lab.reopen(notebook, trusted=False, kernel=False)
    assert MESSAGE in seen.text(2) and FIX in seen.text(2)
    assert "└ [10, 512, 1] float32" in seen.text(2)
    assert picture_loaded(seen.output(2))
    assert seen.output(2).locator("details").count() == 2
    seen.picture("shape_error_untrusted.png", 2)


def test_html_export_has_the_page(lab):
    page = lab.html(lab.run(CELLS, may_fail=True))
    assert page.locator(".tftutor-error").count() == 2
    assert page.locator(".tftutor-error").first.get_by_text(FIX).first.is_visible()
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_panel_shows_an_axis_in_line_picture_and_words(lab, theme):
    notebook = lab.run(["import tftutor as tf", """\
h = tf.zeros([2, 8])
W2 = tf.ones([6, 3])
try:
    out = tf.matmul(h, W2)
except ValueError as error:
    mistake = error""", "tf.explore(mistake)"], theme=theme)
    panel = notebook.output(2).locator(".tft-panel")
    panel.wait_for()
    axis = panel.get_by_role("button", name="axis 1 (k): 8")
    axis.click()
    assert axis.get_attribute("aria-pressed") == "true"
    assert "Axis 1 of h has size 8. It must match axis 0 of W2" in panel.inner_text()
    lit = panel.locator("svg .rk-axis.tft-lit")
    assert lit.count() == 2  # its own and its partner's
    axis.press("ArrowRight")
    focused = panel.locator("button:focus")
    assert "axis 0" in focused.inner_text()
    focused.press("Enter")
    assert "Axis 0 of W2 has size 6" in panel.inner_text()
    notebook.picture(f"shape_error_panel_{theme}.png", 2)


def test_panel_copies_a_repair(lab):
    notebook = lab.run(["import tftutor as tf", """\
try:
    tf.matmul(tf.zeros([10, 512, 1]), tf.zeros([512, 2]))
except ValueError as error:
    mistake = error""", "tf.explore(mistake)"])
    panel = notebook.output(2).locator(".tft-panel")
    panel.get_by_role("button", name="Copy").first.click()
    panel.locator(".tft-status", has_text="tf.matmul(tf.squeeze(").wait_for()
