"""BatchNorm over the batches of all processes, on any device.

The field's synchronised BatchNorm (torch has one for CUDA alone): mean and variance are those of
the samples of all processes together, so that N processes with a batch of B train like one with
N·B.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn


def _wide(values: Tensor) -> Tensor:
    """At least float32: sums over a batch do not fit into bfloat16."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


def _combined(features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, biased variance (C) and count (scalar) over B, H, W of all processes.

    The means and squared deviations of the processes are joined by Chan's rule: sums of squares
    alone would lose digits where the mean is large.
    """
    channels = features.shape[1]
    count = features.numel() // channels
    # Ten times as fast as var_mean on a processor.
    mean, variance = torch.ops.aten.batch_norm_update_stats(_wide(features), None, None, 0.0)
    own = torch.cat([mean, variance, mean.new_tensor([count])])
    gathered = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    dist.all_gather(gathered, own)
    table = torch.stack(gathered).double()
    means, variances = table[:, :channels], table[:, channels : 2 * channels]
    counts = table[:, 2 * channels :]
    total = counts.sum()
    joined = (means * counts).sum(0) / total
    spread = ((variances + (means - joined) ** 2) * counts).sum(0) / total
    return joined.to(mean.dtype), spread.to(mean.dtype), total.to(mean.dtype)


class _Normalise(torch.autograd.Function):
    """(x − mean) / √(var + eps) · weight + bias with the statistics of all processes.

    torch's own kernels do the passes over the features: they take statistics from outside as the
    evaluation mode's, and their gradient is then short of what flows through the statistics.
    """

    @staticmethod
    def forward(
        ctx: Any, features: Tensor, weight: Tensor, bias: Tensor, stats: tuple[Tensor, ...],
        eps: float,
    ) -> Tensor:  # fmt: skip
        mean, variance, total = stats
        ctx.save_for_backward(features, weight, mean, variance, total)
        ctx.eps = eps
        return F.batch_norm(features, mean, variance, weight, bias, eps=eps)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        features, weight, mean, variance, total = ctx.saved_tensors
        grad_features, grad_weight, grad_bias = torch.ops.aten.native_batch_norm_backward(
            grads[0], features, weight, mean, variance, None, None, False, ctx.eps, [True] * 3
        )
        # The statistics depend on every process's samples, so the sums run over all of them. The
        # gradients of weight and bias stay this process's own: DistributedDataParallel joins them.
        sums = torch.cat([_wide(grad_bias), _wide(grad_weight)])
        dist.all_reduce(sums)
        of_bias, of_weight = (sums / total).chunk(2)
        scale = torch.rsqrt(variance + ctx.eps)
        # − (of_bias + normalised · of_weight) · weight · scale, as a line over the features.
        slope = -of_weight * weight * scale**2
        level = -of_bias * weight * scale - slope * mean
        through_stats = torch.addcmul(level[:, None, None], _wide(features), slope[:, None, None])
        grad_features = (_wide(grad_features) + through_stats).to(features.dtype)
        return grad_features, grad_weight, grad_bias, None, None


class SyncedBatchNorm2d(nn.BatchNorm2d):
    """:class:`torch.nn.BatchNorm2d` whose training statistics span all processes.

    Same parameters, buffers and names; in evaluation mode it is plain BatchNorm. All processes
    must call it together.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Normalise B×C×H×W; every process passes the same C, its own B."""
        if not self.training:
            return super().forward(input)
        if self.running_mean is None or self.running_var is None or self.momentum is None:
            raise ValueError("synchronised BatchNorm needs running statistics and a momentum")
        with torch.no_grad():
            mean, variance, total = _combined(input.detach())
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * total / (total - 1).clamp(min=1), self.momentum)
            if self.num_batches_tracked is not None:
                self.num_batches_tracked += 1
        stats = (mean, variance, total)
        out: Tensor = _Normalise.apply(input, self.weight, self.bias, stats, self.eps)
        return out


def synchronise(model: nn.Module) -> nn.Module:
    """Make every BatchNorm2d of ``model`` a synchronised one, in place; the weights stay."""
    for module in model.modules():
        if type(module) is nn.BatchNorm2d:
            # Only the forward pass differs, so the object changes its class and keeps all else.
            module.__class__ = SyncedBatchNorm2d
    return model
