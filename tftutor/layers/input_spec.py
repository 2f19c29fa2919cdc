"""InputSpec: what a layer asks of its inputs, and the check of it."""

from __future__ import annotations

from typing import Any

from tftutor.framework import dtypes, nest
from tftutor.framework.api import tf_export
from tftutor.framework.late_notes import explained


@tf_export("layers.InputSpec")
class InputSpec:
    """The rank, dtype and sizes that a layer accepts for one input.

    Args:
      shape: expected shape, None for a free axis.
      ndim, max_ndim, min_ndim: expected, largest and smallest rank.
      axes: {axis: expected size}.

    Raises: TypeError for axes that aren't integers, ValueError for axes beyond the rank.
    Source: TF 1.15 docs, tf.layers.InputSpec.
    """

    def __init__(self, dtype: Any = None, shape: Any = None, ndim: int | None = None,
                 max_ndim: int | None = None, min_ndim: int | None = None,
                 axes: Any = None) -> None:
        self.dtype = None if dtype is None else dtypes.as_dtype(dtype).name
        self.shape = shape
        self.ndim = ndim if shape is None else len(shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        try:
            self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        except (ValueError, TypeError):
            raise TypeError("The keys in axes must be integers.") from None
        largest = self.ndim or self.max_ndim
        if self.axes and largest is not None and max(self.axes) > largest - 1:
            raise ValueError(f"Axis {max(self.axes)} is greater than the maximum allowed value: "
                             f"{largest - 1}")

    def __repr__(self) -> str:
        fields = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        given = [f"{name}={getattr(self, name)}" for name in fields if getattr(self, name)]
        return f"InputSpec({', '.join(given)})"


def assert_input_compatibility(input_spec: Any, inputs: Any, layer_name: str) -> None:
    """Check a layer's inputs. Raises: ValueError saying which input doesn't fit, and why."""
    if not input_spec:
        return
    inputs, specs = nest.flatten(inputs), nest.flatten(input_spec)
    if len(inputs) != len(specs):
        raise ValueError(f"Layer {layer_name} expects {len(specs)} inputs, but it received "
                         f"{len(inputs)} input tensors. Inputs received: {inputs}")
    for index, (x, spec) in enumerate(zip(inputs, specs, strict=True)):
        if spec is None:
            continue
        try:
            _check(x, spec, f"Input {index} of layer {layer_name} is incompatible with the layer",
                   f"Input {index} is incompatible with layer {layer_name}")
        except ValueError as error:
            explained(error)
            raise


def _check(x: Any, spec: InputSpec, start: str, shape_start: str) -> None:
    ndim = x.shape.ndims
    limits = (spec.ndim, spec.min_ndim, spec.max_ndim)
    if ndim is None:
        if any(limit is not None for limit in limits):
            raise ValueError(f"{start}: its rank is undefined, but the layer requires a defined "
                             "rank.")
        return
    dims = x.shape.as_list()
    if spec.ndim is not None and ndim != spec.ndim:
        raise ValueError(f"{start}: expected ndim={spec.ndim}, found ndim={ndim}. Full shape "
                         f"received: {dims}")
    if spec.max_ndim is not None and ndim > spec.max_ndim:
        raise ValueError(f"{start}: expected max_ndim={spec.max_ndim}, found ndim={ndim}")
    if spec.min_ndim is not None and ndim < spec.min_ndim:
        raise ValueError(f"{start}: : expected min_ndim={spec.min_ndim}, found ndim={ndim}. Full "
                         f"shape received: {dims}")
    if spec.dtype is not None and x.dtype.name != spec.dtype:
        raise ValueError(f"{start}: expected dtype={spec.dtype}, found dtype={x.dtype}")
    for axis, size in spec.axes.items():
        size = getattr(size, "value", size)
        if size is not None and dims[axis] not in (size, None):
            raise ValueError(f"{start}: expected axis {axis} of input shape to have value {size} "
                             f"but received input with shape {dims}")
    for expected, size in zip(spec.shape or (), dims, strict=False):
        if expected is not None and size is not None and expected != size:
            raise ValueError(f"{shape_start}: expected shape={spec.shape}, found shape={dims}")
