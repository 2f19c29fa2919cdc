"""Which predictions are wanted, and a batch of them taken apart into examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def chosen(predictions: Any, predict_keys: Any) -> Any:
    """The predictions with those keys; all without keys.

    Raises: ValueError when predictions have no names, or none of these.
    """
    if not predict_keys:
        return predictions
    if not isinstance(predictions, dict):
        raise ValueError("predict_keys argument is not valid in case of non-dict predictions.")
    found = {key: value for key, value in predictions.items() if key in predict_keys}
    if not found:
        raise ValueError(f"Expected to run at least one output from {predictions.keys()}, provided "
                         f"{predict_keys}.")
    return found


def single_examples(values: Any) -> Iterator[Any]:
    """The examples of a batch: rows of an array, or dicts of rows of several.

    Raises: ValueError when the arrays have different numbers of rows.
    """
    if not isinstance(values, dict):
        yield from values
        return
    length = None
    for key, value in values.items():
        length = length or value.shape[0]
        if value.shape[0] != length:
            raise ValueError(f"Batch length of predictions should be same. {key} has different "
                             "batch length than others.")
    for i in range(length or 0):
        yield {key: value[i] for key, value in values.items()}
