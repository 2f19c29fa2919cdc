"""A view in text."""

from __future__ import annotations

from tftutor.inspection.graphs.view import View


def graph_text(view: View) -> str:
    """A view in text."""
    return "\n".join(f"{node.id}  {node.detail}" for node in view.nodes.values())
