"""tf.test.create_local_cluster: parameter servers and workers in this process, for tests."""

from __future__ import annotations

from typing import Any

from tftutor.distributed.launch.ports import PortReservation
from tftutor.distributed.server import Server
from tftutor.framework.api import tf_export


@tf_export("test.create_local_cluster")
def create_local_cluster(num_workers: int, num_ps: int, protocol: str = "grpc",
                         worker_config: Any = None, ps_config: Any = None
                         ) -> tuple[list[Server], list[Server]]:
    """Start servers of a cluster at free ports of this machine: (workers, parameter servers).

    Args:
      num_workers, num_ps: how many there are of each.
      protocol, worker_config, ps_config: what each `tf.train.Server` is given.

    Example:
        workers, ps = tf.test.create_local_cluster(num_workers=2, num_ps=1)
        session = tf.Session(workers[0].target)

    Source: TF 1.15 docs, tf.test.create_local_cluster.
    """
    configs = {"worker": worker_config, "ps": ps_config}
    ports = {job: [PortReservation("127.0.0.1") for _ in range(count)]
             for job, count in (("worker", num_workers), ("ps", num_ps))}
    cluster = {job: [f"localhost:{port.port}" for port in reserved]
               for job, reserved in ports.items()}
    servers: dict[str, list[Server]] = {"worker": [], "ps": []}
    for job, reserved in ports.items():
        for index, port in enumerate(reserved):
            port.make_way()
            servers[job].append(Server(cluster, job_name=job, task_index=index, protocol=protocol,
                                       config=configs[job], start=True))
            port.close()
    return servers["worker"], servers["ps"]
