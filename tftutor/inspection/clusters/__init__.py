"""Clusters: tasks, their processes and variables, and what they send to each other.

`drawing(x)` takes a running cluster (`tf.cluster.local(...)`), its status, or the address of any
task: "grpc://127.0.0.1:2222".
"""

from __future__ import annotations

from typing import Any

from tftutor.inspection.clusters.drawing import ClusterDrawing
from tftutor.inspection.clusters.model import ClusterModel


def model_of(subject: Any) -> ClusterModel:
    """The model that `drawing` draws, as plain data.

    Args:
      subject: a cluster, a ClusterStatus, a tf.train.Server, or a target such as
        "grpc://127.0.0.1:2222".

    Raises: TypeError for something else; tf.errors.UnavailableError when nobody is at the target.
    """
    from tftutor.inspection.clusters.watch import Watch

    if isinstance(subject, ClusterModel):
        return subject
    if isinstance(subject, ClusterDrawing):
        return subject.model
    return Watch(subject).read()


def drawing(subject: Any) -> ClusterDrawing:
    """A ClusterDrawing: `.text()`, `.svg()`, `.to_dict()`; the argument is `model_of`'s."""
    return ClusterDrawing(model_of(subject))
