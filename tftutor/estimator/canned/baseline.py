"""BaselineClassifier and BaselineRegressor: what can be said without looking at the features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tftutor.composite.check_ops import assert_equal
from tftutor.composite.losses_reduction import Reduction
from tftutor.estimator.canned.heads import Head
from tftutor.estimator.canned.model_heads import RegressionHead, classifier_head
from tftutor.estimator.canned.optimizers import optimizer_of, training_with
from tftutor.estimator.custom import Estimator
from tftutor.estimator.estimator_spec import EstimatorSpec
from tftutor.framework.graph_functions import control_dependencies
from tftutor.ops.arithmetic import multiply
from tftutor.ops.array_fill import ones
from tftutor.ops.array_shape import shape
from tftutor.ops.init_ops import Zeros
from tftutor.ops.variable_scope import get_variable, variable_scope

_LEARNING_RATE = 0.3


class BaselineClassifier(Estimator):
    """Says how frequent the classes are. Source: TF 1.15 docs, tf.estimator.BaselineClassifier.

    Args: as for tf.estimator.LinearClassifier.
    """

    def __init__(self, model_dir: Any = None, n_classes: int = 2, weight_column: Any = None,
                 label_vocabulary: Any = None, optimizer: Any = "Ftrl", config: Any = None,
                 loss_reduction: str = Reduction.SUM) -> None:
        head = classifier_head(n_classes, weight_column, label_vocabulary, loss_reduction)
        super().__init__(model_fn=_model_function(head, optimizer, weight_column),
                         model_dir=model_dir, config=config)


class BaselineRegressor(Estimator):
    """Says the mean of the labels. Source: TF 1.15 docs, tf.estimator.BaselineRegressor.

    Args: as for tf.estimator.LinearRegressor.
    """

    def __init__(self, model_dir: Any = None, label_dimension: int = 1, weight_column: Any = None,
                 optimizer: Any = "Ftrl", config: Any = None,
                 loss_reduction: str = Reduction.SUM) -> None:
        head = RegressionHead(label_dimension, weight_column, loss_reduction)
        super().__init__(model_fn=_model_function(head, optimizer, None),
                         model_dir=model_dir, config=config)


def _model_function(head: Head, optimizer: Any, weight_column: Any) -> Callable[..., EstimatorSpec]:
    def _model_fn(features: Any, labels: Any, mode: str, config: Any) -> EstimatorSpec:
        logits = _logits(features, head.logits_dimension, weight_column)
        return head.create_estimator_spec(
            features, mode, logits, labels,
            lambda loss: training_with(optimizer_of(optimizer, _LEARNING_RATE))(loss))

    return _model_fn


def _logits(features: Any, units: int, weight_column: Any) -> Any:
    """The bias, once for each example."""
    if weight_column is not None and not isinstance(weight_column, str):
        raise TypeError("Weight column must be either a string or _NumericColumn. Given type: "
                        f"{type(weight_column)}.")
    sizes, checks = [], []
    for key, feature in features.items():
        if key != weight_column:
            sizes.append(shape(feature)[0])
            if len(sizes) > 1:
                checks.append(assert_equal(sizes[0], sizes[-1]))
    with control_dependencies(checks), variable_scope("baseline"):
        bias = get_variable("bias", shape=[units], initializer=Zeros)
        return multiply(bias, ones([sizes[0], units]))
