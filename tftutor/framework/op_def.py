"""OpDef: what an operation type takes, gives and accepts, and the registry of all of them.

An OpDef is written the way TensorFlow registers ops, so that a reader of one can read the other:

    MatMul = OpDef("MatMul", inputs=("a: T", "b: T"), outputs=("product: T",),
                   attrs=("transpose_a: bool = false", "T: {float, double, int32}"))

Calling it, `MatMul(a, b, transpose_a=True, name="mm")`, adds a node to the default graph
(`framework/apply_op.py`). Beside the definition stand its shape function (`@MatMul.shape`), its
gradient function (`@MatMul.gradient`) and its kernel (`@MatMul.kernel()`).

The text of a definition is parsed at first use, so that importing 400 of them costs little.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tftutor.framework.late_notes import explained
from tftutor.framework.op_spec import OpSpec, parse_spec

ShapeFn = Callable[[Any], None]
GradientFn = Callable[..., Any]
Kernel = Callable[..., Any]

_registry: dict[str, OpDef] = {}
_late_definitions: list[Callable[[], None]] = []  # import what isn't imported with tftutor itself


class NotDifferentiable:
    """The gradient entry of an op that has none, and the reason to tell the reader."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __repr__(self) -> str:
        return f"not_differentiable({self.why!r})"


class OpDef:
    """Definition of one operation type: signature, shape function, gradient function, kernel.

    Args:
      name: the op type, as in `NodeDef.op`.
      inputs, outputs: TF argument text, e.g. `"values: N * T"`, `"ref: Ref(T)"`.
      attrs: TF attribute text, e.g. `"padding: {'SAME', 'VALID'}"`.
      stateful: two nodes with equal inputs may differ in effect: never folded, merged or dropped.
      allows_uninitialized_input: a Ref input may be an uninitialised variable.
      doc: one line for op pages when the op has no public function of its own.

    Raises: ValueError when an op type of that name exists.
    """

    __slots__ = ("name", "_text", "_spec", "is_stateful", "allows_uninitialized_input", "doc",
                 "module", "shape_fn", "gradient_fn", "kernel_fn", "kernel_params", "inline_code",
                 "binder", "library_kernels", "static_value_fn", "gives_fresh")

    apply: Callable[..., Any]  # set by framework/apply_op.py

    def __init__(self, name: str, inputs: Sequence[str] = (), outputs: Sequence[str] = (),
                 attrs: Sequence[str] = (), *, stateful: bool = False,
                 allows_uninitialized_input: bool = False, doc: str = "") -> None:
        if name in _registry:
            raise ValueError(f"Op type {name!r} is defined twice")
        self.name = name
        self._text = (tuple(inputs), tuple(outputs), tuple(attrs))
        self._spec: OpSpec | None = None
        self.is_stateful = stateful
        self.allows_uninitialized_input = allows_uninitialized_input
        self.doc = doc
        self.module = inspect.currentframe().f_back.f_globals.get("__name__", "")  # type: ignore[union-attr]
        self.shape_fn: ShapeFn | None = None
        self.gradient_fn: GradientFn | NotDifferentiable | None = None
        self.kernel_fn: Kernel | None = None
        self.kernel_params: tuple[str, ...] = ()
        self.inline_code: str | None = None
        self.binder: Callable[..., Kernel | None] | None = None
        self.library_kernels: dict[str, tuple[Kernel, tuple[str, ...]]] = {}
        self.static_value_fn: Callable[[Any], Any] | None = None
        self.gives_fresh = False
        _registry[name] = self

    @property
    def spec(self) -> OpSpec:
        """The parsed signature."""
        if self._spec is None:
            self._spec = parse_spec(self.name, *self._text)
        return self._spec

    def __call__(self, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
        """Add a node of this type to the default graph; see `framework/apply_op.py`."""
        try:
            return OpDef.apply(self, args, kwargs, name)
        except (TypeError, ValueError) as error:
            explained(error)
            raise

    def __repr__(self) -> str:
        return f"<OpDef {self.name}>"

    # -- the parts of a definition, as decorators -------------------------------------------

    def shape(self, fn: ShapeFn) -> ShapeFn:
        """Register the shape function: `fn(c)` with an InferenceContext `c`."""
        self.shape_fn = fn
        return fn

    def gradient(self, fn: GradientFn) -> GradientFn:
        """Register the gradient function: `fn(op, *grads)` -> one gradient (or None) an input."""
        self.gradient_fn = fn
        return fn

    def not_differentiable(self, why: str) -> None:
        """Say that no gradient flows through this op, and why."""
        self.gradient_fn = NotDifferentiable(why)

    def kernel(self, library: str | None = None) -> Callable[[Kernel], Kernel]:
        """Register a kernel for any array library, or for `library` ("numpy", "cupy", "torch").

        The kernel takes one positional argument an input (a list for `N * T` inputs) and asks by
        keyword-only parameters for what else it needs: attribute names, `xp` (array namespace),
        `ctx` (KernelContext of this node), `step` (the running step) or `may_take` (whether nobody
        else has its last input, an array that may be kept or written into).
        """

        def register(fn: Kernel) -> Kernel:
            params = tuple(p.name for p in inspect.signature(fn).parameters.values()
                           if p.kind is inspect.Parameter.KEYWORD_ONLY)
            if library is None:
                self.kernel_fn, self.kernel_params = fn, params
            else:
                self.library_kernels[library] = (fn, params)
            return fn

        return register

    def inline(self, code: str) -> None:
        """Give the kernel as an expression for the plan, e.g. `"{0} + {1}"`.

        The plan writes it in place of a call: for NumPy scalars this is 5 times faster.
        """
        self.inline_code = code

    def static_value(self, fn: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Register `fn(ctx)` that gives the output when a plan is made, once a session.

        For constants and for handles of session resources (variables, queues): no step is needed.
        """
        self.static_value_fn = fn
        return fn

    def bind(self, fn: Callable[..., Kernel | None]) -> Callable[..., Kernel | None]:
        """Register a plan-time binder: `fn(op, xp)` -> bare callable, or None for the kernel."""
        self.binder = fn
        return fn

    @contextlib.contextmanager
    def override(self, *, gradient: GradientFn | None = None, kernel: Kernel | None = None,
                 shape: ShapeFn | None = None) -> Iterator[OpDef]:
        """Run with a student's own rule in place of this op's, until the block ends.

        Example: `with MatMul.override(gradient=my_rule): grads = tf.gradients(loss, w)`.
        """
        saved = (self.gradient_fn, self.kernel_fn, self.kernel_params, self.shape_fn,
                 self.inline_code, self.binder, self.library_kernels)
        try:
            if gradient is not None:
                self.gradient_fn = gradient
            if shape is not None:
                self.shape_fn = shape
            if kernel is not None:
                self.inline_code, self.binder, self.library_kernels = None, None, {}
                self.kernel()(kernel)
            yield self
        finally:
            (self.gradient_fn, self.kernel_fn, self.kernel_params, self.shape_fn,
             self.inline_code, self.binder, self.library_kernels) = saved


def get_op_def(name: str) -> OpDef:
    """Return the OpDef called `name`. Raises: KeyError when there is none."""
    return _registry[name]


def find_op_def(name: str) -> OpDef | None:
    """Return the OpDef called `name`, or None.

    A graph that comes from elsewhere may use what this process hasn't, such as tf.data.
    """
    if name not in _registry:
        for define in _late_definitions:
            define()
    return _registry.get(name)


def define_late(define: Callable[[], None]) -> None:
    """Have `define()` called when an operation isn't known. It may be called often."""
    _late_definitions.append(define)


def all_op_defs() -> list[OpDef]:
    """All registered OpDefs, sorted by name."""
    return [_registry[name] for name in sorted(_registry)]
