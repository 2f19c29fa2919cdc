"""How devices and tasks are written for people."""

from __future__ import annotations

_HERE = "/job:localhost/replica:0/task:0"


def device_title(device: str, is_simulated: bool = False) -> str:
    """`GPU:0 (simulated)`; `worker:1 GPU:0` for a device of a cluster's task."""
    job, _, name = device.rpartition("/device:")
    task = "" if job in ("", _HERE) else f"{task_name(job)} "
    return f"{task}{name}{' (simulated)' if is_simulated else ''}"


def task_name(job: str) -> str:
    """`worker:1` for `/job:worker/replica:0/task:1`; what isn't a task is left as it is."""
    parts = dict(part.partition(":")[::2] for part in job.strip("/").split("/"))
    return f"{parts['job']}:{parts.get('task', '0')}" if "job" in parts else job


def short_device(device: str) -> str:
    """A device without this process's own task, as students write it: `/device:GPU:0`."""
    return device.removeprefix(_HERE).replace("/replica:0", "")
