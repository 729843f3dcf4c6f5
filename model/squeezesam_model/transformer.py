"""SAM's two-way transformer between tokens (IoU, masks, points) and image features.

Source: Kirillov et al., "Segment Anything", appendix A ("Lightweight mask decoder"); used on the
bottom scale by SqueezeSAM (Figure 6). Written with tensors of rank ≤ 4, since Core ML refuses
more than 5.
"""

from __future__ import annotations

from torch import Tensor, nn


class Attention(nn.Module):
    """Multi-head attention whose inner width may be narrower than its outer one."""

    def __init__(self, width: int, heads: int, downsample: int = 1) -> None:
        super().__init__()
        inner = width // downsample
        if inner % heads:
            raise ValueError(f"inner width {inner} is not a multiple of {heads} heads")
        self.heads = heads
        self.query = nn.Linear(width, inner)
        self.key = nn.Linear(width, inner)
        self.value = nn.Linear(width, inner)
        self.out = nn.Linear(inner, width)

    def _split(self, x: Tensor) -> Tensor:
        batch, count, inner = x.shape
        return x.reshape(batch, count, self.heads, inner // self.heads).transpose(1, 2)

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """B×Q×C, B×K×C, B×K×C → B×Q×C."""
        q = self._split(self.query(query))
        k = self._split(self.key(key))
        v = self._split(self.value(value))
        scale = q.shape[-1] ** -0.5
        weights = ((q * scale) @ k.transpose(-2, -1)).softmax(dim=-1)
        merged = (weights @ v).transpose(1, 2).reshape(query.shape[0], query.shape[1], -1)
        out: Tensor = self.out(merged)
        return out

    def product_macs(self, query: Tensor, key: Tensor, value: Tensor) -> int:
        """Of the two products that are no layers."""
        return 2 * query.shape[0] * query.shape[1] * key.shape[1] * self.out.in_features


class TwoWayBlock(nn.Module):
    """Self-attention of the tokens, tokens → image, MLP, image → tokens."""

    def __init__(self, width: int, heads: int, mlp_width: int, first: bool) -> None:
        super().__init__()
        self.first = first
        self.self_attention = Attention(width, heads)
        self.norm1 = nn.LayerNorm(width)
        self.to_image = Attention(width, heads, downsample=2)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, mlp_width), nn.ReLU(), nn.Linear(mlp_width, width)
        )
        self.norm3 = nn.LayerNorm(width)
        self.to_tokens = Attention(width, heads, downsample=2)
        self.norm4 = nn.LayerNorm(width)

    def forward(
        self, tokens: Tensor, image: Tensor, token_pe: Tensor, image_pe: Tensor
    ) -> tuple[Tensor, Tensor]:
        if self.first:
            # SAM adds no positional encoding (nor the residual) in the first self-attention:
            # the tokens are their own encoding there.
            tokens = self.self_attention(tokens, tokens, tokens)
        else:
            query = tokens + token_pe
            tokens = tokens + self.self_attention(query, query, tokens)
        tokens = self.norm1(tokens)
        keys = image + image_pe
        tokens = self.norm2(tokens + self.to_image(tokens + token_pe, keys, image))
        tokens = self.norm3(tokens + self.mlp(tokens))
        image = self.norm4(image + self.to_tokens(keys, tokens + token_pe, tokens))
        return tokens, image


class TwoWayTransformer(nn.Module):
    """Two :class:`TwoWayBlock` and a last attention from the tokens to the image."""

    def __init__(self, width: int, heads: int, mlp_width: int, layers: int = 2) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            TwoWayBlock(width, heads, mlp_width, first=i == 0) for i in range(layers)
        )
        self.final = Attention(width, heads, downsample=2)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, image: Tensor, image_pe: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens B×T×C and flattened image features B×P×C (with their encoding 1×P×C), updated."""
        token_pe = tokens
        for block in self.blocks:
            tokens, image = block(tokens, image, token_pe, image_pe)
        tokens = self.norm(tokens + self.final(tokens + token_pe, image + image_pe, image))
        return tokens, image
