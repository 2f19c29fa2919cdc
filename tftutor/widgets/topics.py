"""Which topic shows a value: the one table behind `tf.show(x)` and `tf.explore(x)`.

A topic `t` draws with `tftutor.inspection.t.drawing(x, **options)`, which has `text()`, `svg()` and
`to_dict()`, and where it has a panel, makes it with `tftutor.widgets.t.widget(x, **options)`.
"""

from __future__ import annotations

import importlib
import importlib.util
import numbers
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tftutor.client.base_session import BaseSession
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.graph import Graph
from tftutor.framework.operation import Operation
from tftutor.framework.tensor import Tensor
from tftutor.framework.tensor_shape import TensorShape
from tftutor.ops.variables import Variable
from tftutor.runtime.placement import Placement


class Topic(NamedTuple):
    """One way of showing things: the module's name, and what is shown in the reader's words."""

    name: str
    shows: str


GRAPHS = Topic("graphs", "a Graph, a GraphDef, a Tensor, an Operation or a list of them")
RANKS = Topic("ranks", "an array, a Variable, a TensorShape, a shape such as (10, 3), or 'ranks'")
ERRORS = Topic("shape_errors", "an exception")
DEVICES = Topic("devices", "a Session, its placement, or a RunMetadata")
CLUSTERS = Topic("clusters", "a cluster, a Server or its address, grpc://...")
STEPS = Topic("steps", "a recorded step")
GPUS = Topic("gpu_panel", "'gpus', or what tf.gpu_state() returns")
TOPICS = (GRAPHS, RANKS, ERRORS, DEVICES, CLUSTERS, STEPS, GPUS)

_WORDS = {"gpus": GPUS, "ranks": RANKS, "graph": GRAPHS}
_PACKAGES = (("tftutor.inspection.steps", STEPS), ("tftutor.inspection.graphs", GRAPHS),
             ("tftutor.inspection.devices", DEVICES), ("tftutor.inspection.clusters", CLUSTERS),
             ("tftutor.inspection.shape_errors", ERRORS), ("tftutor.inspection.ranks", RANKS),
             ("tftutor.inspection.gpu_panel", GPUS), ("tftutor.distributed.launch", CLUSTERS),
             ("tftutor.distributed.server", CLUSTERS))
_ADDRESS = "grpc://"


def topic_of(x: Any) -> Topic:
    """The topic that shows `x`. Raises: TypeError that says what can be shown."""
    if isinstance(x, str):
        found = CLUSTERS if x.startswith(_ADDRESS) else _WORDS.get(x)
    else:
        found = _package_topic(x) or next(
            (topic for belongs, topic in _RULES if belongs(x)), None)
    if found is None:
        raise TypeError(f"{_describe(x)} can't be shown. What can be: "
                        + "; ".join(topic.shows for topic in TOPICS) + ".")
    return found


def subject_of(x: Any) -> Any:
    """What is drawn for `x`: for the word "graph" the default graph, else `x` itself."""
    if isinstance(x, str) and x in ("graph", "gpus"):
        return get_default_graph() if x == "graph" else None
    return x


def function_of(package: str, topic: Topic, name: str) -> Callable[..., Any] | None:
    """`drawing` or `widget` of a topic; None where the topic has none."""
    module_name = f"tftutor.{package}.{topic.name}"
    if importlib.util.find_spec(module_name) is None:
        return None
    return getattr(importlib.import_module(module_name), name, None)


# -- the rules, the first that holds decides -----------------------------------------------------


def _package_topic(x: Any) -> Topic | None:
    """Models of the topics, and what has a package of its own, are known by that package."""
    module = type(x).__module__ + "."
    return next((topic for package, topic in _PACKAGES if module.startswith(package + ".")), None)


def _is_part_of_a_graph(x: Any) -> bool:
    return isinstance(x, (Graph, Operation, Tensor)) or _is_message(x, "GraphDef")


def _is_list_of_parts(x: Any) -> bool:
    return (isinstance(x, (list, tuple)) and len(x) > 0
            and all(isinstance(part, (Operation, Tensor, Variable)) for part in x))


def _is_message(x: Any, name: str) -> bool:
    """Whether `x` is a protocol buffer of this name, without loading the message classes."""
    return getattr(getattr(type(x), "DESCRIPTOR", None), "name", None) == name


def _is_run(x: Any) -> bool:
    """A session, a placement, a trace, or a trace with its session."""
    if isinstance(x, tuple) and len(x) == 2:
        return _is_message(x[0], "RunMetadata") and isinstance(x[1], BaseSession)
    return (isinstance(x, (BaseSession, Placement)) or _is_message(x, "RunMetadata")
            or _is_message(x, "StepStats"))


def _is_gpu_state(x: Any) -> bool:
    module = sys.modules.get("tftutor.inspection.gpu_state")
    return module is not None and isinstance(x, module.GpuState)


def _is_array_like(x: Any) -> bool:
    """Numbers, nested lists of them or of strings, arrays, and shapes, with None for unknown."""
    if isinstance(x, (list, tuple)):
        return all(item is None or isinstance(item, (str, bytes)) or _is_array_like(item)
                   for item in x)
    return (isinstance(x, (TensorShape, Variable, numbers.Number, np.ndarray, np.generic))
            or hasattr(x, "__array__") or hasattr(x, "__array_namespace__"))


_RULES: tuple[tuple[Callable[[Any], bool], Topic], ...] = (
    (_is_gpu_state, GPUS),
    (lambda x: isinstance(x, BaseException), ERRORS),
    (_is_run, DEVICES),
    (_is_part_of_a_graph, GRAPHS),
    (_is_list_of_parts, GRAPHS),
    (_is_array_like, RANKS),
)


def _describe(x: Any) -> str:
    return repr(x) if isinstance(x, str) else f"A value of type {type(x).__name__}"
