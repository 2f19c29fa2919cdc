"""Trying things out: pieces of the student's program in a scratch graph, on stand-ins.

A stand-in has the static shape and dtype of what it stands for, and its value where that is a
small constant, so the real functions and shape functions answer as they would in the program. The
student's graph, variables, cells and random numbers stay untouched.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tftutor.framework.api import exported
from tftutor.framework.constant_folding import evaluate_constant
from tftutor.framework.default_graph import graph_as_default
from tftutor.framework.graph import Graph
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.shape_merge import Shape, num_elements
from tftutor.inspection.shape_errors.values import dtype_of, is_numbers, shape_of
from tftutor.ops.variables import Variable
from tftutor.platform import tf_logging

_MAX_CONSTANT = 64


@dataclass(frozen=True)
class Outcome:
    """What a trial gave: the value, and its shape and dtype when it is a tensor or an array."""

    value: Any
    shape: Shape
    dtype: str


class Scratch:
    """A scratch graph and the stand-ins made in it."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._made: dict[int, Any] = {}
        self._kept: list[Any] = []  # keeps ids in `_made` from being used again

    def stand_in(self, value: Any) -> Any:
        """What takes a value's place in the scratch graph."""
        if isinstance(value, Tensor | Variable | Operation) or _is_rebuildable(value):
            if isinstance(value, Tensor) and value.graph is self.graph:
                return value
            if id(value) not in self._made:
                self._kept.append(value)
                self._made[id(value)] = self._make(value)
            return self._made[id(value)]
        if type(value) in (list, tuple) and not is_numbers(value):
            return type(value)(self.stand_in(item) for item in value)
        if type(value) is dict:
            return {self.stand_in(key): self.stand_in(item) for key, item in value.items()}
        return value

    def replace(self, value: Any, stand_in: Any) -> None:
        """Let a stand-in made by hand take the place of a value from now on."""
        self._kept.append(value)
        self._made[id(value)] = stand_in

    def _make(self, value: Any) -> Any:
        if isinstance(value, Operation):
            return value
        if isinstance(value, Variable):
            return self.variable(shape_of(value), value.dtype.base_dtype)
        if isinstance(value, Tensor):
            return self._tensor(value)
        return _rebuilt(value, self)

    def _tensor(self, tensor: Tensor) -> Tensor:
        if tensor.dtype._is_ref_dtype:
            return self.variable(tensor._shape, tensor.dtype.base_dtype)._ref()
        if (num_elements(tensor._shape) or _MAX_CONSTANT + 1) <= _MAX_CONSTANT:
            value = evaluate_constant(tensor)
            if value is not None:
                return self.run(lambda: exported("constant")(value, tensor.dtype.base_dtype))
        return self.placeholder(tensor._shape, tensor.dtype.base_dtype)

    def placeholder(self, shape: Shape, dtype: Any) -> Tensor:
        """A new tensor of that static shape and dtype."""
        return self.run(lambda: exported("placeholder")(dtype, shape))

    def variable(self, shape: Shape, dtype: Any) -> Any:
        """A new variable of that shape and dtype."""
        return self.run(lambda: exported("Variable")(
            exported("placeholder")(dtype, shape), validate_shape=shape is not None))

    def run(self, build: Callable[[], Any]) -> Any:
        """Call `build` with the scratch graph as default graph, without a word in the log."""
        with graph_as_default(self.graph), _quiet():
            return build()

    def evaluate(self, code: str, names: Mapping[str, Any], given: Mapping[str, Any]) -> Outcome:
        """The value of an expression; `given` comes first, names stand for their stand-ins.

        Raises: whatever the expression raises.
        """
        scope = _Scope(self, names, given)
        compiled = compile(code, "<trial>", "eval")
        value = self.run(lambda: eval(compiled, scope))  # noqa: S307
        return outcome_of(value)


def outcome_of(value: Any) -> Outcome:
    """Describe the result of a trial; of several results the first."""
    first = value
    while isinstance(first, list | tuple) and first and not isinstance(first[0], int | float):
        first = first[0]
    if isinstance(first, Tensor | Variable | np.ndarray | np.generic):
        return Outcome(value, shape_of(first), dtype_of(first))
    return Outcome(value, None, "")


class _Scope(dict[str, Any]):
    """The names that a trial expression sees."""

    def __init__(self, scratch: Scratch, names: Mapping[str, Any], given: Mapping[str, Any]
                 ) -> None:
        super().__init__({**given, "__builtins__": {}})
        self._scratch = scratch
        self._names = names

    def __missing__(self, name: str) -> Any:
        return self._scratch.stand_in(self._names[name])


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings(), tf_logging.muted():
        warnings.simplefilter("ignore")
        yield


# -- objects that make variables when called -------------------------------------------------------

def _is_rebuildable(value: Any) -> bool:
    from tftutor.layers.base import Layer

    return isinstance(value, Layer)


def _rebuilt(layer: Any, scratch: Scratch) -> Any:
    """A fresh, unbuilt layer or cell like this one.

    Raises: NotImplementedError for a class that can't be made anew.
    """
    kind = type(layer)
    if hasattr(layer, "_cells"):
        return kind([scratch.stand_in(cell) for cell in layer._cells])
    if hasattr(layer, "_cell"):
        return kind(scratch.stand_in(layer._cell))
    if hasattr(layer, "_num_units"):
        return scratch.run(lambda: kind(layer._num_units))
    if not layer.built:
        import copy

        fresh = copy.copy(layer)
        for name, value in vars(layer).items():
            if isinstance(value, list | dict | set):
                setattr(fresh, name, copy.copy(value))
        return fresh
    raise NotImplementedError(f"{kind.__name__} is built already.")
