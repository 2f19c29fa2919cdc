"""What a layer answers about its calls and its weights' values.

Keras layers remember which input gave which output. In a TF 1 graph only tensors that come from
`tf.keras.Input` take part in that; after `layer(x)` on any other tensor the layer still says that
it was never called. `tf.layers` knows such tensors alone, so these questions always end in TF's
error; use the tensors themselves.
"""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from tftutor.framework.default_session import get_default_session
from tftutor.framework.late_notes import explained
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.variable_lists import is_variable_initialized


class LayerFacts:
    """Base of `tf.layers.Layer`: connections (none), masks (none), weights as arrays."""

    name: Any
    _activity_regularizer: Any
    supports_masking = False  # whether a mask of the inputs is passed on

    # -- connections ------------------------------------------------------------------------------

    @property
    def input(self) -> NoReturn:
        """Raises: AttributeError, see the module."""
        raise AttributeError(f"Layer {self.name} is not connected, no input to return.")

    @property
    def output(self) -> NoReturn:
        """Raises: AttributeError, see the module."""
        raise AttributeError(f"Layer {self.name} has no inbound nodes.")

    @property
    def input_mask(self) -> NoReturn:
        """Raises: AttributeError, see the module."""
        raise AttributeError(f"Layer {self.name} is not connected, no input to return.")

    @property
    def output_mask(self) -> NoReturn:
        """Raises: AttributeError, see the module."""
        raise AttributeError(f"Layer {self.name} has no inbound nodes.")

    @property
    def input_shape(self) -> NoReturn:
        """Raises: AttributeError, see the module."""
        raise AttributeError("The layer has never been called and thus has no defined input shape.")

    @property
    def output_shape(self) -> NoReturn:
        """Raises: AttributeError, see the module."""
        raise AttributeError("The layer has never been called and thus has no defined output "
                             "shape.")

    inbound_nodes: Any = property(lambda self: [], doc="Connections from other layers: none.")
    outbound_nodes: Any = property(lambda self: [], doc="Connections to other layers: none.")
    metrics: Any = property(lambda self: [], doc="Keras metrics: none, see `tf.metrics`.")
    dynamic: Any = property(lambda self: False, doc="Whether it must run eagerly: never.")
    graph: Any = property(lambda self: None, doc="The graph of the connections: none.")

    def get_input_at(self, node_index: int) -> NoReturn:
        """Raises: RuntimeError, see the module."""
        raise _never_called("input")

    def get_output_at(self, node_index: int) -> NoReturn:
        """Raises: RuntimeError, see the module."""
        raise _never_called("output")

    def get_input_shape_at(self, node_index: int) -> NoReturn:
        """Raises: RuntimeError, see the module."""
        raise _never_called("input shape")

    def get_output_shape_at(self, node_index: int) -> NoReturn:
        """Raises: RuntimeError, see the module."""
        raise _never_called("output shape")

    def get_input_mask_at(self, node_index: int) -> NoReturn:
        """Raises: RuntimeError, see the module."""
        raise _never_called("input")

    def get_output_mask_at(self, node_index: int) -> NoReturn:
        """Raises: RuntimeError, see the module."""
        raise _never_called("output")

    # -- shapes, masks, regularizers --------------------------------------------------------------

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The static shape that comes out. Raises: NotImplementedError where a class has no rule.
        """
        raise NotImplementedError

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask that comes out. Raises: TypeError for one that the layer can't pass on."""
        if mask is not None and not self.supports_masking:
            raise TypeError(f"Layer {self.name} does not support masking, but was passed an "
                            f"input_mask: {mask}")
        return mask

    @property
    def activity_regularizer(self) -> Any:
        """The function that gives a penalty for the output, or None."""
        return self._activity_regularizer

    @activity_regularizer.setter
    def activity_regularizer(self, regularizer: Any) -> None:
        self._activity_regularizer = regularizer

    # -- the values of its weights ----------------------------------------------------------------

    @property
    def weights(self) -> list[Any]:
        """The variables; the layer says which."""
        raise NotImplementedError

    def get_weights(self) -> list[np.ndarray]:
        """The values of `weights` in the default session, after initializing those that need it.

        Raises: ValueError without a default session.
        """
        if not self.weights:
            return []
        session = _session()
        ready = session.run([is_variable_initialized(w) for w in self.weights])
        session.run([w.initializer for w, is_ready in zip(self.weights, ready, strict=True)
                     if not is_ready])
        return session.run(self.weights)

    def set_weights(self, weights: Any) -> None:
        """Give `weights` these values in the default session.

        Raises: ValueError for another number of weights, a shape that doesn't fit, or without a
        default session.
        """
        own = self.weights
        if len(own) != len(weights):
            raise ValueError(f'You called `set_weights(weights)` on layer "{self.name}" with a  '
                             f"weight list of length {len(weights)}, but the layer was expecting "
                             f"{len(own)} weights. Provided weights: {str(weights)[:50]}...")
        for variable, value in zip(own, weights, strict=True):
            shape, given = tuple(variable.get_shape().as_list()), np.shape(value)
            if shape != given:
                raise explained(ValueError(
                    f"Layer weight shape {shape} not compatible with provided weight "
                    f"shape {given}"))
        session = _session()
        for variable, value in zip(own, weights, strict=True):
            variable.load(value, session)


def _session() -> Any:
    session = get_default_session()
    if session is None:
        raise ValueError("A layer's weights have values in a session only: ask inside "
                         "`with tf.Session():`")
    return session


def _never_called(what: str) -> RuntimeError:
    return RuntimeError(f"The layer has never been called and thus has no defined {what}.")
