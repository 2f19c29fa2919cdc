"""What may have been meant when a tensor can't be arranged anew as asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isqrt

from tftutor.framework.constant_folding import evaluate_constant
from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING, SAME_DATA
from tftutor.inspection.shape_errors.finding import known, product, unit_axes
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit, rewrite
from tftutor.inspection.shape_errors.fixes.definitions import resized
from tftutor.inspection.shape_errors.rules.arranging import SUBJECT, subject, wanted_shape
from tftutor.inspection.shape_errors.values import shape_of

_AXIS_PARAMETERS = ("axis", "dim", "dimension", "reduction_indices", "squeeze_dims", "split_dim",
                    "concat_dim", "axes")


def candidates(case: Case) -> Iterator[Candidate]:
    """Other axes, other sizes, or another shape of the tensor."""
    tensor = subject(case)
    if tensor is None:
        yield from _without_node(case)
        return
    dims = known(case.shape(SUBJECT[case.op_type]))
    if case.op_type == "Reshape":
        yield from _reshape(case, dims)
    elif case.op_type == "Squeeze":
        yield from _squeeze(case, dims)
    elif case.op_type == "Transpose":
        yield from _transpose(case, dims)
    elif case.op_type in ("Split", "SplitV"):
        yield from _split(case, dims)
    elif case.op_type in ("Tile", "Pad", "PadV2", "MirrorPad"):
        yield from _per_axis(case, dims)
    elif case.op_type == "StridedSlice":
        yield from _index(case, dims)
    if case.op_type != "Split":
        yield from _other_axis(case, dims)
    index = case.argument_of(tensor)
    if index is not None and case.op_type not in ("Reshape", "StridedSlice", "GatherNd"):
        yield from _other_rank(index, dims)


def given_place(case: Case, *parameters: str) -> tuple[int, str] | None:
    """(argument index, "") or (-1, list parameter) for the first parameter that was given."""
    call = case.call
    for parameter in parameters if call is not None else ():
        assert call is not None
        if parameter in call.lists:
            return -1, parameter
        found = call.argument(parameter)
        if found is not None:
            return call.arguments.index(found), ""
    return None


def change(place: tuple[int, str], text: str, why: str, cost: float, effect: str) -> Candidate:
    """A new text for an argument, written as a list or not."""
    index, parameter = place
    if parameter:
        return Candidate(why, cost, effect, lists={parameter: text})
    return edit(index, text, why, cost, effect)


# -- reshape ---------------------------------------------------------------------------------------

def _reshape(case: Case, dims: tuple) -> Iterator[Candidate]:
    place, wanted = given_place(case, "shape"), wanted_shape(case)
    if place is None or wanted is None:
        return
    row = product(dims[1:]) if len(dims) > 1 else None  # the numbers of one example
    total = product(dims)

    def shaped(sizes: tuple, why: str, cost: float, effect: str = SAME_DATA) -> Candidate:
        return change(place, "[" + ", ".join(map(str, sizes)) + "]", why, cost, effect)

    if len(wanted) == 2 and row and (wanted[0] in (-1, dims[0]) or dims[0] is None):
        yield shaped((-1, row), f"Each example is one row of {row} numbers.", 0.8)
    if row is not None and wanted and product(w for w in wanted if w >= 0) == row:
        yield shaped((-1, *wanted), "Leaves the batch axis open in front.", 0.85)
    if row is not None and len(wanted) > 2:
        yield from _images(shaped, row, wanted)
        for axis in reversed(range(1, len(wanted))):
            rest = product(d for i, d in enumerate(wanted) if i not in (0, axis)) or 0
            if rest > 0 and row % rest == 0:
                sizes = (-1, *wanted[1:axis], row // rest, *wanted[axis + 1 :])
                yield shaped(sizes, f"Axis {axis} of the size that each example has.",
                             1.2 + 0.1 * (len(wanted) - axis))
    for axis in range(len(wanted)) if -1 not in wanted else ():
        yield shaped((*wanted[:axis], -1, *wanted[axis + 1 :]),
                     f"-1: axis {axis} takes whatever is left.", 1.0 + 0.1 * axis, CHANGES_MEANING)
    if total is not None and -1 not in wanted:
        for axis in reversed(range(len(wanted))):
            rest = product(d for i, d in enumerate(wanted) if i != axis) or 0
            if rest and total % rest == 0:
                yield shaped((*wanted[:axis], total // rest, *wanted[axis + 1 :]),
                             f"Axis {axis} of the size that comes out.", 1.25, CHANGES_MEANING)
    if dims[1:] and row:
        yield shaped((-1, row), f"Each example is one row of {row} numbers.", 2.5)


def _images(shaped, row: int, wanted: tuple) -> Iterator[Candidate]:
    """Square images of as many numbers as an example has."""
    channels = [wanted[-1], 1, 3] if len(wanted) == 4 else [1]
    for position, depth in enumerate(dict.fromkeys(channels)):
        if depth <= 0 or row % depth:
            continue
        side = isqrt(row // depth)
        if side * side * depth == row:
            sizes = (-1, side, side, depth) if len(wanted) == 4 else (-1, side, side)
            yield shaped(sizes, f"{row} numbers are {side} x {side} pixels"
                         + (f" of {depth} channels." if depth > 1 else "."), 0.9 + position / 10)


# -- axes ------------------------------------------------------------------------------------------

def _squeeze(case: Case, dims: tuple) -> Iterator[Candidate]:
    place = given_place(case, "axis", "squeeze_dims")
    if place is None:
        return
    units = unit_axes(dims)
    was_list = bool(place[1]) or case.arguments[place[0]].text.lstrip().startswith(("[", "("))
    for axis in units:
        yield change(place, f"[{axis}]" if was_list else str(axis),
                     f"Axis {axis} is the one of size 1.", 0.8, SAME_DATA)
    if len(units) > 1:
        yield change(place, str(units), "All axes of size 1.", 1.0, SAME_DATA)
    if not units:
        index = case.argument_of(subject(case))
        if index is not None:
            yield rewrite(f"{{{index}}}", "Without the squeeze: there is no axis of size 1.", 1.5,
                          SAME_DATA)


def _transpose(case: Case, dims: tuple) -> Iterator[Candidate]:
    place = given_place(case, "perm")
    value = evaluate_constant(case.inputs[1]) if len(case.inputs) > 1 else None
    if place is None or value is None:
        return
    given, rank = [int(v) for v in value.reshape(-1)], len(dims)
    if sorted(given) == list(range(len(given))) and len(given) < rank:
        rest = list(range(len(given), rank))
        of_an_image = rank == 4 and len(given) == 3  # only the batch was forgotten
        yield change(place, str(given + rest), "The further axes stay where they are.",
                     1.2 if of_an_image else 1.0, SAME_DATA)
        moved = [g + rank - len(given) for g in given]
        yield change(place, str([*range(rank - len(given)), *moved]),
                     "Turns the last axes; the first stay.", 1.1, SAME_DATA)
    if sorted(given) == list(range(1, rank + 1)):
        yield change(place, str([g - 1 for g in given]), "Axes are counted from 0.", 0.7,
                     SAME_DATA)
    kept = [g for g in given if g < rank]
    if len(given) > rank and sorted(kept) == list(range(rank)):
        yield change(place, str(kept), "Only the axes that there are.", 1.0, SAME_DATA)
    if sorted(given) == list(range(rank + 1)) and given[0] == 0:
        yield change(place, str([g - 1 for g in given[1:]]),
                     "Without the batch axis, which isn't there.", 0.9, SAME_DATA)
    missing = [axis for axis in range(rank) if axis not in given]
    if len(given) == rank and len(missing) == 1:
        bad = next(i for i, g in enumerate(given) if g >= rank or given.index(g) != i)
        yield change(place, str([*given[:bad], missing[0], *given[bad + 1 :]]),
                     "Each axis once.", 1.1, SAME_DATA)
    yield change(place, str(list(reversed(range(rank)))), "All axes the other way round.", 2,
                 CHANGES_MEANING)


def _other_axis(case: Case, dims: tuple) -> Iterator[Candidate]:
    place = given_place(case, *_AXIS_PARAMETERS)
    rank = len(dims) + (case.op_type == "ExpandDims")
    if place is None or case.op_type == "Squeeze" or rank == 0:
        return
    if place[1]:
        return
    value = case.arguments[place[0]].value
    if isinstance(value, list | tuple):
        good = [v for v in value if isinstance(v, int) and -rank <= v < rank]
        shifted = [v - 1 for v in value if isinstance(v, int)]
        if sorted(shifted) != sorted(value) and all(0 <= v < rank for v in shifted):
            yield change(place, str(shifted), "Axes are counted from 0.", 0.9, CHANGES_MEANING)
        if good:
            yield change(place, str(good), "Only the axes that there are.", 1, CHANGES_MEANING)
        return
    counted_from_one = isinstance(value, int) and value == rank
    for axis in reversed(range(rank)):
        why = "Axes are counted from 0." if counted_from_one and axis == rank - 1 else (
            f"Along axis {axis}.")
        yield change(place, str(axis), why, 1 + 0.1 * (rank - axis), CHANGES_MEANING)


def _split(case: Case, dims: tuple) -> Iterator[Candidate]:
    place, count = given_place(case, "axis", "split_dim"), given_place(case, "num_or_size_splits")
    if case.op is None:
        return
    pieces = case.op._attrs.get("num_split", 1)
    last = len(case.arguments) - 1
    for axis, dim in enumerate(dims if case.op_type == "Split" else ()):
        if dim is not None and dim % pieces == 0:
            why = f"Cuts axis {axis}, of size {dim}."
            if place is None:
                yield edit(last, f"{{}}, axis={axis}", why, 0.9 - axis / 100, CHANGES_MEANING)
            else:
                yield change(place, str(axis), why, 1.0 - axis / 100, CHANGES_MEANING)
    if count is not None and case.op_type == "Split":
        axis = int(evaluate_constant(case.inputs[0]) or 0)
        size = dims[axis] if -len(dims) <= axis < len(dims) else None
        if size:
            fitting = sorted((n for n in range(2, size + 1) if size % n == 0),
                             key=lambda n: (abs(n - pieces), n))
            for position, number in enumerate(fitting[:2]):
                yield change(count, str(number), f"{size} = {number} x {size // number}.",
                             1.1 + position / 10, CHANGES_MEANING)
            if size > pieces:
                sizes = [size // pieces + (i < size % pieces) for i in range(pieces)]
                yield change(count, str(sizes), "Pieces of different sizes.", 1.4,
                             CHANGES_MEANING)
    if count is not None and case.op_type == "SplitV" and len(dims) >= 1:
        given = evaluate_constant(case.inputs[1])
        if given is not None and given.ndim == 1 and len(given):
            whole = [int(s) for s in given]
            yield change(count, str([*whole[:-1], -1]), "-1: the last piece takes the rest.", 0.9,
                         CHANGES_MEANING)


def _per_axis(case: Case, dims: tuple) -> Iterator[Candidate]:
    """Tile and pad want one item for each axis."""
    place = given_place(case, "multiples", "paddings")
    value = evaluate_constant(case.inputs[1]) if len(case.inputs) > 1 else None
    if place is None or value is None or value.ndim == 0 or len(value) >= len(dims):
        return
    items = value.tolist()
    neutral = [[0, 0]] if case.op_type != "Tile" else [1]
    missing = (len(dims) - len(items)) * neutral
    yield change(place, str(items + missing), "The further axes stay as they are.", 1.0, SAME_DATA)
    yield change(place, str(missing + items), "The first axes stay as they are.",
                 1.1 if case.op_type == "Tile" else 0.9, SAME_DATA)


def _index(case: Case, dims: tuple) -> Iterator[Candidate]:
    if case.function != "[]" or not case.arguments:
        return
    shape = shape_of(case.arguments[0].value) or dims
    yield from _last_index(case, shape)
    if shape and shape[0] and "index[" not in "".join(a.parameter for a in case.arguments):
        yield rewrite("{0.}[-1]", "The last one: -1 counts from the end.", 1.0)
        yield rewrite(f"{{0.}}[{shape[0] - 1}]", "The last one: indices start at 0.", 1.1)
    if "Index out of range" in case.message and case.call is not None:
        items = [a for a in case.arguments if a.parameter.startswith("index[")]
        if len(items) > len(dims) > 0:
            kept = ", ".join(a.text for a in items[: len(dims)])
            yield rewrite(f"{{0.}}[{kept}]", "One index for each axis.", 0.8)
        index = case.argument_of(subject(case))
        if index is not None and not items:
            yield rewrite("tf.gather({0}, {1})", "The items of a list of indices.", 0.8)


def _last_index(case: Case, dims: tuple) -> Iterator[Candidate]:
    """In `x[:, 3]` the index that is out of range, one smaller: the last one."""
    match = re.search(r"slice index (-?\d+) of dimension (\d+) out of bounds", case.message)
    items = [i for i, a in enumerate(case.arguments) if a.parameter.startswith("index[")]
    if match is None or not items or int(match[2]) >= len(items):
        return
    axis = int(match[2])
    size = dims[axis] if axis < len(dims) else None
    if size:
        yield edit(items[axis], str(size - 1),
                   f"Axis {axis} has the indices 0 to {size - 1}.", 0.9, CHANGES_MEANING)
        yield edit(items[axis], "-1", "The last one: -1 counts from the end.", 1.0,
                   CHANGES_MEANING)


def _other_rank(index: int, dims: tuple) -> Iterator[Candidate]:
    for axis in reversed(range(len(dims) + 1)):
        yield edit(index, f"tf.expand_dims({{}}, {axis})", f"Adds axis {axis} of size 1.",
                   2.5 + 0.1 * (len(dims) - axis))
    for axis in unit_axes(dims):
        yield edit(index, f"tf.squeeze({{}}, {axis})", f"Drops axis {axis}, of size 1.", 2)


def _without_node(case: Case) -> Iterator[Candidate]:
    """What Python refuses before a node is made: unstack, stack."""
    if not case.arguments:
        return
    dims = known(shape_of(case.arguments[0].value))
    place = given_place(case, "axis")
    if place is None and case.function in ("unstack", "unpack"):
        last = len(case.arguments) - 1
        for axis, dim in enumerate(dims):
            if dim is not None:
                yield edit(last, f"{{}}, axis={axis}", f"Takes axis {axis} apart, of size {dim}.",
                           1 + axis / 10, CHANGES_MEANING)
        for dim in dims[:1]:
            if dim is None:
                yield from resized(case, case.arguments[0].value, 0, 32, 3)
    elif place is not None and not place[1]:
        for axis in reversed(range(max(len(dims), 2))):
            yield change(place, str(axis), f"Along axis {axis}.", 1 + 0.1 * (len(dims) - axis),
                         CHANGES_MEANING)
