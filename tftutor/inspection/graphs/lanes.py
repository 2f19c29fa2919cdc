"""Lines in text: which tensors are under way while one reads a graph from top to bottom.

    ●      X       Every node has a row; its tensor runs down in a lane until its last user's row.
    │ ●    W
    ●─┘    Mul     takes both: the lane of W ends here, that of Mul goes on in X's place
    ├─●    Neg     takes Mul, which is also used further down
    ●─┘    Add
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

NODE, FETCHED = "●", "◉"


def reading_order(nodes: Sequence[str], inputs: Mapping[str, Sequence[str]]) -> list[str]:
    """An order in which what a node needs stands above it, and as near as may be.

    Long chains come first, so that a weight stands beside the layer that uses it. Where edges go in
    a circle (closed groups do that), one of them points upwards.
    """
    depths: dict[str, int] = {}
    for node in _inputs_first(nodes, inputs):
        depths[node] = 1 + max((depths.get(source, 0) for source in inputs.get(node, ())),
                               default=0)
    sorted_inputs = {node: sorted(sources, key=lambda source: -depths[source])
                     for node, sources in inputs.items()}
    return _inputs_first(nodes, sorted_inputs)


def _inputs_first(nodes: Sequence[str], inputs: Mapping[str, Sequence[str]]) -> list[str]:
    """Depth first from the nodes that nobody uses; the inputs of each in their order."""
    used = {source for node in nodes for source in inputs.get(node, ())}
    order: list[str] = []
    begun: set[str] = set()
    for start in [*(node for node in nodes if node not in used), *nodes]:
        if start in begun:
            continue
        begun.add(start)
        stack = [(start, iter(inputs.get(start, ())))]
        while stack:
            node, rest = stack[-1]
            following = next((each for each in rest if each not in begun), None)
            if following is None:
                order.append(node)
                stack.pop()
            else:
                begun.add(following)
                stack.append((following, iter(inputs.get(following, ()))))
    return order


def draw_lanes(order: Sequence[str], inputs: Mapping[str, Sequence[str]],
               fetched: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """The lines in front of each row.

    Args:
      order: nodes from top to bottom.
      inputs: for each the nodes it takes tensors from; those further down are left out.
      fetched: nodes that are marked.

    Returns: a text a node, as wide as its lanes need.
    """
    rank = {node: index for index, node in enumerate(order)}
    drawn = {node: [source for source in dict.fromkeys(inputs.get(node, ()))
                    if rank.get(source, len(order)) < rank[node]] for node in order}
    left = dict.fromkeys(order, 0)
    for sources in drawn.values():
        for source in sources:
            left[source] += 1
    lanes: list[str | None] = []
    rows = []
    for node in order:
        taken = [lanes.index(source) for source in drawn[node]]
        for source in drawn[node]:
            left[source] -= 1
        ending = [lane for lane in taken if not left[lanes[lane] or ""]]
        position = min(ending) if ending else _free_lane(lanes)
        rows.append(_row(lanes, position, set(taken), set(ending), node in fetched))
        for lane in ending:
            lanes[lane] = None
        lanes[position] = node if left[node] else None
        while lanes and lanes[-1] is None:
            lanes.pop()
    return rows


def _free_lane(lanes: list[str | None]) -> int:
    if None not in lanes:
        lanes.append(None)
    return lanes.index(None)


def _row(lanes: list[str | None], position: int, taken: set[int], ending: set[int],
         is_fetched: bool) -> str:
    """One row of characters: two a lane."""
    first, last = min({position, *taken}), max({position, *taken})
    text = ""
    for lane, owner in enumerate(lanes):
        inside = first <= lane <= last
        if lane == position:
            mark = FETCHED if is_fetched else NODE
        elif lane in taken:
            mark = _joint(lane, first, last, lane in ending)
        else:
            mark = "│" if owner is not None else "─" if inside else " "
        text += mark + ("─" if first <= lane < last else " ")
    return text.rstrip()


def _joint(lane: int, first: int, last: int, ends: bool) -> str:
    """Where a lane meets the line to its user."""
    if ends:
        return "┘" if lane == last else "┴"
    if lane == first:
        return "├"
    return "┤" if lane == last else "┼"
