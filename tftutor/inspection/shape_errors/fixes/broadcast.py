"""What may have been meant when two shapes don't go together item by item."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from tftutor.framework.operation import Tensor
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import known, product
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit, rewrite
from tftutor.inspection.shape_errors.fixes.definitions import redefined, resized
from tftutor.inspection.shape_errors.fixes.earlier_calls import other_weights, same_padding
from tftutor.inspection.shape_errors.fixes.reshaping import coerced, cut, turned
from tftutor.inspection.shape_errors.fixes.upstream import keepdims
from tftutor.inspection.shape_errors.rules.broadcast import EQUAL, is_elementwise, unequal
from tftutor.inspection.shape_errors.values import is_variable


def candidates(case: Case) -> Iterator[Candidate]:
    """Changes of one side so that both go together."""
    first, second = unequal(case) if case.op_type in EQUAL else (0, 1)
    if case.op_type == "BiasAdd":
        yield from _bias(case, 0, 1)
    places = (case.argument_of(case.inputs[first]), case.argument_of(case.inputs[second]))
    if None in places or places[0] == places[1]:
        return
    a, b = known(case.shape(first)), known(case.shape(second))
    ia, ib = places
    assert ia is not None and ib is not None
    if case.op_type == "Mul" and len(a) == len(b) == 2 and a[1] == b[0]:
        yield rewrite(f"tf.matmul({{{ia}}}, {{{ib}}})",
                      "Matrix product: `*` multiplies item by item.", 0.9)
    if case.op_type == "AddN" and lines_up(a, b):
        items = [i for i, argument in enumerate(case.arguments) if argument.editable
                 and argument.parameter.startswith("inputs")]
        yield rewrite(" + ".join(f"{{{i}.}}" for i in items),
                      "`+` repeats the smaller one; `tf.add_n` wants equal shapes.", 0.95,
                      SAME_DATA)
    if case.op_type in ("Sub", "SquaredDifference") and len(a) == len(b) == 2 and a[1] == b[1]:
        yield edit(ia, "tf.expand_dims({}, 1)",
                   "Every row of the one with every row of the other.", 1.3, CHANGES_MEANING)
    for index, mine, theirs, tensor in ((ib, b, a, case.inputs[second]),
                                        (ia, a, b, case.inputs[first])):
        yield from _one_side(case, index, mine, theirs, tensor)
    if is_elementwise(case.op_type):
        for this, other in ((first, second), (second, first)):
            if is_variable(case.inputs[this]) and len(known(case.shape(this))) == 1:
                yield from _bias(case, other, this)


def _one_side(case: Case, index: int, mine: tuple, theirs: tuple, tensor: Tensor
              ) -> Iterator[Candidate]:
    """Give one operand a shape that goes with the other's."""
    extra = 1.5 if is_variable(tensor) else 0.0
    bigger = len(mine) > len(theirs) or (product(mine) or 0) > (product(theirs) or 0)
    yield from coerced(index, mine, theirs, 1 + extra + (0 if bigger else 0.05))
    yield from keepdims(case, tensor, 1.0)
    for axis in [i for i, d in enumerate(mine) if d == 1]:
        rest = (*mine[:axis], *mine[axis + 1 :])
        if len(mine) > 1 and lines_up(rest, theirs):
            yield edit(index, f"tf.squeeze({{}}, {axis})",
                       f"Drops axis {axis}, which has size 1.", 1.05 + extra)
    if len(mine) == len(theirs) >= 3:
        yield from same_padding(case, tensor, theirs, 0.9)
    if 0 < len(mine) < len(theirs):
        yield from _aligned(index, mine, theirs, 1.15 + extra)
        yield from cut(index, mine, theirs[-len(mine):], 2.2 + extra)
    if len(mine) == len(theirs) == 2:
        yield from turned(index, mine, theirs[::-1] if None in theirs else theirs, 1.6 + extra)
    for place, (have, want) in enumerate(zip(reversed(mine), reversed(theirs), strict=False)):
        if None not in (have, want) and have != want and 1 not in (have, want):
            axis = len(mine) - 1 - place
            yield from other_weights(case, tensor, axis, want, 1.8)
    if len(mine) == len(theirs) and case.call is not None:
        meets_unknown = any(m not in (None, 1) and t is None
                            for m, t in zip(mine, theirs, strict=True))
        cost = (2.0 if extra else 2.6) + meets_unknown
        yield from redefined(case, tensor, _merged(mine, theirs), cost)


def _merged(mine: tuple, theirs: tuple) -> tuple:
    return tuple(m if t is None or t == 1 else (m if m in (1, None) else t)
                 for m, t in zip(mine, theirs, strict=True))


def _aligned(index: int, mine: tuple, theirs: tuple, cost: float) -> Iterator[Candidate]:
    """Axes of size 1 put in, so that equal sizes stand below each other."""
    for places in combinations(range(len(theirs)), len(mine)):
        if all(mine[i] == theirs[place] for i, place in enumerate(places)):
            widened = [1] * len(theirs)
            for i, place in enumerate(places):
                widened[place] = mine[i]
            while widened[0] == 1 and len(widened) > len(mine):
                widened.pop(0)
            meets_unknown = any(m is None for m in mine)
            yield from _widened(index, mine, widened, places, cost + 0.3 * meets_unknown)
            return
    for axis in reversed(range(1, len(mine) + 1)):
        missing = len(theirs) - len(mine)
        column = (*mine[:axis], 1, *mine[axis:])
        unknown = any(t is None and m not in (None, 1)
                      for m, t in zip(column, theirs, strict=False))
        if missing == 1 and lines_up(column, theirs) and not unknown:
            yield edit(index, f"tf.expand_dims({{}}, {axis})",
                       "One value for each row: the new axis is repeated.", cost + 1.5)
            return


def _widened(index: int, mine: tuple, widened: list, places: tuple[int, ...], cost: float
             ) -> Iterator[Candidate]:
    why = "One value for each row: the new axes of size 1 are repeated."
    if len(widened) == len(mine) + 1:
        axis = next(i for i in range(len(widened)) if i == len(mine) or widened[i] != mine[i])
        yield edit(index, f"tf.expand_dims({{}}, {axis})", why, cost)
    elif None not in widened:
        yield edit(index, f"tf.reshape({{}}, {widened})", why, cost, SAME_DATA)
    first = len(places) and places[0]
    slices = [":" if i in places else "None" for i in range(first, first + len(widened))]
    yield edit(index, f"{{.}}[{', '.join(slices)}]", why, cost + 0.4, SAME_DATA)


def lines_up(a: tuple, b: tuple) -> bool:
    """Whether two shapes broadcast, as far as their sizes are known."""
    return all(x is None or y is None or x == y or 1 in (x, y)
               for x, y in zip(reversed(a), reversed(b), strict=False))


def _bias(case: Case, value: int, bias: int) -> Iterator[Candidate]:
    """A bias of the size that the value's channels have."""
    sizes = known(case.shape(value))
    if not sizes:
        return
    index = case.argument_of(case.inputs[bias])
    mine = known(case.shape(bias))
    if sizes[-1] is not None:
        if len(mine) == 1:
            yield from resized(case, case.inputs[bias], 0, sizes[-1], 0.95)
        if index is not None and len(mine) > 1:
            yield from coerced(index, mine, (sizes[-1],), 1)
            yield edit(index, "tf.reshape({}, [-1])", "The bias as a vector.", 1.5, SAME_DATA)
            yield from redefined(case, case.inputs[bias], (sizes[-1],), 1.4)
    place = case.argument_of(case.inputs[value])
    if place is not None and len(sizes) == 4 and mine and sizes[1] == mine[0]:
        yield edit(place, "tf.transpose({}, [0, 2, 3, 1])",
                   "Channels last: from [n, c, h, w] to [n, h, w, c].", 0.9)
