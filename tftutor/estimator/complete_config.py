"""What an Estimator makes of its arguments `config` and `model_dir`, and where its variables go."""

from __future__ import annotations

import tempfile
from typing import Any

from tftutor.distributed.device_setter import STANDARD_PS_OPS, replica_device_setter
from tftutor.estimator.run_config import RunConfig, default_session_config, path_text
from tftutor.platform import tf_logging


def complete_config(config: Any, model_dir: Any) -> RunConfig:
    """The config with a session_config and a folder.

    Raises: ValueError for no RunConfig, or for two different folders.
    """
    if config is None:
        config = RunConfig()
        tf_logging.info("Using default config.")
    if not isinstance(config, RunConfig):
        raise ValueError(f"config must be an instance of `RunConfig`, but provided {config}.")
    if config.session_config is None:
        config = config.replace(session_config=default_session_config())
    model_dir = path_text(model_dir)
    if model_dir is not None and config.model_dir is not None and config.model_dir != model_dir:
        raise ValueError("`model_dir` are set both in constructor and `RunConfig`, but with "
                         f"different values. In constructor: '{model_dir}', in `RunConfig`: "
                         f"'{config.model_dir}' ")
    if model_dir:
        return config.replace(model_dir=model_dir)
    if config.model_dir is None:
        model_dir = tempfile.mkdtemp()
        tf_logging.warning("Using temporary folder as model directory: %s", model_dir)
        return config.replace(model_dir=model_dir)
    return config


def device_setter(config: RunConfig) -> Any:
    """Puts variables on parameter servers; None when there are none."""
    if config.num_ps_replicas <= 0:
        return None
    worker = (f"/job:{config.task_type}/task:{config.task_id}" if config.task_type
              else "/job:worker")
    return replica_device_setter(ps_tasks=config.num_ps_replicas, worker_device=worker,
                                 merge_devices=True, ps_ops=list(STANDARD_PS_OPS),
                                 cluster=config.cluster_spec)
