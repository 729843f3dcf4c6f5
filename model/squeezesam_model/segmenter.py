"""The SqueezeSAM segmenter: a UNet with early and late fusion of the prompts.

Source: Varadarajan et al., "SqueezeSAM: User-Friendly Mobile Interactive Segmentation",
Figures 4–6. Our ``paper`` preset counts 11.1 M parameters against the paper's 12.5 M: the paper's
table gives every channel of the UNet but not the hidden width of the transformer's MLPs. SAM's 2048
would give 12.7 M; ours is 512, since on a bottom map of one cell the tokens have little to work on.
There is no DoubleConv after the stem: none is in the table, and it would add 19 GMAC at 1024.
"""

from __future__ import annotations

import copy
import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from squeezesam_model.fitted import Fitted
from squeezesam_model.normalisation import PixelNormalisation
from squeezesam_model.points import PointEncoder
from squeezesam_model.presets import SegmenterPreset
from squeezesam_model.transformer import TwoWayTransformer
from squeezesam_model.trunk import UNetTrunk

PROMPT_PLANES = 2


class SegmenterOutput(NamedTuple):
    """What the segmenter returns.

    Attributes:
        masks: B×4×H/4×W/4 float32 logits, one plane per candidate.
        scores: B×4 float32, the predicted IoU of each candidate; trained towards 0…1 but not
            clamped: whoever reads them clamps. In evaluation mode the mean of the IoU head's
            and :func:`own_iou`; in training mode the head's alone, which the loss teaches.
    """

    masks: Tensor
    scores: Tensor


def _mlp(width: int, hidden: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
        nn.Linear(hidden, out),
    )  # fmt: skip


def own_iou(logits: Tensor) -> Tensor:
    """How sure a mask is of itself: B×M×h×w logits → B×M in 0…1.

    The expected overlap of the thresholded mask with what its probabilities say, over their
    expected union: 1 for a mask without a doubtful pixel. Averaged with the IoU head it chooses
    the better candidate more often, above all after a single click. The threshold is a steep ramp,
    since accelerators know a clamp but no comparison.
    """
    probability = logits.sigmoid()
    inside = (probability * 40 - 19.5).clamp(0, 1)
    overlap = _mean(probability * inside)
    union = _mean(probability) + _mean(inside) - overlap
    return (overlap / (union + 1e-4)).flatten(1)


def final_scores(scores: Tensor, masks: Tensor) -> Tensor:
    """What the choice goes by: B×M of the IoU head and B×M×h×w logits → B×M.

    The head judges before any mask is drawn; the finished mask knows more.
    """
    return (scores + own_iou(masks)) / 2


def others_penalty(labels: Tensor, candidates: int) -> Tensor:
    """What lets the first candidate alone answer two and more prompts (SAM's rule).

    A single click may mean a part or the whole, which several candidates can say; two and more
    prompts say it themselves, and the first candidate is trained to answer them. A box counts as
    two, its corners.

    Args:
        labels: B×N, −1 where a slot is free.
        candidates: M.

    Returns:
        B×M: 0 for the first candidate, 1 for the others from two prompts on, else 0.
    """
    # By arithmetic, since accelerators know a clamp but no comparison.
    slots = labels.shape[1]
    present = (labels + 1).clamp(0, 1).reshape(-1, 1, 1, slots)
    # A mean and repeated joining, since XNNPACK takes neither this sum nor an expansion.
    several = (_mean(present).flatten(1) * slots - 1).clamp(0, 1)
    return torch.cat([several * 0, *[several] * (candidates - 1)], dim=1)


def _mean(planes: Tensor) -> Tensor:
    # Over height and width and with their axes kept: XNNPACK takes no other mean.
    return planes.mean((2, 3), keepdim=True)


class Segmenter(nn.Module):
    """Photo and prompts → four candidate masks and their predicted IoU.

    Any input size whose sides are multiples of 4 runs with the same weights; multiples of 32 are
    what the export accepts.
    """

    fixed_pe: Tensor | None

    def __init__(self, preset: SegmenterPreset) -> None:
        super().__init__()
        self.preset = preset
        # The weights bring it along; whoever shows a mask or a score applies it.
        self.fitted = Fitted()
        width = preset.bottom_width
        self.normalise = PixelNormalisation(preset.normalisation)
        planes = 3 + PROMPT_PLANES + int(preset.previous_mask)
        self.trunk = UNetTrunk(planes, preset)
        self.points = PointEncoder(width)
        self.transformer = TwoWayTransformer(width, preset.heads, preset.mlp_width)
        self.iou_token = nn.Parameter(torch.randn(1, 1, width) * 0.5)
        self.mask_tokens = nn.Parameter(torch.randn(1, preset.num_masks, width) * 0.5)
        self.mask_heads = nn.ModuleList(
            _mlp(width, width, preset.decoder[-1]) for _ in range(preset.num_masks)
        )
        self.iou_head = _mlp(width, width, preset.num_masks)
        self.mask_bias = nn.Parameter(torch.full((1, preset.num_masks, 1), -1.0))
        self.register_buffer("fixed_pe", None, persistent=False)

    def forward(
        self,
        image: Tensor,
        prompts: Tensor,
        points: Tensor,
        labels: Tensor,
        previous: Tensor | None = None,
    ) -> SegmenterOutput:
        """Run the network.

        Args:
            image: B×3×H×W float32, RGB, 0…255, letterboxed.
            prompts: B×2×H×W float32: box plane (0 or 1), signed click plane (−1, 0, 1).
            points: B×N×2 float32, (x, y) in input pixels.
            labels: B×N float32: 1 foreground, 0 background, 2 and 3 box corners, −1 padding.
            previous: B×1×H×W float32, the probability of the mask before these prompts, 0 where
                there is none; only where the preset has it.

        Raises:
            ValueError: the previous mask is missing, or given to a preset without that input.
        """
        if (previous is not None) != self.preset.previous_mask:
            wants = "needs" if self.preset.previous_mask else "does not take"
            raise ValueError(f"the preset '{self.preset.name}' {wants} the previous mask")
        planes = [self.normalise(image), prompts, *([] if previous is None else [previous])]
        maps = self.trunk.encode(torch.cat(planes, dim=1))
        tokens, bottom = self._fuse(maps[-1], points, labels, image.shape[-2:])
        features = self.trunk.decode(maps, bottom)
        return self._predict(tokens, features, labels)

    def _fuse(
        self, bottom: Tensor, points: Tensor, labels: Tensor, size: torch.Size
    ) -> tuple[Tensor, Tensor]:
        """Let tokens and the bottom map (B×C×h×w) attend to each other."""
        batch, channels, height, width = bottom.shape
        prompt_tokens = self.points(points, labels, size[0], size[1])
        own = torch.cat([self.iou_token, self.mask_tokens], dim=1)
        tokens = torch.cat([own.expand(batch, -1, -1), prompt_tokens], dim=1)
        pe = self.points.dense(height, width) if self.fixed_pe is None else self.fixed_pe
        flat = bottom.reshape(batch, channels, height * width).transpose(1, 2)
        tokens, flat = self.transformer(tokens, flat, pe)
        return tokens, flat.transpose(1, 2).reshape(batch, channels, height, width)

    def _predict(self, tokens: Tensor, features: Tensor, labels: Tensor) -> SegmenterOutput:
        """SAM's mask head: one MLP per mask token, a dot product with every pixel's features."""
        # Slices, not single tokens: mobile delegates take no operator that drops an axis.
        own = [head(tokens[:, i : i + 1]) for i, head in enumerate(self.mask_heads, 1)]
        weights = torch.cat(own, dim=1)
        batch, channels, height, width = features.shape
        flat = features.reshape(batch, channels, height * width)
        masks = weights @ flat * channels**-0.5 + self.mask_bias
        masks = masks.reshape(batch, -1, height, width)
        scores = self.iou_head(tokens[:, :1]).flatten(1)
        if not self.training:
            scores = final_scores(scores, masks)
            if self.preset.single_choice:
                scores = scores - others_penalty(labels, scores.shape[1])
        return SegmenterOutput(masks, scores)

    def at_size(self, height: int, width: int) -> Segmenter:
        """A copy for one input size, with the positional encoding of the bottom grid as a constant.

        The results are the same; the exported graph no longer computes what never changes.
        """
        fixed = copy.deepcopy(self)
        stride = self.preset.bottom_stride
        grid = (math.ceil(height / stride), math.ceil(width / stride))
        with torch.no_grad():
            fixed.fixed_pe = self.points.dense(*grid)
        return fixed
