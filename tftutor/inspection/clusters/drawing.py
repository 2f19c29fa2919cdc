"""ClusterDrawing: one reading of a cluster as text and as a picture."""

from __future__ import annotations

from typing import Any

from tftutor.inspection.clusters.model import ClusterModel


class ClusterDrawing:
    """What `tf.show(cluster)` displays.

    Attributes:
      model: the ClusterModel behind it.
    """

    def __init__(self, model: ClusterModel) -> None:
        self.model = model

    def to_dict(self) -> dict[str, Any]:
        """The model as JSON-able data."""
        return self.model.to_dict()

    def text(self) -> str:
        """The reading as text."""
        from tftutor.inspection.clusters.text import cluster_text

        return cluster_text(self.model)

    def svg(self) -> str:
        """The reading as an SVG picture: a box for each process, arrows for what they sent."""
        from tftutor.inspection.clusters.svg import cluster_svg

        return cluster_svg(self.model)

    def __repr__(self) -> str:
        return self.text()
