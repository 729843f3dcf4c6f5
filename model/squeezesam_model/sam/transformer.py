"""SAM's two-way transformer, named as its checkpoints name it, with keys that can be hidden.

Source: Kirillov et al., "Segment Anything", appendix A ("Lightweight mask decoder"). Ours
(:mod:`squeezesam_model.transformer`) is the same without hidden tokens and under other names.
"""

from __future__ import annotations

from torch import Tensor, nn

from squeezesam_model.sam.layers import Attention


class TokenPerceptron(nn.Module):
    """Two linear layers and a ReLU."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.lin1 = nn.Linear(width, hidden)
        self.lin2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.lin2(self.lin1(x).relu())
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
        self.mlp = TokenPerceptron(width, hidden)
        self.norm3 = nn.LayerNorm(width)
        self.norm4 = nn.LayerNorm(width)
        self.cross_attn_image_to_token = Attention(width, heads, width // 2)

    def forward(
        self, tokens: Tensor, image: Tensor, token_pe: Tensor, image_pe: Tensor, unseen: Tensor
    ) -> tuple[Tensor, Tensor]:
        if self.first:
            tokens = self.self_attn(tokens, tokens, tokens, unseen)
        else:
            placed = tokens + token_pe
            tokens = tokens + self.self_attn(placed, placed, tokens, unseen)
        tokens = self.norm1(tokens)
        keys = image + image_pe
        tokens = tokens + self.cross_attn_token_to_image(tokens + token_pe, keys, image)
        tokens = self.norm2(tokens)
        tokens = self.norm3(tokens + self.mlp(tokens))
        found = self.cross_attn_image_to_token(keys, tokens + token_pe, tokens, unseen)
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

    def forward(
        self, tokens: Tensor, image: Tensor, image_pe: Tensor, unseen: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Both updated.

        Args:
            tokens: B×T×C.
            image: B×P×C, the embedding's cells.
            image_pe: 1×P×C, their encoding.
            unseen: B×1×1×T, what hides a token (:mod:`squeezesam_model.sam.prompt_encoder`).
        """
        token_pe = tokens
        for layer in self.layers:
            tokens, image = layer(tokens, image, token_pe, image_pe, unseen)
        found = self.final_attn_token_to_image(tokens + token_pe, image + image_pe, image)
        return self.norm_final_attn(tokens + found), image
