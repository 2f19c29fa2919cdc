"""Saver: saves and restores variables in TensorFlow's V2 checkpoint format."""

from __future__ import annotations

import os
import time
from typing import Any

from tftutor import errors
from tftutor.framework.api import tf_export
from tftutor.framework.default_graph import graph_as_default
from tftutor.platform import tf_logging
from tftutor.train import checkpoint_management
from tftutor.train.global_step_variable import global_step as read_global_step
from tftutor.train.meta_graph import export_meta_graph
from tftutor.train.renamed_saveables import all_saveables, renamed_saveables
from tftutor.train.saveables import saveables_of
from tftutor.train.saver_builder import build_saver_nodes

_V2 = 2


@tf_export("train.Saver")
class Saver:
    """Saves and restores variables. Source: TF 1.15 docs, tf.train.Saver.

    Args:
      var_list: variables, or a dict from names in the checkpoint to variables; by default all
        saveable ones of the graph.
      reshape: restore a value of another shape but the same size.
      sharded: write one data file for each device that has variables; on a cluster each parameter
        server writes its own, to a directory that all tasks share.
      max_to_keep: how many recent checkpoints to keep; None or 0 for all.
      keep_checkpoint_every_n_hours: keep one of these for ever, beside the recent ones.
      allow_empty: don't mind when there is nothing to save.

    Example:
        saver = tf.train.Saver()
        path = saver.save(sess, "logs/model", global_step=100)     # "logs/model-100"
        saver.restore(sess, tf.train.latest_checkpoint("logs"))

    Raises: ValueError when there is nothing to save or two variables share a name.
    """

    def __init__(self, var_list: Any = None, reshape: bool = False, sharded: bool = False,
                 max_to_keep: int | None = 5, keep_checkpoint_every_n_hours: float = 10000.0,
                 name: str | None = None, restore_sequentially: bool = False, saver_def: Any = None,
                 builder: Any = None, defer_build: bool = False, allow_empty: bool = False,
                 write_version: int = _V2, pad_step_number: bool = False,
                 save_relative_paths: bool = False, filename: str | None = None) -> None:
        if defer_build and var_list:
            raise ValueError("If `var_list` is provided then build cannot be deferred. Either set "
                             "defer_build=False or var_list=None.")
        if builder is not None:
            raise errors.UnsupportedError("tf.train.Saver(builder=...)", "leave `builder` out")
        if write_version != _V2:
            raise errors.UnsupportedError("tf.train.Saver(write_version=V1)",
                                          "the V2 format, which is the default")
        self._var_list = var_list
        self._reshape = reshape
        self._sharded = sharded
        self._max_to_keep = max_to_keep
        self._keep_hours = keep_checkpoint_every_n_hours
        self._name = name
        self._restore_sequentially = restore_sequentially
        self.saver_def = saver_def
        self._is_built = False
        self._allow_empty = allow_empty
        self._is_empty = False
        self._pad_step_number = pad_step_number
        self._save_relative_paths = save_relative_paths
        self._filename = filename
        self._last_checkpoints: list[tuple[str, float]] = []
        self._surplus: list[tuple[str, float]] = []
        self._next_checkpoint_time = 0.0
        self._object_saver: Saver | None = None  # with the names of a tf.train.Checkpoint
        if not defer_build:
            self.build()

    # -- building ---------------------------------------------------------------------------

    def build(self) -> None:
        """Add the nodes (once)."""
        if self._is_built:
            return
        self._is_built = True
        if self.saver_def is None:
            if self._var_list is None:
                self._var_list = all_saveables()
            if not self._var_list:
                if not self._allow_empty:
                    raise ValueError("No variables to save")
                self._is_empty = True
                return
            self.saver_def = self._make_saver_def()
        elif self._name:
            self._prefix_saver_def(self._name)
        self._next_checkpoint_time = (time.time()
                                      + self.saver_def.keep_checkpoint_every_n_hours * 3600)

    def _make_saver_def(self) -> Any:
        from tensorboard.compat.proto.saver_pb2 import SaverDef

        names = build_saver_nodes(saveables_of(self._var_list), self._name, self._filename,
                                  self._reshape, self._restore_sequentially, self._sharded)
        return SaverDef(max_to_keep=self._max_to_keep or 0, version=SaverDef.V2,
                        sharded=self._sharded,
                        keep_checkpoint_every_n_hours=self._keep_hours, **names)

    def _prefix_saver_def(self, scope: str) -> None:
        for field in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
            setattr(self.saver_def, field, f"{scope}/{getattr(self.saver_def, field)}")

    def as_saver_def(self) -> Any:
        """The SaverDef proto."""
        return self.saver_def

    def to_proto(self, export_scope: str | None = None) -> Any:
        """The SaverDef proto, with names relative to `export_scope`; None when outside of it."""
        if export_scope is None:
            return self.saver_def
        copy = type(self.saver_def)()
        copy.CopyFrom(self.saver_def)
        for field in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
            name = getattr(copy, field)
            if not name.startswith(export_scope):
                return None
            setattr(copy, field, name[len(export_scope):].lstrip("/"))
        return copy

    @staticmethod
    def from_proto(saver_def: Any, import_scope: str | None = None) -> Saver:
        """A Saver on nodes that exist already."""
        return Saver(saver_def=saver_def, name=import_scope)

    # -- saving -----------------------------------------------------------------------------

    def save(self, sess: Any, save_path: str, global_step: Any = None,
             latest_filename: str | None = None, meta_graph_suffix: str = "meta",
             write_meta_graph: bool = True, write_state: bool = True,
             strip_default_attrs: bool = False, save_debug_info: bool = False) -> str | None:
        """Save the variables and return the checkpoint's prefix.

        Writes `<prefix>.index`, `<prefix>.data-00000-of-00001` (and more, when sharded),
        `<prefix>.meta` (the graph) and the directory's `checkpoint` file.

        Raises: TypeError for something that isn't a session, ValueError for a directory that
        doesn't exist or a name that collides, RuntimeError before `build`.
        """
        if not self._is_built:
            raise RuntimeError("`build()` should be called before save if defer_build==True")
        latest_filename = latest_filename or "checkpoint"
        if os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        prefix = self._prefix(sess, save_path, global_step, latest_filename)
        if not hasattr(sess, "run") or not hasattr(sess, "graph"):
            raise TypeError(f"'sess' must be a Session; {sess}")
        saved = None
        if not self._is_empty:
            saved = self._run_save(sess, save_path, prefix)
            if write_state:
                self._write_state(saved, save_path, latest_filename)
                self._delete_one(meta_graph_suffix)
        if write_meta_graph:
            with graph_as_default(sess.graph):
                self.export_meta_graph(
                    checkpoint_management.meta_graph_filename(prefix, meta_graph_suffix),
                    strip_default_attrs=strip_default_attrs)
        return saved

    def _prefix(self, sess: Any, save_path: str, global_step: Any, latest_filename: str) -> str:
        if global_step is None:
            if os.path.basename(save_path) == latest_filename and not self._sharded:
                raise ValueError("'latest_filename' collides with 'save_path': "
                                 f"'{latest_filename}' and '{save_path}'")
            return save_path
        if not isinstance(global_step, int) and not hasattr(global_step, "__index__"):
            global_step = read_global_step(sess, global_step)
        number = int(global_step)
        return f"{save_path}-{number:08d}" if self._pad_step_number else f"{save_path}-{number}"

    def _run_save(self, sess: Any, save_path: str, prefix: str) -> str:
        try:
            return sess.run(self.saver_def.save_tensor_name,
                            {self.saver_def.filename_tensor_name: prefix}).decode()
        except (errors.FailedPreconditionError, errors.NotFoundError):
            if os.path.isdir(os.path.dirname(save_path)):
                raise
        raise ValueError(f"Parent directory of {save_path} doesn't exist, can't save.")

    def _write_state(self, saved: str, save_path: str, latest_filename: str) -> None:
        self._record(saved)
        checkpoint_management.update_checkpoint_state(
            os.path.dirname(save_path), self._state_path(saved, save_path),
            [self._state_path(p, save_path) for p in self.last_checkpoints], latest_filename)

    def _state_path(self, path: str, save_path: str) -> str:
        if not self._save_relative_paths:
            return path
        return checkpoint_management.relative_to(os.path.dirname(save_path), path)

    def _record(self, path: str) -> None:
        limit = self.saver_def.max_to_keep
        if not limit:
            return
        self._last_checkpoints = [p for p in self._last_checkpoints if p[0] != path]
        self._last_checkpoints.append((path, time.time()))
        if len(self._last_checkpoints) > limit:
            self._surplus.append(self._last_checkpoints.pop(0))

    def _delete_one(self, meta_graph_suffix: str) -> None:
        """Delete a checkpoint that is one too many."""
        if not self._surplus:
            return
        path, saved_at = self._surplus.pop(0)
        if saved_at > self._next_checkpoint_time:  # one of these is kept for ever
            self._next_checkpoint_time += self.saver_def.keep_checkpoint_every_n_hours * 3600
            return
        try:
            checkpoint_management.remove_checkpoint(path, self.saver_def.version,
                                                    meta_graph_suffix)
        except OSError as error:
            tf_logging.warning("Ignoring: %s", str(error))

    @property
    def last_checkpoints(self) -> list[str]:
        """Prefixes of the recent checkpoints that are kept, oldest first."""
        return [path for path, _ in self._last_checkpoints]

    def set_last_checkpoints(self, last_checkpoints: list[str]) -> None:
        """Replace the list of recent checkpoints; these are never deleted."""
        self._last_checkpoints = [(path, float("inf")) for path in last_checkpoints]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time: Any) -> None:
        """Replace the list of recent checkpoints by (prefix, time) pairs."""
        self._last_checkpoints = list(last_checkpoints_with_time)

    def recover_last_checkpoints(self, checkpoint_paths: list[str]) -> None:
        """Take up the checkpoints of an earlier process, so that they are deleted in turn."""
        pairs = []
        for path in checkpoint_paths:
            times = checkpoint_management.get_checkpoint_mtimes([path])
            if times:
                pairs.append((path, times[0]))
        self.set_last_checkpoints_with_time(pairs)

    def export_meta_graph(self, filename: str | None = None, collection_list: Any = None,
                          as_text: bool = False, export_scope: str | None = None,
                          clear_devices: bool = False, clear_extraneous_savers: bool = False,
                          strip_default_attrs: bool = False, save_debug_info: bool = False) -> Any:
        """Write the graph, its collections and this saver as a MetaGraphDef, and return it."""
        return export_meta_graph(
            filename=filename, saver_def=self.saver_def, collection_list=collection_list,
            as_text=as_text, export_scope=export_scope, clear_devices=clear_devices,
            clear_extraneous_savers=clear_extraneous_savers,
            strip_default_attrs=strip_default_attrs)

    # -- restoring --------------------------------------------------------------------------

    def restore(self, sess: Any, save_path: str) -> None:
        """Give the variables the values of a checkpoint; they need no initialisation before.

        Raises: ValueError when `save_path` is None or no checkpoint, tf.errors.NotFoundError when
        it lacks a variable, InvalidArgumentError when shapes or dtypes don't fit.
        """
        if self._is_empty:
            return
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        prefix = os.fspath(save_path)
        prefix = prefix.decode() if isinstance(prefix, bytes) else prefix
        if not checkpoint_management.checkpoint_exists(prefix):
            raise ValueError(f"The passed save_path is not a valid checkpoint: {prefix}")
        tf_logging.info("Restoring parameters from %s", prefix)
        try:
            sess.run(self.saver_def.restore_op_name,
                     {self.saver_def.filename_tensor_name: prefix})
        except errors.NotFoundError as error:
            if not self._restored_by_objects(sess, prefix):
                raise self._explained(errors.NotFoundError, error, "a Variable name or other graph "
                                      "key that is missing") from None
        except errors.InvalidArgumentError as error:
            raise self._explained(errors.InvalidArgumentError, error,
                                  "a mismatch between the current graph and the graph") from None

    def _restored_by_objects(self, sess: Any, prefix: str) -> bool:
        """Restore a checkpoint that tf.train.Checkpoint wrote; False when it isn't one."""
        if self._object_saver is None:
            with graph_as_default(sess.graph):
                saveables = renamed_saveables(prefix, self._var_list)
                if saveables is None:
                    return False
                self._object_saver = Saver(saveables)
        self._object_saver.restore(sess, prefix)
        return True

    @staticmethod
    def _explained(kind: Any, error: Any, reason: str) -> Exception:
        return kind(error.node_def, error.op,
                    "Restoring from checkpoint failed. This is most likely due to "
                    f"{reason} from the checkpoint. Please ensure that you have not altered the "
                    f"graph expected based on the checkpoint. Original error:\n\n{error.message}")
