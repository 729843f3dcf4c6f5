"""Cases of operators on tensors: element by element, shapes, picking, reducing."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from mil_cases import Case
from mil_programs import mb

T = torch.tensor

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
    Case("reshape", lambda x: mb.reshape(x=x, shape=[0, -1, 4, 6]),
         lambda x: x.reshape(2, 6, 4, 6)),
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
    Case("gather from the end", lambda x: mb.gather(x=x, indices=_index(-1), axis=0),
         lambda x: x[-1:], ios=16),
    Case("along an axis", lambda x: mb.gather_along_axis(
            x=x, indices=_index([2, 1, 0], [0, 0, 1]), axis=0),
         lambda x: x.gather(0, T([[2, 1, 0], [0, 0, 1]])), ((4, 3),)),
    Case("gather_nd", lambda x: mb.gather_nd(x=x, indices=_index([0, 2], [1, 1])),
         lambda x: x[[0, 1], [2, 1]]),
    Case("one hot", lambda x: mb.one_hot(
            indices=x, one_hot_vector_size=4, axis=1, on_value=2.0, off_value=-1.0),
         lambda x: torch.where(x[:, None] == torch.arange(4)[:, None], 2.0, -1.0),
         ((2, 5),), "int32"),
    Case("cumsum", lambda x: mb.cumsum(x=x, axis=2), lambda x: x.cumsum(2)),
    Case("cumsum, other way", lambda x: mb.cumsum(x=x, axis=1, reverse=True, exclusive=True),
         lambda x: x.flip(1).cumsum(1).flip(1) - x),
    Case("argsort", lambda x: mb.argsort(x=x, axis=-1), lambda x: x.argsort(-1, True).int()),
    Case("topk", lambda x: mb.topk(x=x, k=3, axis=2),
         lambda x: (x.topk(3, 2).values, x.topk(3, 2).indices.int())),
    Case("band", lambda x: mb.band_part(x=x, lower=1, upper=-1), lambda x: x.triu(-1)),
    Case("range", lambda x: mb.range_1d(start=1.0, end=mb.reduce_max(x=x), step=0.5),
         lambda x: torch.arange(1, x.max(), 0.5), ((3,),), low=2.0, high=5.0),
    Case("fill", lambda x: mb.add(x=mb.fill(shape=mb.shape(x=x), value=2.0), y=x), lambda x: x + 2),
    Case("fill like", lambda x: mb.mul(x=mb.fill_like(ref_tensor=x, value=2.0), y=x),
         lambda x: 2 * x),
]  # fmt: skip

REDUCTIONS = [
    Case(f"{name}, {axes}, {keep}",
         lambda x, name=name, axes=axes, keep=keep: getattr(mb, name)(
             x=x, axes=axes, keep_dims=keep),
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
