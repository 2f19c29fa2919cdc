"""The GPU monitor: gauges and sparklines that move, beside nvidia-smi's table.

The front end asks for each reading and asks for the next one after the answer. So a hidden panel
costs nothing, and a kernel that is busy training isn't sent a pile of requests: it answers the one
that waits when the cell has ended, or at once, where it has a thread for that (ipykernel 7).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tftutor.inspection.gpu_layout import LAYOUTS
from tftutor.inspection.gpu_panel import Reading, drawing, read
from tftutor.inspection.gpu_state import GpuState
from tftutor.widgets.base import Panel, RequestError, answers


class GpuMonitor(Panel):
    """A live panel of this machine's GPUs, or a still one of a state that was read before."""

    script = "gpu_monitor"

    def load(self, subject: Any, simulated: int | None = None, layout: str = "classic",
             interval: float = 1.0) -> Reading:
        """Take a first reading.

        Args:
          subject: None for a live panel; a GpuState or a Reading to show that one.
          simulated: how many simulated GPUs to show instead of real ones.
          layout: of the table, "classic" or "current".
          interval: seconds from one reading to the next request.

        Raises: ValueError for a layout that doesn't exist or an interval that isn't positive.
        """
        if not interval > 0:
            raise ValueError(f"interval must be a positive number of seconds, not {interval!r}.")
        self._simulated = simulated
        reading = drawing(subject, layout, simulated)
        self.title, self.description = "GPU monitor", "State of the GPUs"
        self.data = {"live": subject is None, "interval": interval,
                     "layouts": list(LAYOUTS), "layout": layout, **_content(reading)}
        return reading

    @answers("read")
    def _read(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A new reading; its table is also the panel's text."""
        layout = request.get("layout", "classic")
        if layout not in LAYOUTS:
            raise RequestError(f"There is no layout {layout!r}.")
        reading = read(self._simulated, layout)
        content = _content(reading)
        self.text_twin = content["table"]
        return content


def widget(x: GpuState | Reading | None = None, **options: Any) -> GpuMonitor:
    """The running cell's monitor: of `x`, or live. For the options see GpuMonitor.load."""
    return GpuMonitor.for_cell(x, **options)


def _content(reading: Reading) -> dict[str, Any]:
    return {"reading": reading.to_dict(), "table": reading.text()}
