"""Loops over the first dimension of tensors: `tf.map_fn`, `tf.scan`, `tf.foldl`, `tf.foldr`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from tftutor.composite.tensor_array import TensorArray
from tftutor.composite.while_loop import while_loop
from tftutor.framework import nest
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.constant import constant
from tftutor.ops.variable_scope import get_variable_scope


class _Structure:
    """How values are nested: flatten and pack in the form of `like`."""

    def __init__(self, like: Any) -> None:
        self.like = like
        self.is_sequence = nest.is_sequence(like)

    def flatten(self, value: Any) -> list[Any]:
        """The leaves of `value`, or `value` alone when there is no nesting."""
        return nest.flatten(value) if self.is_sequence else [value]

    def pack(self, leaves: list[Any]) -> Any:
        """Put leaves into the structure."""
        return nest.pack_sequence_as(self.like, leaves) if self.is_sequence else leaves[0]


@contextlib.contextmanager
def _variables_cached_once() -> Iterator[None]:
    """Let variables made in a loop body be read once a step, not once an iteration."""
    scope = get_variable_scope()
    if scope.caching_device is not None:
        yield
        return
    scope.set_caching_device(lambda op: op.device)
    yield
    scope.set_caching_device(None)


def _check_callable(fn: Any) -> None:
    if not callable(fn):
        raise TypeError("fn must be callable.")


def _set_first_dimension(results: list[Tensor], elems: list[Tensor]) -> None:
    """Give results the number of elements, as far as the static shapes tell it."""
    first = elems[0].shape.with_rank_at_least(1)[0].value
    for elem in elems[1:]:
        TensorShape([first]).merge_with(elem.shape.with_rank_at_least(1)[:1])
    for result in results:
        result.set_shape(TensorShape([first]).concatenate(result.shape[1:]))


@tf_export("map_fn")
def map_fn(fn: Callable[[Any], Any], elems: Any, dtype: Any = None,
           parallel_iterations: int | None = None, back_prop: bool = True,
           swap_memory: bool = False, infer_shape: bool = True, name: str | None = None) -> Any:
    """Apply `fn` to the slices of `elems` along dimension 0 and stack the results.

    Args:
      fn: function of one slice (or a structure of slices).
      elems: a tensor [n, ...] or a structure of them.
      dtype: dtype(s) of what `fn` returns, in its structure; needed when they differ from elems.
      infer_shape: check that all results have one shape.

    Returns: a tensor [n, ...] or a structure of them.
    Raises: TypeError when `fn` isn't callable or returns another structure; ValueError when
    `elems` is a scalar. Source: TF 1.15 docs, tf.map_fn.
    """
    _check_callable(fn)
    inputs = _Structure(elems)
    outputs = inputs if dtype is None else _Structure(dtype)
    flat = inputs.flatten(elems)
    with name_scope(name, "map", flat), _variables_cached_once():
        tensors = [convert(elem, name="elem") for elem in flat]
        types = dtype or inputs.pack([elem.dtype for elem in tensors])
        shape = tensors[0].shape
        if shape.ndims == 0:
            raise explained(ValueError(
                "elems must be a 1+ dimensional Tensor, not a scalar" if len(tensors) == 1 else
                "elements in elems must be 1+ dimensional Tensors, not scalars"))
        count = shape[0].value or tf_shape(tensors[0])[0]
        arrays = [TensorArray(elem.dtype, size=count, dynamic_size=False) for elem in tensors]
        arrays = [array.unstack(elem) for array, elem in zip(arrays, tensors, strict=True)]
        i = constant(0)
        results = [TensorArray(kind, size=count, dynamic_size=False, infer_shape=infer_shape)
                   for kind in outputs.flatten(types)]

        def compute(i: Any, results: list[TensorArray]) -> Any:
            value = fn(inputs.pack([array.read(i) for array in arrays]))
            nest.assert_same_structure(types or elems, value)
            written = [array.write(i, part) for array, part in
                       zip(results, outputs.flatten(value), strict=True)]
            return i + 1, written

        _, results = while_loop(
            lambda i, _: i < count, compute, (i, results),
            parallel_iterations=parallel_iterations or 10, back_prop=back_prop,
            swap_memory=swap_memory, maximum_iterations=count)
        stacked = [array.stack() for array in results]
        _set_first_dimension(stacked, tensors)
        return outputs.pack(stacked)


@tf_export("scan")
def scan(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None,
         parallel_iterations: int = 10, back_prop: bool = True, swap_memory: bool = False,
         infer_shape: bool = True, reverse: bool = False, name: str | None = None) -> Any:
    """Running results: a[i] = fn(a[i - 1], elems[i]), for all i, stacked.

    Args:
      fn: function of (the result so far, a slice of elems); returns the next result.
      elems: a tensor [n, ...] or a structure of them.
      initializer: the result to start from; by default the first slice is the first result.
      reverse: go from the last slice to the first.

    Raises: TypeError when `fn` isn't callable or returns another structure.
    Source: TF 1.15 docs, tf.scan.
    """
    _check_callable(fn)
    inputs = _Structure(elems)
    outputs = inputs if initializer is None else _Structure(initializer)
    flat = inputs.flatten(elems)
    with name_scope(name, "scan", flat), _variables_cached_once():
        tensors = [convert(elem, name="elem") for elem in flat]
        count: Any = tensors[0].shape[0].value
        if count is None:
            count = tf_shape(tensors[0])[0]
        arrays = [TensorArray(elem.dtype, size=count, dynamic_size=False,
                              element_shape=elem.shape[1:]) for elem in tensors]
        arrays = [array.unstack(elem) for array, elem in zip(arrays, tensors, strict=True)]
        if initializer is None:
            start = [array.read(count - 1 if reverse else 0) for array in arrays]
        else:
            start = [convert(value) for value in outputs.flatten(initializer)]
        results = [TensorArray(value.dtype, size=count, dynamic_size=False,
                               element_shape=value.shape if infer_shape else None,
                               infer_shape=infer_shape) for value in start]
        if initializer is None:
            results = [array.write(count - 1 if reverse else 0, value)
                       for array, value in zip(results, start, strict=True)]

        def compute(i: Any, state: list[Tensor], results: list[TensorArray]) -> Any:
            parts = inputs.pack([array.read(i) for array in arrays])
            value = fn(outputs.pack(state), parts)
            nest.assert_same_structure(elems if initializer is None else initializer, value)
            new = outputs.flatten(value)
            written = [array.write(i, part) for array, part in zip(results, new, strict=True)]
            return (i - 1 if reverse else i + 1), new, written

        first = 1 if initializer is None else 0
        _, _, results = while_loop(
            (lambda i, _1, _2: i >= 0) if reverse else (lambda i, _1, _2: i < count), compute,
            (count - 1 - first if reverse else first, start, results),
            parallel_iterations=parallel_iterations, back_prop=back_prop,
            swap_memory=swap_memory, maximum_iterations=count)
        stacked = [array.stack() for array in results]
        _set_first_dimension(stacked, tensors)
        return outputs.pack(stacked)


def _count_and_arrays(elems: Any) -> tuple[Any, Any]:
    """(number of slices, TensorArrays that hold them in the structure of elems)."""
    tensors = [convert(elem, name="elem") for elem in nest.flatten(elems)]
    count: Any = tensors[0].shape[0].value
    count = count or tf_shape(tensors[0])[0]
    arrays = nest.map_structure(
        lambda elem: TensorArray(elem.dtype, size=count, dynamic_size=False).unstack(elem), elems)
    return count, arrays


@tf_export("foldl")
def foldl(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None,
          parallel_iterations: int = 10, back_prop: bool = True, swap_memory: bool = False,
          name: str | None = None) -> Any:
    """Fold from the left: fn(...fn(fn(initializer, elems[0]), elems[1])..., elems[n - 1]).

    Args:
      fn: function of (the result so far, a slice of elems).
      elems: a tensor [n, ...] or a structure of them.
      initializer: the result to start from; by default the first slice.

    Raises: TypeError when `fn` isn't callable. Source: TF 1.15 docs, tf.foldl.
    """
    _check_callable(fn)
    with name_scope(name, "foldl", [elems]), _variables_cached_once():
        count, arrays = _count_and_arrays(elems)
        if initializer is None:
            start = nest.map_structure(lambda array: array.read(0), arrays)
            i = constant(1)
        else:
            start, i = initializer, constant(0)

        def compute(i: Any, state: Any) -> Any:
            parts = nest.map_structure(lambda array: array.read(i), arrays)
            state = fn(state, parts)
            return [i + 1, state]

        _, result = while_loop(
            lambda i, _: i < count, compute, [i, start], parallel_iterations=parallel_iterations,
            back_prop=back_prop, swap_memory=swap_memory, maximum_iterations=count)
        return result


@tf_export("foldr")
def foldr(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None,
          parallel_iterations: int = 10, back_prop: bool = True, swap_memory: bool = False,
          name: str | None = None) -> Any:
    """Fold from the right: fn(...fn(fn(initializer, elems[n - 1]), elems[n - 2])..., elems[0]).

    Args: as for `tf.foldl`; by default it starts from the last slice.
    Raises: TypeError when `fn` isn't callable. Source: TF 1.15 docs, tf.foldr.
    """
    _check_callable(fn)
    with name_scope(name, "foldr", [elems]), _variables_cached_once():
        count, arrays = _count_and_arrays(elems)
        if initializer is None:
            i = count - 1
            start = nest.map_structure(lambda array: array.read(i), arrays)
        else:
            i, start = count, initializer

        def compute(i: Any, state: Any) -> Any:
            i -= 1
            parts = nest.map_structure(lambda array: array.read(i), arrays)
            return [i, fn(state, parts)]

        _, result = while_loop(
            lambda i, _: i > 0, compute, [i, start], parallel_iterations=parallel_iterations,
            back_prop=back_prop, swap_memory=swap_memory, maximum_iterations=count)
        return result
