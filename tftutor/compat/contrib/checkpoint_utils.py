"""`tf.contrib.framework`'s names for checkpoints: `tf.train`'s with older argument names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tftutor.framework.api import tf_export
from tftutor.framework.graph_functions import device
from tftutor.ops.state import assign
from tftutor.platform import tf_logging
from tftutor.train import checkpoint_management as train
from tftutor.train.checkpoint_initializers import (
    assignments,
    checkpoint_filename,
    parts_of,
    restored_value,
)


@tf_export("contrib.framework.load_checkpoint")
def load_checkpoint(filepattern: str) -> Any:
    """The same as `tf.train.load_checkpoint`. Source: TF 1.15, contrib.framework."""
    return train.load_checkpoint(filepattern)


@tf_export("contrib.framework.load_variable")
def load_variable(checkpoint_dir: str, name: str) -> np.ndarray:
    """The same as `tf.train.load_variable`. Source: TF 1.15, contrib.framework."""
    return train.load_variable(checkpoint_dir, name)


@tf_export("contrib.framework.list_variables")
def list_variables(checkpoint_dir: str) -> list[tuple[str, list[int]]]:
    """The same as `tf.train.list_variables`. Source: TF 1.15, contrib.framework."""
    return train.list_variables(checkpoint_dir)


@tf_export("contrib.framework.init_from_checkpoint")
def init_from_checkpoint(checkpoint_dir: str, assignment_map: Mapping[str, Any]) -> None:
    """As `tf.train.init_from_checkpoint`, in the order of the map, and logged at INFO.

    Raises: ValueError for names that are not there, for shapes that differ and for parts of
    different variables.
    Source: TF 1.15 docs, tf.contrib.framework.init_from_checkpoint.
    """
    path = checkpoint_filename(checkpoint_dir)
    shapes = load_checkpoint(checkpoint_dir).get_variable_to_shape_map()
    for key, target in assignment_map.items():
        for name, variable, tensor_name in assignments(key, target, shapes, checkpoint_dir):
            for part, spec in parts_of(variable):
                value = restored_value(part, path, tensor_name, spec)
                with device(part.device), device("/cpu:0"):
                    part._initializer_op = assign(part, value)
            tf_logging.info("Initialize variable %s from checkpoint %s with %s", name,
                            checkpoint_dir, tensor_name)
