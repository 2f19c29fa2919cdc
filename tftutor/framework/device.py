"""Device strings: parsing, canonical spelling and merging of `/job:ps/task:0/device:GPU:1`."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, NamedTuple

_NODE_PART = re.compile(r"""
    /job:(?P<job>\*|[a-zA-Z]\w*) | /replica:(?P<replica>\*|\d+) | /task:(?P<task>\*|\d+)
    | /device:(?P<device_type>\*|[a-zA-Z]\w*)(?::(?P<device_index>\*|\d+))?
    | /(?P<short>cpu|CPU|gpu|GPU):(?P<short_index>\*|\d+)""", re.VERBOSE | re.ASCII)


class DeviceParts(NamedTuple):
    """The parts of a device string; None where it says nothing."""

    job: str | None = None
    replica: int | None = None
    task: int | None = None
    device_type: str | None = None
    device_index: int | None = None

    def text(self) -> str:
        """Canonical spelling, e.g. `/job:ps/task:0/device:CPU:0`."""
        out = ""
        if self.job is not None:
            out += f"/job:{self.job}"
        if self.replica is not None:
            out += f"/replica:{self.replica}"
        if self.task is not None:
            out += f"/task:{self.task}"
        if self.device_type is not None:
            index = "*" if self.device_index is None else self.device_index
            out += f"/device:{self.device_type}:{index}"
        return out

    def merged_over(self, outer: DeviceParts) -> DeviceParts:
        """These parts, with the gaps filled from `outer`."""
        return DeviceParts._make(inner if inner is not None else other
                                 for inner, other in zip(self, outer, strict=True))


@functools.lru_cache(maxsize=512)
def parse_device(text: str) -> DeviceParts:
    """Parse a device string as Python code writes it (TF's DeviceSpec.from_string).

    Raises: ValueError, in TF's words, when it is malformed.
    """
    fields: dict[str, Any] = {}
    for part in text.split("/"):
        kind, *values = part.split(":")
        if len(values) == 1 and kind in ("job", "replica", "task"):
            fields[kind] = values[0]
        elif len(values) <= 1 and kind.upper() in ("CPU", "GPU"):
            _set_type(fields, kind.upper(), values[0] if values else "*", text)
        elif len(values) == 2 and kind == "device":
            _set_type(fields, values[0], values[1], text)
        elif kind:
            raise ValueError(f"Unknown attribute: '{kind}' in '{text}'")
    for kind in ("replica", "task"):
        if kind in fields:
            fields[kind] = int(fields[kind])
    return DeviceParts(**fields)


def _set_type(fields: dict[str, Any], device_type: str, index: str, text: str) -> None:
    if "device_type" in fields:
        raise ValueError(f"Cannot specify multiple device types: {text}")
    fields["device_type"] = upper_type(device_type)
    if index != "*":
        fields["device_index"] = int(index)


def upper_type(device_type: str) -> str:
    """"cpu" and "gpu" in capitals, as TF accepts them; other types as they are."""
    return device_type.upper() if device_type in ("cpu", "gpu") else device_type


@functools.lru_cache(maxsize=512)
def parse_node_device(text: str) -> DeviceParts | None:
    """Parse the device of a node as the runtime does, which is stricter: None if malformed.

    A device function's answer gets there as it is. "*" says nothing; what comes last counts.
    """
    fields: dict[str, Any] = {}
    rest = text
    while rest:
        match = _NODE_PART.match(rest)
        if match is None:
            return None
        rest = rest[match.end():]
        found = {key: value for key, value in match.groupdict().items() if value is not None}
        if "short" in found:
            found |= {"device_type": found.pop("short").upper(),
                      "device_index": found.pop("short_index")}
        fields.update((key, None if value == "*" else int(value) if value.isdecimal() else value)
                      for key, value in found.items())
    return DeviceParts(**fields)


def canonical_device(device: Any) -> str:
    """Canonical spelling of a device string or DeviceSpec; None and "" give ""."""
    if device is None or device == "":
        return ""
    if hasattr(device, "to_string"):
        return device.to_string()
    return parse_device(device).text()


def node_device(device: Any) -> str:
    """What a device function's answer makes a node's device: a string stays as it is.

    Raises: TypeError when it is neither a string nor a DeviceSpec.
    """
    text = device.to_string() if hasattr(device, "to_string") else device
    if isinstance(text, bytes):
        return text.decode()
    if not isinstance(text, str):
        raise TypeError(f"Expected binary or unicode string, got {text!r}")
    return text


def merge_devices(inner: str, outer: str) -> str:
    """Fill what `inner` leaves open from `outer`, both device strings."""
    return parse_device(inner).merged_over(parse_device(outer)).text()


DeviceLike = str | Callable[[Any], Any] | None


class DeviceScope(NamedTuple):
    """A `tf.device` block: its canonical device or function, what the user wrote, and where."""

    entry: DeviceLike
    written: Any
    frames: tuple[tuple[Any, int], ...]

    def text(self) -> str:
        """`with tf.device(/gpu:0): <model.py:12>`, as TensorFlow's errors write it."""
        written = self.written
        code = getattr(written, "__code__", None)
        if code is not None:
            written = f"{written.__name__}<{code.co_filename}, {code.co_firstlineno}>"
        place = f" <{self.frames[0][0].co_filename}:{self.frames[0][1]}>" if self.frames else ""
        return f"with tf.device({written}):{place}"


def apply_device_stack(op: Any, stack: list[DeviceLike]) -> None:
    """Give `op` the device that the `tf.device` blocks around it ask for, innermost first.

    A string fills what is still open, a function decides by itself, None stops the walk.
    """
    for entry in reversed(stack):
        if entry is None:
            return
        if callable(entry):
            op._device = node_device(entry(op))
        elif entry:
            op._device = merge_devices(op._device, entry)
