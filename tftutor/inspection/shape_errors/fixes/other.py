"""Changes to try for any call: each tensor with one axis more or less, flat, or turned round."""

from __future__ import annotations

from collections.abc import Iterator

from tftutor.inspection.shape_errors.case import Case
from tftutor.inspection.shape_errors.explanation import CHANGES_MEANING
from tftutor.inspection.shape_errors.finding import known, product, unit_axes
from tftutor.inspection.shape_errors.fixes.candidate import Candidate, edit
from tftutor.inspection.shape_errors.fixes.reshaping import coerced
from tftutor.inspection.shape_errors.values import is_tensor_like, shape_of


def candidates(case: Case) -> Iterator[Candidate]:
    """Simple changes of every tensor argument."""
    shapes = {i: known(shape_of(a.value)) for i, a in enumerate(case.arguments)
              if is_tensor_like(a.value)}
    if case.function == "boolean_mask" and len(shapes) == 2:
        (_, dims), (_, mask) = shapes.items()
        last = len(case.arguments) - 1
        for axis, size in enumerate(dims):
            if axis and mask == (size,):
                yield edit(last, f"{{}}, axis={axis}", f"Masks along axis {axis}.", 0.8,
                           CHANGES_MEANING)
    for index, dims in shapes.items():
        for axis in reversed(unit_axes(dims)):
            yield edit(index, f"tf.squeeze({{}}, {axis})", f"Drops axis {axis}, of size 1.", 1.0)
        for other, wanted in shapes.items():
            if other != index:
                yield from coerced(index, dims, wanted, 1.2)
        for axis in reversed(range(len(dims) + 1)):
            end = axis in (0, len(dims))
            yield edit(index, f"tf.expand_dims({{}}, {axis})", f"Adds axis {axis} of size 1.",
                       1.5 if end else 1.8)
        flat = product(dims[1:])
        if len(dims) > 2 and flat is not None:
            yield edit(index, f"tf.reshape({{}}, [-1, {flat}])",
                       "Flattens each example into one row.", 1.7)
        if len(dims) == 2:
            yield edit(index, "tf.transpose({})", "The axes the other way round.", 1.9,
                       CHANGES_MEANING)
