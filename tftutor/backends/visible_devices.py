"""CUDA_VISIBLE_DEVICES: which GPUs it leaves visible, by CUDA's rules, said in a sentence.

The list holds numbers or (beginnings of) UUIDs; its order is the order of the visible GPUs. The
first entry that names no GPU ends it, which is why `-1` hides every GPU. nvidia-smi itself
ignores the variable.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Protocol

VARIABLE = "CUDA_VISIBLE_DEVICES"


class NamedGpu(Protocol):
    """What the rules look at of a GPU."""

    @property
    def index(self) -> int:
        """Its number in nvidia-smi's order."""
        ...

    @property
    def name(self) -> str:
        """The model."""
        ...

    @property
    def uuid(self) -> str:
        """What names it everywhere, in any order."""
        ...

    @property
    def simulated(self) -> bool:
        """True when no hardware stands behind it."""
        ...


@dataclasses.dataclass(frozen=True)
class Visibility:
    """The variable's value (None when unset), the visible GPUs' indices, and a sentence."""

    setting: str | None
    indices: tuple[int, ...]
    explanation: str


def visible_gpus(gpus: Sequence[NamedGpu], environ: Mapping[str, str]) -> Visibility:
    """Apply CUDA_VISIBLE_DEVICES.

    Raises: ValueError when its first entry names none of the GPUs (and isn't a negative number),
      fits several, or a GPU is listed twice.
    """
    setting = environ.get(VARIABLE)
    if setting is None:
        every = tuple(range(len(gpus)))
        return Visibility(None, every, f"{VARIABLE} is not set: {_count(gpus)} visible.")
    entries = [entry.strip() for entry in setting.split(",")]
    shown = f"{VARIABLE}={setting}"
    if not setting.strip() or _is_negative(entries[0]):
        return Visibility(setting, (), f"{shown} hides every GPU: programs have the CPU only.")
    indices: list[int] = []
    for entry in entries:
        index = _find(entry, gpus, shown)
        if index is None:
            break
        if index in indices:
            raise ValueError(f"{shown} names GPU {index} twice, and CUDA then shows none.")
        indices.append(index)
    if not indices:
        raise ValueError(f"{shown} names nothing: {entries[0]!r} is no GPU of this machine. "
                         f"{_known(gpus)}")
    return Visibility(setting, tuple(indices), _explain(shown, indices, entries, gpus, environ))


def _is_negative(entry: str) -> bool:
    return entry.startswith("-") and entry[1:].isdecimal()


def _find(entry: str, gpus: Sequence[NamedGpu], shown: str) -> int | None:
    """The index of the GPU that an entry names, or None."""
    if entry.isdecimal():
        return int(entry) if int(entry) < len(gpus) else None
    if not entry or _is_negative(entry):
        return None
    fitting = [gpu.index for gpu in gpus if gpu.uuid.lower().startswith(entry.lower())]
    if len(fitting) > 1:
        raise ValueError(f"{shown}: {entry!r} fits GPUs {', '.join(map(str, fitting))}; give "
                         "more of the UUID.")
    return fitting[0] if fitting else None


def _explain(shown: str, indices: list[int], entries: list[str], gpus: Sequence[NamedGpu],
             environ: Mapping[str, str]) -> str:
    names = ", ".join(f"GPU {index} as /gpu:{n}" for n, index in enumerate(indices))
    text = f"{shown} shows {names}."
    if len(indices) < len(entries):
        text += f" {entries[len(indices)]!r} is no GPU, so the list ends before it."
    mixed = len({gpu.name for gpu in gpus if not gpu.simulated}) > 1
    if mixed and environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID":
        text += (" These are nvidia-smi's numbers; CUDA counts the fastest GPU first unless "
                 "CUDA_DEVICE_ORDER=PCI_BUS_ID.")
    return text


def _count(gpus: Sequence[NamedGpu]) -> str:
    return "the one GPU is" if len(gpus) == 1 else f"all {len(gpus)} GPUs are"


def _known(gpus: Sequence[NamedGpu]) -> str:
    listed = "; ".join(f"{gpu.index} ({gpu.uuid})" for gpu in gpus)
    return f"There is: {listed}." if listed else "There is none."
