"""`Dimension`: one entry of a tensor's static shape, a size or "not known yet".

Arithmetic and comparisons with an unknown dimension give an unknown result: `Dimension(None)` for
arithmetic, `None` for comparisons.
"""

from __future__ import annotations

from typing import Any

from tftutor.framework.api import tf_export
from tftutor.framework.dtypes import DType
from tftutor.framework.late_notes import explained


def dimension_size(value: Any) -> int | None:
    """Return the plain size for anything that stands for one dimension; None means unknown.

    Raises: ValueError for negative and fractional sizes, TypeError for what is no number.
    """
    if value is None:
        return None
    if type(value) is int:
        size = value
    elif isinstance(value, Dimension):
        return value._value
    elif isinstance(value, DType):
        raise TypeError(f"Cannot convert {value} to Dimension")
    else:
        size = int(value)
        # A text such as "3" is not equal to 3, but is not ambiguous either.
        if not isinstance(value, str | bytes) and size != value:
            raise ValueError(f"Ambiguous dimension: {value}")
    if size < 0:
        raise ValueError(f"Dimension {size} must be >= 0")
    return size


def _size_or_refuse(value: Any) -> Any:
    """`dimension_size`, but NotImplemented where `value` is no dimension.

    For operators whose other operand may know better what to do.
    """
    try:
        return dimension_size(value)
    except (TypeError, ValueError):
        return NotImplemented


@tf_export("Dimension")
class Dimension:
    """The size of one dimension of a `TensorShape`; `Dimension(None)` is an unknown size.

    Raises: ValueError for negative and fractional sizes, TypeError for what is no number.
    Source: TF 1.15 docs, tf.compat.v1.Dimension.
    """

    __slots__ = ("_value",)
    # Comparing with an unknown size gives None, so no hash could agree with ==.
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Any) -> None:
        self._value = dimension_size(value)

    @property
    def value(self) -> int | None:
        """The size, or None when it is unknown."""
        return self._value

    def is_compatible_with(self, other: Any) -> bool:
        """Whether `self` and `other` may be the same size: equal, or one of them unknown."""
        size = _size_or_refuse(other)
        if size is NotImplemented:
            return NotImplemented
        return self._value is None or size is None or self._value == size

    def assert_is_compatible_with(self, other: Any) -> None:
        """Raise ValueError when `other` can't be the same size."""
        if self.is_compatible_with(other) is False:
            raise explained(ValueError(
                f"Dimensions {self} and {as_dimension(other)} are not compatible"))

    def merge_with(self, other: Any) -> Dimension:
        """Return what is known from both. Raises: ValueError when the two sizes differ."""
        size = _size_or_refuse(other)
        if size is NotImplemented:
            return NotImplemented
        self.assert_is_compatible_with(size)
        return Dimension(size if self._value is None else self._value)

    def __repr__(self) -> str:
        return f"Dimension({self._value!r})"

    def __str__(self) -> str:
        return "?" if self._value is None else str(self._value)

    def __reduce__(self) -> tuple[type[Dimension], tuple[int | None]]:
        return Dimension, (self._value,)

    # An unknown size makes Python itself raise the TypeError, in TF as here.
    def __int__(self) -> int:
        return self._value  # type: ignore[return-value]

    def __index__(self) -> int:
        return self._value  # type: ignore[return-value]

    def __eq__(self, other: object) -> bool | None:  # type: ignore[override]
        size = _size_or_refuse(other)
        if size is NotImplemented:
            return NotImplemented
        return None if self._value is None or size is None else self._value == size

    def __ne__(self, other: object) -> bool | None:  # type: ignore[override]
        size = _size_or_refuse(other)
        if size is NotImplemented:
            return NotImplemented
        return None if self._value is None or size is None else self._value != size

    def __lt__(self, other: Any) -> bool | None:
        size = dimension_size(other)
        return None if self._value is None or size is None else self._value < size

    def __le__(self, other: Any) -> bool | None:
        size = dimension_size(other)
        return None if self._value is None or size is None else self._value <= size

    def __gt__(self, other: Any) -> bool | None:
        size = dimension_size(other)
        return None if self._value is None or size is None else self._value > size

    def __ge__(self, other: Any) -> bool | None:
        size = dimension_size(other)
        return None if self._value is None or size is None else self._value >= size

    def __add__(self, other: Any) -> Dimension:
        size = _size_or_refuse(other)
        if size is NotImplemented:
            return NotImplemented
        return Dimension(None if self._value is None or size is None else self._value + size)

    def __radd__(self, other: Any) -> Dimension:
        return self + other

    def __sub__(self, other: Any) -> Dimension:
        size = _size_or_refuse(other)
        if size is NotImplemented:
            return NotImplemented
        return Dimension(None if self._value is None or size is None else self._value - size)

    def __rsub__(self, other: Any) -> Dimension:
        size = dimension_size(other)
        return Dimension(None if self._value is None or size is None else size - self._value)

    def __mul__(self, other: Any) -> Dimension:
        size = _size_or_refuse(other)
        if size is NotImplemented:
            return NotImplemented
        return Dimension(None if self._value is None or size is None else self._value * size)

    def __rmul__(self, other: Any) -> Dimension:
        return self * other

    def __floordiv__(self, other: Any) -> Dimension:
        size = _size_or_refuse(other)
        if size is NotImplemented:
            return NotImplemented
        return Dimension(None if self._value is None or size is None else self._value // size)

    def __rfloordiv__(self, other: Any) -> Dimension:
        size = dimension_size(other)
        return Dimension(None if self._value is None or size is None else size // self._value)

    def __mod__(self, other: Any) -> Dimension:
        size = dimension_size(other)
        return Dimension(None if self._value is None or size is None else self._value % size)

    def __rmod__(self, other: Any) -> Dimension:
        return as_dimension(other) % self

    def __truediv__(self, other: Any) -> Dimension:
        raise TypeError(
            f"unsupported operand type(s) for /: 'Dimension' and '{type(other).__name__}', "
            "please use // instead"
        )

    def __rtruediv__(self, other: Any) -> Dimension:
        raise TypeError(
            f"unsupported operand type(s) for /: '{type(other).__name__}' and 'Dimension', "
            "please use // instead"
        )


def as_dimension(value: Any) -> Dimension:
    """Return `value` as a `Dimension`; a Dimension comes back as it is."""
    return value if isinstance(value, Dimension) else Dimension(value)


@tf_export("dimension_value", "compat.dimension_value")
def dimension_value(dimension: Any) -> Any:
    """Return the size in a `Dimension`; an int or None, as TF 2 has in its shapes, stays.

    Source: TF 1.15 docs, tf.compat.dimension_value.
    """
    return dimension.value if isinstance(dimension, Dimension) else dimension
