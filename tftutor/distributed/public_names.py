"""The `tf.*` names of this package: announced with tftutor, each module loaded at first use.

`tf.cluster` is tftutor's own: TensorFlow leaves starting the processes of a cluster to its users.
"""

from __future__ import annotations

from tftutor.framework.api import lazy_export

lazy_export("tftutor.distributed.cluster_spec", train__ClusterSpec="ClusterSpec")
lazy_export("tftutor.formats.server_protos", train__ServerDef="ServerDef")
lazy_export("tftutor.distributed.device_setter", **{
    "train__replica_device_setter": "replica_device_setter",
    **{f"contrib__training__{name}": name for name in (
        "GreedyLoadBalancingStrategy", "RandomStrategy", "byte_size_load_fn")},
})
lazy_export("tftutor.distributed.server", train__Server="Server")
lazy_export("tftutor.distributed.launch.local", cluster__local="local",
            cluster__LocalCluster="LocalCluster")
lazy_export("tftutor.distributed.launch.tf_config", cluster__from_tf_config="from_tf_config",
            cluster__TaskConfig="TaskConfig")
lazy_export("tftutor.distributed.launch.slurm", cluster__from_slurm="from_slurm")
lazy_export("tftutor.distributed.launch.status", cluster__status="status")
lazy_export("tftutor.distributed.launch.task_process", cluster__LaunchError="LaunchError")
lazy_export("tftutor.distributed.launch.cell_runs", cluster__CellError="CellError")
lazy_export("tftutor.distributed.launch.ipyparallel_engines",
            cluster__from_ipyparallel="from_ipyparallel")
lazy_export("tftutor.distributed.launch.dask_workers", cluster__from_dask="from_dask")
