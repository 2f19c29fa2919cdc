"""`TensorShape`: what is known about a tensor's shape before anything runs.

Inside the framework a static shape is plain data, the `ShapeTuple`: None when not even the rank is
known, else a tuple with an int or None for each dimension. `TensorShape` wraps one for users, with
TF 1's behaviour: indexing and iterating give `Dimension` objects. `shape_tuple` leads from
anything shape-like to the plain form, `TensorShape.from_tuple` and `as_tuple` between the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, overload

from tftutor.framework.api import tf_export
from tftutor.framework.dimension import (
    Dimension,
    as_dimension,
    dimension_size,
    dimension_value,
)
from tftutor.framework.late_notes import explained

ShapeTuple = tuple[int | None, ...] | None


def shape_tuple(shape: Any) -> ShapeTuple:
    """Return anything shape-like as None (unknown rank) or a tuple of int | None.

    `shape` may be a TensorShape, None, an iterable of sizes, one size (a vector's), or a
    TensorShapeProto. An unknown size is None or `Dimension(None)`; -1 is refused.

    Raises: ValueError for negative or fractional sizes; TypeError for text and for what holds
    no numbers.
    """
    if shape is None:
        return None
    if type(shape) is TensorShape:
        return shape._shape
    if type(shape) is tuple:
        for size in shape:
            if size is not None and (type(size) is not int or size < 0):
                break
        else:
            return shape
    return _convert(shape)


def _convert(shape: Any) -> ShapeTuple:
    """The general case of `shape_tuple`, for input that isn't in plain form already."""
    if isinstance(shape, str | bytes):
        raise TypeError(
            "A string has ambiguous TensorShape, please wrap in a list or convert to an int: "
            f"{shape!s}"
        )
    if isinstance(shape, TensorShape):
        return shape._shape
    # By name, so that protobuf isn't imported to look at a shape that has nothing to do with it.
    if type(shape).__name__ == "TensorShapeProto":
        if shape.unknown_rank:
            return None
        return tuple(None if dim.size == -1 else dimension_size(dim.size) for dim in shape.dim)
    try:
        sizes = iter(shape)
    except TypeError:
        return (dimension_size(shape),)
    return tuple([dimension_size(size) for size in sizes])


@tf_export("TensorShape")
class TensorShape:
    """The static shape of a tensor: fully known, partly known, or of unknown rank.

    `TensorShape([16, 256])` is fully known, `TensorShape([None, 256])` partly,
    `TensorShape(None)` not at all.

    Raises: ValueError for negative or fractional sizes; TypeError for text and for what holds
    no numbers.
    Source: TF 1.15 docs, tf.TensorShape.
    """

    __slots__ = ("_shape",)
    # Unknown dimensions are equal to nothing, so no hash could agree with ==.
    __hash__ = None  # type: ignore[assignment]

    _shape: ShapeTuple

    def __init__(self, dims: Any) -> None:
        shape = shape_tuple(dims)
        if shape is dims and shape is not None and None in shape:
            # Equality of unknown dimensions goes by tuple identity (see __eq__); Python shares
            # equal tuple literals, which says nothing about the shapes.
            shape = (*shape,)
        self._shape = shape

    @classmethod
    def from_tuple(cls, shape: ShapeTuple) -> TensorShape:
        """Wrap a shape that is known to be None or a tuple of int | None; nothing is checked."""
        new = object.__new__(cls)
        new._shape = shape
        return new

    def as_tuple(self) -> ShapeTuple:
        """Return the shape as plain data: None, or a tuple of int | None."""
        return self._shape

    # What is known.

    @property
    def rank(self) -> int | None:
        """The number of dimensions, or None when it is unknown."""
        return None if self._shape is None else len(self._shape)

    @property
    def ndims(self) -> int | None:
        """Older name of `rank`."""
        return self.rank

    @property
    def dims(self) -> list[Dimension] | None:
        """The dimensions as a list of `Dimension`, or None when the rank is unknown."""
        return None if self._shape is None else [Dimension(size) for size in self._shape]

    def is_fully_defined(self) -> bool:
        """Whether the rank and the size of every dimension are known."""
        return self._shape is not None and None not in self._shape

    def num_elements(self) -> int | None:
        """The product of all sizes, or None when one is unknown."""
        if self._shape is None:
            return None
        product = 1
        for size in self._shape:
            if size is None:
                return None
            product *= size
        return product

    def as_list(self) -> list[int | None]:
        """The sizes as a list of int or None. Raises: ValueError when the rank is unknown."""
        if self._shape is None:
            raise ValueError("as_list() is not defined on an unknown TensorShape.")
        return list(self._shape)

    def as_proto(self) -> Any:
        """The shape as a TensorShapeProto, in which -1 stands for an unknown size."""
        from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

        if self._shape is None:
            return TensorShapeProto(unknown_rank=True)
        sizes = (-1 if size is None else size for size in self._shape)
        return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])

    # As a sequence.

    def __len__(self) -> int:
        if self._shape is None:
            raise ValueError("Cannot take the length of shape with unknown rank.")
        return len(self._shape)

    def __bool__(self) -> bool:
        """True when the rank is known, also for the shape of a scalar."""
        return self._shape is not None

    def __iter__(self) -> Iterator[Dimension]:
        if self._shape is None:
            raise ValueError("Cannot iterate over a shape with unknown rank.")
        return iter([Dimension(size) for size in self._shape])

    @overload
    def __getitem__(self, key: slice) -> TensorShape: ...

    @overload
    def __getitem__(self, key: int) -> Dimension: ...

    def __getitem__(self, key: Any) -> Any:
        """`shape[i]` is a `Dimension`, `shape[i:j]` a `TensorShape`."""
        if self._shape is None:
            return self._unknown_item(key)
        if isinstance(key, slice):
            return TensorShape.from_tuple(self._shape[key])
        try:
            return Dimension(self._shape[key])
        except (IndexError, TypeError) as error:
            # TF keeps a list, and programs and people know its texts.
            raise type(error)(str(error).replace("tuple", "list", 1)) from None

    @staticmethod
    def _unknown_item(key: Any) -> Dimension | TensorShape:
        """What indexing or slicing a shape of unknown rank gives.

        A slice with both ends known and not negative has a known rank.
        """
        if not isinstance(key, slice):
            return Dimension(None)
        if key.step is not None:
            raise ValueError("Steps are not yet handled")
        start = 0 if key.start is None else key.start
        if key.stop is None or start < 0 or key.stop < 0:
            return unknown_shape()
        return unknown_shape(rank=key.stop - start)

    # Combining two shapes.

    def merge_with(self, other: Any) -> TensorShape:
        """Return a shape with what is known from both.

        Raises: ValueError when the ranks or two sizes differ.
        """
        other = as_shape(other)
        mine, theirs = self._shape, other._shape
        if mine is None:
            return other
        if theirs is None:
            return TensorShape(mine)
        if not self.is_compatible_with(other):
            raise explained(ValueError(f"Shapes {self} and {other} are not compatible"))
        pairs = zip(mine, theirs, strict=True)
        return TensorShape.from_tuple(tuple([b if a is None else a for a, b in pairs]))

    def concatenate(self, other: Any) -> TensorShape:
        """Return the dimensions of `self` followed by those of `other`.

        The result is unknown when one of the two is of unknown rank.
        """
        other = as_shape(other)
        if self._shape is None or other._shape is None:
            return unknown_shape()
        return TensorShape(self._shape + other._shape)

    def __add__(self, other: Any) -> TensorShape:
        return self.concatenate(other)

    def __radd__(self, other: Any) -> TensorShape:
        return as_shape(other).concatenate(self)

    def is_compatible_with(self, other: Any) -> bool:
        """Whether one tensor could have both shapes: no known rank or size differs."""
        mine, theirs = self._shape, shape_tuple(other)
        if mine is None or theirs is None:
            return True
        if len(mine) != len(theirs):
            return False
        pairs = zip(mine, theirs, strict=True)
        return all(a is None or b is None or a == b for a, b in pairs)

    def most_specific_compatible_shape(self, other: Any) -> TensorShape:
        """Return what both shapes agree on: sizes that differ, or are not known, become None.

        The result is of unknown rank when the ranks differ.
        """
        mine, theirs = self._shape, shape_tuple(other)
        if mine is None or theirs is None or len(mine) != len(theirs):
            return unknown_shape()
        pairs = zip(mine, theirs, strict=True)
        return TensorShape.from_tuple(tuple([a if a == b else None for a, b in pairs]))

    # Demands. Each raises ValueError when it isn't met.

    def with_rank(self, rank: int) -> TensorShape:
        """Return this shape with the given rank, which an unknown shape takes on."""
        try:
            return self.merge_with(unknown_shape(rank=rank))
        except ValueError:
            raise explained(ValueError(f"Shape {self} must have rank {rank:d}")) from None

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """Return this shape if its rank is unknown or at least `rank`."""
        if self._shape is not None and len(self._shape) < rank:
            raise explained(ValueError(f"Shape {self} must have rank at least {rank:d}"))
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """Return this shape if its rank is unknown or at most `rank`."""
        if self._shape is not None and len(self._shape) > rank:
            raise explained(ValueError(f"Shape {self} must have rank at most {rank:d}"))
        return self

    def assert_has_rank(self, rank: int | None) -> None:
        """Demand that the rank is `rank` or unknown."""
        if self.rank not in (None, rank):
            raise explained(ValueError(f"Shape {self} must have rank {rank:d}"))

    def assert_same_rank(self, other: Any) -> None:
        """Demand that both ranks are the same, or one of them unknown."""
        other = as_shape(other)
        if self.rank is not None and other.rank is not None and self.rank != other.rank:
            raise explained(ValueError(f"Shapes {self} and {other} must have the same rank"))

    def assert_is_compatible_with(self, other: Any) -> None:
        """Demand that one tensor could have both shapes."""
        if not self.is_compatible_with(other):
            raise explained(ValueError(f"Shapes {self} and {other} are incompatible"))

    def assert_is_fully_defined(self) -> None:
        """Demand that every size is known."""
        if not self.is_fully_defined():
            raise explained(ValueError(f"Shape {self} is not fully defined"))

    # Comparing and showing.

    def __eq__(self, other: object) -> bool:
        """Whether both shapes are known to be the same.

        As in TF, an unknown dimension equals nothing but itself: `x.shape == x.shape`, while
        `TensorShape([None]) != TensorShape([None])`. Two unknown ranks are equal.
        """
        try:
            theirs = shape_tuple(other)
        except TypeError:
            return NotImplemented
        mine = self._shape
        if mine is theirs:
            return True
        return mine == theirs and mine is not None and None not in mine

    def __ne__(self, other: object) -> bool:
        """Raises: ValueError when a rank is unknown, as then nobody can say."""
        try:
            theirs = shape_tuple(other)
        except TypeError:
            return NotImplemented
        if self._shape is None or theirs is None:
            raise ValueError("The inequality of unknown TensorShapes is undefined.")
        return not self == other

    def __repr__(self) -> str:
        return f"TensorShape({self.dims!r})"

    def __str__(self) -> str:
        if self._shape is None:
            return "<unknown>"
        sizes = ["?" if size is None else str(size) for size in self._shape]
        return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"

    def __reduce__(self) -> tuple[type[TensorShape], tuple[ShapeTuple]]:
        return TensorShape, (self._shape,)


def as_shape(shape: Any) -> TensorShape:
    """Return `shape` as a `TensorShape`; a TensorShape comes back as it is."""
    return shape if isinstance(shape, TensorShape) else TensorShape(shape)


def unknown_shape(rank: int | None = None, **kwargs: Any) -> TensorShape:
    """Return a shape of which nothing, or only the rank, is known.

    `ndims` is accepted as an older name of `rank`. Raises: TypeError for other names.
    """
    if rank is None and "ndims" in kwargs:
        rank = kwargs.pop("ndims")
    if kwargs:
        raise TypeError(f"Unknown argument: {kwargs}")
    return TensorShape.from_tuple(None) if rank is None else TensorShape([None] * rank)


def scalar() -> TensorShape:
    """Return the shape of a scalar, `()`."""
    return TensorShape.from_tuple(())


def vector(length: Any) -> TensorShape:
    """Return the shape of a vector; `length` may be None."""
    return TensorShape([length])


def matrix(rows: Any, cols: Any) -> TensorShape:
    """Return the shape of a matrix; `rows` and `cols` may be None."""
    return TensorShape([rows, cols])


@tf_export("dimension_at_index", "compat.dimension_at_index")
def dimension_at_index(shape: TensorShape, index: int) -> Dimension:
    """Return `shape[index]` as a `Dimension`, an unknown one when the rank is unknown.

    Source: TF 1.15 docs, tf.compat.dimension_at_index.
    """
    return shape[index]


__all__ = [
    "Dimension",
    "ShapeTuple",
    "TensorShape",
    "as_dimension",
    "as_shape",
    "dimension_at_index",
    "dimension_size",
    "dimension_value",
    "matrix",
    "scalar",
    "shape_tuple",
    "unknown_shape",
    "vector",
]
