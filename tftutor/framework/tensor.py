"""Tensor: one output of an Operation, the edge along which a value flows.

The arithmetic operators are put on the class by `ops/operators.py`, slicing by `ops/slicing.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tftutor.errors import OperatorNotAllowedInGraphError
from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.late_notes import explained
from tftutor.framework.shape_merge import Shape, brackets_text, merge_shapes, shape_text
from tftutor.framework.tensor_shape import TensorShape, shape_tuple

if TYPE_CHECKING:
    from tftutor.framework.graph import Graph
    from tftutor.framework.operation import Operation


@tf_export("Tensor")
class Tensor:
    """A symbolic handle to one output of an `Operation`: no value, but a dtype and a static shape.

    `==` is identity, so tensors work as dictionary keys (feed_dict).

    Source: TF 1.15 docs, tf.Tensor.
    """

    __slots__ = ("op", "value_index", "dtype", "_shape", "_consumers", "__dict__", "__weakref__")
    __array_priority__ = 100
    OVERLOADABLE_OPERATORS = {
        "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__div__", "__rdiv__",
        "__truediv__", "__rtruediv__", "__floordiv__", "__rfloordiv__", "__mod__", "__rmod__",
        "__lt__", "__le__", "__gt__", "__ge__", "__ne__", "__eq__", "__and__", "__rand__", "__or__",
        "__ror__", "__xor__", "__rxor__", "__getitem__", "__pow__", "__rpow__", "__invert__",
        "__neg__", "__abs__", "__matmul__", "__rmatmul__"}

    if TYPE_CHECKING:  # put on the class by ops/operators.py and ops/slicing.py
        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __div__(self, other: Any) -> Tensor: ...
        def __rdiv__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __rfloordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __rmod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __rand__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __ror__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __rxor__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __getitem__(self, slice_spec: Any) -> Tensor: ...

    def __init__(self, op: Operation, value_index: int, dtype: Any) -> None:
        self.op = op
        self.value_index = value_index
        self.dtype = dtype if type(dtype) is dtypes.DType else dtypes.as_dtype(dtype)
        self._shape: Shape = None
        self._consumers: dict[Operation, None] | None = None

    @property
    def graph(self) -> Graph:
        """The graph that holds this tensor."""
        return self.op.graph

    @property
    def name(self) -> str:
        """`"<op name>:<output index>"`."""
        return f"{self.op.name}:{self.value_index}"

    @property
    def device(self) -> str:
        """The device asked for the operation that makes this tensor."""
        return self.op.device

    @property
    def shape(self) -> TensorShape:
        """The static shape: what is known before anything runs."""
        return TensorShape.from_tuple(self._shape)

    def get_shape(self) -> TensorShape:
        """Alias of `shape`."""
        return TensorShape.from_tuple(self._shape)

    def set_shape(self, shape: Any) -> None:
        """Merge `shape` into the static shape. Raises: ValueError when they contradict."""
        self._shape = _merged(self._shape, shape_tuple(shape))

    def _shape_as_list(self) -> list[int | None] | None:
        return None if self._shape is None else list(self._shape)

    def _shape_tuple(self) -> tuple[int | None, ...] | None:
        return self._shape

    def _rank(self) -> int | None:
        return None if self._shape is None else len(self._shape)

    def consumers(self) -> list[Operation]:
        """The operations that take this tensor as an input."""
        return list(self._consumers or ())

    def add_consumer(self, op: Operation) -> None:
        """Record `op` as a consumer (once)."""
        if self._consumers is None:
            self._consumers = {op: None}
        else:
            self._consumers[op] = None

    def remove_consumer(self, op: Operation) -> None:
        """Forget `op` as a consumer when it no longer takes this tensor."""
        if self._consumers and sum(t is self for t in op._inputs) <= 1:
            self._consumers.pop(op, None)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """Compute this tensor's value in `session` (default: the default session)."""
        from tftutor.framework.default_session import eval_using_default_session

        return eval_using_default_session(self, feed_dict, self.graph, session)

    def experimental_ref(self) -> Any:
        """A hashable reference to this tensor (tensors are hashable here: the tensor itself)."""
        return self

    def _as_node_def_input(self) -> str:
        return self.op.name if self.value_index == 0 else f"{self.op.name}:{self.value_index}"

    # -- identity, and what a symbolic value can't do -----------------------------------------

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    def __copy__(self) -> Tensor:
        return self

    def __iter__(self) -> Any:
        raise _not_allowed("iterating over `tf.Tensor`",
                           "Use tf.unstack for the parts of a tensor, or tf.map_fn.")

    def __len__(self) -> int:
        raise explained(TypeError(
            f"len is not well defined for symbolic Tensors. ({self.name}) "
            "Please call `x.shape` rather than `len(x)` for shape information."))

    def __bool__(self) -> bool:
        raise _not_allowed("using a `tf.Tensor` as a Python `bool`",
                           "A tensor has no value before sess.run: use tf.cond to choose by it, "
                           "tf.logical_and for `and`, `if t is not None` to test for None.")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"Cannot convert a symbolic Tensor ({self.name}) to a numpy "
                                  "array.")

    def __str__(self) -> str:
        shape = "" if self._shape is None else f", shape={shape_text(self._shape)}"
        device = f", device={self.device}" if self.device else ""
        return f'Tensor("{self.name}"{shape}, dtype={self.dtype.name}{device})'

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={shape_text(self._shape)} dtype={self.dtype.name}>"


def _not_allowed(what: str, hint: str) -> OperatorNotAllowedInGraphError:
    """TF's error for what only a value can do, with a note on what to do instead."""
    error = OperatorNotAllowedInGraphError(
        f"{what} is not allowed in Graph execution. Use Eager execution or decorate this function "
        "with @tf.function.")
    error.add_note(f"tftutor: {hint}")
    return error


def _merged(old: Shape, new: Shape) -> Shape:
    """The shape that both describe. Raises: ValueError in the words of TF's C++ shape merging."""
    if old is not None and new is not None:
        if len(old) != len(new):
            raise explained(ValueError(
                f"Shapes must be equal rank, but are {len(old)} and {len(new)}"))
        for index, (a, b) in enumerate(zip(old, new, strict=True)):
            if a is not None and b is not None and a != b:
                raise explained(ValueError(
                    f"Dimension {index} in both shapes must be equal, but are {a} and "
                    f"{b}. Shapes are {brackets_text(old)} and {brackets_text(new)}."))
    return merge_shapes(old, new)
