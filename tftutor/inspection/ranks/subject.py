"""Subjects: what is drawn - a tensor, a variable, an array, a list of values or a shape - as facts.

Nothing is run to learn a fact. A tensor's value is known when the graph says it (constants and what
folds into one); looking at it doesn't keep anybody from feeding the tensor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tftutor.framework import dtypes
from tftutor.framework.constant_value import evaluate_static
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import TensorShape, shape_tuple
from tftutor.inspection.quantities import shape_text
from tftutor.inspection.ranks.leaf import ShapeTuple

_ENTITIES = ("scalar", "vector", "matrix", "cube of numbers (3-tensor)",
             "set of cubes (4-tensor)")
_VALUES_KEPT = 4096   # elements: more than any picture writes down


@dataclass(frozen=True)
class Subject:
    """What is known about a tensor before anything runs.

    `shape` is None when the rank is unknown; `axes` are the names of the axes, empty without
    names; `values` is None where they aren't known or too many.
    """

    shape: ShapeTuple | None
    dtype: str = ""
    name: str = ""
    axes: tuple[str, ...] = ()
    values: np.ndarray | None = None

    @property
    def rank(self) -> int | None:
        """The number of axes, None when it is unknown."""
        return None if self.shape is None else len(self.shape)

    @property
    def elements(self) -> int | None:
        """How many numbers the tensor holds; None when a size is unknown."""
        if self.shape is None or any(size is None for size in self.shape):
            return 0 if self.shape is not None and 0 in self.shape else None
        return math.prod(size for size in self.shape if size is not None)

    @property
    def known_elements(self) -> int | None:
        """The product of the sizes that are known: the elements for each of the unknown ones."""
        if self.shape is None:
            return None
        return math.prod(size for size in self.shape if size is not None)

    @property
    def element_bytes(self) -> int | None:
        """Bytes of one element; None without a dtype, and for strings, which have any length."""
        if not self.dtype or self.dtype in ("string", "resource", "variant"):
            return None
        return int(dtypes.as_dtype(self.dtype).size)

    @property
    def entity(self) -> str:
        """What mathematics calls it: `matrix`."""
        if self.rank is None:
            return "tensor of unknown rank"
        return _ENTITIES[self.rank] if self.rank < len(_ENTITIES) else f"{self.rank}-tensor"

    @property
    def shape_text(self) -> str:
        """`[10, ?, 3]`, `[]` for a scalar."""
        return shape_text(self.shape)

    @property
    def variable(self) -> str:
        """What an expression calls it: its name, or `x` where Python couldn't read that."""
        return self.name if self.name.isidentifier() else "x"

    def axis_name(self, axis: int) -> str:
        """`axis 1`, or `axis 1 (width)`."""
        name = self.axes[axis] if axis < len(self.axes) else ""
        return f"axis {axis} ({name})" if name else f"axis {axis}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data; values are not part of it."""
        return {"name": self.name, "shape": None if self.shape is None else list(self.shape),
                "rank": self.rank, "entity": self.entity, "dtype": self.dtype,
                "axes": list(self.axes), "elements": self.elements, "bytes": self.bytes}

    @property
    def bytes(self) -> int | None:
        """Bytes of all elements; None when one of the factors is unknown."""
        if self.elements is None or self.element_bytes is None:
            return None
        return self.elements * self.element_bytes


def subject(x: Any, axes: Sequence[str] = (), name: str | None = None) -> Subject:
    """Learn what can be known about `x` without running anything.

    Args:
      x: a tf.Tensor, a tf.Variable, an array, a number, a (nested) list of values, a TensorShape,
        or a shape: a tuple of sizes, or a list with a None in it.
      axes: names of the axes, the first ones if there are fewer than axes.
      name: how to call it; a tensor's own name by default.

    Raises: ValueError for more names than axes, TypeError for what has no shape.
    """
    found = _subject(x)
    axes = tuple(axes) or found.axes
    if found.rank is not None and len(axes) > found.rank:
        raise ValueError(f"There are {len(axes)} names of axes {axes} for a tensor of rank "
                         f"{found.rank} with the shape {found.shape_text}.")
    return Subject(found.shape, found.dtype, found.name if name is None else name, axes,
                   found.values)


def _subject(x: Any) -> Subject:
    if isinstance(x, Subject):
        return x
    if isinstance(x, Tensor):
        return Subject(x._shape, x.dtype.base_dtype.name, _short(x.name),
                       values=_few(evaluate_static(x)))
    if isinstance(x, TensorShape):
        return Subject(shape_tuple(x))
    if _is_shape(x):
        return Subject(shape_tuple(x))
    if hasattr(x, "get_shape") and hasattr(x, "dtype") and hasattr(x, "name"):  # a variable
        return Subject(shape_tuple(x.get_shape()), dtypes.as_dtype(x.dtype).base_dtype.name,
                       _short(x.name))
    return _of_values(x)


def _is_shape(x: Any) -> bool:
    """A tuple of sizes; a list is a value unless it holds a None, which no value does."""
    if not isinstance(x, tuple | list) or hasattr(x, "_fields"):
        return False
    sizes = all(size is None or (isinstance(size, int | np.integer) and not isinstance(size, bool)
                                 and size >= 0) for size in x)
    return sizes and (isinstance(x, tuple) or any(size is None for size in x))


def _of_values(x: Any) -> Subject:
    """An array, a number or a nested list, with the dtype that `tf.constant` would give it."""
    try:
        values = np.asarray(x)
    except ValueError as error:
        raise TypeError("The rows of this list differ in length, so it has no shape: every row "
                        "of a tensor is equally long.") from error
    if values.dtype == object:
        raise TypeError(f"{type(x).__name__} has no shape to draw: its elements are no numbers or "
                        "strings.")
    return Subject(values.shape, _dtype_name(x, values), values=_few(values))


def _dtype_name(x: Any, values: np.ndarray) -> str:
    if values.dtype.kind in "US":
        return "string"
    if not isinstance(x, np.ndarray | np.generic):  # Python's numbers: TensorFlow's defaults
        if values.dtype == np.float64:
            return "float32"
        if values.dtype == np.int64 and (values.size == 0 or abs(values).max() < 2**31):
            return "int32"
    return str(dtypes.as_dtype(values.dtype).name)


def _few(values: Any) -> np.ndarray | None:
    if values is None:
        return None
    array = np.asarray(values)
    return array if array.size <= _VALUES_KEPT and array.dtype.kind in "biufcSUO" else None


def _short(name: str) -> str:
    """`x` for `x:0`; other outputs keep their number."""
    return name.removesuffix(":0")
