"""`Panel`: what all widgets share - code and style, messages, and what a saved notebook shows.

A panel is drawn by the ES module `static/<script>.js`. Data goes to it once, in the trait `data`;
what the user asks for later are requests, `{"id": 7, "ask": "expand", "with": {...}}`, that a
method marked `@answers("expand")` answers. A panel never sends unasked unless `push` is called.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, TypeVar

import anywidget
import IPython
import traitlets
from IPython.display import display

from tftutor.widgets import es_modules
from tftutor.widgets.static_view import StaticView, static_html

Answer = TypeVar("Answer", bound=Callable[..., Any])

RERUN = "[Run this cell to get its interactive panel; the drawing above shows the same.]"


class RequestError(ValueError):
    """A request that can't be answered; its text is shown to the user as it is."""


def answers(request: str) -> Callable[[Answer], Answer]:
    """Mark a method of a Panel as the one that answers `request`.

    It is called with the request's data (a dict) and returns what JSON can carry. It raises
    RequestError to tell the user what is wrong with the request.
    It may run beside a cell, in another thread: it must not ask for the default graph or session.
    """
    def mark(method: Answer) -> Answer:
        method._answers = request  # type: ignore[attr-defined]
        return method

    return mark


class Panel(anywidget.AnyWidget):
    """A widget of tftutor.

    A subclass names its module (`script = "gpu_monitor"`) and defines
    `load(subject, **options) -> StaticView`, which fills `data` and returns the drawing that
    stands for the panel where no kernel or no widget is to be had.

    Attributes:
      data: what the front end draws, as JSON; sent once.
      title: the heading.
      description: what a screen reader calls the panel.
      text_twin: the same in text; the panel's "Text" button shows it.
      panel_id: ties the panel to its static drawing, which it hides while it lives.
    """

    script: ClassVar[str] = ""

    data = traitlets.Dict().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    text_twin = traitlets.Unicode().tag(sync=True)
    panel_id = traitlets.Unicode().tag(sync=True)

    _numbers = itertools.count(1)
    _answering: ClassVar[dict[str, str]] = {"alive": "_alive"}
    _of_cells: ClassVar[dict[object, Panel]] = {}

    def __init_subclass__(cls, **options: Any) -> None:
        if "script" in vars(cls):  # anywidget makes a subclass of it for each instance
            cls._esm = es_modules.module_text(cls.script)
            cls._css = es_modules.style_text(cls.script)
        cls._answering = cls._answering | {
            method._answers: name for name, method in vars(cls).items()
            if hasattr(method, "_answers")}
        super().__init_subclass__(**options)

    def __init__(self, subject: Any = None, **options: Any) -> None:
        super().__init__()
        self.add_class(es_modules.style_class(self.script))
        self.panel_id = f"panel-{next(Panel._numbers)}"
        self.on_msg(self._receive)
        self.reload(subject, **options)

    # -- what a subclass gives -------------------------------------------------------------------

    def load(self, *subject: Any, **options: Any) -> StaticView:
        """Fill the traits from what is to be shown and return its static drawing.

        A subclass takes one `subject` and the options that it knows.
        """
        raise NotImplementedError(f"{type(self).__name__}.load")

    # -- one panel for a cell that is run again --------------------------------------------------

    @classmethod
    def for_cell(cls, subject: Any, **options: Any) -> Self:
        """The panel that the running cell got here when it ran before, now showing `subject`.

        The n-th panel of this class that a cell asks for is the n-th of its earlier run. Where the
        front end doesn't say which cell runs, it is a new panel.
        """
        return cls.reuse(_place_in_cell(cls), subject, **options)

    @classmethod
    def reuse(cls, key: object, subject: Any, **options: Any) -> Self:
        """The panel of this class that `key` stands for, now showing `subject`; made on demand.

        With the key None, always a new one.
        """
        existing = None if key is None else Panel._of_cells.get((cls, key))
        if isinstance(existing, cls) and existing.comm is not None:
            existing.reload(subject, **options)
            return existing
        made = cls(subject, **options)
        if key is not None:
            Panel._of_cells[cls, key] = made
        return made

    def reload(self, subject: Any, **options: Any) -> None:
        """Show something else in this panel."""
        with self.hold_sync():
            self.view = self.load(subject, **options)
            self.text_twin = self.view.text()

    # -- messages --------------------------------------------------------------------------------

    def _receive(self, _widget: Any, message: Any, _buffers: Any = None) -> None:
        """Answer one request. What is wrong with it, or goes wrong here, goes back as text.

        A request without an id wants no answer.
        """
        if not isinstance(message, Mapping) or "ask" not in message:
            return
        reply: dict[str, Any] = {"id": message.get("id")}
        method = self._answering.get(message["ask"])
        if method is None:
            self.send(reply | {"error": f"This panel knows no request {message['ask']!r}."})
            return
        try:
            value = getattr(self, method)(message.get("with") or {})
        except RequestError as error:
            self.send(reply | {"error": str(error)})
        except BaseException as error:
            self.send(reply | {"error": f"{type(error).__name__}: {error}"})
            raise
        else:
            if "id" in message:
                self.send(reply | {"value": value})

    def _alive(self, _request: Mapping[str, Any]) -> bool:
        """A panel asks this first: without an answer its static drawing stays in sight."""
        return True

    def push(self, kind: str, value: Any) -> None:
        """Send something that the front end didn't ask for."""
        self.send({"push": kind, "value": value})

    # -- how it is displayed ---------------------------------------------------------------------

    def _ipython_display_(self) -> None:
        """Two outputs: the static drawing, and the panel, which hides the drawing while it lives.

        Opened again without a kernel, and where widgets aren't trusted, the drawing is left.
        """
        display(self.static_bundle(), raw=True)
        display(self._repr_mimebundle_(text=RERUN)[0], raw=True)

    def static_bundle(self) -> dict[str, str]:
        """The static drawing as the data of one output."""
        return {"text/plain": self.text_twin,
                "text/html": static_html(self.view, panel_id=self.panel_id)}

    def _repr_mimebundle_(  # type: ignore[override]
        self, text: str | None = None, **_options: Any,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_()
        assert bundle is not None  # anywidget has a view
        data, metadata = bundle
        return data | {"text/plain": self.text_twin if text is None else text}, metadata


_asked: dict[object, tuple[object, int]] = {}  # (cell, class): its last run, panels asked for


def _place_in_cell(kind: type) -> object:
    """(the running cell, how many panels of this kind its run has asked for); None if unknown."""
    shell = IPython.get_ipython()
    message = getattr(shell, "parent_header", None) or {}
    cell = message.get("metadata", {}).get("cellId")
    if cell is None:
        return None
    run = message.get("header", {}).get("msg_id")
    last_run, count = _asked.get((cell, kind), (None, 0))
    count = count + 1 if run == last_run else 1
    _asked[cell, kind] = run, count
    return cell, count
