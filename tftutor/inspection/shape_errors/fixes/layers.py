"""What may have been meant to go into a layer."""

from __future__ import annotations

from collections.abc import Iterator

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING
from tftutor.inspection.shape_errors.finding import known, product, unit_axes
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit
from tftutor.inspection.shape_errors.fixes.conv import images
from tftutor.inspection.shape_errors.fixes.lineage import comes_from_rnn
from tftutor.inspection.shape_errors.rules.layers import input_index, wanted_rank, wanted_size
from tftutor.inspection.shape_errors.values import as_tensor, shape_of


def candidates(case: Case) -> Iterator[Candidate]:
    """The input with the rank that the layer takes."""
    index = input_index(case)
    if index is None:
        return
    value = case.arguments[index].value
    dims, rank = known(shape_of(value)), wanted_rank(case)
    if rank == 4 and "cell" not in case.message:
        yield from images(index, dims, None)
    if rank is not None:
        yield from _ranks(case, index, dims, rank)
    size = wanted_size(case)
    if size is not None:
        yield from _sizes(index, dims, size[1])


def _ranks(case: Case, index: int, dims: tuple, rank: int) -> Iterator[Candidate]:
    if len(dims) < rank:
        for axis in reversed(range(len(dims) + 1)):
            last = axis == len(dims)
            yield edit(index, f"tf.expand_dims({{}}, {axis})",
                       "Adds a last axis of size 1." if last else f"Adds axis {axis} of size 1.",
                       1.4 + (0 if last else 0.1 * (len(dims) - axis)))
        return
    for axis in reversed(unit_axes(dims)):
        yield edit(index, f"tf.squeeze({{}}, {axis})", f"Drops axis {axis}, of size 1.", 1.0)
    tensor = as_tensor(case.arguments[index].value)
    flat = product(dims[1:])
    if rank == 2 and len(dims) == 3:
        last = tensor is not None and comes_from_rnn(tensor)
        is_cell = "cell" in case.message or "cell" in case.function
        yield edit(index, "{.}[:, -1]", "Only the last time step.", 1.1 if last else 2.2,
                   CHANGES_MEANING)
        if is_cell:
            yield edit(index, "{.}[:, 0]", "One time step, the first.", 1.2, CHANGES_MEANING)
    if rank == 2 and flat is not None:
        yield edit(index, "tf.layers.flatten({})", "Flattens each example into one row.", 1.3)


def _sizes(index: int, dims: tuple, size: int) -> Iterator[Candidate]:
    if product(dims[1:]) == size:
        yield edit(index, f"tf.reshape({{}}, [-1, {size}])",
                   f"Flattens each example into one row of {size} numbers.", 1.0)
    if len(dims) == 2 and dims[0] == size:
        yield edit(index, "tf.transpose({})", "The axes the other way round.", 1.2)
    if dims and dims[-1] is not None and dims[-1] > size:
        yield edit(index, f"{{.}}[..., :{size}]", "Only the first part of it.", 2.0,
                   CHANGES_MEANING)
