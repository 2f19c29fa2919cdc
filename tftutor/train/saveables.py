"""What a Saver saves: variables, parts of variables, and objects that say how they are saved.

A `SaveableObject` says which tensors go into a checkpoint, under which names (`SaveSpec`), and what
gives the object its value back. Here are those of the two kinds of variables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tftutor.framework.device_spec import DeviceSpec
from tftutor.framework.graph_functions import device as tf_device
from tftutor.framework.operation import Tensor
from tftutor.ops.array_reshape import reshape as tf_reshape
from tftutor.ops.identity import identity
from tftutor.ops.partitioned_variable import PartitionedVariable
from tftutor.ops.resource_state import AssignVariableOp
from tftutor.ops.state import assign
from tftutor.ops.variables import Variable
from tftutor.train.optimizer import is_resource

_REF_OPS = ("Variable", "VariableV2", "AutoReloadVariable")


class SaveSpec:
    """One tensor of a checkpoint.

    Args:
      tensor: the value to save, or a function that makes the nodes which read it.
      slice_spec: which part of a bigger tensor it is; "" for a whole one.
      name: its name in the checkpoint.
      dtype, device: needed with a function.
    """

    def __init__(self, tensor: Any, slice_spec: str, name: str, dtype: Any = None,
                 device: Any = None) -> None:
        self._tensor = tensor
        self.slice_spec = slice_spec
        self.name = name
        if callable(tensor) and (dtype is None or device is None):
            raise AssertionError("A SaveSpec whose tensor is a function needs dtype and device.")
        self.dtype = dtype if callable(tensor) else tensor.dtype
        self.device = device if callable(tensor) else tensor.device

    @property
    def tensor(self) -> Any:
        """The tensor; with a function, new nodes each time."""
        return self._tensor() if callable(self._tensor) else self._tensor


class SaveableObject:
    """Something that can be saved: `op`, the tensors of its `specs`, its `name`.

    Source: TF 1.15, saveable_object.SaveableObject.
    """

    def __init__(self, op: Any, specs: list[SaveSpec], name: str) -> None:
        self.op = op
        self.specs = specs
        self.name = name

    @property
    def device(self) -> Any:
        """The device of its tensors."""
        return self.specs[0].device

    def restore(self, restored_tensors: Any, restored_shapes: Any) -> Any:
        """The operation that takes the restored values. Raises: ValueError unless overridden."""
        raise ValueError("Calling an abstract method.")


class RefVariableSaveable(SaveableObject):
    """A variable that is a ref tensor."""

    def __init__(self, variable: Any, slice_spec: str, name: str) -> None:
        super().__init__(variable, [SaveSpec(variable, slice_spec, name, variable.dtype)], name)

    def restore(self, restored_tensors: Any, restored_shapes: Any) -> Any:
        """Assign the value."""
        value = restored_tensors[0]
        if restored_shapes is not None:
            value = tf_reshape(value, restored_shapes[0])
        known = self.op.get_shape().is_fully_defined()
        return assign(self.op, value, validate_shape=restored_shapes is None and known)


class ResourceVariableSaveable(SaveableObject):
    """A resource variable, or a tensor that reads one."""

    def __init__(self, variable: Any, slice_spec: str, name: str) -> None:
        self._variable_device = variable.device
        self._variable_shape = variable.shape
        if isinstance(variable, Tensor):
            self.handle_op: Any = variable.op.inputs[0]
            tensor: Any = variable
        elif is_resource(variable):
            self.handle_op = variable.handle
            tensor = _reader(variable)
        else:
            raise ValueError("Saveable is neither a resource variable nor a read operation. Got: "
                             f"{variable!r}")
        spec = SaveSpec(tensor, slice_spec, name, variable.dtype, variable.device)
        super().__init__(variable, [spec], name)

    def restore(self, restored_tensors: Any, restored_shapes: Any) -> Any:
        """Assign the value, copied to the variable's device."""
        value = restored_tensors[0]
        if restored_shapes is not None:
            value = tf_reshape(value, restored_shapes[0])
        with tf_device(self._variable_device):
            value = identity(value)
            self._variable_shape.assert_is_compatible_with(value.shape)
            return AssignVariableOp(self.handle_op, value)


def _reader(variable: Any) -> Callable[[], Tensor]:
    """What reads a variable and brings the value to its machine's memory."""
    def read() -> Tensor:
        with tf_device(variable.device):
            value = variable.read_value()
            with tf_device("/device:CPU:0"):
                return identity(value)
    return read


def on_cpu(device: str) -> str:
    """The first CPU of the machine that a device is of."""
    spec = DeviceSpec.from_string(device)
    return spec.replace(device_type="CPU", device_index=0).to_string()


# -- from a Saver's argument to saveables ---------------------------------------------------------

def saveables_of(var_list: Any) -> list[SaveableObject]:
    """What a Saver's list (or dict) of variables stands for, sorted by name.

    Raises: TypeError for what can't be saved, ValueError for two variables of one name.
    """
    found = var_list if isinstance(var_list, dict) else by_name(var_list)
    saveables: list[SaveableObject] = []
    seen: set[int] = set()
    for name, item in sorted(found.items(), key=lambda pair: pair[0]):
        for saveable in saveables_for(item, name):
            if id(saveable.op) in seen:
                raise ValueError("The same saveable will be restored with two names: "
                                 + saveable.name)
            saveables.append(saveable)
            seen.add(id(saveable.op))
    return saveables


def by_name(items: Any) -> dict[str, Any]:
    """Name in the checkpoint -> what is saved; the parts of one variable are a list.

    Raises: TypeError for what is no variable, ValueError for two of one name.
    """
    if not isinstance(items, list | tuple | set):
        raise TypeError(f"Variables to save should be passed in a dict or a list: {items}")
    found: dict[str, Any] = {}
    for item in sorted(items, key=lambda each: each.name):
        part = getattr(item, "_save_slice_info", None)
        if part is not None:
            parts = found.setdefault(part.full_name, [])
            if not isinstance(parts, list):
                raise ValueError("Mixing slices and non-slices with the same name: "
                                 + part.full_name)
            parts.append(item)
            continue
        name, item = _named(item)
        if name in found:
            raise ValueError("At least two variables have the same name: " + name)
        found[name] = item
    return found


def _named(item: Any) -> tuple[str, Any]:
    if isinstance(item, SaveableObject | PartitionedVariable):
        return item.name, item
    tensor = _variable_tensor(item, "Variable to save is not a Variable: ")
    if tensor.op.type == "ReadVariableOp":
        return tensor.op.inputs[0].op.name, tensor
    return tensor.op.name, tensor


def _variable_tensor(item: Any, complaint: str) -> Tensor:
    """The ref, or the tensor that reads a resource variable. Raises: TypeError for all else."""
    if is_resource(item):
        return item._graph_element
    tensor = item._ref() if hasattr(item, "_ref") else item
    if not isinstance(tensor, Tensor) or tensor.op.type not in (
            *_REF_OPS, "VarHandleOp", "ReadVariableOp"):
        raise TypeError(f"{complaint}{tensor}")
    return tensor


def saveables_for(item: Any, name: str) -> Iterator[SaveableObject]:
    """The saveables of a variable, of the parts of one, or of an object that is one itself.

    Raises: TypeError for anything else, ValueError for parts that don't belong together.
    """
    if not isinstance(name, str):
        raise TypeError("names_to_saveables must be a dict mapping string names to trackable "
                        f"operations. Name is not a string: {name}")
    if isinstance(item, SaveableObject):
        yield item
    elif isinstance(item, list | tuple | PartitionedVariable):
        yield from _saveables_of_parts(list(item), name)
    else:
        tensor = _variable_tensor(item, "names_to_saveables must be a dict mapping string names "
                                        "to Tensors/Variables. Not a variable: ")
        kind = RefVariableSaveable if tensor.op.type in _REF_OPS else ResourceVariableSaveable
        yield kind(tensor, "", name)


def _saveables_of_parts(parts: list[Any], name: str) -> Iterator[SaveableObject]:
    whole = None
    for variable in parts:
        if not isinstance(variable, Variable):
            raise ValueError(f"Slices must all be Variables: {variable}")
        part = variable._save_slice_info
        if not part:
            raise ValueError(f"Slices must all be slices: {variable}")
        whole = whole or part.full_name
        if part.full_name != whole:
            raise ValueError(f"Slices must all be from the same tensor: {whole} != "
                             f"{part.full_name}")
        kind = RefVariableSaveable if variable.op.type in _REF_OPS else ResourceVariableSaveable
        yield kind(variable, part.spec, name)
