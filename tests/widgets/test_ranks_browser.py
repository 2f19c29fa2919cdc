"""The rank explorer in JupyterLab: the table, sliders, moving elements, the keyboard."""
from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser

CELLS = ["import tftutor as tf", "tf.explore('ranks')",
         "tf.explore([[1, 2, 3], [4, 5, 6]], slice='1, :2')",
         "tf.explore((2, 3), transpose=[1, 0])"]


@pytest.fixture(scope="module")
def opened():
    """The notebook is run once for all tests of this module that only look and click."""
    return {}


@pytest.fixture
def nb(lab, opened):
    if opened.get("nb") is None or lab._opened is not opened["nb"]:
        opened["nb"] = lab.run(CELLS)
    opened["nb"].theme("light")
    for number in (1, 2, 3):
        opened["nb"].output(number).locator(".tft-panel .rk-picture:visible").first.wait_for()
    return opened["nb"]


def panel(nb, number):
    return nb.output(number).locator(".tft-panel")


def headline(nb, number, text):
    found = panel(nb, number).locator(".tft-rk-headline:visible", has_text=text)
    found.first.wait_for()
    return found


def test_each_row_of_the_table_draws_its_example(nb):
    table = panel(nb, 1)
    for rank, said in [("1", "vector, shape [3]"), ("3", "shape [1080, 1920, 3]"),
                       ("n", "rank 5"), ("4", "shape [10, 1080, 1920, 3]")]:
        table.get_by_role("button", name=rank, exact=True).click()
        headline(nb, 1, said)
    assert table.locator(".tft-rk-about").inner_text().startswith("images = tf.placeholder(")
    assert table.locator(".tft-rk-chosen").inner_text().startswith("4")
    # Three of ten cubes are drawn, with their real sizes.
    assert table.locator(".rk-picture .rk-leaf").count() == 3
    labels = table.locator(".rk-axis text").all_text_contents()
    assert "axis 0 batch_size: 10" in labels and "axis 2 width: 1920" in labels
    nb.picture("ranks_table_light.png", 1)
    nb.theme("dark")
    nb.picture("ranks_table_dark.png", 1)


def test_the_table_is_moved_through_by_arrow_keys(nb):
    table = panel(nb, 1)
    table.get_by_role("button", name="0", exact=True).focus()
    nb.page.keyboard.press("ArrowDown")
    nb.page.keyboard.press("ArrowDown")
    nb.page.keyboard.press("Enter")
    headline(nb, 1, "a: matrix, shape [3, 4]")
    nb.page.keyboard.press("End")
    nb.page.keyboard.press("Space")
    headline(nb, 1, "clips: 5-tensor")


def test_sliders_change_the_slice_the_result_and_the_picture(nb):
    page = panel(nb, 2)
    headline(nb, 2, "x[1, :2] takes 2 of 6 elements: shape [2, 3] becomes [2]")
    assert page.get_by_role("textbox", name="Slice").input_value() == "1, :2"
    index = page.get_by_role("slider", name="axis 0: index")
    index.focus()
    nb.page.keyboard.press("ArrowLeft")
    headline(nb, 2, "x[0, :2] takes 2 of 6")
    stop = page.get_by_role("slider", name="axis 1: up to")
    stop.focus()
    nb.page.keyboard.press("ArrowRight")
    headline(nb, 2, "x[0] takes 3 of 6")
    # Three cells stand out, and the result holds the first row's values.
    assert page.locator(".rk-picked-front").count() == 3
    assert page.locator(".rk-picture:visible .rk-values").last.locator("text"
                                                                      ).all_text_contents() == \
        ["1", "2", "3"]
    nb.picture("ranks_slice_light.png", 2)
    nb.theme("dark")
    nb.picture("ranks_slice_dark.png", 2)


def test_a_typed_slice_sets_the_sliders_and_a_wrong_one_is_explained(nb):
    page = panel(nb, 2)
    field = page.get_by_role("textbox", name="Slice")
    field.fill("::-1, 2")
    field.press("Enter")
    headline(nb, 2, "x[::-1, 2] takes 2 of 6")
    assert page.get_by_role("slider", name="axis 1: index").input_value() == "2"
    assert page.get_by_label("axis 0: step").input_value() == "-1"
    field.fill("7")
    field.press("Enter")
    alert = page.locator(".tft-rk-alert:visible")
    alert.wait_for()
    assert "axis 0 has the size 2: its indices are 0 to 1" in alert.inner_text()
    assert "slice index 7 of dimension 0 out of bounds" in alert.inner_text()
    field.fill("open(")
    field.press("Enter")
    page.get_by_role("alert").filter(has_text="Python can't read the slice").wait_for()
    field.fill("0")
    field.press("Enter")
    headline(nb, 2, "x[0] takes 3 of 6")
    assert page.get_by_role("alert").count() == 0  # gone again


def places(nb):
    """Number in each placed cell of the result, by its place: rows from top to bottom."""
    cells = panel(nb, 3).locator(".tft-rk-placed:visible").evaluate_all(
        """nodes => nodes.map(node => [...node.getAttribute('transform').match(/[\\d.-]+/g)
            .map(Number).reverse(), node.textContent])""")
    return [text for *_, text in sorted(cells)]


def test_elements_of_a_transposition_stand_in_their_new_places(nb):
    headline(nb, 3, "tf.transpose(x, [1, 0]): [2, 3] becomes [3, 2]")
    assert places(nb) == ["0", "3", "1", "4", "2", "5"]
    slider = panel(nb, 3).get_by_role("slider", name="Elements of the result in place")
    slider.focus()
    nb.page.keyboard.press("Home")
    assert places(nb) == []
    nb.page.keyboard.press("ArrowRight")
    nb.page.keyboard.press("ArrowRight")
    assert places(nb) == ["0", "3"]
    words = panel(nb, 3).locator(".tft-rk-words")
    assert words.inner_text() == "2 of 6: result[0, 1] = x[1, 0] = 3"
    assert panel(nb, 3).locator(".tft-rk-mark").count() == 2
    panel(nb, 3).get_by_role("button", name="Next ▶").click()
    assert words.inner_text() == "3 of 6: result[1, 0] = x[0, 1] = 1"
    nb.picture("ranks_move_light.png", 3)
    nb.theme("dark")
    nb.picture("ranks_move_dark.png", 3)


def test_playing_moves_elements_until_all_are_in_place(nb):
    page = panel(nb, 3)
    slider = page.get_by_role("slider", name="Elements of the result in place")
    slider.focus()
    nb.page.keyboard.press("Home")
    page.get_by_role("button", name="▶ Play").click()
    page.locator(".tft-rk-moving").first.wait_for()
    first = page.locator(".tft-rk-moving").first.get_attribute("transform")
    nb.page.wait_for_function("""([node, first]) => node.querySelector('.tft-rk-moving')
        ?.getAttribute('transform') !== first""", arg=[page.element_handle(), first])
    page.get_by_role("button", name="▶ Play").wait_for()  # it has stopped by itself
    assert slider.input_value() == "6" and len(places(nb)) == 6


def test_less_motion_is_respected(nb):
    page = panel(nb, 3)
    nb.page.emulate_media(reduced_motion="reduce")
    try:
        slider = page.get_by_role("slider", name="Elements of the result in place")
        slider.focus()
        nb.page.keyboard.press("Home")
        page.get_by_role("button", name="▶ Play").click()
        page.locator(".tft-rk-placed:visible").nth(1).wait_for()
        assert page.locator(".tft-rk-moving").count() == 0
        page.get_by_role("button", name="▶ Play").wait_for()
        assert len(places(nb)) == 6
    finally:
        nb.page.emulate_media(reduced_motion="no-preference")


def test_other_ops_other_tensors_and_refusals(nb):
    page = panel(nb, 3)
    page.get_by_role("combobox", name="Op").select_option("matmul")
    headline(nb, 3, "tf.matmul(x, y): [2, 3] and [3, 2] become [2, 2]")
    page.get_by_role("button", name="◀ Back").click()
    assert "x[1, 0] · y[0, 0]" in page.locator(".tft-rk-words").inner_text()
    assert page.locator(".tft-rk-mark").count() == 7  # a row, a column and what they make
    nb.picture("ranks_matmul_light.png", 3)
    page.get_by_label("second tensor").fill("(2, 3)")
    page.get_by_role("button", name="Show").click()
    page.locator("li", has_text="The inner sizes must be equal, but 3 meets 2.").wait_for()
    assert "Dimensions must be equal, but are 3 and 2" in page.locator(
        ".tft-rk-alert:visible").inner_text()
    page.get_by_label("Other tensor").fill("(10, 512, 1)")
    page.get_by_label("Other tensor").press("Enter")
    headline(nb, 3, "shape [10, 512, 1]")
    page.get_by_role("button", name=re.compile(r"Try it with \(")).click()
    page.locator(".tft-rk-placed:visible").first.wait_for()


def test_pages_are_tabs_for_the_keyboard_and_the_text_twin_follows(nb):
    page = panel(nb, 3)
    page.get_by_role("tab", name="Move elements").focus()
    nb.page.keyboard.press("ArrowLeft")
    nb.page.keyboard.press("ArrowLeft")
    nb.page.keyboard.press("Enter")
    assert page.get_by_role("tab", name="Shape").get_attribute("aria-selected") == "true"
    page.get_by_label("Other tensor").fill("(1, 2,")
    page.get_by_label("Other tensor").press("Enter")
    page.get_by_role("alert").filter(has_text="Write a shape in round brackets").wait_for()
    page.get_by_label("Other tensor").fill("[7, 8, 9]")
    page.get_by_label("Other tensor").press("Enter")
    headline(nb, 3, "vector, shape [3]")
    page.get_by_role("button", name="Text", exact=True).click()
    assert "│ 7 │ 8 │ 9 │" in page.locator(".tft-twin").inner_text()


def test_a_cell_that_runs_again_shows_its_new_tensor_in_the_same_panel(lab, nb):
    nb.set_source(3, "tf.explore((4, 5), reduce_sum=1)")
    nb.run_cell(3)
    headline(nb, 3, "tf.reduce_sum(x, axis=1): [4, 5] becomes [4]")
    assert panel(nb, 3).count() == 1


@pytest.mark.parametrize("trusted, kernel", [(False, True), (True, False)])
def test_saved_notebook_shows_the_drawings_where_nothing_runs(lab, opened, trusted, kernel):
    if "saved" not in opened:
        opened["saved"] = lab.run(CELLS)
    again = lab.reopen(opened["saved"], trusted=trusted, kernel=kernel)
    for number, said in [(1, "Rank 4: 4-Tensor"), (2, "x[1, :2] takes 2 of 6"),
                         (3, "result[0, 1] = x[1, 0] = 3")]:
        picture = again.output(number).locator("img")
        picture.wait_for()
        assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
        again.output(number).locator("summary").click()
        assert said in again.output(number).locator("pre", has_text=said).inner_text()
    again.picture(f"ranks_{'no_kernel' if trusted else 'untrusted'}.png", 2)
