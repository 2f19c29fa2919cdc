"""The shapes of nodes in SVG: what a thing is can be told from its outline, without colour.

ellipse: operation. Small box: constant. Slanted box: placeholder. Drum: variable. Box with a plus:
a group that can be opened. Three boxes: a series of groups that are alike.
"""

from __future__ import annotations

import html

from tftutor.inspection.graphs.layout import Box
from tftutor.inspection.graphs.sizes import DETAIL_SIZE, NAME_SIZE

# fill and line by shape; both stand out on a white and on a black page, and the text on them is
# always dark.
PALETTE = {
    "op": ("#fff3e0", "#b26a00"), "const": ("#eceff1", "#6d7b82"),
    "placeholder": ("#e1f5fe", "#0277bd"), "variable": ("#e3f3e4", "#2e7d32"),
    "scope": ("#e8eaf6", "#5362b8"), "loop": ("#e8eaf6", "#5362b8"),
    "branch": ("#e8eaf6", "#5362b8"), "function": ("#e8eaf6", "#5362b8"),
    "series": ("#e8eaf6", "#5362b8"), "chunk": ("#e8eaf6", "#5362b8"),
}
ROLE_COLOURS = {
    "gradient": ("#fce4ec", "#c2185b"), "training": ("#f3e5f5", "#8e24aa"),
    "init": ("#f1f8e9", "#6b8e3d"), "save": ("#efebe9", "#8d6e63"),
    "summary": ("#e0f2f1", "#00897b"),
}
TEXT, QUIET, EDGE = "#1b1b1b", "#767676", "#7d7d7d"


def colours_of(shape: str, role: str) -> tuple[str, str]:
    """Fill and line of a node: by its role when that isn't the model's own computation."""
    if shape in ("const", "placeholder", "variable"):
        return PALETTE[shape]
    return ROLE_COLOURS.get(role, PALETTE[shape])


def outline(shape: str, box: Box, fill: str, line: str, width: float) -> str:
    """The SVG elements of a shape."""
    paint = f'fill="{fill}" stroke="{line}" stroke-width="{width:g}"'
    return _OUTLINES.get(shape, _rounded)(box, paint)


def texts(shape: str, box: Box, lines: tuple[str, ...]) -> str:
    """The lines of text in a node, centred."""
    x, y = box.x, box.y
    if shape == "series":
        x, y = x - 4, y + 4
    if shape == "variable":
        y += 3
    first = y - 7.0 * (len(lines) - 1) + 4
    parts = []
    for index, line in enumerate(lines):
        size, weight = (NAME_SIZE, ' font-weight="600"') if index == 0 else (DETAIL_SIZE, "")
        parts.append(f'<text x="{number(x)}" y="{number(first + 14 * index)}" '
                     f'font-size="{size:g}"{weight} text-anchor="middle" fill="{TEXT}">'
                     f'{escaped(line)}</text>')
    return "".join(parts)


def plus_mark(box: Box, line: str) -> str:
    """The sign of a group that can be opened, at its upper right corner."""
    x, y = box.x + box.width / 2 - 9, box.y - box.height / 2 + 8
    return (f'<path d="M{number(x - 3.5)},{number(y)}h7M{number(x)},{number(y - 3.5)}v7" '
            f'stroke="{line}" stroke-width="1.6" fill="none"/>')


def _ellipse(box: Box, paint: str) -> str:
    return (f'<rect x="{number(box.x - box.width / 2)}" y="{number(box.y - box.height / 2)}" '
            f'width="{number(box.width)}" height="{number(box.height)}" '
            f'rx="{number(box.height / 2)}" {paint}/>')


def _rectangle(box: Box, paint: str, radius: float) -> str:
    return (f'<rect x="{number(box.x - box.width / 2)}" y="{number(box.y - box.height / 2)}" '
            f'width="{number(box.width)}" height="{number(box.height)}" rx="{radius:g}" {paint}/>')


def _rounded(box: Box, paint: str) -> str:
    return _rectangle(box, paint, 6)


def _small(box: Box, paint: str) -> str:
    return _rectangle(box, f'{paint} stroke-dasharray="2 2"', 2)


def _slanted(box: Box, paint: str) -> str:
    left, right = box.x - box.width / 2, box.x + box.width / 2
    top, bottom = box.y - box.height / 2, box.y + box.height / 2
    corners = [(left + 10, top), (right, top), (right - 10, bottom), (left, bottom)]
    return f'<path d="M{" L".join(f"{number(x)},{number(y)}" for x, y in corners)}Z" {paint}/>'


def _drum(box: Box, paint: str) -> str:
    left, right = number(box.x - box.width / 2), number(box.x + box.width / 2)
    top, bottom = box.y - box.height / 2 + 5, box.y + box.height / 2 - 5
    rx = number(box.width / 2)
    return (f'<path d="M{left},{number(top)} A{rx},5 0 0 1 {right},{number(top)} '
            f'V{number(bottom)} A{rx},5 0 0 1 {left},{number(bottom)}Z" {paint}/>'
            f'<path d="M{left},{number(top)} A{rx},5 0 0 0 {right},{number(top)}" {paint}/>')


def _stack(box: Box, paint: str) -> str:
    inner = Box(box.x, box.y, box.width - 8, box.height - 8)
    return "".join(_rounded(inner.moved(4 - 4 * i, -4 + 4 * i), paint) for i in range(3))


_OUTLINES = {"op": _ellipse, "const": _small, "placeholder": _slanted, "variable": _drum,
             "series": _stack, "chunk": _stack}


def number(value: float) -> str:
    """A coordinate, to a tenth of a px."""
    return f"{value:.1f}".removesuffix(".0")


def escaped(text: str) -> str:
    """Text for SVG."""
    return html.escape(text, quote=False)


def attribute(text: str) -> str:
    """Text for an attribute's value."""
    return html.escape(text).replace("\n", "&#10;")
