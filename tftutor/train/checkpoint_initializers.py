"""`tf.train.init_from_checkpoint`: variables whose initialisers read a checkpoint.

    tf.train.init_from_checkpoint("logs/model-100", {"old_scope/": "new_scope/"})
    session.run(tf.global_variables_initializer())          # reads what is in the map
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from tftutor.framework.api import tf_export
from tftutor.framework.graph_functions import device
from tftutor.ops.checkpoint_ops import RestoreV2
from tftutor.ops.variable_store import default_variable_store
from tftutor.ops.variables import Variable
from tftutor.platform import tf_logging
from tftutor.train.checkpoint_management import latest_checkpoint, load_checkpoint
from tftutor.train.saveables import by_name, saveables_for


@tf_export("train.init_from_checkpoint")
def init_from_checkpoint(ckpt_dir_or_file: str, assignment_map: Mapping[str, Any]) -> None:
    """Let variables be initialised with tensors of a checkpoint.

    Args:
      ckpt_dir_or_file: a checkpoint, or a directory: then its latest.
      assignment_map: from names in the checkpoint to variables. `"old/": "new/"` stands for all
        variables below `new/` that `tf.get_variable` made, `"/"` for the root of the checkpoint;
        `"old/w": "new/w"` for one of these; `"old/w": variable` for any variable, or a list of the
        parts of one.

    Raises: ValueError for names that are not there, for shapes that differ and for parts of
    different variables.
    Source: TF 1.15 docs, tf.train.init_from_checkpoint.
    """
    path = checkpoint_filename(ckpt_dir_or_file)
    shapes = load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map()
    for key, target in sorted(assignment_map.items()):
        for name, variable, tensor_name in assignments(key, target, shapes, ckpt_dir_or_file):
            for part, spec in parts_of(variable):
                _set_initializer(part, path, tensor_name, spec)
            tf_logging.debug("Initialize variable %s from checkpoint %s with %s", name,
                             ckpt_dir_or_file, tensor_name)


def checkpoint_filename(ckpt_dir_or_file: str) -> Any:
    """A checkpoint, or the latest of a directory."""
    if os.path.isdir(ckpt_dir_or_file):
        return latest_checkpoint(ckpt_dir_or_file)
    return ckpt_dir_or_file


def is_variable(item: Any) -> bool:
    """True for a variable of either kind."""
    return isinstance(item, Variable)


def assignments(key: str, target: Any, shapes: Mapping[str, Any], checkpoint: str
                ) -> Iterator[tuple[str, Any, str]]:
    """What one row of an assignment map means.

    Yields: name for the log, variable or list of its parts, name in the checkpoint.
    """
    variable = target
    if not is_variable(target) and not (isinstance(target, list) and all(map(is_variable, target))):
        variable = _stored(target)
    if variable is None:
        yield from _of_scope(key, target, shapes, checkpoint)
        return
    if key not in shapes:
        raise ValueError(f"Tensor {key} is not found in {checkpoint} checkpoint {shapes}")
    if is_variable(variable):
        if not variable.get_shape().is_compatible_with(shapes[key]):
            raise ValueError(
                f"Shape of variable {variable.name} ({variable.get_shape()}) doesn't match with "
                f"shape of tensor {key} ({shapes[key]}) from checkpoint reader.")
        yield variable.name, variable, key
    else:
        yield ",".join(part.name for part in variable), variable, key


def _stored(name: str) -> Any:
    """The variable that `tf.get_variable` made, or the list of its parts, or None."""
    stored = default_variable_store()._vars
    if name in stored:
        return stored[name]
    prefix, parts = name + "/part_", list[Any]()
    while f"{prefix}{len(parts)}" in stored:
        parts.append(stored[f"{prefix}{len(parts)}"])
    return parts or None


def _of_scope(key: str, scope_name: str, shapes: Mapping[str, Any], checkpoint: str
              ) -> Iterator[tuple[str, Any, str]]:
    scope = scope_name.rpartition("/")[0]
    if not key.endswith("/"):
        raise ValueError(f"Assignment map with scope only name {scope} should map to scope only "
                         f"{key}. Should be 'scope/': 'other_scope/'.")
    names = {name.partition("/part_")[0] for name in default_variable_store()._vars
             if not scope or name.startswith(scope + "/")}
    for name in sorted(names):
        tensor_name = name[len(scope):]
        if scope_name != "/":
            tensor_name = tensor_name[1:]
        if key != "/":
            tensor_name = key + tensor_name
        tensor_name = tensor_name.removesuffix("/")
        if tensor_name not in shapes:
            raise ValueError(f"Tensor {tensor_name} ({name[len(scope) + 1:]} in {key}) is not "
                             f"found in {checkpoint} checkpoint")
        yield name, _stored(name), tensor_name


def parts_of(variable: Any) -> list[tuple[Any, str]]:
    """A variable, or each part of one, with the part it is in the words of RestoreV2.

    Raises: ValueError for parts of different variables.
    """
    if not isinstance(variable, list | tuple):
        return [(variable, "")]
    whole = variable[0]._save_slice_info.full_name if variable else ""
    found = []
    for part in variable:
        info = part._save_slice_info
        if info.full_name != whole:
            raise ValueError(f"Slices must all be from the same tensor: {whole} != "
                             f"{info.full_name}")
        found.append((part, info.spec))
    return found


def restored_value(variable: Any, path: str, tensor_name: str, spec: str) -> Any:
    """The node that reads a tensor; on the CPU of the variable's machine, as that reads files."""
    with device(variable.device), device("/cpu:0"):
        return RestoreV2(path, [tensor_name], [spec], dtypes=[variable.dtype.base_dtype],
                         name="checkpoint_initializer")[0]


def _set_initializer(variable: Any, path: str, tensor_name: str, spec: str) -> None:
    value = restored_value(variable, path, tensor_name, spec)
    (saveable,) = [saveable for name, item in by_name([variable]).items()
                   for saveable in saveables_for(item, name)]
    variable._initializer_op = saveable.restore([value], None)
    value.set_shape(variable.shape)
    variable._initial_value = value
