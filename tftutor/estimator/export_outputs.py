"""`tf.estimator.export`: which tensors of a model a served model would give out.

tftutor writes no SavedModel; an EstimatorSpec keeps and checks its outputs all the same.
"""

from __future__ import annotations

from typing import Any

from tftutor.framework import dtypes
from tftutor.framework.api import tf_export
from tftutor.framework.operation import Tensor

_DEFAULT_KEY = "serving_default"


@tf_export("estimator.export.ExportOutput")
class ExportOutput:
    """Base class of the outputs. Source: TF 1.15 docs, tf.estimator.export.ExportOutput."""

    def as_signature_def(self, receiver_tensors: Any) -> Any:
        """The signature of a SavedModel, which tftutor doesn't write.

        Raises: tf.errors.UnsupportedError.
        """
        from tftutor.errors import UnsupportedError

        raise UnsupportedError(f"tf.estimator.export.{type(self).__name__}.as_signature_def",
                               "tf.train.Saver keeps a model in checkpoints")


@tf_export("estimator.export.ClassificationOutput")
class ClassificationOutput(ExportOutput):
    """Scores and classes of a classifier: float tensor and string tensor, or one of them.

    Raises: ValueError for tensors of other types, or for none.
    Source: TF 1.15 docs, tf.estimator.export.ClassificationOutput.
    """

    def __init__(self, scores: Any = None, classes: Any = None) -> None:
        if scores is not None and not _is_floating(scores):
            raise ValueError(f"Classification scores must be a float32 Tensor; got {scores}")
        if classes is not None and not (isinstance(classes, Tensor)
                                        and dtypes.as_dtype(classes.dtype) == dtypes.string):
            raise ValueError(f"Classification classes must be a string Tensor; got {classes}")
        if scores is None and classes is None:
            raise ValueError("At least one of scores and classes must be set.")
        self._scores = scores
        self._classes = classes

    @property
    def scores(self) -> Any:
        """The scores, or None."""
        return self._scores

    @property
    def classes(self) -> Any:
        """The classes, or None."""
        return self._classes


@tf_export("estimator.export.RegressionOutput")
class RegressionOutput(ExportOutput):
    """The value of a regression, a float tensor.

    Raises: ValueError for something else.
    Source: TF 1.15 docs, tf.estimator.export.RegressionOutput.
    """

    def __init__(self, value: Any) -> None:
        if not _is_floating(value):
            raise ValueError(f"Regression output value must be a float32 Tensor; got {value}")
        self._value = value

    @property
    def value(self) -> Any:
        """The tensor."""
        return self._value


@tf_export("estimator.export.PredictOutput")
class PredictOutput(ExportOutput):
    """Tensors by name; a single tensor is called "output".

    Raises: ValueError for names that are no text, or values that are no tensors.
    Source: TF 1.15 docs, tf.estimator.export.PredictOutput.
    """

    def __init__(self, outputs: Any) -> None:
        if not isinstance(outputs, dict):
            outputs = {"output": outputs}
        self._outputs = {}
        for key, value in outputs.items():
            name = "/".join(key) if isinstance(key, tuple) else key
            if not isinstance(name, str):
                raise ValueError(f"Prediction output key must be a string; got {name}.")
            if not isinstance(value, Tensor):
                raise ValueError(f"Prediction output value must be a Tensor; got {value}.")
            self._outputs[name] = value

    @property
    def outputs(self) -> dict[str, Any]:
        """{name: tensor}."""
        return self._outputs


def _is_floating(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype.is_floating


def checked_export_outputs(export_outputs: Any, predictions: Any) -> dict[str, Any]:
    """The outputs of a model that predicts, with one that is the default.

    Raises: TypeError for something else than a dict of ExportOutputs, ValueError when several
    outputs have no default among them.
    """
    if export_outputs is None:
        export_outputs = {_DEFAULT_KEY: PredictOutput(predictions)}
    if not isinstance(export_outputs, dict):
        raise TypeError(f"export_outputs must be dict, given: {export_outputs}")
    if not all(isinstance(each, ExportOutput) for each in export_outputs.values()):
        raise TypeError("Values in export_outputs must be ExportOutput objects. Given: "
                        f"{export_outputs}")
    if len(export_outputs) == 1:
        export_outputs.setdefault(_DEFAULT_KEY, next(iter(export_outputs.values())))
    if len(export_outputs) > 1 and _DEFAULT_KEY not in export_outputs:
        raise ValueError("Multiple export_outputs were provided, but none of them is specified as "
                         "the default.  Do this by naming one of them with "
                         "signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY.")
    return export_outputs
