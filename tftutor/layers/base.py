"""`tf.layers.Layer`: a function of tensors that owns its variables.

How do two calls share weights? The variable scope of a layer is fixed the first time it is used.
Its first call makes the variables in that scope (`build`); later calls of the same object find
them there again. Another object finds them only when it is told so: same name and `reuse=True`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor.framework import dtypes, nest
from tftutor.framework.api import tf_export
from tftutor.framework.collections import GraphKeys
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Operation, Tensor
from tftutor.layers.input_spec import assert_input_compatibility
from tftutor.layers.layer_facts import LayerFacts
from tftutor.layers.reachability import reachable_from
from tftutor.ops.array_shape import shape as tf_shape
from tftutor.ops.cast import cast
from tftutor.ops.init_ops import GlorotUniform, Zeros
from tftutor.ops.variable_lists import global_variables, trainable_variables
from tftutor.ops.variable_policies import VariableAggregation, VariableSynchronization
from tftutor.ops.variable_scope import VariableScope, get_variable, variable_scope

_KWARGS = ("input_shape", "batch_input_shape", "batch_size", "weights", "activity_regularizer",
           "autocast")
_NAME_COUNTS = ("__layer_names",)


@tf_export("layers.Layer")
class Layer(LayerFacts):
    """Base of all layers: subclasses make variables in `build` and use them in `call`.

    Args:
      trainable: whether its variables go into TRAINABLE_VARIABLES.
      name: name of its variable scope; by default the class name in snake_case, made unique.
      dtype: of its variables; by default that of the first input.

    Example:
        class Scale(tf.layers.Layer):
            def build(self, input_shape):
                self.factor = self.add_weight("factor", shape=[], initializer=tf.ones_initializer())
            def call(self, inputs):
                return inputs * self.factor

    Raises: TypeError for unknown keyword arguments.
    Source: TF 1.15 docs, tf.layers.Layer.
    """

    input_spec: Any = None

    def __init__(self, trainable: bool = True, name: Any = None, dtype: Any = None,
                 **kwargs: Any) -> None:
        scope = kwargs.pop("_scope", None)
        self._reuse = kwargs.pop("_reuse", None)
        for key in kwargs:
            if key not in _KWARGS:
                raise TypeError("Keyword argument not understood:", key)
        self._trainable = trainable
        self.stateful = False
        self.built = False
        self.input_spec = None
        self._activity_regularizer = kwargs.pop("activity_regularizer", None)
        self._trainable_weights: list[Any] = []
        self._non_trainable_weights: list[Any] = []
        self._weights_by_name: dict[str, Any] = {}
        self._updates: list[Any] = []
        self._losses: list[Any] = []
        self._callable_losses: list[Callable[[], Any]] = []
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype).name
        self._set_names(name)
        self._call_inputs: list[Any] = []
        self._scope: VariableScope | None = None
        self._current_scope: Any = None
        self._reusing_scope: Any = None
        if scope:
            with variable_scope(scope) as captured:
                self._scope = captured

    # -- names ------------------------------------------------------------------------------------

    def _set_names(self, name: Any) -> None:
        if isinstance(name, VariableScope):
            self._name, self._base_name = self._unique_name()[0], name.name
        elif name:
            self._name = self._base_name = name
        else:
            self._name, self._base_name = self._unique_name()

    def _unique_name(self) -> tuple[str, str]:
        """("dense_2", "dense") for the second dense layer of a graph."""
        base = snake_case(type(self).__name__)
        found = get_default_graph()._collections.setdefault(_NAME_COUNTS, [{}])
        counts: dict[str, int] = found[0]
        counts[base] = counts.get(base, 0) + 1
        return f"{base}_{counts[base]}", base

    name = property(lambda self: self._name, doc="The layer's name.")

    @property
    def scope_name(self) -> str:
        """The name of the layer's variable scope. Raises: ValueError before the first use."""
        if not self._scope:
            raise ValueError(f'No name available for layer scope because the layer "{self._name}" '
                             "has not been used yet. The scope name  is determined the first time "
                             "the layer instance is called. You must therefore call the layer "
                             "before querying `scope_name`.")
        return self._scope.name

    def _name_scope(self) -> Any:
        return self._current_scope.original_name_scope

    def _set_scope(self, scope: Any = None) -> None:
        if self._scope is not None:
            return
        if self._reuse:
            context = variable_scope(self._base_name if scope is None else scope)
        else:
            context = variable_scope(scope, default_name=self._base_name)
        with context as captured:
            self._scope = captured

    # -- what it owns -----------------------------------------------------------------------------

    @property
    def dtype(self) -> str | None:
        """Name of the variables' dtype; None until the first input says it."""
        return self._dtype

    @property
    def trainable(self) -> bool:
        """Whether the layer's variables are trained."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value

    @property
    def trainable_weights(self) -> list[Any]:
        """The variables to train."""
        return list(self._trainable_weights) if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The other variables."""
        if self.trainable:
            return list(self._non_trainable_weights)
        return self._trainable_weights + self._non_trainable_weights

    @property
    def weights(self) -> list[Any]:
        """All variables, those to train first."""
        return self.trainable_weights + self.non_trainable_weights

    variables = property(lambda self: self.weights, doc="All variables.")
    trainable_variables = property(lambda self: self.trainable_weights,
                                   doc="The variables to train.")
    non_trainable_variables = property(lambda self: self.non_trainable_weights,
                                       doc="The other variables.")

    @property
    def updates(self) -> list[Any]:
        """Operations to run in every training step; none when the layer isn't trained."""
        return list(self._updates) if self.trainable or self.stateful else []

    @property
    def losses(self) -> list[Any]:
        """Penalties on variables and outputs."""
        called = [loss() for loss in self._callable_losses]
        return self._losses + [loss for loss in called if loss is not None]

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Add penalties (scalar tensors, or functions that make them) to REGULARIZATION_LOSSES."""
        new = []
        for loss in nest.flatten(losses):
            if callable(loss):
                self._callable_losses.append(loss)
                loss = loss()
            elif loss is not None:
                loss = loss if isinstance(loss, Tensor) else convert_to_tensor(loss,
                                                                               dtypes.float32)
                self._losses.append(loss)
            if loss is not None:
                new.append(loss)
        _add_to_collection(new, GraphKeys.REGULARIZATION_LOSSES)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Add operations (or functions that make them) to run in every training step."""
        for update in updates if isinstance(updates, list) else [updates]:
            while callable(update):
                update = update()
            if not isinstance(update, Operation):
                update = getattr(update, "op", None) or convert_to_tensor(update)
            self._updates.append(update)

    def get_updates_for(self, inputs: Any) -> list[Any]:
        """The updates that depend on `inputs`; for None those that depend on no input."""
        return self._depending(self.updates, inputs)

    def get_losses_for(self, inputs: Any) -> list[Any]:
        """The losses that depend on `inputs`; for None those that depend on no input."""
        return self._depending(self.losses, inputs)

    def _depending(self, results: list[Any], inputs: Any) -> list[Any]:
        ours = reachable_from(self._call_inputs, results)
        if inputs is None:
            return [result for result in results if result not in ours]
        theirs = reachable_from(nest.flatten(inputs), results)
        return [result for result in results if result in ours and result in theirs]

    def count_params(self) -> int:
        """How many numbers its variables hold. Raises: ValueError before the first use."""
        if not self.built:
            raise ValueError("You tried to call `count_params` on " + self.name + ", but the layer "
                             "isn't built. You can build it manually via: `" + self.name +
                             ".build(batch_input_shape)`.")
        return int(sum(np.prod(w.get_shape().as_list()) for w in self.weights))

    # -- making variables -------------------------------------------------------------------------

    def add_weight(self, name: str, shape: Any, dtype: Any = None, initializer: Any = None,
                   regularizer: Any = None, trainable: bool | None = None, constraint: Any = None,
                   use_resource: bool | None = None,
                   synchronization: Any = VariableSynchronization.AUTO,
                   aggregation: Any = VariableAggregation.NONE, partitioner: Any = None,
                   **kwargs: Any) -> Any:
        """Make the variable `name` in the layer's scope, or find it there when reusing.

        Raises: ValueError as `tf.get_variable`, or for a trainable variable that synchronizes
        ON_READ; TypeError for unknown keyword arguments.
        """
        for key in kwargs:
            if key != "experimental_autocast":
                raise TypeError("Unknown keyword argument:", key)
        trainable = _checked_trainable(trainable, synchronization)
        existing = set(global_variables())
        dtype = dtypes.as_dtype(dtype or self.dtype or dtypes.float32)
        self._dtype = self._dtype or dtype.base_dtype.name
        self._set_scope(None)
        with variable_scope(self._scope, reuse=self.built or self._reuse,
                            auxiliary_name_scope=False) as scope:
            self._current_scope = scope
            with name_scope(self._name_scope()):
                if initializer is None:
                    initializer = scope.initializer or self._default_initializer(name, dtype)
                variable = get_variable(
                    name, shape=() if shape is None else shape, dtype=dtype,
                    initializer=initializer, trainable=trainable and self.trainable,
                    constraint=constraint, partitioner=partitioner,
                    use_resource=use_resource or scope.use_resource,
                    synchronization=synchronization, aggregation=aggregation)
                if regularizer and variable not in existing:
                    self._regularize(name, variable, regularizer)
        wanted = trainable and self.trainable and variable in trainable_variables()
        (self._trainable_weights if wanted else self._non_trainable_weights).append(variable)
        self._weights_by_name[name] = variable
        return variable

    def _checkpoint_children(self) -> list[tuple[str, Any]]:
        """Its variables, for a tf.train.Checkpoint."""
        return list(self._weights_by_name.items())

    def add_variable(self, *args: Any, **kwargs: Any) -> Any:
        """The older name of `add_weight`."""
        return self.add_weight(*args, **kwargs)

    def _default_initializer(self, name: str, dtype: dtypes.DType) -> Any:
        if dtype.is_floating:
            return GlorotUniform()
        if dtype.is_integer or dtype.is_bool:
            return Zeros()
        raise ValueError(f"An initializer for variable {name} of type {dtype.base_dtype} is "
                         f"required for layer {self.name}")

    def _regularize(self, name: str, variable: Any, regularizer: Callable[[Any], Any]) -> None:
        def loss() -> Any:
            with name_scope(f"{name}/Regularizer"):
                return regularizer(variable)

        self.add_loss(loss)

    # -- calls ------------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the variables; subclasses override it."""
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The layer's function; subclasses override it."""
        return inputs

    def apply(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The same as calling the layer."""
        return self(inputs, *args, **kwargs)

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Make the variables when it is the first call; add the layer's nodes to the graph.

        Raises: ValueError for inputs that don't fit `input_spec`, or a `call` that returns None.
        """
        self._set_scope(kwargs.pop("scope", None))
        if self.built:
            if self._reusing_scope is None:
                self._reusing_scope = variable_scope(self._scope, reuse=True,
                                                     auxiliary_name_scope=False)
            context = self._reusing_scope
        else:
            context = variable_scope(self._scope, reuse=self._reuse, auxiliary_name_scope=False)
        with context as scope:
            self._current_scope = scope
            taken = inspect.signature(self.call).parameters
            if "scope" in taken:
                kwargs["scope"] = scope
            if "training" not in taken and not any(p.kind is p.VAR_KEYWORD
                                                   for p in taken.values()):
                kwargs.pop("training", None)
            outputs = self._called(inputs, args, kwargs)
        _add_to_collection(self.updates, GraphKeys.UPDATE_OPS)
        return outputs

    def _called(self, inputs: Any, args: Any, kwargs: Any) -> Any:
        if any(isinstance(x, np.ndarray | float | int) for x in nest.flatten(inputs)):
            inputs = nest.map_structure(
                lambda x: convert_to_tensor(x) if isinstance(x, np.ndarray | float | int) else x,
                inputs)
        self._call_inputs += nest.flatten(inputs)
        assert_input_compatibility(self.input_spec, inputs, self.name)
        with name_scope(self._name_scope()):
            if not self.built:
                self._build_for(inputs)
            outputs = self.call(inputs, *args, **kwargs)
            if outputs is None:
                raise ValueError("A layer's `call` method should return a Tensor or a list of "
                                 f"Tensors, not None (layer: {self.name}).")
            if self._activity_regularizer:
                self._regularize_outputs(inputs, outputs)
        return outputs

    def _build_for(self, inputs: Any) -> None:
        given = nest.flatten(inputs)
        if given and self._dtype is None and hasattr(given[0], "dtype"):
            self._dtype = given[0].dtype.base_dtype.name
        shapes = None
        if all(hasattr(x, "shape") for x in given):
            shapes = nest.map_structure(lambda x: x.shape, inputs)
        self.build(shapes)
        self.built = True

    def _regularize_outputs(self, inputs: Any, outputs: Any) -> None:
        with name_scope("ActivityRegularizer"):
            for output in nest.flatten(outputs):
                loss = self._activity_regularizer(output)
                size = cast(tf_shape(output)[0], loss.dtype)
                self.add_loss(loss / size, inputs=inputs)


def snake_case(name: str) -> str:
    """"MaxPooling2D" -> "max_pooling2d"."""
    words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()
    return f"private{snake}" if snake.startswith("_") else snake


def _checked_trainable(trainable: bool | None, synchronization: Any) -> bool:
    if synchronization == VariableSynchronization.ON_READ:
        if trainable:
            raise ValueError("Synchronization value can be set to VariableSynchronization.ON_READ "
                             "only for non-trainable variables. You have specified trainable=True "
                             "and synchronization=VariableSynchronization.ON_READ.")
        return False
    return True if trainable is None else trainable


def _add_to_collection(items: list[Any], name: str) -> None:
    """Append the items that the collection doesn't have yet."""
    graph = get_default_graph()
    collection = graph.get_collection_ref(name)
    for item in items:
        if not any(item is other for other in collection):
            collection.append(item)
