"""What a rule found out about a failure, and the words that all rules share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tftutor.framework.operation import Tensor
from tftutor.framework.shape_merge import Shape
from tftutor.inspection.quantities import shape_text
from tftutor.inspection.shape_errors.explanation import Join, Kind, Mark, Operand, Rule


@dataclass
class Finding:
    """A rule's part of the explanation.

    `suspects` are the tensors to trace back, likeliest first: (operand index, tensor, axis or
    None for the rank as a whole).
    """

    kind: Kind
    sentence: str
    operands: list[Operand]
    rule: Rule | None = None
    joins: list[Join] = field(default_factory=list)
    suspects: Sequence[tuple[int, Tensor, int | None]] = ()
    unknown: list[str] = field(default_factory=list)


def listed(shape: Shape) -> str:
    """A shape as students write it: `[10, 512, 1]`, `[?, 784]`, `[]`; `unknown` without a rank."""
    return shape_text(shape, "unknown")


def dimensions(rank: int) -> str:
    """`no dimensions (a single number)`, `1 dimension`, `3 dimensions`."""
    if rank == 0:
        return "no dimensions (it is a single number)"
    return "1 dimension" if rank == 1 else f"{rank} dimensions"


def case_text(shapes: Iterable[Shape], mark: str = " x ") -> str:
    """The case below a rule: the shapes, joined as the rule joins its operands."""
    return mark.join(listed(shape) for shape in shapes)


def known(shape: Shape) -> tuple[int | None, ...]:
    """The dimensions of a shape; none for an unknown rank."""
    return shape if shape is not None else ()


def product(dims: Iterable[int | None]) -> int | None:
    """The product of dimensions; None when one is unknown."""
    total = 1
    for dim in dims:
        if dim is None:
            return None
        total *= dim
    return total


def facing_marks(first: Shape, second: Shape) -> tuple[dict[int, Mark], dict[int, Mark]]:
    """The marks of two shapes that must be equal: sizes that differ, axes without a partner."""
    a, b = known(first), known(second)
    differ: dict[int, Mark] = {axis: "must match" for axis, (x, y) in enumerate(
        zip(a, b, strict=False)) if x != y and None not in (x, y)}
    return ({**differ, **{axis: "surplus" for axis in range(len(b), len(a))}},
            {**differ, **{axis: "surplus" for axis in range(len(a), len(b))}})


def facing_joins(first: Shape, second: Shape) -> list[Join]:
    """The axes of operands 0 and 1 that face each other, counted from the left."""
    return [Join((0, axis), (1, axis), x == y if x is not None and y is not None else None)
            for axis, (x, y) in enumerate(zip(known(first), known(second), strict=False))]


def unit_axes(shape: Shape) -> list[int]:
    """The axes of size 1."""
    return [axis for axis, dim in enumerate(known(shape)) if dim == 1]


def unchecked(operands: Iterable[Operand]) -> list[str]:
    """One sentence for each dimension that can't be checked until the graph runs."""
    sentences = []
    for operand in operands:
        if operand.shape is None:
            sentences.append(f"The rank of `{operand.name}` could not be checked until run.")
            continue
        for axis, dim in enumerate(operand.shape):
            if dim is None:
                sentences.append(f"Dimension {axis} of `{operand.name}` is `?`: it could not be "
                                 "checked until run.")
    return sentences
