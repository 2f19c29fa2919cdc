"""The gallery notebook in JupyterLab: every panel opens; what is saved can be read anywhere.

This is the test of all widgets together; what each of them can do is tested beside this file.
"""
from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.browser

GALLERY = Path(__file__).parent.parent.parent / "notebooks" / "widget_gallery.ipynb"
SOURCES = [cell.source for cell in nbformat.read(GALLERY, as_version=4).cells]
PANELS = [number for number, source in enumerate(SOURCES) if re.match(r"tf\.explore\(", source)]
DRAWINGS = [number for number, source in enumerate(SOURCES) if re.match(r"tf\.show\(", source)]


@pytest.fixture(scope="module")
def gallery(_shared_lab):
    """The gallery after all of its cells have run but the last, which ends the cluster."""
    notebook = nbformat.read(GALLERY, as_version=4)
    assert "cluster.stop()" in notebook.cells.pop().source
    return _shared_lab.run_notebook(notebook)


def _name(number):
    return re.sub(r"\W+", "_", SOURCES[number].partition("(")[2])[:24].strip("_")


def test_every_panel_opens_in_the_place_of_its_drawing(lab, gallery):
    assert len(PANELS) == 7
    for theme in ("light", "dark"):
        gallery.theme(theme)
        for number in PANELS:
            panel = gallery.output(number).locator(".tft-panel")
            panel.wait_for()
            assert panel.locator(".tft-body").inner_text().strip()
            assert panel.get_attribute("aria-label")
            assert not gallery.output(number).locator(".tftutor-drawing").is_visible()
            gallery.picture(f"gallery_{_name(number)}_{theme}.png", number)
        for number in DRAWINGS:
            gallery.picture(f"gallery_{_name(number)}_{theme}.png", number)


def test_every_panel_can_be_read_as_text_and_reached_by_keyboard(lab, gallery):
    for number in PANELS:
        panel = gallery.output(number).locator(".tft-panel")
        button = panel.get_by_role("button", name="Text", exact=True)
        button.focus()
        gallery.page.keyboard.press("Enter")
        twin = panel.locator(".tft-twin")
        assert twin.is_visible() and len(twin.inner_text()) > 100
        gallery.page.keyboard.press("Enter")
        assert not twin.is_visible()
        unnamed = panel.locator("button, select, input").evaluate_all(
            """all => all.filter(node => !(node.getAttribute('aria-label') || node.textContent
                || node.title || node.labels?.length)).map(node => node.outerHTML)""")
        assert unnamed == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_of_every_panel_contrast_with_their_background(lab, gallery, theme):
    gallery.theme(theme)
    script = (Path(__file__).parent / "js" / "contrast.js").read_text()
    script = script[script.index("(root)"):]
    faint = {_name(number): gallery.output(number).locator(".tft-panel").evaluate(script)
             for number in PANELS}
    assert {name: texts for name, texts in faint.items() if texts} == {}


def test_shape_error_is_explained(gallery):
    number = next(n for n, source in enumerate(SOURCES) if "product = tf.matmul" in source)
    page = gallery.output(number)
    gallery.picture("gallery_shape_error.png", number)
    assert "Shape must be rank 2 but is rank 3" in page.inner_text()
    assert "surplus" in page.inner_text() or page.locator("img").count()


@pytest.mark.parametrize("trusted, kernel", [(False, True), (True, False)])
def test_saved_gallery_shows_every_drawing_where_nothing_runs(lab, gallery, trusted, kernel):
    nb = lab.reopen(gallery, trusted=trusted, kernel=kernel)
    for number in PANELS + DRAWINGS:
        _check_drawing(nb.output(number))
        nb.picture(f"gallery_{_name(number)}_{'' if trusted else 'un'}trusted.png", number)


def test_panels_whose_state_was_saved_stand_beside_their_drawings(lab, gallery):
    """JupyterLab can save the widgets' state: panels then are there, but nobody answers them."""
    nb = lab.run(["import tftutor as tf", "tf.explore((2, 3))", "tf.explore('gpus', simulated=1)"],
                 save_widgets=True)
    saved = lab.reopen(nb)
    for number in (1, 2):
        saved.output(number).locator(".tft-panel").wait_for()
        _check_drawing(saved.output(number))
    saved.picture("gallery_saved_state.png")


def test_html_of_the_gallery_shows_every_drawing(lab, gallery):
    page = lab.html(gallery)
    drawings = page.locator(".tftutor-drawing")
    assert drawings.count() >= len(PANELS + DRAWINGS)
    for drawing in drawings.all():
        _check_drawing(drawing)
    page.close()


def _check_drawing(place):
    """A picture that has loaded, and its text folded below."""
    image = place.locator("img").first
    image.wait_for()
    assert image.evaluate("image => image.complete && image.naturalWidth > 50")
    assert image.get_attribute("alt")
    place.locator("summary", has_text="As text").first.click()
    assert len(place.locator("details pre").first.inner_text()) > 20
