"""The nodes of a Saver: `save/SaveV2`, `save/RestoreV2` and the assignments after it.

A sharded one saves each device's variables on that device's machine, then merges what was written:

    save/StringJoin           <prefix>_temp_<random>/part
    save/ShardedFilename      .../part-00000-of-00002      and so on, one a device
    save/SaveV2               the variables of that device
    save/MergeV2Checkpoints   <prefix>.index, <prefix>.data-00000-of-00002, ...
"""

from __future__ import annotations

import uuid
from typing import Any

from tftutor.composite.group import group, with_dependencies
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.device_spec import DeviceSpec
from tftutor.framework.graph_functions import control_dependencies, device
from tftutor.framework.name_scope import name_scope
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.checkpoint_ops import MergeV2Checkpoints, RestoreV2, SaveV2, ShardedFilename
from tftutor.ops.constant import constant, placeholder_with_default
from tftutor.ops.identity import identity
from tftutor.ops.partitioned_variable import PartitionedVariable
from tftutor.ops.string_ops import string_join
from tftutor.train.saveables import SaveableObject, on_cpu

PerDevice = list[tuple[str, list[SaveableObject]]]


def build_saver_nodes(saveables: list[SaveableObject], name: str | None, filename: str | None,
                      reshape: bool, restore_sequentially: bool, sharded: bool = False
                      ) -> dict[str, str]:
    """Add the nodes and return the three names a SaverDef holds.

    `restore_sequentially` adds nothing, as in TF: one RestoreV2 reads all variables of a device.
    """
    del restore_sequentially
    with name_scope(name, "save", [_tensor_of(each.op) for each in saveables]):
        path = _filename(filename)
        if sharded:
            per_device = _by_device(saveables)
            save = _add_sharded_save(path, per_device)
            restore = _add_sharded_restore(path, per_device, reshape)
        else:
            save = _add_save(path, saveables)
            restore = _add_restore(path, saveables, reshape, "restore_all")
    _join_variables_in_collections()
    return {"filename_tensor_name": path.name, "save_tensor_name": save.name,
            "restore_op_name": restore.name}


def _tensor_of(item: Any) -> Any:
    return getattr(item, "handle", item)


def _filename(filename: str | None) -> Any:
    named = placeholder_with_default(filename or "model", shape=(), name="filename")
    return placeholder_with_default(named, shape=(), name="Const")


def _add_save(path: Any, saveables: list[SaveableObject]) -> Any:
    specs = [spec for saveable in saveables for spec in saveable.specs]
    names, tensors, slices = [], [], []
    for spec in specs:
        names.append(spec.name)
        tensors.append(spec.tensor)
        slices.append(spec.slice_spec)
    return with_dependencies([SaveV2(path, names, slices, tensors)], path)


def _add_restore(path: Any, saveables: list[SaveableObject], reshape: bool, name: str) -> Any:
    specs = [spec for saveable in saveables for spec in saveable.specs]
    with device("cpu:0"):
        values = RestoreV2(path, [spec.name for spec in specs], [spec.slice_spec for spec in specs],
                           dtypes=[spec.dtype.base_dtype for spec in specs])
    assigns = []
    for saveable in saveables:
        shapes = [_shape_of(spec.tensor) for spec in saveable.specs] if reshape else None
        own, values = values[:len(saveable.specs)], values[len(saveable.specs):]
        assigns.append(saveable.restore(own, shapes))
    return group(*assigns, name=name)


def _shape_of(tensor: Any) -> Any:
    shape = tensor.get_shape()
    return shape if shape.is_fully_defined() else tf_shape(tensor)


# -- one part a device ----------------------------------------------------------------------------

def _by_device(saveables: list[SaveableObject]) -> PerDevice:
    """The saveables of each device, sorted by its name. Raises: ValueError for one on several."""
    found: dict[str, list[SaveableObject]] = {}
    for saveable in saveables:
        devices = {DeviceSpec.from_string(spec.tensor.device).to_string()
                   for spec in saveable.specs}
        if len(devices) != 1:
            raise ValueError("All tensors of a saveable object must be on the same device: "
                             f"{saveable.name}")
        found.setdefault(devices.pop(), []).append(saveable)
    return sorted(found.items(), key=lambda item: item[0])


def _add_sharded_save(path: Any, per_device: PerDevice) -> Any:
    temporary = string_join([path, f"_temp_{uuid.uuid4().hex}/part"])
    count = constant(len(per_device), name="num_shards")
    parts, saves = [], []
    for shard, (place, saveables) in enumerate(per_device):
        with device(on_cpu(place)):
            part = ShardedFilename(temporary, shard, count)
            parts.append(part)
            saves.append(_add_save(part, saveables))
    with control_dependencies([save.op for save in saves]), device(on_cpu(per_device[-1][0])):
        merge = MergeV2Checkpoints(parts, path, delete_old_dirs=True)
        with control_dependencies([merge]):
            return identity(path)


def _add_sharded_restore(path: Any, per_device: PerDevice, reshape: bool) -> Any:
    restores = []
    for place, saveables in per_device:
        with device(place):
            restores.append(_add_restore(path, saveables, reshape, "restore_shard"))
    return group(*restores, name="restore_all")


def _join_variables_in_collections() -> None:
    """Variables in parts that are in collections need a node of their name to be exported."""
    graph = get_default_graph()
    for key in graph.get_all_collection_keys():
        for item in graph.get_collection(key):
            if isinstance(item, PartitionedVariable) and item.name not in graph._nodes_by_name:
                item.as_tensor()
