"""Where operations ran and when: swim-lanes with a table of reasons, linked to the graph.

The front end asks for the lanes once and zooms by itself. Beside them it may show the graph, whose
views Python makes: choosing an operation in one shows it in the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tftutor.framework.default_graph import get_default_graph
from tftutor.inspection.devices import drawing
from tftutor.inspection.devices.drawing import DevicesDrawing
from tftutor.inspection.devices.model import DevicesModel
from tftutor.inspection.devices.subject import graph_subject, trace_of
from tftutor.inspection.graphs.graph_drawing import GraphDrawing
from tftutor.inspection.graphs.read_graph import graph_model
from tftutor.inspection.graphs.view import View
from tftutor.widgets.base import Panel, RequestError, answers
from tftutor.widgets.device_data import graph_name, panel_data


class DevicesPanel(Panel):
    """A traced step, a placement, or both, to look at closely."""

    script = "devices"

    def load(self, subject: Any, *, fetches: Any = None, feeds: Any = (), graph: Any = None
             ) -> DevicesDrawing:
        """Take what `tf.show` draws as well.

        Args:
          subject: a session, its placement, a RunMetadata, or (run_metadata, session).
          fetches, feeds: with a session: show only what these tensors need.
          graph: the graph to show beside it; that of the session by default, or the default
            graph where it is the one that ran.

        Raises: TypeError for another subject; ValueError for a trace with nothing in it.
        """
        found = drawing(subject, fetches, feeds)
        self._model = found.model
        self._trace = trace_of(subject)
        self._graph = graph_subject(subject) if graph is None else graph
        if self._graph is None and _is_of_graph(found.model, get_default_graph()):
            self._graph = get_default_graph()
        self._view: View | None = None
        traced = found.model.is_traced
        self.title = "Step on its devices" if traced else "Placement"
        self.description = ("Timeline of a step: what each device did" if traced
                            else "Where each operation runs, and why")
        self.data = {"traced": traced, "hasGraph": self._graph is not None,
                     "hasTrace": self._trace is not None,
                     "loads": self.data.get("loads", 0) + 1}  # what is sent must differ
        return found

    @answers("model")
    def _send_model(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """All that the lanes and the table show."""
        data = panel_data(self._model)
        if not self._model.is_traced:
            data["map"] = self.view.svg()
        return data

    @answers("chrome")
    def _chrome_trace(self, request: Mapping[str, Any]) -> str:
        """The step as a Chrome trace."""
        from tftutor.client.timeline import Timeline

        if self._trace is None:
            raise RequestError("There is no trace: this is a placement, not a step.")
        return Timeline(self._trace).generate_chrome_trace_format(show_memory=True)

    # -- the graph beside it -----------------------------------------------------------------

    @answers("graph")
    def _show_graph(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The graph with an operation in sight (`reveal`) or a scope turned over (`toggle`).

        The answer has the picture, the id of what stands for the operation, `ops`: the names of
        all operations of the scope, and `groups`: the ids of what can be turned over.
        """
        view = self._view if self._view is not None else self._first_view()
        shown: str | None = None
        ops: list[str] = []
        if request.get("toggle"):
            shown = str(request["toggle"])
            if shown not in view.hierarchy.groups:
                raise RequestError(f"The graph has no scope {shown!r}.")
            ops = [node.name for node in view.hierarchy.groups[shown].nodes()]
            view = view.toggled(shown)
        elif request.get("reveal"):
            name = graph_name(str(request["reveal"]), view.model.nodes)
            if name is None:
                raise RequestError(f"{request['reveal']} isn't in the graph: it was added to move "
                                   "a value between devices.")
            view = view.revealing(name)
            shown, ops = view.where(name), [name]
        self._view = view
        picture = GraphDrawing(view).svg()
        if not picture:
            raise RequestError("The graph can't be drawn: there is no Graphviz "
                               "(pip install tftutor[lab]).")
        groups = [*view.clusters, *(n.id for n in view.nodes.values() if n.is_group)]
        return {"svg": picture, "shown": shown, "ops": ops, "groups": groups}

    def _first_view(self) -> View:
        """The graph as a whole; of a step, what ran in it."""
        model = graph_model(self._graph)
        names = _names(self._model) & model.nodes.keys()
        return View(model.restricted(names) if names else model)


def _names(model: DevicesModel) -> set[str]:
    """The operations that a model is about."""
    found = {row.op for row in model.rows}
    return found or {op for lane in model.lanes
                     for op in (*lane.still, *(span.op for span in lane.spans))}


def _is_of_graph(model: DevicesModel, graph: Any) -> bool:
    """Whether a step ran this graph: it has all of its operations."""
    known = {op.name for op in graph.get_operations()}
    ran = [span.op for lane in model.lanes for span in lane.spans if span.type != "_Recv"]
    return bool(ran) and known.issuperset(ran)


def widget(x: Any, **options: Any) -> DevicesPanel:
    """The running cell's panel of `x`. For the options see DevicesPanel.load."""
    return DevicesPanel.for_cell(x, **options)
