"""Activations and biases on torch: one pass over the memory each."""

from __future__ import annotations

import torch

from tftutor.ops.nn_activation import Relu, ReluGrad
from tftutor.ops.nn_bias import BiasAdd, BiasAddGrad, check_bias
from tftutor.ops.nn_window import channel_axis


@Relu.kernel("torch")
def relu_kernel(features):
    return torch.relu(features)


@ReluGrad.kernel("torch")
def relu_grad_kernel(gradients, features):
    return torch.ops.aten.threshold_backward(gradients, features, 0)


@BiasAdd.kernel("torch")
def bias_add_kernel(value, bias, *, data_format):
    axis = channel_axis(data_format, value.ndim)
    check_bias(value, bias, axis, 2)
    return value + bias.reshape(-1, *[1] * (value.ndim - 1 - axis))


@BiasAddGrad.kernel("torch")
def bias_add_grad_kernel(out_backprop, *, data_format):
    axis = channel_axis(data_format, out_backprop.ndim)
    return out_backprop.sum([i for i in range(out_backprop.ndim) if i != axis],
                            dtype=out_backprop.dtype)
