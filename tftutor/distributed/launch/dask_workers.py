"""`tf.cluster.from_dask(client, ps=1, worker=2)`: each worker of a Dask cluster hosts a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tftutor.distributed.launch import hosting
from tftutor.distributed.launch.hosted import HostedCluster


class DaskWorkers:
    """The workers of a dask.distributed.Client."""

    kind = "Dask workers"

    def __init__(self, client: Any) -> None:
        self._client = client

    def names(self) -> Sequence[str]:
        """Their addresses."""
        return sorted(self._client.nthreads())

    def call(self, host: Any, function: Callable[..., Any], *arguments: Any,
             seconds: float | None = None) -> Any:
        """Run a function in a worker and wait for it; Dask says when its scheduler is gone."""
        return self._client.run(function, *arguments, workers=[host])[host]

    def serve(self, host: Any, *arguments: Any) -> int:
        """Start a server in a worker."""
        return self.call(host, hosting.serve_quietly, *arguments)


def from_dask(client: Any, ps: int = 1, worker: int = 2, *, jobs: Mapping[str, int] | None = None,
              environ: Mapping[str, str] | None = None, config: Any = None) -> HostedCluster:
    """A cluster whose tasks live in the workers of a dask.distributed.Client.

    Functions submitted to a worker may use its server: tf.Session(cluster.target_of(job, index)).
    A worker that Dask starts anew has no server: `cluster.restart(job, index)` gives it one.
    `jobs`, `environ` and `config` are those of tf.cluster.local.
    Raises: LaunchError when there are fewer workers than tasks.
    """
    return HostedCluster(DaskWorkers(client), {"ps": ps, "worker": worker, **(jobs or {})},
                         environ or {}, config)
