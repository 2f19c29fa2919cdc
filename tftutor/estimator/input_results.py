"""What an input function returns: a dataset, a pair of features and labels, or features alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.data.dataset import Dataset, make_initializable_iterator
from tftutor.framework import nest
from tftutor.framework.collections import GraphKeys
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.operation import Tensor
from tftutor.platform import tf_logging
from tftutor.train.session_run_hook import SessionRunHook


class DatasetInitializerHook(SessionRunHook):
    """Initialises the iterator of an input function's dataset in each new session."""

    def __init__(self, iterator: Any) -> None:
        self._iterator = iterator

    def begin(self) -> None:
        """Take the operation while the graph can still grow."""
        self._initializer = self._iterator.initializer

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Run it."""
        session.run(self._initializer)


def features_and_labels(result: Any) -> tuple[Any, Any, list[SessionRunHook]]:
    """(features, labels or None, hooks) of what an input function returned.

    Raises: ValueError for a tuple or list that isn't a pair.
    """
    hooks: list[SessionRunHook] = []
    if isinstance(result, Dataset):
        iterator = make_initializable_iterator(result)
        hooks.append(DatasetInitializerHook(iterator))
        result = iterator.get_next()
    if not isinstance(result, list | tuple):
        return result, None, hooks
    if len(result) != 2:
        raise ValueError("input_fn should return (features, labels) as a len 2 tuple.")
    return result[0], result[1], hooks


def features_to_predict(result: Any) -> tuple[Any, list[SessionRunHook]]:
    """(features, hooks); labels are dropped. Warns of features that never end."""
    features, _, hooks = features_and_labels(result)
    if not _ends(features):
        tf_logging.warning("Input graph does not use tf.data.Dataset or contain a QueueRunner. That"
                           " means predict yields forever. This is probably a mistake.")
    return features, hooks


def _ends(features: Any) -> bool:
    if any(isinstance(each, Tensor) and each.op.type == "IteratorGetNext"
           for each in nest.flatten(features)):
        return True
    return bool(get_default_graph().get_collection(GraphKeys.QUEUE_RUNNERS))


def checked_hooks(hooks: Any) -> list[SessionRunHook]:
    """A list of the caller's hooks. Raises: TypeError when one isn't a SessionRunHook."""
    return _checked(hooks, SessionRunHook, "Hooks must be a SessionRunHook, given: {}".format)


def checked_listeners(listeners: Any) -> list[Any]:
    """A list of them. Raises: TypeError when one isn't a CheckpointSaverListener."""
    from tftutor.train.checkpoint_hooks import CheckpointSaverListener

    return _checked(listeners, CheckpointSaverListener,
                    "saving_listeners must be a list of CheckpointSaverListener, given: {}".format)


def _checked(items: Any, kind: type, text: Callable[[Any], str]) -> list[Any]:
    found = list(items or ())
    for item in found:
        if not isinstance(item, kind):
            raise TypeError(text(item))
    return found
