"""Handles of tensors that a session keeps: as feeds and as fetches.

What is fetched of a GetSessionHandle is a TensorHandle; fed, it stands for the tensor that is kept.
The text of a handle may be fed to the placeholder of another device: the tensor is moved there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tftutor import errors
from tftutor.backends.host_copies import on_host
from tftutor.client.feeds import feed_pairs
from tftutor.framework.operation import Tensor
from tftutor.ops.session_ops import TensorHandle, c_name, mover_for
from tftutor.runtime.resources import ResourceManager

_MAKERS = ("GetSessionHandle", "GetSessionHandleV2")


def handle_fetches(fetches: Sequence[Tensor]) -> list[tuple[int, Any]]:
    """(position, dtype of the kept tensor) of the handles among fetches."""
    return [(position, tensor.op._inputs[0].dtype.base_dtype)
            for position, tensor in enumerate(fetches) if tensor.op.type in _MAKERS]


def fed_by_handles(resources: ResourceManager, tensors: Sequence[Tensor], feeds: list[Any]
                   ) -> list[Any]:
    """The feeds, each TensorHandle replaced by its tensor.

    Raises: tf.errors.InvalidArgumentError when this session keeps none for it, or one of a dtype
    that doesn't fit.
    """
    store = resources.session_tensors
    for position, (tensor, value) in enumerate(zip(tensors, feeds, strict=True)):
        if type(value) is not TensorHandle or store is None:
            continue
        feeds[position], found = store.find(value.handle)
        if found.name != "string":
            feeds[position] = on_host(feeds[position])
        if found != tensor.dtype.base_dtype:
            raise errors.InvalidArgumentError(
                None, None, f"Expects arg[{position}] to be {c_name(tensor.dtype.base_dtype)} but "
                            f"{c_name(found)} is provided")
    return feeds


def moved_handles(session: Any, feed_dict: Any) -> tuple[Any, list[TensorHandle]]:
    """The feeds, with handles of tensors on other devices replaced by those of copies.

    Returns: the feeds, and the new handles: their tensors are there as long as these are.
    """
    graph = session.graph
    found = [(key, value, mover) for key, value in feed_pairs(graph, feed_dict)
             if (mover := mover_for(graph, key, value)) is not None]
    if not found:
        return feed_dict, []
    made = session.run([mover[1] for _, _, mover in found],
                       {mover[0]: value for _, value, mover in found})
    new = dict(feed_dict)
    for (key, _, _), handle in zip(found, made, strict=True):
        new[key] = handle.handle
    return new, made
