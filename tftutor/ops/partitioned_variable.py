"""PartitionedVariable: one variable in parts, each a variable of its own, maybe on its own server.

    with tf.device(tf.train.replica_device_setter(ps_tasks=2)):
        table = tf.get_variable("table", [1000, 64], partitioner=tf.fixed_size_partitioner(2))
    rows = tf.nn.embedding_lookup(table, ids, partition_strategy="div")

Used as a tensor it is the concatenation of its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tftutor.framework.conversion import register_tensor_conversion_function
from tftutor.framework.graph_functions import control_dependencies
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.ops.array_join import concat
from tftutor.ops.array_split import split
from tftutor.ops.identity import identity


class PartitionedVariable:
    """The parts of a variable, in the order of their places in it.

    Args:
      name: of the whole.
      shape, dtype: of the whole.
      variable_list: its parts; each knows its slice (`_set_save_slice_info`).
      partitions: the number of parts along each dimension.

    Raises: TypeError and ValueError for parts that don't make up such a variable.
    """

    def __init__(self, name: str, shape: Any, dtype: Any, variable_list: Any, partitions: Any
                 ) -> None:
        if not isinstance(variable_list, list | tuple):
            raise TypeError(f"variable_list is not a list or tuple: {variable_list}")
        if not isinstance(partitions, list | tuple):
            raise TypeError(f"partitions is not a list or tuple: {partitions}")
        if not all(count >= 1 for count in partitions):
            raise ValueError(f"partition values must be positive: {partitions}")
        if not variable_list:
            raise ValueError("variable_list may not be empty")
        slices = [variable._get_save_slice_info() for variable in variable_list]
        if any(each is None for each in slices):
            raise ValueError("All variables must have a save_slice_info available: "
                             f"{[variable.name for variable in variable_list]}")
        if len(shape) != len(partitions):
            raise ValueError(f"len(shape) != len(partitions): {shape} vs. {partitions}")
        for each in slices:
            if each.full_shape != shape:
                raise ValueError(f"All variables' full shapes must match shape: {shape}; but full "
                                 f"shapes were: {[each.full_shape]}")
        self._variable_list = sorted(
            variable_list, key=lambda variable: variable._get_save_slice_info().var_offset)
        self._name, self._shape, self._dtype = name, shape, dtype
        self._partitions = partitions

    name = property(lambda self: self._name, doc="The name of the whole.")
    dtype = property(lambda self: self._dtype, doc="The dtype of the parts.")
    shape = property(lambda self: self._shape, doc="The shape of the whole.")

    def __iter__(self) -> Iterator[Any]:
        return iter(self._variable_list)

    def __len__(self) -> int:
        self._axis("get a length for {count} > 1 partition axes")
        return len(self._variable_list)

    def get_shape(self) -> Any:
        """The shape of the whole."""
        return self._shape

    def as_tensor(self) -> Tensor:
        """The whole as one tensor, whatever control dependencies are in force."""
        with control_dependencies(None):
            return self._concat()

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None,
               read_value: bool = True) -> list[Any]:
        """Assign the parts of `value`, a tensor, a PartitionedVariable or a list of parts."""
        return self._apply("assign", value, use_locking, name, read_value)

    def assign_add(self, value: Any, use_locking: bool = False, name: str | None = None,
                   read_value: bool = True) -> list[Any]:
        """Add the parts of `value`."""
        return self._apply("assign_add", value, use_locking, name, read_value)

    def assign_sub(self, value: Any, use_locking: bool = False, name: str | None = None,
                   read_value: bool = True) -> list[Any]:
        """Subtract the parts of `value`."""
        return self._apply("assign_sub", value, use_locking, name, read_value)

    def _get_variable_list(self) -> list[Any]:
        return self._variable_list

    def _get_partitions(self) -> Sequence[int]:
        return self._partitions

    def _partition_axes(self) -> list[int]:
        return [axis for axis, count in enumerate(self._partitions) if count > 1] or [0]

    def _axis(self, doing: str) -> int:
        axes = self._partition_axes()
        if len(axes) > 1:
            raise ValueError("Cannot " + doing.format(count=len(axes)))
        return axes[0]

    def _concat(self) -> Tensor:
        if len(self._variable_list) == 1:
            with name_scope(None):
                return identity(self._variable_list[0], name=self._name)
        axis = self._axis("concatenate along more than one dimension")
        with name_scope(self._name + "/ConcatPartitions/"):
            whole = concat(self._variable_list, axis)
        with name_scope(None):
            return identity(whole, name=self._name)

    def _apply(self, method: str, value: Any, use_locking: bool, name: str | None,
               read_value: bool) -> list[Any]:
        axis = self._axis("do assign action along more than one dimension")
        if isinstance(value, list | PartitionedVariable):
            values = list(value)
        else:
            values = split(value, [part.shape[axis].value for part in self._variable_list],
                           axis=axis)
        updates = [getattr(part, method)(each, use_locking=use_locking, name=name,
                                         read_value=read_value)
                   for part, each in zip(self._variable_list, values, strict=True)]
        return updates if read_value else [update.op for update in updates]


def _whole(variable: PartitionedVariable, dtype: Any = None, name: str | None = None,
           as_ref: bool = False) -> Tensor:
    if dtype is not None and not dtype.is_compatible_with(variable.dtype):
        raise ValueError(f"Incompatible type conversion requested to type '{dtype.name}' for "
                         f"variable of type '{variable.dtype.name}'")
    if as_ref:
        raise NotImplementedError("PartitionedVariable doesn't support being used as a reference.")
    return variable.as_tensor()


register_tensor_conversion_function(PartitionedVariable, _whole)

# -- how a variable is cut ------------------------------------------------------------------------

Cutter = Callable[..., Sequence[int]]


class PartitionInfo:
    """What an initializer may know about the part that it makes: the whole, and where in it."""

    def __init__(self, full_shape: list[int], var_offset: list[int]) -> None:
        self.full_shape, self.var_offset = full_shape, var_offset


def asked_partitions(partitioner: Cutter, shape: Any, dtype: Any) -> Sequence[int]:
    """How many parts a partitioner wants along each dimension.

    Raises: ValueError for a shape that isn't known, and for an answer that makes no sense.
    """
    if not shape.is_fully_defined():
        raise ValueError("Shape of a new partitioned variable must be fully defined, but instead "
                         f"was {shape}.")
    if shape.ndims < 1:
        raise ValueError(f"A partitioned Variable must have rank at least 1, shape: {shape}")
    counts = partitioner(shape=shape, dtype=dtype)
    if not isinstance(counts, Sequence):
        raise ValueError(f"Partitioner must return a sequence, but saw: {counts}")
    if len(counts) != shape.ndims:
        raise ValueError("Partitioner returned a partition list that does not match the "
                         f"Variable's rank: {counts} vs. {shape}")
    if any(count < 1 for count in counts):
        raise ValueError(f"Partitioner returned zero partitions for some axes: {counts}")
    if sum(count > 1 for count in counts) > 1:
        raise ValueError("Can only slice a variable along one dimension: "
                         f"shape: {shape}, partitioning: {counts}")
    return counts


def slices_of(shape: list[int], counts: Sequence[int]) -> Iterator[tuple[list[int], list[int]]]:
    """(offset, shape) of each part; the first ones have one row more if it doesn't come out."""
    axis = next((i for i, count in enumerate(counts) if count > 1), 0)
    length, longer = divmod(shape[axis], counts[axis])
    begin = 0
    for index in range(counts[axis]):
        size = length + (index < longer)
        yield ([begin if i == axis else 0 for i in range(len(shape))],
               [size if i == axis else dim for i, dim in enumerate(shape)])
        begin += size
