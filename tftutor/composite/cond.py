"""`tf.cond`: build both branches into the graph, run one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.composite.cond_context import CondContext
from tftutor.composite.control_flow_nodes import merge, switch
from tftutor.composite.tensor_array_flow import flows_to_tensor_arrays
from tftutor.framework import nest
from tftutor.framework.api import tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.indexed_slices import IndexedSlices
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.ops.cast import cast
from tftutor.ops.identity import identity
from tftutor.platform.tf_logging import warn_deprecated_once

_COND_CONTEXTS = "cond_context"


@tf_export("cond")
def cond(pred: Any, true_fn: Callable[[], Any] | None = None,
         false_fn: Callable[[], Any] | None = None, strict: bool = False, name: str | None = None,
         fn1: Callable[[], Any] | None = None, fn2: Callable[[], Any] | None = None) -> Any:
    """Return the result of `true_fn()` when `pred` holds in a step, else that of `false_fn()`.

    Both functions are called once, now: both branches are in the graph. Only what is made inside
    a function is conditional; what it uses from outside runs in any case.

    Args:
      pred: a scalar boolean tensor.
      true_fn, false_fn: functions without arguments; they return tensors in the same structure.
      strict: keep a list of one result as a list.
      fn1, fn2: old names of true_fn and false_fn.

    Raises: TypeError when a function isn't callable or `pred` is a Python bool; ValueError when
    the branches return different structures or dtypes.
    Source: TF 1.15 docs, tf.cond.
    """
    true_fn = _branch_argument(true_fn, fn1, "true_fn", "fn1")
    false_fn = _branch_argument(false_fn, fn2, "false_fn", "fn2")
    for label, fn in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(fn):
            raise TypeError(f"{label} must be callable.")
    with name_scope(name, "cond", [pred]):
        if isinstance(pred, bool):
            raise TypeError("pred must not be a Python bool")
        graph = get_default_graph()
        p_false, p_true = switch(pred, pred)
        pivot_true = identity(p_true, name="switch_t")
        pivot_false = identity(p_false, name="switch_f")
        pred = identity(pred, name="pred_id")
        for tensor in (p_true, p_false, pivot_true, pivot_false, pred):
            graph.prevent_fetching(tensor.op)
        context_t, original_t, result_t = _build_branch(pred, pivot_true, 1, true_fn, "true_fn")
        context_f, original_f, result_f = _build_branch(pred, pivot_false, 0, false_fn, "false_fn")
        if not strict:
            original_t, original_f = _unpacked(original_t), _unpacked(original_f)
        result_t, result_f = _check_structures(original_t, original_f, result_t, result_f)
        merges = _merge_results(original_t, result_t, result_f)
        if context_t.outer_context is None:
            graph.add_to_collection(_COND_CONTEXTS, context_t)
            graph.add_to_collection(_COND_CONTEXTS, context_f)
        packed = nest.pack_sequence_as(original_t, merges, expand_composites=True)
        return packed if strict else _unpacked(packed)


def _branch_argument(value: Any, old: Any, name: str, old_name: str) -> Any:
    if old is not None:
        warn_deprecated_once(f"tf.cond({old_name}=...)",
                             "fn1/fn2 are deprecated in favor of the true_fn/false_fn arguments.")
        if value is not None:
            raise TypeError(f"cond(): {name} and {old_name} may not be set simultaneously.")
        return old
    if value is None:
        raise TypeError(f"cond(): {name} argument required")
    return value


def _build_branch(pred: Tensor, pivot: Tensor, branch: int, fn: Callable[[], Any], label: str
                  ) -> tuple[CondContext, Any, list[Any]]:
    """The nodes of one branch: its context, what the function returned, tensors for it."""
    context = CondContext(pred, pivot, branch=branch)
    context.Enter()
    try:
        original, result = context.BuildCondBranch(fn)
        if original is None:
            raise ValueError(f"{label} must have a return value.")
        context.ExitResult(result)
    finally:
        context.Exit()
    return context, original, result


def _unpacked(result: Any) -> Any:
    return result[0] if isinstance(result, list | tuple) and len(result) == 1 else result


def _check_structures(original_t: Any, original_f: Any, result_t: Any, result_f: Any
                      ) -> tuple[Any, Any]:
    """Check that the branches return alike; indices of IndexedSlices are brought to one dtype."""
    nest.assert_same_structure(original_t, original_f, expand_composites=True)
    slices = [(a, b) for a, b in zip(nest.flatten(result_t), nest.flatten(result_f), strict=False)
              if isinstance(a, IndexedSlices) and isinstance(b, IndexedSlices)]
    for a, b in slices:
        if a.indices.dtype != b.indices.dtype:
            for part in (a, b):
                part._indices = cast(part.indices, "int64")
    return result_t, result_f


def _merge_results(original: Any, result_t: Any, result_f: Any) -> list[Any]:
    if not result_t:
        raise ValueError("true_fn and false_fn must return at least one result.")
    flat_t = nest.flatten(result_t, expand_composites=True)
    flat_f = nest.flatten(result_f, expand_composites=True)
    for x, y in zip(flat_t, flat_f, strict=True):
        if x.dtype.base_dtype != y.dtype.base_dtype:
            raise explained(ValueError("Outputs of true_fn and false_fn must have the same type: "
                                       f"{x.dtype.name}, {y.dtype.name}"))
    merges = [merge(pair)[0] for pair in zip(flat_f, flat_t, strict=True)]
    return flows_to_tensor_arrays(nest.flatten(original, expand_composites=True), merges)


@tf_export("contrib.framework.smart_constant_value")
def smart_constant_value(pred: Any) -> Any:
    """The value of a predicate when it is known while the graph is built, else None.

    Raises: TypeError when `pred` is neither bool, 0, 1 nor a Tensor.
    Source: TF 1.15 docs, tf.contrib.framework.smart_constant_value.
    """
    if isinstance(pred, int | float) and pred in (0, 1):
        return bool(pred)
    if isinstance(pred, Tensor):
        value = constant_value(pred)
        return None if value is None else bool(value)
    raise TypeError("`pred` must be a Tensor, or a Python bool, or 1 or 0. Found instead: "
                    f"{type(pred)}")


@tf_export("contrib.framework.smart_cond")
def smart_cond(pred: Any, true_fn: Callable[[], Any] | None = None,
               false_fn: Callable[[], Any] | None = None, name: str | None = None) -> Any:
    """Call one of the functions when `pred` is known now, else build a `tf.cond`.

    Raises: TypeError when a function isn't callable.
    Source: TF 1.15 docs, tf.contrib.framework.smart_cond.
    """
    if not callable(true_fn):
        raise TypeError("`true_fn` must be callable.")
    if not callable(false_fn):
        raise TypeError("`false_fn` must be callable.")
    value = smart_constant_value(pred)
    if value is None:
        return cond(pred, true_fn=true_fn, false_fn=false_fn, name=name)
    return true_fn() if value else false_fn()
