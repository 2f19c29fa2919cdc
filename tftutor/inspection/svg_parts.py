"""The small SVG of our drawings: escaped texts, boxes, colours that read on white and on black.

Colours come with a CSS variable first, so that a widget's page can give them its theme's; a picture
by itself shows the middle tone behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

INK = "var(--tut-ink, #787878)"
FAINT = "var(--tut-faint, #8a8a8a66)"
FILLS: Mapping[str, str] = {"computes": "#2f6fb3", "copies": "#b8651b", "waits": "none"}
SECOND = "#24568c"  # every other operation, so that neighbours can be told apart
WARNING = "#c2410c"
MEMORY = "#6d5bb0"
FONT = "font-family='system-ui, sans-serif' font-size='11'"


def number(value: float) -> str:
    """A coordinate: two digits are enough for any screen."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def element(name: str, content: str = "", **attributes: object) -> str:
    """An element; `stroke_width=2` becomes `stroke-width="2"`, what is None is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="'
        f'{number(value) if isinstance(value, float) else escape(str(value), quote=True)}"'
        for key, value in attributes.items() if value is not None)
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def label(x: float, y: float, text: str, **attributes: object) -> str:
    """A text whose baseline begins at (x, y)."""
    settings = {"fill": INK, **attributes}
    return element("text", escape(text), x=float(x), y=float(y), **settings)


def tip(text: str) -> str:
    """The title that a browser shows over an element."""
    return element("title", escape(text))


def cut(text: str, width: float, per_letter: float = 6.2) -> str:
    """As much of a text as has room, the end of it where it must be shortened; "" for no room."""
    letters = int(width / per_letter)
    if len(text) <= letters:
        return text
    return f"…{text[1 - letters:]}" if letters >= 4 else ""


def picture(width: float, height: float, title: str, description: str, parts: list[str]) -> str:
    """The whole SVG, with the patterns that the drawings use."""
    patterns = "".join((
        _stripes("tut-simulated", "#8a8a8a33", 8, 2.0),
        _stripes("tut-copies", "#ffffff88", 5, 1.5)))
    return (f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {number(width)} "
            f"{number(height)}' width='{number(width)}' height='{number(height)}' role='img' "
            f"{FONT}>{tip(title)}{element('desc', escape(description))}"
            f"<defs>{patterns}{_arrow_head()}</defs>" + "\n".join(parts) + "</svg>")


def _stripes(name: str, color: str, period: int, width: float) -> str:
    line = element("line", x1=0, y1=0, x2=0, y2=period, stroke=color, stroke_width=width)
    return (f"<pattern id='{name}' width='{period}' height='{period}' "
            f"patternUnits='userSpaceOnUse' patternTransform='rotate(45)'>{line}</pattern>")


def _arrow_head() -> str:
    return ("<marker id='tut-head' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='9' "
            "markerHeight='9' markerUnits='userSpaceOnUse' orient='auto-start-reverse'>"
            "<path d='M0 0 8 4 0 8z' fill='#b8651b'/></marker>")
