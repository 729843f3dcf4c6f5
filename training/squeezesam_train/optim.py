"""Optimisers: AdamW alone, or Muon for the matrices inside the network and AdamW for the rest."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from squeezesam_train.config import TrainConfig

# Quintic iteration of Jordan et al. ("Muon", 2024): these coefficients drive all singular values
# of a matrix towards 1 in five steps, roughly.
_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonalise(matrix: Tensor, steps: int = 5) -> Tensor:
    """The nearest orthogonal matrix, approximately: R×C → R×C with singular values near 1.

    Every iterate is the matrix times a polynomial of its Gram matrix, so the iteration runs on the
    small square one, whose factors commute, and the long one is multiplied but once. Convolutions
    are nine times as long as high: this is three to four times faster than the plain iteration.
    """
    a, b, c = _NEWTON_SCHULZ
    x = matrix.float()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    x = x / (x.norm() + 1e-7)
    gram = x @ x.T
    identity = torch.eye(len(gram), device=x.device)
    product = identity
    for _ in range(steps):
        factor = a * identity + b * gram + c * (gram @ gram)
        product = factor @ product
        gram = factor @ gram @ factor
    x = product @ x
    result: Tensor = (x.T if tall else x).to(matrix.dtype)
    return result


class Muon(Optimizer):
    """Momentum whose update is orthogonalised; convolutions are seen as out × (in·k·k) matrices."""

    def __init__(
        self, params: list[nn.Parameter], lr: float, momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:  # fmt: skip
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Update every parameter that has a gradient."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state["momentum"] = torch.zeros_like(parameter)
                buffer = state["momentum"]
                buffer.lerp_(parameter.grad, 1 - group["momentum"])
                nesterov = parameter.grad.lerp(buffer, group["momentum"])
                update = orthogonalise(nesterov.reshape(parameter.shape[0], -1))
                scale = max(1.0, update.shape[0] / update.shape[1]) ** 0.5
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(update.reshape(parameter.shape), alpha=-group["lr"] * scale)


def _inner_matrix(name: str, parameter: nn.Parameter) -> bool:
    """Whether Muon takes a parameter: matrices of the trunk and the transformer.

    The stem and the heads meet the world, where AdamW does better (Jordan et al.).
    """
    inner = name.startswith(("trunk.encoder.down", "trunk.neck", "trunk.up", "transformer"))
    return inner and parameter.ndim >= 2


def _pretrained(name: str, config: TrainConfig) -> bool:
    return config.pretrained and name.startswith("trunk.encoder.")


def build_optimisers(model: nn.Module, config: TrainConfig) -> list[Optimizer]:
    """The optimisers of a run; each group remembers its peak rate as ``peak``.

    A pretrained encoder has groups of its own at ``encoder_lr`` of AdamW's rate: it has little to
    learn and much to lose.
    """
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    muon = [p for n, p in named if config.optimiser == "muon" and _inner_matrix(n, p)]
    taken = {id(p) for p in muon}
    rest = [(n, p) for n, p in named if id(p) not in taken]
    groups: list[dict[str, Any]] = []
    for encoder in (False, True):
        chosen = [p for n, p in rest if _pretrained(n, config) == encoder]
        rate = config.lr * (config.encoder_lr if encoder else 1.0)
        for matrices, decay in ((True, config.weight_decay), (False, 0.0)):
            params = [p for p in chosen if (p.ndim >= 2) == matrices]
            if params:
                groups.append({"params": params, "weight_decay": decay, "lr": rate})
    optimisers: list[Optimizer] = [AdamW(groups, lr=config.lr, betas=(0.9, 0.98))]
    if muon:
        optimisers.append(Muon(muon, config.muon_lr, weight_decay=config.weight_decay))
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["peak"] = group["lr"]
    return optimisers


def set_rate(optimisers: list[Optimizer], step: int, config: TrainConfig) -> float:
    """Linear warm-up, then linear decay over the compute spent; returns the factor."""
    factor = 1 - (1 - config.final_lr) * config.progress(step)
    factor *= min(1.0, (step + 1) / max(1, config.warmup))
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["peak"] * factor
    return factor
