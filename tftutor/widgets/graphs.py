"""The graph explorer: open and close scopes, search, highlight what a run executes, colour, read.

Node pages, search results and colours are computed when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tftutor.inspection.graphs.engine import LayoutUnavailable
from tftutor.inspection.graphs.graph_drawing import GraphDrawing
from tftutor.inspection.graphs.read_graph import graph_model
from tftutor.inspection.graphs.view import View
from tftutor.widgets.base import RequestError, answers
from tftutor.widgets.graph_colours import BY, Cost, colours, costs_of
from tftutor.widgets.graph_panel import GraphPanel
from tftutor.widgets.graph_parts import backward, needed_for
from tftutor.widgets.graph_scene import lit_counts
from tftutor.widgets.graph_search import SearchError, search

_MOST_RESULTS = 60


class GraphExplorer(GraphPanel):
    """An interactive drawing of a graph."""

    script = "graph_explorer"

    def load(self, subject: Any, *, fetches: Any = None, feeds: Iterable[Any] = (),
             session: Any = None, run_metadata: Any = None, expanded: Iterable[str] | None = None,
             colour: str = "role") -> GraphDrawing:
        """Take a graph.

        Args:
          subject: a Graph, a GraphDef, a Session, or tensors and operations.
          fetches, feeds: show only what `sess.run(fetches)` executes when `feeds` are fed.
          session: the session that places the operations.
          run_metadata: a RunMetadata of a traced run, for the colours of time and memory.
          expanded: scopes to open; by default what makes a good first view.
          colour: what colours stand for at first: "role", "structure", "device", "time", "memory".

        Raises: TypeError for what is no graph; KeyError for a scope that the graph hasn't;
        ValueError for another `colour`.
        """
        if colour not in BY:
            raise ValueError(f"colour must be one of {', '.join(BY)}, not {colour!r}.")
        self._costs: dict[str, Cost] = {} if run_metadata is None else costs_of(run_metadata)
        self.set_view(View(graph_model(subject, fetches, feeds, session), expanded))
        self._colour = colour
        self._lit: tuple[frozenset[str], str] | None = None
        self._found: frozenset[str] = frozenset()
        self.title = f"Graph of {len(self._view.model):,} operations"
        self.description = f"Graph explorer, {len(self._view.model)} operations"
        self.data = {"scene": self.scene(), "colour": colour}
        return GraphDrawing(self._view)

    # -- scenes and marks ---------------------------------------------------------------------

    def marks(self) -> dict[str, Any]:
        """Colours, highlights and search hits of what stands on the page."""
        names, words = self._lit or (frozenset(), "")
        return {"colours": colours(self._view, self._colour, self._costs).to_dict(),
                "lit": None if self._lit is None else lit_counts(self._view, names),
                "litText": words, "found": lit_counts(self._view, self._found)}

    @answers("restart")
    def _restart(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The first view again, without highlights."""
        self._lit, self._found = None, frozenset()
        return self.changed(self._first_view, "")

    # -- marks ----------------------------------------------------------------------------------

    @answers("colour")
    def _recolour(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Let colours stand for something else."""
        by = request.get("by")
        if by not in BY:
            raise RequestError(f"Nodes can't be coloured by {by!r}.")
        self._colour = str(by)
        return self.marks()

    @answers("highlight")
    def _highlight(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Light up what running something executes, or the gradient; nothing for kind None."""
        kind = request.get("kind")
        if kind is None:
            self._lit = None
        elif kind == "run":
            identity = self.known(request)
            names = needed_for(self._view.model, self._names_of(identity))
            self._lit = names, f"sess.run({identity}) executes {len(names):,} operations"
        elif kind == "gradient":
            identity = self.known(request) if request.get("id") else ""
            names, words = backward(self._view.model, identity, self._names_of(identity))
            if not names:
                raise RequestError(words)
            self._lit = names, words
        else:
            raise RequestError(f"There is no highlight {kind!r}.")
        return self.marks()

    def _names_of(self, identity: str) -> list[str]:
        return [node.name for node in self._view.members(identity)]

    @answers("search")
    def _search(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The nodes that a query finds."""
        try:
            found = search(self._view.model, str(request.get("query") or ""))
        except SearchError as error:
            raise RequestError(str(error)) from None
        self._found = frozenset(node.name for node in found)
        rows = [[node.name, node.type, node.outputs[0].shape_text if node.outputs else ""]
                for node in found[:_MOST_RESULTS]]
        return self.marks() | {"results": rows, "total": len(found)}

    @answers("dot")
    def _dot(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The present view in the DOT language."""
        try:
            return {"text": GraphDrawing(self._view).dot()}
        except LayoutUnavailable as error:
            raise RequestError(str(error)) from None


def widget(x: Any, **options: Any) -> GraphExplorer:
    """The running cell's explorer of a graph. For the options see GraphExplorer.load."""
    return GraphExplorer.for_cell(x, **options)
