"""The cluster view: processes, tasks, variables and traffic, live while a cluster runs.

The front end asks for readings while it is in sight. While the kernel is busy with a cell, which as
a rule trains on that very cluster, readings come from a thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tftutor import errors
from tftutor.distributed.launch.status import ClusterStatus
from tftutor.inspection.clusters.drawing import ClusterDrawing
from tftutor.inspection.clusters.model import ClusterModel
from tftutor.inspection.clusters.watch import Watch
from tftutor.widgets.base import Panel, RequestError, answers
from tftutor.widgets.following import Follower


class ClusterPanel(Panel):
    """A live panel of one cluster, or a still one of a status that was taken before."""

    script = "clusters"
    _follower: Follower | None = None

    def load(self, subject: Any, *, interval: float = 1.0) -> ClusterDrawing:
        """Take a first reading.

        Args:
          subject: a cluster, the address of one of its tasks, a ClusterStatus, or a drawing.
          interval: seconds from one reading to the next.

        Raises: TypeError for another subject; ValueError for an interval that isn't positive;
        tf.errors.UnavailableError when nobody is at the address.
        """
        if not interval > 0:
            raise ValueError(f"interval must be a positive number of seconds, not {interval!r}.")
        if self._follower is not None:
            self._follower.stop()
        found, live = self._first_reading(subject)
        self._follower = Follower(self._send_reading, interval)
        self.title, self.description = "Cluster", "State of the cluster's tasks"
        self.data = {"live": live, "interval": interval, **_content(found.model)}
        return found

    def _first_reading(self, subject: Any) -> tuple[ClusterDrawing, bool]:
        """The first drawing, and whether there will be others."""
        if isinstance(subject, ClusterDrawing | ClusterModel):
            model = subject if isinstance(subject, ClusterModel) else subject.model
            return ClusterDrawing(model), False
        self._watch = Watch(subject)
        return ClusterDrawing(self._watch.read()), not isinstance(subject, ClusterStatus)

    @answers("read")
    def _read(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A new reading; its text is also the panel's.

        The next one will be asked for in `interval` seconds, or not at all (`once`).
        """
        try:
            drawing = ClusterDrawing(self._watch.glance())
        except errors.OpError as error:
            raise RequestError(f"The cluster doesn't answer: {error.message}") from None
        if self._follower is not None:
            if drawing.model.is_stopped or request.get("once"):
                self._follower.stop()
            else:
                self._follower.asked(request.get("interval"))
        self.view = drawing
        self.text_twin = drawing.text()
        return _content(drawing.model)

    @answers("pause")
    def _pause(self, request: Mapping[str, Any]) -> None:
        """The panel is out of sight, or was told to pause."""
        if self._follower is not None:
            self._follower.stop()

    def _send_reading(self) -> bool:
        """Send a reading that nobody has asked for; False when there won't be another one."""
        try:
            model = self._watch.glance()
        except errors.OpError:  # the next question will be told
            return False
        if self.comm is None:
            return False
        self.push("reading", _content(model))
        return not model.is_stopped

    def close(self) -> None:
        """End the panel and its thread."""
        if self._follower is not None:
            self._follower.stop()
        super().close()


def _content(model: ClusterModel) -> dict[str, Any]:
    return {"reading": model.to_dict(), "svg": ClusterDrawing(model).svg()}


def widget(x: Any, **options: Any) -> ClusterPanel:
    """The running cell's view of cluster `x`. For the options see ClusterPanel.load."""
    return ClusterPanel.for_cell(x, **options)
