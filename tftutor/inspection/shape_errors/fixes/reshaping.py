"""Changes that give one operand a wanted shape: drop or add an axis, flatten, turn round, cut.

`coerced` is used wherever one shape must become another: the two sides of a broadcast, a value and
its variable, labels and logits, the items of a stack.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import product
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit

Dims = tuple[int | None, ...]


def fits(dims: Dims, wanted: Dims) -> bool:
    """True when the two may be the same shape."""
    return len(dims) == len(wanted) and all(
        a is None or b is None or a == b for a, b in zip(dims, wanted, strict=True))


def assumed(dims: Dims, wanted: Dims) -> float:
    """What it costs that sizes which only the run tells are taken to be the wanted ones."""
    return float(sum(have is None and want is not None
                     for have, want in zip(dims, wanted, strict=True)))


def coerced(index: int, dims: Dims, wanted: Dims, cost: float = 1) -> Iterator[Candidate]:
    """Changes of argument `index`, of shape `dims`, that may give it the shape `wanted`."""
    yield from _dropped(index, dims, wanted, cost)
    yield from _added(index, dims, wanted, cost)
    yield from turned(index, dims, wanted, cost + 0.2)
    yield from _reshaped(index, dims, wanted, cost + 0.4)
    yield from cut(index, dims, wanted, cost + 2)


def _dropped(index: int, dims: Dims, wanted: Dims, cost: float) -> Iterator[Candidate]:
    surplus = len(dims) - len(wanted)
    units = [axis for axis, dim in enumerate(dims) if dim == 1]
    unknown = [axis for axis, dim in enumerate(dims) if dim is None and axis > 0]
    for axis in [*reversed(units), *unknown] if surplus == 1 else []:
        rest = (*dims[:axis], *dims[axis + 1 :])
        if fits(rest, wanted):
            yield edit(index, f"tf.squeeze({{}}, {axis})",
                       f"Drops axis {axis}, which has size 1.", cost + assumed(rest, wanted))
    if surplus > 1 and len(units) >= surplus:
        for axes in (units[-surplus:], units[:surplus]):
            if fits(tuple(d for i, d in enumerate(dims) if i not in axes), wanted):
                yield edit(index, f"tf.squeeze({{}}, {axes})",
                           f"Drops the axes {axes}, which have size 1.", cost)
                return


def _added(index: int, dims: Dims, wanted: Dims, cost: float) -> Iterator[Candidate]:
    if len(wanted) - len(dims) != 1:
        return
    for axis in reversed(range(len(wanted))):
        if wanted[axis] in (1, None) and fits((*dims[:axis], 1, *dims[axis:]), wanted):
            extra = 0 if wanted[axis] == 1 else 0.1 + 0.01 * axis
            extra += assumed((*dims[:axis], 1, *dims[axis:]), wanted)
            yield edit(index, f"tf.expand_dims({{}}, {axis})", f"Adds axis {axis} of size 1.",
                       cost + extra)


def turned(index: int, dims: Dims, wanted: Dims, cost: float) -> Iterator[Candidate]:
    """The axes in another order."""
    if len(dims) != len(wanted) or len(dims) > 5:
        return
    found = [order for order in permutations(range(len(dims)))
             if list(order) != sorted(order) and _exact(tuple(dims[a] for a in order), wanted)]
    if dims and dims[0] is None and wanted[0] is None:  # the batch stays in front
        found = [order for order in found if order[0] == 0]
    if len(found) > 3:
        return
    for position, order in enumerate(found):
        cost += assumed(tuple(dims[a] for a in order), wanted)
        code = "tf.transpose({})" if list(order) == list(reversed(range(len(dims)))) else (
            f"tf.transpose({{}}, {list(order)})")
        yield edit(index, code, "The same axes in another order.", cost + 0.1 * position)


def _exact(dims: Dims, wanted: Dims) -> bool:
    """Like fits, but an unknown size matches only an unknown one or stays where it was."""
    return fits(dims, wanted) and sum(a is None for a in dims) <= sum(
        a is None or b is None for a, b in zip(dims, wanted, strict=True))


def _reshaped(index: int, dims: Dims, wanted: Dims, cost: float) -> Iterator[Candidate]:
    code = reshape_list(dims, wanted)
    if code is None or list(dims) == list(wanted):
        return
    one_row = bool(wanted) and product(dims) is not None and product(dims) == product(wanted[1:])
    rows = bool(dims) and bool(wanted) and (dims[0] == wanted[0] or one_row or (
        product(dims[1:]) == product(wanted[1:]) is not None))
    keeps_axes = [d for d in dims if d != 1] == [d for d in wanted if d != 1]
    merges = rows and (len(dims) != len(wanted) or one_row)
    effect = SAME_DATA if keeps_axes or merges else CHANGES_MEANING
    why = ("Each example keeps its numbers, arranged otherwise." if merges
           else "The same numbers in the same order, cut into rows anew.")
    if not merges:
        cost += 1.4 if len(dims) == len(wanted) > 1 and not keeps_axes else 0.8
    yield edit(index, f"tf.reshape({{}}, {code})", why, cost, effect)


def reshape_list(dims: Dims, wanted: Dims) -> str | None:
    """The shape argument of a reshape from `dims` to `wanted`; None when the sizes forbid it."""
    if wanted.count(None) > 1:
        return None
    total, goal = product(dims), product(wanted)
    if total is not None and goal is not None and total != goal:
        return None
    if total is not None and goal is None:
        rest = product(d for d in wanted if d is not None) or 1
        if total % rest:
            return None
    if total is None:
        inner, outer = product(dims[1:]), product(wanted[1:])
        if inner is None or outer is None or inner != outer:
            return None
        return "[" + ", ".join(["-1", *map(str, wanted[1:])]) + "]"
    return "[" + ", ".join("-1" if d is None else str(d) for d in wanted) + "]"


def cut(index: int, dims: Dims, wanted: Dims, cost: float) -> Iterator[Candidate]:
    """Only the first part along the axes that are too long."""
    if len(dims) != len(wanted) or not dims:
        return
    parts, changed = [], 0
    for have, want in zip(dims, wanted, strict=True):
        if have is not None and want is not None and have > want:
            parts.append(f":{want}")
            changed += 1
        elif have is None or want is None or have == want:
            parts.append(":")
        else:
            return
    if changed:
        while parts[-1] == ":":
            parts.pop()
        yield edit(index, f"{{.}}[{', '.join(parts)}]", "Only the first part of it.", cost,
                   CHANGES_MEANING)
