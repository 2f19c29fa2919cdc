"""Training ops: the fused variable updates behind the optimizers (ApplyAdam, SparseApplyMomentum).

Each rule is one function over arrays, `rule(old, new, grad, scalars, **attrs)`: it reads the old
state, writes the new one, and serves four ops: dense and sparse, on reference and on resource
variables. Dense updates run in blocks that fit the cache; a sparse update runs the rule on the
rows it touches. Dense updates on other array libraries compute `training_formulas.py`.

Formulas: TF 1.15 docs of the optimizers; Adam: Kingma and Ba, 2014; Adagrad: Duchi et al., 2011;
FTRL: McMahan et al., 2013; Adadelta: Zeiler, 2012.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tftutor import errors
from tftutor.backends.threads import run_parts
from tftutor.framework.op_def import OpDef
from tftutor.ops.training_formulas import FORMULAS
from tftutor.ops.training_rules import RULES, Rule

_BLOCK = 1 << 16  # elements: smaller blocks cost more calls, larger ones leave the cache
_PARALLEL = 1 << 20  # elements: from here on threads share the blocks


class UpdateOps(NamedTuple):
    """The op definitions of one update rule; `sparse` ones are None where TF has none."""

    dense: OpDef
    resource: OpDef
    sparse: OpDef | None
    resource_sparse: OpDef | None


UPDATES: dict[str, UpdateOps] = {}


def _define(rule: Rule) -> UpdateOps:
    flags = tuple(f"{flag}: bool = {str(default).lower()}" for flag, default in rule.flags)
    common = ("T: numbertype", "use_locking: bool = false", *flags)

    def op(prefix: str, arguments: Sequence[str], resource: bool, sparse: bool) -> OpDef:
        inputs = []
        for name in arguments:
            if name in rule.state:
                kind = "resource" if resource else "Ref(T)"
            elif name == "indices":
                kind = "Tindices"
            else:
                kind = "int64" if name == "global_step" else "T"
            inputs.append(f"{name}: {kind}")
        attrs = (*common, "Tindices: {int32, int64}") if sparse else common
        definition = OpDef(prefix + rule.name, tuple(inputs),
                           () if resource else ("out: Ref(T)",), attrs, stateful=resource,
                           doc=rule.doc)
        _finish(definition, rule, arguments, sparse)
        return definition

    dense = op("Apply", rule.arguments, False, False)
    resource = op("ResourceApply", rule.arguments, True, False)
    if not rule.sparse_arguments:
        return UpdateOps(dense, resource, None, None)
    return UpdateOps(dense, resource, op("SparseApply", rule.sparse_arguments, False, True),
                     op("ResourceSparseApply", rule.sparse_arguments, True, True))


def _finish(definition: OpDef, rule: Rule, arguments: Sequence[str], sparse: bool) -> None:
    """Give an update op its shape function, kernel and gradient entry."""
    definition.not_differentiable("it changes variables")
    state_count = len(rule.state)
    grad_at = arguments.index(rule.gradient if not sparse else "grad")
    scalars_at = [i for i, name in enumerate(arguments)
                  if i >= state_count and i != grad_at and name != "indices"]

    @definition.shape
    def update_shape(c: Any) -> None:
        shape = c.input(0) if c.inputs[0].dtype._is_ref_dtype else None
        for index in range(1, state_count):
            if c.inputs[index].dtype._is_ref_dtype:
                shape = c.merge_shapes(shape, c.input(index))
        for index in scalars_at:
            c.with_rank(c.input(index), 0)
        if not sparse and shape is not None:
            shape = c.merge_shapes(shape, c.input(grad_at))
        if definition.spec.outputs:
            c.set_output(0, shape)

    @definition.bind
    def bind_update(op: Any, xp: Any) -> Any:
        """The kernel without its looking up what never changes."""
        if sparse or xp is not np:
            return None
        attrs = {flag: op._attrs[flag] for flag, _ in rule.flags}
        formula = FORMULAS.get(rule.name)

        def update(*inputs: Any) -> Any:
            grad, scalars = inputs[grad_at], [inputs[i] for i in scalars_at]
            if grad.ndim or formula is None:
                _apply_dense(rule.function, inputs[:state_count], grad, scalars, attrs)
            else:  # without buffers, which a single number doesn't need
                _apply_formula(formula, inputs[:state_count], grad, scalars, attrs, np)
            return inputs[0]

        return update

    @definition.kernel("numpy")
    def update_kernel(*inputs, ctx):
        cells = inputs[:state_count]
        scalars = [inputs[i] for i in scalars_at]
        attrs = {flag: ctx.op._attrs[flag] for flag, _ in rule.flags}
        if sparse:
            indices = inputs[arguments.index("indices")]
            _apply_rows(rule.function, cells, inputs[grad_at], indices, scalars, attrs)
        else:
            _apply_dense(rule.function, cells, inputs[grad_at], scalars, attrs)
        return cells[0]


def add_formula(rule: Rule, formula: Callable[..., Sequence[Any]], library: str | None = None
                ) -> None:
    """Let a rule's dense updates run by `formula` on a library, or on all but NumPy (None).

    The formula is `formula(old, g, scalars, xp, **flags)`, as in `training_formulas.py`.
    """
    state_count, grad_at = len(rule.state), rule.arguments.index(rule.gradient)
    scalars_at = [i for i in range(state_count, len(rule.arguments)) if i != grad_at]

    def update_of_library_kernel(*inputs, ctx, xp):
        attrs = {flag: ctx.op._attrs[flag] for flag, _ in rule.flags}
        _apply_formula(formula, inputs[:state_count], inputs[grad_at],
                       [inputs[i] for i in scalars_at], attrs, xp)
        return inputs[0]

    for definition in (UPDATES[rule.name].dense, UPDATES[rule.name].resource):
        definition.kernel(library)(update_of_library_kernel)


def _check_initialized(cells: Sequence[Any]) -> None:
    for cell in cells:
        if not cell.is_initialized:
            raise errors.FailedPreconditionError(
                None, None, f"Attempting to use uninitialized value {cell.name}")


def _shape_error(var: Any, grad: Any) -> errors.OpError:
    return errors.InvalidArgumentError(
        None, None, f"var and grad do not have the same shape{list(var.shape)} "
                    f"{list(grad.shape)}".replace(", ", ","))


def _apply_formula(formula: Callable[..., Sequence[Any]], cells: Sequence[Any], grad: Any,
                   scalars: Sequence[Any], attrs: dict[str, Any], xp: Any) -> None:
    """Compute the new state as new arrays, then swap it in."""
    _check_initialized(cells)
    with cells[0].lock:
        old = [cell.value for cell in cells]
        if old[0].shape != grad.shape:
            raise _shape_error(old[0], grad)
        for cell, array in zip(cells, formula(old, grad, scalars, xp, **attrs), strict=True):
            cell.commit(array)


def _apply_dense(rule: Callable[..., None], cells: Sequence[Any], grad: Any,
                 scalars: Sequence[Any], attrs: dict[str, Any]) -> None:
    """Compute the new state into spare buffers, block by block, then swap it in."""
    _check_initialized(cells)
    with cells[0].lock:
        old = [cell.value for cell in cells]
        if old[0].shape != grad.shape:
            raise _shape_error(old[0], grad)
        if grad.ndim == 0:
            new = [np.empty((), grad.dtype) for _ in cells]
            rule(old, new, grad, scalars, **attrs)
            new = [array[()] for array in new]
        else:
            new = [_row_major(cell.write_buffer()) for cell in cells]
            if grad.size <= _BLOCK:
                rule(old, new, grad, scalars, **attrs)
            else:
                _run_blocks(rule, old, new, grad, scalars, attrs)
        for cell, array in zip(cells, new, strict=True):
            cell.commit(array)


def _row_major(array: np.ndarray) -> np.ndarray:
    """`array`, or one like it that can be written through its flat view."""
    return array if array.flags.c_contiguous else np.empty(array.shape, array.dtype)


def _run_blocks(rule: Callable[..., None], old: Sequence[Any], new: Sequence[np.ndarray],
                grad: np.ndarray, scalars: Sequence[Any], attrs: dict[str, Any]) -> None:
    flat_old = [array.reshape(-1) for array in old]
    flat_new = [array.reshape(-1) for array in new]
    flat_grad = grad.reshape(-1)

    def run(part: slice) -> None:
        rule([a[part] for a in flat_old], [a[part] for a in flat_new], flat_grad[part], scalars,
             **attrs)

    run_parts(run, grad.size, _BLOCK, parallel=grad.size >= _PARALLEL)


def _apply_rows(rule: Callable[..., None], cells: Sequence[Any], grad: Any, indices: Any,
                scalars: Sequence[Any], attrs: dict[str, Any]) -> None:
    """Run the rule on the rows `indices` only."""
    _check_initialized(cells)
    indices = np.asarray(indices)
    with cells[0].lock:
        rows = cells[0].value.shape[0]
        bad = np.flatnonzero((indices < 0) | (indices >= rows))
        if bad.size:
            raise errors.InvalidArgumentError(
                None, None, f"Index {indices[bad[0]]} at offset {bad[0]} in indices is out of "
                            "range")
        old = [cell.value[indices] for cell in cells]
        new = [np.empty_like(array) for array in old]
        rule(old, new, np.asarray(grad), scalars, **attrs)
        for cell, array in zip(cells, new, strict=True):
            table = cell.exclusive_array()
            table[indices] = array
            cell.commit_array(table)


for _rule in RULES:
    UPDATES[_rule.name] = _define(_rule)
    if _rule.name in FORMULAS:  # TensorFlow computes all others on the host
        add_formula(_rule, FORMULAS[_rule.name])
