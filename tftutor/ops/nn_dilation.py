"""Grey-scale dilation and erosion of images: maximum and minimum with a structuring function."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.framework.api import exported, tf_export
from tftutor.framework.name_scope import name_scope
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Tensor
from tftutor.framework.shape_inference import unchanged_shape
from tftutor.ops.nn_window import Window, runtime_window, static_outputs
from tftutor.platform.renamed_arguments import given_once

_ATTRS = ("T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, "
          "uint64}", "strides: list(int) >= 4", "rates: list(int) >= 4",
          "padding: {'SAME', 'VALID'}")

Dilation2D = OpDef("Dilation2D", inputs=("input: T", "filter: T"), outputs=("output: T",),
                   attrs=_ATTRS)
Dilation2DBackpropInput = OpDef(
    "Dilation2DBackpropInput", inputs=("input: T", "filter: T", "out_backprop: T"),
    outputs=("in_backprop: T",), attrs=_ATTRS, doc="The gradient of Dilation2D for its input.")
Dilation2DBackpropFilter = OpDef(
    "Dilation2DBackpropFilter", inputs=("input: T", "filter: T", "out_backprop: T"),
    outputs=("filter_backprop: T",), attrs=_ATTRS,
    doc="The gradient of Dilation2D for its filter.")


@tf_export("nn.dilation2d")
def dilation2d(input: Any, filter: Any = None, strides: Any = None, rates: Any = None,
               padding: Any = None, name: str | None = None, filters: Any = None,
               dilations: Any = None) -> Tensor:
    """max over the window of input + filter, for each channel by itself.

    Shapes: input [batch, height, width, depth], filter [height, width, depth].
    Source: TF 1.15 docs, tf.nn.dilation2d.
    """
    filter = given_once("filters", filters, "filter", filter)
    rates = given_once("dilations", dilations, "rates", rates)
    return Dilation2D(input, filter, strides=strides, rates=rates, padding=padding, name=name)


@tf_export("nn.erosion2d")
def erosion2d(value: Any, kernel: Any, strides: Any, rates: Any, padding: Any,
              name: str | None = None) -> Tensor:
    """min over the window of value - kernel: the dilation of -value by the turned kernel.

    Source: TF 1.15 docs, tf.nn.erosion2d.
    """
    negative = exported("negative")
    with name_scope(name, "erosion2d", [value, kernel]) as scope:
        return negative(Dilation2D(negative(value), exported("reverse")(kernel, [0, 1]),
                                   strides=strides, rates=rates, padding=padding, name=scope))


@Dilation2D.shape
def dilation2d_shape(c: Any) -> None:
    image, kernel = c.with_rank(c.input(0), 4), c.with_rank(c.input(1), 3)
    strides, rates = c.attr("strides"), c.attr("rates")
    depth = c.merge(image[3], kernel[2])
    positions = [static_outputs(c, image[axis], kernel[axis - 1], strides[axis],
                                c.attr("padding"), rates[axis]) for axis in (1, 2)]
    c.set_output(0, (image[0], *positions, depth))


Dilation2DBackpropInput.shape(unchanged_shape)


@Dilation2DBackpropFilter.shape
def dilation2d_backprop_filter_shape(c: Any) -> None:
    c.set_output(0, c.input(1))


@Dilation2D.gradient
def dilation2d_gradient(op: Any, grad: Tensor) -> Any:
    same = {name: op._attrs[name] for name in ("strides", "rates", "padding")}
    image, kernel = op.inputs
    return (Dilation2DBackpropInput(image, kernel, grad, **same),
            Dilation2DBackpropFilter(image, kernel, grad, **same))


for _op in (Dilation2DBackpropInput, Dilation2DBackpropFilter):
    _op.not_differentiable("TF 1.15 has no second derivative for Dilation2D")


# -- kernels --------------------------------------------------------------------------------------

def _scan(image: Any, kernel: Any, strides: Any, rates: Any, padding: str
          ) -> tuple[np.ndarray, np.ndarray, list[Any], list[Window]]:
    """(maxima, number of the tap that gave each, slices of the taps, windows)."""
    windows = [runtime_window(image.shape[axis], kernel.shape[axis - 1], strides[axis],
                              rates[axis], padding) for axis in (1, 2)]
    lowest = -np.inf if image.dtype.kind == "f" else np.iinfo(image.dtype).min
    rows, columns = windows
    source = np.pad(image, ((0, 0), (rows.before, rows.after), (columns.before, columns.after),
                            (0, 0)), constant_values=lowest)
    places = [(slice(None),
               slice(i * rows.dilation, i * rows.dilation + (rows.outputs - 1) * rows.stride + 1,
                     rows.stride),
               slice(j * columns.dilation,
                     j * columns.dilation + (columns.outputs - 1) * columns.stride + 1,
                     columns.stride))
              for i in range(rows.size) for j in range(columns.size)]
    inside = np.pad(np.ones(image.shape, bool), (
        (0, 0), (rows.before, rows.after), (columns.before, columns.after), (0, 0)))
    best = np.full(source[places[0]].shape, lowest, image.dtype)
    winner = np.zeros(best.shape, np.int64)
    taps = kernel.reshape(-1, kernel.shape[2])
    for number, (place, tap) in enumerate(zip(places, taps, strict=True)):
        value = source[place] + tap
        better = (value > best) & inside[place]
        best = np.where(better, value, best)
        winner = np.where(better, number, winner)
    return best, winner, places, windows


@Dilation2D.kernel("numpy")
def dilation2d_kernel(input, filter, *, strides, rates, padding):
    return _scan(input, filter, strides, rates, padding)[0]


@Dilation2DBackpropInput.kernel("numpy")
def dilation2d_backprop_input_kernel(input, filter, out_backprop, *, strides, rates, padding):
    _, winner, places, (rows, columns) = _scan(input, filter, strides, rates, padding)
    result = np.zeros((input.shape[0], input.shape[1] + rows.before + rows.after,
                       input.shape[2] + columns.before + columns.after, input.shape[3]),
                      input.dtype)
    for number, place in enumerate(places):
        result[place] += out_backprop * (winner == number)
    return result[:, rows.before:rows.before + input.shape[1],
                  columns.before:columns.before + input.shape[2]]


@Dilation2DBackpropFilter.kernel("numpy")
def dilation2d_backprop_filter_kernel(input, filter, out_backprop, *, strides, rates, padding):
    _, winner, places, _ = _scan(input, filter, strides, rates, padding)
    shares = [np.sum(out_backprop * (winner == number), axis=(0, 1, 2), dtype=filter.dtype)
              for number in range(len(places))]
    return np.stack(shares).reshape(filter.shape)
