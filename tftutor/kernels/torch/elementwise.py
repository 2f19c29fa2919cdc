"""Elementwise functions that PyTorch computes in one pass, where the array API takes several."""

from __future__ import annotations

import torch

from tftutor.ops.elementwise_power import Rsqrt
from tftutor.ops.elementwise_trigonometry import Sigmoid, SigmoidGrad, TanhGrad


@Rsqrt.kernel("torch")
def rsqrt_kernel(x):
    return torch.rsqrt(x)


@Sigmoid.kernel("torch")
def sigmoid_kernel(x):
    return torch.sigmoid(x)


@SigmoidGrad.kernel("torch")
def sigmoid_grad_kernel(y, dy):
    return torch.ops.aten.sigmoid_backward(dy, y)


@TanhGrad.kernel("torch")
def tanh_grad_kernel(y, dy):
    return torch.ops.aten.tanh_backward(dy, y)
