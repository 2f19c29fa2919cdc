"""ConfigProto and RunOptions: which fields count here, which have nothing to change, which are
refused.

A field that is set but would silently do nothing important is worse than an error, so every field
stands in one of the tables below.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from tftutor import errors
from tftutor.backends.blas import set_blas_threads
from tftutor.backends.threads import set_thread_count
from tftutor.client.process_settings import SessionConfig, process_settings
from tftutor.runtime.device_set import GpuSettings

# Honoured by the session.
_HONOURED = {
    "device_count", "allow_soft_placement", "log_device_placement", "operation_timeout_in_ms",
    "intra_op_parallelism_threads", "inter_op_parallelism_threads",
    "gpu_options.per_process_gpu_memory_fraction", "gpu_options.allow_growth",
    "gpu_options.visible_device_list", "gpu_options.experimental.virtual_devices",
    "gpu_options.experimental.use_unified_memory",  # refused once there is a GPU
    "device_filters", "isolate_session_state",  # they concern the tasks of a cluster
}
# They tune machinery that doesn't exist here: nothing a program computes depends on them. A
# trailing dot accepts a whole message.
_WITHOUT_EFFECT = {
    "use_per_session_threads": "steps share no thread pool: each runs in its caller's thread and "
                               "the threads of its GPUs",
    "session_inter_op_thread_pool.": "as use_per_session_threads",
    "placement_period": "operations are placed when a plan is made, not after so many steps",
    "gpu_options.allocator_type": "a GPU's memory is CuPy's or torch's to allocate, or simulated",
    "gpu_options.deferred_deletion_bytes": "memory is freed when its last array goes",
    "gpu_options.polling_active_delay_usecs": "nothing polls: a step waits for its GPUs",
    "gpu_options.polling_inactive_delay_msecs": "nothing polls: a step waits for its GPUs",
    "gpu_options.force_gpu_compatible": "copies to a GPU go through pinned memory anyway",
    "gpu_options.experimental.num_dev_to_dev_copy_streams": "CuPy and torch choose the streams",
    "gpu_options.experimental.collective_ring_order": "there are no collective operations",
    "gpu_options.experimental.timestamped_allocator": "memory is freed when its last array goes",
    "gpu_options.experimental.kernel_tracker_max_interval": "no kernels are tracked",
    "gpu_options.experimental.kernel_tracker_max_bytes": "no kernels are tracked",
    "gpu_options.experimental.kernel_tracker_max_pending": "no kernels are tracked",
    "graph_options.optimizer_options.": "the emitter folds constants always and has no other pass",
    "graph_options.rewrite_options.": "there is no Grappler",
    "graph_options.place_pruned_graph": "the pruned graph is what is placed, always",
    "graph_options.infer_shapes": "shapes are inferred when nodes are made",
    "graph_options.build_cost_model": "there is no cost model",
    "graph_options.build_cost_model_after": "there is no cost model",
    "graph_options.enable_recv_scheduling": "it orders what a cost model measured",
    "graph_options.enable_bfloat16_sendrecv": "copies between devices keep their type",
    "graph_options.timeline_step": "RunOptions ask for a trace",
    "share_cluster_devices_in_session": "tasks share their devices always",
    "rpc_options.": "tasks talk in a protocol of tftutor's own",
    "experimental.": "tuning of parts that don't exist here",
}
_REFUSED = {
    "cluster_def": "each tf.train.Server is given the whole ClusterSpec",
    "gpu_options": "TensorFlow 1.15 has no such option",
}
_RUN_FIELDS = {"trace_level", "timeout_in_ms", "output_partition_graphs",
               "inter_op_thread_pool", "report_tensor_allocations_upon_oom"}
_WHERE = "client/config.py in tftutor lists the supported fields"


def _set_fields(proto: Any, prefix: str = "") -> Iterator[str]:
    """Dotted names of the fields that are set, down to plain values."""
    for field, value in proto.ListFields():
        name = prefix + field.name
        is_plain_message = (field.message_type is not None and hasattr(value, "ListFields")
                            and not hasattr(value, "keys"))
        if is_plain_message:  # an empty one says nothing
            yield from _set_fields(value, f"{name}.")
        else:
            yield name


def read_config(config: Any) -> SessionConfig:
    """Check a ConfigProto and return what counts; without one, what `tf.config` says.

    Raises: TypeError when it is none; tf.errors.UnimplementedError that names a refused field;
      ValueError when `tf.config` lets the memory of some GPUs grow and that of others not.
    """
    if config is None:
        set_intra_op_threads(process_settings.intra_op_threads or 0)
        return process_settings.session_config()
    if type(config).__name__ != "ConfigProto":
        raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
    for name in _set_fields(config):
        _check_field(name)
    set_intra_op_threads(config.intra_op_parallelism_threads)
    timeout = config.operation_timeout_in_ms
    # Below 0 TensorFlow runs everything in the caller's thread.
    inter_op = config.inter_op_parallelism_threads
    return SessionConfig(dict(config.device_count), config.allow_soft_placement,
                         config.log_device_placement, timeout / 1000 if timeout > 0 else None,
                         _gpu_settings(config.gpu_options), 1 if inter_op < 0 else inter_op,
                         tuple(config.device_filters), config.isolate_session_state)


def set_intra_op_threads(count: int) -> None:
    """Let `count` threads share the work of an operation, in the whole process, as in TF.

    Without effect for 0 (nobody asks) and below.
    """
    if count > 0:
        set_thread_count(count)
        set_blas_threads(count)


def _gpu_settings(options: Any) -> GpuSettings:
    split = tuple(tuple(devices.memory_limit_mb)
                  for devices in options.experimental.virtual_devices)
    return GpuSettings(options.per_process_gpu_memory_fraction, options.allow_growth,
                       options.visible_device_list, split,
                       options.experimental.use_unified_memory)


def _check_field(name: str) -> None:
    if name in _HONOURED or name in _WITHOUT_EFFECT:
        return
    if any(entry.endswith(".") and f"{name}.".startswith(entry) for entry in _WITHOUT_EFFECT):
        return
    reason = _REFUSED.get(name.partition(".")[0], f"nothing here reads it; {_WHERE}")
    raise errors.UnimplementedError(
        None, None, f"tf.ConfigProto field {name!r} is not supported by tftutor: {reason}.")


class StepOptions(NamedTuple):
    """What a run keeps of its RunOptions."""

    timeout: float | None = None
    is_traced: bool = False
    wants_graphs: bool = False


def read_run_options(options: Any, default_timeout: float | None) -> StepOptions:
    """Check RunOptions (or None) and return what counts.

    Raises: TypeError when they are none; tf.errors.UnimplementedError for a refused field.
    """
    if options is None:
        return StepOptions(default_timeout)
    if type(options).__name__ != "RunOptions":
        raise TypeError(f"options must be a tf.RunOptions, but got {type(options)}")
    for field, _ in options.ListFields():
        if field.name not in _RUN_FIELDS and field.name not in ("experimental", "debug_options"):
            raise errors.UnimplementedError(
                None, None, f"tf.RunOptions field {field.name!r} is not supported by tftutor.")
    if options.debug_options.ListFields():
        raise errors.UnimplementedError(
            None, None, "tf.RunOptions field 'debug_options' is not supported by tftutor: fetch "
            "the tensors, or use tf.Print.")
    timeout = options.timeout_in_ms / 1000 if options.timeout_in_ms > 0 else default_timeout
    return StepOptions(timeout, options.trace_level != options.NO_TRACE,
                       options.output_partition_graphs)


def target_bytes(target: Any) -> bytes:
    """A session's target as bytes; None is the same as "". Raises: TypeError."""
    if target is None:
        return b""
    if not isinstance(target, str | bytes):
        raise TypeError(f"target must be a string, but got {type(target)}")
    return target.encode() if isinstance(target, str) else target


def check_target(target: bytes, config: Any) -> None:
    """Raises: NotFoundError for a target that is neither empty nor one of `grpc://`.

    It names the target and the settings as TensorFlow does, then what was meant perhaps.
    """
    text = target.decode()
    if not text or text.startswith("grpc://"):
        return
    from google.protobuf import text_format

    settings = "" if config is None else text_format.MessageToString(config, as_one_line=True)
    settings = re.sub(r'(device_count { key: "\w+") }', r"\1 value: 0 }", settings)
    hint = ""
    if text.rpartition(":")[2].isdecimal():
        hint = ("The target of a server begins with grpc://, as in grpc://"
                f"{text.rpartition('/')[2]}")
    elif text in ("local", "direct"):
        hint = 'tf.Session() runs in this process; "" is its target.'
    raise errors.NotFoundError(
        None, None, f'No session factory registered for the given session options: {{target: '
        f'"{text}" config: {settings}}} Registered factories are {{DIRECT_SESSION, GRPC_SESSION}}.'
        f"{hint and ' '}{hint}")


def default_config_proto() -> Any:
    """What `tf.config` says, as TensorFlow writes it: the settings of a session without a config.

    For the text of errors.
    """
    from tensorboard.compat.proto.config_pb2 import ConfigProto

    settings = process_settings
    proto = ConfigProto(allow_soft_placement=bool(settings.soft_placement),
                        inter_op_parallelism_threads=settings.inter_op_threads or 0,
                        intra_op_parallelism_threads=settings.intra_op_threads or 0)
    devices = settings.visible_devices()
    for kind in ("CPU", "GPU"):
        proto.device_count[kind] = sum(device.device_type == kind for device in devices)
    proto.gpu_options.experimental.SetInParent()
    return proto


def log_placement(lines: list[str]) -> None:
    """Print where operations run, for `log_device_placement`."""
    print("\n".join(lines), file=sys.stderr)
