"""`tf.show(x)`: a drawing of a graph, a tensor, a shape, a placement, a trace, an error, the GPUs.

In a notebook it is a picture with its text folded below; elsewhere the text. It needs no widget
library, runs nothing, and gives the same for the same `x`; `tf.explore(x)` is the interactive one.
"""

from __future__ import annotations

import sys
from typing import Any

from tftutor.widgets.static_view import StaticView, bundle
from tftutor.widgets.topics import Topic, function_of, subject_of, topic_of


class Shown:
    """A drawing as the value of a notebook's cell.

    Attributes:
      drawing: the topic's drawing, with all that it knows (`to_dict()`).
    """

    def __init__(self, drawing: StaticView, topic: Topic) -> None:
        self.drawing = drawing
        self._topic = topic

    def text(self) -> str:
        """The drawing in text."""
        return self.drawing.text()

    def svg(self) -> str:
        """The drawing as SVG, "" where it has none."""
        return self.drawing.svg()

    def to_dict(self) -> dict[str, Any]:
        """What the drawing shows, as values that JSON knows."""
        return self.drawing.to_dict()  # type: ignore[attr-defined, no-any-return]

    def save(self, path: str) -> None:
        """Write the SVG, or the text where `path` doesn't end in `.svg`."""
        text = self.svg() if path.endswith(".svg") else self.text() + "\n"
        if not text:
            raise ValueError("This drawing has no picture: save its text, as .txt.")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        page = getattr(self.drawing, "html", None)  # an explained error is a page with a picture
        if page is not None:
            return {"text/plain": self.text(), "text/html": page()}
        return bundle(self.drawing)


def show(x: Any = "graph", **options: Any) -> Shown | None:
    """Draw `x`; without it, the default graph.

    Args:
      x: a Graph, a Tensor or a list of operations: the graph; an array, a Variable or a shape such
        as (10, 3) or [None, 784]: its axes and values; a Session or a RunMetadata: what ran where
        and when; an exception: where its shapes disagree; a cluster: its tasks; "gpus": the GPUs;
        "ranks": the table of ranks.
      **options: what the drawing of that kind takes, e.g. `expanded=["dense"]` for a graph.

    Returns: in a notebook, what displays itself as picture and text. In plain Python the text is
      printed and None is returned.
    Raises: TypeError when nothing knows how to draw `x`.
    """
    shown = drawn(x, **options)
    if in_notebook():
        return shown
    print(shown.text())
    return None


def drawn(x: Any, **options: Any) -> Shown:
    """The drawing of `x`, not yet displayed. Raises: TypeError."""
    topic = topic_of(x)
    drawing = function_of("inspection", topic, "drawing")
    if drawing is None:
        raise TypeError(f"There is no drawing for {topic.shows}.")
    return Shown(drawing(subject_of(x), **options), topic)


def in_notebook() -> bool:
    """Whether a front end of IPython shows the values of cells, pictures included."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None
