"""tf.einsum: sums of products written with index letters, two tensors at a time.

    einsum("ij,jk->ik", a, b)      matrix product
    einsum("bij,bjk->bik", a, b)   a product for each b
    einsum("ij->ji", a)            transpose
"""

from __future__ import annotations

import re
import string
from typing import Any

from tftutor.framework.api import exported, tf_export
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.platform import tf_logging


@tf_export("einsum", "linalg.einsum")
def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Tensor:
    """Sum products of tensors as an equation of index letters says.

    Letters that the output lacks are summed over; `...` stands for the dimensions not named.
    Raises: ValueError for a malformed equation or one that takes a diagonal.
    Source: TF 1.15 docs, tf.einsum.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise TypeError("invalid keyword arguments for this function: "
                        + ", ".join(sorted(kwargs)))
    with name_scope(name, "einsum", [equation, *inputs]):
        tensors = list(inputs)
        labels, output = resolve_equation(equation, [_known(t) for t in tensors])
        if len(labels) == 1 and "->" not in equation and len(labels[0]) == 2 \
                and labels[0][0] == labels[0][1]:
            return exported("trace")(tensors[0])
        for one in labels:
            if len(set(one)) < len(one):
                raise ValueError(f"Subscript not supported: an axis appears more than once: {one}")
        for letter in set("".join(labels)) - set(output):
            if sum(letter in one for one in labels) > 2:
                tf_logging.warn("Falling back to exponential-space implementation of einsum() "
                                'because index "%s" is summed over more than two inputs.', letter)
                return _all_at_once(tensors, labels, output)
        result, left = tensors[0], labels[0]
        for tensor, right in zip(tensors[1:], labels[1:], strict=True):
            summed = set(left) & set(right) - set(output)
            result, left = _multiply(result, left, tensor, right, summed)
        surplus = [i for i, letter in enumerate(left) if letter not in output]
        if surplus:
            result = exported("reduce_sum")(result, axis=surplus)
            left = "".join(letter for letter in left if letter in output)
        if sorted(left) != sorted(output):
            raise ValueError(f"Invalid equation: {equation}")
        return _transposed(result, [left.index(letter) for letter in output])


def resolve_equation(equation: str, shapes: list[Any]) -> tuple[list[str], str]:
    """Index letters of every input and of the output, with `...` replaced by unused letters."""
    equation = equation.replace(" ", "")
    match = re.match("^([a-zA-Z,.]+)(->[a-zA-Z.]*)?$", equation)
    if not match:
        raise ValueError(f"Indices have incorrect format: {equation}")
    labels = match.group(1).split(",")
    output = match.group(2)[2:] if match.group(2) else None
    if len(shapes) != len(labels):
        raise ValueError(f'Got {len(shapes)} arguments for equation "{equation}", expecting '
                         f"{len(labels)}")
    ellipsis = ""
    if "..." in equation:
        labels, ellipsis = _without_ellipsis(labels, shapes)
        if output is not None:
            output = output.replace("...", ellipsis)
            if "." in output:
                raise ValueError('period "." found outside of ellipsis')
    if output is None:
        text = "".join(labels)
        once = sorted(c for c in set(text) - set(ellipsis) if text.count(c) == 1)
        output = ellipsis + "".join(once)
    return labels, output


def _without_ellipsis(labels: list[str], shapes: list[Any]) -> tuple[list[str], str]:
    unused = "".join(c for c in string.ascii_letters if c not in "".join(labels))
    longest, replaced = "", []
    for label, shape in zip(labels, shapes, strict=True):
        if "..." in label:
            parts = label.split("...")
            if len(parts) != 2:
                raise ValueError("Unable to resolve ellipsis. Excess number found.")
            if shape is None:
                raise ValueError("Unable to statically infer ellipsis axes.")
            count = len(shape) - len("".join(parts))
            if count < 0:
                raise ValueError("Ellipses lengths do not match.")
            if len(unused) < count:
                raise ValueError("Unable to resolve ellipsis, too many distinct labels.")
            letters = unused[-count:] if count else ""
            label = label.replace("...", letters)
            longest = max(longest, letters, key=len)
        if "." in label:
            raise ValueError('period "." found outside of ellipsis')
        replaced.append(label)
    return replaced, longest


def _transposed(tensor: Any, perm: list[int]) -> Any:
    return tensor if perm == list(range(len(perm))) else exported("transpose")(tensor, perm=perm)


def _known(tensor: Any) -> tuple[int | None, ...] | None:
    """The static shape of a tensor or variable, None where the rank is unknown."""
    shape = tensor.get_shape()
    return None if shape.ndims is None else tuple(shape.as_list())


def _dims(tensor: Any) -> list[Any]:
    """The dimensions, each an int or a scalar tensor."""
    shape: list[Any] = list(tensor.get_shape().as_list())
    if None in shape:
        dynamic = exported("shape")(tensor)
        shape = [dynamic[i] if d is None else d for i, d in enumerate(shape)]
    return shape


def _size(dims: list[Any]) -> Any:
    result: Any = 1
    for dim in dims:
        result = result * dim
    return result


def _reshaped(tensor: Any, shape: list[Any]) -> Any:
    known = tensor.get_shape().as_list()
    if len(shape) == len(known) and all(
            not isinstance(d, Tensor) and d == k for d, k in zip(shape, known, strict=True)):
        return tensor
    return exported("reshape")(tensor, tuple(shape))


def _multiply(a: Any, a_labels: str, b: Any, b_labels: str, summed: set[str]) -> tuple[Any, str]:
    """Product of two tensors summed over letters, and the letters of the result.

    Both become stacks of matrices [shared..., own of a, summed] and [shared..., summed, own of b].
    """
    for index, (tensor, labels) in enumerate(((a, a_labels), (b, b_labels))):
        rank = len(tensor.get_shape())
        if len(labels) != rank:
            raise explained(ValueError(
                f"Tensor t{index} of rank {rank} does not match einsum reduction of length "
                f"{len(labels)}"))
    shared = (set(a_labels) & set(b_labels)) - summed
    own_a, own_b = set(a_labels) - shared - summed, set(b_labels) - shared - summed
    a_order = sorted(a_labels, key=lambda c: (-1 if c in shared else 0 if c in own_a else 1, c))
    b_order = sorted(b_labels, key=lambda c: (-1 if c in shared else 0 if c in summed else 1, c))
    a = _transposed(a, [a_labels.find(c) for c in a_order])
    b = _transposed(b, [b_labels.find(c) for c in b_order])
    result_labels = "".join(a_order[:len(shared) + len(own_a)] + b_order[len(b_order)
                                                                         - len(own_b):])
    if not summed:
        for _ in own_b:
            a = exported("expand_dims")(a, -1)
        for _ in own_a:
            b = exported("expand_dims")(b, len(shared))
        return exported("multiply")(a, b), result_labels
    a_dims, count = _dims(a), len(shared)
    own_size, summed_size = _size(a_dims[count:-len(summed)]), _size(a_dims[-len(summed):])
    a = _reshaped(a, [*a_dims[:count], own_size, summed_size])
    b_dims = _dims(b)
    own_size = _size(b_dims[count + len(summed):])
    b = _reshaped(b, [*b_dims[:count], summed_size, own_size])
    product = exported("matmul")(a, b)
    shape = a_dims[:count + len(own_a)] + b_dims[len(b_dims) - len(own_b):]
    return _reshaped(product, shape), result_labels


def _all_at_once(tensors: list[Any], labels: list[str], output: str) -> Any:
    """All tensors broadcast against each other, then one sum: for letters in three inputs."""
    letters = sorted(set("".join(labels)) - set(output)) + list(output)
    product: Any = 1
    expanded = []
    for tensor, own in zip(tensors, labels, strict=True):
        order = sorted(own, key=letters.index)
        tensor = _transposed(tensor, [own.find(c) for c in order])
        dims = iter([-1 if d is None else d for d in tensor.get_shape().as_list()])
        expanded.append(exported("reshape")(
            tensor, [next(dims) if c in own else 1 for c in letters]))
    for tensor in expanded:
        product = product * tensor
    return exported("reduce_sum")(product, list(range(len(letters) - len(output))))
