"""`tf.contrib.slim`: contrib.layers, arg_scope, variables, losses and training under one name."""

from __future__ import annotations

from tftutor.compat.contrib import (  # noqa: F401 - imported for what they publish
    arg_scope,
    assign_from,
    gradient_transforms,
    initializers,
    layer_batch_norm,
    layer_summaries,
    layer_support,
    layer_tools,
    layers,
    losses,
    metrics,
    model_variables,
    moved,
    optimize_loss,
    regularizers,
    slim_evaluation,
    slim_learning,
    slim_model_analyzer,
)
from tftutor.framework.api import export_value, exported, exported_names

_SOURCES = {"contrib.layers.": "", "contrib.losses.": "losses.", "contrib.metrics.": "metrics."}
_FRAMEWORK = (
    "add_arg_scope", "arg_scope", "arg_scope_func_key", "arg_scoped_arguments",
    "current_arg_scope", "has_arg_scope", "add_model_variable", "get_local_variables",
    "get_model_variables", "get_trainable_variables", "get_unique_variable", "get_variables",
    "get_variables_by_name", "get_variables_by_suffix", "get_variables_to_restore",
    "local_variable", "model_variable", "variable", "get_global_step",
    "get_or_create_global_step", "create_global_step", "assert_global_step",
    "assert_or_get_global_step", "assign_from_checkpoint", "assign_from_checkpoint_fn",
    "assign_from_values", "assign_from_values_fn", "filter_variables", "get_variable_full_name",
    "global_variable", "VariableDeviceChooser",
)


def export_slim() -> None:
    """Publish what contrib.layers, contrib.losses and contrib.framework have, under slim too."""
    published = set(exported_names())
    for name in sorted(published):
        for source, target in _SOURCES.items():
            leaf = name.removeprefix(source)
            if leaf != name and "." not in leaf:
                export_value(f"contrib.slim.{target}{leaf}", exported(name))
    for leaf in _FRAMEWORK:
        if f"contrib.framework.{leaf}" in published:
            export_value(f"contrib.slim.{leaf}", exported(f"contrib.framework.{leaf}"))


export_slim()
