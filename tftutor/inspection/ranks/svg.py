"""A canvas for SVG: shapes and texts are put on it anywhere, and it finds out how big it got.

The picture stands on a light card of its own, because a notebook shows it as an image, which can't
ask whether the page is dark. Colours are attributes of groups, which the style sheet of a widget
overrides by the groups' classes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from html import escape

Point = tuple[float, float]
FONT = "DejaVu Sans, Verdana, Arial, sans-serif"
INK, PALE, CARD, CARD_EDGE = "#1f2937", "#4b5563", "#ffffff", "#d0d7de"
# Axis by axis; each is told by its number, too. All have a contrast of 4.5 or more on the card.
AXIS_COLOURS = ("#1d4ed8", "#b45309", "#047857", "#7c3aed", "#be123c", "#0e7490")
_CHARACTER = 0.62   # the width of a character in parts of the font's size, rather too wide
_PADDING = 14.0


def text_width(text: str, size: float = 12) -> float:
    """About how many pixels a text is wide."""
    return len(text) * size * _CHARACTER


def number(value: float) -> str:
    """A coordinate: one decimal at most, so that a picture is the same on every machine."""
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 0.05 else "0"


def axis_colour(axis: int) -> str:
    """The colour of an axis."""
    return AXIS_COLOURS[axis % len(AXIS_COLOURS)]


def attributes(values: dict[str, object]) -> str:
    """` fill="red" stroke-width="2"`; an underscore in a name is a hyphen, as in `class_`: none."""
    return "".join(f' {name.rstrip("_").replace("_", "-")}="{escape(str(value), quote=True)}"'
                   for name, value in values.items())


class Canvas:
    """What is drawn, in order, and the rectangle that it covers."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._left = self._top = float("inf")
        self._right = self._bottom = float("-inf")

    @property
    def right(self) -> float:
        """The right end of what is drawn so far."""
        return self._right

    @property
    def width(self) -> float:
        """How wide it is so far."""
        return max(self._right - self._left, 0.0)

    @property
    def height(self) -> float:
        """How high it is so far."""
        return max(self._bottom - self._top, 0.0)

    @property
    def top(self) -> float:
        """The upper end of what is drawn so far."""
        return self._top

    @property
    def left(self) -> float:
        """The left end of what is drawn so far."""
        return self._left

    @property
    def bottom(self) -> float:
        """The lower end of what is drawn so far."""
        return self._bottom

    def cover(self, *points: Point) -> None:
        """Make room for points."""
        for x, y in points:
            self._left, self._right = min(self._left, x), max(self._right, x)
            self._top, self._bottom = min(self._top, y), max(self._bottom, y)

    def open(self, **values: object) -> None:
        """Begin a group."""
        self._parts.append(f"<g{attributes(values)}>")

    def close(self) -> None:
        """End the group that was begun last."""
        self._parts.append("</g>")

    def polygon(self, corners: Iterable[Point], **values: object) -> None:
        """A filled polygon."""
        points = list(corners)
        self.cover(*points)
        listed = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self._parts.append(f'<polygon points="{listed}"{attributes(values)}/>')

    def rectangle(self, x: float, y: float, width: float, height: float, **values: object) -> None:
        """A rectangle by its top left corner."""
        self.cover((x, y), (x + width, y + height))
        self._parts.append(f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" '
                           f'height="{number(height)}"{attributes(values)}/>')

    def lines(self, lines: Sequence[tuple[float, float, float, float]], **values: object) -> None:
        """Straight lines as one path."""
        if not lines:
            return
        for x1, y1, x2, y2 in lines:
            self.cover((x1, y1), (x2, y2))
        path = "".join(f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"
                       for x1, y1, x2, y2 in lines)
        self._parts.append(f'<path d="{path}"{attributes(values)}/>')

    def text(self, x: float, y: float, text: str, size: float = 12, anchor: str = "start",
             **values: object) -> None:
        """A line of text on the base line `y`; `anchor`: start, middle or end."""
        width = text_width(text, size)
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        self.cover((left, y - size), (left + width, y + size * 0.3))
        shown = dict(values)
        if anchor != "start":
            shown["text_anchor"] = anchor
        if size != 12:
            shown["font_size"] = number(size)
        self._parts.append(f'<text x="{number(x)}" y="{number(y)}"{attributes(shown)}>'
                           f"{escape(text, quote=False)}</text>")

    def paragraph(self, x: float, y: float, text: str, width: int = 96, **values: object) -> None:
        """Text broken into lines of at most `width` characters; `y` is the first base line."""
        for number, line in enumerate(textwrap.wrap(text, width)):
            self.text(x, y + number * 17, line, **values)  # type: ignore[arg-type]

    def place(self, part: Canvas, left: float, top: float) -> None:
        """Put all of another canvas here, with the corner of what it covers at (left, top)."""
        if part._left > part._right:
            return
        dx, dy = left - part._left, top - part._top
        self._parts.append(f'<g transform="translate({number(dx)} {number(dy)})">')
        self._parts += [*part._parts, "</g>"]
        self.cover((left, top), (part._right + dx, part._bottom + dy))

    def raw(self, markup: str) -> None:
        """Markup as it is."""
        self._parts.append(markup)

    def svg(self, title: str, description: str) -> str:
        """The whole picture on its card.

        Args:
          title: a few words, what a screen reader says first.
          description: what there is to see, in words.
        """
        if self._left > self._right:
            self.cover((0, 0), (1, 1))
        left, top = self._left - _PADDING, self._top - _PADDING
        width = self._right - self._left + 2 * _PADDING
        height = self._bottom - self._top + 2 * _PADDING
        box = f"{number(left)} {number(top)} {number(width)} {number(height)}"
        head = (f'<svg xmlns="http://www.w3.org/2000/svg" role="img" class="rk-picture" '
                f'viewBox="{box}" width="{number(width)}" height="{number(height)}" '
                f'font-family="{FONT}" font-size="12" fill="{INK}">')
        card = (f'<rect class="rk-card" x="{number(left + 0.5)}" y="{number(top + 0.5)}" '
                f'width="{number(width - 1)}" height="{number(height - 1)}" rx="6" '
                f'fill="{CARD}" stroke="{CARD_EDGE}"/>')
        words = (f"<title>{escape(title, quote=False)}</title>"
                 f"<desc>{escape(description, quote=False)}</desc>")
        return "".join([head, words, card, *self._parts, "</svg>"])
