"""A drawing as a notebook's output: HTML whose picture survives where scripts and SVG don't.

JupyterLab strips SVG and styles from notebooks it doesn't trust, but keeps `<img>` with its picture
inside and a folded `<details>`; so a drawing is put into the page this way, with its text twin.
"""

from __future__ import annotations

import base64
import html
import re
from typing import Protocol


class StaticView(Protocol):
    """What a topic's `drawing(x)` gives: the same in text and as SVG. `svg()` is "" for none."""

    def text(self) -> str: ...

    def svg(self) -> str: ...


def bundle(view: StaticView) -> dict[str, str]:
    """The drawing as the data of one output: HTML, and text for whoever can't show that."""
    return {"text/plain": view.text(), "text/html": static_html(view)}


def static_html(view: StaticView, panel_id: str = "") -> str:
    """The picture, and the text folded below it; the text alone where there is no picture.

    The picture's title stands for it where it can't be seen.

    Args:
      view: the drawing.
      panel_id: the panel that replaces this drawing while it lives.
    """
    text, picture = view.text(), view.svg()
    pre = f'<pre style="white-space:pre;line-height:1.25;overflow-x:auto">{html.escape(text)}</pre>'
    if picture:
        alternative = html.escape(_title(picture), quote=True)
        encoded = base64.b64encode(picture.encode()).decode()
        pre = (f'<img alt="{alternative}" style="max-width:100%;height:auto" '
               f'src="data:image/svg+xml;base64,{encoded}">'
               f"<details><summary>As text</summary>{pre}</details>")
    marker = f' data-tftutor-panel="{panel_id}"' if panel_id else ""
    return f'<div class="tftutor-drawing"{marker}>{pre}</div>'


def _title(picture: str) -> str:
    found = re.search(r"<title>(.*?)</title>", picture, re.DOTALL)
    title = html.unescape(found[1]).strip() if found else "A drawing"
    return f"{title}. The text below says the same."
