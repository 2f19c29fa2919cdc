"""`GraphPanel`: a panel with a view of a graph that can be opened, closed and read.

Python lays out and draws; the front end shows the picture and asks for the next one. An answer
holds only what has changed: a whole scene when the view is another one, else marks on the present
one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tftutor.inspection.graphs.view import View
from tftutor.inspection.graphs.view_opening import ancestors
from tftutor.widgets.base import Panel, RequestError, answers
from tftutor.widgets.graph_colours import Cost
from tftutor.widgets.graph_pages import page
from tftutor.widgets.graph_scene import scene


class GraphPanel(Panel):
    """A panel that shows a view of a graph.

    A subclass gives it one in `load` by `set_view`, and says in `marks` what else is to be drawn.
    """

    _view: View
    _costs: Mapping[str, Cost] = {}

    def set_view(self, view: View) -> None:
        """Take the view that is shown first."""
        self._view = view
        self._first_view = view

    def marks(self) -> dict[str, Any]:
        """What is drawn on top of the present view."""
        return {}

    def scene(self) -> dict[str, Any]:
        """The present view for the front end."""
        return scene(self._view, self.title) | self.marks()

    def changed(self, view: View, focus: str) -> dict[str, Any]:
        """The answer that shows another view; `focus` is what the user acted on."""
        self._view = view
        return {"scene": self.scene(), "focus": focus}

    @answers("toggle")
    def _toggle(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Open or close a group: what the user sees says which, and this view may be ahead."""
        identity = self._group(request)
        opens = bool(request.get("open", identity not in self._view.clusters))
        view = (self._view.expanded_with(identity) if opens else self._view.collapsed(identity))
        return self.changed(view, identity)

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
            around = ancestors(view.hierarchy.groups[identity])
            if around:
                view = view.expanded_with(around[-1].id)
        else:
            raise RequestError(f"The graph has no {identity!r}.")
        return self.changed(view, identity)

    @answers("place")
    def _place(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Move something out of the main drawing, or into it."""
        identity = self.known(request)
        move = (self._view.moved_to_main if request.get("main") else self._view.moved_aside)
        return self.changed(move(identity), identity)

    @answers("page")
    def _page(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The page of an operation or a group."""
        identity = self.known(request)
        return page(self._view, identity, self._costs)

    # -- requests that name something -------------------------------------------------------------

    def known(self, request: Mapping[str, Any]) -> str:
        identity = str(request.get("id"))
        if identity not in self._view.model.nodes and identity not in self._view.hierarchy.groups:
            raise RequestError(f"The graph has no {identity!r}.")
        return identity

    def _group(self, request: Mapping[str, Any]) -> str:
        identity = self.known(request)
        if identity not in self._view.hierarchy.groups:
            raise RequestError(f"{identity} is a single operation: there is nothing to open.")
        return identity
