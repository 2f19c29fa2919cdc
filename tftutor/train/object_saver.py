"""Saving and restoring the variables of an object graph: its nodes are those that TF makes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from tftutor.framework.graph_functions import control_dependencies, device
from tftutor.framework.operation import Operation
from tftutor.ops.checkpoint_ops import MergeV2Checkpoints, RestoreV2, SaveV2, ShardedFilename
from tftutor.ops.constant import constant
from tftutor.ops.string_ops import string_join
from tftutor.train.saveables import SaveableObject, SaveSpec, on_cpu


class NoRestoreSaveable(SaveableObject):
    """A tensor that is saved, but belongs to nothing that could be restored."""

    def __init__(self, tensor: Any, name: str) -> None:
        super().__init__(tensor, [SaveSpec(tensor, "", name)], name)


class MultiDeviceSaver:
    """Saves and restores saveables, those of each device on that device's machine."""

    def __init__(self, saveables: Iterable[SaveableObject]) -> None:
        by_device: dict[str, list[SaveableObject]] = {}
        for saveable in saveables:
            by_device.setdefault(saveable.device, []).append(saveable)
        self._by_device = sorted(by_device.items(), key=lambda item: item[0])

    def save(self, prefix: Any) -> Operation:
        """The operation that writes the checkpoint `prefix`, a tensor."""
        with device("cpu:0"):
            temporary = string_join([prefix, f"_temp_{uuid.uuid4().hex}/part"])
        count = constant(len(self._by_device), name="num_shards")
        parts, saves = [], []
        for shard, (place, saveables) in enumerate(self._by_device):
            with device(on_cpu(place)):
                parts.append(ShardedFilename(temporary, shard, count))
            with device(place):
                saves.append(_save(parts[-1], saveables))
        last = self._by_device[-1][0]
        with control_dependencies(saves), device(on_cpu(last)):
            return MergeV2Checkpoints(parts, prefix, delete_old_dirs=True)

    def restore(self, prefix: Any) -> list[Operation]:
        """The operations that give all saveables their values."""
        found = []
        for place, saveables in self._by_device:
            with device(place):
                found += _restore(prefix, saveables)
        return found


def _save(prefix: Any, saveables: list[SaveableObject]) -> Operation:
    specs = [spec for saveable in saveables for spec in saveable.specs]
    tensors = [spec.tensor for spec in specs]
    with device("cpu:0"):
        return SaveV2(prefix, [spec.name for spec in specs], [spec.slice_spec for spec in specs],
                      tensors)


def _restore(prefix: Any, saveables: list[SaveableObject]) -> list[Operation]:
    specs = [spec for saveable in saveables for spec in saveable.specs]
    with device("cpu:0"):
        values = RestoreV2(prefix, [spec.name for spec in specs],
                           [spec.slice_spec for spec in specs],
                           dtypes=[spec.dtype.base_dtype for spec in specs])
    found = []
    for saveable in saveables:
        own, values = values[:len(saveable.specs)], values[len(saveable.specs):]
        found.append(saveable.restore(own, None))
    return found
