"""`tf.cluster.from_ipyparallel(rc, ps=2, worker=4)`: each engine hosts a task.

The engines may run anywhere that ipyparallel starts them: this machine, SSH, Slurm, PBS, MPI. Each
serves its task on a thread and stays an engine, so `%%px` runs programs beside the server:

    import ipyparallel
    rc = ipyparallel.Cluster(n=3).start_and_connect_sync()
    cluster = tf.cluster.from_ipyparallel(rc, ps=1, worker=2)

    %%px --targets 1,2
    with tf.Session(server.target) as session: ...

An engine's namespace has `tf`, `server`, `cluster`, `job_name` and `task_index`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tftutor.distributed.launch import hosting
from tftutor.distributed.launch.hosted import HostedCluster
from tftutor.distributed.launch.task_process import LaunchError


class Engines:
    """The engines of an ipyparallel client."""

    kind = "engines"

    def __init__(self, client: Any) -> None:
        self._client = client

    def names(self) -> Sequence[int]:
        """Their ids."""
        return list(self._client.ids)

    def call(self, host: Any, function: Callable[..., Any], *arguments: Any,
             seconds: float | None = None) -> Any:
        """Run a function in an engine and wait for it. Raises: LaunchError after `seconds`."""
        result = self._client[host].apply_async(function, *arguments)
        if not result.wait(-1 if seconds is None else seconds):
            raise LaunchError(f"engine {host} hasn't answered for {seconds:.0f} s")
        return result.get()

    def serve(self, host: Any, *arguments: Any) -> int:
        """Start a server in an engine, with its variables in the engine's namespace."""
        return self.call(host, serve_in_engine, *arguments)


def serve_in_engine(*arguments: Any) -> int:
    """Runs in an engine: `hosting.serve`, for `%%px`. The process's id."""
    from IPython import get_ipython

    names = hosting.serve(*arguments)
    get_ipython().user_ns.update(names)
    return hosting.place()["pid"]


def from_ipyparallel(client: Any, ps: int = 1, worker: int = 2, *,
                     jobs: Mapping[str, int] | None = None,
                     environ: Mapping[str, str] | None = None, config: Any = None) -> HostedCluster:
    """A cluster whose tasks live in the engines of an ipyparallel.Client, in their order.

    Engines of one machine talk over its loopback interface; those of several need keys
    (`tftutor keys new`). `jobs`, `environ` and `config` are those of tf.cluster.local.
    Raises: LaunchError when there are fewer engines than tasks.
    """
    return HostedCluster(Engines(client), {"ps": ps, "worker": worker, **(jobs or {})},
                         environ or {}, config)
