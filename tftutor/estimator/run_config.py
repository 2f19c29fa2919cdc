"""RunConfig: how an Estimator runs - where it saves, how often, and as which task of a cluster."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from typing import Any

from tftutor.errors import UnsupportedError
from tftutor.estimator.arguments import argument_names
from tftutor.estimator.cluster_settings import default_device_filters, set_cluster
from tftutor.framework.api import tf_export
from tftutor.framework.protos import proto_module
from tftutor.platform import tf_logging

_USE_DEFAULT = object()
_SAVE_CONFLICT = "`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set."
_REPLACEABLE = [
    "model_dir", "tf_random_seed", "save_summary_steps", "save_checkpoints_steps",
    "save_checkpoints_secs", "session_config", "keep_checkpoint_max",
    "keep_checkpoint_every_n_hours", "log_step_count_steps", "train_distribute", "device_fn",
    "protocol", "eval_distribute", "experimental_distribute", "experimental_max_worker_delay_secs",
    "session_creation_timeout_secs",
]


class _Field:
    """A field that can only be read: the attribute of its name with an underscore."""

    def __init__(self, meaning: str) -> None:
        self.__doc__ = meaning

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else getattr(instance, self._name)

    def __set__(self, instance: Any, value: Any) -> None:
        raise AttributeError("can't set attribute")


@tf_export("estimator.RunConfig")
class RunConfig:
    """How an Estimator runs. Source: TF 1.15 docs, tf.estimator.RunConfig.

    The cluster, and which of its tasks this process is, are read from the environment variable
    TF_CONFIG when the object is made.

    Args:
      model_dir: where checkpoints and events go.
      tf_random_seed: the graph's seed; None leaves TF's default.
      save_summary_steps: how often summaries are written.
      save_checkpoints_steps, save_checkpoints_secs: how often checkpoints are, one of the two; 600
        seconds by default, None for both to write none.
      session_config: a tf.ConfigProto.
      keep_checkpoint_max, keep_checkpoint_every_n_hours: as for tf.train.Saver.
      log_step_count_steps: how often loss and speed are logged.
      train_distribute, eval_distribute, experimental_distribute: None (tf.distribute isn't here).
      device_fn: a function of an operation that gives its device; by default a
        tf.train.replica_device_setter where there are parameter servers.
      protocol: of the server of this task.
      experimental_max_worker_delay_secs: the longest time a worker waits before it starts.
      session_creation_timeout_secs: how long a worker waits for the chief.

    Raises: ValueError for values that make no sense, tf.errors.UnsupportedError for tf.distribute.
    """

    _save_checkpoints_steps: Any
    _save_checkpoints_secs: Any

    def __init__(self, model_dir: Any = None, tf_random_seed: int | None = None,
                 save_summary_steps: int = 100, save_checkpoints_steps: Any = _USE_DEFAULT,
                 save_checkpoints_secs: Any = _USE_DEFAULT, session_config: Any = None,
                 keep_checkpoint_max: int = 5, keep_checkpoint_every_n_hours: float = 10000,
                 log_step_count_steps: int = 100, train_distribute: Any = None,
                 device_fn: Callable[[Any], Any] | None = None, protocol: str | None = None,
                 eval_distribute: Any = None, experimental_distribute: Any = None,
                 experimental_max_worker_delay_secs: int | None = None,
                 session_creation_timeout_secs: float = 7200) -> None:
        save_checkpoints_steps, save_checkpoints_secs = _save_interval(save_checkpoints_steps,
                                                                       save_checkpoints_secs)
        if train_distribute or eval_distribute or experimental_distribute:
            raise UnsupportedError("tf.estimator.RunConfig(train_distribute=...)",
                                   "name the tasks of a cluster in TF_CONFIG")
        tf_config = json.loads(os.environ.get("TF_CONFIG", "{}"))
        if tf_config:
            tf_logging.info("TF_CONFIG environment variable: %s", tf_config)
        _replace(self, model_dir=_model_dir(tf_config, path_text(model_dir)),
                 tf_random_seed=tf_random_seed, save_summary_steps=save_summary_steps,
                 save_checkpoints_steps=save_checkpoints_steps,
                 save_checkpoints_secs=save_checkpoints_secs, session_config=session_config,
                 keep_checkpoint_max=keep_checkpoint_max,
                 keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
                 log_step_count_steps=log_step_count_steps, train_distribute=train_distribute,
                 device_fn=device_fn, protocol=protocol, eval_distribute=eval_distribute,
                 experimental_distribute=experimental_distribute,
                 experimental_max_worker_delay_secs=experimental_max_worker_delay_secs,
                 session_creation_timeout_secs=session_creation_timeout_secs)
        set_cluster(self, tf_config)
        if not self.session_config and self.cluster_spec:
            filters = default_device_filters(self.task_type, self.task_id)
            if filters is not None:
                _replace(self, session_config=default_session_config(filters))

    cluster_spec = _Field("The tf.train.ClusterSpec; empty for one process and for the evaluator.")
    device_fn = _Field("The given function from operations to devices, or None.")
    evaluation_master = _Field("The target of sessions that evaluate.")
    is_chief = _Field("Whether this task initialises and saves.")
    master = _Field("The target of sessions that train.")
    num_ps_replicas = _Field("The number of parameter servers.")
    num_worker_replicas = _Field("The number of workers, the chief included.")
    task_id = _Field("The index of this task in its job.")
    global_id_in_cluster = _Field("The number of this task in the cluster; the evaluator has none.")
    experimental_max_worker_delay_secs = _Field("The longest wait of a worker before it starts.")
    task_type = _Field("The job of this task.")
    tf_random_seed = _Field("The graph's seed.")
    save_summary_steps = _Field("How often summaries are written.")
    save_checkpoints_secs = _Field("How often checkpoints are written, in seconds.")
    session_config = _Field("The tf.ConfigProto of sessions.")
    save_checkpoints_steps = _Field("How often checkpoints are written, in steps.")
    keep_checkpoint_max = _Field("How many checkpoints are kept.")
    session_creation_timeout_secs = _Field("How long a worker waits for the chief.")
    keep_checkpoint_every_n_hours = _Field("How often one is kept for ever.")
    log_step_count_steps = _Field("How often loss and speed are logged.")
    model_dir = _Field("Where checkpoints and events go.")
    service = _Field("What TF_CONFIG says of services.")
    train_distribute = _Field("None.")
    eval_distribute = _Field("None.")
    protocol = _Field("The protocol of this task's server.")

    def replace(self, **kwargs: Any) -> RunConfig:
        """A copy with other values. Raises: ValueError for what can't be replaced."""
        return _replace(copy.deepcopy(self), **kwargs)


def _save_interval(steps: Any, secs: Any) -> tuple[Any, Any]:
    """(steps, seconds): the default only when neither was given."""
    if steps is _USE_DEFAULT and secs is _USE_DEFAULT:
        return None, 600
    if secs is _USE_DEFAULT:
        return steps, None
    if steps is _USE_DEFAULT:
        return None, secs
    if steps is not None and secs is not None:
        raise ValueError(_SAVE_CONFLICT)
    return steps, secs


def _replace(config: RunConfig, **kwargs: Any) -> RunConfig:
    for name, value in kwargs.items():
        if name not in _REPLACEABLE:
            raise ValueError(f"Replacing {name} is not supported. Allowed properties are "
                             f"{_REPLACEABLE}.")
        setattr(config, f"_{name}", value)
    steps, secs = config.save_checkpoints_steps, config.save_checkpoints_secs
    if "save_checkpoints_steps" in kwargs and "save_checkpoints_secs" in kwargs:
        if steps is not None and secs is not None:
            raise ValueError(_SAVE_CONFLICT)
    elif kwargs.get("save_checkpoints_steps") is not None:
        config._save_checkpoints_secs = None
    elif kwargs.get("save_checkpoints_secs") is not None:
        config._save_checkpoints_steps = None
    _check(config)
    return config


def _is_config_proto(value: Any) -> bool:
    return isinstance(value, proto_module("config_pb2").ConfigProto)


_CHECKS: tuple[tuple[str, Callable[[Any], Any], str], ...] = (
    ("model_dir", bool, "model_dir should be non-empty"),
    ("save_summary_steps", lambda n: n >= 0, "save_summary_steps should be >= 0"),
    ("save_checkpoints_steps", lambda n: n >= 0, "save_checkpoints_steps should be >= 0"),
    ("save_checkpoints_secs", lambda n: n >= 0, "save_checkpoints_secs should be >= 0"),
    ("session_config", _is_config_proto, "session_config must be instance of ConfigProto"),
    ("keep_checkpoint_max", lambda n: n >= 0, "keep_checkpoint_max should be >= 0"),
    ("keep_checkpoint_every_n_hours", lambda n: n > 0,
     "keep_checkpoint_every_n_hours should be > 0"),
    ("log_step_count_steps", lambda n: n > 0, "log_step_count_steps should be > 0"),
    ("tf_random_seed", lambda seed: isinstance(seed, int), "tf_random_seed must be integer."),
    ("experimental_max_worker_delay_secs", lambda n: isinstance(n, int),
     "experimental_max_worker_delay_secs must be an integer if set."),
    ("session_creation_timeout_secs", lambda n: n > 0,
     "session_creation_timeout_secs should be > 0"),
    ("device_fn", lambda fn: callable(fn) and set(argument_names(fn)) == {"op"},
     'device_fn must be callable with exactly one argument "op".'),
    ("protocol", lambda name: name in ("grpc", "grpc+verbs"),
     "protocol should be grpc or grpc+verbs"),
)


def _check(config: RunConfig) -> None:
    for name, is_good, text in _CHECKS:
        value = getattr(config, name)
        if value is not None and not is_good(value):
            raise ValueError(text)


def path_text(path: Any) -> Any:
    """A path object as text; anything else as it is."""
    return os.fspath(path) if hasattr(path, "__fspath__") else path


def _model_dir(tf_config: dict[str, Any], model_dir: Any) -> Any:
    if model_dir == "":
        raise ValueError("model_dir should be non-empty.")
    of_cluster = tf_config.get("model_dir")
    if of_cluster == "":
        raise ValueError("model_dir in TF_CONFIG should be non-empty.")
    if of_cluster:
        if model_dir and of_cluster != model_dir:
            raise ValueError("`model_dir` provided in RunConfig construct, if set, must have the "
                             "same value as the model_dir in TF_CONFIG. model_dir: "
                             f'{model_dir}\nTF_CONFIG["model_dir"]: {of_cluster}.\n')
        tf_logging.info("Using model_dir in TF_CONFIG: %s", of_cluster)
    return model_dir or of_cluster


def default_session_config(device_filters: list[str] | None = None) -> Any:
    """A ConfigProto as TF's estimators have by default: soft placement, Grappler once."""
    rewriter = proto_module("rewriter_config_pb2").RewriterConfig
    config_pb2 = proto_module("config_pb2")
    options = config_pb2.GraphOptions(
        rewrite_options=rewriter(meta_optimizer_iterations=rewriter.ONE))
    return config_pb2.ConfigProto(allow_soft_placement=True, graph_options=options,
                                  device_filters=device_filters)
