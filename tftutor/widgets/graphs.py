"""The graph explorer: open and close scopes, search, highlight what a run executes, colour, read.

Python lays out and draws; the front end shows the picture and asks for the next one. Each answer
holds only what has changed: a whole scene when the view is another one, else marks on the present
one. Node pages, search results and colours are computed when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tftutor.inspection.graphs.drawing import GraphDrawing
from tftutor.inspection.graphs.hierarchy import ROOT
from tftutor.inspection.graphs.model import GraphModel
from tftutor.inspection.graphs.read_graph import graph_model
from tftutor.inspection.graphs.view import View
from tftutor.widgets.base import Panel, RequestError, answers
from tftutor.widgets.graph_colours import BY, Cost, colours, costs_of
from tftutor.widgets.graph_pages import page
from tftutor.widgets.graph_parts import backward, needed_for
from tftutor.widgets.graph_scene import lit_counts, scene
from tftutor.widgets.graph_search import SearchError, search

_MOST_RESULTS = 60


class GraphExplorer(Panel):
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
        self._show(graph_model(subject, fetches, feeds, session), expanded, colour)
        found = GraphDrawing(self._view)
        self.title = f"Graph of {len(self._view.model):,} operations"
        self.description = f"Graph explorer, {len(self._view.model)} operations"
        self.data = {"scene": self._scene(), "colour": colour,
                     "hasCosts": bool(self._costs), "busy": False}
        return found

    def _show(self, model: GraphModel, expanded: Iterable[str] | None, colour: str) -> None:
        self._view = View(model, expanded)
        self._first_view = self._view
        self._colour = colour
        self._lit: tuple[frozenset[str], str] | None = None
        self._found: frozenset[str] = frozenset()

    # -- scenes and marks ---------------------------------------------------------------------

    def _scene(self) -> dict[str, Any]:
        return scene(self._view, self.title) | self._marks()

    def _marks(self) -> dict[str, Any]:
        """Colours, highlights and search hits of what stands on the page."""
        names, words = self._lit or (frozenset(), "")
        return {"colours": colours(self._view, self._colour, self._costs).to_dict(),
                "lit": None if self._lit is None else lit_counts(self._view, names),
                "litText": words, "found": lit_counts(self._view, self._found)}

    def _changed(self, view: View, focus: str) -> dict[str, Any]:
        self._view = view
        return {"scene": self._scene(), "focus": focus}

    @answers("toggle")
    def _toggle(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Open a closed group or close an open one."""
        identity = self._group(request)
        return self._changed(self._view.toggled(identity), identity)

    @answers("reveal")
    def _reveal(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Open the groups around an operation or group, where it can't be seen."""
        identity = str(request.get("id"))
        view = self._view
        if identity in view.nodes or identity in view.clusters:
            return {"focus": identity}
        if identity in view.model.nodes:
            view = view.revealing(identity)
        elif identity in view.hierarchy.groups:
            group = view.hierarchy.groups[identity]
            around = group.parent
            if around is not None and around.id != ROOT:
                view = view.expanded_with(around.id)
        else:
            raise RequestError(f"The graph has no {identity!r}.")
        return self._changed(view, identity)

    @answers("restart")
    def _restart(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The first view again, without highlights."""
        self._lit, self._found = None, frozenset()
        return self._changed(self._first_view, "")

    @answers("place")
    def _place(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Move something out of the main drawing, or into it."""
        identity = self._known(request)
        move = (self._view.moved_to_main if request.get("main") else self._view.moved_aside)
        return self._changed(move(identity), identity)

    # -- marks ----------------------------------------------------------------------------------

    @answers("colour")
    def _recolour(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Let colours stand for something else."""
        by = request.get("by")
        if by not in BY:
            raise RequestError(f"Nodes can't be coloured by {by!r}.")
        self._colour = str(by)
        return self._marks()

    @answers("highlight")
    def _highlight(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Light up what running something executes, or the gradient; nothing for kind None."""
        kind = request.get("kind")
        if kind is None:
            self._lit = None
        elif kind == "run":
            identity = self._known(request)
            names = needed_for(self._view.model, self._names(identity))
            self._lit = names, f"sess.run({identity}) executes {len(names):,} operations"
        elif kind == "gradient":
            identity = str(request.get("id") or "")
            names, words = backward(self._view.model, identity, self._names(identity))
            if not names:
                raise RequestError(words)
            self._lit = names, words
        else:
            raise RequestError(f"There is no highlight {kind!r}.")
        return self._marks()

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
        return self._marks() | {"results": rows, "total": len(found)}

    # -- what is read ---------------------------------------------------------------------------

    @answers("page")
    def _page(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The page of an operation or a group."""
        identity = self._known(request)
        return page(self._view, identity, self._costs)

    @answers("save")
    def _save(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The present view as text in a file's format."""
        drawn = GraphDrawing(self._view)
        if request.get("format") == "dot":
            return {"text": drawn.dot()}
        if request.get("format") == "svg":
            return {"text": drawn.svg()}
        raise RequestError(f"A graph can't be saved as {request.get('format')!r}.")

    # -- requests that name something -------------------------------------------------------------

    def _known(self, request: Mapping[str, Any]) -> str:
        identity = str(request.get("id"))
        if identity not in self._view.model.nodes and identity not in self._view.hierarchy.groups:
            raise RequestError(f"The graph has no {identity!r}.")
        return identity

    def _group(self, request: Mapping[str, Any]) -> str:
        identity = self._known(request)
        if identity not in self._view.hierarchy.groups:
            raise RequestError(f"{identity} is a single operation: there is nothing to open.")
        return identity

    def _names(self, identity: str) -> list[str]:
        """The operations that an id stands for: a closed group stands for all inside."""
        on_page = self._view.nodes.get(identity)
        group = self._view.hierarchy.groups.get(identity)
        if group is not None and (identity not in self._view.model.nodes
                                  or (on_page is not None and on_page.is_group)):
            return [node.name for node in group.nodes()]
        return [identity] if identity in self._view.model.nodes else []


def widget(x: Any, **options: Any) -> GraphExplorer:
    """The running cell's explorer of a graph. For the options see GraphExplorer.load."""
    return GraphExplorer.for_cell(x, **options)
