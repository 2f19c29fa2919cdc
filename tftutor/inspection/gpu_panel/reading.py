"""One reading of the GPUs, or the sentence that says why there is none.

    >>> print(drawing(tf.gpu_state(simulated=2)).text())
"""

from __future__ import annotations

import dataclasses
import time
from typing import Any

from tftutor.inspection.gpu_layout import LAYOUTS, draw
from tftutor.inspection.gpu_model import Gpu, GpuStateError
from tftutor.inspection.gpu_panel.gauges import Gauge, gauges
from tftutor.inspection.gpu_panel.picture import picture
from tftutor.inspection.gpu_state import GpuState, gpu_state

WHAT_HELPS = "In a notebook tf.explore('gpus', simulated=2) shows two simulated GPUs."


@dataclasses.dataclass(frozen=True)
class Reading:
    """The GPUs at one moment.

    Attributes:
      state: what was read; None where nothing could be.
      problem: the sentence that says why not, "" where it could.
      layout: "classic" or "current", the columns of the text.
      taken: when, in seconds since 1970; None for a state that was read elsewhere.
    """

    state: GpuState | None
    problem: str = ""
    layout: str = "classic"
    taken: float | None = None

    def rows(self) -> tuple[tuple[Gpu, tuple[Gauge, ...]], ...]:
        """Every visible GPU with its gauges."""
        return () if self.state is None else tuple(
            (gpu, gauges(gpu)) for gpu in self.state.visible)

    def text(self) -> str:
        """nvidia-smi's table without its clock, or the sentence."""
        if self.state is None:
            return self.problem
        return draw(self.state, self.layout, when=time.gmtime(0)).partition("\n")[2]

    def svg(self) -> str:
        """A row of gauges for each GPU; "" where there is nothing to measure."""
        return picture(self.rows()) if self.state is not None and self.state.visible else ""

    def to_dict(self) -> dict[str, Any]:
        """What the panel draws."""
        if self.state is None:
            return {"problem": self.problem, "gpus": [], "processes": [], "taken": self.taken}
        shown = {gpu.index for gpu in self.state.visible}
        return {
            "problem": "", "taken": self.taken, "driver": self.state.driver,
            "cuda": self.state.cuda, "explanation": self.state.visibility.explanation,
            "hidden": len(self.state.gpus) - len(shown),
            "gpus": [{"index": gpu.index, "name": gpu.name, "simulated": gpu.simulated,
                      "gauges": [gauge._asdict() | {"share": gauge.share} for gauge in found]}
                     for gpu, found in self.rows()],
            "processes": [dataclasses.asdict(process) for process in self.state.processes
                          if process.gpu in shown],
        }


def read(simulated: int | None = None, layout: str = "classic") -> Reading:
    """The GPUs now. What can't be read becomes the reading's `problem`; nothing is raised."""
    try:
        state = gpu_state(simulated)
    except (GpuStateError, ValueError) as error:
        return Reading(None, f"{error}\n{WHAT_HELPS}", layout, time.time())
    return Reading(state, "", layout, time.time())


def drawing(x: GpuState | Reading | None = None, layout: str = "classic",
            simulated: int | None = None) -> Reading:
    """A reading of `x`, or of the GPUs now: the real ones, or as many simulated ones as asked.

    Raises: ValueError for a layout that doesn't exist.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"There is no layout {layout!r}: choose {' or '.join(LAYOUTS)}.")
    if isinstance(x, Reading):
        return dataclasses.replace(x, layout=layout)
    return read(simulated, layout) if x is None else Reading(x, "", layout)
