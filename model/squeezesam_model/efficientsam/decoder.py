"""EfficientSAM's prompt encoder and mask decoder, named as its checkpoints name them.

Source: Xiong et al., "EfficientSAM"; the behaviour of the published code at commit d525f62 where it
departs from SAM: six slots, free ones among the tokens, GELU, no last mask, a first layer that adds
its attention and values that carry their position.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import torch
from torch import Tensor, nn

from squeezesam_model.sam.layers import Attention
from squeezesam_model.sam.prompt_encoder import Frequencies

SLOTS = 6


class GeluPerceptron(nn.Module):
    """Linear layers with GELU behind each, and a last one without."""

    def __init__(self, inputs: int, hidden: int, outputs: int, depth: int) -> None:
        super().__init__()
        widths = [inputs, *[hidden] * depth]
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(a, b), nn.GELU()) for a, b in pairwise(widths)
        )
        self.fc = nn.Linear(hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        out: Tensor = self.fc(x)
        return out


class PromptEncoder(nn.Module):
    """Points and corners in six slots → six tokens; a background point has a position alone."""

    label_values: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.pe_layer = Frequencies(width // 2)
        self.invalid_points = nn.Embedding(1, width)
        self.point_embeddings = nn.Embedding(1, width)
        self.bbox_top_left_embeddings = nn.Embedding(1, width)
        self.bbox_bottom_right_embeddings = nn.Embedding(1, width)
        self.register_buffer("label_values", torch.tensor([-1.0, 1, 2, 3]), persistent=False)

    def tokens(self, points: Tensor, labels: Tensor, height: int, width: int) -> Tensor:
        """B×6×2 in input pixels and B×6 labels → B×6×C; a free slot lies at −1."""
        size = torch.tensor([width, height], dtype=points.dtype, device=points.device)
        used = (labels + 1).clamp(0, 1).unsqueeze(-1)
        placed = points * used - (1 - used)
        # By arithmetic, exact for whole labels: accelerators know a clamp but no comparison.
        one_hot = torch.relu(1 - (labels.unsqueeze(-1) - self.label_values).abs())
        own = (
            self.invalid_points, self.point_embeddings, self.bbox_top_left_embeddings,
            self.bbox_bottom_right_embeddings,
        )  # fmt: skip
        known = torch.cat([embedding.weight for embedding in own])
        out: Tensor = self.pe_layer((placed + 0.5) / size) + one_hot @ known
        return out

    def grid(self, height: int, width: int) -> Tensor:
        """Encoding of every cell of an embedding: 1×(height·width)×C."""
        y = (torch.arange(height, dtype=torch.float32) + 0.5) / height
        x = (torch.arange(width, dtype=torch.float32) + 0.5) / width
        cells = torch.stack(torch.meshgrid(y, x, indexing="ij"), dim=-1).flip(-1)
        out: Tensor = self.pe_layer(cells.reshape(1, height * width, 2))
        return out


class TwoWayLayer(nn.Module):
    """Self-attention of the tokens, tokens → image, perceptron, image → tokens."""

    def __init__(self, width: int, heads: int, hidden: int, first: bool) -> None:
        super().__init__()
        self.first = first
        self.self_attn = Attention(width, heads, width)
        self.norm1 = nn.LayerNorm(width)
        self.cross_attn_token_to_image = Attention(width, heads, width // 2)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = GeluPerceptron(width, hidden, width, 1)
        self.norm3 = nn.LayerNorm(width)
        self.norm4 = nn.LayerNorm(width)
        self.cross_attn_image_to_token = Attention(width, heads, width // 2)

    def forward(
        self, tokens: Tensor, image: Tensor, token_pe: Tensor, image_pe: Tensor
    ) -> tuple[Tensor, Tensor]:
        placed = tokens if self.first else tokens + token_pe
        tokens = self.norm1(placed + self.self_attn(placed, placed, placed))
        keys = image + image_pe
        tokens = tokens + self.cross_attn_token_to_image(tokens + token_pe, keys, image)
        tokens = self.norm2(tokens)
        tokens = self.norm3(tokens + self.mlp(tokens))
        found = self.cross_attn_image_to_token(keys, tokens + token_pe, tokens)
        return tokens, self.norm4(image + found)


class TwoWayTransformer(nn.Module):
    """Two :class:`TwoWayLayer` and a last attention from the tokens to the image."""

    def __init__(self, width: int, heads: int, hidden: int, depth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            TwoWayLayer(width, heads, hidden, first=i == 0) for i in range(depth)
        )
        self.final_attn_token_to_image = Attention(width, heads, width // 2)
        self.norm_final_attn = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, image: Tensor, image_pe: Tensor) -> tuple[Tensor, Tensor]:
        """B×T×C, B×P×C, 1×P×C → the first two, updated."""
        token_pe = tokens
        for layer in self.layers:
            tokens, image = layer(tokens, image, token_pe, image_pe)
        found = self.final_attn_token_to_image(tokens + token_pe, image + image_pe, image)
        return self.norm_final_attn(tokens + found), image


class WholeNorm(nn.Module):
    """GroupNorm of a single group: over channels and cells at once, in plain arithmetic."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        # One axis pair at a time: what XNNPACK takes, and the same number.
        centred = x - x.mean((2, 3), keepdim=True).mean(1, keepdim=True)
        squares = (centred * centred).mean((2, 3), keepdim=True).mean(1, keepdim=True)
        scaled = centred * (squares + 1e-5).rsqrt()
        return scaled * self.weight.reshape(1, -1, 1, 1) + self.bias.reshape(1, -1, 1, 1)


class MaskDecoder(nn.Module):
    """Four mask tokens; its users are shown the last three, which answer any prompt."""

    def __init__(
        self, width: int = 256, heads: int = 8, hidden: int = 2048, depth: int = 2, masks: int = 4
    ) -> None:
        super().__init__()
        self.masks = masks
        self.transformer = TwoWayTransformer(width, heads, hidden, depth)
        self.iou_token = nn.Embedding(1, width)
        self.mask_tokens = nn.Embedding(masks, width)
        self.final_output_upscaling_layers = nn.ModuleList(
            [
                nn.Sequential(
                    nn.ConvTranspose2d(width, width // 4, 2, 2), WholeNorm(width // 4), nn.GELU()
                ),
                nn.Sequential(
                    nn.ConvTranspose2d(width // 4, width // 8, 2, 2), nn.Identity(), nn.GELU()
                ),
            ]
        )
        self.output_hypernetworks_mlps = nn.ModuleList(
            GeluPerceptron(width, width, width // 8, 2) for _ in range(masks)
        )
        self.iou_prediction_head = GeluPerceptron(width, width, masks, 2)

    def forward(self, source: Tensor, grid: Tensor, prompts: Tensor) -> tuple[Tensor, Tensor]:
        """B×C×h×w, 1×(h·w)×C, B×T×C → B×3×4h×4w logits and B×3 predicted IoU."""
        batch, channels, height, width = source.shape
        own = torch.cat([self.iou_token.weight, self.mask_tokens.weight]).unsqueeze(0)
        tokens = torch.cat([own.expand(batch, -1, -1), prompts], dim=1)
        flat = source.reshape(batch, channels, height * width).transpose(1, 2)
        tokens, flat = self.transformer(tokens, flat, grid)
        features = flat.transpose(1, 2).reshape(batch, channels, height, width)
        for layer in self.final_output_upscaling_layers:
            features = layer(features)
        heads: Iterable[nn.Module] = self.output_hypernetworks_mlps
        # Slices, not single tokens: mobile delegates take no operator that drops an axis.
        weights = torch.cat(
            [head(tokens[:, i : i + 1]) for i, head in enumerate(heads, 1) if i > 1], dim=1
        )
        planes = weights @ features.reshape(batch, channels // 8, height * width * 16)
        scores = self.iou_prediction_head(tokens[:, :1]).flatten(1)[:, 1:]
        return planes.reshape(batch, self.masks - 1, 4 * height, 4 * width), scores
