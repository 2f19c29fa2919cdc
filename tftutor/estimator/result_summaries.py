"""What an evaluation found, as events that TensorBoard shows, and as a line in the log."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.framework import dtypes
from tftutor.framework.protos import proto_module
from tftutor.framework.tensor_proto import make_tensor_proto
from tftutor.platform import tf_logging
from tftutor.summary.writer import FileWriterCache


def write_results(output_dir: str, results: dict[str, Any], step: int) -> None:
    """Log the values and write one summary with all of them but the global step."""
    shown = ", ".join(f"{key} = {value!s}" for key, value in sorted(results.items())
                      if not isinstance(value, bytes))
    tf_logging.info("Saving dict for global step %d: %s", step, shown)
    summary = proto_module("summary_pb2").Summary()
    for key, value in results.items():
        if value is not None and key != "global_step":
            _add(summary, key, value)
    _write(output_dir, summary, step)


def _add(summary: Any, key: str, value: Any) -> None:
    if isinstance(value, np.float32 | float):
        summary.value.add(tag=key, simple_value=float(value))
    elif isinstance(value, np.int64 | np.int32 | int):
        summary.value.add(tag=key, simple_value=int(value))
    elif isinstance(value, bytes):
        _add_serialized(summary, key, value)
    elif isinstance(value, np.ndarray):
        summary.value.add(tag=key, node_name=key, tensor=make_tensor_proto(value))
        tf_logging.info("Summary for np.ndarray is not visible in Tensorboard by default. Consider "
                        "using a Tensorboard plugin for visualization (see "
                        "https://github.com/tensorflow/tensorboard-plugin-example/blob/master/"
                        "README.md for more information).")
    else:
        tf_logging.warn("Skipping summary for %s, must be a float, np.float32, np.int64, np.int32 "
                        "or int or np.ndarray or a serialized string of Summary.", key)


def _add_serialized(summary: Any, key: str, value: bytes) -> None:
    from google.protobuf.message import DecodeError

    try:
        found = type(summary).FromString(value)
    except DecodeError:
        tf_logging.warn("Skipping summary for %s, cannot parse string to Summary.", key)
        return
    for i, each in enumerate(found.value):
        each.tag = f"{key}/{i}"
    summary.value.extend(found.value)


def write_checkpoint_path(output_dir: str, checkpoint_path: str, step: int) -> None:
    """Log and record which checkpoint was evaluated."""
    tf_logging.info("Saving '%s' summary for global step %d: %s", "checkpoint_path", step,
                    checkpoint_path)
    summary = proto_module("summary_pb2").Summary()
    summary.value.add(tag="checkpoint_path",
                      tensor=make_tensor_proto(checkpoint_path, dtype=dtypes.string))
    _write(output_dir, summary, step)


def _write(output_dir: str, summary: Any, step: int) -> None:
    writer = FileWriterCache.get(output_dir)
    writer.add_summary(summary, step)
    writer.flush()
