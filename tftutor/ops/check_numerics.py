"""CheckNumerics: stop when a value is infinite or not a number."""

from __future__ import annotations

from typing import Any

from tftutor import errors
from tftutor.framework.api import exported, tf_export
from tftutor.framework.conversion import convert
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import unchanged_shape
from tftutor.platform.renamed_arguments import given_once

CheckNumerics = OpDef("CheckNumerics", inputs=("tensor: T",), outputs=("output: T",),
                      attrs=("T: {bfloat16, half, float, double}", "message: string"),
                      stateful=True)


@tf_export("check_numerics", "debugging.check_numerics")
def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """Pass `tensor` on unless it holds an infinity or a NaN.

    Raises in the step: tf.errors.InvalidArgumentError that begins with `message`.
    Source: TF 1.15 docs, tf.debugging.check_numerics.
    """
    return CheckNumerics(tensor, message=message, name=name)


CheckNumerics.shape(unchanged_shape)


@CheckNumerics.gradient
def check_numerics_gradient(op: Any, grad: Any) -> Any:
    message = op._attrs["message"]
    message = message.decode() if isinstance(message, bytes) else message
    return check_numerics(grad, f"Not a number (NaN) or infinity (Inf) values detected in "
                                f"gradient. {message}")


@CheckNumerics.kernel()
def check_numerics_kernel(tensor, *, xp, message):
    if xp.all(xp.isfinite(tensor)):
        return tensor
    kinds = []
    if xp.any(xp.isinf(tensor)):
        kinds.append("Inf")
    if xp.any(xp.isnan(tensor)):
        kinds.append("NaN")
    text = message.decode() if isinstance(message, bytes) else message
    raise errors.InvalidArgumentError(
        None, None, f"{text} : Tensor had {' and '.join(kinds)} values")


@tf_export("verify_tensor_all_finite", "debugging.assert_all_finite")
def verify_tensor_all_finite(t: Any = None, msg: str | None = None, name: str | None = None,
                             x: Any = None, message: str | None = None) -> Tensor:
    """Pass `t` on, checked to have neither infinities nor NaNs.

    Raises in the step: tf.errors.InvalidArgumentError that begins with `msg`.
    Source: TF 1.15 docs, tf.verify_tensor_all_finite.
    """
    value = given_once("x", x, "t", t)
    text = given_once("message", message, "msg", msg)
    with name_scope(name, "VerifyFinite", [value]):
        value = convert(value, name="x")
        graph = get_default_graph()
        with graph.colocate_with(value.op):
            check = check_numerics(value, message=text or "")
            with graph.control_dependencies([check]):
                return exported("identity")(value, name="control_dependency")


@tf_export("add_check_numerics_ops")
def add_check_numerics_ops() -> Any:
    """Return an operation that checks every floating-point tensor made so far.

    Raises: ValueError when the graph has conditionals or loops.
    Source: TF 1.15 docs, tf.add_check_numerics_ops.
    """
    graph = get_default_graph()
    checks: list[Any] = []
    for op in graph.get_operations():
        for tensor in op.outputs:
            if not tensor.dtype.base_dtype.is_floating or tensor.dtype._is_ref_dtype:
                continue
            if op._control_flow_context is not None:
                raise ValueError("`tf.add_check_numerics_ops() is not compatible with TensorFlow "
                                 "control flow operations such as `tf.cond()` or "
                                 "`tf.while_loop()`.")
            with graph.control_dependencies(checks):
                checks = [check_numerics(tensor, message=f"{op.name}:{tensor.value_index}")]
    return exported("group")(*checks)
