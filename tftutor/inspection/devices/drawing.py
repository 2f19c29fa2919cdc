"""DevicesDrawing: a model of devices as text and as a picture."""

from __future__ import annotations

from typing import Any

from tftutor.inspection.devices.model import DevicesModel


class DevicesDrawing:
    """What `tf.show(session)` and `tf.show(run_metadata)` display.

    Attributes:
      model: the DevicesModel behind it.
    """

    def __init__(self, model: DevicesModel) -> None:
        self.model = model

    def to_dict(self) -> dict[str, Any]:
        """The model as JSON-able data."""
        return self.model.to_dict()

    def text(self) -> str:
        """The drawing as text, for terminals, screen readers and notebooks that aren't trusted."""
        from tftutor.inspection.devices.text import devices_text

        return devices_text(self.model)

    def svg(self) -> str:
        """The drawing as an SVG picture: a timeline of a step, else a map of the placement."""
        from tftutor.inspection.devices.placement_svg import placement_svg
        from tftutor.inspection.devices.timeline_svg import timeline_svg

        return timeline_svg(self.model) if self.model.is_traced else placement_svg(self.model)

    def __repr__(self) -> str:
        return self.text()
