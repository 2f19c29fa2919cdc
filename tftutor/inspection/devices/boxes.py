"""Boxes of a placement map: single operations of a small graph, name scopes of a bigger one.

Operations are put together, more and more, until the picture can be read: by the whole scope, its
first two parts, its first part, its first part without its number, and at last by device.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tftutor.inspection.devices.model import DevicesModel, Row
from tftutor.inspection.devices.names import short_device

_MOST_BOXES = 26
_MOST_IN_A_LANE = 11
_NUMBER = re.compile(r"_\d+$")
_MANY = "everything"


@dataclasses.dataclass
class Box:
    """Operations of one device. `name` is that of the only one, or what they share."""

    device: str
    name: str
    rows: list[Row] = dataclasses.field(default_factory=list)

    @property
    def moved(self) -> int:
        """How many of them soft placement moved."""
        return sum(row.is_moved for row in self.rows)


class Link(NamedTuple):
    """Tensors that must be copied from one box to another; bytes are None where one is unknown."""

    source: int
    target: int
    tensors: tuple[str, ...]
    nbytes: int | None


def _scope(op: str, depth: int | None) -> str:
    parts = op.split("/")[:-1]
    return "/".join(parts if depth is None else parts[:depth])


def _by_scope(depth: int | None) -> Callable[[Row], str]:
    """Operations outside all scopes stay alone while single ones do."""
    return lambda row: f"{_scope(row.op, depth)}/" if "/" in row.op else row.op


_LEVELS: tuple[Callable[[Row], str], ...] = (
    lambda row: row.op, _by_scope(None), _by_scope(2), _by_scope(1),
    lambda row: f"{_NUMBER.sub('', row.op.split('/')[0])}…", lambda row: _MANY)


def boxes_and_links(model: DevicesModel) -> tuple[list[Box], list[Link]]:
    """The boxes in the order of their first operations, and what is copied between them."""
    devices = {row.op: device for row, device in zip(model.rows, _devices(model), strict=True)}
    boxes: list[Box] = []
    for level in _LEVELS:
        boxes = _boxes(model.rows, devices, level)
        if _can_be_read(boxes):
            break
    return boxes, _links(model, boxes)


def _devices(model: DevicesModel) -> list[str]:
    """The full name of each row's device; a row has the short one, as students write it."""
    known = {short_device(lane.device): lane.device for lane in model.lanes}
    return [known[short_device(row.actual)] for row in model.rows]


def _boxes(rows: Sequence[Row], devices: dict[str, str], level: Callable[[Row], str]) -> list[Box]:
    found: dict[tuple[str, str], Box] = {}
    for row in rows:
        key = (devices[row.op], level(row))
        found.setdefault(key, Box(*key)).rows.append(row)
    for box in found.values():
        tops = {row.op.partition("/")[0] for row in box.rows}
        if len(box.rows) == 1:
            box.name = box.rows[0].op
        elif len(tops) == 1 and box.name.endswith("…"):
            box.name = f"{tops.pop()}/"
    return list(found.values())


def _can_be_read(boxes: Sequence[Box]) -> bool:
    counts: dict[str, int] = {}
    for box in boxes:
        counts[box.device] = counts.get(box.device, 0) + 1
    return len(boxes) <= _MOST_BOXES and max(counts.values(), default=0) <= _MOST_IN_A_LANE


def _links(model: DevicesModel, boxes: Sequence[Box]) -> list[Link]:
    place = {row.op: number for number, box in enumerate(boxes) for row in box.rows}
    found: dict[tuple[int, int], list[tuple[str, int | None]]] = {}
    for crossing in model.crossings:
        source = place.get(crossing.tensor.partition(":")[0])
        target = place.get(crossing.user)
        if source is not None and target is not None and source != target:
            found.setdefault((source, target), []).append((crossing.tensor, crossing.nbytes))
    return [Link(*ends, tuple(name for name, _ in tensors), _sum([n for _, n in tensors]))
            for ends, tensors in found.items()]


def _sum(sizes: list[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None
