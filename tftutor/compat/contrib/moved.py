"""Names of `tf.contrib` that are simply another public name: cells, global steps, protos.

A row takes effect only where tftutor has the other name.
"""

from __future__ import annotations

from tftutor.compat.aliases import public
from tftutor.framework.api import export_value, exported_names

_CELLS = (
    "BasicLSTMCell", "BasicRNNCell", "DeviceWrapper", "DropoutWrapper", "GRUCell", "LSTMCell",
    "LSTMStateTuple", "MultiRNNCell", "RNNCell", "ResidualWrapper",
)
_NEST = (
    "assert_same_structure", "assert_shallow_structure", "flatten", "flatten_dict_items",
    "flatten_up_to", "is_sequence", "map_structure", "map_structure_up_to", "pack_sequence_as",
)

# tf.contrib.<key> -> tf.<value>
MOVED: dict[str, str] = {
    **{f"rnn.{name}": f"nn.rnn_cell.{name}" for name in _CELLS},
    "rnn.static_rnn": "nn.static_rnn",
    "rnn.static_bidirectional_rnn": "nn.static_bidirectional_rnn",
    "rnn.static_state_saving_rnn": "nn.static_state_saving_rnn",
    **{f"framework.nest.{name}": f"nest.{name}" for name in _NEST},
    "framework.get_global_step": "train.get_global_step",
    "framework.get_or_create_global_step": "train.get_or_create_global_step",
    "framework.create_global_step": "train.create_global_step",
    "framework.assert_global_step": "train.assert_global_step",
    "framework.argsort": "argsort",
    "framework.sort": "sort",
    "util.make_tensor_proto": "make_tensor_proto",
    "util.make_ndarray": "make_ndarray",
    "util.constant_value": "get_static_value",
    "distributions.Normal": "distributions.Normal",
    "distributions.Bernoulli": "distributions.Bernoulli",
    "distributions.Categorical": "distributions.Categorical",
    "distributions.Uniform": "distributions.Uniform",
}


def export_moved() -> None:
    """Publish every row whose other name tftutor has, unless it is published already."""
    published = set(exported_names())
    for name, other in MOVED.items():
        if f"contrib.{name}" in published:
            continue
        try:
            value = public(other)
        except AttributeError:
            continue  # tf.<other> is missing, so asking for the contrib name says so
        export_value(f"contrib.{name}", value)


export_moved()
