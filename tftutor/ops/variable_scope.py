"""`tf.variable_scope` and `tf.get_variable`: variables that are found again by their names.

Why a second kind of scope? A name scope names nodes, and is made unique when it is entered again.
A variable scope names variables, and entering it again finds the same ones - if it may `reuse`
them. Opening a variable scope opens a name scope too.
"""

from __future__ import annotations

import copy
import enum
import functools
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import export_value, tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph, graph_as_default
from tftutor.framework.graph_elements import graph_of_inputs
from tftutor.framework.name_scope import name_scope
from tftutor.ops.variable_policies import VariableAggregation, VariableSynchronization
from tftutor.ops.variable_store import VariableStore, default_variable_store
from tftutor.platform.tf_logging import warn_deprecated_once

_SCOPES = ("__varscope",)


class _ReuseMode(enum.Enum):
    """Values of `reuse` besides True and None."""

    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE
export_value("AUTO_REUSE", AUTO_REUSE)


class _Defaults:
    """What a program has switched on."""

    use_resource = False


@tf_export("enable_resource_variables")
def enable_resource_variables() -> None:
    """Make resource variables from now on. Source: TF 1.15 docs, tf.enable_resource_variables."""
    _Defaults.use_resource = True


@tf_export("disable_resource_variables")
def disable_resource_variables() -> None:
    """Make ref variables from now on, the default.

    Source: TF 1.15 docs, tf.disable_resource_variables.
    """
    _Defaults.use_resource = False


@tf_export("resource_variables_enabled")
def resource_variables_enabled() -> bool:
    """Whether variables are resource variables by default.

    Source: TF 1.15 docs, tf.resource_variables_enabled.
    """
    return _Defaults.use_resource


@tf_export("no_regularizer")
def no_regularizer(_: Any) -> None:
    """Regularize nothing, even inside a scope that has a regularizer.

    Source: TF 1.15 docs, tf.no_regularizer.
    """
    return None


@tf_export("VariableScope")
class VariableScope:
    """Defaults that `tf.get_variable` uses: name prefix, reuse, initializer, regularizer, ...

    Source: TF 1.15 docs, tf.VariableScope.
    """

    def __init__(self, reuse: Any, name: str = "", initializer: Any = None,
                 regularizer: Any = None, caching_device: Any = None, partitioner: Any = None,
                 custom_getter: Any = None, name_scope: str = "", dtype: Any = dtypes.float32,
                 use_resource: bool | None = None, constraint: Any = None) -> None:
        self._name = name
        self._initializer = initializer
        self._regularizer = regularizer
        self._reuse = reuse
        self._caching_device = caching_device
        self._partitioner = partitioner
        self._custom_getter = custom_getter
        self._name_scope = name_scope
        self._dtype = dtype
        self._use_resource = use_resource
        self._constraint = constraint

    name = property(lambda self: self._name, doc="The prefix of variable names.")
    original_name_scope = property(lambda self: self._name_scope,
                                   doc="The name scope that was opened with the scope.")
    reuse = property(lambda self: self._reuse, doc="True, False or AUTO_REUSE.")
    initializer = property(lambda self: self._initializer, doc="The default initializer.")
    regularizer = property(lambda self: self._regularizer, doc="The default regularizer.")
    dtype = property(lambda self: self._dtype, doc="The default dtype.")
    use_resource = property(lambda self: self._use_resource,
                            doc="Whether to make resource variables; None: undecided.")
    caching_device = property(lambda self: self._caching_device, doc="The caching device.")
    partitioner = property(lambda self: self._partitioner, doc="The default partitioner.")
    custom_getter = property(lambda self: self._custom_getter, doc="The custom getter.")
    constraint = property(lambda self: self._constraint, doc="The default constraint.")

    def reuse_variables(self) -> None:
        """Reuse variables from now on."""
        self._reuse = True

    def set_initializer(self, initializer: Any) -> None:
        """Set the default initializer."""
        self._initializer = initializer

    def set_regularizer(self, regularizer: Any) -> None:
        """Set the default regularizer."""
        self._regularizer = regularizer

    def set_dtype(self, dtype: Any) -> None:
        """Set the default dtype."""
        self._dtype = dtype

    def set_use_resource(self, use_resource: bool | None) -> None:
        """Say whether to make resource variables."""
        self._use_resource = use_resource

    def set_caching_device(self, caching_device: Any) -> None:
        """Set the caching device."""
        self._caching_device = caching_device

    def set_partitioner(self, partitioner: Any) -> None:
        """Set the default partitioner."""
        self._partitioner = partitioner

    def set_custom_getter(self, custom_getter: Any) -> None:
        """Set the custom getter."""
        self._custom_getter = custom_getter

    def get_collection(self, name: str) -> list[Any]:
        """The items of a collection whose names start with this scope's."""
        scope = f"{self._name}/" if self._name else ""
        return get_default_graph().get_collection(name, scope)

    def trainable_variables(self) -> list[Any]:
        """The trainable variables of this scope."""
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self) -> list[Any]:
        """The global variables of this scope."""
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list[Any]:
        """The local variables of this scope."""
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def get_variable(self, var_store: VariableStore, name: str, shape: Any = None,
                     dtype: Any = None, initializer: Any = None, regularizer: Any = None,
                     reuse: Any = None, trainable: bool | None = None, collections: Any = None,
                     caching_device: Any = None, partitioner: Any = None,
                     validate_shape: bool = True, use_resource: bool | None = None,
                     custom_getter: Any = None, constraint: Any = None,
                     synchronization: Any = VariableSynchronization.AUTO,
                     aggregation: Any = VariableAggregation.NONE) -> Any:
        """Find or make the variable `name` of this scope; see `tf.get_variable`."""
        full_name = f"{self.name}/{name}" if self.name else name
        with name_scope(None):
            if dtype is not None and initializer is not None and not callable(initializer):
                given = convert_to_tensor(initializer).dtype.base_dtype
                if given != dtype:
                    raise ValueError(f"Initializer type '{given}' and explicit dtype '{dtype}' "
                                     "don't match.")
            return var_store.get_variable(
                full_name, shape=shape, dtype=_or(dtype, self._dtype),
                initializer=_or(initializer, self._initializer),
                regularizer=_or(regularizer, self._regularizer), reuse=_or(reuse, self._reuse),
                trainable=trainable, collections=collections,
                caching_device=_or(caching_device, self._caching_device),
                partitioner=_or(partitioner, self._partitioner), validate_shape=validate_shape,
                use_resource=_or(use_resource, self._use_resource),
                custom_getter=_or(custom_getter, self._custom_getter),
                constraint=_or(constraint, self._constraint), synchronization=synchronization,
                aggregation=aggregation)


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


class _VariableScopeStore(threading.local):
    """The current scope of a graph, a thread, and how often each scope was opened."""

    def __init__(self) -> None:
        self.current_scope = VariableScope(False)
        self.counts: dict[str, int] = {}

    def open_scope(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def close_subscopes(self, name: str) -> None:
        for key in self.counts:
            if key.startswith(f"{name}/"):
                self.counts[key] = 0


def get_variable_scope_store() -> _VariableScopeStore:
    """The scope store of the default graph."""
    graph = get_default_graph()
    found = graph._collections.get(_SCOPES)
    if not found:
        found = graph._collections[_SCOPES] = [_VariableScopeStore()]
    return found[0]


@tf_export("get_variable_scope")
def get_variable_scope() -> VariableScope:
    """The current variable scope. Source: TF 1.15 docs, tf.get_variable_scope."""
    return get_variable_scope_store().current_scope


class pure_variable_scope:  # noqa: N801 - used like a function, as variable_scope
    """A variable scope without a name scope."""

    def __init__(self, name_or_scope: Any, reuse: Any = None, custom_getter: Any = None,
                 old_name_scope: str | None = None, constraint: Any = None,
                 **defaults: Any) -> None:
        self._name_or_scope = name_or_scope
        self._reuse = reuse
        self._custom_getter = custom_getter
        self._old_name_scope = old_name_scope
        self._constraint = constraint
        self._defaults = defaults
        self._store = get_variable_scope_store()
        self._scope: VariableScope | None = None
        self._reentered = (self._derived(name_or_scope, name_or_scope.name,
                                         name_or_scope.original_name_scope, reuse)
                           if isinstance(name_or_scope, VariableScope) else None)

    def _derived(self, base: VariableScope, name: str, scope: str, reuse: Any) -> VariableScope:
        """A scope like `base`, with what was given here in place of base's defaults."""
        new = VariableScope(reuse or base.reuse, name=name, name_scope=scope,
                            custom_getter=base.custom_getter, constraint=self._constraint,
                            **{key: _or(value, getattr(base, key))
                               for key, value in self._defaults.items()})
        if self._custom_getter is not None:
            new.set_custom_getter(_wrapped(self._custom_getter, base.custom_getter))
        return new

    def __enter__(self) -> VariableScope:
        store = self._store
        self._old = store.current_scope
        if self._reentered is not None:
            self._new_name = self._reentered.name
            store.open_scope(self._new_name)
            self._old_counts = copy.copy(store.counts)
            self._scope = self._reentered
        else:
            name = self._name_or_scope
            self._new_name = f"{self._old.name}/{name}" if self._old.name else name
            self._scope = self._derived(self._old, self._new_name,
                                        _or(self._old_name_scope, name), self._reuse)
            store.open_scope(self._new_name)
        store.current_scope = self._scope
        return self._scope

    def __exit__(self, *exc_info: Any) -> None:
        store = self._store
        if store.current_scope is not self._scope:
            raise RuntimeError("Improper nesting of variable_scope.")
        if self._reentered is not None:
            store.counts = self._old_counts
        else:
            store.close_subscopes(self._new_name)
        store.current_scope = self._old


def _wrapped(custom_getter: Any, old_getter: Any) -> Any:
    """`custom_getter` around `old_getter`: the innermost scope's getter is called first."""
    if old_getter is None:
        return custom_getter

    def wrapped(getter: Any, *args: Any, **kwargs: Any) -> Any:
        return custom_getter(functools.partial(old_getter, getter), *args, **kwargs)

    return wrapped


def unique_variable_scope(prefix: str) -> str:
    """`prefix`, with a `_N` suffix when a scope of that name was opened before."""
    store, current = get_variable_scope_store(), get_variable_scope()
    name = f"{current.name}/{prefix}" if current.name else prefix
    if store.counts.get(name, 0) == 0:
        return prefix
    number = 1
    while store.counts.get(f"{name}_{number}", 0) > 0:
        number += 1
    return f"{prefix}_{number}"


@tf_export("variable_scope")
class variable_scope:  # noqa: N801 - TF's name
    """Make or find variables under a common prefix, with common defaults.

    Args:
      name_or_scope: a name, a VariableScope to enter again, or None for `default_name`.
      default_name: used and made unique when `name_or_scope` is None.
      values: tensors whose graph becomes the default one inside.
      initializer, regularizer, caching_device, partitioner, custom_getter, dtype, use_resource,
        constraint: defaults for `tf.get_variable` inside.
      reuse: True: find existing variables only; tf.AUTO_REUSE: find or make; None: as outside.
      auxiliary_name_scope: also open a name scope.

    Example:
        with tf.variable_scope("layer", reuse=tf.AUTO_REUSE):
            w = tf.get_variable("w", [3, 4])    # variable "layer/w"

    Raises: TypeError and ValueError for arguments that don't fit together.
    Source: TF 1.15 docs, tf.variable_scope.
    """

    def __init__(self, name_or_scope: Any, default_name: str | None = None, values: Any = None,
                 initializer: Any = None, regularizer: Any = None, caching_device: Any = None,
                 partitioner: Any = None, custom_getter: Any = None, reuse: Any = None,
                 dtype: Any = None, use_resource: bool | None = None, constraint: Any = None,
                 auxiliary_name_scope: bool = True) -> None:
        if default_name is None and name_or_scope is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        self._name_or_scope = name_or_scope
        self._default_name = default_name
        self._reuse = None if reuse is False else reuse
        if not (self._reuse is True or self._reuse is None or self._reuse is AUTO_REUSE):
            raise ValueError("The reuse parameter must be True or False or None.")
        if not isinstance(auxiliary_name_scope, bool):
            raise TypeError("The auxiliary_name_scope must be `True` or `False`, while get "
                            f"{auxiliary_name_scope}")
        self._auxiliary_name_scope = auxiliary_name_scope
        self._graph = graph_of_inputs(values or []) or get_default_graph()
        self._options = {"initializer": initializer, "regularizer": regularizer,
                         "caching_device": caching_device, "partitioner": partitioner,
                         "dtype": dtype, "use_resource": use_resource,
                         "custom_getter": custom_getter, "constraint": constraint}
        self._name_context: AbstractContextManager[str] | None = None
        self._pure: pure_variable_scope | None = None
        self._graph_contexts: list[Any] = []

    def __enter__(self) -> VariableScope:
        context = graph_as_default(self._graph)
        context.__enter__()
        try:
            if self._pure is not None:
                if self._name_context is not None:
                    self._name_context.__enter__()
                scope = self._pure.__enter__()
            else:
                scope = self._enter_first()
        except BaseException as error:
            context.__exit__(type(error), error, error.__traceback__)
            raise
        self._graph_contexts.append(context)
        return scope

    def _current_name_scope(self) -> Any:
        """Without an auxiliary name scope: a context that stays in the current one."""
        if self._auxiliary_name_scope:
            return None
        current = get_default_graph().get_name_scope()
        return name_scope(f"{current}/" if current else current)

    def _enter_first(self) -> VariableScope:
        context = self._current_name_scope()
        target = self._name_or_scope
        if target is None:
            if self._reuse:
                raise ValueError("reuse=True cannot be used without a name_or_scope")
            context = context or name_scope(self._default_name)
            old_name_scope = context.__enter__()
            target = unique_variable_scope(str(self._default_name))
        else:
            if not isinstance(target, VariableScope | str):
                raise TypeError("VariableScope: name_or_scope must be a string or VariableScope.")
            if isinstance(target, VariableScope):
                leaf, old_name_scope = target.name.split("/")[-1], target.original_name_scope
            else:
                leaf, old_name_scope = target, None
            if leaf and context is None:
                context = name_scope(leaf)
            if context is not None:
                entered = context.__enter__()
                old_name_scope = entered if isinstance(target, str) else old_name_scope
        self._name_context = context
        try:
            self._pure = pure_variable_scope(target, reuse=self._reuse,
                                             old_name_scope=old_name_scope, **self._options)
            return self._pure.__enter__()
        except BaseException as error:
            if context is not None:
                context.__exit__(type(error), error, error.__traceback__)
            raise

    def __exit__(self, *exc_info: Any) -> None:
        context = self._graph_contexts.pop()
        try:
            self._pure.__exit__(*exc_info)  # type: ignore[union-attr]
        finally:
            try:
                if self._name_context is not None:
                    self._name_context.__exit__(*exc_info)
            finally:
                context.__exit__(*exc_info)


@tf_export("variable_op_scope")
@contextmanager
def variable_op_scope(values: Any, name_or_scope: Any, default_name: str | None = None,
                      initializer: Any = None, regularizer: Any = None, caching_device: Any = None,
                      partitioner: Any = None, custom_getter: Any = None, reuse: Any = None,
                      dtype: Any = None, use_resource: bool | None = None,
                      constraint: Any = None) -> Iterator[VariableScope]:
    """Old spelling of `tf.variable_scope(name_or_scope, default_name, values)`.

    Source: TF 1.15 docs, tf.variable_op_scope.
    """
    warn_deprecated_once("tf.variable_op_scope",
                         "use tf.variable_scope(name, default_name, values)")
    with variable_scope(name_or_scope, default_name, values, initializer, regularizer,
                        caching_device, partitioner, custom_getter, reuse, dtype, use_resource,
                        constraint) as scope:
        yield scope


@tf_export("get_variable")
def get_variable(name: str, shape: Any = None, dtype: Any = None, initializer: Any = None,
                 regularizer: Any = None, trainable: bool | None = None, collections: Any = None,
                 caching_device: Any = None, partitioner: Any = None, validate_shape: bool = True,
                 use_resource: bool | None = None, custom_getter: Any = None,
                 constraint: Any = None,
                 synchronization: Any = VariableSynchronization.AUTO,
                 aggregation: Any = VariableAggregation.NONE) -> Any:
    """Find the variable `name` of the current variable scope, or make it.

    Args:
      shape: its shape; not needed when `initializer` is a value.
      dtype: float32 unless the scope says otherwise.
      initializer: an initializer, a function without arguments, or a value; by default Glorot
        uniform for floats and zeros for other types.
      regularizer: function of the variable; its result goes to REGULARIZATION_LOSSES.
      trainable, collections, caching_device, validate_shape, use_resource, constraint: as for
        `tf.Variable`.
      partitioner: cuts the variable into parts; the result is a PartitionedVariable then.
      custom_getter: called in place of the real getter, which it gets as `getter`.

    Raises: ValueError when the variable exists (or doesn't) against what `reuse` says, when shape
    or dtype don't fit, and for a partitioner whose answer makes no sense.
    Source: TF 1.15 docs, tf.get_variable.
    """
    return get_variable_scope().get_variable(
        default_variable_store(), name, shape=shape, dtype=dtype, initializer=initializer,
        regularizer=regularizer, trainable=trainable, collections=collections,
        caching_device=caching_device, partitioner=partitioner, validate_shape=validate_shape,
        use_resource=use_resource, custom_getter=custom_getter, constraint=constraint,
        synchronization=synchronization, aggregation=aggregation)


@tf_export("get_local_variable")
def get_local_variable(name: str, shape: Any = None, dtype: Any = None, initializer: Any = None,
                       regularizer: Any = None, trainable: bool = False, collections: Any = None,
                       caching_device: Any = None, partitioner: Any = None,
                       validate_shape: bool = True, use_resource: bool | None = None,
                       custom_getter: Any = None, constraint: Any = None,
                       synchronization: Any = VariableSynchronization.AUTO,
                       aggregation: Any = VariableAggregation.NONE) -> Any:
    """Like `tf.get_variable` for a local variable: not trained, not saved.

    Source: TF 1.15 docs, tf.get_local_variable.
    """
    return get_variable(name, shape, dtype, initializer, regularizer, False,
                        [*(collections or ()), GraphKeys.LOCAL_VARIABLES], caching_device,
                        partitioner, validate_shape, use_resource, custom_getter, constraint,
                        synchronization, aggregation)
