"""Scattered updates of ref variables: change some rows (or elements) of a table.

Row ops (`ScatterAdd`) take indices of any shape and updates of shape indices.shape +
variable.shape[1:], or one scalar for all. Element ops (`ScatterNdAdd`) read the last dimension of
the indices as coordinates. Of equal indices the last one wins in an update; the others accumulate.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.framework.api import tf_export
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.op_def import OpDef, get_op_def
from tftutor.framework.shape_inference import ShapeError
from tftutor.framework.shape_merge import brackets_text
from tftutor.ops.nd_places import flat_places, kept_rows
from tftutor.ops.row_updates import changed_rows

_ORDERED = "T: {half, bfloat16, float, double, int32, int64}"
_INPUTS = ("ref: Ref(T)", "indices: Tindices", "updates: T")


def _scatter_op(name: str, types: str, locking: str) -> OpDef:
    return OpDef(name, inputs=_INPUTS, outputs=("output_ref: Ref(T)",),
                 attrs=(types, "Tindices: {int32, int64}", f"use_locking: bool = {locking}"))


ScatterUpdate = _scatter_op("ScatterUpdate", "T: type", "true")
ScatterAdd = _scatter_op("ScatterAdd", "T: numbertype", "false")
ScatterSub = _scatter_op("ScatterSub", "T: numbertype", "false")
ScatterMul = _scatter_op("ScatterMul", "T: numbertype", "false")
ScatterDiv = _scatter_op("ScatterDiv", "T: numbertype", "false")
ScatterMin = _scatter_op("ScatterMin", _ORDERED, "false")
ScatterMax = _scatter_op("ScatterMax", _ORDERED, "false")
ScatterNdUpdate = _scatter_op("ScatterNdUpdate", "T: type", "true")
ScatterNdAdd = _scatter_op("ScatterNdAdd", "T: numbertype", "false")
ScatterNdSub = _scatter_op("ScatterNdSub", "T: numbertype", "false")


# -- public functions -------------------------------------------------------------------------

def _scatter(op: OpDef, resource_op: str, ref: Any, indices: Any, updates: Any, use_locking: Any,
             name: str | None) -> Any:
    if ref.dtype._is_ref_dtype:
        return op(ref, indices, updates, use_locking=use_locking, name=name)
    lazy_read = ref._lazy_read
    values = convert_to_tensor(updates, ref.dtype)
    return lazy_read(get_op_def(resource_op)(ref.handle, indices, values, name=name))


@tf_export("scatter_update")
def scatter_update(ref: Any, indices: Any, updates: Any, use_locking: bool = True,
                   name: str | None = None) -> Any:
    """Set rows of a variable: ref[indices[i, ...], ...] = updates[i, ...].

    Raises: ValueError when shapes don't fit, InvalidArgumentError for an index out of range.
    Source: TF 1.15 docs, tf.scatter_update.
    """
    return _scatter(ScatterUpdate, "ResourceScatterUpdate", ref, indices, updates, use_locking,
                    name)


@tf_export("scatter_add")
def scatter_add(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:
    """Add to rows of a variable; equal indices add up. Source: TF 1.15 docs, tf.scatter_add."""
    return _scatter(ScatterAdd, "ResourceScatterAdd", ref, indices, updates, use_locking, name)


@tf_export("scatter_sub")
def scatter_sub(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:
    """Subtract from rows of a variable. Source: TF 1.15 docs, tf.scatter_sub."""
    return _scatter(ScatterSub, "ResourceScatterSub", ref, indices, updates, use_locking, name)


@tf_export("scatter_mul")
def scatter_mul(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:
    """Multiply rows of a variable. Source: TF 1.15 docs, tf.scatter_mul."""
    return _scatter(ScatterMul, "ResourceScatterMul", ref, indices, updates, use_locking, name)


@tf_export("scatter_div")
def scatter_div(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:
    """Divide rows of a variable. Source: TF 1.15 docs, tf.scatter_div."""
    return _scatter(ScatterDiv, "ResourceScatterDiv", ref, indices, updates, use_locking, name)


@tf_export("scatter_min")
def scatter_min(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:
    """Keep the smaller of rows and updates. Source: TF 1.15 docs, tf.scatter_min."""
    return _scatter(ScatterMin, "ResourceScatterMin", ref, indices, updates, use_locking, name)


@tf_export("scatter_max")
def scatter_max(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:
    """Keep the larger of rows and updates. Source: TF 1.15 docs, tf.scatter_max."""
    return _scatter(ScatterMax, "ResourceScatterMax", ref, indices, updates, use_locking, name)


@tf_export("scatter_nd_update")
def scatter_nd_update(ref: Any, indices: Any, updates: Any, use_locking: bool = True,
                      name: str | None = None) -> Any:
    """Set elements or slices of a variable at coordinates `indices[..., :]`.

    Shapes: ref of rank P, indices [..., K] with K <= P, updates indices.shape[:-1] + ref.shape[K:].
    Raises: ValueError when shapes don't fit, InvalidArgumentError for coordinates out of range.
    Source: TF 1.15 docs, tf.scatter_nd_update.
    """
    return _scatter(ScatterNdUpdate, "ResourceScatterNdUpdate", ref, indices, updates, use_locking,
                    name)


@tf_export("scatter_nd_add")
def scatter_nd_add(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                   name: str | None = None) -> Any:
    """Add at coordinates `indices[..., :]`. Source: TF 1.15 docs, tf.scatter_nd_add."""
    return _scatter(ScatterNdAdd, "ResourceScatterNdAdd", ref, indices, updates, use_locking, name)


@tf_export("scatter_nd_sub")
def scatter_nd_sub(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                   name: str | None = None) -> Any:
    """Subtract at coordinates `indices[..., :]`. Source: TF 1.15 docs, tf.scatter_nd_sub."""
    return _scatter(ScatterNdSub, "ResourceScatterNdSub", ref, indices, updates, use_locking, name)


# -- shape functions --------------------------------------------------------------------------

def check_scatter_shapes(c: Any, table: Any) -> None:
    """Check `updates` (input 2) against `indices` (input 1) and the table's shape."""
    indices, updates = c.input(1), c.input(2)
    if updates == ():
        return
    if table is not None and indices is not None:
        c.merge_shapes(updates, indices + table[1:])


def scatter_shape(c: Any) -> None:
    check_scatter_shapes(c, c.input(0))
    c.set_output(0, c.input(0))


def check_scatter_nd_shapes(c: Any, table: Any) -> None:
    """Check `updates` against coordinates `indices` [..., K] into the table."""
    indices = c.with_rank_at_least(c.input(1), 1)
    updates = c.with_rank_at_least(c.input(2), 1)
    if indices is None or updates is None:
        return
    outer = len(indices) - 1
    try:
        c.merge_shapes(indices[:outer], updates[:outer])
    except ShapeError as error:
        c.fail(f"The outer {outer} dimensions of indices.shape={brackets_text(indices)} must match "
               f"the outer {outer} dimensions of updates.shape={brackets_text(updates)}: {error}")
    if table is None or indices[-1] is None:
        return
    inner = updates[outer:]
    rest = table[indices[-1]:]
    try:
        c.merge_shapes(rest, inner)
    except ShapeError as error:
        c.fail(f"The inner {len(rest)} dimensions of input.shape={brackets_text(table)} must match "
               f"the inner {len(inner)} dimensions of updates.shape={brackets_text(updates)}: "
               f"{error}")


def scatter_nd_shape(c: Any) -> None:
    check_scatter_nd_shapes(c, c.input(0))
    c.set_output(0, c.input(0))


# -- kernels ----------------------------------------------------------------------------------

def _text(value: Any) -> str:
    return brackets_text(np.shape(value))


def position_text(indices: Any, bad: int) -> str:
    """`indices[0,1]`: where in the indices the bad one stands."""
    shape = np.shape(indices)
    place = np.unravel_index(bad, shape) if shape else ()
    return "indices" + ("[" + ",".join(str(p) for p in place) + "]" if shape else "")


def _check_row_shapes(table: Any, indices: Any, updates: Any) -> None:
    if table.ndim < 1:
        raise errors.InvalidArgumentError(
            None, None, f"params must be at least 1-D, got shape {_text(table)}")
    shape = np.shape(indices) + tuple(table.shape[1:])
    if np.shape(updates) not in ((), shape):
        raise errors.InvalidArgumentError(
            None, None, "Must have updates.shape = indices.shape + params.shape[1:] or "
            f"updates.shape = [], got updates.shape {_text(updates)}, indices.shape "
            f"{_text(indices)}, params.shape {_text(table)}")


def checked_rows(table: Any, indices: Any, updates: Any) -> Any:
    """The indices as a vector. Raises: InvalidArgumentError when something doesn't fit."""
    _check_row_shapes(table, indices, updates)
    flat = np.reshape(indices, -1)
    bad = np.flatnonzero((flat < 0) | (flat >= table.shape[0]))
    if bad.size:
        raise errors.InvalidArgumentError(
            None, None, f"{position_text(indices, bad[0])} = {flat[bad[0]]} is not in "
            f"[0, {table.shape[0]})")
    return flat


def apply_at(table: np.ndarray, places: Any, ufunc: Any, updates: Any) -> None:
    """table[places] = ufunc(table[places], updates), equal places one after the other."""
    if ufunc is None:
        table[places] = updates
        return
    first = places[0] if isinstance(places, tuple) else places
    if not isinstance(places, tuple) and np.unique(first).size == first.size:
        table[places] = ufunc(table[places], updates)
    else:
        ufunc.at(table, places, updates)


def truncated_divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Integers divided as in C, towards zero."""
    return (np.sign(a) * np.sign(b) * (np.abs(a) // np.abs(b))).astype(a.dtype)


def _divide_at(table: np.ndarray, places: Any, updates: Any) -> None:
    if table.dtype.kind in "iu":
        rows = np.broadcast_to(updates, places.shape + table.shape[1:])
        for place, row in zip(places, rows, strict=True):
            table[place] = truncated_divide(table[place], row)
    else:
        apply_at(table, places, np.divide, updates)


def scatter_rows(cell: Any, indices: Any, updates: Any, ufunc: Any) -> None:
    """Update rows of a variable's cell; `ufunc` None sets them."""
    with cell.lock:
        rows = checked_rows(cell.value, indices, updates)
        values = updates
        if np.ndim(updates):
            values = np.reshape(updates, rows.shape + cell.value.shape[1:])
        if ufunc is np.divide and cell.value.dtype.kind in "iu" and np.any(np.equal(values, 0)):
            raise errors.InvalidArgumentError(None, None, "Integer division by zero")
        table = cell.exclusive_array()
        if ufunc is np.divide:
            _divide_at(table, rows, values)
        else:
            apply_at(table, rows, ufunc, values)
        cell.commit_array(table)


def _check_element_shapes(table: Any, indices: Any, updates: Any) -> int:
    """How many dimensions the coordinates index. Raises: InvalidArgumentError."""
    depth = np.shape(indices)[-1]
    batch = np.shape(indices)[:-1]
    if np.shape(updates)[:1] != np.shape(indices)[:1]:
        raise errors.InvalidArgumentError(
            None, None, "The outermost dimension of updates and indices must match. Got "
            f"indices.shape {_text(indices)}, updates.shape {_text(updates)}")
    if depth > table.ndim or np.shape(updates) != batch + tuple(table.shape[depth:]):
        raise errors.InvalidArgumentError(
            None, None, "Must have updates.shape = indices.shape[:batch_dim] + "
            f"params_shape[slice_dim:], got updates.shape: {_text(updates)}, indices.shape: "
            f"{_text(indices)}, params_shape: {_text(table)}, slice_dim: {depth}, and batch_dim: "
            f"{len(batch)}")
    return depth


def checked_coordinates(table: Any, indices: Any, updates: Any) -> tuple[Any, ...]:
    """Coordinates as a tuple of index arrays. Raises: InvalidArgumentError."""
    depth = _check_element_shapes(table, indices, updates)
    limits = np.array(table.shape[:depth], np.int64)
    bad = np.argwhere(np.any((indices < 0) | (indices >= limits), axis=-1))
    if bad.size:
        place = tuple(int(p) for p in bad[0])
        raise errors.InvalidArgumentError(
            None, None, f"indices[{','.join(map(str, place))}] = "
            f"[{', '.join(str(i) for i in indices[place])}] does not index into shape "
            f"{_text(table)}")
    return tuple(indices[..., axis] for axis in range(depth))


def scatter_elements(cell: Any, indices: Any, updates: Any, ufunc: Any) -> None:
    """Update elements or slices of a variable's cell; `ufunc` None sets them."""
    with cell.lock:
        places = checked_coordinates(cell.value, np.asarray(indices), updates)
        table = cell.exclusive_array()
        apply_at(table, places, ufunc, updates)
        cell.commit_array(table)


def scatter_rows_of_library(cell: Any, indices: Any, updates: Any, kind: str, xp: Any,
                            change: Callable[..., Any] = changed_rows) -> None:
    """Update rows of a variable's cell of any library, with `row_updates.changed_rows` or alike.

    Indices out of range change nothing, as in TensorFlow on a GPU: the host doesn't see them.
    """
    with cell.lock:
        table = cell.value
        _check_row_shapes(table, indices, updates)
        count = table.shape[0]
        places, inside = flat_places(xp.expand_dims(indices, axis=-1), (count,), xp)
        shape = (places.shape[0], *table.shape[1:])
        values = xp.reshape(updates, shape) if updates.ndim else xp.broadcast_to(updates, shape)
        cell.commit(change(table, kept_rows(places, inside, count, xp), values, kind, xp))


def scatter_elements_of_library(cell: Any, indices: Any, updates: Any, kind: str, xp: Any,
                                change: Callable[..., Any] = changed_rows) -> None:
    """Update elements or slices of a variable's cell of any library; see above."""
    with cell.lock:
        table = cell.value
        depth = _check_element_shapes(table, indices, updates)
        outer, rest = tuple(table.shape[:depth]), table.shape[depth:]
        count = math.prod(outer)
        places, inside = flat_places(indices, outer, xp)
        new = change(xp.reshape(table, (count, *rest)), kept_rows(places, inside, count, xp),
                     xp.reshape(updates, (places.shape[0], *rest)), kind, xp)
        cell.commit(xp.reshape(new, table.shape))


ROW_UFUNCS: dict[str, Any] = {"Update": None, "Add": np.add, "Sub": np.subtract,
                              "Mul": np.multiply, "Div": np.divide, "Min": np.minimum,
                              "Max": np.maximum}


ROW_OPS = (ScatterUpdate, ScatterAdd, ScatterSub, ScatterMul, ScatterDiv, ScatterMin, ScatterMax)
ELEMENT_OPS = (ScatterNdUpdate, ScatterNdAdd, ScatterNdSub)


def add_library_kernel(op: OpDef, library: str | None, work: Callable[..., None], kind: str,
                       change: Callable[..., Any] = changed_rows) -> None:
    """Register the kernel of a scattered update for a library, or for all but NumPy (None)."""

    def kernel(ref, indices, updates, *, xp):
        work(ref, indices, updates, kind, xp, change)
        return ref

    op.kernel(library)(kernel)


def _complete(op: OpDef, on_numpy: Callable[..., None], on_library: Callable[..., None], kind: str,
              shape_fn: Any, what: str) -> None:
    op.shape(shape_fn)
    op.not_differentiable("gradients end at variables")
    op.doc = f"{kind} {what} of a variable."
    ufunc = ROW_UFUNCS[kind]

    def kernel(ref, indices, updates):
        on_numpy(ref, indices, updates, ufunc)
        return ref

    op.kernel("numpy")(kernel)
    add_library_kernel(op, None, on_library, kind)


for _op in ROW_OPS:
    _complete(_op, scatter_rows, scatter_rows_of_library, _op.name[7:], scatter_shape, "rows")
for _op in ELEMENT_OPS:
    _complete(_op, scatter_elements, scatter_elements_of_library, _op.name[9:], scatter_nd_shape,
              "elements")
