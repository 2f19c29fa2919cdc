"""`tf.explore(x)`: the interactive panel of what `tf.show(x)` draws.

A cell that is run again gets its panel again with the new contents, so that panels don't pile up in
the kernel and in the notebook.
"""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

from tftutor.widgets.show import drawn, in_notebook, show
from tftutor.widgets.topics import function_of, subject_of, topic_of

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
        return _instead(MISSING, x, options)
    if not in_notebook():
        return _instead(NO_NOTEBOOK, x, options)
    widget = function_of("widgets", topic, "widget")
    if widget is None:
        return _instead(f"There is no panel for {topic.shows}. Here is the drawing:", x, options)
    return widget(subject_of(x), **options)


def _instead(reason: str, x: Any, options: dict[str, Any]) -> Any:
    print(reason, file=sys.stderr)
    return drawn(x, **options) if in_notebook() else show(x, **options)
