"""What colours the nodes of a graph stand for: its structure, devices, or what a step cost.

A colour never stands alone: every colour has a text in the legend, and a coloured node has a short
`mark` of its own (the device, the time, the letter of its structure).
"""

from __future__ import annotations

import math
import string
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from tftutor.inspection.devices.names import device_title
from tftutor.inspection.graphs.hierarchy import Group
from tftutor.inspection.graphs.model import GraphNode
from tftutor.inspection.graphs.view import View
from tftutor.inspection.quantities import bytes_text, micros_text

BY = ("role", "structure", "device", "time", "memory")
SHADES = 5
_PALETTE = 8  # colours that the front end has


class Paint(NamedTuple):
    """One node's colour: a number in the palette, or for costs a shade from 0 to 4; and a mark."""

    colour: int
    mark: str


class Colours(NamedTuple):
    """The colours of a view.

    `scale` is "palette" or "shades"; `paints` has an entry for each coloured id; `legend` is
    (colour, text) in order; `note` says what is missing.
    """

    scale: str
    paints: dict[str, Paint]
    legend: list[tuple[int, str]]
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"scale": self.scale, "paints": {key: list(p) for key, p in self.paints.items()},
                "legend": [list(entry) for entry in self.legend], "note": self.note}


class Cost(NamedTuple):
    """What an operation took in a traced step: microseconds and bytes of its outputs."""

    micros: float
    nbytes: int


def colours(view: View, by: str, costs: Mapping[str, Cost] | None = None) -> Colours:
    """The colours of what stands on the page.

    Args:
      by: one of BY, "role" being the drawing's own colours.
      costs: of the operations that ran, for "time" and "memory".

    Raises: ValueError for another `by`.
    """
    if by == "role":
        return Colours("palette", {}, [])
    if by == "structure":
        return _by_structure(view)
    if by == "device":
        return _by_device(view)
    if by in ("time", "memory"):
        return _by_cost(view, by, costs or {})
    raise ValueError(f"Nodes can be coloured by {', '.join(BY)}, not by {by!r}.")


def costs_of(run_metadata: Any) -> dict[str, Cost]:
    """What each operation took, from a RunMetadata or its StepStats."""
    stats = getattr(run_metadata, "step_stats", run_metadata)
    found: dict[str, Cost] = {}
    for device in stats.dev_stats:
        if "/stream:" in device.device or "/memcpy" in device.device or "/host:" in device.device:
            continue
        for node in device.node_stats:
            micros = node.op_end_rel_nanos / 1000 or float(node.op_end_rel_micros)
            micros -= node.op_start_rel_nanos / 1000 or float(node.op_start_rel_micros)
            nbytes = sum(output.tensor_description.allocation_description.requested_bytes
                         for output in node.output)
            name = node.node_name.partition(":")[0]
            before = found.get(name, Cost(0.0, 0))
            found[name] = Cost(before.micros + max(micros, 0.0), before.nbytes + nbytes)
    return found


# -- structure: what is built alike has one colour ------------------------------------------------


def _by_structure(view: View) -> Colours:
    groups = {identity: group for identity in view.nodes
              if (group := view.group_at(identity)) is not None}
    everywhere = Counter(group.signature for group in view.hierarchy.groups.values())
    order: dict[str, list[Group]] = {}
    for group in groups.values():
        order.setdefault(group.signature, []).append(group)
    repeated = [signature for signature in order if everywhere[signature] > 1]
    repeated.sort(key=lambda signature: -len(order[signature]))
    letters = {signature: number for number, signature in enumerate(repeated[:_PALETTE - 1])}
    paints = {identity: Paint(letters[group.signature], string.ascii_uppercase[
        letters[group.signature]]) for identity, group in groups.items()
        if group.signature in letters}
    legend = [(number, f"{string.ascii_uppercase[number]}: built like {order[signature][0].label}, "
               f"{everywhere[signature]} in the graph") for signature, number in letters.items()]
    note = "" if letters else "No two groups on this page are built alike."
    return Colours("palette", paints, legend, note)


# -- devices ----------------------------------------------------------------------------------


def _by_device(view: View) -> Colours:
    shares = {identity: Counter(_device(node) for node in view.members(identity))
              for identity in view.nodes}
    names = sorted({device for counts in shares.values() for device in counts})
    number = {name: index for index, name in enumerate(names)}
    paints = {}
    for identity, counts in shares.items():
        device, most = max(sorted(counts.items()), key=lambda item: item[1], default=("", 0))
        if most:
            others = f" +{len(counts) - 1}" if len(counts) > 1 else ""
            paints[identity] = Paint(number[device] % _PALETTE, device_title(device) + others)
    note = "" if view.model.has_placement else (
        "These are the devices asked for. With tf.explore(graph, session=sess) they are those that "
        "the operations run on.")
    return Colours("palette", paints, [(number[name] % _PALETTE, name) for name in names], note)


def _device(node: GraphNode) -> str:
    return node.runs_on or node.device or "any device"


# -- what a step took -------------------------------------------------------------------------


def _by_cost(view: View, by: str, costs: Mapping[str, Cost]) -> Colours:
    if not costs:
        return Colours("shades", {}, [], (
            "Nothing is known of the costs: give a trace, tf.explore(graph, "
            "run_metadata=metadata), of a run with tf.RunOptions(trace_level="
            "tf.RunOptions.FULL_TRACE)."))
    field = 0 if by == "time" else 1
    totals = {identity: sum(costs[node.name][field] for node in view.members(identity)
                            if node.name in costs) for identity in view.nodes}
    most = max(totals.values(), default=0.0)
    if not most:
        return Colours("shades", {}, [], "Nothing on this page took part in the traced step.")
    text = micros_text if by == "time" else bytes_text
    paints = {identity: Paint(_shade(total / most), text(total))
              for identity, total in totals.items() if total > 0}
    legend = [(shade, f"up to {text(most * (shade + 1) ** 2 / SHADES ** 2)}")
              for shade in range(SHADES)]
    return Colours("shades", paints, legend)


def _shade(share: float) -> int:
    """0 for little, 4 for as much as the most; the square root tells small shares apart."""
    return min(max(math.ceil(math.sqrt(share) * SHADES) - 1, 0), SHADES - 1)
