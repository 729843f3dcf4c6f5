"""SAM's mask decoder: the embedding and the prompts' tokens become masks and scores.

Source: Kirillov et al., "Segment Anything", appendix A ("Lightweight mask decoder").
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from squeezesam_model.sam.layers import ChannelNorm, Perceptron
from squeezesam_model.sam.transformer import TwoWayTransformer


class MaskDecoder(nn.Module):
    """Four masks: the first answers several prompts, the three others a single point."""

    def __init__(
        self, width: int = 256, heads: int = 8, hidden: int = 2048, depth: int = 2, masks: int = 4
    ) -> None:
        super().__init__()
        self.masks = masks
        self.transformer = TwoWayTransformer(width, heads, hidden, depth)
        self.iou_token = nn.Embedding(1, width)
        self.mask_tokens = nn.Embedding(masks, width)
        self.output_upscaling = nn.Sequential(
            nn.ConvTranspose2d(width, width // 4, 2, 2), ChannelNorm(width // 4), nn.GELU(),
            nn.ConvTranspose2d(width // 4, width // 8, 2, 2), nn.GELU(),
        )  # fmt: skip
        self.output_hypernetworks_mlps = nn.ModuleList(
            Perceptron(width, width, width // 8) for _ in range(masks)
        )
        self.iou_prediction_head = Perceptron(width, width, masks)

    def forward(
        self, source: Tensor, grid: Tensor, prompts: Tensor, hidden: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Run the decoder.

        Args:
            source: B×C×h×w, embedding and dense prompt added up.
            grid: 1×(h·w)×C, the encoding of its cells.
            prompts: B×T×C tokens.
            hidden: B×1×1×T, what hides them.

        Returns:
            B×M×4h×4w logits and B×M predicted IoU, of all candidates.
        """
        batch, channels, height, width = source.shape
        own = torch.cat([self.iou_token.weight, self.mask_tokens.weight]).unsqueeze(0)
        tokens = torch.cat([own.expand(batch, -1, -1), prompts], dim=1)
        seen = hidden[..., :1] * 0
        unseen = torch.cat([*[seen] * (self.masks + 1), hidden], dim=-1)
        flat = source.reshape(batch, channels, height * width).transpose(1, 2)
        tokens, flat = self.transformer(tokens, flat, grid, unseen)
        features = self.output_upscaling(
            flat.transpose(1, 2).reshape(batch, channels, height, width)
        )
        heads = enumerate(self.output_hypernetworks_mlps, 1)
        # Slices, not single tokens: mobile delegates take no operator that drops an axis.
        weights = torch.cat([head(tokens[:, i : i + 1]) for i, head in heads], dim=1)
        planes = weights @ features.reshape(batch, channels // 8, height * width * 16)
        scores = self.iou_prediction_head(tokens[:, :1]).flatten(1)
        return planes.reshape(batch, self.masks, 4 * height, 4 * width), scores
