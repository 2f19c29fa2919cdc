"""`tf.contrib.slim.model_analyzer`: how big a model's variables and tensors are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tftutor.framework.api import tf_export

_LINE = "---------"


@tf_export("contrib.slim.model_analyzer.tensor_description")
def tensor_description(var: Any) -> str:
    """The dtype and shape of a tensor: "(float32 1x8x8x1024)". Source: TF 1.15, contrib.slim."""
    return f"({var.dtype.name} {'x'.join(str(size) for size in var.get_shape())})"


@tf_export("contrib.slim.model_analyzer.analyze_ops")
def analyze_ops(graph: Any, print_info: bool = False) -> int:
    """The number of elements of all tensors of known shape; prints a line for each operation.

    Source: TF 1.15, contrib.slim.
    """
    if print_info:
        print(_LINE, "Operations: name -> (type shapes) [size]", _LINE, sep="\n")
    total = 0
    for op in graph.get_operations():
        size = sum(output.get_shape().num_elements() or 0 for output in op.outputs)
        shapes = [tensor_description(output) for output in op.outputs if output.get_shape()]
        if print_info:
            print(op.name, "\t->", ", ".join(shapes), f"[{size}]")
        total += size
    return total


@tf_export("contrib.slim.model_analyzer.analyze_vars")
def analyze_vars(variables: Iterable[Any], print_info: bool = False) -> tuple[int, int]:
    """The number of elements of all variables, and of bytes; prints a line for each.

    Source: TF 1.15, contrib.slim.
    """
    if print_info:
        print(_LINE, "Variables: name (type shape) [size]", _LINE, sep="\n")
    total_size = total_bytes = 0
    for var in variables:
        size = var.get_shape().num_elements() or 0
        total_size += size
        total_bytes += size * var.dtype.size
        if print_info:
            print(var.name, tensor_description(var),
                  f"[{size}, bytes: {size * var.dtype.size}]")
    if print_info:
        print(f"Total size of variables: {total_size}")
        print(f"Total bytes of variables: {total_bytes}")
    return total_size, total_bytes
