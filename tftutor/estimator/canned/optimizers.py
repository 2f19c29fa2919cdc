"""The optimizer that a ready-made estimator is given: by name, made, or to be made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.train.adam import AdamOptimizer
from tftutor.train.adaptive import AdagradOptimizer, FtrlOptimizer, RMSPropOptimizer
from tftutor.train.global_step_variable import get_global_step
from tftutor.train.gradient_descent import GradientDescentOptimizer
from tftutor.train.optimizer import Optimizer

_BY_NAME: dict[str, type[Any]] = {
    "Adagrad": AdagradOptimizer, "Adam": AdamOptimizer, "Ftrl": FtrlOptimizer,
    "RMSProp": RMSPropOptimizer, "SGD": GradientDescentOptimizer,
}


def training_with(optimizer: Optimizer) -> Callable[[Any], Any]:
    """How a head trains with one optimizer: a function from the loss to the step of training."""
    return lambda loss: optimizer.minimize(loss, global_step=get_global_step())


def optimizer_of(given: Any, learning_rate: float) -> Optimizer:
    """An optimizer: of that name with that learning rate, or the given one, called if it can be.

    Raises: ValueError for another name, or something else.
    """
    if isinstance(given, str):
        if given not in _BY_NAME:
            raise ValueError(f"Unsupported optimizer name: {given}. Supported names are: "
                             f"{tuple(sorted(_BY_NAME))}")
        return _BY_NAME[given](learning_rate=learning_rate)
    if callable(given):
        given = given()
    if not isinstance(given, Optimizer):
        raise ValueError("The given object is not an Optimizer instance. Given: "
                         f"{given}")
    return given
