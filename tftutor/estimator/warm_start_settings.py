"""Starting a model from the values of another one's checkpoint."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from tftutor.errors import UnsupportedError
from tftutor.framework.api import exported, tf_export
from tftutor.platform import tf_logging
from tftutor.platform.file_io import file_exists


class _WarmStartSettings(NamedTuple):
    """Its fields."""

    ckpt_to_initialize_from: Any
    vars_to_warm_start: Any
    var_name_to_vocab_info: Any
    var_name_to_prev_var_name: Any


@tf_export("estimator.WarmStartSettings")
class WarmStartSettings(_WarmStartSettings):
    """Which variables start from which checkpoint. Source: TF 1.15 docs,
    tf.estimator.WarmStartSettings.

    Args:
      ckpt_to_initialize_from: a checkpoint, or a folder with checkpoints.
      vars_to_warm_start: a pattern for trainable variables; a list of patterns for all variables,
        or of variables; None for those that var_name_to_vocab_info names.
      var_name_to_vocab_info: {name of a variable: VocabInfo}.
      var_name_to_prev_var_name: {name of a variable: its name in the checkpoint}.

    Raises: ValueError without a checkpoint.
    """

    __slots__ = ()

    def __new__(cls, ckpt_to_initialize_from: Any, vars_to_warm_start: Any = ".*",
                var_name_to_vocab_info: Any = None,
                var_name_to_prev_var_name: Any = None) -> WarmStartSettings:
        if not ckpt_to_initialize_from:
            raise ValueError("`ckpt_to_initialize_from` MUST be set in WarmStartSettings")
        return super().__new__(cls, ckpt_to_initialize_from, vars_to_warm_start,
                               var_name_to_vocab_info or {}, var_name_to_prev_var_name or {})


def warm_start_settings(warm_start_from: Any) -> WarmStartSettings | None:
    """The settings for an Estimator's argument: a path, settings, or None.

    Raises: ValueError for something else; tf.errors.UnsupportedError for a SavedModel.
    """
    if warm_start_from is None or isinstance(warm_start_from, WarmStartSettings):
        return warm_start_from
    if not isinstance(warm_start_from, str | bytes):
        raise ValueError("warm_start_from must be a string or a WarmStartSettings, instead got "
                         f"{type(warm_start_from)}")
    saved_model = os.path.join(os.fsdecode(warm_start_from), "variables", "variables.index")
    if file_exists(saved_model):
        raise UnsupportedError("Warm-starting from a SavedModel", "warm-start from a checkpoint")
    return WarmStartSettings(ckpt_to_initialize_from=warm_start_from)


def warm_start(settings: WarmStartSettings) -> None:
    """Make the variables of the graph start from the checkpoint."""
    tf_logging.info("Warm-starting with WarmStartSettings: %s", (settings,))
    exported("train.warm_start")(*settings)
