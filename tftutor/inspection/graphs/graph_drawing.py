"""`drawing(x)`: a graph, or the part of it that somebody asks about, as text and as a picture."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from tftutor.inspection.graphs.dot import export_source
from tftutor.inspection.graphs.engine import engine_name
from tftutor.inspection.graphs.layout import Layout, layout_of
from tftutor.inspection.graphs.model import GraphModel
from tftutor.inspection.graphs.read_graph import graph_model
from tftutor.inspection.graphs.svg import svg_of
from tftutor.inspection.graphs.text import graph_text
from tftutor.inspection.graphs.view import View


class GraphDrawing:
    """A view of a graph that can be looked at.

    Attributes:
      model: the graph as plain data.
      view: what of it is on the page.
    """

    def __init__(self, view: View) -> None:
        self.model: GraphModel = view.model
        self.view = view

    @functools.cached_property
    def layout(self) -> Layout:
        """Where everything stands. Raises: LayoutUnavailable when there is no Graphviz."""
        return layout_of(self.view)

    def text(self) -> str:
        """The drawing in text: enough to follow the graph without the picture."""
        return graph_text(self.view)

    def svg(self) -> str:
        """The picture; "" when there is no Graphviz, as the text says then."""
        if not self.view.nodes or engine_name() is None:
            return ""
        return svg_of(self.view, self.layout, self._title, self.text())

    def dot(self) -> str:
        """The view in the DOT language, for Graphviz's own tools."""
        return export_source(self.view)

    def to_dict(self) -> dict[str, Any]:
        """Model and view as values that JSON knows."""
        return {"model": self.model.to_dict(), "view": self.view.to_dict()}

    @property
    def _title(self) -> str:
        asked = f" that {', '.join(self.model.fetches)} needs" if self.model.fetches else ""
        return f"Graph of {len(self.model)} operations{asked}"

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle = {"text/plain": self.text()}
        picture = self.svg()
        if picture:
            bundle["image/svg+xml"] = picture
        return bundle


def drawing(x: Any, *, fetches: Any = None, feeds: Iterable[Any] = (), session: Any = None,
            expanded: Iterable[str] | None = None, aside: Iterable[str] = (),
            main: Iterable[str] = ()) -> GraphDrawing:
    """Draw a graph.

    Args:
      x: a Graph, a GraphDef, a Session, or tensors and operations (what running them executes).
      fetches, feeds: draw only what `sess.run(fetches)` executes when `feeds` are fed.
      session: the session that places the operations, to show their devices.
      expanded: scopes to open; by default what makes a good first view.
      aside, main: nodes and scopes to draw apart, or never apart.

    Raises: TypeError for what is no graph; KeyError for a scope that the graph hasn't.
    """
    model = graph_model(x, fetches, feeds, session)
    return GraphDrawing(View(model, expanded, aside, main))
