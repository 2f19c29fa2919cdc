"""tf.train.replica_device_setter: variables on parameter servers, everything else on a worker.

The result is a device function: `tf.device` calls it with each new operation and takes its answer.
How the parameter servers share the variables is a strategy, `op -> task index`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tftutor.distributed.cluster_spec import ClusterSpec
from tftutor.framework.api import tf_export
from tftutor.framework.device import parse_device
from tftutor.framework.tensor_shape import TensorShape
from tftutor.platform import tf_logging

# The operations that hold a program's state, as TensorFlow's estimators list them.
STANDARD_PS_OPS = (
    "Variable", "VariableV2", "AutoReloadVariable", "MutableHashTable", "MutableHashTableV2",
    "MutableHashTableOfTensors", "MutableHashTableOfTensorsV2", "MutableDenseHashTable",
    "MutableDenseHashTableV2", "VarHandleOp", "BoostedTreesEnsembleResourceHandleOp",
    "BoostedTreesQuantileStreamResourceHandleOp", "ResourceConditionalAccumulator",
)
Strategy = Callable[[Any], int]


class RoundRobinStrategy:
    """The tasks in turn, whatever the operation."""

    def __init__(self, num_tasks: int) -> None:
        self._num_tasks = num_tasks
        self._next_task = 0

    def __call__(self, unused_op: Any) -> int:
        task = self._next_task
        self._next_task = (task + 1) % self._num_tasks
        return task


class ReplicaDeviceChooser:
    """The device function that replica_device_setter makes."""

    def __init__(self, ps_tasks: int, ps_device: str | None, worker_device: str | None,
                 merge_devices: bool, ps_ops: Sequence[str], ps_strategy: Strategy) -> None:
        self._ps_device = parse_device(ps_device or "") if ps_tasks and ps_device else None
        self._worker_device = parse_device(worker_device or "")
        self._merge_devices = merge_devices
        self._ps_ops = ps_ops
        self._ps_strategy = ps_strategy

    def device_function(self, op: Any) -> str:
        """The device of an operation (or NodeDef): what it has already, filled up."""
        if op.device and not self._merge_devices:
            return op.device
        current = parse_device(op.device or "")
        op_type = op.type if hasattr(op, "type") else op.op
        if self._ps_device is None or op_type not in self._ps_ops:
            return current.merged_over(self._worker_device).text()
        device = self._ps_device
        # Asked only when the answer counts: a variable that is pinned elsewhere takes no turn.
        if device.job and (not current.job or current.job == device.job):
            device = device._replace(task=int(self._ps_strategy(op)))
        return current.merged_over(device).text()


@tf_export("train.replica_device_setter")
def replica_device_setter(ps_tasks: int = 0, ps_device: str = "/job:ps",
                          worker_device: str = "/job:worker", merge_devices: bool = True,
                          cluster: Any = None, ps_ops: Sequence[str] | None = None,
                          ps_strategy: Strategy | None = None) -> Callable[[Any], str] | None:
    """A device function for `tf.device`: variables on the parameter servers, the rest on a worker.

        with tf.device(tf.train.replica_device_setter(cluster=cluster)):
            weights = tf.Variable(...)        # /job:ps/task:0
            biases = tf.Variable(...)         # /job:ps/task:1
            product = tf.matmul(x, weights)   # /job:worker

    What a `tf.device` block inside says wins, field by field; with `merge_devices=False` an
    operation that has a device keeps it as it is. `cluster` (anything that tf.train.ClusterSpec
    takes) says how many parameter servers there are, else `ps_tasks`; when there are none the
    result is None, which `tf.device` takes for "no device". `ps_ops` are the types of operations
    that live there (default: variables and tables), `ps_strategy` maps one to a task (default: in
    turn).

    Raises: TypeError when `cluster` doesn't describe a cluster or `ps_strategy` can't be called.
    Source: TF 1.15 docs, tf.train.replica_device_setter.
    """
    if cluster is not None:
        jobs = ClusterSpec(cluster).as_dict()
        ps_job = parse_device(ps_device or "").job
        if ps_job not in jobs:
            return None
        ps_tasks = len(jobs[ps_job])
    if ps_tasks == 0:
        return None
    if not merge_devices:
        tf_logging.warning(
            "DEPRECATION: It is recommended to set merge_devices=true in replica_device_setter")
    if ps_strategy is None:
        ps_strategy = RoundRobinStrategy(ps_tasks)
    if not callable(ps_strategy):
        raise TypeError("ps_strategy must be callable")
    ps_ops = list(STANDARD_PS_OPS) if ps_ops is None else ps_ops
    return ReplicaDeviceChooser(ps_tasks, ps_device, worker_device, merge_devices, ps_ops,
                                ps_strategy).device_function


@tf_export("contrib.training.RandomStrategy")
class RandomStrategy:
    """A task by a hash of the operation's name: spread evenly, the same in every process.

    Source: TF 1.15 docs, tf.contrib.training.RandomStrategy.
    """

    def __init__(self, num_ps_tasks: int, seed: int = 0) -> None:
        self._num_tasks = num_ps_tasks
        self._seed = seed

    def __call__(self, op: Any) -> int:
        digest = hashlib.md5(f"{op.name}_{self._seed:d}".encode(), usedforsecurity=False)
        return int(digest.hexdigest(), 16) % self._num_tasks


@tf_export("contrib.training.GreedyLoadBalancingStrategy")
class GreedyLoadBalancingStrategy:
    """The task with the least load so far, by `load_fn(op)`; the first of equals.

    With byte_size_load_fn one big matrix doesn't share its task with the next big one, as it may
    when tasks take turns. The result depends on the order in which variables are made.

    Source: TF 1.15 docs, tf.contrib.training.GreedyLoadBalancingStrategy.
    """

    def __init__(self, num_tasks: int, load_fn: Callable[[Any], float]) -> None:
        self._load_fn = load_fn
        self._ps_loads = np.zeros(num_tasks)

    def __call__(self, op: Any) -> int:
        task = int(np.argmin(self._ps_loads))
        self._ps_loads[task] += self._load_fn(op)
        return task


@tf_export("contrib.training.byte_size_load_fn")
def byte_size_load_fn(op: Any) -> int:
    """The size in bytes of an operation's only output, as a load of GreedyLoadBalancingStrategy.

    Raises: ValueError when it has another number of outputs, or its shape isn't fully known.
    Source: TF 1.15 docs, tf.contrib.training.byte_size_load_fn.
    """
    if len(op.outputs) != 1:
        raise ValueError(f"Op {op} must have a single output")
    output = op.outputs[0]
    shape = output.get_shape()
    if not shape.is_fully_defined():  # a variable's output may say less than its attribute
        shape = TensorShape(op.get_attr("shape"))
    shape.assert_is_fully_defined()
    return shape.num_elements() * output.dtype.size
