"""Cases of layers: convolutions, pools, products, normalisations, activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from mil_cases import Case
from mil_programs import mb
from torch import Tensor

T = torch.tensor


def _weights(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).standard_normal(shape).astype(np.float32)


W33, W23, B4 = _weights(4, 3, 3, 3), _weights(4, 3, 2, 3), _weights(4)
WT, W5 = _weights(3, 4, 3, 3), _weights(4, 3, 5)
M, V5, C3 = _weights(5, 8), _weights(5), _weights(3)


def _same(x: Tensor, left: int, right: int, top: int, bottom: int) -> Tensor:
    return F.pad(x, (left, right, top, bottom))


CONVOLUTIONS = [
    Case("valid", lambda x: mb.conv(x=x, weight=W33, bias=B4, pad_type="valid"),
         lambda x: F.conv2d(x, T(W33), T(B4))),
    Case("default", lambda x: mb.conv(x=x, weight=W33), lambda x: F.conv2d(x, T(W33))),
    Case("custom", lambda x: mb.conv(x=x, weight=W33, pad_type="custom", pad=[1, 2, 3, 0],
                                     strides=[2, 1]),
         lambda x: F.conv2d(_same(x, 3, 0, 1, 2), T(W33), stride=(2, 1))),
    # As TensorFlow pads: of an odd number the larger half comes last, or first.
    Case("same", lambda x: mb.conv(x=x, weight=W33, pad_type="same", strides=[2, 2]),
         lambda x: F.conv2d(_same(x, 0, 1, 0, 1), T(W33), stride=2)),
    Case("same_lower", lambda x: mb.conv(x=x, weight=W33, pad_type="same_lower", strides=[2, 2]),
         lambda x: F.conv2d(_same(x, 1, 0, 1, 0), T(W33), stride=2)),
    Case("same, even kernel", lambda x: mb.conv(x=x, weight=W23, pad_type="same"),
         lambda x: F.conv2d(_same(x, 1, 1, 0, 1), T(W23))),
    Case("dilated", lambda x: mb.conv(x=x, weight=W33, dilations=[2, 1], pad_type="same"),
         lambda x: F.conv2d(x, T(W33), padding=(2, 1), dilation=(2, 1))),
    Case("grouped", lambda x: mb.conv(x=x, weight=W33[:3, :1], groups=3),
         lambda x: F.conv2d(x, T(W33[:3, :1]), groups=3)),
    Case("in one dimension", lambda x: mb.conv(x=x, weight=W5, pad_type="custom", pad=[2, 1]),
         lambda x: F.conv1d(F.pad(x, (2, 1)), T(W5)), ((2, 3, 9),)),
    Case("weights made at run time", lambda x, y: mb.conv(x=x, weight=y), F.conv2d,
         ((1, 3, 5, 5), (4, 3, 2, 2))),
    Case("transposed", lambda x: mb.conv_transpose(x=x, weight=WT, bias=B4, strides=[2, 2]),
         lambda x: F.conv_transpose2d(x, T(WT), T(B4), 2)),
    Case("transposed, custom", lambda x: mb.conv_transpose(
            x=x, weight=WT, strides=[2, 2], pad_type="custom", pad=[1, 1, 0, 2]),
         lambda x: F.conv_transpose2d(x, T(WT), None, 2)[..., 1:-1, :-2]),
    Case("transposed, with a shape", lambda x: mb.conv_transpose(
            x=x, weight=WT, bias=B4, strides=[2, 2], pad_type="custom", pad=[1, 1, 1, 1],
            output_shape=[2, 4, 12, 16]),
         lambda x: F.conv_transpose2d(x, T(WT), T(B4), 2, 1, 1)),
    Case("transposed, same", lambda x: mb.conv_transpose(
            x=x, weight=WT, strides=[2, 2], pad_type="same"),
         lambda x: F.conv_transpose2d(x, T(WT), None, 2)[..., :-1, :-1]),
    Case("transposed, grouped and dilated", lambda x: mb.conv_transpose(
            x=x, weight=WT[:, :2], groups=3, dilations=[1, 2]),
         lambda x: F.conv_transpose2d(x, T(WT[:, :2]), groups=3, dilation=(1, 2))),
]  # fmt: skip


def _pool(kind: str, **options: Any) -> Callable[[Any], Any]:
    return lambda x: getattr(mb, kind)(x=x, kernel_sizes=[3, 3], **options)


POOLS = [
    Case("max", _pool("max_pool", pad_type="valid", strides=[2, 2]),
         lambda x: F.max_pool2d(x, 3, 2)),
    Case("max, custom", _pool("max_pool", pad_type="custom", pad=[1, 1, 1, 1], strides=[2, 2]),
         lambda x: F.max_pool2d(x, 3, 2, 1)),
    Case("max, uneven", _pool("max_pool", pad_type="custom", pad=[0, 1, 2, 0]),
         lambda x: F.max_pool2d(F.pad(x, (2, 0, 0, 1), value=-1e9), 3, 1)),
    Case("max, same", _pool("max_pool", pad_type="same", strides=[2, 2]),
         lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-1e9), 3, 2)),
    Case("max, ceil", _pool("max_pool", pad_type="custom", pad=[1, 1, 1, 1], strides=[2, 2],
                            ceil_mode=True),
         lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True)),
    Case("mean", _pool("avg_pool", pad_type="custom", pad=[1, 1, 1, 1]),
         lambda x: F.avg_pool2d(x, 3, 1, 1)),
    Case("mean without padding", _pool("avg_pool", pad_type="custom", pad=[1, 1, 1, 1],
                                       exclude_padding_from_average=True),
         lambda x: F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)),
    Case("mean, ceil", _pool("avg_pool", pad_type="custom", pad=[1, 1, 1, 1], strides=[2, 2],
                             ceil_mode=True),
         lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True)),
    Case("mean, same_lower", _pool("avg_pool", pad_type="same_lower", strides=[2, 2],
                                   exclude_padding_from_average=True),
         lambda x: F.avg_pool2d(F.pad(x, (1, 0, 1, 0)), 3, 2)
         / F.avg_pool2d(F.pad(torch.ones_like(x), (1, 0, 1, 0)), 3, 2)),
    Case("L2", _pool("l2_pool", pad_type="valid"),
         lambda x: F.avg_pool2d(x**2, 3, 1).mul(9).sqrt()),
]  # fmt: skip

MATRICES = [
    Case("linear", lambda x: mb.linear(x=x, weight=M, bias=V5), lambda x: F.linear(x, T(M), T(V5)),
         ((2, 7, 8),)),
    Case("linear without bias", lambda x: mb.linear(x=x, weight=M), lambda x: F.linear(x, T(M)),
         ((7, 8),)),
    Case("matmul", lambda x, y: mb.matmul(x=x, y=y), torch.matmul, ((2, 3, 4, 5), (3, 5, 6))),
    Case("matmul, transposed", lambda x, y: mb.matmul(x=x, y=y, transpose_x=True, transpose_y=True),
         lambda x, y: x.mT @ y.mT, ((2, 5, 4), (2, 6, 5))),
    Case("einsum", lambda x, y: mb.einsum(values=(x, y), equation="nchw,nwhu->nchu"),
         lambda x, y: torch.einsum("nchw,nwhu->nchu", x, y), ((2, 3, 4, 5), (2, 5, 4, 6))),
    Case("attention", lambda x, y, z: mb.scaled_dot_product_attention(query=x, key=y, value=z),
         F.scaled_dot_product_attention, ((1, 2, 4, 8), (1, 2, 6, 8), (1, 2, 6, 5)), ios=18),
]  # fmt: skip

NORMALIZATIONS = [
    Case("batch", lambda x: mb.batch_norm(x=x, mean=C3, variance=C3**2, gamma=C3, beta=C3,
                                          epsilon=1e-3),
         lambda x: F.batch_norm(x, T(C3), T(C3**2), T(C3), T(C3), eps=1e-3)),
    Case("instance", lambda x: mb.instance_norm(x=x, gamma=C3, beta=C3),
         lambda x: F.instance_norm(x, weight=T(C3), bias=T(C3))),
    Case("layer", lambda x: mb.layer_norm(x=x, axes=[-2, -1], gamma=M, beta=M, epsilon=1e-2),
         lambda x: F.layer_norm(x, (5, 8), T(M), T(M), 1e-2), ((2, 5, 8),)),
    Case("layer, over channels", lambda x: mb.layer_norm(x=x, axes=[1], gamma=C3, beta=C3),
         lambda x: F.layer_norm(x.movedim(1, -1), (3,), T(C3), T(C3)).movedim(-1, 1)),
    Case("L2", lambda x: mb.l2_norm(x=x),
         lambda x: x / (x.pow(2).sum((1, 2, 3), keepdim=True) + 1e-6).sqrt()),
]  # fmt: skip

ACTIVATIONS = [
    Case("relu", lambda x: mb.relu(x=x), F.relu),
    Case("relu6", lambda x: mb.relu6(x=x), F.relu6, high=9.0),
    Case("clamped", lambda x: mb.clamped_relu(x=x, alpha=0.5, beta=1.0),
         lambda x: torch.minimum(F.leaky_relu(x, 0.5), T(1.0))),
    Case("leaky", lambda x: mb.leaky_relu(x=x, alpha=0.1), lambda x: F.leaky_relu(x, 0.1)),
    Case("prelu", lambda x: mb.prelu(x=x, alpha=C3), lambda x: F.prelu(x, T(C3))),
    Case("thresholded", lambda x: mb.thresholded_relu(x=x, alpha=1.0),
         lambda x: F.threshold(x, 1.0, 0.0)),
    Case("elu", lambda x: mb.elu(x=x, alpha=0.7), lambda x: F.elu(x, 0.7)),
    Case("linear", lambda x: mb.linear_activation(x=x, alpha=2.0, beta=3.0), lambda x: 2 * x + 3),
    Case("scaled tanh", lambda x: mb.scaled_tanh(x=x, alpha=2.0, beta=0.5),
         lambda x: 2 * torch.tanh(0.5 * x)),
    Case("sigmoid", lambda x: mb.sigmoid(x=x), torch.sigmoid),
    Case("hard sigmoid", lambda x: mb.sigmoid_hard(x=x, alpha=1 / 6, beta=0.5), F.hardsigmoid),
    Case("silu", lambda x: mb.silu(x=x), F.silu),
    Case("softplus", lambda x: mb.softplus(x=x), F.softplus),
    Case("softsign", lambda x: mb.softsign(x=x), F.softsign),
    Case("gelu", lambda x: mb.gelu(x=x), F.gelu),
    Case("gelu, tanh", lambda x: mb.gelu(x=x, mode="TANH_APPROXIMATION"),
         lambda x: F.gelu(x, approximate="tanh")),
    Case("gelu, sigmoid", lambda x: mb.gelu(x=x, mode="SIGMOID_APPROXIMATION"),
         lambda x: x * torch.sigmoid(1.702 * x)),
    Case("softmax", lambda x: mb.softmax(x=x, axis=1), lambda x: F.softmax(x, 1)),
]  # fmt: skip
