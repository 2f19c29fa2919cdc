"""What a model function is called for."""

from __future__ import annotations

from tftutor.framework.api import tf_export


@tf_export("estimator.ModeKeys")
class ModeKeys:
    """The names of the modes: training, evaluation, prediction.

    Source: TF 1.15 docs, tf.estimator.ModeKeys.
    """

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"
