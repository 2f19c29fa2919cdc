"""`tf.explore(x)`: the interactive panel of what `tf.show(x)` draws.

A cell that is run again gets its panel again with the new contents, so that panels don't pile up in
the kernel and in the notebook.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from typing import Any

from tftutor.widgets.show import in_notebook, show
from tftutor.widgets.topics import Topic, function_of, subject_of, topic_of

MISSING = ("Panels need the package anywidget: pip install 'tftutor[lab]', then restart the "
           "kernel. Here is the drawing:")
NO_NOTEBOOK = "Panels need a notebook (JupyterLab). Here is the drawing:"


def explore(x: Any = "graph", **options: Any) -> Any:
    """Open an interactive panel on `x`; without it, on the default graph.

    Args:
      x: what `tf.show` draws, or a recorded step.
      **options: what the panel of that kind takes.

    Returns: the panel, which a notebook displays. Where there is no notebook or no anywidget, or
      where this kind has no panel, one line says so and the drawing of `tf.show` takes its place.
    Raises: TypeError when nothing knows how to show `x`.
    """
    topic = topic_of(x)
    if importlib.util.find_spec("anywidget") is None:
        return _instead(MISSING, topic, x, options)
    if not in_notebook():
        return _instead(NO_NOTEBOOK, topic, x, options)
    widget = function_of("widgets", topic, "widget")
    if widget is None:
        return _instead(f"There is no panel for {topic.shows}. Here is the drawing:", topic, x,
                        options)
    return widget(subject_of(x), **options)


def _instead(reason: str, topic: Topic, x: Any, options: dict[str, Any]) -> Any:
    """The drawing, with those of the panel's options that it knows as well."""
    print(reason, file=sys.stderr)
    drawing = function_of("inspection", topic, "drawing")
    known = inspect.signature(drawing).parameters.values() if drawing is not None else ()
    if not any(each.kind is each.VAR_KEYWORD for each in known):
        names = {each.name for each in known}
        options = {name: value for name, value in options.items() if name in names}
    return show(x, **options)
