"""The argument names of functions that users hand in, and what an Estimator expects of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from tftutor.platform import tf_logging

_OF_MODEL_FN = frozenset({"features", "labels", "mode", "params", "self", "config"})


def argument_names(function: Any) -> tuple[str, ...]:
    """The names of the arguments that are still to be given; `self` of a bound method isn't one."""
    if isinstance(function, functools.partial):
        left = argument_names(function.func)[len(function.args):]
        return tuple(name for name in left if name not in function.keywords)
    if not inspect.isroutine(function) and inspect.ismethod(function.__call__):
        function = function.__call__
    names = inspect.getfullargspec(function).args
    return tuple(names[1:] if inspect.ismethod(function) else names)


def wanted(function: Callable[..., Any], **offered: Any) -> dict[str, Any]:
    """Those of the offered arguments that the function has."""
    names = argument_names(function)
    return {name: value for name, value in offered.items() if name in names}


def check_model_fn(model_fn: Callable[..., Any], params: Any) -> None:
    """Raises: ValueError for arguments that an Estimator doesn't know or can't fill."""
    names = set(argument_names(model_fn))
    if "features" not in names:
        raise ValueError(f"model_fn ({model_fn}) must include features argument.")
    if params is not None and "params" not in names:
        raise ValueError(f"model_fn ({model_fn}) does not include params argument, but params "
                         f"({params}) is passed to Estimator.")
    if params is None and "params" in names:
        tf_logging.warning("Estimator's model_fn (%s) includes params argument, but params are not "
                           "passed to Estimator.", model_fn)
    unknown = list(names - _OF_MODEL_FN)
    if unknown:
        raise ValueError(f"model_fn ({model_fn}) has following not expected args: {unknown}")
