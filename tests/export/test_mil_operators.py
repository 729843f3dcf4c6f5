"""Each operator of the interpreter against torch (or plain Python, where torch has none)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from coremltools.converters.mil import Builder as mb
from mil_programs import outputs, written
from torch import Tensor

T = torch.tensor


def _weights(*shape: int) -> np.ndarray:
    return np.random.default_rng(7).standard_normal(shape).astype(np.float32)


@dataclass(frozen=True)
class Case:
    name: str
    build: Callable[..., Any]
    oracle: Callable[..., Any]
    shapes: tuple[tuple[int, ...], ...] = ((2, 3, 6, 8),)
    elements: str | tuple[str, ...] = "fp32"
    ios: int = 17
    low: float = -3.0
    high: float = 3.0


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
    Case("max", _pool("max_pool", pad_type="valid", strides=[2, 2]), lambda x: F.max_pool2d(x, 3, 2)),
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

UNARY = [
    Case(name, lambda x, name=name: getattr(mb, name)(x=x), oracle, low=low, high=high)
    for name, oracle, low, high in [
        ("abs", torch.abs, -3, 3), ("acos", torch.acos, -1, 1), ("asin", torch.asin, -1, 1),
        ("atan", torch.atan, -3, 3), ("atanh", torch.atanh, -0.9, 0.9), ("ceil", torch.ceil, -3, 3),
        ("cos", torch.cos, -9, 9), ("cosh", torch.cosh, -3, 3), ("erf", torch.erf, -3, 3),
        ("exp", torch.exp, -3, 3), ("exp2", torch.exp2, -3, 3), ("floor", torch.floor, -3, 3),
        ("round", torch.round, -3, 3), ("sign", torch.sign, -3, 3), ("sin", torch.sin, -9, 9),
        ("sinh", torch.sinh, -3, 3), ("sqrt", torch.sqrt, 0, 9), ("square", torch.square, -3, 3),
        ("tan", torch.tan, -1, 1), ("tanh", torch.tanh, -3, 3), ("log", torch.log, 0.1, 9),
        ("rsqrt", torch.rsqrt, 0.1, 9), ("inverse", lambda x: 1 / (x + 1e-4), 0.1, 9),
        ("identity", lambda x: x, -3, 3),
    ]
] + [
    Case("clip", lambda x: mb.clip(x=x, alpha=-1.0, beta=2.0), lambda x: x.clip(-1, 2)),
    Case("threshold", lambda x: mb.threshold(x=x, alpha=0.5), lambda x: x.clip(min=0.5)),
    Case("cast to whole numbers", lambda x: mb.cast(x=x, dtype="int32"), lambda x: x.int()),
    Case("cast there and back", lambda x: mb.cast(x=mb.cast(x=x, dtype="fp16"), dtype="fp32"),
         lambda x: x.half().float()),
]  # fmt: skip

_PAIR = ((2, 3, 4), (3, 1))
BINARY = [
    Case(name, lambda x, y, name=name: getattr(mb, name)(x=x, y=y), oracle, _PAIR)
    for name, oracle in [
        ("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("real_div", torch.div),
        ("maximum", torch.maximum), ("minimum", torch.minimum), ("mod", torch.remainder),
        ("floor_div", torch.floor_divide),
    ]
] + [
    Case(name, lambda x, y, name=name: mb.select(cond=getattr(mb, name)(x=x, y=y), a=x, b=y),
         lambda x, y, oracle=oracle: torch.where(oracle(x, y), x, y), _PAIR, "int32")
    for name, oracle in [
        ("equal", torch.eq), ("not_equal", torch.ne), ("greater", torch.gt),
        ("greater_equal", torch.ge), ("less", torch.lt), ("less_equal", torch.le),
    ]
] + [
    Case("pow", lambda x, y: mb.pow(x=x, y=y), torch.pow, _PAIR, low=0.1),
    Case("logic", lambda x, y: mb.cast(x=mb.logical_xor(
            x=mb.logical_and(x=mb.less(x=x, y=y), y=mb.logical_not(x=mb.less(x=x, y=0.0))),
            y=mb.logical_or(x=mb.less(x=y, y=0.0), y=mb.less(x=x, y=-1.0))), dtype="fp32"),
         lambda x, y: (((x < y) & ~(x < 0)) ^ ((y < 0) | (x < -1))).float(), _PAIR),
]  # fmt: skip

SHAPES = [
    Case("reshape", lambda x: mb.reshape(x=x, shape=[0, -1, 4, 6]), lambda x: x.reshape(2, 6, 4, 6)),
    Case("transpose", lambda x: mb.transpose(x=x, perm=[0, -1, 1, 2]),
         lambda x: x.permute(0, 3, 1, 2)),
    Case("expand", lambda x: mb.expand_dims(x=x, axes=[0, -1]), lambda x: x[None, ..., None],
         ((2, 3),)),
    Case("squeeze", lambda x: mb.squeeze(x=x, axes=[-1]), lambda x: x.squeeze(-1), ((1, 3, 1),)),
    Case("squeeze all", lambda x: mb.squeeze(x=x), torch.squeeze, ((1, 3, 1),)),
    Case("slice", lambda x: mb.slice_by_index(
            x=x, begin=[1, 0, -4, 1], end=[2, -1, 99, 8], stride=[1, 1, 2, 3]),
         lambda x: x[1:2, 0:-1, -4::2, 1:8:3]),
    Case("slice with masks", lambda x: mb.slice_by_index(
            x=x, begin=[1, 1, 4, 2], end=[2, 2, 5, 3], begin_mask=[False, True, False, False],
            end_mask=[False, False, False, True], squeeze_mask=[True, False, True, False]),
         lambda x: x[1, :2, 4, 2:]),
    Case("slice backwards", lambda x: mb.slice_by_index(
            x=x, begin=[4, 0], end=[1, 0], stride=[-1, -2], begin_mask=[False, True],
            end_mask=[False, True]),
         lambda x: x.flip(0, 1)[1:4, ::2], ((6, 5),)),
    Case("slice by size", lambda x: mb.slice_by_size(x=x, begin=[0, 1, 2, 3], size=[1, 2, -1, 4]),
         lambda x: x[:1, 1:3, 2:, 3:7]),
    Case("concat", lambda x, y: mb.concat(values=(x, y), axis=-1),
         lambda x, y: torch.cat((x, y), -1), ((2, 3), (2, 4))),
    Case("concat of one", lambda x: mb.concat(values=(x,), axis=0), lambda x: x, ((2, 3),)),
    Case("interleaved", lambda x, y: mb.concat(values=(x, y), axis=1, interleave=True),
         lambda x, y: torch.stack((x, y), 2).reshape(2, 6, 4), ((2, 3, 4), (2, 3, 4))),
    Case("stack", lambda x, y: mb.stack(values=(x, y), axis=1),
         lambda x, y: torch.stack((x, y), 1), ((2, 3), (2, 3))),
    Case("split", lambda x: mb.split(x=x, num_splits=2, axis=-1), lambda x: x.split(4, -1)),
    Case("split unevenly", lambda x: mb.split(x=x, split_sizes=[1, 2], axis=1),
         lambda x: x.split([1, 2], 1)),
    Case("pad", lambda x: mb.pad(x=x, pad=[1, 2, 0, 3], constant_val=0.25),
         lambda x: F.pad(x, (0, 3, 1, 2), value=0.25)),
    Case("reflect", lambda x: mb.pad(x=x, pad=[1, 2, 3, 0], mode="reflect"),
         lambda x: F.pad(x, (3, 0, 1, 2), "reflect")),
    Case("replicate", lambda x: mb.pad(x=x, pad=[1, 2, 3, 0], mode="replicate"),
         lambda x: F.pad(x, (3, 0, 1, 2), "replicate")),
    Case("tile", lambda x: mb.tile(x=x, reps=[2, 1, 3, 1]), lambda x: x.repeat(2, 1, 3, 1)),
    Case("reverse", lambda x: mb.reverse(x=x, axes=[1, -1]), lambda x: x.flip(1, -1)),
    Case("flatten", lambda x: mb.flatten2d(x=x, axis=2), lambda x: x.reshape(6, 48)),
    Case("pixel shuffle", lambda x: mb.pixel_shuffle(x=x, upscale_factor=2),
         lambda x: F.pixel_shuffle(x, 2), ((2, 8, 3, 4),)),
    Case("pixel unshuffle", lambda x: mb.pixel_unshuffle(x=x, downscale_factor=np.uint32(2)),
         lambda x: F.pixel_unshuffle(x, 2)),
    Case("depth to space and back", lambda x: mb.space_to_depth(
            x=mb.depth_to_space(x=x, block_size=2), block_size=2), lambda x: x, ((2, 8, 3, 4),)),
    Case("depth to space", lambda x: mb.depth_to_space(x=x, block_size=2),
         lambda x: F.pixel_shuffle(x.unflatten(1, (4, 2)).transpose(1, 2).flatten(1, 2), 2),
         ((2, 8, 3, 4),)),
    Case("nearest", lambda x: mb.upsample_nearest_neighbor(
            x=x, scale_factor_height=2, scale_factor_width=3),
         lambda x: F.interpolate(x, scale_factor=(2, 3), mode="nearest")),
    Case("bilinear", lambda x: mb.upsample_bilinear(
            x=x, scale_factor_height=2, scale_factor_width=3, align_corners=False),
         lambda x: F.interpolate(x, scale_factor=(2, 3), mode="bilinear", align_corners=False)),
    Case("bilinear, corners", lambda x: mb.upsample_bilinear(
            x=x, scale_factor_height=2, scale_factor_width=2, align_corners=True),
         lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)),
    Case("crop", lambda x: mb.crop(x=x, crop_height=[1, 2], crop_width=[0, 3]),
         lambda x: x[..., 1:-2, :-3]),
]  # fmt: skip


def _index(*values: Any) -> np.ndarray:
    return np.array(values, np.int32)


_PICK = _index(2, 0, 0)
PICKED = [
    Case("gather", lambda x: mb.gather(x=x, indices=_PICK, axis=1), lambda x: x[:, [2, 0, 0]]),
    Case("gather in step", lambda x: mb.gather(
            x=x, indices=_index([0, 2], [1, 1]), axis=1, batch_dims=1),
         lambda x: torch.stack((x[0, [0, 2]], x[1, [1, 1]]))),
    Case("gather from the end", lambda x: mb.gather(x=x, indices=_index(-1), axis=0, ),
         lambda x: x[-1:], ios=16),
    Case("along an axis", lambda x: mb.gather_along_axis(
            x=x, indices=_index([2, 1, 0], [0, 0, 1]), axis=0),
         lambda x: x.gather(0, T([[2, 1, 0], [0, 0, 1]])), ((4, 3),)),
    Case("gather_nd", lambda x: mb.gather_nd(x=x, indices=_index([0, 2], [1, 1])),
         lambda x: x[[0, 1], [2, 1]]),
    Case("one hot", lambda x: mb.one_hot(
            indices=x, one_hot_vector_size=4, axis=1, on_value=2.0, off_value=-1.0),
         lambda x: torch.where(
             F.one_hot(x.clip(0, 3).long(), 4).bool() & (x >= 0)[..., None], 2.0, -1.0).movedim(-1, 1),
         ((2, 5),), "int32"),
    Case("cumsum", lambda x: mb.cumsum(x=x, axis=2), lambda x: x.cumsum(2)),
    Case("cumsum, other way", lambda x: mb.cumsum(x=x, axis=1, reverse=True, exclusive=True),
         lambda x: x.flip(1).cumsum(1).flip(1) - x),
    Case("argsort", lambda x: mb.argsort(x=x, axis=-1), lambda x: x.argsort(-1, True).int()),
    Case("topk", lambda x: mb.topk(x=x, k=3, axis=2),
         lambda x: tuple(part.to(t) for part, t in zip(x.topk(3, 2), (x.dtype, torch.int32)))),
    Case("band", lambda x: mb.band_part(x=x, lower=1, upper=-1), lambda x: x.triu(-1)),
    Case("range", lambda x: mb.range_1d(start=1.0, end=mb.reduce_max(x=x), step=0.5),
         lambda x: torch.arange(1, x.max(), 0.5), ((3,),), low=2.0, high=5.0),
    Case("fill", lambda x: mb.add(x=mb.fill(shape=mb.shape(x=x), value=2.0), y=x), lambda x: x + 2),
    Case("fill like", lambda x: mb.mul(x=mb.fill_like(ref_tensor=x, value=2.0), y=x),
         lambda x: 2 * x),
]  # fmt: skip

REDUCTIONS = [
    Case(f"{name}, {axes}, {keep}",
         lambda x, name=name, axes=axes, keep=keep: getattr(mb, name)(x=x, axes=axes, keep_dims=keep),
         lambda x, oracle=oracle, axes=axes, keep=keep: oracle(x, tuple(axes), keep), low=0.1)
    for name, oracle in [
        ("reduce_sum", torch.sum), ("reduce_mean", torch.mean), ("reduce_max", torch.amax),
        ("reduce_min", torch.amin), ("reduce_l1_norm", lambda x, a, k: x.abs().sum(a, k)),
        ("reduce_l2_norm", lambda x, a, k: torch.linalg.vector_norm(x, 2, a, k)),
        ("reduce_sum_square", lambda x, a, k: x.square().sum(a, k)),
        ("reduce_log_sum", lambda x, a, k: x.sum(a, k).log()),
        ("reduce_log_sum_exp", torch.logsumexp),
        ("reduce_prod", lambda x, a, k: x.log().sum(a, k).exp()),
    ]
    for axes, keep in [([-1, 1], False), ([2], True)]
] + [
    Case("argmax", lambda x: mb.reduce_argmax(x=x, axis=1), lambda x: x.argmax(1).int()),
    Case("argmin", lambda x: mb.reduce_argmin(x=x, axis=-1, keep_dims=True),
         lambda x: x.argmin(-1, True).int()),
]  # fmt: skip

GROUPS = {
    "conv": CONVOLUTIONS, "pool": POOLS, "matrix": MATRICES, "norm": NORMALIZATIONS,
    "activation": ACTIVATIONS, "unary": UNARY, "binary": BINARY, "shape": SHAPES,
    "pick": PICKED, "reduce": REDUCTIONS,
}  # fmt: skip
CASES = {f"{group}: {case.name}": case for group, cases in GROUPS.items() for case in cases}


def _inputs(case: Case) -> list[np.ndarray]:
    random = np.random.default_rng(3)
    kinds = case.elements
    names = [kinds] * len(case.shapes) if isinstance(kinds, str) else kinds
    types = {"fp32": np.float32, "fp16": np.float16, "int32": np.int32}
    return [
        random.uniform(case.low, case.high, shape).astype(types[kind])
        for shape, kind in zip(case.shapes, names, strict=True)
    ]


@pytest.mark.parametrize("name", CASES)
def test_an_operator_gives_what_torch_gives(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    inputs = _inputs(case)
    path = written(case.build, case.shapes, tmp_path, case.elements, case.ios)
    expected = case.oracle(*(torch.from_numpy(array) for array in inputs))
    wanted = expected if isinstance(expected, tuple) else (expected,)
    found = outputs(path, *inputs)
    assert len(found) == len(wanted)
    for one, reference in zip(found, wanted, strict=True):
        assert one.dtype == reference.numpy().dtype
        assert one.shape == tuple(reference.shape)
        np.testing.assert_allclose(one, reference.numpy(), rtol=2e-5, atol=2e-5)
