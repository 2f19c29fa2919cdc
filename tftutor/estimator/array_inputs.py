"""`tf.estimator.inputs`: input functions that read NumPy arrays or a pandas DataFrame."""

from __future__ import annotations

import importlib
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor.estimator.feeding import enqueue_data
from tftutor.framework.api import tf_export


@tf_export("estimator.inputs.numpy_input_fn")
def numpy_input_fn(x: Any, y: Any = None, batch_size: int = 128, num_epochs: int | None = 1,
                   shuffle: bool | None = None, queue_capacity: int = 1000, num_threads: int = 1
                   ) -> Callable[[], Any]:
    """An input function that gives batches of rows of arrays, through a queue.

    Args:
      x: an array, or {name: array}; y: the labels, likewise, or None.
      batch_size: rows a batch; the last one of all may be shorter.
      num_epochs: how often to go through the rows, None for ever.
      shuffle: True or False; it must be said.
      queue_capacity: rows that wait at most. num_threads: threads that fill the queue.

    Returns: a function without arguments that returns features, or (features, labels), in the
    structure of `x` and `y`.
    Raises: ValueError for arrays of different lengths, empty ones, a name in both `x` and `y`;
    TypeError for an `x` of another type. All but those of `shuffle` when the function is called.
    Source: TF 1.15 docs, tf.estimator.inputs.numpy_input_fn.
    """
    _check_shuffle(shuffle)

    def input_fn() -> Any:
        columns = _named_features(x)
        feature_keys = list(columns)
        target_keys = _add_targets(columns, y)
        _check_lengths(columns, feature_keys, target_keys)
        queue = enqueue_data(columns, queue_capacity, shuffle=bool(shuffle),
                             num_threads=num_threads, enqueue_size=batch_size,
                             num_epochs=num_epochs)
        batch = (queue.dequeue_many(batch_size) if num_epochs is None
                 else queue.dequeue_up_to(batch_size))[1:]  # without the rows' indices
        features = (batch[0] if isinstance(x, np.ndarray)
                    else dict(zip(feature_keys, batch, strict=False)))
        if target_keys is None:
            return features
        if isinstance(target_keys, str):
            return features, batch[-1]
        return features, dict(zip(target_keys, batch[-len(target_keys):], strict=True))

    return input_fn


def _check_shuffle(shuffle: Any) -> None:
    if not isinstance(shuffle, bool):
        raise ValueError("shuffle must be provided and explicitly set as boolean (it is recommended"
                         f" to set it as True for training); got {shuffle}")


def _named_features(x: Any) -> OrderedDict[str, Any]:
    """{name: array}, in the order of the names."""
    if isinstance(x, dict):
        if not x:
            raise ValueError("x cannot be an empty dict")
        return OrderedDict(sorted(x.items(), key=lambda item: item[0]))
    if isinstance(x, np.ndarray):
        if x.size == 0:
            raise ValueError("x cannot be an empty array")
        return OrderedDict({"__direct_np_input__": x})
    raise TypeError(f"x must be a dict or array; got {type(x).__name__}")


def _add_targets(columns: OrderedDict[str, Any], y: Any) -> str | list[str] | None:
    """Put the labels after the features. Returns: their name, their names, or None."""
    if y is None:
        return None
    if not isinstance(y, dict):
        key = "__target_key__"
        while key in columns:
            key += "_n"
        columns[key] = y
        return key
    if not y:
        raise ValueError("y cannot be empty dict, use None instead.")
    twice = set(columns) & set(y)
    if twice:
        raise ValueError(f"{len(twice)} duplicate keys are found in both x and y: {twice}")
    columns.update(sorted(y.items(), key=lambda item: item[0]))
    return sorted(y)


def _check_lengths(columns: OrderedDict[str, Any], feature_keys: list[str],
                   target_keys: str | list[str] | None) -> None:
    if len({array.shape[0] for array in columns.values()}) == 1:
        return
    shapes_of_y: Any = None
    if isinstance(target_keys, str):
        shapes_of_y = columns[target_keys].shape
    elif target_keys is not None:
        shapes_of_y = {key: columns[key].shape for key in target_keys}
    raise ValueError("Length of tensors in x and y is mismatched. All elements in x and y must have"
                     " the same length.\nShapes in x: "
                     f"{ {key: columns[key].shape for key in feature_keys} }\n"
                     f"Shapes in y: {shapes_of_y}\n")


@tf_export("estimator.inputs.pandas_input_fn")
def pandas_input_fn(x: Any, y: Any = None, batch_size: int = 128, num_epochs: int | None = 1,
                    shuffle: bool | None = None, queue_capacity: int | None = 1000,
                    num_threads: int = 1, target_column: str = "target") -> Callable[[], Any]:
    """An input function that gives batches of rows of a pandas DataFrame, through a queue.

    Args:
      x: a DataFrame. y: a Series or a DataFrame of labels with the same index, or None.
      target_column: what the column of a Series is called meanwhile.
      batch_size, num_epochs, shuffle, queue_capacity, num_threads: as for numpy_input_fn.

    Returns: a function that returns {column: values}, or (that, labels).
    Raises: TypeError without pandas; ValueError for indices that differ.
    Source: TF 1.15 docs, tf.estimator.inputs.pandas_input_fn.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError:
        raise TypeError("pandas_input_fn should not be called without pandas installed") from None
    _check_shuffle(shuffle)
    if not isinstance(target_column, str):
        raise TypeError("target_column must be a string type")
    x = x.copy()
    targets = None if y is None else _add_target_columns(x, y, target_column, pandas.DataFrame)
    capacity = queue_capacity or (4 * len(x) if shuffle else len(x))

    def input_fn() -> Any:
        queue = enqueue_data(x, capacity, shuffle=bool(shuffle), num_threads=num_threads,
                             enqueue_size=batch_size, num_epochs=num_epochs,
                             min_after_dequeue=max(capacity / 4, 1))
        batch = (queue.dequeue_many(batch_size) if num_epochs is None
                 else queue.dequeue_up_to(batch_size))
        features = dict(zip(x.columns, batch[1:], strict=True))
        if targets is None:
            return features
        if isinstance(targets, str):
            labels: Any = features.pop(targets)
        else:
            labels = {name: features.pop(column) for name, column in targets.items()}
        return features, labels

    return input_fn


def _add_target_columns(x: Any, y: Any, target_column: str, frame: Any
                        ) -> dict[str, str] | str:
    """Put the labels into `x`. Returns: their column, or {name: column} of several."""
    if target_column in x:
        raise ValueError(f"Cannot use name {target_column} for target column: DataFrame already"
                         f" has a column with that name: {x.columns}")
    if not np.array_equal(x.index, y.index):
        raise ValueError("Index for x and y are mismatched.\n"
                         f"Index for x: {x.index}\nIndex for y: {y.index}\n")
    if not isinstance(y, frame):
        x[target_column] = y
        return target_column
    targets = {name: f"{name}_{uuid.uuid4()}" if name in x else name for name in y}
    x[list(targets.values())] = y
    return targets
