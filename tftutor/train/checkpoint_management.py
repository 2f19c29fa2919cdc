"""Checkpoint files of a directory: which there are, which is the latest, which may go."""

from __future__ import annotations

import glob
import os
import re
from typing import Any

import numpy as np

from tftutor.formats.bundle_protos import checkpoint_state
from tftutor.formats.tensor_bundle import BundleReader, index_path
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.platform import tf_logging

_SHARDS = r"-[\d?]+-of-\d+$"  # at the end of the names of old sharded checkpoints


def _state_path(folder: str, latest_filename: str | None) -> str:
    return os.path.join(folder, latest_filename or "checkpoint")


@tf_export("train.generate_checkpoint_state_proto")
def generate_checkpoint_state_proto(save_dir: str, model_checkpoint_path: str,
                                    all_model_checkpoint_paths: Any = None,
                                    all_model_checkpoint_timestamps: Any = None,
                                    last_preserved_timestamp: Any = None) -> Any:
    """The CheckpointState message of a directory; the latest path comes last in the list.

    Source: TF 1.15 docs, tf.train.generate_checkpoint_state_proto.
    """
    paths = list(all_model_checkpoint_paths or [])
    if not paths or paths[-1] != model_checkpoint_path:
        paths.append(model_checkpoint_path)
    if not os.path.isabs(save_dir):  # relative paths are kept relative to the directory
        paths = [p if os.path.isabs(p) else os.path.relpath(p, save_dir) for p in paths]
        if not os.path.isabs(model_checkpoint_path):
            model_checkpoint_path = os.path.relpath(model_checkpoint_path, save_dir)
    return checkpoint_state()(
        model_checkpoint_path=model_checkpoint_path, all_model_checkpoint_paths=paths,
        all_model_checkpoint_timestamps=all_model_checkpoint_timestamps or [],
        last_preserved_timestamp=last_preserved_timestamp or 0.0)


@tf_export("train.update_checkpoint_state")
def update_checkpoint_state(save_dir: str, model_checkpoint_path: str,
                            all_model_checkpoint_paths: Any = None,
                            latest_filename: str | None = None,
                            all_model_checkpoint_timestamps: Any = None,
                            last_preserved_timestamp: Any = None) -> None:
    """Write the `checkpoint` file of a directory, in one atomic step.

    Raises: RuntimeError when the file would overwrite the checkpoint itself.
    Source: TF 1.15 docs, tf.train.update_checkpoint_state.
    """
    path = _state_path(save_dir, latest_filename)
    if path == model_checkpoint_path:
        raise RuntimeError(f"Save path '{model_checkpoint_path}' conflicts with path used for "
                           "checkpoint state.  Please use a different save path.")
    from google.protobuf import text_format

    state = generate_checkpoint_state_proto(
        save_dir, model_checkpoint_path, all_model_checkpoint_paths,
        all_model_checkpoint_timestamps, last_preserved_timestamp)
    temporary = f"{path}.tmp{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text_format.MessageToString(state))
    os.replace(temporary, path)


@tf_export("train.get_checkpoint_state")
def get_checkpoint_state(checkpoint_dir: str, latest_filename: str | None = None) -> Any:
    """The CheckpointState of a directory with full paths, or None when it has none.

    A file that can't be read gives a warning and None, as in TF.

    Source: TF 1.15 docs, tf.train.get_checkpoint_state.
    """
    from google.protobuf import text_format

    path = _state_path(checkpoint_dir, latest_filename)
    if not os.path.exists(path):
        return None
    try:
        with open(path, encoding="utf-8") as file:
            state = text_format.Parse(file.read(), checkpoint_state()(), allow_unknown_field=True)
        if not state.model_checkpoint_path:
            raise ValueError(f"Invalid checkpoint state loaded from {checkpoint_dir}")
    except (OSError, ValueError, text_format.ParseError) as error:
        tf_logging.warning("%s: %s", path, error)
        tf_logging.warning("%s: Checkpoint ignored", path)
        return None
    state.model_checkpoint_path = _absolute(checkpoint_dir, state.model_checkpoint_path)
    for index, name in enumerate(state.all_model_checkpoint_paths):
        state.all_model_checkpoint_paths[index] = _absolute(checkpoint_dir, name)
    return state


def _absolute(folder: str, path: str) -> str:
    return path if os.path.isabs(path) else os.path.join(folder, path)


@tf_export("train.latest_checkpoint")
def latest_checkpoint(checkpoint_dir: str, latest_filename: str | None = None) -> str | None:
    """The prefix of the newest checkpoint of a directory, or None.

    Source: TF 1.15 docs, tf.train.latest_checkpoint.
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None or not state.model_checkpoint_path:
        return None
    if checkpoint_exists(state.model_checkpoint_path):
        return state.model_checkpoint_path
    tf_logging.error("Couldn't match files for checkpoint %s", state.model_checkpoint_path)
    return None


@tf_export("train.checkpoint_exists")
def checkpoint_exists(checkpoint_prefix: str) -> bool:
    """True when checkpoint files with that prefix exist.

    Source: TF 1.15 docs, tf.train.checkpoint_exists.
    """
    return os.path.exists(index_path(checkpoint_prefix)) or os.path.exists(checkpoint_prefix)


@tf_export("train.get_checkpoint_mtimes")
def get_checkpoint_mtimes(checkpoint_prefixes: Any) -> list[float]:
    """When each checkpoint was written, in seconds; those that don't exist are left out.

    Source: TF 1.15 docs, tf.train.get_checkpoint_mtimes.
    """
    return [os.path.getmtime(index_path(p)) for p in checkpoint_prefixes
            if os.path.exists(index_path(p))]


def relative_to(folder: str, path: str) -> str:
    """A path as a `checkpoint` file holds it that may be copied with its directory."""
    return os.path.relpath(path, folder) if os.path.isabs(path) else path


def meta_graph_filename(checkpoint_filename: str, meta_graph_suffix: str = "meta") -> str:
    """The file of the graph that belongs to a checkpoint."""
    return f"{re.sub(_SHARDS, '', checkpoint_filename)}.{meta_graph_suffix}"


@tf_export("train.remove_checkpoint")
def remove_checkpoint(checkpoint_prefix: str, checkpoint_format_version: int = 2,
                      meta_graph_suffix: str = "meta") -> None:
    """Delete the files of a checkpoint. Source: TF 1.15 docs, tf.train.remove_checkpoint."""
    prefix = glob.escape(checkpoint_prefix)
    for path in [meta_graph_filename(checkpoint_prefix, meta_graph_suffix),
                 index_path(checkpoint_prefix),
                 *glob.glob(f"{prefix}.data-?????-of-?????")]:
        if os.path.exists(path):
            os.remove(path)


# -- reading a checkpoint without a graph ---------------------------------------------------------

class CheckpointReader:
    """Looks into a checkpoint. Source: TF 1.15 docs, tf.train.NewCheckpointReader."""

    def __init__(self, prefix: str) -> None:
        self._reader = BundleReader(prefix)

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """Name -> shape of each tensor."""
        return {name: list(self._reader.shape(name)) for name in self._reader.names()}

    def get_variable_to_dtype_map(self) -> dict[str, Any]:
        """Name -> DType of each tensor."""
        return {name: dtypes.as_dtype(self._reader.dtype_number(name))
                for name in self._reader.names()}

    def has_tensor(self, name: str) -> bool:
        """True when the checkpoint holds `name`."""
        return self._reader.has(name)

    def get_tensor(self, name: str) -> np.ndarray:
        """The value of a tensor. Raises: tf.errors.NotFoundError when there is none."""
        return self._reader.read(name)[()]

    def debug_string(self) -> bytes:
        """One line a tensor: name, dtype, shape."""
        kinds = self.get_variable_to_dtype_map()
        return "\n".join(f"{name} (DT_{kinds[name].name.upper()}) {list(shape)}"
                         for name, shape in self.get_variable_to_shape_map().items()).encode()


@tf_export("train.NewCheckpointReader")
def new_checkpoint_reader(filepattern: str) -> CheckpointReader:
    """A reader of the checkpoint whose files begin with `filepattern`.

    Raises: tf.errors.NotFoundError when there is none.
    Source: TF 1.15 docs, tf.train.NewCheckpointReader.
    """
    return CheckpointReader(filepattern)


def _resolve(directory_or_prefix: str) -> str:
    if os.path.isdir(directory_or_prefix):
        found = latest_checkpoint(directory_or_prefix)
        if found is None:
            raise ValueError(f"Couldn't find 'checkpoint' file or checkpoints in given directory "
                             f"{directory_or_prefix}")
        return found
    return directory_or_prefix


@tf_export("train.load_checkpoint")
def load_checkpoint(ckpt_dir_or_file: str) -> CheckpointReader:
    """A reader of a checkpoint, or of the latest one of a directory.

    Source: TF 1.15 docs, tf.train.load_checkpoint.
    """
    return CheckpointReader(_resolve(ckpt_dir_or_file))


@tf_export("train.load_variable")
def load_variable(ckpt_dir_or_file: str, name: str) -> np.ndarray:
    """The value of one tensor of a checkpoint. Source: TF 1.15 docs, tf.train.load_variable."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


@tf_export("train.list_variables")
def list_variables(ckpt_dir_or_file: str) -> list[tuple[str, list[int]]]:
    """(name, shape) of each tensor of a checkpoint, sorted.

    Source: TF 1.15 docs, tf.train.list_variables.
    """
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())

