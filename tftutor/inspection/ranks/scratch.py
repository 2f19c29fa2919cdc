"""Trying an op out in a graph of its own: its answer, without touching the user's graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tftutor import errors
from tftutor.client.session import Session
from tftutor.framework import dtypes
from tftutor.framework.default_graph import graph_as_default
from tftutor.framework.graph import Graph
from tftutor.inspection.ranks.leaf import ShapeTuple
from tftutor.inspection.ranks.subject import Subject
from tftutor.ops.constant import placeholder

REFUSALS = (ValueError, TypeError, IndexError, errors.OpError)


class Outcome(NamedTuple):
    """What came of it: the static shape (None: unknown rank), the dtype, and the value if it was
    run; or the text of the error."""

    shape: ShapeTuple | None = None
    dtype: str = ""
    value: np.ndarray | None = None
    error: str = ""


def attempt(call: Callable[..., Any], operands: Sequence[Subject],
            values: Sequence[np.ndarray] | None = None) -> Outcome:
    """Call an op with placeholders of the operands' shapes and dtypes.

    Args:
      call: gets one tensor for each operand and returns a tensor.
      operands: shapes and dtypes; without a dtype float32 is taken.
      values: the operands' values, to run the op with them.
    """
    graph = Graph()
    with graph_as_default(graph), graph.device("/cpu:0"):
        inputs = [placeholder(dtypes.as_dtype(one.dtype or "float32"), one.shape)
                  for one in operands]
        try:
            tensor = call(*inputs)
            found = Outcome(tensor._shape, tensor.dtype.base_dtype.name)
            if values is None:
                return found
            with Session(graph=graph) as session:
                fed = dict(zip(inputs, values, strict=True))
                return found._replace(value=np.asarray(session.run(tensor, fed)))
        except REFUSALS as error:
            text = getattr(error, "message", None) or str(error)
            return Outcome(error=text.partition("\n\t [[node")[0])  # a node the user doesn't know
