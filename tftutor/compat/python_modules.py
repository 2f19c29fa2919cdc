"""Where the names of `tensorflow.python.*` modules are found in tftutor: one row a module.

Old programs reach into TensorFlow's own modules (`from tensorflow.python.framework import ops`).
Almost every name they take is also public, so a row only lists the public namespaces in which
to look the name up, in order; "." is `tf` itself. EXPLICIT holds the names that are public under
another name, or live in a module of ours ("module:attribute").

`tensorflow.core.*_pb2` modules are TensorBoard's copies of the same protocol buffers.
"""

from __future__ import annotations

_FRAMEWORK = {
    "ops": ". graph_util", "dtypes": "dtypes .", "constant_op": ".", "tensor_shape": ".",
    "tensor_util": ". contrib.util", "graph_util": "graph_util", "graph_util_impl": "graph_util",
    "errors": "errors", "errors_impl": "errors", "random_seed": ".", "importer": ".",
    "sparse_tensor": ". sparse", "device": ".", "device_spec": ".", "test_util": "test",
    "graph_io": "train io", "meta_graph": "train", "versions": "version .", "function": ".",
    "indexed_slices": ".", "load_library": ".", "smart_cond": "contrib.framework",
    "tensor_spec": ".", "framework_lib": ".", "op_def_library": ".", "common_shapes": ".",
    "tensor_like": ".", "func_graph": ".",
}
_OPS = {
    "array_ops": ". manip", "math_ops": ". math dtypes", "nn": "nn", "nn_ops": "nn", "nn_impl":
    "nn", "control_flow_ops": ". contrib.framework", "state_ops": ".", "random_ops": "random .",
    "init_ops": "initializers . keras.initializers", "variables": ".", "variable_scope": ".",
    "data_flow_ops": ". io contrib.staging queue", "string_ops": ". strings", "io_ops": ". io",
    "parsing_ops": ". io", "image_ops": "image", "image_ops_impl": "image", "linalg_ops":
    ". linalg", "linalg_ops_impl": "linalg .", "clip_ops": ".", "check_ops": ". debugging",
    "functional_ops": ".", "map_fn": ".", "gradients": ". test", "gradients_impl": ".",
    "gradient_checker": "test", "logging_ops": ". summary", "lookup_ops": ". contrib.lookup lookup",
    "metrics": "metrics", "metrics_impl": "metrics", "rnn": "nn", "rnn_cell": "nn.rnn_cell",
    "rnn_cell_impl": "nn.rnn_cell contrib.rnn", "script_ops": ".", "session_ops": ".",
    "sparse_ops": "sparse .", "special_math_ops": ". math", "standard_ops": ".", "template": ".",
    "summary_ops": "summary", "tensor_array_ops": ".", "confusion_matrix": ". math",
    "embedding_ops": "nn", "ctc_ops": "nn", "candidate_sampling_ops": "nn", "numerics": ".",
    "partitioned_variables": ".", "histogram_ops": ".", "resource_variable_ops": ".",
    "resources": ".", "bitwise_ops": "bitwise", "manip_ops": "manip", "sets": "sets",
    "spectral_ops": "spectral", "sort_ops": ".", "weights_broadcast_ops": ".", "losses":
    "losses", "losses.losses": "losses", "losses.losses_impl": "losses", "losses.util": "losses",
    "distributions": "distributions", "distributions.normal": "distributions",
    "distributions.categorical": "distributions", "distributions.bernoulli": "distributions",
    "signal": "signal", "linalg": "linalg", "linalg.linalg": "linalg", "ragged": "ragged",
    "stateless_random_ops": "random",
}
_TRAINING = {
    "training": "train", "optimizer": "train", "adam": "train", "adagrad": "train",
    "adadelta": "train", "adagrad_da": "train", "ftrl": "train", "gradient_descent": "train",
    "momentum": "train", "rmsprop": "train", "proximal_adagrad": "train",
    "proximal_gradient_descent": "train", "sync_replicas_optimizer": "train",
    "moving_averages": "train", "saver": "train", "checkpoint_management": "train",
    "checkpoint_utils": "train", "coordinator": "train", "device_setter": "train",
    "input": "train", "learning_rate_decay": "train", "monitored_session": "train",
    "queue_runner": "train", "queue_runner_impl": "train", "server_lib": "train distribute",
    "session_manager": "train", "session_run_hook": "train", "basic_session_run_hooks": "train",
    "supervisor": "train", "summary_io": "summary train", "training_util": "train",
    "warm_starting_util": "train", "evaluation": "contrib.training", "basic_loops": "train",
    "saver_test_utils": "train", "training_ops": "train", "slot_creator": "train",
}
_OTHERS = {
    "client.session": ".", "client.client_lib": ".",
    "platform.gfile": "gfile", "platform.app": "app", "platform.flags": "flags",
    "platform.tf_logging": "logging", "platform.test": "test", "platform.googletest": "test",
    "platform.resource_loader": "resource_loader", "platform.sysconfig": "sysconfig",
    "lib.io.tf_record": "python_io io", "lib.io.python_io": "python_io io",
    "util.compat": "compat", "util.nest": "nest contrib.framework.nest", "summary":
    "summary", "summary.summary": "summary", "summary.summary_iterator": "train",
    "summary.writer": "summary", "summary.writer.writer": "summary",
    "saved_model": "saved_model", "saved_model.builder": "saved_model.builder saved_model",
    "saved_model.builder_impl": "saved_model.builder saved_model",
    "saved_model.loader": "saved_model.loader saved_model",
    "saved_model.loader_impl": "saved_model.loader saved_model",
    "saved_model.constants": "saved_model.constants saved_model",
    "saved_model.signature_constants": "saved_model.signature_constants saved_model",
    "saved_model.signature_def_utils": "saved_model.signature_def_utils saved_model",
    "saved_model.signature_def_utils_impl": "saved_model.signature_def_utils saved_model",
    "saved_model.simple_save": "saved_model", "saved_model.main_op": "saved_model.main_op",
    "saved_model.tag_constants": "saved_model.tag_constants saved_model",
    "saved_model.utils": "saved_model.utils saved_model",
    "saved_model.utils_impl": "saved_model.utils saved_model",
    "layers": "layers", "layers.base": "layers", "layers.convolutional": "layers",
    "layers.core": "layers", "layers.layers": "layers", "layers.normalization": "layers",
    "layers.pooling": "layers", "layers.utils": "contrib.framework",
    "feature_column": "feature_column", "feature_column.feature_column": "feature_column",
    "feature_column.feature_column_lib": "feature_column",
    "feature_column.feature_column_v2": "feature_column", "estimator": "estimator",
    "estimator.estimator": "estimator", "estimator.estimator_lib": "estimator",
    "estimator.run_config": "estimator", "estimator.model_fn": "estimator",
    "estimator.training": "estimator", "estimator.exporter": "estimator",
    "estimator.inputs": "estimator.inputs", "estimator.inputs.inputs": "estimator.inputs",
    "estimator.inputs.numpy_io": "estimator.inputs",
    "estimator.inputs.pandas_io": "estimator.inputs", "estimator.export": "estimator.export",
    "estimator.export.export": "estimator.export",
    "estimator.export.export_output": "estimator.export", "estimator.canned": "estimator",
    "estimator.canned.dnn": "estimator", "estimator.canned.linear": "estimator",
    "estimator.canned.baseline": "estimator", "data": "data",
    "data.ops": "data", "data.ops.dataset_ops": "data", "data.ops.iterator_ops": "data",
    "data.ops.readers": "data", "eager": "contrib.eager", "eager.context": ". contrib.eager",
    "eager.backprop": ". contrib.eager", "debug": "python.debug", "profiler": "profiler",
    "profiler.model_analyzer": "profiler", "pywrap_tensorflow": "train",
    "tools.freeze_graph": "python.tools.freeze_graph",
    "tools.inspect_checkpoint": "python.tools.inspect_checkpoint",
}

# `tensorflow.python.<key>` -> the namespaces where its names are looked up.
MODULES: dict[str, tuple[str, ...]] = {
    **{f"framework.{name}": tuple(row.split()) for name, row in _FRAMEWORK.items()},
    **{f"ops.{name}": tuple(row.split()) for name, row in _OPS.items()},
    **{f"training.{name}": tuple(row.split()) for name, row in _TRAINING.items()},
    **{name: tuple(row.split()) for name, row in _OTHERS.items()},
}

# Packages that only hold modules.
PACKAGES = frozenset(
    {"", "framework", "ops", "training", "client", "platform", "lib", "lib.io", "util", "tools"}
)

# `tensorflow.python.<module>.<name>` -> the public name, or "module:attribute" of ours.
EXPLICIT: dict[str, str] = {
    "estimator.run_config.TaskType": "tftutor.estimator.cluster_settings:TaskType",
    "framework.ops.NoGradient": "NotDifferentiable",
    "framework.ops.IndexedSlicesValue": "IndexedSlicesValue",
    "framework.test_util.TensorFlowTestCase": "test.TestCase",
    "framework.tensor_shape.as_shape": "TensorShape",
    "framework.tensor_shape.scalar": "tftutor.compat.tensor_shapes:scalar",
    "framework.tensor_shape.vector": "tftutor.compat.tensor_shapes:vector",
    "framework.tensor_shape.matrix": "tftutor.compat.tensor_shapes:matrix",
    "framework.tensor_shape.unknown_shape": "tftutor.compat.tensor_shapes:unknown_shape",
    "framework.tensor_shape.as_dimension": "Dimension",
    "framework.tensor_util.constant_value": "get_static_value",
    "framework.tensor_util.MakeNdarray": "make_ndarray",
    "framework.tensor_util.is_tensor": "is_tensor",
    "layers.utils.constant_value": "get_static_value",
    "ops.math_ops.mul": "multiply",
    "ops.math_ops.sub": "subtract",
    "ops.control_flow_ops.with_dependencies": "contrib.framework.with_dependencies",
    "ops.image_ops.ResizeMethod": "image.ResizeMethod",
    "ops.resources.shared_resources": "contrib.framework.shared_resources",
    "ops.rnn.rnn_cell_impl": "nn.rnn_cell",
    "platform.googletest.GetTempDir": "test.get_temp_dir",
    "platform.test.test": "test",
    "training.moving_averages.assign_moving_average":
        "tftutor.train.moving_averages:assign_moving_average",
    "training.moving_averages.weighted_moving_average":
        "tftutor.train.moving_averages:weighted_moving_average",
    "util.tf_contextlib.contextmanager": "contextlib:contextmanager",
    "util.tf_inspect.getargspec": "inspect:getfullargspec",
    "util.tf_inspect.getfullargspec": "inspect:getfullargspec",
    "util.tf_inspect.getsource": "inspect:getsource",
    "util.tf_inspect.isclass": "inspect:isclass",
    "util.tf_inspect.isfunction": "inspect:isfunction",
    "util.tf_inspect.signature": "inspect:signature",
    "util.nest.is_sequence": "contrib.framework.nest.is_sequence",
}

# `tensorflow.<key>` is simply a module of ours.
REAL_MODULES: dict[str, str] = {
    "examples": "tftutor.compat.examples",
    "examples.tutorials": "tftutor.compat.examples.tutorials",
    "examples.tutorials.mnist": "tftutor.compat.examples.tutorials.mnist",
    "examples.tutorials.mnist.input_data": "tftutor.compat.examples.tutorials.mnist.input_data",
    "examples.tutorials.mnist.mnist": "tftutor.compat.examples.tutorials.mnist.mnist",
    "contrib.learn.python.learn.datasets.mnist": "tftutor.compat.datasets.mnist",
    "contrib.learn.datasets.mnist": "tftutor.compat.datasets.mnist",
    "python.lib.io.file_io": "tftutor.platform.file_io",
    "python.client.timeline": "tftutor.client.timeline",
    "python.client.device_lib": "tftutor.client.device_lib",
}

# Modules whose every name stands in EXPLICIT.
_EXPLICIT_ONLY = ("util.tf_contextlib", "util.tf_inspect")
MODULES.update(dict.fromkeys(_EXPLICIT_ONLY, ()))

CORE_PACKAGES = frozenset({"core", "core.framework", "core.protobuf", "core.util", "core.example"})


def namespaces_of(module: str) -> tuple[str, ...] | None:
    """The namespaces behind `tensorflow.python.<module>`, or None when it isn't in the table.

    The generated modules (`gen_array_ops`) hold the same ops as the ones written by hand.
    """
    head, _, leaf = module.rpartition(".")
    plain = f"{head}.{leaf.removeprefix('gen_')}" if head else leaf
    return MODULES.get(module, MODULES.get(plain))


def proto_module(name: str) -> str | None:
    """TensorBoard's module for `tensorflow.<name>`, when that is a `core...._pb2`."""
    if name.startswith("core.") and name.endswith("_pb2"):
        return f"tensorboard.compat.proto.{name.rpartition('.')[2]}"
    return None
